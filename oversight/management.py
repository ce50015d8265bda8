"""The management report of a month: its figures against the year's targets, what was late and why, what offices say."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from calendar_pe.clock import lima_date, parse_instant
from casework.desk import Desk
from oversight import words
from oversight.edition import Edition, editions
from oversight.files import write
from oversight.layout import page
from oversight.measures import Measure, measures, said_share, shares
from oversight.offices import Office, offices
from oversight.page import charts
from oversight.saying import said
from oversight.tables import HIDDEN, Document, Table
from oversight.targets import ReportSettings
from tickets import reports

TABLES = ("partes", "tiempos", "canales", "satisfaccion", "atenciones")
HALVES = {"06": ("primer semestre", range(1, 7)), "12": ("segundo semestre", range(7, 13))}


@dataclass(frozen=True, slots=True, kw_only=True)
class Half:
    """A half-year looked at as a whole: its months, its totals against the targets, and what follows from them."""

    name: str
    months: tuple[tuple[str, ...], ...]
    measures: tuple[Measure, ...]
    findings: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Management:
    """Everything in the management report of a month."""

    edition: Edition
    measures: tuple[Measure, ...]
    offices: tuple[Office, ...]
    half: Half | None

    @property
    def document(self) -> Document:
        """The month's figures."""
        return self.edition.document

    @property
    def tables(self) -> list[Table]:
        """The tables of the report, in order."""
        return [table for group in TABLES for table in self.document.in_group(group) if table.rows]


def management(desk: Desk, edition: Edition, settings: ReportSettings) -> Management:
    """Put the management report of an edition together, with the frozen months of its year before it."""
    month = edition.document.month
    with desk.store.read() as session:
        kept = reports.of_year(session, int(month[:4]))
        notes = reports.notes(session, month)
    names = sorted({row.month for row in kept if row.month < month})
    before = [editions([row for row in kept if row.month == name])[-1].document for name in names]
    year = [*before, edition.document]
    half = _half_year(year)
    return Management(
        edition=edition,
        measures=measures(edition.document, year, settings),
        offices=offices(year, half, notes, settings),
        half=_half(half, settings) if half else None,
    )


def write_management(desk: Desk, edition: Edition, settings: ReportSettings, out: Path) -> list[Path]:
    """Write the management report as ``gestion-2026-10.html`` and ``.pdf``; returns the paths."""
    from oversight.letter_pdf import to_pdf

    found = management(desk, edition, settings)
    written = []
    for ending, content in ((".html", to_html(found)), (".pdf", to_pdf(found))):
        path = out / f"gestion-{edition.document.month}{ending}"
        write(path, content)
        written.append(path)
    return written


def to_html(found: Management) -> bytes:
    """Return the report as a page."""
    document = found.document
    return page(
        "management.html.j2",
        found=found,
        document=document,
        month=words.month_name(document.month),
        as_of=words.day(lima_date(parse_instant(document.as_of))),
        charts=charts,
        said=lambda cell, unit: said(cell, unit, document.day_minutes),
        hidden=HIDDEN,
    )


def _half_year(year: Sequence[Document]) -> list[Document]:
    """Return the months of the half-year that the last month ends, none when it ends none."""
    _, numbers = HALVES.get(year[-1].month[5:], ("", range(0)))
    return [one for one in year if int(one.month[5:]) in numbers]


def _half(months: Sequence[Document], settings: ReportSettings) -> Half:
    last = months[-1].month
    name, _ = HALVES[last[5:]]
    rows = tuple(
        (
            words.short_month(one.month),
            said(one.table("resumen").cell("cartas", "total"), "cuenta", 1),
            said_share("plazo", one),
            said_share("satisfaccion", one),
            said(one.table("resumen").cell("fuera_de_plazo", "total"), "cuenta", 1),
        )
        for one in months
    )
    found = shares(months[-1], months, settings)
    return Half(name=f"{name} de {last[:4]}", months=rows, measures=found, findings=tuple(_findings(months, found)))


def _findings(months: Sequence[Document], judged: Sequence[Measure]) -> list[str]:
    said_of = {True: "se alcanzó la meta", False: "no se alcanzó la meta", None: "no hay datos para evaluar la meta"}
    found = [f"{one.title}: {one.year} en el semestre; {said_of[one.met]} ({one.goal})." for one in judged]
    monthly = [(one.table("indicadores").cell("plazo", "porcentaje"), one.month) for one in months]
    known = sorted((share, month) for share, month in monthly if isinstance(share, float))
    if len(known) > 1 and known[0][0] != known[-1][0]:
        low, high = known[0], known[-1]
        found.append(
            f"El mes con mayor cumplimiento del plazo fue {words.short_month(high[1])} "
            f"({said(high[0], 'porcentaje', 1)}) y el de menor, {words.short_month(low[1])} "
            f"({said(low[0], 'porcentaje', 1)})."
        )
    missing = 6 - len(months)
    if missing:
        found.append(
            f"{'Falta' if missing == 1 else 'Faltan'} {missing} {'mes' if missing == 1 else 'meses'} del semestre sin "
            "informe cerrado; la evaluación solo cuenta los demás."
        )
    return found
