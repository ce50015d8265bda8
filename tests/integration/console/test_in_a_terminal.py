"""The real command in a real terminal, over letters written by somebody who hates terminals."""

import re
import sqlite3
import tomllib
from datetime import timedelta
from pathlib import Path

import pytest

from casework.desk import Desk
from casework.sweep import sweep
from tests.desks import MONDAY_10, Clock, build, open_ticket
from tests.terminals import Terminal, settings_at
from tickets import cases, rows
from tickets.states import TicketState
from tickets.store import Session, Store
from tickets.tables import Attachment, Message, Outgoing, Verdict

HOSTILE = (
    "[/red]",
    "[@click=app.quit]salga[/]",
    "[link=https://canario.example.org]aquí[/link]",
    "\x1b]52;c;Q0FOQVJJTw==\x07",
    "\x1b]8;;https://canario.example.org\x1b\\pulse\x1b]8;;\x1b\\",
    "\x1b]0;canario\x07",
    "\x1b[31337m",
    "\x1bP+q544e\x1b\\",
    "\x9b31338m",
    "\x90canario\x9c",
    "\u202egpj.exe",
    "\u2066a\u2069\u200b\u200d\ufeff\u2060",
    "\U000e0041",
    "e" + "\u0336" * 40,
    "\x00\x08\x0e\x7f",
)
LETTERS = tuple(" ".join(HOSTILE[start : start + 4]) for start in range(0, len(HOSTILE), 4))
FORBIDDEN = (
    b"\x1b]52",
    b"\x1b]8;",
    b"\x1b]0;canario",
    b"\x1b[31337m",
    b"\x1bP+q",
    b"\x9b31338m",
    b"\x90canario",
    *(mark.encode() for mark in "\u202e\u2066\u2069\u200b\u200d\ufeff\u2060\U000e0041\x9b\x90\x9c"),
    "\u0336\u0336\u0336".encode(),
)


@pytest.fixture
def config(tmp_path: Path, sqlite_store: Store, clock: Clock) -> Path:
    """A desk with hostile letters in every place that a letter can reach."""
    from calendar_pe import clock as wall_clock

    clock.now = wall_clock.now()
    desk = build(sqlite_store, clock)
    for said in LETTERS:
        _open(desk, said)
    return settings_at(tmp_path, sqlite_store)


def test_no_letter_speaks_to_the_terminal(config: Path) -> None:
    with_terminal = Terminal(config)
    try:
        with_terminal.until(b"Tiempo")
        for _ in LETTERS:
            with_terminal.press("\r")
            with_terminal.until(b"Volver")
            with_terminal.press("x")  # the quoted text as well
            with_terminal.press("i")
            with_terminal.until("Clasificación".encode())
            with_terminal.press("r")
            with_terminal.until(b"desde cero")
            with_terminal.press("\x1b")
            with_terminal.until(b"Preguntar")
            with_terminal.press("\x1b")
            with_terminal.until(b"Vistas")
            with_terminal.press("j")
        with_terminal.leave()
    finally:
        with_terminal.stop()
    assert b"[/red]" in with_terminal.written
    assert b"[@click=app.quit]salga[/]" in with_terminal.written
    assert "␛]52;c;Q0FOQVJJTw".encode() in with_terminal.written
    _assert_harmless(with_terminal.written)


def test_no_dialog_view_or_notice_speaks_for_a_letter(config: Path, tmp_path: Path) -> None:
    """Every other place: what is asked about a case, the views, the search, the forms, what is told at the edge."""
    with_terminal = Terminal(config)
    try:
        with_terminal.until(b"Tiempo")
        for number in range(len(LETTERS)):
            with_terminal.press("\r")
            with_terminal.until(b"Volver")
            for key, wanted in (
                ("g", "¿Qué caso abre?"),  # subjects of the person's other cases
                ("m", "¿A qué caso se une"),
                ("e", "¿Separar esta carta"),  # the text of a letter in a question
                ("b", "¿Qué adjunto guarda?"),  # names, types and warnings
            ):
                with_terminal.press(key)
                with_terminal.until(wanted.encode())
                with_terminal.press("\x1b")
                with_terminal.until(b"Preguntar")
            if number == 0:
                _save(with_terminal, tmp_path)
            with_terminal.press("h")
            with_terminal.until(b"el servicio")
            with_terminal.press("\x1b")
            with_terminal.until(b"Vistas")
            with_terminal.press("j")
        for keys, shown, back in (
            ("8", b"Ilegibles", ""),
            ("9", b"Hechas", ""),
            ("7", b"inciert", "\x1b"),
            ("m", b"subsanaci", "\x1b"),
            ("1", b"Todo", ""),
        ):
            with_terminal.press(keys)
            with_terminal.until(shown)
            if back:
                with_terminal.press(back)
                with_terminal.until(b"Vistas")
        for key, asked, said, shown in (
            ("/", "Buscar", "[/red]\r", b"[/red]"),
            ("/", "Buscar", "[@click=app.quit]\r", b"[@click"),
            ("g", "¿Qué caso?", "[/red]\x9bcanario\r", b"No existe un caso"),
        ):
            with_terminal.press(key)
            with_terminal.until(asked.encode())
            with_terminal.press(said)
            with_terminal.until(shown)
            with_terminal.press("\x1b")
            with_terminal.until(b" ")
        with_terminal.press("m")
        with_terminal.until(b"subsanaci")
        with_terminal.press("\r")
        with_terminal.until(b"Completar")
        with_terminal.press("\x1b")
        with_terminal.until(b"Ver cerradas")
        with_terminal.press("\x1b")
        with_terminal.until(b"Vistas")
        with_terminal.leave()
    finally:
        with_terminal.stop()
    _assert_harmless(with_terminal.written)


