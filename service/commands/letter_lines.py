"""Letters as JSON lines, the form in which ``som triage`` and ``som suggest`` take and give them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from service.commands.common import given
from service.exits import Refused, path_error


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """One letter as a line brought it; ``fields`` is the whole object. A text that is missing or null is ""."""

    place: str
    id: str | int | bool | None
    subject: str
    body: str
    fields: dict[str, Any]


def read_lines(path: str, *, keep_blank: bool = False) -> Iterator[tuple[int, str]]:
    """Yield the lines of a file, or of stdin for ``-``, with their numbers; blank ones only when asked for.

    Raises ``Misused`` for a file that cannot be read and ``Refused`` for a line that is not UTF-8.
    """
    try:
        content = given().read() if path == "-" else Path(path).read_bytes()
    except OSError as error:
        raise path_error(path, error) from None
    for number, raw in enumerate(content.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        try:
            line = raw.decode()
        except UnicodeDecodeError as error:
            raise Refused(f"{_file(path)}: línea {number}, byte {error.start + 1}: no está en UTF-8") from None
        if keep_blank or line.strip():
            yield number, line


def read_letters(path: str) -> list[Given]:
    """Return every letter of a file in its order. Raises ``Refused`` with line and column for what is no letter."""
    return [_letter(f"{_file(path)}: línea {number}", line) for number, line in read_lines(path)]


def written(row: dict[str, Any]) -> str:
    """Return an object as one line, whatever characters it holds."""
    readable = json.dumps(row, ensure_ascii=False)
    return (readable if readable.isprintable() else json.dumps(row)) + "\n"


def _file(path: str) -> str:
    return "stdin" if path == "-" else path


def _letter(place: str, line: str) -> Given:
    row = _object(place, line)
    if "id" not in row:
        raise Refused(f"{place}: no tiene id")
    if isinstance(row["id"], float | list | dict):
        raise Refused(f"{place}: el id debe ser un texto o un número entero")
    texts = {key: row.get(key) for key in ("subject", "body")}
    for key, text in texts.items():
        if not isinstance(text, str | None):
            raise Refused(f"{place}: {key} no es un texto")
    return Given(place=place, id=row["id"], subject=texts["subject"] or "", body=texts["body"] or "", fields=row)


def _object(place: str, line: str) -> dict[str, Any]:
    try:
        row = json.loads(line, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise Refused(f"{place}, columna {error.colno}: desde aquí no es JSON") from None
    except ValueError as error:
        raise Refused(f"{place}: no es JSON: {error}") from None
    except RecursionError:
        raise Refused(f"{place}: no es JSON: tiene demasiados niveles") from None
    if not isinstance(row, dict):
        raise Refused(f"{place}, columna 1: no es un objeto JSON")
    return row


def _no_constant(word: str) -> None:
    """NaN and Infinity are Python's, not JSON's (RFC 8259, 6)."""
    raise ValueError(f"{word} no es un valor de JSON")
