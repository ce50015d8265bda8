"""Danger: a letter that shows signs of trafficking is told to people at once, at any hour, once per ticket."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from casework.desk import Desk
from casework.staff_mail import staff_letter
from casework.writing import danger_notice
from tickets import rows
from tickets.states import OutgoingKind
from tickets.store import Session
from tickets.tables import Notice, Outgoing

if TYPE_CHECKING:
    from casework.placement import NewTicket


def notify(desk: Desk, session: Session, tickets: "Sequence[NewTicket]", now: datetime) -> None:
    """Write the danger notices of newly opened tickets into the outbox."""
    if not tickets:
        return
    rows.add_all(
        session,
        Notice,
        [
            {
                "kind": "danger",
                "dedupe_key": f"danger:{ticket.id}",
                "ticket_id": ticket.id,
                "text": f"Posible riesgo de trata: {ticket.reference}",
                "created_at": now,
                "leaves_at": now,
                "told_at": now,
            }
            for ticket in tickets
        ],
    )
    letters = []
    for ticket in tickets:
        rendered = danger_notice(
            desk,
            reference=ticket.reference,
            received_at=ticket.reading.pending.arrived_at,
            signs=ticket.reading.verdict.reasons if ticket.reading.verdict is not None else (),
        )
        for number, address in enumerate(desk.settings.danger_notify):
            letters.append(
                staff_letter(
                    desk,
                    kind=OutgoingKind.NOTICE,
                    dedupe_key=f"danger:{ticket.id}:{number}",
                    to_address=address,
                    rendered=rendered,
                    now=now,
                    ticket_id=ticket.id,
                )
            )
    rows.add_all(session, Outgoing, letters)
