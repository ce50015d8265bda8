import email
import email.policy
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from email.message import EmailMessage
from pathlib import Path

import pytest

from bench.bare_loop import run
from bench.letters import ATTACHMENT_BYTES, SHARES, Generated, kinds, letters, write

COUNT = 200


@pytest.fixture(scope="module")
def mail() -> list[Generated]:
    return list(letters(COUNT, seed=7))


def parsed(letter: Generated) -> EmailMessage:
    message = email.message_from_bytes(letter.raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def text(letter: Generated) -> str:
    body = parsed(letter).get_body(("plain",))
    assert body is not None
    return str(body.get_content())


@pytest.mark.parametrize("count", [1, 3, 20, 100, 1000])
@pytest.mark.parametrize("seed", range(5))
def test_the_mix_is_exact_and_no_reply_comes_first(count: int, seed: int) -> None:
    deck = kinds(count, seed)
    assert len(deck) == count
    assert deck[0] != "reply"
    if count % 20 == 0:
        assert Counter(deck) == {kind: count * share // 100 for kind, share in SHARES.items()}


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(mail: list[Generated]) -> None:
    assert [letter.raw for letter in letters(COUNT, seed=7)] == [letter.raw for letter in mail]
    assert [letter.raw for letter in letters(COUNT, seed=8)] != [letter.raw for letter in mail]


def test_the_same_bytes_in_another_process(mail: list[Generated], tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bench.letters", "--count", str(COUNT), "--seed", "7", "--out", str(tmp_path)]
    subprocess.run(command, check=True, capture_output=True, cwd=Path(__file__).resolve().parents[3])
    assert [path.read_bytes() for path in sorted(tmp_path.iterdir())] == [letter.raw for letter in mail]


def test_every_letter_is_well_formed_and_has_an_id_of_its_own(mail: list[Generated]) -> None:
    for letter in mail:
        message = parsed(letter)
        assert not message.defects
        assert not [defect for part in message.walk() for defect in part.defects]
        assert message["Message-ID"] == letter.message_id
        assert len(message["From"].addresses) == 1
        assert b"\n" not in letter.raw.replace(b"\r\n", b"")
    assert len({letter.message_id for letter in mail}) == COUNT


def test_each_kind_is_what_it_says(mail: list[Generated]) -> None:
    for letter in mail:
        message = parsed(letter)
        types = [part.get_content_type() for part in message.walk()]
        charset = next(part for part in message.walk() if part.get_content_type() == "text/plain").get_content_charset()
        assert ("text/html" in types) == (letter.kind == "html")
        assert (charset == "iso-8859-1") == (letter.kind == "latin1")
        sizes = (
            [len(part.get_payload(decode=True)) for part in message.iter_attachments()] if letter.kind != "html" else []
        )
        assert sizes == ([ATTACHMENT_BYTES] if letter.kind == "attachment" else [])


def test_a_reply_answers_an_earlier_letter_of_the_same_person_and_quotes_it(mail: list[Generated]) -> None:
    earlier: dict[str, Generated] = {}
    replies = 0
    for letter in mail:
        message = parsed(letter)
        if letter.kind == "reply":
            replies += 1
            answered = earlier[letter.answers]
            assert message["In-Reply-To"] == message["References"] == letter.answers
            assert message["From"] == parsed(answered)["From"]
            assert all(f"> {line}".rstrip() in text(letter) for line in text(answered).splitlines() if line)
        else:
            assert message["In-Reply-To"] is None
        earlier[letter.message_id] = letter
    assert replies == COUNT * SHARES["reply"] // 100


def test_texts_differ_and_arrivals_go_forward(mail: list[Generated]) -> None:
    assert len({text(letter) for letter in mail}) == COUNT
    assert [letter.arrived_at for letter in mail] == sorted({letter.arrived_at for letter in mail})


def test_the_bare_loop_keeps_one_row_each(tmp_path: Path) -> None:
    write(tmp_path / "eml", 40, seed=3)
    assert run(tmp_path / "eml", tmp_path / "bare.db") == 40
    with closing(sqlite3.connect(tmp_path / "bare.db")) as store:
        rows = store.execute("SELECT subject, sender, body FROM letter").fetchall()
        assert store.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert len(rows) == 40
    assert all("@example." in sender or ".example." in sender for _, sender, _ in rows)
    assert all(subject and body.strip() for subject, _, body in rows)
