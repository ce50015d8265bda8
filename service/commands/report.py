"""som report: the monthly report, frozen when the month stands, as pages and files."""

import re
from pathlib import Path

import typer

from service.commands.common import NOW, desk, me, settings
from service.exits import Misused, Refused


def register(app: typer.Typer) -> None:
    """Add ``som report``."""

    @app.command()
    def report(
        month: str = typer.Argument(..., metavar="YYYY-MM"),
        out: Path | None = typer.Option(None, "--out", metavar="DIR", help="Folder for the pages and files."),
        erratum: str | None = typer.Option(None, help="Correct a frozen month: a new version, with this reason."),
        notes: Path | None = typer.Option(None, help="Text file with this office's notes for the management report."),
        publish: bool = typer.Option(False, "--publish", help="Note that the newest version is public from today."),
        now: str | None = NOW,
    ) -> None:
        """Write a month's report; the first time after the month stands, its figures are frozen."""
        from calendar_pe import CalendarRangeError
        from casework import publication
        from casework.publication import CannotPublish
        from oversight.management import write_management
        from oversight.report import prepare, write_month

        if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", month):
            raise Misused(f"«{month}» no es un mes como 2026-11")
        if out is None and erratum is None and notes is None and not publish:
            raise Misused("indique --out CARPETA, o qué hacer: --erratum, --notes o --publish")
        asked = settings().report_settings()
        with desk(now) as opened:
            try:
                if notes is not None:
                    publication.write_note(opened, me(opened), month, _read(notes))
                found = prepare(opened, lambda: me(opened), month, asked, erratum=erratum)
                if publish:
                    publication.publish(opened, me(opened), month)
                written = (
                    []
                    if out is None
                    else [
                        *write_month(opened, found, out),
                        *write_management(opened, found[-1], asked, out),
                    ]
                )
            except (CannotPublish, CalendarRangeError) as error:
                raise Refused(str(error)) from error
            except OSError as error:
                raise Refused(f"no se puede escribir en {out}: {error.strerror}") from error
        for path in written:
            typer.echo(path)
        if found[-1].provisional:
            typer.echo("som: cifras provisionales: el mes todavía puede cambiar", err=True)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Misused(f"no se puede leer {path} como texto UTF-8: {error}") from None
