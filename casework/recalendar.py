"""A decree at short notice: what it would move, and taking it in with every open promise that it moves."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from calendar_pe import Calendar, Row, check_addition
from calendar_pe.clock import lima_date
from casework.added_days import effective_calendar, stored
from casework.desk import Actor, Desk, require
from casework.promising import trace_document
from sla.promises import Kind, PromiseSettings, Reading
from sla.recalendar import Move, Standing, moves
from sla.reckon import breaks_after
from tickets import additions, cases, clocks, journal
from tickets.journal import Event, Fact
from tickets.states import Role
from tickets.store import Session
from tickets.tables import Promise

PAGE = 500
"""Promises reckoned again at once."""

SHOWN = 50
"""Moves that are shown one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One promise that moves, for people."""

    reference: str
    old_due_at: datetime
    new_due_at: datetime
    held: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What a row moves: ``moved`` promises in all, ``held`` of them kept at what was told, and the ``first`` few."""

    row: Row
    calendar_version: str
    moved: int
    held: int
    first: tuple[Shown, ...]


def outlook(desk: Desk, actor: Actor, row: Row) -> Outlook:
    """Say what a row would move, and write nothing. Raises what ``add`` raises."""
    require(actor, Role.SUPERVISOR, Role.ADMINISTRATOR)
    now = desk.clock()
    with desk.store.read() as session:
        row, after = _joined(session, row, now)
        tally = _Tally()
        for ids in _pages(clocks.open_ids(session)):
            found = moves(map(_standing, clocks.load(session, ids)), after, desk.promises)
            tally.count(session, list(found))
            session.expunge_all()
    return tally.outlook(row, after)


def add(desk: Desk, actor: Actor, row: Row) -> Outlook:
    """Take a row in and reckon every open promise again, all or nothing; each move is journalled.

    Raises ``CalendarDataError`` with everything that speaks against the row, ``CalendarRangeError`` when a promise
    would run beyond the calendar, ``NotAllowed``.
    """
    require(actor, Role.SUPERVISOR, Role.ADMINISTRATOR)
    now = desk.clock()
    with desk.store.write() as session:
        additions.one_at_a_time(session)
        row, after = _joined(session, row, now)
        session.add(stored(row, staff_id=actor.staff_id))
        tally = _Tally()
        for ids in _pages(clocks.open_ids(session)):
            found, events = move(desk, clocks.load(session, ids, lock=True), after, actor, now)
            session.flush()
            clocks.refresh_target(session, sorted({one.ticket_id for one in found}))
            journal.append(session, events)
            tally.count(session, found)
            session.expunge_all()
        added: dict[str, Fact] = {
            "row": row.id,
            "day": row.date.isoformat(),
            "scope": row.scope,
            "effect": row.effect,
            "legal_basis": row.legal_basis,
            "supersedes": row.supersedes,
            "calendar": after.version,
            "moved": tally.moved,
            "held": tally.held,
        }
        journal.append(session, [Event(journal.DESK, now, actor.journal_name, "calendar_added", added)])
    return tally.outlook(row, after)


def move(
    desk: Desk, promises: Sequence[Promise], calendar: Calendar, actor: Actor, now: datetime
) -> tuple[list[Move], list[Event]]:
    """Reckon promises again with a calendar and change those that move; returns the moves and their journal entries.

    What the citizen was told and how the promise was first reckoned stays in the journal.
    """
    by_id = {promise.id: promise for promise in promises}
    found = list(moves(map(_standing, promises), calendar, desk.promises))
    for one in found:
        _apply(by_id[one.promise_id], one, desk.promises)
    return found, [_event(one, actor, now) for one in found]


def _apply(promise: Promise, moved: Move, settings: PromiseSettings) -> None:
    new, reckoned = moved.new, moved.reckoned
    promise.due_at, promise.legal_due_at, promise.target_at = new.due_at, new.legal_due_at, new.target_at
    promise.due_on = lima_date(new.due_at)
    promise.last_second_at = breaks_after(new, settings)
    promise.calendar_version = moved.calendar_version
    if not moved.held:
        promise.clock_starts_on, promise.provisional = reckoned.clock_starts_on, reckoned.provisional
        promise.trace = trace_document(reckoned.trace)


def _event(moved: Move, actor: Actor, now: datetime) -> Event:
    return Event(
        moved.ticket_id,
        now,
        actor.journal_name,
        "promise_moved",
        {
            "promise": moved.promise_id,
            "old_due_at": moved.old.due_at.isoformat(),
            "new_due_at": moved.new.due_at.isoformat(),
            "old_target_at": moved.old.target_at.isoformat(),
            "new_target_at": moved.new.target_at.isoformat(),
            "held": moved.held,
            "calendar": moved.calendar_version,
        },
    )


def _joined(session: Session, row: Row, now: datetime) -> tuple[Row, Calendar]:
    """Return the row as it will stand, learned now, and the calendar that has it."""
    calendar = effective_calendar(session)
    checked = check_addition(replace(row, known_at=now), calendar)
    return checked, calendar.with_rows([checked])


def _standing(promise: Promise) -> Standing:
    return Standing(
        id=promise.id or 0,
        ticket_id=promise.ticket_id,
        kind=Kind(promise.kind),
        received_at=promise.received_at,
        due_at=promise.due_at,
        legal_due_at=promise.legal_due_at,
        target_at=promise.target_at,
        reading=Reading(promise.reading),
        told_due_at=promise.told_due_at,
    )


def _pages(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[start : start + PAGE] for start in range(0, len(ids), PAGE))


@dataclass(slots=True)
class _Tally:
    """Counts moves page by page and keeps the first few for people."""

    moved: int = 0
    held: int = 0
    first: tuple[Shown, ...] = ()

    def count(self, session: Session, found: Sequence[Move]) -> None:
        self.moved += len(found)
        self.held += sum(one.held for one in found)
        if room := SHOWN - len(self.first):
            self.first += tuple(_shown(session, found[:room]))

    def outlook(self, row: Row, after: Calendar) -> Outlook:
        return Outlook(row=row, calendar_version=after.version, moved=self.moved, held=self.held, first=self.first)


def _shown(session: Session, found: Sequence[Move]) -> Iterable[Shown]:
    reference = cases.references(session, [one.ticket_id for one in found])
    return (
        Shown(
            reference=reference[one.ticket_id],
            old_due_at=one.old.due_at,
            new_due_at=one.new.due_at,
            held=one.held,
        )
        for one in found
    )
