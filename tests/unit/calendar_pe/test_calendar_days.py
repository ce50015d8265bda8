from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest

from calendar_pe import CalendarRangeError, Effect, Row, Scope, shipped

CALENDAR = shipped()
MONDAY = date(2026, 12, 7)
HOLIDAY = date(2026, 12, 8)
SATURDAY = date(2026, 12, 12)


def row(
    day: date,
    scope: Scope = Scope.PUBLIC_SECTOR,
    effect: Effect = Effect.NONWORKING,
    known: int | None = None,
    **more: object,
) -> Row:
    known_at = datetime(2026, 11, known, 15, tzinfo=UTC) if known else None
    base = Row(date=day, scope=scope, effect=effect, name=f"{scope} {effect}", legal_basis="DS X", known_at=known_at)
    return replace(base, **more)  # type: ignore[arg-type]


def works(day: date, *rows: Row) -> bool:
    return CALENDAR.with_rows(rows).is_business_day(day)


def test_a_late_decree_closes_a_day() -> None:
    calendar = CALENDAR.with_rows([row(MONDAY)])
    assert CALENDAR.is_business_day(MONDAY)
    assert not calendar.is_business_day(MONDAY)
    assert calendar.next_business_day(date(2026, 12, 4)) == date(2026, 12, 10)
    assert "DS X" in calendar.why(MONDAY)
    assert [one.date for one in calendar.nonworking(2026)].count(MONDAY) == 1


@pytest.mark.parametrize("scope", Scope)
def test_every_scope_can_close(scope: Scope) -> None:
    assert not works(MONDAY, row(MONDAY, scope))


def test_information_changes_nothing_but_the_version() -> None:
    calendar = CALENDAR.with_rows([row(MONDAY, effect=Effect.INFO)])
    assert calendar.is_business_day(MONDAY)
    assert calendar.version != CALENDAR.version


@pytest.mark.parametrize(
    ("narrow", "wide"),
    [
        (Scope.ENTITY, Scope.LIMA),
        (Scope.LIMA, Scope.PUBLIC_SECTOR),
        (Scope.PUBLIC_SECTOR, Scope.NATIONAL),
        (Scope.ENTITY, Scope.NATIONAL),
    ],
)
def test_the_narrower_scope_wins_whatever_is_known_first(narrow: Scope, wide: Scope) -> None:
    for early, late in ((1, 2), (2, 1)):
        assert works(MONDAY, row(MONDAY, narrow, Effect.WORKING, early), row(MONDAY, wide, Effect.NONWORKING, late))
        assert not works(MONDAY, row(MONDAY, narrow, Effect.NONWORKING, early), row(MONDAY, wide, Effect.WORKING, late))


def test_within_a_scope_what_is_known_last_wins_in_any_order_of_the_rows() -> None:
    closes, opens = row(MONDAY, known=3), row(MONDAY, effect=Effect.WORKING, known=5)
    assert works(MONDAY, closes, opens)
    assert works(MONDAY, opens, closes)
    assert not works(MONDAY, replace(closes, known_at=datetime(2026, 11, 9, tzinfo=UTC)), opens)


def test_the_service_may_stay_open_on_a_declared_day_but_never_on_a_saturday() -> None:
    opens = row(date(2026, 7, 27), Scope.ENTITY, Effect.WORKING, name="Atención continua", legal_basis="RM 1-2026-TR")
    calendar = CALENDAR.with_rows([opens, row(SATURDAY, Scope.ENTITY, Effect.WORKING)])
    assert calendar.is_business_day(date(2026, 7, 27))
    assert "RM 1-2026-TR" in calendar.why(date(2026, 7, 27))
    assert not calendar.is_business_day(SATURDAY)
    assert calendar.why(SATURDAY).startswith("sábado")


def test_a_superseded_row_has_no_effect_and_neither_has_it_before_that_is_known() -> None:
    decree = row(MONDAY, id="a", published_on=date(2026, 11, 24))
    repeal = row(MONDAY, effect=Effect.INFO, id="b", supersedes="a", known=26)
    calendar = CALENDAR.with_rows([decree, repeal])
    assert calendar.is_business_day(MONDAY)
    assert not calendar.as_known_on(date(2026, 11, 25)).is_business_day(MONDAY)
    assert calendar.as_known_on(date(2026, 11, 23)).is_business_day(MONDAY)
    assert [one.id for one in calendar.rows_on(MONDAY)] == ["b"]


