"""Notices to staff: each said once, whoever tries to say it again."""

from datetime import datetime

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
    ticket_id: int | None = None,
) -> None:
    """Add a notice unless one of that key exists."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    row = {
        "kind": kind,
        "dedupe_key": key[:128],
        "ticket_id": ticket_id,
        "text": text,
        "created_at": now,
        "leaves_at": leaves_at,
    }
    session.execute(dialect.insert(core(Notice)).values(row).on_conflict_do_nothing())
