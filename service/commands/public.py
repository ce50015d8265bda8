"""som bank, som remediation publish: pages for the public beside the indicators."""

from pathlib import Path

import typer

from service.commands.common import NOW, desk, folder
from service.exits import path_error

OUT = typer.Option(..., "--out", metavar="CARPETA", help="Carpeta en la que se escribe.")


def register(app: typer.Typer) -> None:
    """Add ``som bank`` and ``som remediation publish``."""

    @app.command()
    def bank(out: Path = OUT) -> None:
        """Escribe la página de preguntas y respuestas, hecha con las respuestas tipo publicadas."""
        from calendar_pe import clock
        from oversight.bank import publish
        from replies.catalogue import load

        try:
            typer.echo(publish(load(), clock.lima_date(clock.now()), folder(out)))
        except OSError as error:
            raise path_error(out, error) from None

    group = next(one.typer_instance for one in app.registered_groups if one.name == "remediation")
    assert group is not None

    @group.command()
    def publish(out: Path = OUT, now: str | None = NOW) -> None:
        """Escribe el registro público de compromisos incumplidos: motivos y medidas, sin datos personales."""
        from oversight.register import publish as use

        with desk(now) as opened:
            try:
                written = use(opened, folder(out))
            except OSError as error:
                raise path_error(out, error) from None
        for path in written:
            typer.echo(path)
