"""The commitments of a month: each looked at once, when its last day is over, and a broken one written down."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from calendar_pe.clock import at_lima
from casework import remedy
from casework.commitments import check_months
from casework.desk import Actor, Desk
from casework.remedy import Amends, CannotRemedy
from sla.remediation import Commitment, RemediationForm
from tests.desks import Clock, faults, member, open_ticket
from tickets import rows
from tickets.states import Role
from tickets.tables import Attention, Notice, Report

DECEMBER = at_lima(date(2026, 12, 1))
OVERDUE = at_lima(date(2026, 12, 24))
"""The 15th business day of December 2026 is the 23rd."""


@pytest.fixture
def began(desk: Desk) -> Desk:
    """A desk that began in November."""
    open_ticket(desk)
    return desk


def said(desk: Desk, *scores: int, at: datetime = DECEMBER - timedelta(seconds=1)) -> None:
    staff = member(desk)
    with desk.store.write() as session:
        rows.add_all(
            session,
            Attention,
            [
                {"at": at, "staff_id": staff.staff_id, "channel": "in_person", "line": 1, "satisfaction": score}
                for score in scores
            ],
        )


def published(desk: Desk, on: date, month: str = "2026-11") -> None:
    with desk.store.write() as session:
        session.add(
            Report(
                month=month, version=1, frozen_at=DECEMBER, published_on=on, calendar_version="v", figures={}, sha256=""
            )
        )


def log(desk: Desk) -> list[RemediationForm]:
    return list(remedy.forms(desk))


def notices(desk: Desk) -> list[str]:
    with desk.store.read() as session:
        return [one.text for one in session.query(Notice).filter_by(kind="commitment")]


def test_a_month_is_not_judged_before_it_is_over(began: Desk) -> None:
    said(began, 1, 1, 1)
    assert check_months(began, DECEMBER - timedelta(seconds=1)) == 0
    assert check_months(began, DECEMBER) == 1
    (row,) = log(began)
    assert (row.commitment, row.reference, row.broken_at) == (Commitment.SATISFACTION, "2026-11", DECEMBER)
    assert notices(began) == ["Compromiso incumplido (2026-11): Satisfacción mensual de 93 % o más"]


def test_once_a_month_whatever_comes_later(began: Desk) -> None:
    said(began, 1)
    assert [check_months(began, DECEMBER + timedelta(days=day)) for day in range(3)] == [1, 0, 0]
    said(began, *[5] * 100)
    assert check_months(began, DECEMBER + timedelta(days=9)) == 0
    assert len(log(began)) == len(notices(began)) == 1
    assert faults(began.store) == []


@pytest.mark.parametrize(("pleased", "not_pleased", "opened"), [(93, 7, 0), (92, 8, 1), (0, 0, 0), (929, 71, 1)])
def test_ninety_three_in_a_hundred(began: Desk, pleased: int, not_pleased: int, opened: int) -> None:
    said(began, *[4, 5] * (pleased // 2), *[4] * (pleased % 2), *[3] * not_pleased)
    said(began, *[1] * 50, at=DECEMBER)
    assert check_months(began, DECEMBER) == opened


@pytest.mark.parametrize(("on", "opened"), [(date(2026, 12, 23), 0), (date(2026, 12, 24), 1), (None, 1)])
def test_published_in_fifteen_business_days(began: Desk, on: date | None, opened: int) -> None:
    if on is not None:
        published(began, on)
    assert check_months(began, OVERDUE - timedelta(seconds=1)) == 0
    assert check_months(began, OVERDUE + timedelta(days=1)) == opened
    assert [row.broken_at for row in log(began)] == [OVERDUE] * opened


def test_every_month_of_an_absence_is_looked_at(began: Desk) -> None:
    said(began, 1)
    said(began, 1, at=at_lima(date(2027, 2, 10)))
    assert check_months(began, at_lima(date(2027, 3, 31))) == 2 + 4
    by = {(row.commitment, row.reference) for row in log(began)}
    late = {(Commitment.PUBLICATION, month) for month in ("2026-11", "2026-12", "2027-01", "2027-02")}
    assert by == late | {(Commitment.SATISFACTION, "2026-11"), (Commitment.SATISFACTION, "2027-02")}


def test_a_desk_that_has_not_begun_owes_nothing(desk: Desk) -> None:
    assert check_months(desk, OVERDUE) == 0


def filled(desk: Desk, actor: Actor, number: int) -> None:
    words = Amends(
        cause="personal", corrective="Se publicó.", preventive="Un suplente.", responsible="Luz", apology_due=False
    )
    remedy.edit(desk, actor, number, words)


def test_a_late_publication_closes_when_it_is_published(began: Desk, clock: Clock) -> None:
    boss = member(began, Role.SUPERVISOR)
    check_months(began, OVERDUE)
    filled(began, boss, 1)
    with pytest.raises(CannotRemedy, match="Atendido"):
        remedy.close(began, boss, 1)
    published(began, date(2026, 12, 28))
    clock.now = at_lima(date(2026, 12, 28), 18)
    remedy.close(began, boss, 1)
    (row,) = log(began)
    assert row.lateness_seconds == 2 * began.working_time.day_seconds, "Thursday 24 and Monday 28"
    assert (row.closed_by, row.closed_at) == (boss.name, clock.now)
    assert row.due_at == at_lima(date(2026, 12, 23), 23, 59, 59)


def test_satisfaction_closes_without_times(began: Desk) -> None:
    boss = member(began, Role.SUPERVISOR)
    said(began, 2)
    check_months(began, DECEMBER)
    filled(began, boss, 1)
    remedy.close(began, boss, 1)
    (row,) = log(began)
    assert (row.due_at, row.answered_at, row.lateness_seconds) == (None, None, None)


def test_a_long_log_is_read_in_pages(began: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    check_months(began, at_lima(date(2027, 6, 30)))
    whole = log(began)
    assert len(whole) == 7
    monkeypatch.setattr(remedy, "PAGE", 2)
    assert log(began) == whole
    assert [row.id for row in whole] == sorted((row.id for row in whole), reverse=True)
    assert [remedy.find(began, row.id) for row in whole] == whole


def test_past_the_calendar_nothing_is_made_up(began: Desk) -> None:
    short = replace(began, calendar=replace(began.calendar, last_on=date(2026, 12, 31)))
    check_months(short, at_lima(date(2026, 12, 31), 23))
    assert {row.reference for row in log(short)} == {"2026-11"}
