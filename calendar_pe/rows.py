"""Dated rows of the calendar: what somebody declared about one day, and how such a row is read and checked."""

import csv
import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum

from calendar_pe.clock import parse_instant


class Scope(StrEnum):
    """Whom a row binds, from the widest to the narrowest; the narrower one wins."""

    NATIONAL = "national"
    PUBLIC_SECTOR = "public_sector"
    LIMA = "lima"
    ENTITY = "entity"


class Effect(StrEnum):
    """What a row does to its day; ``info`` (telework, tolerance) changes no count."""

    NONWORKING = "nonworking"
    WORKING = "working"
    INFO = "info"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One declaration about one day.

    ``start_time`` and ``end_time`` bound the hours without service of a half day (both or none). ``published_on`` and
    ``known_at`` (when this desk learned it) are None when unknown. ``supersedes`` is the ``id`` of the row that this
    one replaces; the replaced row has no effect from the moment this one is known.
    """

    date: dt.date
    scope: Scope
    effect: Effect
    name: str
    legal_basis: str
    id: str = ""
    start_time: dt.time | None = None
    end_time: dt.time | None = None
    territory: str = ""
    published_on: dt.date | None = None
    source: str = ""
    known_at: dt.datetime | None = None
    supersedes: str = ""
    note: str = ""

    @property
    def partial(self) -> bool:
        """Whether the row covers some hours of its day only."""
        return self.start_time is not None


FIELDS = (
    "id",
    "date",
    "start_time",
    "end_time",
    "scope",
    "territory",
    "effect",
    "name",
    "legal_basis",
    "published_on",
    "source",
    "known_at",
    "supersedes",
    "note",
)
"""The columns of a file of rows, in their order."""

_LONGEST = {"id": 64, "territory": 120, "name": 200, "legal_basis": 200, "supersedes": 200}
_LONGEST_OTHER = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong with one field of a row, and where it stands (``file`` and ``line`` when read from a file)."""

    column: str
    what: str
    file: str = ""
    line: int = 0

    def __str__(self) -> str:
        place = f"{self.file}: línea {self.line}, " if self.line else ""
        return f"{place}columna {self.column}: {self.what}"


class CalendarDataError(ValueError):
    """Calendar rows that cannot be taken in; ``faults`` holds every one that was found."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


def parse_row(fields: Mapping[str, str]) -> Row:
    """Read a row from its written fields (dates ISO, times HH:MM, instants ISO with offset; absent or "" = none).

    Raises CalendarDataError with every fault of the row.
    """
    faults: list[Fault] = [Fault(column=name, what="columna desconocida") for name in fields if name not in FIELDS]

    def text(column: str, *, required: bool = False) -> str:
        value = fields.get(column, "").strip()
        if required and not value:
            faults.append(Fault(column=column, what="falta"))
        longest = _LONGEST.get(column, _LONGEST_OTHER)
        if not value.isprintable() or len(value) > longest:
            faults.append(Fault(column=column, what=f"tiene caracteres de control o más de {longest} letras"))
        return value

    def day(column: str, *, required: bool = False) -> dt.date | None:
        value = text(column, required=required)
        try:
            if value and len(value) != len("2026-07-27"):  # the one form that every reader of the file understands
                raise ValueError
            return dt.date.fromisoformat(value) if value else None
        except ValueError:
            faults.append(Fault(column=column, what=f"«{value}» no es una fecha como 2026-07-27"))
            return None

    def moment(column: str) -> dt.time | None:
        value = text(column)
        try:
            if value and len(value) != len("12:00"):
                raise ValueError
            return dt.time.fromisoformat(value) if value else None
        except ValueError:
            faults.append(Fault(column=column, what=f"«{value}» no es una hora como 12:00"))
            return None

    def word(column: str, among: type[StrEnum]) -> str:
        value = text(column, required=True)
        if value and value not in list(among):
            faults.append(Fault(column=column, what=f"«{value}» no es ninguno de: {', '.join(among)}"))
        return value

    def instant(column: str) -> dt.datetime | None:
        value = text(column)
        try:
            return parse_instant(value) if value else None
        except ValueError as error:
            faults.append(Fault(column=column, what=str(error)))
            return None

    on = day("date", required=True)
    start_time, end_time = moment("start_time"), moment("end_time")
    scope, effect = word("scope", Scope), word("effect", Effect)
    name, legal_basis = text("name", required=True), text("legal_basis", required=True)
    published_on, known_at = day("published_on"), instant("known_at")
    rest = {column: text(column) for column in ("id", "territory", "source", "supersedes", "note")}
    if (start_time is None) != (end_time is None) and not any(f.column in ("start_time", "end_time") for f in faults):
        faults.append(Fault(column="end_time", what="medio día: escriba la hora de inicio y la de fin"))
    if start_time and end_time and start_time >= end_time:
        faults.append(Fault(column="end_time", what="la hora de fin no es posterior a la de inicio"))
    if start_time and effect == Effect.WORKING:
        faults.append(Fault(column="start_time", what="un día hábil no se declara por horas"))
    if faults or on is None:
        raise CalendarDataError(faults)
    return Row(
        date=on,
        start_time=start_time,
        end_time=end_time,
        scope=Scope(scope),
        effect=Effect(effect),
        name=name,
        legal_basis=legal_basis,
        published_on=published_on,
        known_at=known_at,
        **rest,
    )


def read_rows(lines: Iterable[str], file: str) -> tuple[Row, ...]:
    """Read rows from the lines of a CSV file whose header names the columns (any order, unknown names refused).

    Raises CalendarDataError naming file, line, column and what, for every fault at once.
    """
    reader = csv.reader(lines, strict=True)
    rows: list[Row] = []
    faults: list[Fault] = []
    seen: dict[str, int] = {}
    try:
        header = next(reader, [])
        missing = [name for name in ("date", "scope", "effect", "name", "legal_basis") if name not in header]
        if missing:
            raise CalendarDataError(
                [Fault(file=file, line=1, column=name, what="falta la columna") for name in missing]
            )
        for cells in reader:
            line = reader.line_num
            if len(cells) != len(header):
                what = f"la fila tiene {len(cells)} celdas y la cabecera {len(header)}"
                faults.append(Fault(file=file, line=line, column=str(min(len(cells), len(header)) + 1), what=what))
                continue
            try:
                row = parse_row(dict(zip(header, cells, strict=True)))
            except CalendarDataError as error:
                faults += [Fault(file=file, line=line, column=fault.column, what=fault.what) for fault in error.faults]
                continue
            if row.id and row.id in seen:
                faults.append(Fault(file=file, line=line, column="id", what=f"repite la línea {seen[row.id]}"))
            seen[row.id] = line
            rows.append(row)
    except csv.Error as error:
        faults.append(Fault(file=file, line=reader.line_num, column="1", what=f"no es CSV: {error}"))
    if faults:
        raise CalendarDataError(faults)
    return tuple(rows)


def canonical(row: Row) -> dict[str, str]:
    """Write every field of a row as text ("" for none), the same on every machine: what the version hashes."""
    return {
        name: "" if value is None else value if isinstance(value, str) else value.isoformat()
        for name, value in asdict(row).items()
    }
