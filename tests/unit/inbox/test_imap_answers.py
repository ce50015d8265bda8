"""FETCH answers: the usual shape by pattern, every other shape by the library, both to the same end."""

from datetime import UTC, datetime

import pytest

from inbox.sources import Listed
from inbox.sources.answers import bodies, listed

USUAL = b'7 (UID 31 RFC822.SIZE 2048 INTERNALDATE "03-Nov-2026 17:00:01 -0500")'
EXPECTED = Listed(uid=31, size=2048, arrived_at=datetime(2026, 11, 3, 22, 0, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    "line",
    [
        USUAL,
        b'7 (INTERNALDATE "03-Nov-2026 17:00:01 -0500" UID 31 RFC822.SIZE 2048)',
        b'7 (FLAGS (\\Seen) UID 31 INTERNALDATE "03-Nov-2026 22:00:01 +0000" RFC822.SIZE 2048)',
        b'7 (UID 31 RFC822.SIZE 2048 INTERNALDATE " 3-Nov-2026 17:00:01 -0500")',
        b'7 (uid 31 rfc822.size 2048 internaldate "03-nov-2026 17:00:01 -0500")',
    ],
)
def test_size_and_arrival_in_any_order(line: bytes) -> None:
    assert listed([line]) == [EXPECTED]


def test_letters_come_in_uid_order_whatever_the_server_does() -> None:
    other = USUAL.replace(b"UID 31", b"UID 8")
    assert [letter.uid for letter in listed([USUAL, other])] == [8, 31]


def test_flag_news_of_other_letters_is_passed_over() -> None:
    assert listed([b"3 (FLAGS (\\Seen))", USUAL, b"4 (UID 9 FLAGS ())"]) == [EXPECTED]


@pytest.mark.parametrize(
    "line",
    [
        b"7 (UID 31 RFC822.SIZE 2048)",
        b'7 (UID 31 INTERNALDATE "03-Nov-2026 17:00:01 -0500")',
        b'7 (UID 31 RFC822.SIZE 2048 INTERNALDATE "31-Feb-2026 17:00:01 -0500")',
        b"7 (UID 31 RFC822.SIZE 2048 INTERNALDATE NIL)",
    ],
)
def test_letter_without_size_or_arrival_is_left_out(line: bytes) -> None:
    assert listed([line, USUAL.replace(b"UID 31", b"UID 32")])[0].uid == 32


def test_empty_answers() -> None:
    assert listed([]) == []
    assert bodies([]) == []


@pytest.mark.parametrize(
    "answer",
    [
        [(b"7 (UID 31 BODY[] {5}", b"a\r\nb\x00"), b")"],
        [(b"7 (BODY[] {5}", b"a\r\nb\x00"), b" UID 31)"],
        [(b"7 (UID 31 FLAGS (\\Seen) BODY[] {5}", b"a\r\nb\x00"), b")"],
        [b"1 (FLAGS ())", (b"7 (UID 31 BODY[] {5}", b"a\r\nb\x00"), b")"],
    ],
)
def test_body_wherever_the_uid_stands(answer: list[bytes | tuple[bytes, bytes]]) -> None:
    assert bodies(answer) == [(31, b"a\r\nb\x00")]


def test_short_body_as_a_quoted_string_and_a_withheld_one() -> None:
    assert bodies([b'7 (UID 31 BODY[] "hola")', b"8 (UID 32 BODY[] NIL)"]) == [(31, b"hola")]


def test_body_shorter_than_announced_is_an_error() -> None:
    with pytest.raises(Exception, match="Expecting literal of size 9, got 4"):
        bodies([(b"7 (UID 31 BODY[] {9}", b"hola"), b")"])
