"""``som due``: when a letter that arrived at some instant must be answered, for one letter or for a whole list."""

import csv
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING, BinaryIO

import typer

from service.commands.common import given
from service.exits import Misused, Refused, path_error

if TYPE_CHECKING:
    from datetime import datetime

    from sla.promises import Kind
    from sla.reckon import Deadline, Reckoning

HEADER = (
    "received_at",
    "kind",
    "clock_starts_on",
    "due_on",
    "due_at",
    "legal_due_at",
    "target_at",
    "reading",
    "calendar_version",
)
_IN_MEMORY = 32 * 1024 * 1024
_CHUNK = 1024 * 1024


def register(app: typer.Typer) -> None:
    """Add ``due``."""
    app.command("due")(due)


def due(
    received_at: str | None = typer.Argument(
        None, metavar="LLEGADA", help="Fecha y hora con su zona, como 2026-11-23T10:00:00-05:00."
    ),
    kind: str | None = typer.Option(
        None, "--kind", metavar="TIPO", help="consulta (si no se dice otra cosa), sugerencia o reclamo."
    ),
    as_json: bool = typer.Option(False, "--json", help="Un solo documento JSON."),
    csv_file: str | None = typer.Option(
        None, "--csv", metavar="ARCHIVO|-", help="Calcula una lista con las columnas received_at,kind."
    ),
) -> None:
    """Dice hasta cuándo hay que responder una carta, y por qué."""
    if csv_file is not None:
        if received_at is not None or kind is not None or as_json:
            raise Misused("--csv va solo: la lista ya dice la llegada y el tipo de cada carta")
        _due_list(csv_file)
        return
    if received_at is None:
        raise Misused("falta la llegada (RECEIVED_AT), por ejemplo 2026-11-23T10:00:00-05:00 (o --csv ARCHIVO)")
    _due_one(received_at, kind, as_json=as_json)


def _due_one(received_at: str, kind: str | None, *, as_json: bool) -> None:
    from calendar_pe.clock import parse_instant
    from service.clockwork import clockwork
    from sla.promises import Kind, parse_kind
    from sla.reckon import reckon

    try:
        arrived_at = parse_instant(received_at)
    except ValueError as error:
        raise Misused(str(error)) from error
    desk = clockwork()
    try:
        wanted = Kind.CONSULTA if kind is None else parse_kind(kind)
    except ValueError as error:
        raise Misused(f"--kind: {error}") from error
    try:
        reckoning = reckon(arrived_at, wanted, desk.calendar, desk.promises)
    except ValueError as error:
        raise Refused(str(error)) from error
    if as_json:
        typer.echo(json.dumps(_document(reckoning), ensure_ascii=False, indent=2))
    else:
        typer.echo(_told(reckoning))


def _document(reckoning: "Reckoning") -> dict[str, object]:
    from calendar_pe.clock import format_instant

    return {
        "received_at": format_instant(reckoning.received_at),
        "kind": str(reckoning.kind),
        "clock_starts_on": reckoning.clock_starts_on.isoformat(),
        "due_on": reckoning.due_on.isoformat(),
        "due_at": format_instant(reckoning.due_at),
        "legal_due_at": format_instant(reckoning.legal_due_at),
        "target_at": format_instant(reckoning.target_at),
        "reading": str(reckoning.reading),
        "calendar_version": reckoning.calendar_version,
        "provisional": reckoning.provisional,
        "trace": [
            {"date": step.date.isoformat(), "working": step.working, "why": step.why} for step in reckoning.trace
        ],
    }


def _told(reckoning: "Reckoning") -> str:
    from calendar_pe.clock import words

    lines = [
        f"{str(reckoning.kind).capitalize()} recibida el {words(reckoning.received_at)}",
        f"  Responder hasta el {words(reckoning.due_at)}",
    ]
    if reckoning.target_at != reckoning.due_at:
        lines.append(f"  Mejor antes del {words(reckoning.target_at)}")
    lines.append("")
    lines += [
        f"  {step.date:%d/%m/%Y}  {'hábil   ' if step.working else 'no hábil'}  {step.why}" for step in reckoning.trace
    ]
    if reckoning.provisional:
        lines += ["", "  Fecha provisional: para ese año todavía no se conoce ningún decreto."]
    lines += ["", f"  Lectura {reckoning.reading} · calendario {reckoning.calendar_version}"]
    return "\n".join(lines)


