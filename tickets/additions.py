"""Calendar rows that people added after the shipped calendar was reviewed."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from tickets.rows import core
from tickets.tables import CalendarRow


def calendar_rows(session: Session) -> list[CalendarRow]:
    """Return every added row, in the order they were entered."""
    return list(session.execute(select(CalendarRow).order_by(core(CalendarRow).c.id)).scalars())
