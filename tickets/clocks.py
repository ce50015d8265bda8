"""Questions to and changes of promises."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from tickets.rows import core
from tickets.states import PromiseState
from tickets.tables import Promise, Ticket

_PROMISE = core(Promise)
_TICKET = core(Ticket)


def open_of(session: Session, ticket_ids: Collection[int]) -> dict[int, list[Promise]]:
    """Return ticket id -> promises not yet answered (open, or broken and still owed), earliest first."""
    found: dict[int, list[Promise]] = {}
    if ticket_ids:
        for promise in session.execute(
            select(Promise)
            .where(
                _PROMISE.c.ticket_id.in_(list(ticket_ids)),
                _PROMISE.c.state.in_((PromiseState.OPEN, PromiseState.BROKEN)),
                _PROMISE.c.answered_at.is_(None),
            )
            .order_by(_PROMISE.c.id)
        ).scalars():
            found.setdefault(promise.ticket_id, []).append(promise)
    return found


def owed(session: Session, ticket_ids: Collection[int]) -> frozenset[int]:
    """Return those tickets that still owe an answer."""
    if not ticket_ids:
        return frozenset()
    return frozenset(
        session.execute(
            select(_PROMISE.c.ticket_id)
            .where(
                _PROMISE.c.ticket_id.in_(list(ticket_ids)),
                _PROMISE.c.state.in_((PromiseState.OPEN, PromiseState.BROKEN)),
                _PROMISE.c.answered_at.is_(None),
            )
            .distinct()
        ).scalars()
    )


def of_ticket(session: Session, ticket_id: int) -> list[Promise]:
    """Return every promise of a ticket, oldest first."""
    return list(
        session.execute(select(Promise).where(_PROMISE.c.ticket_id == ticket_id).order_by(_PROMISE.c.id)).scalars()
    )


def to_warn(session: Session, horizon: datetime, *, limit: int) -> list[Promise]:
    """Return open promises never warned of whose ``target_at`` is at or before ``horizon``, earliest first."""
    return list(
        session.execute(
            select(Promise)
            .where(
                _PROMISE.c.state == PromiseState.OPEN, _PROMISE.c.warned_at.is_(None), _PROMISE.c.target_at <= horizon
            )
            .order_by(_PROMISE.c.target_at, _PROMISE.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        ).scalars()
    )


def to_break(session: Session, second: datetime, *, limit: int) -> list[Promise]:
    """Return open promises whose last second was before ``second``, earliest first."""
    return list(
        session.execute(
            select(Promise)
            .where(_PROMISE.c.state == PromiseState.OPEN, _PROMISE.c.last_second_at < second)
            .order_by(_PROMISE.c.last_second_at, _PROMISE.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        ).scalars()
    )


def open_ids(session: Session) -> list[int]:
    """Return the ids of all open promises, ascending."""
    return sorted(session.execute(select(_PROMISE.c.id).where(_PROMISE.c.state == PromiseState.OPEN)).scalars())


def load(session: Session, ids: Collection[int], *, lock: bool = False) -> list[Promise]:
    """Return those of the promises that are still open, by id; locked after their tickets, as a send locks them."""
    query = (
        select(Promise)
        .where(_PROMISE.c.id.in_(list(ids)), _PROMISE.c.state == PromiseState.OPEN)
        .order_by(_PROMISE.c.id)
    )
    if lock:
        tickets = select(_PROMISE.c.ticket_id).where(_PROMISE.c.id.in_(list(ids)))
        session.execute(
            select(_TICKET.c.id).where(_TICKET.c.id.in_(tickets)).order_by(_TICKET.c.id).with_for_update(key_share=True)
        )
        query = query.with_for_update()
    return list(session.execute(query).scalars())


def refresh_target(session: Session, ticket_ids: Sequence[int]) -> None:
    """Set each ticket's ``target_at`` to that of its earliest promise still owed."""
    for ticket_id in ticket_ids:
        earliest = (
            select(func.min(_PROMISE.c.target_at))
            .where(
                _PROMISE.c.ticket_id == ticket_id,
                _PROMISE.c.state.in_((PromiseState.OPEN, PromiseState.BROKEN)),
                _PROMISE.c.answered_at.is_(None),
            )
            .scalar_subquery()
        )
        session.execute(update(_TICKET).where(_TICKET.c.id == ticket_id).values(target_at=earliest))
