import json
from dataclasses import replace
from datetime import date, datetime

import pytest

from calendar_pe import Effect, Row, Scope, shipped
from calendar_pe.clock import parse_instant
from sla.indicators import LetterFact, Month, PromiseFact, indicators, to_json
from sla.working_time import WorkingTimeSettings

CALENDAR = shipped()
HOURS = WorkingTimeSettings()
DAY = HOURS.day_seconds


def at(text: str) -> datetime:
    return parse_instant(f"2026-{text}-05:00")


AS_OF = at("12-20T12:00:00")


def promise(received: str, answered: str = "", by: str = "answer", **more: object) -> PromiseFact:
    base = PromiseFact(
        received_at=at(received),
        line=1,
        kind="consulta",
        language="es",
        on_behalf=False,
        answered_at=at(answered) if answered else None,
        answered_by=by if answered else "",
    )
    return replace(base, **more)  # type: ignore[arg-type]


def letter(received: str, line: int = 1, language: str = "es") -> LetterFact:
    return LetterFact(received_at=at(received), line=line, kind="consulta", language=language, on_behalf=False)


def month(*promises: PromiseFact, letters: tuple[LetterFact, ...] = (), as_of: datetime = AS_OF) -> Month:
    return indicators(2026, 11, letters, promises, as_of, CALENDAR, HOURS)


def test_an_empty_month_claims_nothing() -> None:
    total = month().total
    assert (total.letters, total.promises, total.kept, total.broken, total.open, total.void) == (0, 0, 0, 0, 0, 0)
    assert total.within_percent is None
    assert total.median_seconds is None


def test_kept_broken_open_and_void() -> None:
    total = month(
        promise("11-23T10:00:00", "11-23T11:00:00"),
        promise("11-23T10:00:00", "11-23T12:00:00", by="referral"),
        promise("11-23T10:00:00", "11-25T10:00:00", broken_at=at("11-24T17:00:01")),
        promise("11-23T10:00:00", broken_at=at("11-24T17:00:01")),
        promise("11-23T10:00:00"),
        promise("11-23T10:00:00", voided_at=at("11-23T11:00:00")),
    ).total
    assert (total.promises, total.kept, total.broken, total.open, total.void) == (6, 2, 2, 1, 1)
    assert total.within_percent == "50.0"
    assert total.answered == 3
    assert total.median_seconds == 7200
    assert total.p90_seconds == 2 * DAY


def test_asking_back_is_counted_apart() -> None:
    total = month(
        promise("11-23T10:00:00", "11-23T11:00:00"),
        promise("11-23T10:00:00", "11-23T10:30:00", by="ask_back"),
        promise("11-23T10:00:00", broken_at=at("11-24T17:00:01")),
    ).total
    assert (total.kept, total.kept_by_ask_back, total.answered, total.asked_back) == (2, 1, 1, 1)
    assert total.within_percent == "66.7"
    assert total.answered_within_percent == "50.0"
    assert total.median_seconds == 3600
    assert (total.ask_back_median_seconds, total.ask_back_p90_seconds) == (1800, 1800)


def test_a_month_is_that_of_lima() -> None:
    inside = parse_instant("2026-12-01T04:59:59Z")
    outside = parse_instant("2026-12-01T05:00:00Z")
    found = month(
        promise("11-01T00:00:00"),
        replace(promise("11-02T00:00:00"), received_at=inside),
        replace(promise("11-02T00:00:00"), received_at=outside),
        promise("10-31T23:59:59"),
        letters=(letter("11-30T23:00:00"), letter("10-31T23:00:00")),
    )
    assert (found.total.promises, found.total.letters) == (2, 1)


def test_what_comes_later_does_not_change_a_past_month() -> None:
    before = promise("11-30T10:00:00")
    answered = replace(before, answered_at=at("12-01T10:00:00"), answered_by="answer")
    broken = replace(before, broken_at=at("12-01T17:00:01"))
    frozen = at("11-30T23:59:59")
    assert {to_json(month(one, as_of=frozen)) for one in (before, answered, broken)} == {
        to_json(month(before, as_of=frozen))
    }
    assert month(before, as_of=frozen).total.open == 1
    assert month(answered).total.kept == 1


def test_what_arrives_later_in_the_month_is_not_counted_yet() -> None:
    facts = [promise("11-10T10:00:00"), promise("11-25T10:00:00")]
    letters = (letter("11-10T10:00:00"), letter("11-25T10:00:00"))
    halfway = month(*facts, letters=letters, as_of=at("11-15T00:00:00")).total
    assert (halfway.promises, halfway.letters) == (1, 1)


def test_a_decree_that_came_later_does_not_either() -> None:
    decree = Row(
        date=date(2026, 11, 24),
        scope=Scope.LIMA,
        effect=Effect.NONWORKING,
        name="Duelo",
        legal_basis="DS 1",
        known_at=at("12-24T10:00:00"),
    )
    facts = [promise("11-23T10:00:00", "11-25T10:00:00")]
    plain = indicators(2026, 11, [], facts, AS_OF, CALENDAR, HOURS)
    late = indicators(2026, 11, [], facts, AS_OF, CALENDAR.with_rows([decree]), HOURS)
    known = indicators(2026, 11, [], facts, at("12-25T10:00:00"), CALENDAR.with_rows([decree]), HOURS)
    assert to_json(plain) == to_json(late)
    assert (plain.total.median_seconds, known.total.median_seconds) == (2 * DAY, DAY)


def test_the_parts_add_up() -> None:
    found = month(
        promise("11-23T10:00:00", "11-23T11:00:00"),
        promise("11-23T10:00:00", "11-23T11:00:00", line=4, language="qu", on_behalf=True),
        promise("11-23T10:00:00", line=4, kind="reclamo"),
        letters=(letter("11-23T10:00:00"), letter("11-23T10:00:00", line=5, language="en")),
    )
    assert list(found.by_line) == ["1", "4", "5"]
    assert list(found.by_kind) == ["consulta", "reclamo"]
    assert list(found.by_language) == ["en", "es", "qu"]
    assert list(found.by_on_behalf) == ["no", "yes"]
    for parts in (found.by_line, found.by_kind, found.by_language, found.by_on_behalf):
        assert sum(part.promises for part in parts.values()) == found.total.promises
        assert sum(part.letters for part in parts.values()) == found.total.letters


@pytest.mark.parametrize(
    ("hours", "median", "p90"),
    [([1], 1, 1), ([1, 2], 1.5, 2), ([3, 1, 2], 2, 3), ([*range(1, 7), 6, 6], 4.5, 6)],
)
def test_median_and_90th_percentile(hours: list[int], median: float, p90: int) -> None:
    total = month(*(promise("11-23T09:00:00", f"11-23T{9 + hour:02}:00:00") for hour in hours)).total
    assert (total.median_seconds, total.p90_seconds) == (median * 3600, p90 * 3600)


def test_the_90th_of_twenty_is_the_eighteenth() -> None:
    total = month(*(promise("11-23T09:00:00", f"11-23T09:{minute:02}:00") for minute in range(1, 21))).total
    assert total.p90_seconds == 18 * 60


def test_the_order_of_the_facts_does_not_matter() -> None:
    facts = [promise("11-23T10:00:00", f"11-23T1{hour}:00:00", line=hour) for hour in range(1, 6)]
    assert to_json(month(*facts)) == to_json(month(*reversed(facts)))
    document = json.loads(to_json(month(*facts)))
    assert document["month"] == "2026-11"
    assert document["calendar_version"] == CALENDAR.version
    assert document["total"]["kept"] == 5
