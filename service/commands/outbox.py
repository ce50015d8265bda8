"""som outbox: what is on its way out, and what waits for a person's word."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from service.commands.common import JSON, desk, document, lima, me, table, with_word
from service.exits import Misused, Refused

if TYPE_CHECKING:
    from casework.desk import Desk
    from tickets.tables import Outgoing

OUTGOING = typer.Argument(..., metavar="ENVÍO", help="Número del envío, como lo muestra som outbox list.")


def register(app: typer.Typer) -> None:
    """Add ``som outbox``."""
    outbox = typer.Typer(no_args_is_help=True, help="Los envíos: verlos, retirarlos, repetirlos, detenerlos.")
    app.add_typer(outbox, name="outbox")

    @outbox.command("list")
    def listing(
        state: list[str] = typer.Option(
            [], metavar="ESTADO", help="Solo este estado (puede repetirse): waiting, deferred, uncertain…"
        ),
        limit: int = typer.Option(200, min=1, max=10_000, metavar="N", help="Cuántos mostrar, los más recientes."),
        as_json: bool = JSON,
    ) -> None:
        """Muestra los envíos, los más antiguos primero."""
        from console.words import MESSAGES, SENDS
        from tickets import cases, outgoing
        from tickets.states import OutboxState

        if unknown := set(state) - set(OutboxState):
            raise Misused(f"el estado «{min(unknown)}» no existe; son {', '.join(OutboxState)}")
        with desk() as opened, opened.store.read() as session:
            me(opened)
            letters = outgoing.listing(session, states=state, limit=limit)
            known = cases.known_by_id(session, {one.ticket_id for one in letters if one.ticket_id is not None})
            held = outgoing.held(session)
        references = {ticket_id: one.reference for ticket_id, one in known.items()}
        _explain([one for one in letters if one.state == OutboxState.UNCERTAIN])
        if as_json:
            document(
                [
                    {
                        "id": one.id,
                        "reference": references.get(one.ticket_id or 0),
                        "kind": one.kind,
                        "state": one.state,
                        "message_id": one.message_id,
                        "to": one.to_address,
                        "attempts": one.attempts,
                        "next_attempt_at": lima(one.next_attempt_at),
                        "sent_at": lima(one.sent_at),
                        "last_text": one.last_text,
                    }
                    for one in letters
                ]
            )
            return
        if held:
            typer.echo(f"La bandeja de salida está detenida: {held}. Para soltarla: som outbox release", err=True)
        table(
            ["envío", "caso", "qué es", "estado", "intentos", "próximo intento", "último aviso del servidor"],
            [
                [
                    one.id,
                    references.get(one.ticket_id or 0, ""),
                    MESSAGES.get(one.kind, one.kind),
                    with_word(one.state, SENDS),
                    one.attempts,
                    lima(one.next_attempt_at) or "",
                    one.last_text[:80],
                ]
                for one in letters
            ],
        )

    @outbox.command()
    def retry(outgoing_id: int = OUTGOING) -> None:
        """Intenta otra vez, ahora, un envío que no salió o quedó aplazado."""
        from casework import deliver

        with desk() as opened:
            _exists(opened, outgoing_id)
            deliver.retry(opened, me(opened), outgoing_id)

    @outbox.command()
    def undo(outgoing_id: int = OUTGOING) -> None:
        """Retira una respuesta antes de que salga; su texto queda como borrador suyo."""
        from casework import answer

        with desk() as opened:
            _exists(opened, outgoing_id)
            reference = answer.undo(opened, me(opened), outgoing_id)
        typer.echo(f"{reference}: retirada; su texto quedó como borrador", err=True)

    @outbox.command()
    def hold(why: str = typer.Option("detenida a mano", metavar="MOTIVO", help="Por qué no debe salir nada.")) -> None:
        """Detiene la bandeja de salida: nada sale hasta que se suelte."""
        from casework import holding

        with desk() as opened:
            holding.hold(opened, me(opened), why)

    @outbox.command()
    def release() -> None:
        """Suelta la bandeja de salida: los envíos vuelven a salir."""
        from casework import holding

        with desk() as opened:
            holding.release(opened, me(opened))

    @outbox.command()
    def settle(
        outgoing_id: int = OUTGOING,
        sent: bool = typer.Option(False, "--sent", help="Sí llegó: cuenta como enviada a la hora del intento."),
        resend: bool = typer.Option(False, "--resend", help="No llegó: sale otra vez la misma carta."),
    ) -> None:
        """Dice qué fue de un envío incierto; búsquelo antes, por su Message-ID, entre los correos enviados."""
        from casework import deliver

        if sent == resend:
            raise Misused("indique --sent o --resend, uno de los dos")
        with desk() as opened:
            _exists(opened, outgoing_id)
            deliver.settle(opened, me(opened), outgoing_id, sent=sent)


def _exists(opened: "Desk", outgoing_id: int) -> None:
    from tickets import outgoing

    me(opened)
    with opened.store.read() as session:
        if outgoing.load(session, outgoing_id) is None:
            raise Refused(f"no hay un envío {outgoing_id}; «som outbox list» muestra los que hay")


def _explain(uncertain: "Sequence[Outgoing]") -> None:
    """Say what a person may do about letters of which nobody knows whether they left."""
    if not uncertain:
        return
    typer.echo(
        "Se cortó la conexión al enviar estas cartas y no se sabe si llegaron. No se repiten solas:\n"
        "búsquelas entre los correos enviados, por su Message-ID, y decida.",
        err=True,
    )
    for one in uncertain:
        attempt = f"envío {one.id}, intento {lima(one.attempted_at)}, para {one.to_address}"
        typer.echo(f"  {attempt}\n    {one.message_id}", err=True)
    typer.echo(
        "  som outbox settle ENVÍO --sent     sí llegó: el plazo se cumplió a la hora del intento\n"
        "  som outbox settle ENVÍO --resend   no llegó: sale otra vez la misma carta; si la primera llegó, llegan dos",
        err=True,
    )
