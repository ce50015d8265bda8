from datetime import UTC, date, datetime, time, timedelta

import pytest

from calendar_pe import Effect, Row, Scope, shipped
from calendar_pe.clock import at_lima, format_instant, parse_instant
from sla.promises import DayEnds, Kind, PromiseSettings, Reading, Term, parse_kind
from sla.reckon import breaks_after, breaks_at, in_time, reckon

CALENDAR = shipped()
MONDAY_TEN = parse_instant("2026-11-23T10:00:00-05:00")
FRIDAY_EVENING = parse_instant("2026-11-20T17:30:00-05:00")


def days(consulta: int) -> tuple[Term, ...]:
    return (
        Term(kind=Kind.CONSULTA, business_days=consulta, cutoff=True),
        Term(kind=Kind.SUGERENCIA, business_days=7),
        Term(kind=Kind.RECLAMO, business_days=30),
    )


def due_on(settings: PromiseSettings, kind: str = "consulta", at: datetime = MONDAY_TEN) -> str:
    return reckon(at, kind, CALENDAR, settings).due_on.isoformat()


def test_every_setting_is_heeded() -> None:
    assert due_on(PromiseSettings()) == "2026-11-24"
    assert due_on(PromiseSettings(cutoff=time(9, 59, 59))) == "2026-11-25"
    assert due_on(PromiseSettings(terms=days(3))) == "2026-11-26"
    assert due_on(PromiseSettings(reading=Reading.SAME_DAY)) == "2026-11-23"
    early = reckon(MONDAY_TEN, "consulta", CALENDAR, PromiseSettings(closing=time(16, 30)))
    assert format_instant(early.due_at) == "2026-11-24T16:30:00-05:00"
    assert format_instant(early.target_at) == "2026-11-24T16:30:00-05:00"
    assert format_instant(early.legal_due_at) == "2026-11-24T23:59:59-05:00"


def test_longer_terms_in_each_reading() -> None:
    by_reading = {
        reading: due_on(PromiseSettings(reading=reading, terms=days(3)), at=FRIDAY_EVENING) for reading in Reading
    }
    assert by_reading == {
        Reading.SAME_DAY: "2026-11-25",
        Reading.PLAIN: "2026-11-25",
        Reading.DEEMED_RECEIPT: "2026-11-26",
    }


def test_the_cutoff_can_be_given_to_other_kinds() -> None:
    terms = (*days(1)[:2], Term(kind=Kind.RECLAMO, business_days=30, cutoff=True))
    strict = reckon(FRIDAY_EVENING, "reclamo", CALENDAR, PromiseSettings())
    rolled = reckon(FRIDAY_EVENING, "reclamo", CALENDAR, PromiseSettings(terms=terms))
    assert (strict.due_on, rolled.due_on) == (date(2027, 1, 7), date(2027, 1, 8))
    assert rolled.target_at == strict.due_at


@pytest.mark.parametrize(
    "wrong",
    [
        {"terms": days(0)},
        {"terms": days(1)[:2]},
        {"terms": (*days(1), days(1)[0])},
        {"cutoff": time(17, 0, 0, 1)},
        {"closing": time(17, tzinfo=UTC)},
        {"reading": "fast"},
        {"day_ends": "noon"},
        {"warn_before": timedelta(seconds=-1)},
    ],
)
def test_settings_that_cannot_be_meant_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        PromiseSettings(**wrong)  # type: ignore[arg-type]


def test_words_from_a_settings_file_become_the_closed_lists() -> None:
    settings = PromiseSettings(reading="plain", day_ends="midnight")  # type: ignore[arg-type]
    assert settings.reading is Reading.PLAIN
    assert settings.day_ends is DayEnds.MIDNIGHT


