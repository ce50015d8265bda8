"""The one door through which a letter to a citizen enters the outbox and the conversation."""

from datetime import datetime

from casework.desk import Desk
from tickets import cases, contents, outgoing, rows
from tickets.states import Direction, MessageKind, OutboxState, OutgoingKind
from tickets.store import Session
from tickets.tables import Message, Outgoing, Ticket


def post(
    desk: Desk,
    session: Session,
    ticket: Ticket,
    *,
    kind: OutgoingKind,
    dedupe_key: str,
    message_id: str,
    payload: bytes,
    envelope_from: str,
    subject: str,
    text: str,
    author_id: int | None,
    author_name: str = "",
    now: datetime,
    leaves_at: datetime,
) -> int:
    """Write the outbox row and the message that shows it, in the caller's transaction; return the outbox id.

    ``payload`` is the letter's bytes as they will be sent; ``text`` what the conversation shows of it.
    """
    assert ticket.id is not None
    outgoing_id = rows.add_all_with_ids(
        session,
        Outgoing,
        [
            {
                "ticket_id": ticket.id,
                "kind": kind,
                "dedupe_key": dedupe_key,
                "message_id": message_id,
                "state": OutboxState.WAITING,
                "envelope_from": envelope_from,
                "to_address": ticket.requester_address,
                "recipients": [ticket.requester_address],
                "payload": payload,
                "author_id": author_id,
                "created_at": now,
                "next_attempt_at": leaves_at,
            }
        ],
    )[0]
    session.add(
        Message(
            ticket_id=ticket.id,
            direction=Direction.OUT,
            kind=MessageKind(kind),
            at=now,
            outgoing_id=outgoing_id,
            author_id=author_id,
            from_address=desk.settings.from_address,
            from_name=author_name,
            subject=subject,
            text=text,
            message_id=message_id,
        )
    )
    return outgoing_id


def contents_of(desk: Desk, session: Session, outgoing_id: int) -> dict[str, str]:
    """Return the keyed hashes of what a letter of ours says and of its bytes, as the journal keeps them."""
    message, letter = cases.message_of_outgoing(session, outgoing_id), outgoing.load(session, outgoing_id)
    assert message is not None
    assert letter is not None
    return {
        "said": desk.signer.keyed_hash(contents.of_message(message)),
        "payload": desk.signer.keyed_hash(contents.of_parcel(letter)),
    }
