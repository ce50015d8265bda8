"""``som inspect``: what is read from a letter, one line of JSON per file, whatever the file holds."""

import json
import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import typer

from service.exits import Misused


def register(app: typer.Typer) -> None:
    """Add ``inspect``."""
    app.command("inspect")(inspect)


def inspect(
    paths: list[Path] = typer.Argument(..., metavar="PATH...", help="Letters, or folders searched for *.eml."),
    as_jsonl: bool = typer.Option(False, "--jsonl", help="One JSON object per file (the only form there is)."),
) -> None:
    """Show what the service reads from letters; nothing is stored.

    A line per file whatever happens. ``date`` is what the sender claims, with the sender's offset; ``-0000`` and a
    missing zone are read as UTC (+00:00); null means that there is no readable date.
    """
    if not as_jsonl:
        raise Misused("inspect escribe solo con --jsonl: un objeto JSON por carta")
    for path in _files(paths):
        line = json.dumps(described(path), ensure_ascii=False, separators=(",", ":"))
        typer.echo((line + "\n").encode("utf-8", "replace"), nl=False)


def _files(paths: Iterable[Path]) -> Iterator[str]:
    """Yield each file as it was named; of a folder, every *.eml below it in sorted order."""
    for path in paths:
        if path.is_dir():
            yield from sorted(
                os.path.join(folder, name)
                for folder, _, names in os.walk(path)
                for name in names
                if name.lower().endswith(".eml")
            )
        else:
            yield str(path)


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
        reason = os.strerror(error.errno) if error.errno else str(error)
        letter = Letter(defects=(f"no se pudo leer el archivo: {clean_line(reason)}",))
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
