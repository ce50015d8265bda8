"""What is being written survives the loss of the line and of the program."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from calendar_pe import clock as wall_clock
from tests.desks import Clock, build, open_ticket
from tests.terminals import Terminal, settings_at
from tickets.store import Store
from tickets.tables import Draft


@pytest.fixture
def terminal(tmp_path: Path, sqlite_store: Store, clock: Clock) -> Iterator[Terminal]:
    """The queue in a terminal, on a blank sheet, with half a sentence on it."""
    clock.now = wall_clock.now()
    open_ticket(build(sqlite_store, clock))
    opened = Terminal(settings_at(tmp_path, sqlite_store))
    try:
        opened.until(b"Tiempo")
        opened.press("\r")
        opened.until(b"Volver")
        opened.press("r")
        opened.until(b"desde cero")
        opened.press("\x1b[H\r")
        opened.until(b"Asunto de la persona")
        yield opened
    finally:
        opened.stop()


def drafts(store: Store) -> list[str]:
    with store.read() as session:
        return [one.text for one in session.query(Draft)]


def kept(store: Store, terminal: Terminal, text: str) -> None:
    deadline = time.monotonic() + 20
    while text not in drafts(store):
        assert time.monotonic() < deadline, f"never kept: {drafts(store)}"
        for _ in terminal.read(0.1):
            pass


def test_a_crash_loses_nothing_that_was_a_moment_old(terminal: Terminal, sqlite_store: Store) -> None:
    terminal.press("Puede pedirla")
    kept(sqlite_store, terminal, "Puede pedirla")
    os.kill(terminal.process.pid, signal.SIGKILL)
    terminal.process.wait(10)
    assert drafts(sqlite_store) == ["Puede pedirla"]


@pytest.mark.parametrize("end", [signal.SIGHUP, signal.SIGTERM], ids=["the line is lost", "the machine goes down"])
def test_the_end_of_the_line_keeps_the_last_word(terminal: Terminal, sqlite_store: Store, end: signal.Signals) -> None:
    terminal.press("Puede pedir")
    terminal.until(b"r")
    os.kill(terminal.process.pid, end)
    assert terminal.ends() == 0
    assert drafts(sqlite_store) == ["Puede pedir"]


@pytest.mark.parametrize("told", [True, False], ids=["with SIGHUP", "without a signal"])
def test_a_terminal_that_is_gone_keeps_it_too(terminal: Terminal, sqlite_store: Store, told: bool) -> None:
    terminal.press("Puede pedir")
    terminal.until(b"r")
    os.close(terminal.master)
    terminal.master = os.open(os.devnull, os.O_RDONLY)
    if told:
        os.kill(terminal.process.pid, signal.SIGHUP)
    terminal.process.wait(30)
    assert drafts(sqlite_store) == ["Puede pedir"]
