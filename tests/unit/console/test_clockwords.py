"""Time left in words, with the boundary seconds."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from calendar_pe.clock import at_lima
from casework.desk import Desk
from console.clockwords import Urgency, left, near, short
from sla.promises import DayEnds, PromiseSettings
from tests.desks import MONDAY, TUESDAY, TUESDAY_17, Clock, build
from tickets.store import Store


@pytest.fixture
def desk(sqlite_store: Store, clock: Clock) -> Desk:
    return build(sqlite_store, clock)


@pytest.mark.parametrize(
    ("hour", "minute", "second", "urgency", "said", "brief"),
    [
        (8, 15, 0, Urgency.TODAY, "falta 1 día hábil", "1 d háb."),
        (10, 30, 0, Urgency.TODAY, "faltan 6 h 30 min", "6 h 30 min"),
        (14, 59, 59, Urgency.TODAY, "faltan 2 h", "2 h"),
        (15, 0, 0, Urgency.SOON, "faltan 2 h", "2 h"),
        (16, 0, 0, Urgency.SOON, "falta 1 h", "1 h"),
        (16, 59, 0, Urgency.SOON, "falta 1 min", "1 min"),
        (16, 59, 30, Urgency.SOON, "falta menos de 1 min", "< 1 min"),
        (17, 0, 0, Urgency.SOON, "falta menos de 1 min", "< 1 min"),
        (17, 0, 1, Urgency.BROKEN, "recién vencida", "vencida <1 h"),
    ],
)
def test_the_last_day_of_a_promise(
    desk: Desk, hour: int, minute: int, second: int, urgency: Urgency, said: str, brief: str
) -> None:
    owed = left(desk, at_lima(TUESDAY, hour, minute, second), TUESDAY_17, TUESDAY_17)
    assert (owed.urgency, owed.words, owed.brief) == (urgency, said, brief)


@pytest.mark.parametrize(
    ("day", "hour", "said", "brief"),
    [
        (date(2026, 11, 25), 9, "vencida hace 45 min", "vencida <1 h"),
        (date(2026, 11, 25), 11, "vencida hace 2 h 45 min", "vencida 2 h"),
        (date(2026, 11, 26), 9, "vencida hace 1 día hábil", "vencida 1 d háb."),
        (date(2026, 11, 30), 9, "vencida hace 3 días hábiles", "vencida 3 d háb."),
    ],
)
def test_a_broken_promise_counts_working_time_only(desk: Desk, day: date, hour: int, said: str, brief: str) -> None:
    owed = left(desk, at_lima(day, hour), TUESDAY_17, TUESDAY_17)
    assert (owed.urgency, owed.words, owed.brief) == (Urgency.BROKEN, said, brief)


def test_a_day_of_another_year_has_its_year() -> None:
    there = at_lima(date(2027, 11, 25), 14)
    assert short(there, at_lima(TUESDAY, 10)) == "jue 25 nov 2027, 2:00 p. m."
    assert near(there, at_lima(TUESDAY, 10)) == "jue 25 nov 2027, 2:00 p. m."
    assert short(there, at_lima(date(2027, 1, 4), 10)) == "jue 25 nov, 2:00 p. m."


def test_days_ahead_are_said_in_days(desk: Desk) -> None:
    owed = left(desk, at_lima(MONDAY, 10), at_lima(date(2026, 11, 27), 17), at_lima(date(2026, 11, 27), 17))
    assert (owed.urgency, owed.words) == (Urgency.LATER, "faltan 4 días hábiles")


def test_a_passed_goal_is_not_yet_a_broken_promise(desk: Desk) -> None:
    owed = left(desk, at_lima(TUESDAY, 10, 30), at_lima(MONDAY, 17), TUESDAY_17)
    assert (owed.urgency, owed.words) == (Urgency.PASSED, "pasó la meta, faltan 6 h 30 min")


def test_a_day_that_ends_at_midnight_is_not_over_at_five(desk: Desk) -> None:
    late = replace(desk, promises=PromiseSettings(day_ends=DayEnds.MIDNIGHT))
    assert left(late, TUESDAY_17 + timedelta(hours=1), TUESDAY_17, TUESDAY_17).urgency is Urgency.PASSED
    assert left(late, at_lima(date(2026, 11, 25)), TUESDAY_17, TUESDAY_17).urgency is Urgency.BROKEN


def test_nothing_owed_is_said_too(desk: Desk) -> None:
    assert left(desk, TUESDAY_17, None, None).words == "nada pendiente"


def test_beyond_the_calendar_the_date_is_said(desk: Desk) -> None:
    far = at_lima(date(2031, 1, 2), 17)
    assert left(desk, TUESDAY_17, far, far).words == "hasta el jue 2 ene"


def test_an_instant_is_said_as_people_say_it() -> None:
    assert short(TUESDAY_17) == "mar 24 nov, 5:00 p. m."
    assert short(at_lima(date(2026, 9, 5), 8, 15, 59)) == "sáb 5 set, 8:15 a. m."
    assert short(None) == ""
