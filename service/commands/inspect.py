"""``som inspect``: what is read from a letter, one line of JSON per file, whatever the file holds."""

import json
import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import typer

from service.exits import Misused, said


def register(app: typer.Typer) -> None:
    """Add ``inspect``."""
    app.command("inspect")(inspect)


def inspect(
    paths: list[Path] = typer.Argument(
        ..., metavar="RUTA", readable=False, help="Cartas, o carpetas en las que se buscan archivos *.eml."
    ),
    as_jsonl: bool = typer.Option(False, "--jsonl", help="Un objeto JSON por archivo (la única forma que hay)."),
) -> None:
    """Muestra lo que el servicio lee en unas cartas, sin guardar nada.

    Una línea por archivo, pase lo que pase. date es la fecha que dice el remitente, con su zona; -0000 y una zona que
    falta se leen como UTC (+00:00); null quiere decir que no hay una fecha legible.
    """
    if not as_jsonl:
        raise Misused("inspect escribe solo con --jsonl: un objeto JSON por carta")
    for path in _files(paths):
        line = json.dumps(described(path), ensure_ascii=False, separators=(",", ":"))
        typer.echo((line + "\n").encode("utf-8", "replace"), nl=False)


def _files(paths: Iterable[Path]) -> Iterator[str]:
    """Yield each file as it was named; of a folder, every *.eml below it in sorted order."""
    for path in paths:
        if os.path.isdir(path):
            yield from sorted(
                os.path.join(folder, name)
                for folder, _, names in os.walk(path, onerror=_tell)
                for name in names
                if name.lower().endswith(".eml")
            )
        else:
            yield str(path)


def _tell(error: OSError) -> None:
    typer.echo(f"som: {error.filename}: {said(error)}", err=True)


def described(path: str) -> dict[str, Any]:
    """Return what is read from one file, in the form of the contract; a file that cannot be read is a defect."""
    from inbox import bounce, caps, machine
    from inbox.parse import parse
    from letters.clean import clean_line
    from letters.letter import Letter

    try:
        if not stat.S_ISREG(os.stat(path).st_mode):  # reading a pipe may never end
            raise OSError("no es un archivo común")
        with open(path, "rb") as file:
            letter = parse(file.read(caps.SIZE + 1))
    except OSError as error:
        letter = Letter(defects=(f"no se pudo leer el archivo: {clean_line(said(error))}",))
    written = machine.judge(letter)
    returned = bounce.judge(letter)
    return {
        "file": path.encode("utf-8", "surrogateescape").decode("utf-8", "replace"),
        "subject": letter.subject,
        "from_address": letter.from_address,
        "from_name": letter.from_name,
        "to": list(letter.to),
        "date": letter.date.isoformat(timespec="seconds") if letter.date else None,
        "message_id": letter.message_id,
        "in_reply_to": letter.in_reply_to,
        "references": list(letter.references),
        "text": letter.text,
        "newest_text": letter.newest_text,
        "attachments": [{"name": each.name, "type": each.type, "size": each.size} for each in letter.attachments],
        "machine": {
            "is": written.is_machine or returned.is_bounce,
            "why": written.why or ("es un aviso de entrega" if returned.is_bounce else ""),
        },
        "bounce": {
            "is": returned.is_bounce,
            "permanent": returned.permanent,
            "recipients": list(returned.recipients),
            "original_message_id": returned.original_message_id,
        },
        "defects": list(letter.defects),
    }
