"""som demo: the whole way of a letter on this machine, with servers of its own."""

import sys
from pathlib import Path

import typer

from service.commands.common import at_terminal, table
from service.exits import Misused


def register(app: typer.Typer) -> None:
    """Add ``som demo``."""

    @app.command()
    def demo(
        folder: Path = typer.Option(
            Path(".demo"), metavar="CARPETA", help="Carpeta de la demostración; se hace de nuevo cada vez."
        ),
        interactive: bool | None = typer.Option(
            None, "--interactive/--no-interactive", help="Abre la bandeja al final (si no: solo en una terminal)."
        ),
    ) -> None:
        """Muestra la mesa en marcha con cartas de ejemplo: IMAP, SMTP y base de datos de verdad, en esta máquina."""
        try:
            from service.demo.run import at_work
            from service.demo.run import demo as use
        except ModuleNotFoundError as error:
            raise Misused(f"la demostración necesita {error.name}: instale som-desk[demo] o use make demo") from None
        from service.demo.samples import NOW
        from service.logs import configure
        from service.settings import load
        from service.wiring import opened_desk

        configure("error", "text")
        with use(folder, lambda line: typer.echo(line, err=True)) as shown:
            if at_terminal() if interactive is None else interactive:
                from service.commands.queue import open_console

                with at_work(load(shown.config)):
                    # the jobs beside it have written down later instants already: no news to whoever looks on
                    open_console(load(shown.config), NOW, running=True, tell=lambda _said: None)
                return
            typer.echo(f"Entraron {shown.letters_in} cartas y salieron {shown.letters_out}.\n", err=True)
            with opened_desk(load(shown.config), now=NOW) as desk:
                _show_queue(desk)
        typer.echo(f"\nPara seguir mirando: {sys.argv[0]} --config {shown.config} ticket list", err=True)


def _show_queue(desk: object) -> None:
    from console.lines import HEADINGS, queue_lines

    table(list(HEADINGS), queue_lines(desk))  # type: ignore[arg-type]