def _save(with_terminal: Terminal, folder: Path) -> None:
    """Go the way of saving an attachment up to the folder, the name and what is told at the end."""
    with_terminal.press("b")
    with_terminal.until("¿Qué adjunto guarda?".encode())
    with_terminal.press("1")
    with_terminal.until("¿Guardarlo de todos modos?".encode())
    with_terminal.press("s")
    with_terminal.until("¿En qué carpeta?".encode())
    with_terminal.press("\x15")
    with_terminal.until(b"una carpeta")
    with_terminal.press(f"{folder}\r")
    with_terminal.until("¿Con qué nombre?".encode())
    with_terminal.press("\r")
    with_terminal.until(b"adjunto")  # told that it is not in the record


def test_the_persons_own_editor_has_the_terminal_and_gives_it_back(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDITOR", "sed -i s/Hola/Buenas/")
    monkeypatch.delenv("VISUAL", raising=False)
    with_terminal = Terminal(config)
    try:
        with_terminal.until(b"Tiempo")
        with_terminal.press("r")
        with_terminal.until(b"desde cero")
        with_terminal.press("\x1b[H\r")
        with_terminal.until(b"Para:")
        with_terminal.press("Hola, Ana")
        with_terminal.until(b"Ana")
        with_terminal.press("\x1bOS")  # F4
        with_terminal.until(b"Buenas, Ana")
        with_terminal.press("\x1b")
        with_terminal.until(b"Preguntar")
        with_terminal.press("\x1b")
        with_terminal.until(b"Vistas")
        with_terminal.leave()
    finally:
        with_terminal.stop()
    with sqlite3.connect(_database(config)) as database:
        assert database.execute("SELECT text FROM drafts").fetchall() == [("Buenas, Ana",)]
    assert list((tmp_path / "console").glob("borrador-*")) == [], "the paper is gone once its text is in the record"


def _database(config: Path) -> str:
    return str(tomllib.loads(config.read_text(encoding="utf-8"))["database"]["url"]).removeprefix("sqlite:///")


def _assert_harmless(written: bytes) -> None:
    assert [one for one in FORBIDDEN if one in written] == []
    assert not re.search(rb"\x1b\][0-9]+;[^\x07\x1b]*(canario|Q0FOQ)", written)


def _open(desk: Desk, said: str) -> None:
    """Open a case of two letters with everything about it hostile, one in quarantine, and a send nobody is sure of."""
    ref = open_ticket(desk, received_at=desk.clock() - timedelta(days=9), text=f"Hola {said} fin\n> citado {said}")
    unread = open_ticket(desk, state=TicketState.QUARANTINED)
    sweep(desk)
    with desk.store.write() as session:
        for one in (ref, unread):
            found = cases.find(session, one)
            found.subject, found.requester_name, found.flags = f"Asunto {said}", f"Ana {said}", said.replace(" ", "_")
            found.requester_address = "ana@example.org"
        found = cases.find(session, ref)
        [message] = cases.conversation(session, found.id or 0)
        message.subject, message.from_name = found.subject, found.requester_name
        message.newest_text, message.sender_note, message.defects = f"Hola {said} fin", said, said
        row = {"ticket_id": found.id, "direction": "in", "kind": "follow_up", "at": desk.clock(), "subject": said}
        rows.add_all(session, Message, [{**row, "text": f"Otra {said}", "from_name": said, "from_address": said}])
        _attach(session, message, said)
        _judge(session, found.id or 0, said)
        sent = {"ticket_id": found.id, "kind": "answer", "state": "uncertain", "message_id": f"<{found.id}@x>"}
        when = {"created_at": desk.clock(), "next_attempt_at": desk.clock(), "attempted_at": desk.clock()}
        letter = {"dedupe_key": said[:99] + str(found.id), "to_address": said, "recipients": [said], "payload": b""}
        rows.add_all(session, Outgoing, [{**sent, **when, **letter, "last_text": said}])


def _attach(session: Session, message: Message, said: str) -> None:
    row = {"message_id": message.id, "name": said, "type": said, "size": 7, "danger": said}
    rows.add_all(session, Attachment, [{**row, "position": number} for number in (0, 1)])


def _judge(session: Session, ticket_id: int, said: str) -> None:
    row = {"ticket_id": ticket_id, "at": MONDAY_10, "line": 2, "confidence": 0.5, "confident": False, "enough": True}
    more = {"kind": "consulta", "on_behalf": False, "trafficking_risk": False, "language": "es", "countries": ["CL"]}
    rows.add_all(session, Verdict, [{**row, **more, "reasons": [f"dice «{said}»"], "model_version": "x"}])