def test_what_did_we_know_that_day() -> None:
    bridge = date(2026, 7, 27)
    assert CALENDAR.as_known_on(date(2026, 5, 15)).is_business_day(bridge)
    assert not CALENDAR.as_known_on(date(2026, 5, 16)).is_business_day(bridge)
    assert CALENDAR.as_known_on(date(2026, 5, 15)).version != CALENDAR.version
    assert CALENDAR.as_known_on(date(2026, 11, 21)).version == CALENDAR.version


def test_knowing_is_a_matter_of_the_lima_day() -> None:
    late = row(MONDAY, known_at=datetime(2026, 11, 25, 3, tzinfo=UTC))  # the 24th, ten at night, in Lima
    calendar = CALENDAR.with_rows([late])
    assert not calendar.as_known_on(date(2026, 11, 24)).is_business_day(MONDAY)
    assert calendar.as_known_on(date(2026, 11, 23)).is_business_day(MONDAY)


def test_rows_may_be_given_the_instant_at_which_they_became_known() -> None:
    at = datetime(2026, 11, 24, 15, tzinfo=UTC)
    earlier = datetime(2026, 11, 20, 15, tzinfo=UTC)
    calendar = CALENDAR.with_rows([row(MONDAY), row(HOLIDAY, known_at=earlier)], known_at=at)
    assert [one.known_at for one in calendar.rows[-2:]] == [at, earlier]


def test_looking_back_twice_looks_back_furthest() -> None:
    bridge = date(2026, 7, 27)
    assert CALENDAR.as_known_on(date(2026, 5, 1)).as_known_on(date(2026, 6, 1)).is_business_day(bridge)


HALF = {"start_time": time(12), "end_time": time(17)}


def test_a_half_day_counts_but_no_term_ends_on_it() -> None:
    calendar = CALENDAR.with_rows([row(MONDAY, **HALF)])
    assert calendar.is_business_day(MONDAY)
    assert calendar.closed_hours(MONDAY) == (time(12), time(17))
    assert calendar.closing_day(MONDAY) == date(2026, 12, 10)
    assert calendar.nth_business_day_after(date(2026, 12, 4), 2) == date(2026, 12, 10)
    assert "12:00 a 17:00" in calendar.why(MONDAY)
    assert CALENDAR.closing_day(MONDAY) == MONDAY
    assert CALENDAR.closed_hours(MONDAY) is None


def test_a_half_day_never_opens_a_closed_one() -> None:
    assert not works(HOLIDAY, row(HOLIDAY, Scope.ENTITY, **HALF))
    assert CALENDAR.with_rows([row(SATURDAY, Scope.ENTITY, **HALF)]).closed_hours(SATURDAY) is None
    calendar = CALENDAR.with_rows([row(MONDAY, Scope.LIMA, **HALF), row(MONDAY, Scope.ENTITY, Effect.WORKING)])
    assert calendar.closed_hours(MONDAY) is None


def test_the_version_is_that_of_the_content() -> None:
    first, second = row(MONDAY, id="a"), row(date(2026, 12, 24), id="b")
    assert CALENDAR.with_rows([]).version == CALENDAR.version
    assert CALENDAR.with_rows([first, second]).version == CALENDAR.with_rows([second, first]).version
    assert CALENDAR.with_rows([first]).version != CALENDAR.with_rows([second]).version
    assert replace(CALENDAR, weekdays=frozenset(range(6))).version != CALENDAR.version


def test_counting() -> None:
    friday = date(2026, 12, 4)
    assert CALENDAR.nth_business_day_after(friday, 1) == CALENDAR.next_business_day(friday) == MONDAY
    assert CALENDAR.nth_business_day_after(friday, 2) == date(2026, 12, 10)
    assert CALENDAR.nth_business_day_after(date(2026, 12, 5), 1) == MONDAY
    with pytest.raises(ValueError, match="primer"):
        CALENDAR.nth_business_day_after(friday, 0)
    with pytest.raises(CalendarRangeError, match="2027-12-31"):
        CALENDAR.nth_business_day_after(date(2027, 12, 30), 2)
    with pytest.raises(ValueError, match="no tiene 30"):
        CALENDAR.nth_business_day_of_month(2026, 12, 30)
    with pytest.raises(ValueError, match="no tiene 0"):
        CALENDAR.nth_business_day_of_month(2026, 12, 0)


def test_why_names_day_and_basis() -> None:
    assert CALENDAR.why(MONDAY) == "lunes, día hábil"
    assert CALENDAR.why(HOLIDAY) == "martes, feriado nacional: Inmaculada Concepción, D.Leg. 713 art. 6"
    assert "Ley 27444, art. 134" in CALENDAR.why(SATURDAY)
    assert "Todos los Santos" in CALENDAR.why(date(2026, 11, 1))
    assert "DS 075-2026-PCM" in CALENDAR.why(date(2026, 7, 27))
