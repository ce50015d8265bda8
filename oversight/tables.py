"""Published figures as plain tables: what the page, the files and the record of a month all hold."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from oversight.method import FIRST

HIDDEN = "*"
"""Stands where a figure is kept back, so that nobody can be told from it."""

Cell = int | float | str | None
"""A number, ``HIDDEN``, or None where there is nothing to say (no percentage of nothing)."""

Unit = Literal["cuenta", "porcentaje", "minutos"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One measure of a table. ``minutos`` are whole minutes of working time."""

    id: str
    title: str
    unit: Unit = "cuenta"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a table, its cells in the order of the columns."""

    id: str
    label: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Figures of one kind. ``chart`` names the columns that are drawn; ``group`` the part of the page it stands in."""

    id: str
    title: str
    group: str
    head: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    chart: tuple[str, ...] = ()
    note: str = ""

    def cell(self, row: str, column: str) -> Cell:
        """Return one figure. Raises KeyError."""
        position = [one.id for one in self.columns].index(column)
        for one in self.rows:
            if one.id == row:
                return one.cells[position]
        raise KeyError(row)


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """What one indicator of the Carta means, in words."""

    id: str
    title: str
    formula: str
    population: str
    exclusions: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """Everything that is published of a month. Instants as ISO 8601 with the offset of Lima.

    ``day_minutes`` is the length of a business day, in which the minutes of working time are said. ``simulated``
    figures are of a desk for practice. ``method`` is the one of ``oversight.method`` by which it was made.
    """

    month: str
    as_of: str
    calendar_version: str
    carta_version: str
    day_minutes: int
    simulated: bool
    definitions: tuple[Definition, ...]
    tables: tuple[Table, ...]
    method: int = FIRST

    def table(self, name: str) -> Table:
        """Return a table by its id. Raises KeyError."""
        for one in self.tables:
            if one.id == name:
                return one
        raise KeyError(name)

    def in_group(self, group: str) -> list[Table]:
        """Return the tables of one part of the page, in order."""
        return [one for one in self.tables if one.group == group]


Figure = tuple[str, str, str, Cell, str]
"""Table, row, column, value, unit."""


def flat(document: Document) -> Iterator[Figure]:
    """Yield every figure of a document once, in order."""
    for table in document.tables:
        for row in table.rows:
            for column, cell in zip(table.columns, row.cells, strict=True):
                yield table.id, row.id, column.id, cell, column.unit


def to_dict(document: Document) -> dict[str, object]:
    """Return a document as JSON keeps it; one made by the first method does not name it, and keeps its bytes."""
    kept = asdict(document)
    if document.method == FIRST:
        del kept["method"]
    return kept


def from_dict(kept: Mapping[str, object]) -> Document:
    """Return the document that ``to_dict`` gave, after its way through JSON."""
    tables = [_table(one) for one in _list(kept["tables"])]
    definitions = [Definition(**_words(one)) for one in _list(kept["definitions"])]
    words = {name: str(kept[name]) for name in ("month", "as_of", "calendar_version", "carta_version")}
    return Document(
        day_minutes=int(str(kept["day_minutes"])),
        simulated=bool(kept["simulated"]),
        definitions=tuple(definitions),
        tables=tuple(tables),
        method=int(str(kept.get("method", FIRST))),
        **words,
    )


def _table(kept: Mapping[str, object]) -> Table:
    words = {name: str(kept[name]) for name in ("id", "title", "group", "head", "note")}
    columns = [Column(id=one["id"], title=one["title"], unit=one["unit"]) for one in _list(kept["columns"])]
    rows = [Row(id=one["id"], label=one["label"], cells=tuple(one["cells"])) for one in _list(kept["rows"])]
    chart = [str(one) for one in _list(kept["chart"])]
    return Table(columns=tuple(columns), rows=tuple(rows), chart=tuple(chart), **words)


def _list(value: object) -> Sequence[Any]:
    """Return a list that JSON gave."""
    assert isinstance(value, list | tuple)
    return value


def _words(kept: Mapping[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in kept.items()}
