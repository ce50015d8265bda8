"""Notices to staff: each said once, whoever tries to say it again."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from tickets.rows import core
from tickets.tables import Notice


def add_once(
    session: Session,
    *,
    kind: str,
    key: str,
    text: str,
    now: datetime,
    leaves_at: datetime,
    told_at: datetime | None = None,
    ticket_id: int | None = None,
) -> bool:
    """Add a notice unless one of that key exists; says whether it was added."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    row = {
        "kind": kind,
        "dedupe_key": key[:128],
        "ticket_id": ticket_id,
        "text": text,
        "created_at": now,
        "leaves_at": leaves_at,
        "told_at": told_at,
    }
    table = core(Notice)
    added = session.execute(dialect.insert(table).values(row).on_conflict_do_nothing().returning(table.c.id))
    return added.first() is not None


def known(session: Session, keys: Collection[str]) -> frozenset[str]:
    """Return those of the keys of which a notice exists."""
    table = core(Notice)
    found = select(table.c.dedupe_key).where(table.c.dedupe_key.in_(list(keys)))
    return frozenset(session.execute(found).scalars()) if keys else frozenset()
