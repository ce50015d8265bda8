"""A decree taken in late: what moves, what is held, what the journal keeps, and who may do it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from calendar_pe import CalendarDataError, CalendarRangeError, Effect, Row, Scope
from calendar_pe.clock import at_lima, format_instant
from casework import recalendar
from casework.added_days import effective_calendar
from casework.desk import Actor, Desk, NotAllowed
from casework.sweep import sweep
from tests.desks import MONDAY_10, Clock, build, faults, member, open_ticket, promise, ticket
from tickets import additions, journal
from tickets.states import Role
from tickets.store import Store

TUESDAY_OFF = Row(
    date=date(2026, 11, 24),
    scope=Scope.PUBLIC_SECTOR,
    effect=Effect.NONWORKING,
    name="Día no laborable",
    legal_basis="DS 900-2026-PCM",
)
OLD, NEW = "2026-11-24T17:00:00-05:00", "2026-11-25T17:00:00-05:00"


@pytest.fixture
def desk(store: Store) -> Desk:
    return build(store, Clock())


@pytest.fixture
def boss(desk: Desk) -> Actor:
    return member(desk, Role.SUPERVISOR)


def renewed(desk: Desk) -> Desk:
    with desk.store.read() as session:
        return replace(desk, calendar=effective_calendar(session, desk.calendar))


def rows_added(desk: Desk) -> int:
    with desk.store.read() as session:
        return additions.count(session)


def untold(desk: Desk, ref: str) -> None:
    with desk.store.write() as session:
        session.merge(promise(desk, ref)).told_due_at = None


def test_what_would_move_is_shown_and_nothing_written(desk: Desk, boss: Actor) -> None:
    moving = open_ticket(desk)
    open_ticket(desk, received_at=MONDAY_10 + timedelta(days=2))
    before = promise(desk, moving)
    shown = recalendar.outlook(desk, boss, TUESDAY_OFF)
    assert (shown.moved, shown.held) == (1, 0)
    (one,) = shown.first
    assert one.reference == moving
    assert (format_instant(one.old_due_at), format_instant(one.new_due_at)) == (OLD, NEW)
    assert rows_added(desk) == 0
    assert promise(desk, moving) == before


def test_what_moves_moves_whole_and_is_journalled(desk: Desk, boss: Actor) -> None:
    moving, staying = open_ticket(desk), open_ticket(desk, received_at=MONDAY_10 + timedelta(days=2))
    untouched = promise(desk, staying)
    added = recalendar.add(desk, boss, TUESDAY_OFF)
    assert (added.moved, added.row.id) == (1, "public_sector-2026-11-24-1")
    after = promise(desk, moving)
    assert (
        format_instant(after.due_at) == format_instant(after.last_second_at) == format_instant(after.target_at) == NEW
    )
    assert format_instant(after.legal_due_at) == "2026-11-25T23:59:59-05:00"
    assert after.due_on == date(2026, 11, 25)
    assert after.calendar_version == added.calendar_version != untouched.calendar_version
    assert "DS 900-2026-PCM" in str(after.trace)
    assert format_instant(after.told_due_at) == OLD, "what the citizen was told stays in the record"  # type: ignore[arg-type]
    assert ticket(desk, moving).target_at == after.target_at
    assert promise(desk, staying) == untouched
    with desk.store.read() as session:
        (moved,) = [one for one in journal.entries_of(session, after.ticket_id) if one.event == "promise_moved"]
        (entry,) = [one for one in journal.entries_of(session, journal.DESK) if one.event == "calendar_added"]
    assert moved.actor == entry.actor == boss.journal_name
    assert moved.facts["old_due_at"] == at_lima(date(2026, 11, 24), 17).isoformat()
    assert moved.facts["new_due_at"] == at_lima(date(2026, 11, 25), 17).isoformat()
    assert moved.facts["held"] is False
    assert (entry.facts["moved"], entry.facts["legal_basis"]) == (1, "DS 900-2026-PCM")
    assert faults(desk.store) == []


def test_a_deadline_that_was_told_never_gets_shorter(desk: Desk, boss: Actor) -> None:
    eve = at_lima(date(2026, 7, 24), 10)  # due on Thursday 30, Monday 27 being decreed
    told, not_told = open_ticket(desk, received_at=eve), open_ticket(desk, received_at=eve)
    untold(desk, not_told)
    before = promise(desk, told)
    row = replace(TUESDAY_OFF, date=date(2026, 7, 27), scope=Scope.ENTITY, effect=Effect.WORKING)
    shown = recalendar.outlook(desk, boss, row)
    added = recalendar.add(desk, boss, row)
    assert (shown.moved, shown.held) == (added.moved, added.held) == (2, 1)
    held = promise(desk, told)
    assert (held.due_at, held.due_on, held.last_second_at) == (before.due_at, before.due_on, before.last_second_at)
    assert held.trace == before.trace
    assert format_instant(held.target_at) == "2026-07-27T17:00:00-05:00", "the desk itself aims at the earlier day"
    assert format_instant(promise(desk, not_told).due_at) == "2026-07-27T17:00:00-05:00"


def test_a_decree_taken_back_takes_its_moves_back(desk: Desk, boss: Actor) -> None:
    ref = open_ticket(desk)
    first = recalendar.add(desk, boss, TUESDAY_OFF).row
    back = replace(TUESDAY_OFF, effect=Effect.INFO, name="Sin efecto", supersedes=first.id)
    assert recalendar.add(desk, boss, back).moved == 1
    assert format_instant(promise(desk, ref).due_at) == OLD


def test_a_row_that_may_not_stand_writes_nothing(desk: Desk, boss: Actor) -> None:
    recalendar.add(desk, boss, TUESDAY_OFF)
    for row in (TUESDAY_OFF, replace(TUESDAY_OFF, date=date(2031, 1, 2)), replace(TUESDAY_OFF, supersedes="no-hay")):
        for use in (recalendar.outlook, recalendar.add):
            with pytest.raises(CalendarDataError):
                use(desk, boss, row)
    assert rows_added(desk) == 1


def test_a_promise_pushed_beyond_the_calendar_stops_the_row(desk: Desk, boss: Actor) -> None:
    ref = open_ticket(desk, received_at=at_lima(date(2027, 12, 30), 10))
    before = promise(desk, ref)
    with pytest.raises(CalendarRangeError):
        recalendar.add(desk, boss, replace(TUESDAY_OFF, date=date(2027, 12, 31)))
    assert rows_added(desk) == 0
    assert promise(desk, ref) == before


@pytest.mark.parametrize("role", [Role.CONSULTANT, Role.AUDITOR])
def test_supervisors_and_administrators_only(desk: Desk, role: Role) -> None:
    for use in (recalendar.outlook, recalendar.add):
        with pytest.raises(NotAllowed):
            use(desk, member(desk, role), TUESDAY_OFF)
    assert recalendar.add(desk, member(desk, Role.ADMINISTRATOR), TUESDAY_OFF).moved == 0


def test_more_promises_than_a_page(desk: Desk, boss: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recalendar, "PAGE", 3)
    monkeypatch.setattr(recalendar, "SHOWN", 5)
    refs = [open_ticket(desk) for _ in range(8)]
    shown = recalendar.outlook(desk, boss, TUESDAY_OFF)
    assert (shown.moved, [one.reference for one in shown.first]) == (8, refs[:5])
    assert recalendar.add(desk, boss, TUESDAY_OFF).moved == 8
    assert {format_instant(promise(desk, ref).due_at) for ref in refs} == {NEW}


def test_a_letter_filed_while_the_decree_was_taken_in_is_not_judged_by_the_old_calendar(
    desk: Desk, boss: Actor
) -> None:
    recalendar.add(desk, boss, TUESDAY_OFF)
    ref = open_ticket(desk)  # by a process that has not noticed the decree
    assert format_instant(promise(desk, ref).due_at) == OLD
    aware = renewed(desk)
    swept = sweep(aware, at_lima(date(2026, 11, 24), 17, 0, 1))
    assert (swept.broken, swept.warned) == (0, 0)
    assert format_instant(promise(desk, ref).due_at) == NEW
    assert sweep(aware, at_lima(date(2026, 11, 25), 17, 0, 1)).broken == 1
    assert faults(desk.store) == []


def test_the_calendar_is_read_again_only_when_rows_were_added(desk: Desk, boss: Actor) -> None:
    assert renewed(desk).calendar is desk.calendar
    recalendar.add(desk, boss, TUESDAY_OFF)
    aware = renewed(desk)
    assert not aware.calendar.is_business_day(TUESDAY_OFF.date)
    assert renewed(aware).calendar is aware.calendar
    assert aware.calendar.as_known_on(date(2026, 11, 22)).is_business_day(TUESDAY_OFF.date), "not known before today"
