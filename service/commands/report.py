"""som report: the monthly report, frozen when the month stands, as pages and files."""

from pathlib import Path

import typer

from service.commands import common
from service.commands.common import NOW, desk, me, settings
from service.exits import Misused, Refused, path_error


def register(app: typer.Typer) -> None:
    """Add ``som report``."""

    @app.command()
    def report(
        month: str = typer.Argument(..., metavar="AAAA-MM", help="El mes."),
        out: Path | None = typer.Option(
            None, "--out", metavar="CARPETA", help="Carpeta para las páginas y los archivos."
        ),
        erratum: str | None = typer.Option(
            None, metavar="MOTIVO", help="Corrige un mes ya fijado: una versión nueva, con este motivo."
        ),
        notes: Path | None = typer.Option(
            None, metavar="ARCHIVO", help="Notas de esta oficina para el informe de gestión, en texto."
        ),
        publish: bool = typer.Option(False, "--publish", help="Anota que la última versión es pública desde hoy."),
        now: str | None = NOW,
    ) -> None:
        """Escribe el informe de un mes; la primera vez que el mes está completo, sus cifras quedan fijas.

        Ejemplo: som report 2026-10 --out informes
        """
        from calendar_pe import CalendarRangeError
        from casework import publication
        from casework.publication import CannotPublish
        from oversight.management import write_management
        from oversight.report import prepare, write_month

        common.month(month)
        if out is None and erratum is None and notes is None and not publish:
            raise Misused("indique --out CARPETA, o qué hacer: --erratum, --notes o --publish")
        if out is not None:
            common.folder(out)
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
                raise path_error(error.filename or out or "", error) from error
        for path in written:
            typer.echo(path)
        if found[-1].provisional:
            typer.echo("som: cifras provisionales: el mes todavía puede cambiar", err=True)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise path_error(path, error) from None
    except UnicodeDecodeError as error:
        raise Misused(f"{path}: no está en UTF-8 desde el byte {error.start + 1}") from None