def test_kinds() -> None:
    assert parse_kind(" reclamo ") is Kind.RECLAMO
    for text in ("", "Consulta", "agradecimiento", "x" * 100):
        with pytest.raises(ValueError, match="consulta, sugerencia, reclamo"):
            parse_kind(text)
    with pytest.raises(ValueError):
        reckon(MONDAY_TEN, "queja", CALENDAR, PromiseSettings())


def test_a_naive_instant_is_refused() -> None:
    with pytest.raises(ValueError, match="zona horaria"):
        reckon(datetime(2026, 11, 23, 10), "consulta", CALENDAR, PromiseSettings())  # noqa: DTZ001


@pytest.mark.parametrize(
    ("day_ends", "last"),
    [(DayEnds.CLOSING, "2026-11-24T17:00:00-05:00"), (DayEnds.MIDNIGHT, "2026-11-24T23:59:59-05:00")],
)
def test_the_last_second_keeps_and_the_next_breaks(day_ends: DayEnds, last: str) -> None:
    settings = PromiseSettings(day_ends=day_ends)
    promise = reckon(MONDAY_TEN, "consulta", CALENDAR, settings)
    end = parse_instant(last)
    assert breaks_after(promise, settings) == end
    assert breaks_at(promise, settings) == end + timedelta(seconds=1)
    assert in_time(end, promise, settings)
    assert in_time(end + timedelta(microseconds=999_999), promise, settings)
    assert not in_time(end + timedelta(seconds=1), promise, settings)


def test_the_trace_explains_every_day_with_its_legal_basis() -> None:
    trace = reckon(parse_instant("2026-07-24T17:00:01-05:00"), "consulta", CALENDAR, PromiseSettings()).trace
    assert [(step.date.day, step.working) for step in trace] == [
        (24, True), (25, False), (26, False), (27, False), (28, False), (29, False), (30, True), (31, True),
    ]  # fmt: skip
    said = [step.why for step in trace]
    assert "llegó después de las 5:00 p.\u00a0m." in said[0]
    assert "DS 075-2026-PCM" in said[3]
    assert "Fiestas Patrias, D.Leg. 713 art. 6" in said[4]
    assert "la carta cuenta como recibida este día" in said[6]
    assert "día 1 de 1; vence a las 5:00 p.\u00a0m." in said[7]


def test_the_trace_counts_up_to_the_term() -> None:
    trace = reckon(MONDAY_TEN, "reclamo", CALENDAR, PromiseSettings()).trace
    counted = [step for step in trace if " de 30" in step.why]
    assert len(counted) == 30
    assert "día 30 de 30; vence a las 5:00 p.\u00a0m." in trace[-1].why
    assert all(step.working for step in counted)


def half_day(day: date) -> Row:
    return Row(
        date=day,
        start_time=time(12),
        end_time=time(17),
        scope=Scope.LIMA,
        effect=Effect.NONWORKING,
        name="Media jornada",
        legal_basis="DS 124-2019-PCM",
    )


def test_a_term_that_ends_on_a_half_day_passes_to_the_next() -> None:
    calendar = CALENDAR.with_rows([half_day(date(2026, 11, 24))])
    promise = reckon(MONDAY_TEN, "consulta", calendar, PromiseSettings())
    assert promise.due_on == date(2026, 11, 25)
    assert promise.due_at == at_lima(date(2026, 11, 25), 17)
    assert "el plazo pasa a este día" in promise.trace[-1].why
    longer = reckon(MONDAY_TEN, "sugerencia", calendar, PromiseSettings())
    assert longer.due_on == date(2026, 12, 2)  # in the middle of a term it counts like any other


def test_a_half_day_takes_letters_until_it_closes() -> None:
    calendar = CALENDAR.with_rows([half_day(date(2026, 11, 23))])
    for at, starts in (("12:00:00", 23), ("12:00:01", 24)):
        promise = reckon(parse_instant(f"2026-11-23T{at}-05:00"), "consulta", calendar, PromiseSettings())
        assert promise.clock_starts_on.day == starts
    assert "después de las 12:00 p.\u00a0m." in promise.trace[0].why
