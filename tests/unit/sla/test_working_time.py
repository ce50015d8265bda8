from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from calendar_pe import CalendarRangeError, Effect, Row, Scope, shipped
from calendar_pe.clock import format_instant, parse_instant
from sla.working_time import WorkingTimeSettings, after, before, business_seconds, inside, next_open, say

CALENDAR = shipped()
HOURS = WorkingTimeSettings()
DAY = 31500


def at(text: str) -> datetime:
    return parse_instant(f"2026-{text}-05:00")


@pytest.mark.parametrize(
    ("start", "end", "seconds"),
    [
        ("11-23T08:15:00", "11-23T17:00:00", DAY),
        ("11-23T00:00:00", "11-24T00:00:00", DAY),
        ("11-23T16:59:59", "11-24T08:15:01", 2),
        ("11-20T17:00:00", "11-23T08:15:00", 0),
        ("11-20T16:00:00", "11-23T09:15:00", 7200),
        ("11-21T09:00:00", "11-22T23:00:00", 0),
        ("07-24T16:00:00", "07-30T09:15:00", 7200),
        ("11-23T10:00:00", "11-23T10:00:00", 0),
        ("11-23T10:00:00", "11-23T09:00:00", -3600),
        ("11-23T10:00:00.900", "11-23T10:00:01.100", 1),
    ],
)
def test_only_open_hours_count(start: str, end: str, seconds: int) -> None:
    assert business_seconds(at(start), at(end), CALENDAR, HOURS) == seconds


@pytest.mark.parametrize(
    ("instant", "is_inside", "opens"),
    [
        ("11-23T08:14:59", False, "2026-11-23T08:15:00-05:00"),
        ("11-23T08:15:00", True, "2026-11-23T08:15:00-05:00"),
        ("11-23T16:59:59", True, "2026-11-23T16:59:59-05:00"),
        ("11-23T17:00:00", False, "2026-11-24T08:15:00-05:00"),
        ("11-20T17:00:00", False, "2026-11-23T08:15:00-05:00"),
        ("11-21T10:00:00", False, "2026-11-23T08:15:00-05:00"),
        ("07-24T20:00:00", False, "2026-07-30T08:15:00-05:00"),
        ("01-01T00:00:00", False, "2026-01-05T08:15:00-05:00"),
    ],
)
def test_open_or_when_next(instant: str, is_inside: bool, opens: str) -> None:
    assert inside(at(instant), CALENDAR, HOURS) is is_inside
    assert format_instant(next_open(at(instant), CALENDAR, HOURS)) == opens


def test_so_much_working_time_before_and_after() -> None:
    due = at("11-23T17:00:00")
    for hours, expected in ((0, "2026-11-23T17:00:00-05:00"), (2, "2026-11-23T15:00:00-05:00")):
        assert format_instant(before(due, timedelta(hours=hours), CALENDAR, HOURS)) == expected
    nine = before(due, timedelta(hours=9), CALENDAR, HOURS)
    assert format_instant(nine) == "2026-11-20T16:45:00-05:00"
    assert format_instant(before(at("11-23T09:15:00"), timedelta(hours=2), CALENDAR, HOURS)) == (
        "2026-11-20T16:00:00-05:00"
    )
    assert format_instant(after(at("11-20T16:00:00"), timedelta(hours=2), CALENDAR, HOURS)) == (
        "2026-11-23T09:15:00-05:00"
    )
    assert format_instant(after(at("11-20T16:00:00"), timedelta(hours=1), CALENDAR, HOURS)) == (
        "2026-11-23T08:15:00-05:00"
    )


def test_the_hours_are_a_setting() -> None:
    short = replace(HOURS, opening=time(9), closing=time(12))
    assert short.day_seconds == 10800
    assert business_seconds(at("11-23T00:00:00"), at("11-24T00:00:00"), CALENDAR, short) == 10800
    assert not inside(at("11-23T12:00:00"), CALENDAR, short)
    with pytest.raises(ValueError, match="opens before"):
        WorkingTimeSettings(opening=time(17), closing=time(8))


def test_half_days_are_worked_by_the_hour() -> None:
    half = Row(
        date=date(2026, 11, 23),
        start_time=time(10),
        end_time=time(12),
        scope=Scope.LIMA,
        effect=Effect.NONWORKING,
        name="Corte",
        legal_basis="DS 1",
    )
    calendar = CALENDAR.with_rows([half])
    assert business_seconds(at("11-23T00:00:00"), at("11-24T00:00:00"), calendar, HOURS) == DAY - 7200
    assert not inside(at("11-23T11:00:00"), calendar, HOURS)
    assert format_instant(next_open(at("11-23T11:00:00"), calendar, HOURS)) == "2026-11-23T12:00:00-05:00"


@pytest.mark.parametrize("instant", ["2021-12-31T23:59:59-05:00", "2028-01-01T00:00:01-05:00"])
def test_outside_the_calendar_is_an_error(instant: str) -> None:
    inside_range = at("11-23T10:00:00")
    with pytest.raises(CalendarRangeError, match="calendario revisado"):
        business_seconds(parse_instant(instant), inside_range, CALENDAR, HOURS)
    with pytest.raises(CalendarRangeError):
        next_open(parse_instant("2027-12-31T17:00:00-05:00"), CALENDAR, HOURS)
    assert after(parse_instant("2027-12-31T16:00:00-05:00"), timedelta(hours=9), CALENDAR, HOURS) == parse_instant(
        "2028-01-01T00:00:00-05:00"
    )


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 min"),
        (59, "menos de 1 min"),
        (60, "1 min"),
        (7200, "2 h"),
        (7260, "2 h y 1 min"),
        (DAY, "1 día hábil"),
        (DAY + 7200, "1 día hábil y 2 h"),
        (2 * DAY + 3660, "2 días hábiles, 1 h y 1 min"),
        (-7200, "2 h"),
    ],
)
def test_working_time_in_words(seconds: int, said: str) -> None:
    assert say(seconds, HOURS) == said
