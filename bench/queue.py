"""The terminal queue over a great many cases: how soon it opens, and how soon each key is answered, in a real terminal.

``python -m bench.queue [--count 1000000] [--waiting 50000] [--keep DIR]`` makes the cases on SQLite (once, when DIR
keeps them), then runs ``som queue`` in a terminal of 80 by 24 and reads what it writes. Opening counts from the start
of the process to the first full screen; a key from its press to the screen that answers it. Exit 1 when the median of
opening passes 1.5 s, or that of a key 150 ms.
"""

import argparse
import fcntl
import os
import pty
import re
import select
import shutil
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from bench.queue_fill import NOW, fill
from calendar_pe.clock import format_instant
from service.wiring import login_name
from tickets.store import open_store

ROOT = Path(__file__).resolve().parents[1]
SOM = [sys.executable, "-c", "from service.commands import main; main()"]
OPENING_LIMIT, KEY_LIMIT = 1.5, 0.15
ROUNDS = 5
CONFIG = """
[database]
url = "sqlite:///{folder}/som.db"
[data]
dir = "{folder}"
[clock]
simulated = true
[smtp]
host = "127.0.0.1"
port = 25
security = "plain"
from_address = "desk@example.org"
"""


class Terminal:
    """A program in a terminal of 80 by 24, and what it writes."""

    def __init__(self, command: list[str], folder: Path) -> None:
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        own = {"TERM": "xterm-256color", "LANG": "C.UTF-8", "XDG_STATE_HOME": str(folder / "state")}
        self.process = subprocess.Popen(
            command,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=ROOT,
            env={**os.environ, **own},
            start_new_session=True,
        )
        os.close(slave)
        self.written = b""

    def press(self, keys: str) -> None:
        """Press keys; what was written before is forgotten."""
        self.written = b""
        os.write(self.master, keys.encode())

    def until(self, holds: Callable[[bytes], bool]) -> None:
        """Read until what was written since the last key holds something. Raises ``SystemExit`` after a minute."""
        last = time.monotonic() + 60
        while not holds(self.written):
            if time.monotonic() > last:
                raise SystemExit(f"nothing more came: {self.written[-500:]!r}")
            if select.select([self.master], [], [], 0.2)[0]:
                self.written += os.read(self.master, 65536)

    def rest(self) -> None:
        """Read until nothing has been written for a while."""
        while select.select([self.master], [], [], 0.3)[0]:
            self.written += os.read(self.master, 65536)

    def leave(self) -> None:
        """Leave the program, or end it."""
        os.write(self.master, b"q")
        try:
            last = time.monotonic() + 10
            while self.process.poll() is None and time.monotonic() < last:
                if select.select([self.master], [], [], 0.1)[0]:
                    os.read(self.master, 65536)
        except OSError:
            pass
        self.process.kill()
        self.process.wait()
        os.close(self.master)


def full_screen(written: bytes) -> bool:
    """Return True once the list, its details and the keys at the foot have been written."""
    return len(set(re.findall(rb"2026-\d{6}", written))) >= 15 and b"Salir" in written and b"SOM-2026-" in written


def said(wanted: str) -> Callable[[bytes], bool]:
    """Return a test for words on the screen."""
    return lambda written: wanted.encode() in written


def measure(command: list[str], folder: Path) -> tuple[float, dict[str, list[float]]]:
    """Open the queue and press keys; returns the seconds of opening and of each thing that was done."""
    started = time.monotonic()
    terminal = Terminal(command, folder)
    terminal.until(full_screen)
    opening = time.monotonic() - started
    terminal.rest()
    taken: dict[str, list[float]] = {}

    def timed(name: str, keys: str, holds: Callable[[bytes], bool]) -> None:
        pressed = time.monotonic()
        terminal.press(keys)
        terminal.until(holds)
        taken.setdefault(name, []).append(time.monotonic() - pressed)
        terminal.rest()

    for pages in range(2, 5):
        timed("next page", "\x1b[F", said(f"{pages - 1}50+"))
    for key, title in (
        ("3", "Libres"),
        ("4", "Hoy"),
        ("5", "Vencido"),
        ("6", "Dudosas"),
        ("9", "Hechas"),
        ("1", "Todo"),
    ):
        timed("another view", key, said(f"{title}: "))
    for _ in range(2):
        for key, shown in (("3", "línea 3"), ("c", "consulta"), ("r", "reclamo")):
            terminal.press("f")
            terminal.until(said("País"))
            terminal.rest()
            timed("filter", key, said(shown))
        timed("filter off", "\x1b", said("2026-"))
    for words in ("quispe", "menaje", "residencia andina", "pasaporte ", "enfermera tokio", "jubilación", "X999999"):
        terminal.press("/")
        terminal.until(said("Buscar"))
        terminal.rest()
        terminal.press(words)
        terminal.rest()
        timed("search", "\r", said("Filtro: «"))
        timed("search off", "\x1b", said("2026-"))
    terminal.leave()
    return opening, taken


def main() -> None:
    """Print what the queue took; end with 1 when it took too long."""
    parser = argparse.ArgumentParser(prog="python -m bench.queue", description="Measure the terminal queue.")
    parser.add_argument("--count", type=int, default=1_000_000, help="cases stored")
    parser.add_argument("--waiting", type=int, default=50_000, help="those of them that wait for an answer")
    parser.add_argument("--keep", type=Path, help="folder of the database, made once and used again")
    asked = parser.parse_args()
    folder = asked.keep or Path(tempfile.mkdtemp(prefix="som-bench-"))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        if not (folder / "som.db").exists():
            began = time.monotonic()
            with closing(open_store(f"sqlite:///{folder}/som.db", now=NOW)) as store:
                fill(store, asked.count, asked.waiting, login_name())
            print(f"{asked.count} cases stored in {time.monotonic() - began:.0f} s", flush=True)
        (folder / "config.toml").write_text(CONFIG.format(folder=folder), encoding="utf-8")
        command = [*SOM, "--config", str(folder / "config.toml"), "queue", "--now", format_instant(NOW)]
        openings: list[float] = []
        taken: dict[str, list[float]] = {}
        for _ in range(ROUNDS):
            shutil.rmtree(folder / "state", ignore_errors=True)
            opening, found = measure(command, folder)
            openings.append(opening)
            for name, seconds in found.items():
                taken.setdefault(name, []).extend(seconds)
    finally:
        if asked.keep is None:
            shutil.rmtree(folder, ignore_errors=True)
    print(f"{'opening':<14}median {statistics.median(openings):6.2f} s   worst {max(openings):6.2f} s")
    for name, seconds in taken.items():
        print(f"{name:<14}median {statistics.median(seconds) * 1000:6.0f} ms  worst {max(seconds) * 1000:6.0f} ms")
    slow = statistics.median(openings) > OPENING_LIMIT
    sys.exit(slow or any(statistics.median(one) > KEY_LIMIT for one in taken.values()))


if __name__ == "__main__":
    main()
