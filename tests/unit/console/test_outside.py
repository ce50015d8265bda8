"""No character of a letter is obeyed by a terminal."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.outside import MARKS_IN_A_ROW, for_terminal, one_line, outside


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Añoranza, 5:00\u00a0p.\u00a0m.", "Añoranza, 5:00 p. m."),
        ("uno\ndos", "uno\ndos"),
        ("uno\r\ndos", "uno\ndos"),
        ("a\tb", "a    b"),
        ("\x1b[31mrojo", "␛[31mrojo"),
        ("\x1b]52;c;aG9sYQ==\x07", "␛]52;c;aG9sYQ==␇"),
        ("\x9b31m", "\ufffd31m"),
        ("\x7f", "␡"),
        ("foto\u202egpj.exe", "fotogpj.exe"),
        ("a\u2066b\u2069c\u200bd\u200de\ufefff\u2060g\u00adh", "abcdefgh"),
        ("x\U000e0041\U000e007f", "x"),
        ("❤\ufe0f", "❤"),
        ("uno\u2028dos", "uno\ndos"),
        ("\ud800", "\ufffd"),
        ("\u3164\u115f", ""),
        ("ñandú e\u0301\u0302\u0303\u0304\u0305", "ñandú e\u0301\u0302"),
    ],
)
def test_each_danger_is_dropped_or_made_visible(said: str, shown: str) -> None:
    assert for_terminal(said) == shown


@given(st.text(st.characters(), max_size=200))
def test_what_is_shown_is_printable(said: str) -> None:
    shown = for_terminal(said)
    assert all(one.isprintable() or one == "\n" for one in shown)
    assert not any(unicodedata.category(one) in ("Cc", "Cf", "Cs") for one in shown if one != "\n")
    assert for_terminal(shown) == shown


@given(st.text("aé\u0301\u0308\u0336\u20dd", max_size=60))
def test_marks_never_pile_up(said: str) -> None:
    run = 0
    for one in for_terminal(said):
        run = run + 1 if unicodedata.category(one) in ("Mn", "Me") else 0
        assert run <= MARKS_IN_A_ROW


def test_a_long_text_says_that_it_was_cut() -> None:
    assert for_terminal("a" * 12, 10) == "a" * 10 + "\n… (no se muestran 2 caracteres más)"


def test_one_line_is_one_line_and_short() -> None:
    assert one_line("uno\n dos\u2029tres") == "uno dos tres"
    assert one_line("a" * 20, 10) == "a" * 9 + "…"


def test_a_cell_from_outside_is_never_markup() -> None:
    assert outside("[/red][@click=app.quit]x[/]").plain == "[/red][@click=app.quit]x[/]"
    assert outside("[b]x[/b]").spans == []
