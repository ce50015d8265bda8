"""Questions about a month: how satisfied people were, whether its figures are published, what was looked at before."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from tickets.rows import core
from tickets.tables import Attention, JournalEntry, Remediation, Report, SatisfactionAnswer, Setting

_ANSWER, _ATTENTION, _ENTRY = core(SatisfactionAnswer), core(Attention), core(JournalEntry)
_REMEDIATION, _REPORT = core(Remediation), core(Report)


def began_at(session: Session) -> datetime | None:
    """Return when the desk began, the instant of its first journal entry, or None when nothing has happened."""
    return session.execute(select(_ENTRY.c.at).order_by(_ENTRY.c.id).limit(1)).scalar_one_or_none()


def began_by(session: Session, at: datetime) -> bool:
    """Return True when anything had been recorded by that instant."""
    return (
        session.execute(select(_ENTRY.c.id).where(_ENTRY.c.at <= at).order_by(_ENTRY.c.id).limit(1)).first() is not None
    )


def satisfaction(session: Session, *, since: datetime, until: datetime, satisfied_from: int) -> tuple[int, int]:
    """Count what people said from ``since`` and before ``until``, by letter, by telephone and in person.

    Returns (answers, satisfied): an answer of ``satisfied_from`` or more is a satisfied one.
    """
    by_letter = _count(session, _ANSWER.c.score, _ANSWER.c.at, since, until, satisfied_from)
    spoken = _count(session, _ATTENTION.c.satisfaction, _ATTENTION.c.at, since, until, satisfied_from)
    return by_letter[0] + spoken[0], by_letter[1] + spoken[1]


def first_published(session: Session, month: str) -> Report | None:
    """Return the first published version of a month's figures, or None."""
    return session.execute(
        select(Report)
        .where(_REPORT.c.month == month, _REPORT.c.published_on.is_not(None))
        .order_by(_REPORT.c.version)
        .limit(1)
    ).scalar_one_or_none()


def has_amends(session: Session, commitment: str, month: str) -> bool:
    """Return True when the remediation log has a row for that commitment and month."""
    row = select(_REMEDIATION.c.id).where(_REMEDIATION.c.commitment == commitment, _REMEDIATION.c.month == month)
    return session.execute(row.limit(1)).first() is not None


def checked(session: Session, commitment: str) -> str:
    """Return the last month (``2026-11``) whose commitment was looked at, or ""."""
    setting = session.get(Setting, _name(commitment))
    return setting.value if setting is not None else ""


def set_checked(session: Session, commitment: str, month: str, now: datetime) -> None:
    """Note that a month's commitment was looked at."""
    session.merge(Setting(name=_name(commitment), value=month, changed_at=now))


def one_at_a_time(session: Session) -> None:
    """Let nobody else open rows of the remediation log until the transaction ends."""
    if session.get_bind().dialect.name == "postgresql":  # a write transaction of SQLite is alone anyway
        session.execute(text("LOCK TABLE remediation IN SHARE ROW EXCLUSIVE MODE"))


def _count(
    session: Session, score: Any, at: Any, since: datetime, until: datetime, satisfied_from: int
) -> tuple[int, int]:
    satisfied = func.count().filter(score >= satisfied_from)
    said = select(func.count(score), satisfied).where(at >= since, at < until)
    answers, pleased = session.execute(said).one()
    return answers, pleased


def _name(commitment: str) -> str:
    return f"checked_{commitment}"
