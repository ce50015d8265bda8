"""som letters: letters that could not be analysed, and mailboxes that do not agree with the ledger."""

from pathlib import Path

import typer

from service.commands.common import JSON, desk, document, lima, me, table
from service.exits import Refused


def register(app: typer.Typer) -> None:
    """Add ``som letters``."""
    letters = typer.Typer(
        no_args_is_help=True, help="Letters in quarantine: list, retry, export. Mailboxes that differ: accept."
    )
    app.add_typer(letters, name="letters")

    @letters.command("list")
    def listing(as_json: bool = JSON) -> None:
        """Show letters that could not be analysed, or that were too large to load."""
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
    def retry(letter_id: int) -> None:
        """Analyse a letter again; its quarantined case stays, linked."""
        from calendar_pe import CalendarRangeError
        from casework import quarantine, receive

        with desk() as opened:
            try:
                if not quarantine.retry(opened, me(opened), letter_id):
                    raise Refused(f"la carta {letter_id} no está en cuarentena, o aquí solo están sus cabeceras")
            except CalendarRangeError as error:
                raise Refused(f"la carta {letter_id} sigue en cuarentena, sin plazo que contar: {error}") from None
            receive.process(opened)

    @letters.command()
    def export(letter_id: int, to: Path = typer.Option(..., "--to", help="File to write; it must not exist.")) -> None:
        """Write the bytes of a letter to a file, exactly as they arrived."""
        from casework import quarantine

        with desk() as opened:
            found = quarantine.export(opened, me(opened), letter_id)
        if found is None:
            raise Refused(f"no hay una carta {letter_id}")
        raw, whole = found
        try:
            with to.open("xb") as file:
                file.write(raw)
        except OSError as error:
            raise Refused(f"{to}: {error.strerror}") from None
        if not whole:
            typer.echo("som: solo las cabeceras: la carta pasa del tamaño máximo y quedó entera en su buzón", err=True)

    @letters.command()
    def accept(mailbox: str) -> None:
        """Say that a difference between a mailbox and the ledger is in order; later letters go on being compared."""
        from casework import reconcile

        with desk() as opened:
            if not reconcile.accept(opened, me(opened), mailbox):
                raise Refused(f"el buzón «{mailbox}» no tiene ninguna diferencia pendiente")
