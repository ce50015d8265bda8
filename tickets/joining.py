"""Moving what belongs to one ticket to another: letters, what we wrote, drafts, amends."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tickets.rows import core
from tickets.states import Direction, MessageKind, OutboxState, OutgoingKind
from tickets.tables import Draft, Intake, Message, Notice, Outgoing, Remediation

_MESSAGE, _OUTBOX, _INTAKE = core(Message), core(Outgoing), core(Intake)
_DRAFT, _AMENDS, _NOTICE = core(Draft), core(Remediation), core(Notice)
_LEAVING = (OutboxState.WAITING, OutboxState.DEFERRED, OutboxState.SENDING, OutboxState.UNCERTAIN)


def in_flight(session: Session, ticket_id: int) -> bool:
    """Return True while a person's letter of that ticket has not left for certain."""
    found = select(_OUTBOX.c.id).where(
        _OUTBOX.c.ticket_id == ticket_id, _OUTBOX.c.author_id.is_not(None), _OUTBOX.c.state.in_(_LEAVING)
    )
    return session.execute(found.limit(1)).first() is not None


def move_letters(session: Session, source: int, target: int) -> None:
    """Move every message of a ticket, with the letters in and out behind it; a survey stays, for it asked of one."""
    session.execute(update(_MESSAGE).where(_MESSAGE.c.ticket_id == source).values(ticket_id=target))
    session.execute(update(_INTAKE).where(_INTAKE.c.ticket_id == source).values(ticket_id=target))
    own = (_OUTBOX.c.ticket_id == source, _OUTBOX.c.kind != OutgoingKind.SURVEY)
    session.execute(update(_OUTBOX).where(*own).values(ticket_id=target))
    session.execute(update(_NOTICE).where(_NOTICE.c.ticket_id == source).values(ticket_id=target))


def move_letter(session: Session, message: Message, target: int) -> None:
    """Move one letter that came in, which becomes the letter that its new ticket is about."""
    message.ticket_id, message.kind = target, MessageKind.LETTER
    if message.intake_id is not None:
        session.execute(update(_INTAKE).where(_INTAKE.c.id == message.intake_id).values(ticket_id=target))


def move_drafts(session: Session, source: int, target: int) -> None:
    """Move what people have begun to write; who has begun in both finds one text under the other."""
    there = {one.staff_id: one for one in session.execute(select(Draft).where(_DRAFT.c.ticket_id == target)).scalars()}
    for draft in session.execute(select(Draft).where(_DRAFT.c.ticket_id == source)).scalars().all():
        if (other := there.get(draft.staff_id)) is None:
            draft.ticket_id = target
        else:
            other.text = f"{other.text.rstrip()}\n\n{draft.text}"
            session.delete(draft)


def move_amends(session: Session, promise_id: int, target: int) -> None:
    """Move the remediation row of a promise with it."""
    session.execute(update(_AMENDS).where(_AMENDS.c.promise_id == promise_id).values(ticket_id=target))


def letters(session: Session, ticket_id: int) -> list[Message]:
    """Return the letters that people sent in a ticket, oldest first."""
    return list(
        session.execute(
            select(Message)
            .where(
                _MESSAGE.c.ticket_id == ticket_id,
                _MESSAGE.c.direction == Direction.IN,
                _MESSAGE.c.kind.in_((MessageKind.LETTER, MessageKind.FOLLOW_UP)),
            )
            .order_by(_MESSAGE.c.id)
        ).scalars()
    )


def own_letter(found: Sequence[Message], opened_at: datetime) -> Message:
    """Return the letter that a case is about: the one that opened it, whatever another case brought along."""
    return next((one for one in found if one.at == opened_at), found[0])
