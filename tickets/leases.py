"""Leases: a scheduled job runs once at a time, whatever number of daemons share the database.

The same rows say for a short while who is answering a case; their names begin with ``ANSWERING``.
"""

from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from tickets.rows import core
from tickets.tables import Lease

_LEASE = core(Lease)
ANSWERING = "answering:"
"""What the names of leases that are no job begin with; the rest is the id of a ticket."""


def take(session: Session, name: str, *, owner: str, now: datetime, for_: timedelta) -> bool:
    """Take the lease of a job, or return False while another owner holds it."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    session.execute(
        dialect.insert(_LEASE).values(name=name, owner="", failures=0, last_error="").on_conflict_do_nothing()
    )
    taken = session.execute(
        update(_LEASE)
        .where(
            _LEASE.c.name == name,
            or_(_LEASE.c.owner == "", _LEASE.c.owner == owner, _LEASE.c.until_at.is_(None), _LEASE.c.until_at <= now),
        )
        .values(owner=owner, until_at=now + for_)
        .returning(_LEASE.c.name)
    )
    return taken.first() is not None


def give_back(session: Session, name: str, *, owner: str, now: datetime, error: str = "") -> int:
    """Give a lease back, with the error that ended the job or "". Returns the failures in a row."""
    changed = session.execute(
        update(_LEASE)
        .where(_LEASE.c.name == name, _LEASE.c.owner == owner)
        .values(
            owner="",
            until_at=None,
            finished_at=_LEASE.c.finished_at if error else now,
            failures=_LEASE.c.failures + 1 if error else 0,
            last_error=error[:500],
        )
        .returning(_LEASE.c.failures)
    ).scalar_one_or_none()
    return changed or 0


def last_success(session: Session, name: str) -> datetime | None:
    """Return when a job last ended well, or None when it never did."""
    return session.execute(select(_LEASE.c.finished_at).where(_LEASE.c.name == name)).scalar_one_or_none()


def failures(session: Session, name: str) -> int:
    """Return how often a job failed in a row."""
    return session.execute(select(_LEASE.c.failures).where(_LEASE.c.name == name)).scalar_one_or_none() or 0


def listing(session: Session) -> list[Lease]:
    """Return the lease of every job, by name."""
    jobs = _LEASE.c.name.not_like(f"{ANSWERING}%")
    return list(session.execute(select(Lease).where(jobs).order_by(_LEASE.c.name)).scalars())


def holder(session: Session, name: str, *, now: datetime) -> str:
    """Return who holds a lease now, or ""."""
    held = (_LEASE.c.name == name, _LEASE.c.until_at > now)
    return session.execute(select(_LEASE.c.owner).where(*held)).scalar_one_or_none() or ""


def forget(session: Session, name: str, *, owner: str, now: datetime) -> None:
    """Delete that owner's lease, and every lease of the same sort (up to its colon) that nobody has renewed."""
    mine = (_LEASE.c.name == name) & (_LEASE.c.owner == owner)
    past = _LEASE.c.name.startswith(name.partition(":")[0] + ":", autoescape=True) & (_LEASE.c.until_at <= now)
    session.execute(delete(_LEASE).where(or_(mine, past)))
