"""Questions for the morning digest: what is broken, due today, uncertain, or in quarantine."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from tickets.rows import core
from tickets.states import OutboxState, PromiseState, TicketState
from tickets.tables import Outgoing, Promise, Staff, Ticket

_OUTBOX, _PROMISE, _STAFF, _TICKET = core(Outgoing), core(Promise), core(Staff), core(Ticket)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a list of the digest."""

    reference: str
    line: int
    at: datetime
    note: str


def digest_written(session: Session, key: str) -> bool:
    """Return True when a digest of that day is in the outbox already."""
    found = select(_OUTBOX.c.id).where(_OUTBOX.c.dedupe_key.like(f"{key}:%")).limit(1)
    return session.execute(found).first() is not None


def broken(session: Session, *, limit: int) -> list[Line]:
    """Return broken promises that still owe an answer, the longest overdue first."""
    query = _promises(_PROMISE.c.last_second_at).where(
        _PROMISE.c.state == PromiseState.BROKEN, _PROMISE.c.answered_at.is_(None)
    )
    return _lines(session.execute(query.order_by(_PROMISE.c.last_second_at).limit(limit)), "sin responsable")


def due(session: Session, *, since: datetime, until: datetime, limit: int) -> list[Line]:
    """Return open promises that fall due between two instants, the earliest first."""
    query = _promises(_PROMISE.c.due_at).where(
        _PROMISE.c.state == PromiseState.OPEN, _PROMISE.c.last_second_at >= since, _PROMISE.c.due_at <= until
    )
    return _lines(session.execute(query.order_by(_PROMISE.c.due_at).limit(limit)), "sin responsable")


def uncertain(session: Session, *, limit: int) -> list[Line]:
    """Return outgoing letters that wait for a person's word."""
    query = (
        select(_TICKET.c.reference, _TICKET.c.line, _OUTBOX.c.attempted_at, _OUTBOX.c.last_text)
        .join(_TICKET, _TICKET.c.id == _OUTBOX.c.ticket_id)
        .where(_OUTBOX.c.state == OutboxState.UNCERTAIN)
        .order_by(_OUTBOX.c.id)
        .limit(limit)
    )
    return _lines(session.execute(query), "")


def quarantined(session: Session, *, limit: int) -> list[Line]:
    """Return cases whose letter could not be analysed."""
    query = (
        select(_TICKET.c.reference, _TICKET.c.line, _TICKET.c.opened_at, _STAFF.c.name)
        .outerjoin(_STAFF, _STAFF.c.id == _TICKET.c.assignee_id)
        .where(_TICKET.c.state == TicketState.QUARANTINED)
        .order_by(_TICKET.c.id)
        .limit(limit)
    )
    return _lines(session.execute(query), "sin responsable")


def _promises(instant: Any) -> Select[Any]:
    return (
        select(_TICKET.c.reference, _TICKET.c.line, instant, _STAFF.c.name)
        .select_from(_PROMISE)
        .join(_TICKET, _TICKET.c.id == _PROMISE.c.ticket_id)
        .outerjoin(_STAFF, _STAFF.c.id == _TICKET.c.assignee_id)
    )


def _lines(found: Iterable[Any], otherwise: str) -> list[Line]:
    return [Line(reference, line, at, (note or otherwise)[:120]) for reference, line, at, note in found]
