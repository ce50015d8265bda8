"""Reading any bytes: never raises, never lets a forbidden character through, always says the same."""

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from inbox import bounce, machine, sender
from inbox.parse import parse, parse_headers
from letters.clean import clean_line, clean_text, is_clean
from letters.letter import Letter
from letters.newest import newest_text

CORPUS = [path.read_bytes() for path in sorted((Path(__file__).parents[1] / "corpus").glob("*/*.eml"))]
PIECES = st.sampled_from(
    [
        b"\r\n", b"\n\n", b"--b\n", b"From: ", b"Subject: ", b"=?utf-8?q?", b"?=", b"=0D=0A", b"\0", b"\x1b$B",
        b"\xff", b"\xed\xa0\x80",
        b"Content-Type: multipart/mixed; boundary=b\n", b"Content-Type: message/rfc822\n\n",
        b"Content-Type: text/html\n",
        b"Content-Type: message/delivery-status\n\n", b"Content-Transfer-Encoding: base64\n", b"; charset=", b"utf-7",
        b"idna",
        b"filename*=a\0b''x", b"filename*0*=", b'"', b"<", b">", b"(", b",", b"<a@b.example>", b"> ", b"-- \n",
        b"escribi\xf3:\n", b"\xe2\x80\x8b", b"&#x200b;", b"&#x202e;", b"\xc2\x9b", b"\r", b"Subject : x\n",
        b"Content-Transfer-Encoding: quoted-printable\n", b"Hemos recibido su correo.",
    ]
)  # fmt: skip


def everything_said(letter: Letter) -> list[str]:
    said = [letter.subject, letter.from_address, letter.from_name, letter.message_id, letter.in_reply_to, letter.text]
    said += [letter.newest_text, *letter.to, *letter.cc, *letter.reply_to, *letter.references, *letter.defects]
    said += [piece for header in letter.headers for piece in header]
    said += [piece for each in letter.attachments for piece in (each.name, each.type, each.sniffed, each.danger)]
    if letter.report is not None:
        said += [*letter.report.recipients, letter.report.original_message_id, letter.report.diagnostic]
    return said


def check(raw: bytes) -> None:
    letter = parse(raw)
    returned = bounce.judge(letter)
    written = machine.judge(letter, frozenset({"orientacion@example.org"}))
    vouched = sender.judge(letter, "mx.example.org")
    said = everything_said(letter)
    said += [*returned.recipients, returned.original_message_id, written.why, written.why_not, *vouched.warnings]
    for text in said:
        assert is_clean(text)
        text.encode("utf-8")
    for line in (letter.subject, letter.from_name, letter.from_address, letter.message_id, *letter.to):
        assert "\n" not in line
    assert not letter.text.strip() or letter.newest_text
    assert parse(raw) == letter


@given(st.binary(max_size=2_000))
@example(b"")
def test_any_bytes(raw: bytes) -> None:
    check(raw)
    parse_headers(raw)


@given(st.lists(PIECES | st.binary(max_size=12), max_size=40).map(b"".join))
def test_pieces_of_letters_in_any_order(raw: bytes) -> None:
    check(raw)


@settings(max_examples=300)
@given(
    st.sampled_from(CORPUS),
    st.lists(st.tuples(st.floats(0, 1), PIECES | st.binary(max_size=4), st.integers(0, 40)), min_size=1, max_size=8),
)
def test_spoilt_letters(letter: bytes, wounds: list[tuple[float, bytes, int]]) -> None:
    for place, piece, cut in wounds:
        at = int(place * len(letter))
        letter = letter[:at] + piece + letter[at + cut :]
    check(letter)


@pytest.mark.parametrize("keep", [1, 7, 60, 200])
def test_letters_cut_short(keep: int) -> None:
    for letter in CORPUS:
        check(letter[: len(letter) * keep // 200])


@given(st.text(max_size=300))
def test_cleaning_is_final(text: str) -> None:
    assert is_clean(clean_text(text))
    assert clean_text(clean_text(text)) == clean_text(text)
    assert clean_line(clean_line(text)) == clean_line(text)
    assert "\n" not in clean_line(text)


LINES = st.sampled_from(
    [
        "Hola", "> cita", "", "-- ", "De: a@example.com", "Fecha: 23/11/2026 10:00", "Asunto: x",
        "El 23/11/26 a las 10:00, A escribió:", "Enviado desde mi iPhone", "________________",
    ]
)  # fmt: skip


@given(st.lists(LINES, max_size=14).map("\n".join))
def test_the_newest_text_never_vanishes_and_invents_nothing(text: str) -> None:
    newest = newest_text(text)
    assert bool(newest) == bool(text.strip())
    assert set(newest.split()) <= set(text.replace(">", " ").split()) | set(text.split())
