"""Danger: a letter that shows signs of trafficking is told to people at once, at any hour, once per ticket."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from casework.desk import Desk
from casework.staff_mail import staff_letter
from casework.writing import danger_notice
from tickets import notices, rows
from tickets.states import OutgoingKind
from tickets.store import Session
from tickets.tables import Outgoing

SAFE_CONTACT = (
    "Responda en minutos, no al final del plazo.",
    "No pida detalles ni pruebas por correo.",
    "No escriba ni llame a quien podría ser el captador.",
    "Piense si otra persona puede leer esta dirección.",
    "No prometa un resultado ni cierre el caso como resuelto.",
    "Avise hoy mismo al supervisor.",
)
"""What to mind before writing to somebody who may be held (fact T-08); shown before anything else is offered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Danger:
    """A ticket that shows signs of trafficking for the first time, with the signs in words."""

    ticket_id: int
    reference: str
    received_at: datetime
    signs: Sequence[str]


def notify(desk: Desk, session: Session, dangers: Sequence[Danger], now: datetime) -> None:
    """Write the danger notices into the outbox; a ticket that was told of is not told of again.

    Where nobody is named in ``[danger] notify`` the notice waits for the next notice to the supervisors.
    """
    letters = []
    for one in dangers:
        new = notices.add_once(
            session,
            kind="danger",
            key=f"danger:{one.ticket_id}",
            text="Posible riesgo de trata",
            now=now,
            leaves_at=desk.next_open(now),
            told_at=now if desk.settings.danger_notify else None,
            ticket_id=one.ticket_id,
        )
        if not new:
            continue
        rendered = danger_notice(desk, reference=one.reference, received_at=one.received_at, signs=one.signs)
        letters += [
            staff_letter(
                desk,
                kind=OutgoingKind.NOTICE,
                dedupe_key=f"danger:{one.ticket_id}:{number}",
                to_address=address,
                rendered=rendered,
                now=now,
                ticket_id=one.ticket_id,
            )
            for number, address in enumerate(dict.fromkeys(desk.settings.danger_notify))
        ]
    rows.add_all(session, Outgoing, letters)
