"""What each office did, held against the targets of the year, beside what it says of its month itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from oversight import words
from oversight.measures import Measure, Pair, share
from oversight.parts import SMALL
from oversight.saying import NOTHING, said
from oversight.tables import HIDDEN, Cell, Document, Row
from oversight.targets import ReportSettings

CONSULTAS = "Consultas respondidas dentro de 1 día hábil"
WITHIN = "Plazos cumplidos a tiempo"
EVERY = "Plazos de todo tipo cumplidos a tiempo"
ATTENDED = "Cartas y atenciones"
APART = "oficina-consultas"
TABLES = ("oficina", "atenciones-oficina")
"""The tables of a month that tell of offices."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A piece of an office's notes: a ``heading``, a ``paragraph`` or a list's ``item``."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """An office in the management report.

    ``measures`` is empty for one of which nothing is known; ``half`` measures the half-year that the month ends.
    """

    name: str
    measures: tuple[Measure, ...]
    half: tuple[Measure, ...]
    notes: tuple[Block, ...]


def offices(
    year: Sequence[Document], half: Sequence[Document], notes: Mapping[str, str], settings: ReportSettings
) -> tuple[Office, ...]:
    """Return the offices that worked in the year or left notes, in order of their names.

    ``year`` are the months up to the one reported, ``half`` those of the half-year that it ends. What is kept back of
    an office because it is small is not known here either.
    """
    month = year[-1]
    worked = {row.id for one in year for name in TABLES for row in _rows(one, name)}
    said_something = {office for office, text in notes.items() if text.strip()}
    return tuple(
        Office(
            name=words.office(office),
            measures=_measures(office, month, year, settings),
            half=_measures(office, month, half, settings) if half else (),
            notes=blocks(notes.get(office, "")),
        )
        for office in sorted((worked - {SMALL}) | said_something)
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


def _measures(
    office: str, month: Document, months: Sequence[Document], settings: ReportSettings
) -> tuple[Measure, ...]:
    pairs: list[Pair] = [
        (_cell(one, "oficina", office, "a_tiempo"), _cell(one, "oficina", office, "concluidos")) for one in months
    ]
    if not any(row.id == office for one in months for name in TABLES for row in _rows(one, name)):
        return ()
    percentage = _cell(month, "oficina", office, "porcentaje")
    given = [_given(one, office) for one in months]
    known = [one for one in given if isinstance(one, int)]
    year: Cell = HIDDEN if HIDDEN in given else sum(known) if known else None
    consultas = _consultas(office, month, months, settings)
    every = share(WITHIN, settings.within_percent, said(percentage, "porcentaje", 1), pairs)
    return (
        *consultas,
        replace(every, title=EVERY, goal=NOTHING, met=None) if _all_tell(months) else every,
        Measure(
            title=ATTENDED,
            goal=NOTHING,
            month=said(_given(month, office), "cuenta", 1),
            year=said(year, "cuenta", 1),
            met=None,
        ),
    )


def _consultas(
    office: str, month: Document, months: Sequence[Document], settings: ReportSettings
) -> tuple[Measure, ...]:
    """Return what the goal of the Carta is about, nothing where no month tells it.

    Older months were closed without: with one of them among these there is no sum, for it would be of a part only.
    """
    if not any(_tells(one) for one in months):
        return ()
    pairs = [(_cell(one, APART, office, "a_tiempo"), _cell(one, APART, office, "concluidos")) for one in months]
    percentage = said(_cell(month, APART, office, "porcentaje"), "porcentaje", 1)
    return (share(CONSULTAS, settings.within_percent, percentage, pairs if _all_tell(months) else ()),)


def _all_tell(months: Sequence[Document]) -> bool:
    return all(_tells(one) for one in months)


def _tells(month: Document) -> bool:
    """Whether a month has the consultas of offices apart."""
    return any(one.id == APART for one in month.tables)


def _given(month: Document, office: str) -> Cell:
    """Return the letters and attentions of an office in a month, HIDDEN where either may not be told.

    An office that a table does not name may be among the small ones of that table.
    """
    known: list[int] = []
    for table, column in zip(TABLES, ("cartas", "atenciones"), strict=True):
        one = _cell(month, table, office, column)
        if isinstance(one, int):
            known.append(one)
        elif one is not None or any(row.id == SMALL for row in _rows(month, table)):
            return HIDDEN
    return sum(known) if known else None


def _cell(month: Document, table: str, office: str, column: str) -> Cell:
    row = next((row for row in _rows(month, table) if row.id == office), None)
    return None if row is None else month.table(table).cell(office, column)


def _rows(month: Document, table: str) -> Sequence[Row]:
    return next((one.rows for one in month.tables if one.id == table), ())
