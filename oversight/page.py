"""The public pages: one for a month, one for a year, and the index of years."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from calendar_pe.clock import lima_date, parse_instant
from oversight import words
from oversight.charts import Bar, bars
from oversight.edition import Edition
from oversight.layout import page
from oversight.saying import said
from oversight.tables import HIDDEN, Cell, Document, Row, Table, Unit

CARDS = ("plazo", "satisfaccion", "satisfaccion-correo")
"""The indicators that open the page."""

MOST_BARS = 8
"""Bars of one drawing, where a table has a drawing for each of its columns."""

SECTIONS = (
    ("carta", "Lo que prometemos", ("carta", "satisfaccion")),
    ("mes", "El mes en cifras", ("plazo",)),
    ("partes", "Por línea, tipo, país y más", ("partes",)),
    ("tiempos", "Cuánto tardamos", ("tiempos",)),
    ("personas", "Quiénes escriben y cuándo", ("personas", "cruces")),
    ("canales", "Otros canales", ("canales", "atenciones")),
    ("incumplimientos", "Fuera de plazo", ("incumplimientos",)),
)
"""The parts of a month's page: anchor, title, and the groups of tables in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A month as the year's page lists it; ``edition`` is None where there is nothing to show."""

    month: str
    edition: Edition | None = None
    published_on: date | None = None


def month_page(edition: Edition) -> bytes:
    """Return the page of one month."""
    document = edition.document
    sections = [
        (anchor, title, [table for group in groups for table in document.in_group(group) if table.rows])
        for anchor, title, groups in SECTIONS
    ]
    return page(
        "report.html.j2",
        edition=edition,
        document=document,
        month=words.month_name(document.month),
        year=document.month[:4],
        as_of=words.day(lima_date(parse_instant(document.as_of))),
        errata=[(one, words.day(lima_date(parse_instant(one.as_of)))) for one in edition.errata],
        cards=[card(document, name) for name in CARDS],
        sections=[one for one in sections if one[2]],
        charts=charts,
        said=lambda cell, unit: said(cell, unit, document.day_minutes),
        hidden=HIDDEN,
    )


def year_page(year: int, months: Sequence[Shown]) -> bytes:
    """Return the page of a year: each month's main figures and where they are."""
    shown = [(one, _headline(one)) for one in months]
    return page(
        "year.html.j2",
        year=year,
        months=shown,
        chart=_year_chart(months),
        name=words.short_month,
        day=words.day,
    )


BESIDE = (
    ("subsanacion.html", "Registro público de promesas incumplidas y de lo que hicimos por ellas"),
    ("preguntas.html", "Preguntas y respuestas frecuentes"),
)
"""Pages that other commands write into the same folder."""


def index_page(years: Sequence[tuple[int, str]], beside: Sequence[tuple[str, str]] = ()) -> bytes:
    """Return the index: the years and the newest month (``2026-10``, or "") of each, and the pages ``beside`` them."""
    return page("index.html.j2", years=years, beside=beside, name=words.month_name)


def card(document: Document, name: str) -> dict[str, object]:
    """Return what a card says of one indicator."""
    table = document.table("indicadores")
    row = next(one for one in table.rows if one.id == name)
    part, whole, share, goal = row.cells
    met = None if not isinstance(share, float) or not isinstance(goal, float) else share >= goal
    return {
        "title": row.label,
        "share": said(share, "porcentaje", document.day_minutes),
        "secret": share == HIDDEN,
        "nothing": share is None,
        "part": part,
        "whole": whole,
        "goal": None if goal is None else said(goal, "porcentaje", document.day_minutes),
        "met": met,
        "chart": _meter(row) if isinstance(share, float) else "",
    }


def charts(document: Document, table: Table) -> list[tuple[str, Markup]]:
    """Return the drawings of a table: (what it shows, the drawing); none where there is nothing to draw."""
    found = []
    for position, column in enumerate(table.columns):
        if column.id not in table.chart:
            continue
        drawn = [_bar(row, row.cells[position], column.unit, document) for row in table.rows]
        kept = [bar for bar in drawn if bar is not None]
        if len(table.chart) > 1 and len(kept) > MOST_BARS:  # of a table with two sides, the longest of each
            kept = sorted(kept, key=lambda bar: (-bar.value, bar.label))[:MOST_BARS]
        if len(kept) > (len(table.chart) == 1):
            whole = 100.0 if column.unit == "porcentaje" else None
            said_title = table.title if len(table.chart) == 1 else f"{table.title}: {column.title}"
            name = f"{table.id}-{column.id}"
            found.append((column.title, bars(name, f"{said_title}. Las cifras están en la tabla.", kept, whole=whole)))
    return found


def _bar(row: Row, cell: Cell, unit: Unit, document: Document) -> Bar | None:
    if cell is None or isinstance(cell, str) or (cell == 0 and unit == "cuenta"):
        return None
    label = row.label.split(":")[0] if row.label.startswith("Línea") else row.label
    return Bar(label=label, value=float(cell), said=said(cell, unit, document.day_minutes))


def _meter(row: Row) -> Markup:
    share, goal = row.cells[2], row.cells[3]
    assert isinstance(share, float)
    mark = goal if isinstance(goal, float) and goal < 100 else None
    return bars(f"meta-{row.id}", row.label, [Bar(label="", value=share, said="")], whole=100.0, goal=mark)


def _headline(one: Shown) -> Mapping[str, object]:
    if one.edition is None:
        return {}
    document = one.edition.document
    figure = document.table("indicadores").cell
    return {
        "letters": document.table("resumen").cell("cartas", "total"),
        "within": said(figure("plazo", "porcentaje"), "porcentaje", document.day_minutes),
        "satisfied": said(figure("satisfaccion", "porcentaje"), "porcentaje", document.day_minutes),
    }


def _year_chart(months: Sequence[Shown]) -> Markup | None:
    drawn = []
    for one in months:
        if one.edition is not None:
            share = one.edition.document.table("indicadores").cell("plazo", "porcentaje")
            if isinstance(share, float):
                drawn.append(Bar(label=words.short_month(one.month), value=share, said=said(share, "porcentaje", 1)))
    if not drawn:
        return None
    return bars("ano", "Consultas respondidas dentro de 1 día hábil, por mes", drawn, whole=100.0)
