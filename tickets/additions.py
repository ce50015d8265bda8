"""Calendar rows that people added after the shipped calendar was reviewed."""

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from tickets.rows import core
from tickets.tables import CalendarRow

_ROW = core(CalendarRow)


def calendar_rows(session: Session) -> list[CalendarRow]:
    """Return every added row, in the order they were entered."""
    return list(session.execute(select(CalendarRow).order_by(_ROW.c.id)).scalars())


def count(session: Session) -> int:
    """Return how many rows were added."""
    return session.execute(select(func.count()).select_from(_ROW)).scalar_one()


def one_at_a_time(session: Session) -> None:
    """Wait until nobody else is adding a row, and keep others waiting until the transaction ends."""
    if session.get_bind().dialect.name == "postgresql":  # a write transaction of SQLite is alone anyway
        session.execute(text("LOCK TABLE calendar_rows IN SHARE ROW EXCLUSIVE MODE"))
