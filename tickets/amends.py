"""Questions to and changes of the remediation log, notices and staff episodes."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from tickets.rows import core
from tickets.states import RemediationState
from tickets.tables import Notice, Promise, Remediation, Ticket

_REMEDIATION = core(Remediation)
_NOTICE = core(Notice)


def listing(
    session: Session, *, states: Sequence[str] = (), limit: int = 200, before_id: int | None = None
) -> list[tuple[Remediation, Promise | None, Ticket | None]]:
    """Return a page of remediation rows with their promise and ticket, newest first; the next is ``before_id``."""
    query = (
        select(Remediation, Promise, Ticket)
        .outerjoin(Promise, core(Promise).c.id == _REMEDIATION.c.promise_id)
        .outerjoin(Ticket, core(Ticket).c.id == _REMEDIATION.c.ticket_id)
        .order_by(_REMEDIATION.c.id.desc())
        .limit(limit)
    )
    if states:
        query = query.where(_REMEDIATION.c.state.in_(list(states)))
    if before_id is not None:
        query = query.where(_REMEDIATION.c.id < before_id)
    return [(row[0], row[1], row[2]) for row in session.execute(query)]


def load(session: Session, remediation_id: int) -> Remediation | None:
    """Return one remediation row, locked, or None."""
    return session.execute(
        select(Remediation).where(_REMEDIATION.c.id == remediation_id).with_for_update()
    ).scalar_one_or_none()


def set_lateness(session: Session, promise_id: int, seconds: int) -> None:
    """Write down by how many working seconds a promise was missed, once it is answered."""
    session.execute(
        update(_REMEDIATION).where(_REMEDIATION.c.promise_id == promise_id).values(lateness_seconds=seconds)
    )


def withdraw(session: Session, promise_id: int) -> None:
    """Remove the row of a promise that turns out to have been kept, unless an apology has been written for it."""
    session.execute(
        delete(Remediation).where(
            _REMEDIATION.c.promise_id == promise_id,
            _REMEDIATION.c.state == RemediationState.OPEN,
            _REMEDIATION.c.apology_outgoing_id.is_(None),
        )
    )


def untold(session: Session, now: datetime, *, limit: int = 200) -> list[Notice]:
    """Return notices that staff have not been told and that may leave now, oldest first."""
    return list(
        session.execute(
            select(Notice)
            .where(_NOTICE.c.told_at.is_(None), _NOTICE.c.leaves_at <= now)
            .order_by(_NOTICE.c.leaves_at, _NOTICE.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        ).scalars()
    )