# -- lists


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a cell stands, for the person who has to mend it."""

    file: str
    line: int

    def bad(self, column: int, name: str, what: str) -> Refused:
        return Refused(f"{self.file}: línea {self.line}, columna {column} ({name}): {what}")


def _due_list(path: str) -> None:
    """Reckon a CSV list whole or not at all: nothing is printed until every row is good."""
    from service.clockwork import clockwork
    from sla.reckon import deadline

    desk = clockwork()
    version, reading = desk.calendar.version, str(desk.promises.reading)
    tail = _memo(version, reading)
    with SpooledTemporaryFile(max_size=_IN_MEMORY, mode="w+", encoding="utf-8", newline="") as kept:
        writer = csv.writer(kept, lineterminator="\n")
        writer.writerow(HEADER)
        with _opened(path) as source:
            for place, column, raw, instant, kind in _rows(source, path):
                try:
                    found = deadline(instant, kind, desk.calendar, desk.promises)
                except ValueError as error:
                    raise place.bad(column, "received_at", str(error)) from error
                writer.writerow((raw, kind.value, *tail(found)))
        kept.seek(0)
        while chunk := kept.read(_CHUNK):
            typer.echo(chunk.encode(), nl=False)


def _memo(version: str, reading: str) -> "Callable[[Deadline], tuple[str, ...]]":
    """Return what writes the columns of a deadline, remembering those it has written."""
    from functools import lru_cache

    from calendar_pe.clock import format_instant

    written = lru_cache(maxsize=4096)(format_instant)

    def tail(found: "Deadline") -> tuple[str, ...]:
        return (
            found.clock_starts_on.isoformat(),
            found.due_on.isoformat(),
            written(found.due_at),
            written(found.legal_due_at),
            written(found.target_at),
            reading,
            version,
        )

    return tail


def _rows(source: BinaryIO, path: str) -> "Iterator[tuple[_Place, int, str, datetime, Kind]]":
    """Read the rows of the list: place and column of the arrival, as written, the instant, the kind."""
    from calendar_pe.clock import parse_instant
    from sla.promises import Kind, parse_kind

    file = "stdin" if path == "-" else path
    kinds = {kind.value: kind for kind in Kind}
    reader = csv.reader(_decoded(source, file), strict=True)
    line = 0
    blank: _Place | None = None
    try:
        header = [name.strip() for name in next(reader, [])]
        at, of = _columns(header, _Place(file, 1))
        line = reader.line_num
        for cells in reader:
            place = _Place(file, line + 1)
            line = reader.line_num
            if not cells:
                blank = blank or place
                continue
            if blank:
                raise blank.bad(1, "received_at", "la fila está vacía")
            if len(cells) != len(header):
                what = f"la fila tiene {len(cells)} celdas y la cabecera {len(header)}"
                raise place.bad(min(len(cells), len(header)) + 1, _name(header, len(cells)), what)
            try:
                instant = parse_instant(cells[at])
            except ValueError as error:
                raise place.bad(at + 1, "received_at", str(error)) from error
            kind = kinds.get(cells[of])
            if kind is None:
                try:
                    kind = parse_kind(cells[of])
                except ValueError as error:
                    raise place.bad(of + 1, "kind", str(error)) from error
            yield place, at + 1, cells[at], instant, kind
    except csv.Error as error:
        raise _Place(file, reader.line_num or line + 1).bad(1, "fila", f"no es CSV: {error}") from error


def _columns(header: list[str], place: _Place) -> tuple[int, int]:
    for name in ("received_at", "kind"):
        if header.count(name) != 1:
            raise place.bad(len(header) + 1, name, "la cabecera debe nombrar una vez cada columna: received_at,kind")
    return header.index("received_at"), header.index("kind")


def _name(header: list[str], index: int) -> str:
    return header[index] if index < len(header) else "fila"


def _decoded(source: Iterable[bytes], file: str) -> Iterator[str]:
    for number, raw in enumerate(source, 1):
        try:
            text = raw.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            raise _Place(file, number).bad(error.start + 1, "byte", "el texto no está en UTF-8") from error
        yield text


def _opened(path: str) -> AbstractContextManager[BinaryIO]:
    if path == "-":
        return nullcontext(given())
    try:
        return Path(path).open("rb")
    except OSError as error:
        raise path_error(path, error) from error
