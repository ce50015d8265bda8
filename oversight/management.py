"""The management report of a month: its figures against the year's targets, what was late and why, what offices say."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from calendar_pe.clock import lima_date, parse_instant
from casework.desk import Desk
from oversight import words
from oversight.edition import Edition, editions
from oversight.figures import attended
from oversight.files import write
from oversight.layout import page
from oversight.page import charts
from oversight.saying import NOTHING, said
from oversight.tables import HIDDEN, Document, Table
from oversight.targets import ReportSettings
from sla.tally import percent
from tickets import reports

TABLES = ("partes", "tiempos", "canales", "satisfaccion", "atenciones")
HALVES = {"06": ("primer semestre", range(1, 7)), "12": ("segundo semestre", range(7, 13))}


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One target: the goal, what the month gave and what the year has given so far. ``met`` judges the year."""

    title: str
    goal: str
    month: str
    year: str
    met: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A piece of an office's notes: a ``heading``, a ``paragraph`` or a list's ``item``."""

    kind: str
    text: str


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
    notes: tuple[tuple[str, tuple[Block, ...]], ...]
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
    return Management(
        edition=edition,
        measures=_measures(edition.document, year, settings),
        notes=tuple((words.office(office), blocks(text)) for office, text in notes.items() if text),
        half=_half(year, settings),
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


def blocks(text: str) -> tuple[Block, ...]:
    """Take notes apart: ``#`` begins a heading, ``-`` or ``*`` an item, an empty line ends a paragraph."""
    found: list[Block] = []
    open_paragraph = False
    for line in (one.strip() for one in text.splitlines()):
        if not line:
            open_paragraph = False
        elif line.startswith("#"):
            found.append(Block(kind="heading", text=line.lstrip("#").strip()))
            open_paragraph = False
        elif line[:2] in ("- ", "* "):
            found.append(Block(kind="item", text=line[2:].strip()))
            open_paragraph = True
        elif open_paragraph:
            found[-1] = Block(kind=found[-1].kind, text=f"{found[-1].text} {line}")
        else:
            found.append(Block(kind="paragraph", text=line))
            open_paragraph = True
    return tuple(found)


def _measures(month: Document, year: Sequence[Document], settings: ReportSettings) -> tuple[Measure, ...]:
    found = [
        _share("Consultas respondidas dentro de 1 día hábil", "plazo", settings.within_percent, month, year),
        _share("Satisfacción con la atención", "satisfaccion", settings.satisfaction_percent, month, year),
    ]
    given = sum(attended(one) for one in year)
    found.append(
        Measure(
            title="Cartas y atenciones en el año",
            goal=said(settings.attentions, "cuenta", 1) if settings.attentions else "sin meta",
            month=said(attended(month), "cuenta", 1),
            year=said(given, "cuenta", 1),
            met=given >= settings.attentions if settings.attentions and month.month.endswith("-12") else None,
        )
    )
    return tuple(found)


def _share(title: str, name: str, goal: float, month: Document, year: Sequence[Document]) -> Measure:
    part, whole = _sums(name, year)
    share = percent(part, whole)
    return Measure(
        title=title,
        goal=said(goal, "porcentaje", 1),
        month=_said_share(name, month),
        year=said(None if share is None else float(share), "porcentaje", 1) if whole else NOTHING,
        met=part * 100 >= goal * whole if whole else None,
    )


def _said_share(name: str, month: Document) -> str:
    return said(month.table("indicadores").cell(name, "porcentaje"), "porcentaje", 1)


def _sums(name: str, year: Sequence[Document]) -> tuple[int, int]:
    """Add up an indicator over months; one that is kept back in a month is not known and adds nothing."""
    rows = [one.table("indicadores") for one in year]
    pairs = [(table.cell(name, "numerador"), table.cell(name, "denominador")) for table in rows]
    known = [(part, whole) for part, whole in pairs if isinstance(part, int) and isinstance(whole, int)]
    return sum(part for part, _ in known), sum(whole for _, whole in known)


def _half(year: Sequence[Document], settings: ReportSettings) -> Half | None:
    """Return the evaluation of the half-year that the last month ends, or None."""
    last = year[-1].month
    if last[5:] not in HALVES:
        return None
    name, numbers = HALVES[last[5:]]
    months = [one for one in year if int(one.month[5:]) in numbers]
    rows = tuple(
        (
            words.short_month(one.month),
            said(one.table("resumen").cell("cartas", "total"), "cuenta", 1),
            _said_share("plazo", one),
            _said_share("satisfaccion", one),
            said(one.table("resumen").cell("fuera_de_plazo", "total"), "cuenta", 1),
        )
        for one in months
    )
    measures = (
        _share("Consultas respondidas dentro de 1 día hábil", "plazo", settings.within_percent, months[-1], months),
        _share("Satisfacción con la atención", "satisfaccion", settings.satisfaction_percent, months[-1], months),
    )
    return Half(
        name=f"{name} de {last[:4]}", months=rows, measures=measures, findings=tuple(_findings(months, measures))
    )


def _findings(months: Sequence[Document], measures: Sequence[Measure]) -> list[str]:
    said_of = {True: "se alcanzó la meta", False: "no se alcanzó la meta", None: "no hay datos para evaluar la meta"}
    found = [f"{one.title}: {one.year} en el semestre; {said_of[one.met]} ({one.goal})." for one in measures]
    shares = [(one.table("indicadores").cell("plazo", "porcentaje"), one.month) for one in months]
    known = sorted((share, month) for share, month in shares if isinstance(share, float))
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
