"""What was said last in cases: whether the person wrote again, whether we asked something of them, who they seem to be.

Asked for the few cases of one page, by their ids: a few looks into one index for each, however many are stored.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from tickets.rows import core
from tickets.states import KEEPS_PROMISE, MessageKind, OutboxState
from tickets.tables import Message, Outgoing, Ticket

_TICKET, _MESSAGE, _OUTGOING = core(Ticket), core(Message), core(Outgoing)
_LETTERS = (MessageKind.LETTER, MessageKind.FOLLOW_UP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Latest:
    """What stands last in a case.

    ``wrote_again``: a later letter of the person, which nobody has answered since. ``asked_back``: the last answer
    asks the person for something. ``sender_note`` is what was found out about who sent the newest letter.
    """

    wrote_again: bool = False
    asked_back: bool = False
    sender_note: str = ""


NOTHING = Latest()
"""Of a case in which nothing has been said."""


def latest(session: Session, ticket_ids: Collection[int]) -> dict[int, Latest]:
    """Return ticket id -> what was said last in it. An answer that the relay refused answers nothing."""
    if not ticket_ids:
        return {}
    ends = session.execute(
        select(
            _TICKET.c.id,
            _end(func.min, _MESSAGE.c.kind.in_(_LETTERS)).label("first"),
            _end(func.max, _MESSAGE.c.kind.in_(_LETTERS)).label("letter"),
            _end(func.max, _MESSAGE.c.kind.in_([str(one) for one in KEEPS_PROMISE]), _went()).label("answer"),
        ).where(_TICKET.c.id.in_(list(ticket_ids)))
    ).all()
    wanted = {one for row in ends for one in (row.letter, row.answer) if one is not None}
    said = {
        row.id: row
        for row in session.execute(
            select(_MESSAGE.c.id, _MESSAGE.c.kind, _MESSAGE.c.sender_note).where(_MESSAGE.c.id.in_(wanted))
        )
    }
    return {row.id: _latest(row, said.get(row.letter), said.get(row.answer)) for row in ends}


def unanswered(session: Session, ticket_id: int) -> Message | None:
    """Return the oldest letter of the person that no answer of ours followed, None when there is none."""
    answer = _end(func.max, _MESSAGE.c.kind.in_([str(one) for one in KEEPS_PROMISE]), _went())
    last = session.execute(select(answer).where(_TICKET.c.id == ticket_id)).scalar_one()
    query = select(Message).where(_MESSAGE.c.ticket_id == ticket_id, _MESSAGE.c.kind.in_(_LETTERS))
    return session.execute(query.where(_MESSAGE.c.id > (last or 0)).order_by(_MESSAGE.c.id).limit(1)).scalar()


def _latest(ends: Any, letter: Any, answer: Any) -> Latest:
    newest_is_theirs = letter is not None and (answer is None or answer.id < letter.id)
    return Latest(
        wrote_again=newest_is_theirs and letter.kind == MessageKind.FOLLOW_UP and ends.letter != ends.first,
        asked_back=answer is not None and not newest_is_theirs and answer.kind == MessageKind.ASK_BACK,
        sender_note=letter.sender_note if letter is not None else "",
    )


def _end(which: Any, *conditions: Any) -> Any:
    """Return the first or last message of a case that meets the conditions, as an expression."""
    return select(which(_MESSAGE.c.id)).where(_MESSAGE.c.ticket_id == _TICKET.c.id, *conditions).scalar_subquery()


def _went() -> Any:
    """Return the condition that a letter of ours was not refused."""
    refused = select(_OUTGOING.c.id).where(
        _OUTGOING.c.id == _MESSAGE.c.outgoing_id, _OUTGOING.c.state == OutboxState.REFUSED
    )
    return or_(_MESSAGE.c.outgoing_id.is_(None), ~refused.exists())
