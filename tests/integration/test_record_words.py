"""Words, names and attachments changed by hand: the journal's hashes of them say so, and name the letter."""

import hashlib
import json
import shutil
import sqlite3
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from casework import quarantine, receive
from casework.desk import Desk
from casework.note import note
from casework.split import split
from oversight.proof import prove, sentence
from tests.arriving import answered, arrive
from tests.databases import sqlite_database
from tests.desks import MONDAY_10, Clock, build, member, ticket
from tickets import joining, rows
from tickets.intake import Arrival
from tickets.store import Store, open_store
from tickets.tables import Intake, JournalEntry, RawLetter
from tickets.texts import originals

LONG = "Quisiera saber qué debo hacer con mi contrato. " * 200


def conversation(store: Store, clock: Clock) -> Desk:
    """Case 1: a letter with a file, an answer, a note; case 2: a later letter of it that became a case of its own."""
    desk = build(store, clock, acknowledge=False)
    ref = arrive(desk, LONG, attached=(("pasaporte.pdf", b"%PDF-1.4 uno"), ("foto.png", b"\x89PNG"))).reference
    note(desk, member(desk), ref, "Llamó su hermana.")
    answered(desk, ref)
    clock.forward(hours=1)
    arrive(desk, "Otra cosa: ¿y mi título?", answers="<carta.1@example.org>")
    with desk.store.read() as session:
        later = joining.letters(session, ticket(desk, ref).id or 0)[1].id or 0
    split(desk, member(desk), ref, later)
    return desk


def test_what_was_written_is_what_the_journal_tells(store: Store, clock: Clock) -> None:
    desk = conversation(store, clock)
    assert [sentence(one) for one in prove(desk).findings] == []


def test_the_journal_holds_no_words(store: Store, clock: Clock) -> None:
    """Only hashes that the desk's key made: neither the words nor a hash that anybody could try out."""
    conversation(store, clock)
    with store.read() as session:
        facts = json.dumps([one.facts for one in session.query(JournalEntry)], ensure_ascii=False)
        raw = session.connection().exec_driver_sql("SELECT sha256 FROM intake").scalars().all()
    for secret in ("contrato", "hermana", "Rosa", "rosa", "pasaporte", "título", *raw):
        assert secret not in facts


@pytest.fixture(scope="module")
def made(sqlite_template: Path) -> Iterator[Path]:
    with sqlite_database(sqlite_template) as url:
        store = open_store(url, now=MONDAY_10)
        conversation(store, Clock())
        store.close()
        yield Path(url.removeprefix("sqlite:///"))


Said = Callable[..., list[str]]


@pytest.fixture
def said(made: Path, tmp_path: Path) -> Said:
    """Runs a statement in a copy, behind the service's back; returns what the proof says of it."""

    def run(statement: str, *values: object, originals: bool = True) -> list[str]:
        shutil.copy(made, tmp_path / "som.db")
        with closing(sqlite3.connect(tmp_path / "som.db")) as by_hand, by_hand:
            assert by_hand.execute(statement, values).rowcount == 1, statement
        store = open_store(f"sqlite:///{tmp_path}/som.db", now=MONDAY_10)
        found = [sentence(one) for one in prove(build(store, Clock()), originals=originals).findings]
        store.close()
        return found

    return run


LETTER = "SOM-2026-000001: otra tabla: la carta (mensaje 1) no dice lo que decía"
ANSWER = "SOM-2026-000001: otra tabla: la respuesta (mensaje"


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("UPDATE messages SET text = replace(text, 'contrato', 'permiso') WHERE id = 1", LETTER),
        ("UPDATE messages SET newest_text = 'Nada.' WHERE id = 1", LETTER),
        ("UPDATE messages SET subject = 'Otra' WHERE id = 1", LETTER),
        ("UPDATE messages SET from_name = 'Ana' WHERE id = 1", LETTER),
        ("UPDATE messages SET from_address = 'ana@example.org' WHERE id = 1", LETTER),
        ("UPDATE messages SET at = '2026-11-23 15:00:01' WHERE id = 1", LETTER),
        ("UPDATE messages SET at = 'ayer' WHERE id = 1", LETTER),
        ("UPDATE attachments SET name = 'otro.pdf' WHERE position = 0", LETTER),
        ("UPDATE attachments SET sha256 = '' WHERE position = 1", LETTER),
        ("DELETE FROM attachments WHERE position = 1", LETTER),
        ("INSERT INTO attachments SELECT NULL, 1, 2, name, type, sniffed, size, sha256, danger FROM attachments "
         "WHERE position = 0", LETTER),
        ("UPDATE intake SET sha256 = 'x' WHERE id = 1", LETTER),
        ("UPDATE messages SET text = 'Venga mañana.' WHERE kind = 'answer'", ANSWER),
        ("UPDATE messages SET author_id = NULL WHERE kind = 'answer'", ANSWER),
        ("UPDATE outbox SET payload = CAST(replace(payload, 'oficina', 'OFICINA') AS BLOB) WHERE kind = 'answer'",
         "no lleva lo que se escribió"),
        ("UPDATE outbox SET payload = 7 WHERE kind = 'answer'", "no lleva lo que se escribió"),
        ("UPDATE outbox SET to_address = 'ana@example.org' WHERE kind = 'answer'", "o va a otra persona"),
        ("UPDATE messages SET text = 'Llamó su primo.' WHERE kind = 'note'", "la nota (mensaje 2) no dice lo que"),
        ("UPDATE tickets SET requester_name = 'Ana' WHERE id = 1", "el nombre de la persona o el asunto"),
        ("UPDATE tickets SET subject = 'Otra' WHERE id = 2", "el nombre de la persona o el asunto"),
        ("UPDATE tickets SET requester_address = 'ana@example.org' WHERE id = 2", "no es la que escribió la carta"),
        ("UPDATE promises SET last_second_at = '2026-11-30 22:00:00' WHERE ticket_id = 1", "último segundo"),
        ("UPDATE promises SET legal_due_at = '2026-11-30 22:00:00' WHERE ticket_id = 1", "plazo legal"),
        ("UPDATE promises SET due_on = '2026-11-30' WHERE ticket_id = 1", "día del plazo"),
        ("UPDATE messages SET text = CAST(x'ff41' AS TEXT) WHERE id = 1", LETTER),
        ("UPDATE outbox SET recipients = CAST(x'ff' AS TEXT) WHERE kind = 'answer'", "no lleva lo que se escribió"),
        ("UPDATE outbox SET author_id = NULL, payload = x'00' WHERE kind = 'answer'", "ya no dice quién lo escribió"),
        ("UPDATE raw_letters SET body = x'' WHERE id = 1", "el original de la carta (entrada 1) no son los bytes"),
        ("UPDATE raw_letters SET body = x'00' WHERE id = 1", "el original de la carta (entrada 1) no son los bytes"),
        ("UPDATE raw_letters SET body = 'texto' WHERE id = 1", "el original de la carta (entrada 1) no son los bytes"),
        ("UPDATE intake SET raw_id = 2 WHERE id = 1", "la entrada 1 guarda el original de otra carta"),
    ],
)  # fmt: skip
def test_a_word_changed(said: Said, statement: str, sentence: str) -> None:
    found = said(statement)
    assert any(sentence in one for one in found), found
    assert len(found) <= 2


