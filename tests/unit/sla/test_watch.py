from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest

from calendar_pe import shipped
from calendar_pe.clock import format_instant, parse_instant
from sla.promises import DayEnds, Kind, PromiseSettings
from sla.reckon import reckon
from sla.watch import Break, OpenPromise, Verdict, Warn, break_column, break_horizon, warn_horizon, watch
from sla.working_time import WorkingTimeSettings

CALENDAR = shipped()
HOURS = WorkingTimeSettings()
SETTINGS = PromiseSettings()


def at(text: str) -> datetime:
    return parse_instant(f"2026-{text}-05:00")


def promise(received: str, number: int = 1, settings: PromiseSettings = SETTINGS) -> OpenPromise:
    found = reckon(at(received), Kind.CONSULTA, CALENDAR, settings)
    return OpenPromise(
        id=number,
        ticket_id=number * 10,
        kind=found.kind,
        received_at=found.received_at,
        due_at=found.due_at,
        legal_due_at=found.legal_due_at,
        target_at=found.target_at,
    )


def verdicts(now: str, *promises: OpenPromise, settings: PromiseSettings = SETTINGS) -> tuple[Verdict, ...]:
    return watch(promises, at(now), CALENDAR, HOURS, settings)


MONDAY = promise("11-23T10:00:00")  # due and target on Tuesday 24 at 17:00


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("11-24T14:59:59", None),
        ("11-24T15:00:00", Warn),
        ("11-24T17:00:00", Warn),
        ("11-24T17:00:00.999", Warn),
        ("11-24T17:00:01", Break),
        ("12-01T09:00:00", Break),
    ],
)
def test_quiet_then_warned_then_broken(now: str, expected: type | None) -> None:
    found = verdicts(now, MONDAY)
    assert [type(verdict) for verdict in found] == ([expected] if expected else [])


def test_the_instants_are_right_however_late_the_sweep() -> None:
    for now in ("11-24T17:00:01", "12-01T09:00:00"):
        assert verdicts(now, MONDAY) == (Break(promise_id=1, ticket_id=10, at=at("11-24T17:00:01")),)
    for now in ("11-24T15:00:00", "11-24T16:59:59"):
        assert verdicts(now, MONDAY) == (Warn(promise_id=1, ticket_id=10, at=at("11-24T15:00:00")),)


def test_a_verdict_is_given_once() -> None:
    warned = replace(MONDAY, warned_at=at("11-24T15:00:00"))
    assert verdicts("11-24T16:00:00", warned) == ()
    assert verdicts("11-24T17:00:01", warned) == verdicts("11-24T17:00:01", MONDAY)
    for state in ("broken", "kept", "void"):
        assert verdicts("11-24T17:00:01", replace(MONDAY, state=state)) == ()


def test_the_warning_goes_by_the_target_and_the_breach_by_the_due_instant() -> None:
    friday = promise("11-20T17:30:00")  # target Monday 23, due Tuesday 24
    assert verdicts("11-23T14:59:59", friday) == ()
    assert verdicts("11-23T15:00:00", friday) == (Warn(promise_id=1, ticket_id=10, at=at("11-23T15:00:00")),)
    assert [type(one) for one in verdicts("11-23T18:00:00", friday)] == [Warn]
    assert [type(one) for one in verdicts("11-24T17:00:01", friday)] == [Break]


def test_a_warning_is_never_dated_before_the_letter() -> None:
    same_day = replace(SETTINGS, reading="same-day")
    late = promise("11-23T16:30:00", settings=same_day)
    (warning,) = verdicts("11-23T16:30:00", late, settings=same_day)
    assert warning.at == at("11-23T16:30:00")


def test_settings_are_heeded() -> None:
    assert len(verdicts("11-24T13:00:00", MONDAY, settings=replace(SETTINGS, warn_before=timedelta(hours=4)))) == 1
    midnight = replace(SETTINGS, day_ends=DayEnds.MIDNIGHT)
    assert [type(one) for one in verdicts("11-24T23:59:59", MONDAY, settings=midnight)] == [Warn]
    assert verdicts("11-25T00:00:00", MONDAY, settings=midnight) == (
        Break(promise_id=1, ticket_id=10, at=at("11-25T00:00:00")),
    )
    assert (break_column(SETTINGS), break_column(midnight)) == ("due_at", "legal_due_at")
    early = WorkingTimeSettings(opening=time(8), closing=time(16))
    assert len(watch([MONDAY], at("11-24T14:00:00"), CALENDAR, early, SETTINGS)) == 1


def test_a_target_inside_the_day_is_warned_of_on_the_second() -> None:
    at_four = replace(SETTINGS, closing=time(16))
    early = promise("11-23T10:00:00", settings=at_four)
    assert verdicts("11-24T13:59:59", early, settings=at_four) == ()
    assert verdicts("11-24T14:00:00", early, settings=at_four) == (
        Warn(promise_id=1, ticket_id=10, at=at("11-24T14:00:00")),
    )


def test_the_bounds_select_what_the_verdicts_say() -> None:
    promises = [promise(f"11-{day:02}T{hour:02}:00:00", day * 100 + hour) for day in range(16, 28) for hour in (9, 18)]
    for day in range(17, 30):
        for clock in ("00:00:00", "08:15:00", "14:59:59", "15:00:00", "17:00:00", "17:00:01", "23:00:00"):
            now = at(f"11-{day:02}T{clock}")
            found = watch(promises, now, CALENDAR, HOURS, SETTINGS)
            broken = {one.promise_id for one in found if isinstance(one, Break)}
            warned = {one.promise_id for one in found if isinstance(one, Warn)}
            horizon = warn_horizon(now, CALENDAR, HOURS, SETTINGS)
            assert broken == {one.id for one in promises if one.due_at < break_horizon(now, SETTINGS)}
            assert warned == {one.id for one in promises if one.target_at <= horizon} - broken


def test_after_the_end_of_the_calendar_breaches_are_still_found() -> None:
    last = replace(
        MONDAY,
        received_at=parse_instant("2027-12-30T10:00:00-05:00"),
        due_at=parse_instant("2027-12-31T17:00:00-05:00"),
        legal_due_at=parse_instant("2027-12-31T23:59:59-05:00"),
        target_at=parse_instant("2027-12-31T17:00:00-05:00"),
    )
    (found,) = watch([last], parse_instant("2028-02-01T10:00:00-05:00"), CALENDAR, HOURS, SETTINGS)
    assert format_instant(found.at) == "2027-12-31T17:00:01-05:00"
