"""What supervisors are reminded of: the management report on day 5, publication from day 10 until it is done."""

from datetime import date, timedelta

import pytest

from calendar_pe.clock import at_lima
from casework.desk import Desk
from casework.publication import publish
from oversight.deadlines import duties
from oversight.report import prepare
from oversight.targets import ReportSettings
from tests.desks import Clock, member
from tests.months import MONDAY, october
from tickets.states import Role


def owed(desk: Desk, day: date) -> list[str]:
    with desk.store.read() as session:
        return duties(desk, session, at_lima(day, 8, 20))


@pytest.fixture
def desk(desk: Desk, clock: Clock) -> Desk:
    return october(desk, clock)


def test_the_days_of_november(desk: Desk) -> None:
    said = {day: owed(desk, date(2026, 11, day)) for day in range(1, 30)}
    assert [day for day, lines in said.items() if any("informe de gestión" in one for one in lines)] == [6]
    assert [day for day, lines in said.items() if any("--publish" in one for one in lines)] == list(range(13, 30))
    assert "a más tardar el 20 de noviembre de 2026" in said[13][0]
    assert said[20][0].startswith("Hoy, día hábil 15, vence publicar los indicadores de octubre de 2026")
    assert "debieron publicarse el 20 de noviembre de 2026" in said[21][0]


def test_what_is_published_is_owed_no_more(desk: Desk, clock: Clock) -> None:
    boss = member(desk, Role.SUPERVISOR)
    clock.now = at_lima(date(2026, 11, 16), 9)
    prepare(desk, lambda: boss, "2026-10", ReportSettings(carta_version="5"))
    assert owed(desk, date(2026, 11, 16)), "frozen is not published"
    publish(desk, boss, "2026-10")
    assert owed(desk, date(2026, 11, 16)) == []


def test_a_desk_that_has_just_begun_owes_nothing(desk: Desk) -> None:
    assert owed(desk, (MONDAY + timedelta(days=10)).date()) == []


def test_january_looks_back_to_december_and_the_end_of_the_calendar_is_quiet(desk: Desk) -> None:
    assert "diciembre de 2026" in owed(desk, date(2027, 1, 8))[0]
    assert owed(desk, date(2028, 3, 1)) == []
