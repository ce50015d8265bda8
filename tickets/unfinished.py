"""What stands unfinished at a desk: answers that have not left, letters that somebody has begun."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tickets.rows import core
from tickets.states import KEEPS_PROMISE, OutboxState
from tickets.tables import Draft, Outgoing, Ticket

_OUTBOX, _TICKET, _DRAFT = core(Outgoing), core(Ticket), core(Draft)
_NOT_GONE = (OutboxState.WAITING, OutboxState.DEFERRED, OutboxState.SENDING)
_KIND = _OUTBOX.c.kind + ""
"""A sum, or SQLite would go along the index of kinds: through every answer that was ever sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """A person's answer that has not left yet; ``leaves_at`` is when it does, or when it is tried again."""

    outgoing_id: int
    ticket_id: int
    reference: str
    author_id: int
    state: OutboxState
    leaves_at: datetime


def leaving(session: Session, *, author_id: int | None = None, limit: int = 200) -> list[Leaving]:
    """Return the answers of persons (or of one) that have not left, the next to leave first, at most so many."""
    by_whom = _OUTBOX.c.author_id.is_not(None) if author_id is None else _OUTBOX.c.author_id == author_id
    found = session.execute(
        select(
            _OUTBOX.c.id,
            _OUTBOX.c.ticket_id,
            _TICKET.c.reference,
            _OUTBOX.c.author_id,
            _OUTBOX.c.state,
            _OUTBOX.c.next_attempt_at,
        )
        .join(_TICKET, _TICKET.c.id == _OUTBOX.c.ticket_id)
        .where(_OUTBOX.c.state.in_(_NOT_GONE), _KIND.in_(tuple(KEEPS_PROMISE)), by_whom)
        .order_by(_OUTBOX.c.next_attempt_at, _OUTBOX.c.id)
        .limit(limit)
    )
    return [
        Leaving(
            outgoing_id=one.id,
            ticket_id=one.ticket_id,
            reference=one.reference,
            author_id=one.author_id,
            state=OutboxState(one.state),
            leaves_at=one.next_attempt_at,
        )
        for one in found
    ]


def begun_by(session: Session, staff_id: int, *, limit: int = 500) -> frozenset[int]:
    """Return the tickets in which that person has begun a letter and not sent it, at most so many."""
    query = select(_DRAFT.c.ticket_id).where(_DRAFT.c.staff_id == staff_id, _DRAFT.c.text != "").limit(limit)
    return frozenset(session.execute(query).scalars())


def uncertain(session: Session, *, most: int = 100) -> int:
    """Count the letters of which nobody knows whether they left, at most so many."""
    some = select(_OUTBOX.c.id).where(_OUTBOX.c.state == OutboxState.UNCERTAIN).limit(most)
    return int(session.execute(select(func.count()).select_from(some.subquery())).scalar_one())
