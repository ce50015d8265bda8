"""The watch over promises: warn in time, mark a broken one once with its remediation row, tell staff in their hours."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from calendar_pe.clock import lima_date
from casework.commitments import check_months
from casework.deliver import break_promise
from casework.desk import SERVICE, Desk
from casework.recalendar import move
from casework.staff_mail import staff_letter
from casework.writing import notice
from sla.watch import break_horizon, warn_horizon
from sla.working_time import inside
from tickets import amends, clocks, journal, muted, people, rows
from tickets.journal import Event
from tickets.states import OutgoingKind, Role
from tickets.store import Session
from tickets.tables import Notice, Outgoing, Promise

KILL_POINTS: dict[str, int] = {"sweep.marked": 12, "sweep.committed": 12}
"""Where a crash test may stop this process, and the step of a letter's way that each belongs to."""

PAGE = 200
"""Promises dealt with in one transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """What one sweep found."""

    warned: int
    broken: int
    told: int


def sweep(desk: Desk, now: datetime | None = None) -> Swept:
    """Do everything that is due at this instant; a second sweep at once finds nothing more to do.

    A sweep that was down for a week catches up with the right instants: a promise is broken as of its last second,
    whenever that is noticed.
    """
    now = now or desk.clock()
    broken = _all_pages(desk, lambda session: _break(desk, session, now))
    warned = _all_pages(desk, lambda session: _warn(desk, session, now))
    if _known(desk, now):
        check_months(desk, now)
    return Swept(warned=warned, broken=broken, told=_tell(desk, now))


def _all_pages(desk: Desk, page: Callable[[Session], tuple[int, int]]) -> int:
    """Deal with page after page; a page tells how many promises it read and how many it judged due."""
    total = 0
    while True:
        with desk.store.write() as session:
            read, done = page(session)
            desk.at("sweep.marked")
        desk.at("sweep.committed")
        total += done
        if read < PAGE:
            return total


def _break(desk: Desk, session: Session, now: datetime) -> tuple[int, int]:
    second = break_horizon(now, desk.promises)
    over = clocks.to_break(session, second, limit=PAGE)
    events = _recounted(desk, session, over, now)
    broken = [promise for promise in over if promise.last_second_at < second]
    for promise in broken:
        break_promise(desk, session, promise, now, events)
    session.flush()
    rows.add_all(session, Notice, [_notice(desk, promise, "broken", now) for promise in broken])
    journal.append(session, events)
    return len(over), len(broken)


def _warn(desk: Desk, session: Session, now: datetime) -> tuple[int, int]:
    horizon = warn_horizon(now, desk.calendar, desk.working_time, desk.promises)
    close = clocks.to_warn(session, horizon, limit=PAGE)
    events = _recounted(desk, session, close, now)
    at_risk = [promise for promise in close if promise.target_at <= horizon]
    for promise in at_risk:
        promise.warned_at = now
        facts: dict[str, journal.Fact] = {"promise": promise.id}
        events.append(Event(promise.ticket_id, now, SERVICE.journal_name, "promise_at_risk", facts))
    rows.add_all(session, Notice, [_notice(desk, promise, "at_risk", now) for promise in at_risk])
    journal.append(session, events)
    return len(close), len(at_risk)


def _recounted(desk: Desk, session: Session, promises: Sequence[Promise], now: datetime) -> list[Event]:
    """Reckon again those that were reckoned with another calendar, so that none is judged by an outdated one.

    A decree moves every open promise when it is taken in; this finds the one that was being filed at that moment, and
    those from before the program itself brought newer rows.
    """
    outdated = [promise for promise in promises if promise.calendar_version != desk.calendar.version]
    moved, events = move(desk, outdated, desk.calendar, SERVICE, now)
    if moved:
        session.flush()
        clocks.refresh_target(session, sorted({one.ticket_id for one in moved}))
    return events


def _notice(desk: Desk, promise: Promise, kind: str, now: datetime) -> dict[str, object]:
    return {
        "kind": kind,
        "dedupe_key": f"{kind}:{promise.id}",
        "ticket_id": promise.ticket_id,
        "promise_id": promise.id,
        "created_at": now,
        "leaves_at": desk.next_open(now),
    }


def _tell(desk: Desk, now: datetime) -> int:
    """Write to the supervisors what they have not been told, many news in one letter, inside working time only."""
    if not _known(desk, now) or not inside(now, desk.calendar, desk.working_time):
        return 0
    with desk.store.write() as session:
        news = amends.untold(session, now)
        wanted = desk.settings.digest_recipients or tuple(people.emails(session, Role.SUPERVISOR))
        addresses = muted.without(session, wanted, now)
        if not news or not addresses:  # without anybody to tell, the news waits
            return 0
        told = 0
        while told < len(news):
            rendered, number = notice(desk, session, news[told:], now)
            page = news[told : told + number]
            rows.add_all(
                session,
                Outgoing,
                [
                    staff_letter(
                        desk,
                        kind=OutgoingKind.NOTICE,
                        dedupe_key=f"notice:{page[0].id}-{page[-1].id}:{address}"[:128],
                        to_address=address,
                        rendered=rendered,
                        now=now,
                    )
                    for address in addresses
                ],
            )
            for one in page:
                one.told_at = now
            told += number
    return told


def _known(desk: Desk, now: datetime) -> bool:
    """Return False past the end of the calendar: nobody knows working time there, and notices wait for newer rows."""
    return lima_date(now) <= desk.calendar.last_on
