"""Attentions by telephone, in person or by video: questions to their register."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tickets.rows import core
from tickets.tables import Attention

_ATTENTION = core(Attention)


def listing(
    session: Session, *, since: datetime | None = None, until: datetime | None = None, limit: int = 200
) -> list[Attention]:
    """Return the newest attentions given from ``since`` (included) to ``until`` (not included), oldest first."""
    query = select(Attention).order_by(_ATTENTION.c.at.desc(), _ATTENTION.c.id.desc()).limit(limit)
    if since is not None:
        query = query.where(_ATTENTION.c.at >= since)
    if until is not None:
        query = query.where(_ATTENTION.c.at < until)
    return list(reversed(session.execute(query).scalars().all()))
