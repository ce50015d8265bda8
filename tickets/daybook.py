"""The day in figures: what came in, was answered, falls due or broke, and who has how much in hand."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Integer, case, cast, func, select, text
from sqlalchemy.orm import Session

from tickets.rows import core
from tickets.states import PromiseState
from tickets.tables import Promise, Staff, Ticket
from tickets.tables.conversation import WAITING

_TICKET, _PROMISE, _STAFF = core(Ticket), core(Promise), core(Staff)


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """Counts of one day by line of action: cases opened, promises answered, open ones that end, ones that broke."""

    received: Mapping[int, int]
    answered: Mapping[int, int]
    due: Mapping[int, int]
    broken: Mapping[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What one person has in hand; ``name`` is "" for what nobody has taken."""

    name: str
    waiting: int
    late: int  # past the internal goal
    danger: int


def of_day(session: Session, *, since: datetime, until: datetime) -> Day:
    """Count what happened, or is to happen, from an instant up to another."""
    opened = (
        select(_TICKET.c.line, func.count())
        .where(_TICKET.c.opened_at >= since, _TICKET.c.opened_at < until)
        .group_by(_TICKET.c.line)
    )
    ends = (_PROMISE.c.last_second_at >= since, _PROMISE.c.last_second_at < until)
    answered = (_PROMISE.c.answered_at >= since, _PROMISE.c.answered_at < until)
    owed = _PROMISE.c.answered_at.is_(None)
    return Day(
        received=Counter(dict(session.execute(opened).all())),
        answered=_by_line(session, *answered),
        due=_by_line(session, _PROMISE.c.state == PromiseState.OPEN, *ends, owed),
        broken=_by_line(session, _PROMISE.c.state == PromiseState.BROKEN, *ends),
    )


def loads(session: Session, *, now: datetime) -> list[Load]:
    """Count what waits by who has it, the most first; what nobody has comes last."""
    late = func.sum(case((_TICKET.c.target_at < now, 1), else_=0))
    query = (
        select(_TICKET.c.assignee_id, func.count(), late, func.sum(cast(_TICKET.c.trafficking_risk, Integer)))
        .where(text(WAITING))
        .group_by(_TICKET.c.assignee_id)
    )
    names: dict[int, str] = dict(session.execute(select(_STAFF.c.id, _STAFF.c.name)).all())
    found = [
        Load(name=names.get(who, ""), waiting=waiting, late=int(late or 0), danger=int(danger or 0))
        for who, waiting, late, danger in session.execute(query)
    ]
    return sorted(found, key=lambda one: (one.name == "", -one.waiting, one.name))


def waiting_by_line(session: Session) -> dict[int, int]:
    """Count what waits by line of action."""
    query = select(_TICKET.c.line, func.count()).where(text(WAITING)).group_by(_TICKET.c.line)
    return dict(session.execute(query).all())


def _by_line(session: Session, *those: object) -> Mapping[int, int]:
    query = (
        select(_TICKET.c.line, func.count())
        .select_from(_PROMISE)
        .join(_TICKET, _TICKET.c.id == _PROMISE.c.ticket_id)
        .where(*those)  # type: ignore[arg-type]
        .group_by(_TICKET.c.line)
    )
    return Counter(dict(session.execute(query).all()))
