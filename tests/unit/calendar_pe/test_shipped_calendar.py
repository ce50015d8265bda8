"""The shipped rows, against counts and dates that the law gives."""

from datetime import date, timedelta

import pytest
from dateutil.easter import easter

from calendar_pe import CalendarRangeError, Effect, Scope, differences, shipped
from calendar_pe.national import easter_sunday

CALENDAR = shipped()


def closing_rows(scope: Scope) -> list[date]:
    days = (CALENDAR.first_on + timedelta(days=n) for n in range((CALENDAR.last_on - CALENDAR.first_on).days + 1))
    return [
        day for day in days for row in CALENDAR.rows_on(day) if row.scope is scope and row.effect is Effect.NONWORKING
    ]


def test_range_and_review() -> None:
    assert (CALENDAR.first_on, CALENDAR.last_on) == (date(2022, 1, 1), date(2027, 12, 31))
    assert (CALENDAR.reviewed_on, CALENDAR.reviewed_through) == (date(2026, 11, 21), date(2027, 12, 31))
    assert not CALENDAR.provisional(date(2026, 12, 31))
    assert CALENDAR.provisional(date(2027, 1, 1))


@pytest.mark.parametrize(("year", "count"), [(2022, 14), (2023, 15), (2024, 16), (2025, 16), (2026, 16), (2027, 16)])
def test_national_holidays_of_a_year(year: int, count: int) -> None:
    assert sum(day.year == year for day in closing_rows(Scope.NATIONAL)) == count


DECREED = """
2022-01-03 2022-05-02 2022-06-13 2022-06-24 2022-08-29 2022-10-07 2022-10-31 2022-12-26 2022-12-30
2023-01-02 2023-04-28 2023-06-30 2023-07-27 2023-10-09 2023-12-07 2023-12-26
2024-01-02 2024-07-26 2024-07-27 2024-10-07 2024-12-06 2024-12-23 2024-12-24 2024-12-30 2024-12-31
2025-05-02 2025-12-26 2026-01-02 2026-07-27
"""


def test_decreed_days_of_the_public_sector() -> None:
    assert [day.isoformat() for day in closing_rows(Scope.PUBLIC_SECTOR)] == DECREED.split()


def test_lima_stood_still_for_apec_alone() -> None:
    assert closing_rows(Scope.LIMA) == [date(2024, 11, 14), date(2024, 11, 15), date(2024, 11, 16)]
    assert closing_rows(Scope.ENTITY) == []


@pytest.mark.parametrize(
    "day",
    [
        "2026-11-11", "2026-11-12", "2026-11-13", "2026-11-16", "2026-12-07", "2026-12-24", "2026-12-31", "2027-01-18",
        "2027-06-28", "2027-07-16", "2027-07-27", "2027-07-30", "2027-10-07", "2027-12-10", "2027-12-24",
    ],
)  # fmt: skip
def test_days_that_are_only_watched_are_business_days(day: str) -> None:
    assert CALENDAR.is_business_day(date.fromisoformat(day))


@pytest.mark.parametrize("day", ["2026-04-13", "2026-10-05", "2022-04-05", "2024-11-11", "2023-06-07", "2025-01-18"])
def test_what_was_never_declared_closes_nothing(day: str) -> None:
    on = date.fromisoformat(day)
    assert CALENDAR.is_business_day(on) == (on.weekday() < 5)


@pytest.mark.parametrize("year", range(2022, 2028))
def test_the_package_holidays_agrees_but_for_easter_sunday(year: int) -> None:
    found = differences(CALENDAR, year)
    assert [one.date for one in found] == [easter(year)]
    assert all(one.explained and one.theirs and not one.ours for one in found)


def test_easter_agrees_with_another_reckoning() -> None:
    assert [easter_sunday(year) for year in range(1583, 2400)] == [easter(year) for year in range(1583, 2400)]


@pytest.mark.parametrize(
    ("year", "month", "fifth", "fifteenth"),
    [(2026, 11, 6, 20), (2026, 12, 7, 23), (2027, 1, 8, 22), (2026, 7, 7, 21), (2024, 12, 10, 27)],
)
def test_the_days_on_which_reports_fall_due(year: int, month: int, fifth: int, fifteenth: int) -> None:
    assert CALENDAR.nth_business_day_of_month(year, month, 5) == date(year, month, fifth)
    assert CALENDAR.nth_business_day_of_month(year, month, 15) == date(year, month, fifteenth)


def test_every_row_names_its_basis_and_publication_is_never_guessed() -> None:
    rows = CALENDAR.known_rows
    assert all(row.legal_basis and row.name and row.id for row in rows)
    assert len({row.id for row in rows}) == len(rows)
    known = {row.legal_basis: row.published_on for row in rows if row.published_on}
    assert known == {
        "D.Leg. 713 art. 6 (Ley 31788)": date(2023, 6, 15),
        "DS 110-2024-PCM": date(2024, 10, 11),
        "DS 110-2024-PCM modificado por DS 123-2024-PCM (agrega Huaral)": date(2024, 11, 8),
        "DS 075-2026-PCM": date(2026, 5, 16),
    }
    assert all(row.known_at is None for row in rows)


@pytest.mark.parametrize("day", [date(2021, 12, 31), date(2028, 1, 1), date(1900, 1, 1), date(9999, 12, 31)])
def test_a_date_outside_the_calendar_is_an_error_everywhere(day: date) -> None:
    for ask in (
        CALENDAR.is_business_day,
        CALENDAR.why,
        CALENDAR.next_business_day,
        CALENDAR.provisional,
        CALENDAR.closed_hours,
        CALENDAR.rows_on,
        CALENDAR.closing_day,
        lambda day: CALENDAR.nonworking(day.year),
        lambda day: CALENDAR.nth_business_day_of_month(day.year, day.month, 1),
    ):
        with pytest.raises(CalendarRangeError, match="2022-01-01 a 2027-12-31"):
            ask(day)
