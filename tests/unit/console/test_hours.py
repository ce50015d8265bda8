"""Hours as people write them."""

from datetime import date, timedelta

import pytest

from calendar_pe.clock import at_lima
from console.hours import NotAnHour, parse_hour, seconds_words

MONDAY = date(2026, 11, 23)
NOW = at_lima(MONDAY, 10)


@pytest.mark.parametrize(
    ("said", "days", "hour", "minute"),
    [
        ("15:30", 0, 15, 30),
        ("3:30 p. m.", 0, 15, 30),
        ("3:30pm", 0, 15, 30),
        ("12 p.m.", 0, 12, 0),
        ("a las 11", 0, 11, 0),
        ("9", 1, 9, 0),  # nine has passed today
        ("12 a. m.", 1, 0, 0),
        ("hoy 16h30", 0, 16, 30),
        ("mañana", 1, 8, 15),
        ("Mañana 9:00", 1, 9, 0),
        ("manana a las 9", 1, 9, 0),
        ("pasado mañana 10", 2, 10, 0),
        ("lunes 8:30", 7, 8, 30),
        ("martes, 8:30 a. m.", 1, 8, 30),
        ("vie 14:00", 4, 14, 0),
        ("miércoles", 2, 8, 15),
        ("25/11 9:00", 2, 9, 0),
        ("25/11/2026 9:00", 2, 9, 0),
        ("2026-11-25 09:00", 2, 9, 0),
    ],
)
def test_an_hour_is_read(said: str, days: int, hour: int, minute: int) -> None:
    assert parse_hour(said, NOW) == at_lima(MONDAY + timedelta(days=days), hour, minute)


def test_a_day_so_far_back_is_next_years() -> None:
    assert parse_hour("2/1 9:00", NOW) == at_lima(date(2027, 1, 2), 9)
    assert parse_hour("27/1", NOW) == at_lima(date(2027, 1, 27), 8, 15)


@pytest.mark.parametrize(
    ("said", "passed"),
    [
        ("22/11 14:00", "dom 22 nov, 2:00 p. m."),
        ("23/11 9:00", "lun 23 nov, 9:00 a. m."),
        ("23/11 10:00", "lun 23 nov, 10:00 a. m."),
        ("28/1 9:00", "mié 28 ene, 9:00 a. m."),  # 299 days back
        ("25/11/2025 14:00", "mar 25 nov 2025, 2:00 p. m."),
        ("hoy 9", "lun 23 nov, 9:00 a. m."),
    ],
)
def test_a_named_day_that_has_passed_is_refused(said: str, passed: str) -> None:
    with pytest.raises(NotAnHour, match=f"esa hora ya pasó: {passed}; por ejemplo"):
        parse_hour(said, NOW)


def test_another_year_is_said() -> None:
    assert seconds_words(at_lima(date(2027, 1, 4), 9), NOW) == "el lun 4 ene 2027, 9:00 a. m."


@pytest.mark.parametrize(
    "said", ["", "luego", "25:00", "9:75", "13 pm", "31/2 9", "2026-13-01", "0 a. m.", "9 o 10", "8:5"]
)
def test_what_is_no_hour_is_said_with_examples(said: str) -> None:
    with pytest.raises(NotAnHour, match="por ejemplo"):
        parse_hour(said, NOW)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "ahora mismo"), (1, "en 1 segundo"), (45, "en 45 segundos"), (300, "en 5 minutos"), (7200, "el lun 23 nov,")],
)
def test_what_is_left_is_said(seconds: int, words: str) -> None:
    assert seconds_words(NOW + timedelta(seconds=seconds), NOW).startswith(words)
