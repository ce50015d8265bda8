"""Reconciliation: on each business day, what a mail server holds against what the ledger says came from it.

Letters are told apart by the second of their arrival, which stays with them when they move from folder to folder.
A difference stands until a later comparison finds none, or a person has looked and accepts it.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from calendar_pe import CalendarRangeError
from calendar_pe.clock import at_lima, lima_date, to_lima
from casework.desk import WRITERS, Actor, Desk, require
from tickets import intake, journal, notices
from tickets.journal import Event
from tickets.store import Session
from tickets.tables import MailboxCheck

BACK = timedelta(days=31)
"""How far back letters are compared: further back, staff may have cleared the folders long ago."""

QUIET = timedelta(minutes=15)
"""Letters that came just now may not have been fetched yet, and clocks differ."""

AGAIN = timedelta(hours=1)
"""While a mailbox differs it is compared so often, so that the alert ends soon after its cause."""


@dataclass(frozen=True, slots=True)
class Span:
    """The arrivals that are compared, from the first instant up to but not at the second."""

    since_at: datetime
    until_at: datetime


def due(desk: Desk, mailbox: str, *, at: time) -> Span | None:
    """Return what to compare of a mailbox now, or None: once a business day from ``at`` Lima time on is enough."""
    now = desk.clock()
    with desk.store.read() as session:
        last = intake.check_of(session, mailbox)
    if last is None or last.noticed_at is None or now - last.checked_at < AGAIN:
        if last is not None and lima_date(last.checked_at) >= lima_date(now):
            return None
        if to_lima(now).time() < at or not _works(desk, now):
            return None
    since_at = at_lima(lima_date(now - BACK))
    return Span(max(since_at, last.since_at) if last is not None else since_at, now - QUIET)


def reconcile(desk: Desk, mailbox: str, span: Span, server: Counter[datetime]) -> int:
    """Compare the server's arrivals of a span with the ledger's; returns how many letters are missing on either side.

    A difference is noted with the instant at which it was first noticed, and told to staff once.
    """
    now = desk.clock()
    with desk.store.write() as session:
        ledger = intake.arrivals(session, mailbox, span.since_at, span.until_at)
        here, there = (server - ledger).total(), (ledger - server).total()
        last = intake.check_of(session, mailbox)
        noticed_at = (last.noticed_at if last is not None else None) or now
        check = MailboxCheck(
            mailbox=mailbox,
            checked_at=now,
            since_at=span.since_at,
            server_count=server.total(),
            ledger_count=ledger.total(),
            missing_here=here,
            missing_there=there,
            noticed_at=noticed_at if here or there else None,
        )
        session.merge(check)
        if here or there:
            _tell(desk, session, check, noticed_at, now)
        return here + there


def accept(desk: Desk, actor: Actor, mailbox: str) -> bool:
    """Take a person's word that a difference is in order: letters up to the last comparison are not compared again.

    Returns False when no difference stands. Noted in the journal.
    """
    require(actor, *WRITERS)
    now = desk.clock()
    with desk.store.write() as session:
        check = intake.check_of(session, mailbox)
        if check is None or check.noticed_at is None:
            return False
        facts: dict[str, journal.Fact] = {"missing_here": check.missing_here, "missing_there": check.missing_there}
        journal.append(session, [Event(journal.DESK, now, actor.journal_name, "difference_accepted", facts)])
        check.since_at, check.noticed_at = check.checked_at - QUIET, None
        return True


def difference(check: MailboxCheck) -> str:
    """Say what differs, for staff."""
    said = [f"el servidor tiene {check.server_count} y el registro {check.ledger_count}"]
    if check.missing_here:
        said.append(f"{check.missing_here} del servidor no están en el registro")
    if check.missing_there:
        said.append(f"{check.missing_there} del registro ya no están en el servidor")
    return f"cartas desde el {to_lima(check.since_at):%d/%m/%Y}: {'; '.join(said)}"


def _tell(desk: Desk, session: Session, check: MailboxCheck, noticed_at: datetime, now: datetime) -> None:
    notices.add_once(
        session,
        kind="source",
        key=f"reconcile:{check.mailbox}:{noticed_at.isoformat()}",
        text=f"Buzón «{check.mailbox}»: {difference(check)}",
        now=now,
        leaves_at=desk.next_open(now),
    )


def _works(desk: Desk, now: datetime) -> bool:
    """Past the end of the calendar every day counts: the doctor complains of the calendar itself."""
    try:
        return desk.calendar.is_business_day(lima_date(now))
    except CalendarRangeError:
        return True
