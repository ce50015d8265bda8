"""som ticket: one case, or the newest ones."""

from typing import TYPE_CHECKING, Any

import typer

from service.commands.common import JSON, desk, document, lima, me, table, with_word

if TYPE_CHECKING:
    from casework.desk import Desk
    from tickets.store import Session
    from tickets.tables import Ticket


def register(app: typer.Typer) -> None:
    """Add ``som ticket``."""
    ticket = typer.Typer(no_args_is_help=True, help="Los casos: la lista, o uno entero.")
    app.add_typer(ticket, name="ticket")

    @ticket.command("list")
    def listing(
        limit: int = typer.Option(50, min=1, max=10_000, metavar="N", help="Cuántos casos mostrar, los más recientes."),
        search: str = typer.Option(
            "", metavar="TEXTO", help='Solo casos con estas palabras; sin importar tildes, y "juntas" entre comillas.'
        ),
        as_json: bool = JSON,
    ) -> None:
        """Muestra los casos más recientes, en el orden en que se abrieron."""
        from console.words import STATES
        from tickets import cases, worklist
        from tickets.worklist import Asked, Pile

        with desk() as opened, opened.store.read() as session:
            me(opened)
            if search:
                found = worklist.page(session, Asked(pile=Pile.ALL, text=search), limit=limit)
                newest = [cases.load(session, row.id) for row in reversed(found.rows)]
            else:
                newest = cases.recent(session, limit=limit)
        if as_json:
            document([summary(one) for one in newest])
            return
        table(
            ["número", "estado", "línea", "tipo", "responder antes de", "avisos", "asunto"],
            [
                [
                    one.reference,
                    with_word(one.state, STATES),
                    f"{one.line}{'?' if one.proposed else ''}",
                    one.kind,
                    lima(one.target_at) or "",
                    ", ".join(flags(one)),
                    one.subject[:60],
                ]
                for one in newest
            ],
        )

    @ticket.command()
    def show(
        reference: str = typer.Argument(..., metavar="REF", help="Número de atención, como SOM-2026-000123."),
        as_json: bool = JSON,
    ) -> None:
        """Muestra un caso entero: sus cartas, sus plazos y sus envíos."""
        from tickets import cases

        with desk() as opened, opened.store.read() as session:
            me(opened)
            found = cases.find(session, reference)
            whole = full(opened, session, found)
        if as_json:
            document(whole)
            return
        typer.echo(_told(whole))


def _told(whole: dict[str, Any]) -> str:
    """Return a case as a person reads it; the words of the record stand beside their Spanish."""
    from console.words import LINES, MESSAGES, PROMISES, SENDS, STATES

    line = f"línea {whole['line']} ({LINES[whole['line']].lower()})"
    said = [f"{whole['reference']}  {with_word(whole['state'], STATES)}  {line}  {whole['kind']}"]
    if whole["flags"]:
        said.append(", ".join(whole["flags"]))
    for promise in whole["promises"]:
        told = f"Plazo de la {promise['kind']}" if promise["kind"] != "reclamo" else "Plazo del reclamo"
        answered = f", respondido {promise['answered_at']}" if promise["answered_at"] else ""
        said.append(f"{told}: {with_word(promise['state'], PROMISES)}, vence {promise['due_at']}{answered}")
    for letter in whole["outbox"]:
        what = MESSAGES.get(letter["kind"], letter["kind"])
        said.append(f"Envío {letter['id']}: {what}, {with_word(letter['state'], SENDS)}")
    for message in whole["messages"]:
        kind = MESSAGES.get(message["kind"], message["kind"])
        by = f" de {message['from']}" if message["from"] else ""
        said.append(f"\n── {kind}{by}, {message['at']}\n{message['text']}")
    return "\n".join(said)


def flags(one: "Ticket") -> list[str]:
    """Return the words that a case is marked with."""
    marks = [
        ("riesgo_trata", one.trafficking_risk),
        ("por_tercero", one.on_behalf),
        ("sin_verificar", not one.verified),
        ("propuesta", one.proposed and one.state != "quarantined"),
        ("falta_informacion", not one.enough and one.state != "quarantined"),
    ]
    return [word for word, holds in marks if holds] + one.flags.split()


def summary(one: "Ticket") -> dict[str, Any]:
    """Return a case as one entry of a list."""
    return {
        "reference": one.reference,
        "state": one.state,
        "line": one.line,
        "kind": one.kind,
        "language": one.language,
        "flags": flags(one),
        "subject": one.subject,
        "opened_at": lima(one.opened_at),
        "target_at": lima(one.target_at),
    }


def full(opened: "Desk", session: "Session", one: "Ticket") -> dict[str, Any]:
    """Return a case with everything that belongs to it."""
    from tickets import cases, clocks, outgoing

    assert one.id is not None
    return {
        **summary(one),
        "messages": [
            {
                "direction": message.direction,
                "kind": message.kind,
                "at": lima(message.at),
                "from": message.from_address or message.from_name,
                "text": message.text,
            }
            for message in cases.conversation(session, one.id)
        ],
        "promises": [
            {
                "kind": promise.kind,
                "received_at": lima(promise.received_at),
                "due_at": lima(promise.due_at),
                "target_at": lima(promise.target_at),
                "state": promise.state,
                "kept_at": lima(promise.answered_at) if promise.state == "kept" else None,
                "answered_at": lima(promise.answered_at),
                "trace": promise.trace,
            }
            for promise in clocks.of_ticket(session, one.id)
        ],
        "outbox": [
            {"id": letter.id, "kind": letter.kind, "message_id": letter.message_id, "state": letter.state}
            for letter in outgoing.of_ticket(session, one.id)
        ],
    }
