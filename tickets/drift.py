"""Questions about the judge at work: how often a person corrected it, and how often it only proposed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from tickets.tables import Verdict

_JUDGED = ("line", "kind", "on_behalf", "trafficking_risk")


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """So many of so many."""

    count: int
    of: int

    @property
    def rate(self) -> float:
        """Return the share, between 0 and 1; 0 of nothing is 0."""
        return self.count / self.of if self.of else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """How the judge did in a period.

    ``proposed``: of the letters that it judged, those whose line it did not dare to settle. ``corrected``: of the
    tickets that a person judged after it, those in which the person said something else.
    """

    proposed: Share
    corrected: Share


def drift(session: Session, since: datetime, until: datetime) -> Shares:
    """Return what became of the judge's verdicts from ``since`` up to, but not including, ``until``."""
    return Shares(proposed=_proposed(session, since, until), corrected=_corrected(session, since, until))


def _proposed(session: Session, since: datetime, until: datetime) -> Share:
    verdict: Any = Verdict
    query = select(func.count(), func.coalesce(func.sum(case((verdict.confident, 0), else_=1)), 0)).where(
        verdict.at >= since, verdict.at < until, verdict.staff_id.is_(None), verdict.model_version != ""
    )
    of, count = session.execute(query).one()
    return Share(count=int(count), of=int(of))


def _corrected(session: Session, since: datetime, until: datetime) -> Share:
    """Compare the last word of a person on each ticket with the first one of the judge, which the ticket took over."""
    verdict: Any = Verdict
    last = (
        select(verdict.ticket_id, func.max(verdict.id).label("id"))
        .where(verdict.at >= since, verdict.at < until, verdict.staff_id.is_not(None))
        .group_by(verdict.ticket_id)
        .subquery()
    )
    person: Any = aliased(Verdict)
    judge: Any = aliased(Verdict)
    earlier: Any = aliased(Verdict)
    first = (
        select(func.min(earlier.id))
        .where(earlier.ticket_id == last.c.ticket_id, earlier.staff_id.is_(None), earlier.model_version != "")
        .correlate(last)
        .scalar_subquery()
    )
    differs = or_(*(getattr(person, name) != getattr(judge, name) for name in _JUDGED))
    query = (
        select(func.count(), func.coalesce(func.sum(case((differs, 1), else_=0)), 0))
        .select_from(last)
        .join(person, person.id == last.c.id)
        .join(judge, and_(judge.ticket_id == last.c.ticket_id, judge.id == first))
    )
    of, count = session.execute(query).one()
    return Share(count=int(count), of=int(of))
