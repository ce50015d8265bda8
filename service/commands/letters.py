"""som letters: letters that could not be analysed, and mailboxes that do not agree with the ledger."""

from pathlib import Path

import typer

from service.commands.common import JSON, desk, document, lima, me, table
from service.exits import Refused, path_error

LETTER = typer.Argument(..., metavar="CARTA", help="Número de la carta, como lo muestra som letters list.")


def register(app: typer.Typer) -> None:
    """Add ``som letters``."""
    letters = typer.Typer(
        no_args_is_help=True,
        help="Cartas sin analizar: verlas, intentarlas otra vez, exportarlas; buzones que no cuadran.",
    )
    app.add_typer(letters, name="letters")

    @letters.command("list")
    def listing(as_json: bool = JSON) -> None:
        """Muestra las cartas que no se pudieron analizar o que eran muy grandes para cargarlas."""
        from tickets import intake

        with desk() as opened, opened.store.read() as session:
            me(opened)
            put_away = intake.quarantined(session)
        if as_json:
            document(
                [
                    {
                        "id": one.id,
                        "mailbox": one.mailbox,
                        "size": one.size,
                        "arrived_at": lima(one.arrived_at),
                        "partial": one.partial,
                        "error": one.last_error,
                    }
                    for one in put_away
                ]
            )
            return
        table(
            ["carta", "buzón", "bytes", "llegó", "qué pasó"],
            [[one.id, one.mailbox, one.size, lima(one.arrived_at), one.last_error or "muy grande"] for one in put_away],
        )

    @letters.command()
    def retry(letter_id: int = LETTER) -> None:
        """Analiza una carta otra vez; su caso sigue siendo el mismo."""
        from calendar_pe import CalendarRangeError
        from casework import quarantine, receive
        from tickets import intake

        with desk() as opened:
            try:
                with opened.store.read() as session:
                    known = intake.arrival_of(session, letter_id) is not None
                if not known:
                    raise Refused(f"no hay una carta {letter_id}; «som letters list» muestra las que no se analizaron")
                if not quarantine.retry(opened, me(opened), letter_id):
                    raise Refused(f"la carta {letter_id} no está en cuarentena, o aquí solo están sus cabeceras")
            except CalendarRangeError as error:
                raise Refused(f"la carta {letter_id} sigue en cuarentena, sin plazo que contar: {error}") from None
            receive.process(opened)

    @letters.command()
    def export(
        letter_id: int = LETTER,
        to: Path = typer.Option(..., "--to", metavar="ARCHIVO", help="Archivo que se escribe; no debe existir."),
    ) -> None:
        """Escribe en un archivo los bytes de una carta, tal como llegaron."""
        from casework import quarantine

        with desk() as opened:
            found = quarantine.export(opened, me(opened), letter_id)
        if found is None:
            raise Refused(f"no hay una carta {letter_id}; «som letters list» muestra las que no se analizaron")
        raw, whole = found
        try:
            with to.open("xb") as file:
                file.write(raw)
        except OSError as error:
            raise path_error(to, error) from None
        if not whole:
            typer.echo("som: solo las cabeceras: la carta pasa del tamaño máximo y quedó entera en su buzón", err=True)

    @letters.command()
    def accept(
        mailbox: str = typer.Argument(..., metavar="BUZÓN", help="Su nombre en la configuración."),
    ) -> None:
        """Da por revisada la diferencia entre un buzón y el registro; las cartas nuevas se siguen comparando."""
        from casework import reconcile

        with desk() as opened:
            if not reconcile.accept(opened, me(opened), mailbox):
                raise Refused(f"el buzón «{mailbox}» no tiene ninguna diferencia pendiente")
