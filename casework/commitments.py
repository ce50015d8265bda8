"""The commitments of a month: satisfaction of 93 % or more, and indicators published in time.

Each is looked at once when its last day is over; a broken one opens its row of the remediation log, as a late answer
does.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from calendar_pe import CalendarRangeError
from calendar_pe.clock import at_lima, lima_date
from casework.desk import SERVICE, Desk
from sla.remediation import (
    SATISFIED_FROM,
    Commitment,
    publication_broken,
    publication_due_on,
    satisfaction_broken,
)
from tickets import journal, months, rows
from tickets.journal import Event, Fact
from tickets.store import Session
from tickets.tables import Notice, Remediation

MONTHLY = (Commitment.SATISFACTION, Commitment.PUBLICATION)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """One commitment of one month whose last day is over."""

    commitment: Commitment
    year: int
    month: int
    broken_at: datetime  # the instant of the breach, if it is one

    @property
    def name(self) -> str:
        return f"{self.year:04}-{self.month:02}"


def check_months(desk: Desk, now: datetime) -> int:
    """Look at every month that has not been looked at and whose day has come; returns how many rows were opened."""
    with desk.store.read() as session:
        if not list(_due(desk, session, now)):
            return 0
    opened = 0
    with desk.store.write() as session:
        months.one_at_a_time(session)
        for case in list(_due(desk, session, now)):
            facts = _breach(desk, session, case, now)
            if facts is not None and not months.has_amends(session, case.commitment, case.name):
                _open(desk, session, case, facts, now)
                opened += 1
            months.set_checked(session, case.commitment, case.name, now)
    return opened


def _due(desk: Desk, session: Session, now: datetime) -> Iterator[_Case]:
    """Yield the commitments to be looked at, month by month since the desk began."""
    for commitment in MONTHLY:
        if last := months.checked(session, commitment):
            first_on = _following(date.fromisoformat(f"{last}-01"))
        elif began_at := months.began_at(session):
            first_on = lima_date(began_at).replace(day=1)
        else:
            return
        while (case := _case(desk, commitment, first_on)) is not None and case.broken_at <= now:
            yield case
            first_on = _following(first_on)


def _case(desk: Desk, commitment: Commitment, first_on: date) -> _Case | None:
    """Return the case of the month that begins on that day, or None beyond the calendar."""
    over_on = _following(first_on)
    if commitment is Commitment.PUBLICATION:
        try:
            over_on = publication_due_on(first_on.year, first_on.month, desk.calendar) + timedelta(days=1)
        except CalendarRangeError:
            return None
    return _Case(commitment=commitment, year=first_on.year, month=first_on.month, broken_at=at_lima(over_on))


def _breach(desk: Desk, session: Session, case: _Case, now: datetime) -> dict[str, Fact] | None:
    """Return the facts of a breach, or None when the commitment was kept."""
    first_on = date(case.year, case.month, 1)
    if case.commitment is Commitment.SATISFACTION:
        answers, satisfied = months.satisfaction(
            session, since=at_lima(first_on), until=at_lima(_following(first_on)), satisfied_from=SATISFIED_FROM
        )
        return {"answers": answers, "satisfied": satisfied} if satisfaction_broken(satisfied, answers) else None
    report = months.first_published(session, case.name)
    published_on = report.published_on if report is not None else None
    published_at = at_lima(published_on) if published_on is not None else None
    late = publication_broken(case.year, case.month, published_at, now, desk.calendar)
    return {"published_on": published_on.isoformat() if published_on is not None else ""} if late else None


def _open(desk: Desk, session: Session, case: _Case, facts: dict[str, Fact], now: datetime) -> None:
    rows.add_all(
        session,
        Remediation,
        [{"commitment": case.commitment, "month": case.name, "opened_at": now, "broken_at": case.broken_at}],
    )
    rows.add_all(
        session,
        Notice,
        [
            {
                "kind": "commitment",
                "dedupe_key": f"commitment:{case.commitment}:{case.name}",
                "text": f"Compromiso incumplido ({case.name}): {case.commitment.label}",
                "created_at": now,
                "leaves_at": desk.next_open(now),
            }
        ],
    )
    told = {"commitment": case.commitment, "month": case.name, "broken_at": case.broken_at.isoformat(), **facts}
    journal.append(session, [Event(journal.DESK, now, SERVICE.journal_name, "commitment_broken", told)])


def _following(first_on: date) -> date:
    """Return the first day of the next month."""
    return (first_on + timedelta(days=31)).replace(day=1)
