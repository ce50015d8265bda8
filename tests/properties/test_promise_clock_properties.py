"""What holds for every instant, every calendar and every set of working weekdays."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import chain, combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calendar_pe import Calendar, Effect, Row, Scope, shipped
from calendar_pe.clock import LIMA, lima_date, to_lima
from sla.promises import Kind, PromiseSettings, Reading
from sla.reckon import deadline, reckon
from sla.working_time import WorkingTimeSettings, after, before, business_seconds, inside, next_open

CALENDAR = shipped()
unhurried = settings(deadline=None)  # a busy machine is no fault of the clock
HOURS = WorkingTimeSettings()
FIRST = datetime(2022, 1, 1, 5, tzinfo=UTC)
LAST = datetime(2027, 10, 1, tzinfo=UTC)  # early enough for thirty business days

instants = st.datetimes(FIRST.replace(tzinfo=None), LAST.replace(tzinfo=None), timezones=st.just(UTC))
kinds = st.sampled_from(Kind)
readings = st.sampled_from(Reading).map(lambda reading: PromiseSettings(reading=reading))
days = st.dates(date(2022, 1, 1), date(2027, 12, 20))


def row(day: date, effect: Effect = Effect.NONWORKING) -> Row:
    return Row(date=day, scope=Scope.ENTITY, effect=effect, name="Prueba", legal_basis="RM 1")


@unhurried
@given(instants, st.timedeltas(timedelta(0), timedelta(days=20)), kinds, readings)
def test_an_earlier_letter_is_never_due_later(
    received_at: datetime, later: timedelta, kind: Kind, promises: PromiseSettings
) -> None:
    first = deadline(received_at, kind, CALENDAR, promises)
    second = deadline(received_at + later, kind, CALENDAR, promises)
    assert first.due_at <= second.due_at
    assert first.legal_due_at <= second.legal_due_at
    assert first.target_at <= second.target_at
    assert first.clock_starts_on <= second.clock_starts_on


@unhurried
@given(instants, kinds, readings, st.lists(days, max_size=8), st.booleans())
def test_a_further_closed_day_never_brings_a_deadline_forward(
    received_at: datetime, kind: Kind, promises: PromiseSettings, closed: list[date], half: bool
) -> None:
    near = lima_date(received_at)
    extra = [row(day) for day in closed] + [row(near + timedelta(days=n)) for n in range(1, len(closed) + 1, 2)]
    if half:
        noon = datetime(2026, 1, 1, 12, tzinfo=LIMA).time()
        evening = datetime(2026, 1, 1, 17, tzinfo=LIMA).time()
        extra = [replace(one, start_time=noon, end_time=evening) for one in extra]
    before_it = deadline(received_at, kind, CALENDAR, promises)
    after_it = deadline(received_at, kind, CALENDAR.with_rows(extra), promises)
    assert after_it.due_at >= before_it.due_at
    assert after_it.target_at >= before_it.target_at


@unhurried
@given(instants, kinds, readings)
def test_due_is_a_business_day_at_closing(received_at: datetime, kind: Kind, promises: PromiseSettings) -> None:
    found = reckon(received_at, kind, CALENDAR, promises)
    for instant in (found.due_at, found.target_at):
        local = to_lima(instant)
        assert CALENDAR.is_business_day(local.date())
        assert local.time() == promises.closing
    assert to_lima(found.due_at).date() == found.due_on
    assert to_lima(found.legal_due_at).isoformat() == f"{found.due_on}T23:59:59-05:00"
    assert found.target_at <= found.due_at <= found.legal_due_at
    if found.reading is not Reading.SAME_DAY:  # there a letter may arrive on its last day, but never after its end
        assert found.due_at > received_at
    assert lima_date(received_at) <= found.clock_starts_on <= found.due_on
    assert [step.date for step in found.trace] == [
        lima_date(received_at) + timedelta(days=n) for n in range((found.due_on - lima_date(received_at)).days + 1)
    ]
    assert all(step.working == CALENDAR.is_business_day(step.date) for step in found.trace)


@unhurried
@given(instants, kinds)
def test_the_readings_are_ordered(received_at: datetime, kind: Kind) -> None:
    same_day, plain, deemed = (
        deadline(received_at, kind, CALENDAR, PromiseSettings(reading=reading)).due_at
        for reading in (Reading.SAME_DAY, Reading.PLAIN, Reading.DEEMED_RECEIPT)
    )
    assert same_day <= plain <= deemed


@unhurried
@given(instants, st.integers(1, 999_999), kinds, readings)
def test_a_fraction_of_a_second_changes_nothing(
    received_at: datetime, fraction: int, kind: Kind, promises: PromiseSettings
) -> None:
    whole = received_at.replace(microsecond=0)
    fractional = whole.replace(microsecond=fraction)
    assert deadline(whole, kind, CALENDAR, promises) == deadline(fractional, kind, CALENDAR, promises)


WEEKDAY_SETS = [frozenset(one) for one in chain.from_iterable(combinations(range(7), size) for size in range(1, 8))]


def oracle(received_at: datetime, kind: Kind, reading: Reading, open_days: set[date]) -> date:
    """Walk day by day over a plain set of open days, as a person with a paper calendar would."""
    local = received_at.astimezone(LIMA).replace(microsecond=0)
    day = local.date()
    if kind is not Kind.CONSULTA:
        left = {Kind.SUGERENCIA: 7, Kind.RECLAMO: 30}[kind]
    else:
        left = 0 if reading is Reading.SAME_DAY else 1
        late = (local.hour, local.minute, local.second) > (17, 0, 0)
        if reading is not Reading.PLAIN:
            if late:
                day += timedelta(days=1)
            while day not in open_days:
                day += timedelta(days=1)
    while left:
        day += timedelta(days=1)
        left -= day in open_days
    return day


@pytest.mark.parametrize("weekdays", WEEKDAY_SETS, ids=lambda one: "".join(map(str, sorted(one))))
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_every_set_of_weekdays_agrees_with_a_walk_day_by_day(weekdays: frozenset[int], data: st.DataObject) -> None:
    first_on = date(2026, 1, 1)
    span = [first_on + timedelta(days=n) for n in range(365)]
    closed = set(data.draw(st.lists(st.sampled_from(span[:60]), max_size=10)))
    calendar = Calendar(
        first_on=first_on,
        last_on=span[-1],
        reviewed_through=span[-1],
        reviewed_on=first_on,
        provisional_from=span[-1],
        rows=tuple(row(day) for day in sorted(closed)),
        weekdays=weekdays,
    )
    open_days = {day for day in span if day.weekday() in weekdays and day not in closed}
    received_at = data.draw(
        st.datetimes(datetime(2026, 1, 1, 5), datetime(2026, 3, 1), timezones=st.just(UTC))  # noqa: DTZ001
    )
    for kind in Kind:
        for reading in Reading:
            found = deadline(received_at, kind, calendar, PromiseSettings(reading=reading))
            assert found.due_on == oracle(received_at, kind, reading, open_days)


def test_there_are_127_sets_of_weekdays() -> None:
    assert len(WEEKDAY_SETS) == 127


@unhurried
@given(instants, st.timedeltas(timedelta(0), timedelta(days=9)), st.timedeltas(timedelta(0), timedelta(days=9)))
def test_working_time_adds_up(start: datetime, first: timedelta, second: timedelta) -> None:
    start = start.replace(microsecond=0)
    middle = start + timedelta(seconds=int(first.total_seconds()))
    end = middle + timedelta(seconds=int(second.total_seconds()))

    def worked(a: datetime, b: datetime) -> int:
        return business_seconds(a, b, CALENDAR, HOURS)

    assert worked(start, middle) + worked(middle, end) == worked(start, end) == -worked(end, start)
    assert 0 <= worked(start, end) <= (end - start).total_seconds()


@unhurried
@given(instants, st.integers(0, 40 * 3600))
def test_before_and_after_undo_each_other(instant: datetime, seconds: int) -> None:
    working = timedelta(seconds=seconds)
    instant = instant.replace(microsecond=0) + timedelta(days=30)
    earlier = before(instant, working, CALENDAR, HOURS)
    later = after(instant, working, CALENDAR, HOURS)
    assert earlier <= instant <= later
    assert business_seconds(earlier, instant, CALENDAR, HOURS) == seconds
    assert business_seconds(instant, later, CALENDAR, HOURS) == seconds
    assert business_seconds(earlier - timedelta(seconds=1), instant, CALENDAR, HOURS) > seconds
    assert business_seconds(instant, later + timedelta(seconds=1), CALENDAR, HOURS) > seconds


@unhurried
@given(instants)
def test_the_next_open_instant_is_open_and_nothing_before_it_is(instant: datetime) -> None:
    opens = next_open(instant, CALENDAR, HOURS)
    assert inside(opens, CALENDAR, HOURS)
    assert business_seconds(instant, opens, CALENDAR, HOURS) == 0
    assert CALENDAR.is_business_day(lima_date(opens))
    assert HOURS.opening <= to_lima(opens).time() < HOURS.closing
