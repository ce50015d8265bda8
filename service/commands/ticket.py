"""som ticket: one case, or the newest ones."""

from typing import TYPE_CHECKING, Any

import typer

from service.commands.common import JSON, desk, document, lima, me, table

if TYPE_CHECKING:
    from casework.desk import Desk
    from tickets.store import Session
    from tickets.tables import Ticket


def register(app: typer.Typer) -> None:
    """Add ``som ticket``."""
    ticket = typer.Typer(no_args_is_help=True, help="Cases: list them, show one.")
    app.add_typer(ticket, name="ticket")

    @ticket.command("list")
    def listing(
        limit: int = typer.Option(50, min=1, max=10_000, help="Most cases to show, the newest."),
        search: str = typer.Option(
            "", metavar="TEXT", help='Only cases where these words stand; accents do not matter, "together" in quotes.'
        ),
        as_json: bool = JSON,
    ) -> None:
        """Show the newest cases, in the order they were opened."""
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
                    one.state,
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
    def show(reference: str, as_json: bool = JSON) -> None:
        """Show one case whole: its letters, its promises, what is on its way out."""
        from tickets import cases

        with desk() as opened, opened.store.read() as session:
            me(opened)
            found = cases.find(session, reference)
            whole = full(opened, session, found)
        if as_json:
            document(whole)
            return
        typer.echo(f"{whole['reference']}  {whole['state']}  línea {whole['line']}  {whole['kind']}")
        if whole["flags"]:
            typer.echo(", ".join(whole["flags"]))
        for promise in whole["promises"]:
            typer.echo(f"Promesa ({promise['kind']}): {promise['state']}, vence {promise['due_at']}")
        for message in whole["messages"]:
            typer.echo(f"\n── {message['direction']}  {message['at']}  {message['from']}\n{message['text']}")


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
