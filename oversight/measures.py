"""Figures held against the targets of the year: of a month, of the year so far, of a half-year."""

from collections.abc import Sequence
from dataclasses import dataclass

from oversight.figures import attended
from oversight.saying import NOTHING, said
from oversight.tables import Cell, Document
from oversight.targets import ReportSettings
from sla.tally import percent

WITHIN = "Consultas respondidas dentro de 1 día hábil"
SATISFIED = "Satisfacción con la atención"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One target: the goal, what the month gave and what the year has given so far. ``met`` judges the year."""

    title: str
    goal: str
    month: str
    year: str
    met: bool | None


Pair = tuple[Cell, Cell]
"""A numerator and its denominator; anything but two whole numbers is not known."""


def measures(month: Document, year: Sequence[Document], settings: ReportSettings) -> tuple[Measure, ...]:
    """Return what the service is measured by; the number of attentions is judged in December."""
    given = sum(attended(one) for one in year)
    attentions = Measure(
        title="Cartas y atenciones en el año",
        goal=said(settings.attentions, "cuenta", 1) if settings.attentions else "sin meta",
        month=said(attended(month), "cuenta", 1),
        year=said(given, "cuenta", 1),
        met=given >= settings.attentions if settings.attentions and month.month.endswith("-12") else None,
    )
    return (*shares(month, year, settings), attentions)


def shares(month: Document, year: Sequence[Document], settings: ReportSettings) -> tuple[Measure, ...]:
    """Return the measures of the Carta over several months."""
    return (
        _indicator(WITHIN, "plazo", settings.within_percent, month, year),
        _indicator(SATISFIED, "satisfaccion", settings.satisfaction_percent, month, year),
    )


def share(title: str, goal: float, month: str, pairs: Sequence[Pair]) -> Measure:
    """Return a share over several months; one that is kept back in a month is not known and adds nothing."""
    known = [(part, whole) for part, whole in pairs if isinstance(part, int) and isinstance(whole, int)]
    part, whole = sum(part for part, _ in known), sum(whole for _, whole in known)
    found = percent(part, whole)
    return Measure(
        title=title,
        goal=said(goal, "porcentaje", 1),
        month=month,
        year=NOTHING if found is None else said(float(found), "porcentaje", 1),
        met=part * 100 >= goal * whole if whole else None,
    )


def said_share(name: str, month: Document) -> str:
    """Say the percentage of one of the Carta's indicators."""
    return said(month.table("indicadores").cell(name, "porcentaje"), "porcentaje", 1)


def _indicator(title: str, name: str, goal: float, month: Document, year: Sequence[Document]) -> Measure:
    tables = [one.table("indicadores") for one in year]
    pairs = [(table.cell(name, "numerador"), table.cell(name, "denominador")) for table in tables]
    return share(title, goal, said_share(name, month), pairs)