def test_an_original_written_again_is_read_only_where_it_is_asked_for(said: Said) -> None:
    forged = zlib.compress(b"From: otra@example.org\r\n\r\nOtra cosa.\r\n")
    statement = "UPDATE raw_letters SET body = ?, codec = 'zlib' WHERE id = 1"
    assert len(said(statement, forged)) == 1
    assert said(statement, forged, originals=False) == []


def test_the_words_of_a_person_erased_are_no_damage(said: Said) -> None:
    erased = "UPDATE messages SET text = '', newest_text = NULL, subject = '', from_name = '', from_address = ''"
    assert said(f"{erased} WHERE id = 1") == []


def test_the_original_of_a_person_erased_is_no_damage(sqlite_store: Store, clock: Clock) -> None:
    desk = build(sqlite_store, clock, acknowledge=False)
    arrive(desk, LONG)
    with sqlite_store.write() as session:
        erased = "UPDATE messages SET text = '', newest_text = NULL, subject = '', from_name = '', from_address = ''"
        session.connection().exec_driver_sql(erased)
        session.connection().exec_driver_sql("UPDATE tickets SET subject = '', requester_name = ''")
        session.connection().exec_driver_sql("UPDATE raw_letters SET body = x''")
    assert [sentence(one) for one in prove(desk).findings] == []


def test_a_letter_that_could_be_read_after_all(store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """What stood for it stays beside it in the case; only the letter itself is what the journal tells of."""

    def fails(*_: object) -> None:
        raise ZeroDivisionError("a defect of ours")

    desk = build(store, clock, acknowledge=False)
    with monkeypatch.context() as broken, capture_logs():
        broken.setattr(receive, "read", fails)
        raw = b"From: Rosa Quispe <rosa@example.org>\r\nSubject: Consulta\r\n\r\nQuiero saber de mi pension.\r\n"
        came = Arrival(mailbox="m", uidvalidity=1, uid=1, body=raw, size=len(raw), arrived_at=MONDAY_10)
        receive.keep(desk, [came])
        for _ in range(4):
            receive.process(desk)
        assert quarantine.retry(desk, member(desk), 1)  # in vain
        for _ in range(4):
            receive.process(desk)
    assert [sentence(one) for one in prove(desk).findings] == []
    assert quarantine.retry(desk, member(desk), 1)
    receive.process(desk)
    assert ticket(desk, "SOM-2026-000001").state == "new"
    assert [sentence(one) for one in prove(desk).findings] == []
    with store.write() as session:
        session.connection().exec_driver_sql("UPDATE messages SET text = 'Nada.' WHERE id = 2")
    [found] = [sentence(one) for one in prove(desk).findings]
    assert "la carta (mensaje 2) no dice lo que decía" in found


def test_reading_originals_is_proportional_to_their_number(sqlite_store: Store) -> None:
    def steps(number: int) -> int:
        some = [f"{number}-{one}" for one in range(number)]
        counted: list[int] = []
        with sqlite_store.write() as session:
            bodies = [{"sha256": hashlib.sha256(one.encode()).hexdigest(), "body": one.encode()} for one in some]
            ids = rows.add_all_with_ids(session, RawLetter, [{**one, "codec": "plain", "size": 1} for one in bodies])
            came = {"mailbox": "m", "uidvalidity": number, "size": 1, "arrived_at": MONDAY_10, "kept_at": MONDAY_10}
            came |= {"arrival_source": "argument"}
            letters = zip(ids, bodies, strict=True)
            rows.add_all(
                session, Intake, [{**came, "uid": one, "sha256": of["sha256"], "raw_id": one} for one, of in letters]
            )
            driver = session.connection().connection.driver_connection
            assert isinstance(driver, sqlite3.Connection)
            driver.set_progress_handler(lambda: counted.append(1), 1000)
            assert list(originals(session)) == []
            driver.set_progress_handler(None, 0)
            session.rollback()
        return len(counted)

    few, many = steps(500), steps(2000)
    assert many < 6 * few, "four times as many, not sixteen times the work"
