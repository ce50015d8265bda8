from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from calendar_pe import (
    CalendarDataError,
    Effect,
    Row,
    Scope,
    check_addition,
    complaints,
    differences,
    shipped,
    unexplained,
)

CALENDAR = shipped()
NEW = Row(
    date=date(2026, 12, 24),
    scope=Scope.PUBLIC_SECTOR,
    effect=Effect.NONWORKING,
    name="Víspera de Navidad",
    legal_basis="DS 200-2026-PCM",
)


def test_a_fresh_review_says_nothing() -> None:
    assert complaints(CALENDAR, CALENDAR.reviewed_on) == ()
    assert complaints(CALENDAR, CALENDAR.reviewed_on + timedelta(days=14)) == ()


def test_a_review_older_than_14_days_is_told() -> None:
    (said,) = complaints(CALENDAR, CALENDAR.reviewed_on + timedelta(days=15))
    assert "hace 15 días" in said


def test_a_range_that_ends_within_60_days_is_told() -> None:
    fresh = replace(CALENDAR, reviewed_on=date(2027, 11, 1))
    assert complaints(fresh, date(2027, 11, 1)) == ()  # 31 December is the sixtieth day
    (said,) = complaints(fresh, date(2027, 11, 2))
    assert "2027-12-31" in said


def test_a_holiday_that_the_package_does_not_know_is_told_until_it_is_explained() -> None:
    san_juan = replace(NEW, date=date(2026, 6, 24), scope=Scope.NATIONAL, name="San Juan")
    calendar = CALENDAR.with_rows([san_juan])
    (said,) = unexplained(calendar, 2026)
    assert "2026-06-24" in said
    assert "San Juan" in said
    assert said in complaints(calendar, CALENDAR.reviewed_on)
    explained = calendar.with_rows([replace(san_juan, effect=Effect.INFO, note="ley nueva")])
    assert unexplained(explained, 2026) == ()
    assert any("ley nueva" in one.explanation for one in differences(explained, 2026))


def test_a_holiday_that_we_lack_is_told() -> None:
    (angamos,) = [rule for rule in CALENDAR.rules if rule.name == "Combate de Angamos"]
    without = replace(CALENDAR, rules=tuple(rule for rule in CALENDAR.rules if rule is not angamos))
    (said,) = unexplained(without, 2026)
    assert said.startswith("2026-10-08: el paquete holidays")


def test_a_new_row_is_taken_with_an_id_of_its_own() -> None:
    row = check_addition(NEW, CALENDAR)
    assert row == replace(NEW, id="public_sector-2026-12-24-1")
    again = check_addition(replace(NEW, legal_basis="DS 201-2026-PCM"), CALENDAR.with_rows([row]))
    assert again.id == "public_sector-2026-12-24-2"


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"date": date(2028, 1, 3)}, "date"),
        ({"date": date(2026, 12, 26), "effect": Effect.WORKING}, "effect"),
        ({"date": date(2026, 12, 27), "effect": Effect.WORKING}, "effect"),
        ({"supersedes": "nothing"}, "supersedes"),
        ({"id": "publico-2026-07-27"}, "id"),
        ({"date": date(2026, 7, 27), "legal_basis": "DS 075-2026-PCM"}, "date"),
    ],
)
def test_a_row_that_cannot_stand_is_refused(change: dict[str, object], column: str) -> None:
    with pytest.raises(CalendarDataError) as refused:
        check_addition(replace(NEW, **change), CALENDAR)  # type: ignore[arg-type]
    assert [fault.column for fault in refused.value.faults] == [column]


def test_a_half_day_beside_a_whole_one_is_another_row() -> None:
    whole = CALENDAR.with_rows([check_addition(NEW, CALENDAR)])
    half = replace(NEW, start_time=time(12), end_time=time(17))
    assert check_addition(half, whole).id.endswith("-2")
