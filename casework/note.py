"""Internal notes: what colleagues should know of a case and the citizen never reads."""

from casework.desk import WRITERS, Actor, Desk, require
from casework.refusals import Refusal
from letters.clean import clean_text
from tickets import cases, contents, journal
from tickets.journal import Event
from tickets.states import Direction, MessageKind
from tickets.tables import Message


class EmptyNote(Refusal):
    """There is nothing to note."""


def note(desk: Desk, actor: Actor, reference: str, text: str) -> None:
    """Add a note to a case. Raises ``EmptyNote``."""
    require(actor, *WRITERS)
    written = clean_text(text).strip()
    if not written:
        raise EmptyNote("la nota está vacía")
    now = desk.clock()
    with desk.store.write() as session:
        ticket = cases.find(session, reference, lock=True)
        assert ticket.id is not None
        message = Message(
            ticket_id=ticket.id,
            direction=Direction.NOTE,
            kind=MessageKind.NOTE,
            at=now,
            author_id=actor.staff_id,
            from_name=actor.name,
            text=written,
        )
        session.add(message)
        session.flush()
        ticket.updated_at = now
        facts: dict[str, journal.Fact] = {
            "message": message.id,
            "content": desk.signer.keyed_hash(contents.of_message(message)),
        }
        journal.append(session, [Event(ticket.id, now, actor.journal_name, "noted", facts)])
