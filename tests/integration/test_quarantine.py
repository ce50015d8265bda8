"""Letters that cannot be analysed: none is dropped, others go on, and each is one ticket however often it is tried."""

import json
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from typing import Any

import pytest
import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from calendar_pe import CalendarRangeError
from calendar_pe.clock import parse_instant
from casework import assign, quarantine, receive
from casework.close import reopen
from casework.desk import Desk
from casework.merge import merge
from casework.reading import Reading, read
from casework.receive import keep, process
from service.logs import configure
from service.settings import load
from service.wiring import opened_desk
from tests.desks import (
    MONDAY_10,
    TUESDAY_17,
    Clock,
    build,
    events,
    faults,
    member,
    open_ticket,
    promise,
    settle_promises,
    ticket,
)
from tickets import cases, intake
from tickets.intake import Arrival, Pending
from tickets.store import Store
from tickets.tables import Notice, Ticket

LETTER = (
    b"From: Rosa Quispe <rosa%d@example.org>\r\nTo: som@example.pe\r\nSubject: Mi consulta %d\r\n"
    b"Message-ID: <%d@example.org>\r\nDate: Mon, 23 Nov 2026 10:00:00 -0500\r\n\r\n%s\r\n"
)


class Defect:
    """A defect of ours: it strikes on letters that say so, until it is mended."""

    mended = False

    def read(self, desk: Desk, pending: Pending, raw: bytes) -> Reading:
        if not self.mended and b"tropiezo" in raw:
            raise ZeroDivisionError("a defect of ours")
        return read(desk, pending, raw)


@pytest.fixture(autouse=True)
def logged() -> Iterator[list[MutableMapping[str, Any]]]:
    """What the log was told; without this it is written out in full colour."""
    with capture_logs() as entries:
        yield entries


@pytest.fixture(autouse=True)
def defect(monkeypatch: pytest.MonkeyPatch) -> Defect:
    struck = Defect()
    monkeypatch.setattr(receive, "read", struck.read)
    return struck


def arrive(desk: Desk, *texts: bytes) -> None:
    arrivals = []
    for uid, words in enumerate(texts, start=1):
        body = LETTER % (uid, uid, uid, words)
        arrivals.append(Arrival(mailbox="som", uidvalidity=1, uid=uid, body=body, size=len(body), arrived_at=MONDAY_10))
    keep(desk, arrivals)


def passes(desk: Desk, number: int) -> None:
    for _ in range(number):
        process(desk)


def all_tickets(desk: Desk) -> list[Ticket]:
    with desk.store.read() as session:
        return cases.recent(session, limit=99)


def test_one_bad_letter_keeps_nobody_waiting(desk: Desk, logged: list[MutableMapping[str, Any]]) -> None:
    arrive(desk, b"hola", b"un tropiezo", b"buenas tardes")
    process(desk)
    assert [one.subject for one in all_tickets(desk)] == ["Mi consulta 1", "Mi consulta 3"]
    [said] = [one for one in logged if one["log_level"] == "error"]
    assert (said["letter"], said["attempts"]) == (2, 1)
    assert "rosa2" not in str(said), "no addresses in logs"


@pytest.mark.parametrize("position", range(5))
def test_an_unparsable_letter_at_any_position_loses_nothing_after_it(
    sqlite_store: Store, clock: Clock, position: int
) -> None:
    desk = build(sqlite_store, clock, batch_letters=2)
    arrive(desk, *(b"un tropiezo" if number == position else b"hola" for number in range(5)))
    passes(desk, desk.settings.tries + 1)
    assert sorted(one.state for one in all_tickets(desk)) == ["new"] * 4 + ["quarantined"]


def test_after_three_tries_a_person_reads_it_with_its_promise_running(desk: Desk) -> None:
    arrive(desk, b"un tropiezo")
    passes(desk, 3)
    assert all_tickets(desk) == []
    passes(desk, 1)
    [one] = all_tickets(desk)
    assert (one.state, one.subject, one.requester_address) == ("quarantined", "Mi consulta 1", "rosa1@example.org")
    assert (promise(desk, one.reference).state, promise(desk, one.reference).due_at) == ("open", TUESDAY_17)
    with desk.store.read() as session:
        [letter] = intake.quarantined(session)
        assert (letter.ticket_id, letter.attempts) == (one.id, 4)
        assert "ZeroDivisionError" in letter.last_error
        assert [notice.kind for notice in session.query(Notice)] == ["quarantine"]
    passes(desk, 2)
    assert len(all_tickets(desk)) == 1
    assert faults(desk.store) == []


