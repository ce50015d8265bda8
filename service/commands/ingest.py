"""som ingest: letters from files, through the same way as letters from a server."""

import math
import os
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from service.commands.common import JSON, NOW, desk, document, instant, settings
from service.exits import Misused, path_error

if TYPE_CHECKING:
    from casework.desk import Desk
    from inbox.sources.files import FilesSource

_SAID = {
    "read": "leídas",
    "kept": "guardadas ahora",
    "known": "ya conocidas",
    "tickets": "casos nuevos",
    "follow_ups": "de casos que ya había",
    "machine": "automáticas",
    "bounces": "avisos de no entrega",
    "quarantined": "sin analizar",
    "failed": "por intentar otra vez",
}
_COUNTED_AS = {
    "ticket": "tickets",
    "follow_up": "follow_ups",
    "machine": "machine",
    "bounce": "bounces",
    "quarantine": "quarantined",
    "duplicate": "known",
    "": "failed",
}
"""What became of a letter, and the word that counts it; "" still waits to be tried again."""


def register(app: typer.Typer) -> None:
    """Add ``som ingest``."""

    @app.command()
    def ingest(
        path: Path = typer.Argument(
            ..., metavar="RUTA", readable=False, help="Un archivo .eml, una carpeta con ellos o un Maildir."
        ),
        mailbox: str = typer.Option(
            "import", metavar="BUZÓN", help="Buzón al que se considera que llegaron estas cartas."
        ),
        arrived_at: str | None = typer.Option(
            None, "--arrived-at", metavar="INSTANTE", help="Llegada de las cartas que no traen cabecera Received."
        ),
        as_json: bool = JSON,
        now: str | None = NOW,
    ) -> None:
        """Recoge cartas de archivos; el mismo archivo dos veces es la misma carta.

        Cada archivo se cuenta una sola vez: read = known + tickets + follow_ups + machine + bounces + quarantined +
        failed. De ellos, kept son los que se guardaron por primera vez en esta vuelta, y failed los que no se pudieron
        leer o analizar y se intentarán en la siguiente.
        """
        from inbox.sources import SourceError
        from inbox.sources.files import eml_files, maildir

        stated_at = instant(arrived_at)
        if not mailbox.strip():
            raise Misused("--mailbox: falta el nombre del buzón")
        with desk(now) as opened:
            try:
                open_files = maildir if os.path.isdir(path / "cur") else eml_files
                counted = _take_in(opened, open_files(path, mailbox, stated_at=stated_at))
            except SourceError as error:
                raise Misused(str(error)) from error
            except OSError as error:
                raise path_error(error.filename or path, error) from error
        if not counted["read"]:
            typer.echo(f"No hay ninguna carta (*.eml) en {path}.", err=True)
        if as_json:
            document(counted)
        else:
            typer.echo(", ".join(f"{_SAID[name]} {number}" for name, number in counted.items()))


def _take_in(opened: "Desk", source: "FilesSource") -> dict[str, int]:
    """Take the letters of a source in and count each of its files once."""
    from casework.receive import MailLedger, process
    from inbox.poller import poll
    from tickets import intake

    with opened.store.read() as session:
        last = intake.last_id(session)
    passed = poll(source, MailLedger(opened), settings=replace(settings().poll_settings(), pass_seconds=math.inf))
    uids = source.uids()
    with opened.store.read() as session:
        before = intake.copies(session, source.name, passed.uidvalidity, uids)
    process(opened)
    with opened.store.read() as session:
        after = intake.copies(session, source.name, passed.uidvalidity, uids)

    fresh = {uid for uid, (number, _) in after.items() if number > last}
    known = {uid for uid, (_, outcome) in before.items() if outcome and uid not in fresh}
    became = Counter("known" if uid in known else _COUNTED_AS[after.get(uid, (0, ""))[1]] for uid in uids)
    for trouble in passed.trouble:
        typer.echo(f"som: {trouble}", err=True)
    return {
        "read": source.files,
        "kept": len(fresh),
        "known": became["known"] + source.files - len(uids),  # a second file with the same bytes brings nothing new
        **{word: became[word] for word in _SAID if word not in ("read", "kept", "known")},
    }
