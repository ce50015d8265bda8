from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest
from freezegun import freeze_time

from calendar_pe import clock


def test_now_is_the_wall_clock_in_utc() -> None:
    with freeze_time("2026-11-23T22:00:00Z"):
        assert clock.now() == datetime(2026, 11, 23, 22, tzinfo=UTC)
        assert clock.now().tzinfo is UTC


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-11-23T17:00:00-05:00", datetime(2026, 11, 23, 22, tzinfo=UTC)),
        ("2026-11-23T22:00:00Z", datetime(2026, 11, 23, 22, tzinfo=UTC)),
        ("2026-11-23t22:00:00z", datetime(2026, 11, 23, 22, tzinfo=UTC)),
        ("2026-11-24 07:00+0900", datetime(2026, 11, 23, 22, tzinfo=UTC)),
        ("2026-11-24T07:00:00+09", datetime(2026, 11, 23, 22, tzinfo=UTC)),
        (" 2026-11-23T22:00:00-00:00 ", datetime(2026, 11, 23, 22, tzinfo=UTC)),
        ("2026-11-23T22:00:00.5Z", datetime(2026, 11, 23, 22, microsecond=500000, tzinfo=UTC)),
        ("2026-11-23T22:00:00,999999999Z", datetime(2026, 11, 23, 22, microsecond=999999, tzinfo=UTC)),
    ],
)
def test_an_instant_is_read_from_any_offset(text: str, instant: datetime) -> None:
    assert clock.parse_instant(text) == instant


@pytest.mark.parametrize("text", ["2026-11-23T17:00:00", "2026-11-23 17:00", "2026-11-23T17:00:00.25"])
def test_a_naive_instant_is_refused_with_the_remedy(text: str) -> None:
    with pytest.raises(ValueError, match=r"zona horaria.*-05:00"):
        clock.parse_instant(text)


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-30T10:00:00Z",
        "2025-02-29T10:00:00Z",
        "2026-13-01T10:00:00Z",
        "2026-11-23T24:00:00Z",
        "2026-11-23T23:60:00Z",
        "2026-11-23T23:59:60Z",
        "2026-11-23T10:00:00+24:00",
        "2026-11-23T10:00:00+05:60",
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+05:00",
        "9999-12-31T23:00:00-05:00",
    ],
)
def test_what_does_not_exist_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no existe"):
        clock.parse_instant(text)


@pytest.mark.parametrize(
    "text", ["", "ayer", "2026-11-23", "23/11/2026 10:00 -05:00", "2026-W48-1T10:00Z", "1763900000"]
)
def test_other_forms_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="ISO 8601"):
        clock.parse_instant(text)


def test_the_words_of_a_refusal_carry_no_control_characters_and_stay_short() -> None:
    with pytest.raises(ValueError) as refused:
        clock.parse_instant("\x1b[31m" + "x" * 5000)
    assert str(refused.value).isprintable()
    assert len(str(refused.value)) < 200


def test_the_date_is_that_of_lima() -> None:
    assert clock.lima_date(datetime(2026, 11, 24, 4, 59, 59, tzinfo=UTC)) == date(2026, 11, 23)
    assert clock.lima_date(datetime(2026, 11, 24, 5, tzinfo=UTC)) == date(2026, 11, 24)
    assert clock.lima_date(datetime(2026, 11, 24, 13, tzinfo=timezone(timedelta(hours=9)))) == date(2026, 11, 23)


def test_a_naive_datetime_has_no_date_in_lima() -> None:
    with pytest.raises(ValueError, match="zona horaria"):
        clock.lima_date(datetime(2026, 11, 24, 5))  # noqa: DTZ001


def test_instants_are_written_on_the_clocks_of_lima_without_fractions() -> None:
    assert clock.format_instant(datetime(2026, 11, 23, 22, 0, 0, 999999, tzinfo=UTC)) == "2026-11-23T17:00:00-05:00"
    assert clock.at_lima(date(2026, 11, 23), 17, 0, 1) == datetime(2026, 11, 23, 22, 0, 1, tzinfo=UTC)
    assert clock.whole_second(datetime(2026, 1, 1, 0, 0, 0, 999999, tzinfo=UTC)).microsecond == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2026-11-24T17:00:00-05:00", "martes 24 de noviembre de 2026 a las 5:00 p.\u00a0m."),
        ("2026-09-01T08:15:00-05:00", "martes 1 de setiembre de 2026 a las 8:15 a.\u00a0m."),
        ("2026-11-24T13:00:00-05:00", "martes 24 de noviembre de 2026 a la 1:00 p.\u00a0m."),
        ("2026-11-24T23:59:59-05:00", "martes 24 de noviembre de 2026 a las 11:59:59 p.\u00a0m."),
        ("2026-11-25T04:30:00Z", "martes 24 de noviembre de 2026 a las 11:30 p.\u00a0m."),
    ],
)
def test_an_instant_is_said_as_in_peru(text: str, said: str) -> None:
    assert clock.words(clock.parse_instant(text)) == said


def test_dates_and_times_are_said_alone_too() -> None:
    assert clock.date_words(date(2026, 9, 5)) == "sábado 5 de setiembre de 2026"
    assert clock.time_words(time(12, 0)) == "12:00 p.\u00a0m."
