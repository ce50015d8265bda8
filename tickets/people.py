"""Staff: who works at the desk and what they may do."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tickets.rows import core
from tickets.states import Role
from tickets.tables import Staff

_STAFF = core(Staff)


class StaffExists(Exception):
    """That login belongs to somebody already."""


def by_login(session: Session, login: str) -> Staff | None:
    """Return the member of staff of a login, or None."""
    return session.execute(select(Staff).where(_STAFF.c.login == login)).scalar_one_or_none()


def add(session: Session, *, login: str, name: str, email: str, role: Role, now: datetime) -> Staff:
    """Add a member of staff. Raises ``StaffExists``."""
    member = Staff(login=login, name=name, email=email, role=role, created_at=now)
    try:
        with session.begin_nested():
            session.add(member)
    except IntegrityError:
        raise StaffExists(f"«{login}» ya está en el personal") from None
    return member


def names(session: Session, ids: Collection[int]) -> dict[int, str]:
    """Return id -> name of members of staff, active or not."""
    if not ids:
        return {}
    rows = session.execute(select(_STAFF.c.id, _STAFF.c.name).where(_STAFF.c.id.in_(list(ids))))
    return {one.id: one.name for one in rows}


def listing(session: Session) -> list[Staff]:
    """Return everybody, by login."""
    return list(session.execute(select(Staff).order_by(_STAFF.c.login)).scalars())


def nobody_yet(session: Session) -> bool:
    """Return True while nobody is on the staff."""
    return session.execute(select(func.count()).select_from(_STAFF)).scalar_one() == 0


def active_administrators(session: Session) -> list[str]:
    """Return the logins of those who administer the desk now."""
    return list(
        session.execute(
            select(_STAFF.c.login)
            .where(_STAFF.c.active, _STAFF.c.role == Role.ADMINISTRATOR)
            .order_by(_STAFF.c.login)
            .with_for_update()
        ).scalars()
    )


def emails(session: Session, *roles: Role) -> list[str]:
    """Return the addresses of active staff of those roles, by login."""
    return list(
        session.execute(
            select(_STAFF.c.email).where(_STAFF.c.active, _STAFF.c.role.in_(roles)).order_by(_STAFF.c.login)
        ).scalars()
    )
