"""The real command in a real terminal, over letters written by somebody who hates terminals."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from casework.desk import Desk
from tests.desks import Clock, build, open_ticket
from tickets import cases, rows
from tickets.store import Store
from tickets.tables import Attachment, Message

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
PROGRAM = (
    "import sys; from pathlib import Path; from service.settings import load; "
    "from service.commands.queue import open_console; open_console(load(Path(sys.argv[1])))"
)


@pytest.fixture
def config(tmp_path: Path, sqlite_store: Store, clock: Clock) -> Path:
    """A desk with hostile letters in every place that a letter can reach."""
    from calendar_pe import clock as wall_clock

    clock.now = wall_clock.now()
    desk = build(sqlite_store, clock)
    for said in LETTERS:
        _open(desk, said)
    path = tmp_path / "config.toml"
    path.write_text(
        f'[database]\nurl = "{sqlite_store.engine.url}"\n\n[data]\ndir = "{tmp_path}"\n\n'
        '[smtp]\nhost = "127.0.0.1"\nport = 25\nsecurity = "plain"\nfrom_address = "som@example.pe"\n',
        encoding="utf-8",
    )
    return path


def test_no_letter_speaks_to_the_terminal(config: Path) -> None:
    with_terminal = _Terminal([sys.executable, "-c", PROGRAM, str(config)])
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
        assert with_terminal.process.poll() is None
        with_terminal.press("q")
        assert with_terminal.ends() == 0
    finally:
        with_terminal.stop()
    written = with_terminal.written
    assert b"[/red]" in written
    assert b"[@click=app.quit]salga[/]" in written
    assert "␛]52;c;Q0FOQVJJTw".encode() in written
    assert [one for one in FORBIDDEN if one in written] == []
    assert not re.search(rb"\x1b\][0-9]+;[^\x07\x1b]*(canario|Q0FOQ)", written)


def _open(desk: Desk, said: str) -> None:
    ref = open_ticket(desk, text=f"Hola {said} fin\n> citado {said}")
    with desk.store.write() as session:
        found = cases.find(session, ref)
        found.subject, found.requester_name = f"Asunto {said}", f"Ana {said}"
        [message] = cases.conversation(session, found.id or 0)
        message.subject, message.from_name = found.subject, found.requester_name
        message.newest_text, message.sender_note, message.defects = f"Hola {said} fin", said, said
        _attach(session, message, said)


def _attach(session: object, message: Message, said: str) -> None:
    row = {"message_id": message.id, "position": 0, "name": said, "type": said, "size": 7, "danger": said}
    rows.add_all(session, Attachment, [row])  # type: ignore[arg-type]


class _Terminal:
    """A program in a terminal of 80 by 24, and every byte that it writes."""

    def __init__(self, command: list[str]) -> None:
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"}
        root = Path(__file__).parents[2]
        self.process = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, cwd=root, env=environment, start_new_session=True
        )
        os.close(slave)
        self.written = b""
        self.seen = 0

    def press(self, keys: str) -> None:
        self.seen = len(self.written)
        os.write(self.master, keys.encode())

    def until(self, wanted: bytes) -> None:
        """Read until these bytes have been written since the last key."""
        deadline = time.monotonic() + 30
        while wanted not in self.written[self.seen :]:
            assert time.monotonic() < deadline, f"{wanted!r} never came: {self.written[self.seen :][-2000:]!r}"
            for _ in self._read(0.2):
                pass

    def ends(self) -> int:
        deadline = time.monotonic() + 30
        while self.process.poll() is None and time.monotonic() < deadline:
            for _ in self._read(0.1):
                pass
        return self.process.wait(5)

    def stop(self) -> None:
        if self.process.poll() is None:
            os.kill(self.process.pid, signal.SIGKILL)
            self.process.wait(10)
        os.close(self.master)

    def _read(self, seconds: float) -> Iterator[bytes]:
        ready, _, _ = select.select([self.master], [], [], seconds)
        if ready:
            try:
                chunk = os.read(self.master, 65536)
            except OSError:  # the program has closed its side
                return
            self.written += chunk
            yield chunk
