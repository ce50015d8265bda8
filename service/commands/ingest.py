"""som ingest: letters from files, through the same way as letters from a server."""

from pathlib import Path

import typer

from service.commands.common import JSON, NOW, desk, document, instant
from service.exits import Refused


def register(app: typer.Typer) -> None:
    """Add ``som ingest``."""

    @app.command()
    def ingest(
        path: Path = typer.Argument(..., help="An .eml file, a folder of them, or a Maildir."),
        mailbox: str = typer.Option("import", help="Mailbox that the letters count as having come to."),
        arrived_at: str | None = typer.Option(
            None, "--arrived-at", metavar="INSTANT", help="Arrival of letters that carry no Received header."
        ),
        as_json: bool = JSON,
        now: str | None = NOW,
    ) -> None:
        """Take letters in from files; the same file twice is the same letter."""
        from casework.receive import MailLedger, process
        from inbox.poller import PollSettings, poll
        from inbox.sources import SourceError
        from inbox.sources.files import eml_files, maildir
        from tickets import intake

        with desk(now) as opened:
            try:
                open_files = maildir if (path / "cur").is_dir() else eml_files
                source = open_files(path, mailbox, stated_at=instant(arrived_at))
                with opened.store.read() as session:
                    before = intake.last_id(session)
                passed = poll(source, MailLedger(opened), settings=PollSettings())
            except SourceError as error:
                raise Refused(str(error)) from error
            process(opened)
            with opened.store.read() as session:
                counted = intake.outcomes(session, before)
                repeated = counted.get("duplicate", 0)  # another copy of a letter that is here already
                kept = sum(counted.values()) - repeated
        result = {
            "read": passed.seen,
            "kept": kept,
            "known": passed.seen - kept - len(passed.unreadable),
            "tickets": counted.get("ticket", 0),
            "follow_ups": counted.get("follow_up", 0),
            "machine": counted.get("machine", 0),
            "bounces": counted.get("bounce", 0),
            "quarantined": counted.get("quarantine", 0),
            "failed": counted.get("", 0) + len(passed.unreadable),
        }
        if as_json:
            document(result)
        else:
            typer.echo(", ".join(f"{name} {number}" for name, number in result.items()))