def test_mended_it_becomes_the_ticket_that_stood_for_it(desk: Desk, defect: Defect) -> None:
    arrive(desk, b"un tropiezo")
    passes(desk, 4)
    defect.mended = True
    assert quarantine.retry(desk, member(desk), 1)
    passes(desk, 1)
    [one] = all_tickets(desk)
    assert (one.state, one.line, one.requester_name) == ("new", 2, "Rosa Quispe")
    assert promise(desk, one.reference).state == "open", "the promise goes on, and there is one"
    assert events(desk, one.reference) == ["quarantined", "promised", "analysis_retried", "recovered"]
    with desk.store.read() as session:
        assert intake.quarantined(session) == []


def test_tried_again_in_vain_it_is_still_one_ticket(desk: Desk) -> None:
    arrive(desk, b"un tropiezo")
    passes(desk, 4)
    assert quarantine.retry(desk, member(desk), 1)
    passes(desk, 4)
    [one] = all_tickets(desk)
    assert (one.state, promise(desk, one.reference).state) == ("quarantined", "open")
    assert events(desk, one.reference) == ["quarantined", "promised", "analysis_retried", "quarantined"]
    with desk.store.read() as session:
        assert [letter.ticket_id for letter in intake.quarantined(session)] == [one.id]


def test_in_the_case_of_another_letter_it_is_not_tried_again(desk: Desk, clock: Clock, defect: Defect) -> None:
    """It would become what that case is about: its answers would go to another mailbox."""
    arrive(desk, b"un tropiezo")
    passes(desk, 4)
    [ended] = all_tickets(desk)
    clock.forward(minutes=5)
    kept = open_ticket(desk, address="otra@example.org")
    reopen(desk, member(desk), ended.reference)
    merge(desk, member(desk), ended.reference, kept, same_person=True)
    defect.mended = True
    with pytest.raises(quarantine.OfAnotherLetter, match=kept):
        quarantine.retry(desk, member(desk), 1)
    passes(desk, 1)
    assert ticket(desk, kept).requester_address == "otra@example.org"
    with desk.store.read() as session:
        assert [letter.id for letter in intake.quarantined(session)] == [1]


def test_answered_meanwhile_it_is_not_opened_again(desk: Desk, defect: Defect) -> None:
    arrive(desk, b"un tropiezo")
    passes(desk, 4)
    ref = all_tickets(desk)[0].reference
    settle_promises(desk, ref)
    assert ticket(desk, ref).state == "answered"
    defect.mended = True
    quarantine.retry(desk, member(desk), 1)
    passes(desk, 1)
    assert (ticket(desk, ref).state, promise(desk, ref).state) == ("answered", "kept")


def test_a_letter_that_kills_the_process_is_put_away_untouched(store: Store, clock: Clock) -> None:
    class Killed(BaseException):
        pass

    def kill(name: str) -> None:
        if name == "receive.read":
            raise Killed

    dying = build(store, clock, at=kill)
    arrive(dying, b"hola")
    for _ in range(3):
        with pytest.raises(Killed):
            process(dying)
    desk = build(store, clock)
    process(desk)
    [one] = all_tickets(desk)
    assert (one.state, one.subject, one.requester_address) == ("quarantined", "", "")
    assign.take(desk, member(desk), one.reference)
    assert quarantine.export(desk, member(desk), 1) == (LETTER % (1, 1, 1, b"hola"), True)


class Mute(Exception):
    def __str__(self) -> str:
        raise ValueError("no words")

    __repr__ = __str__


