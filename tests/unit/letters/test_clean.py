import unicodedata

import pytest

from letters.clean import clean_line, clean_name, clean_text, is_clean


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("uno\r\ndos\rtres\n", "uno\ndos\ntres\n"),
        ("a\x00b\x1b[31mc\x9bd\x7fe", "ab[31mcde"),
        ("nombre\u202egpj.exe", "nombregpj.exe"),
        ("\u2066a\u2069\u200eb\u061c", "ab"),
        ("n\u0303", "ñ"),
        ("\ud800x\udcff", "x"),
        ("\ufeffhola", "hola"),
        ("co\u200bn\u2060tra\u180eto\U000e0041", "contrato"),
        ("\u0646\u200c\u06cc", "\u0646\u200c\u06cc"),
        ("a\tb", "a\tb"),
        ("uno\u2028dos", "uno\ndos"),
    ],
)
def test_text_keeps_words_and_drops_what_terminals_and_databases_refuse(given: str, kept: str) -> None:
    assert clean_text(given) == kept


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("  a \t b\r\n c  ", "a b c"),
        ("asunto\r\nBcc: otro@example.net", "asunto Bcc: otro@example.net"),
        ("\x1b]0;título\x07", "]0;título"),
        ("", ""),
    ],
)
def test_a_line_is_one_line(given: str, kept: str) -> None:
    assert clean_line(given) == kept


def test_limits_hold() -> None:
    assert len(clean_text("ñ" * 100, limit=10)) == 10
    assert len(clean_line("a" * 100_000)) == 4_000
    assert len(clean_name("b" * 1_000)) == 200


def test_quotation_marks_around_a_name_are_not_part_of_it() -> None:
    assert clean_name("\"'Ana Quispe'\"") == "Ana Quispe"
    assert clean_name("O'Higgins") == "O'Higgins"


def test_a_hill_of_combining_marks_is_cut_down() -> None:
    hill = "a" + "\u0301\u0316" * 200_000
    cleaned = clean_text(hill)
    assert len(cleaned) < 40
    assert unicodedata.is_normalized("NFC", cleaned)


def test_is_clean_tells() -> None:
    assert is_clean("todo bien\n")
    assert not is_clean("mal\x00")
