"""Questions to and changes of the reports of months, and of the notes that go into the management report."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tickets.rows import core
from tickets.tables import Report, Setting

_REPORT, _SETTING = core(Report), core(Setting)


def of_month(session: Session, month: str) -> list[Report]:
    """Return every version of a month (``2026-10``), oldest first."""
    found = select(Report).where(_REPORT.c.month == month).order_by(_REPORT.c.version)
    return list(session.execute(found).scalars())


def of_year(session: Session, year: int) -> list[Report]:
    """Return every version of every month of a year, in order."""
    first, last = f"{year:04}-01", f"{year:04}-12"
    found = select(Report).where(_REPORT.c.month.between(first, last)).order_by(_REPORT.c.month, _REPORT.c.version)
    return list(session.execute(found).scalars())


def years(session: Session) -> list[int]:
    """Return the years that have a report, newest first."""
    months = session.execute(select(_REPORT.c.month).distinct()).scalars()
    return sorted({int(month[:4]) for month in months}, reverse=True)


def one_at_a_time(session: Session) -> None:
    """Let nobody else freeze a month until the transaction ends."""
    if session.get_bind().dialect.name == "postgresql":  # a write transaction of SQLite is alone anyway
        session.execute(text("LOCK TABLE reports IN SHARE ROW EXCLUSIVE MODE"))


def notes(session: Session, month: str) -> Mapping[str, str]:
    """Return the notes of a month by office."""
    prefix = f"note:{month}:"
    found = session.execute(
        select(Setting).where(_SETTING.c.name.startswith(prefix, autoescape=True)).order_by(_SETTING.c.name)
    ).scalars()
    return {one.name.removeprefix(prefix): one.value for one in found}


def set_note(session: Session, month: str, office: str, said: str, now: datetime) -> None:
    """Keep what an office says of its month, in place of what it said before."""
    session.merge(Setting(name=f"note:{month}:{office}"[:64], value=said, changed_at=now))