NASTY = {
    "NUL": ValueError("a\0b"),
    "lone surrogate": ValueError("mal \udcff \ud800"),
    "escape sequence": ValueError("\x1b]0;hacked\x07\x9b31m"),
    "bidi": ValueError("\u202egpj.exe"),
    "line breaks": ValueError("one\r\ntwo\u2028three"),
    "endless": ValueError("x" * 5_000_000),
    "bytes that are no text": UnicodeDecodeError("utf-8", b"\xff\xfe\x00", 0, 1, "\udcff"),
    "text that is no bytes": UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates"),
    "without words": Mute(),
    "nothing at all": Exception(),
    "too deep": RecursionError("\0" * 100),
    "no memory": MemoryError(),
}


class TestErrorPath:
    """Noting an error cannot fail, whatever it carries: elsewhere a text that the database refused stopped all mail."""

    @pytest.mark.parametrize("error", NASTY.values(), ids=NASTY)
    def test_every_error_is_noted_and_stops_nobody(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch, error: Exception
    ) -> None:
        def stumble(desk: Desk, pending: Pending, raw: bytes) -> Reading:
            if b"tropiezo" in raw:
                raise error
            return read(desk, pending, raw)

        monkeypatch.setattr(receive, "read", stumble)
        arrive(desk, b"un tropiezo", b"hola")
        passes(desk, desk.settings.tries + 1)
        states = sorted(one.state for one in all_tickets(desk))
        assert states == ["new", "quarantined"]
        with desk.store.read() as session:
            [put_away] = intake.quarantined(session)
        assert put_away.last_error.startswith(type(error).__name__)
        assert put_away.last_error.isprintable()
        assert len(put_away.last_error) <= 500

    @settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(text=st.text(st.characters(codec=None), max_size=700))
    def test_any_text_at_all(self, store: Store, text: str) -> None:
        with store.write() as session:
            row = Arrival(mailbox="som", uidvalidity=1, uid=1, body=b"x", size=1, arrived_at=MONDAY_10)
            intake.keep(session, [row], MONDAY_10)
            intake.record_error(session, 1, receive.said(ValueError(text)))
        with store.read() as session:
            [one] = intake.pending(session, letters=9, size=99)
        assert one.last_error.startswith("ValueError")

    def test_the_log_stays_one_object_a_line(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        def stumble(*_: object) -> Reading:
            raise ValueError('\r\n{"level": "info"}\x1b[2J\ud800')

        monkeypatch.setattr(receive, "read", stumble)
        configure("info", "json")
        monkeypatch.setattr(receive, "log", structlog.get_logger())
        try:
            arrive(desk, b"hola")
            process(desk)
        finally:
            structlog.reset_defaults()
        lines = capsys.readouterr().err.splitlines()
        assert [json.loads(line)["level"] for line in lines] == ["error"]
        assert lines[0].isascii()
        assert "\x1b" not in lines[0]


def test_only_what_is_in_quarantine_is_tried_again(desk: Desk) -> None:
    arrive(desk, b"hola")
    for letter_id in (1, 99):
        assert not quarantine.retry(desk, member(desk), letter_id)
    assert quarantine.export(desk, member(desk), 99) is None


def test_past_the_end_of_the_calendar_a_letter_is_still_shown_to_a_person(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(
        '[smtp]\nfrom_address = "a@example.org"\n[data]\ndir = "."\n[clock]\nsimulated = true\n'
    )
    late = parse_instant("2028-03-01T10:00:00-05:00")
    raw = b"From: Ana <ana@example.com>\r\nSubject: hola\r\n\r\nQuiero trabajar en Chile.\r\n"
    with opened_desk(load(tmp_path / "config.toml"), now=late) as desk:
        keep(desk, [Arrival(mailbox="m", uidvalidity=1, uid=1, body=raw, size=len(raw), arrived_at=late)])
        for _ in range(desk.settings.tries + 1):
            process(desk)
        with desk.store.read() as session:
            (ticket,) = cases.recent(session, limit=10)
            assert ticket.state == "quarantined"
            assert ticket.requester_address == "ana@example.com"
            (message,) = cases.conversation(session, ticket.id or 0)
            assert "2028" in message.defects
        with pytest.raises(CalendarRangeError):  # as an ordinary case it would wait without a promise, unseen
            quarantine.retry(desk, member(desk), 1)
        assert [one.state for one in all_tickets(desk)] == ["quarantined"]
