"""A month's figures as files: JSON and CSV to the byte, every file written whole or not at all."""

import csv
import io
import json
import os
import tempfile
from pathlib import Path

from oversight.edition import Edition
from oversight.tables import HIDDEN, Cell, flat, to_dict

CSV_HEADER = ("mes", "version", "tabla", "fila", "concepto", "medida", "valor", "unidad")


def to_json(edition: Edition) -> bytes:
    """Write an edition as JSON: its versions, the definitions and every table. Version 0 is provisional."""
    document = {
        "version": edition.version,
        "provisional": edition.provisional,
        "errata": [{"version": one.version, "as_of": one.as_of, "reason": one.reason} for one in edition.errata],
        "hidden": HIDDEN,
        **to_dict(edition.document),
    }
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()


def to_csv(edition: Edition) -> bytes:
    """Write every figure on a line of its own: UTF-8, LF, "" where there is none, ``*`` where it is kept back.

    An apostrophe leads a text that a spreadsheet would run as a formula.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(CSV_HEADER)
    writer.writerows([harmless(cell) for cell in row] for row in long_rows(edition))
    return out.getvalue().encode()


def harmless(cell: Cell) -> Cell:
    """Return a cell of a CSV file as no spreadsheet runs it: a text that begins like a formula after an apostrophe."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def long_rows(edition: Edition) -> list[tuple[str, int, str, str, str, str, Cell, str]]:
    """Return the figures line by line, as CSV and the data sheet hold them."""
    document = edition.document
    label = {(table.id, row.id): row.label for table in document.tables for row in table.rows}
    return [
        (document.month, edition.version, table, row, label[table, row], column, "" if cell is None else cell, unit)
        for table, row, column, cell, unit in flat(document)
    ]


def write(path: Path, content: bytes) -> None:
    """Write a file whole, readable by everybody, or leave what was there."""
    if not path.parent.is_dir():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.parent.chmod(0o755)
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
