from dataclasses import replace
from datetime import date

import pytest

from calendar_pe import Calendar, CalendarRangeError, Effect, Row, Scope, shipped
from calendar_pe.clock import format_instant, parse_instant
from sla.promises import PromiseSettings, Reading
from sla.recalendar import Standing, moves
from sla.reckon import reckon

CALENDAR = shipped()
SETTINGS = PromiseSettings()


def standing(
    received: str, kind: str = "consulta", calendar: Calendar = CALENDAR, reading: Reading = Reading.DEEMED_RECEIPT
) -> Standing:
    found = reckon(parse_instant(received), kind, calendar, replace(SETTINGS, reading=reading))
    return Standing(
        id=1,
        ticket_id=7,
        kind=found.kind,
        received_at=found.received_at,
        due_at=found.due_at,
        legal_due_at=found.legal_due_at,
        target_at=found.target_at,
        reading=found.reading,
        told_due_at=found.due_at,
    )


def decree(day: date, effect: Effect = Effect.NONWORKING, scope: Scope = Scope.PUBLIC_SECTOR) -> Calendar:
    row = Row(date=day, scope=scope, effect=effect, name="Decreto", legal_basis="DS 1")
    return CALENDAR.with_rows([row])


WEDNESDAY = standing("2026-12-23T10:00:00-05:00")  # due Thursday 24


def test_a_decree_moves_what_falls_on_its_day() -> None:
    calendar = decree(date(2026, 12, 24))
    (move,) = moves([WEDNESDAY], calendar, SETTINGS)
    assert (move.promise_id, move.ticket_id, move.held) == (1, 7, False)
    assert format_instant(move.old.due_at) == "2026-12-24T17:00:00-05:00"
    assert format_instant(move.new.due_at) == "2026-12-28T17:00:00-05:00"
    assert format_instant(move.new.legal_due_at) == "2026-12-28T23:59:59-05:00"
    assert move.calendar_version == calendar.version


def test_what_it_does_not_touch_stays() -> None:
    assert list(moves([WEDNESDAY], decree(date(2026, 12, 31)), SETTINGS)) == []
    assert list(moves([WEDNESDAY], CALENDAR, SETTINGS)) == []


def test_a_deadline_told_to_a_citizen_never_gets_shorter() -> None:
    eve = standing("2026-07-24T10:00:00-05:00")  # due Thursday 30, the Monday being decreed
    opened = decree(date(2026, 7, 27), Effect.WORKING, Scope.ENTITY)
    (told,) = moves([eve], opened, SETTINGS)
    assert told.held
    assert told.new.due_at == eve.due_at
    assert told.new.legal_due_at == eve.legal_due_at
    assert format_instant(told.new.target_at) == "2026-07-27T17:00:00-05:00"
    (untold,) = moves([replace(eve, told_due_at=None)], opened, SETTINGS)
    assert not untold.held
    assert format_instant(untold.new.due_at) == "2026-07-27T17:00:00-05:00"


def test_a_decree_taken_back_returns_to_what_was_told_and_no_further() -> None:
    later = decree(date(2026, 12, 24))
    (move,) = moves([WEDNESDAY], later, SETTINGS)
    new = move.new
    moved = replace(WEDNESDAY, due_at=new.due_at, legal_due_at=new.legal_due_at, target_at=new.target_at)
    (back,) = moves([moved], CALENDAR, SETTINGS)
    assert not back.held
    assert back.new == move.old


def test_applying_a_move_leaves_nothing_to_move() -> None:
    for calendar in (decree(date(2026, 12, 24)), decree(date(2026, 7, 27), Effect.WORKING, Scope.ENTITY)):
        for promise in (WEDNESDAY, standing("2026-07-24T10:00:00-05:00")):
            for move in moves([promise], calendar, SETTINGS):
                new = move.new
                applied = replace(promise, due_at=new.due_at, legal_due_at=new.legal_due_at, target_at=new.target_at)
                assert list(moves([applied], calendar, SETTINGS)) == []


def test_each_keeps_the_reading_it_was_made_under() -> None:
    calendar = decree(date(2026, 12, 24))
    same_day = standing("2026-12-23T18:00:00-05:00", reading=Reading.SAME_DAY)
    (move,) = moves([same_day], calendar, SETTINGS)
    assert format_instant(move.new.due_at) == "2026-12-28T17:00:00-05:00"


def test_a_term_pushed_beyond_the_calendar_is_an_error() -> None:
    last = standing("2027-12-30T10:00:00-05:00")
    with pytest.raises(CalendarRangeError):
        list(moves([last], decree(date(2027, 12, 31)), SETTINGS))
