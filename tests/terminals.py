"""The queue in a terminal of its own, as a person opens it."""

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

from tickets.store import Store

_PROGRAM = (
    "import sys; from pathlib import Path; from service.settings import load; "
    "from service.commands.queue import open_console; open_console(load(Path(sys.argv[1])))"
)


def settings_at(folder: Path, store: Store) -> Path:
    """Write the settings with which the command finds that store; returns their file."""
    path = folder / "config.toml"
    path.write_text(
        f'[database]\nurl = "{store.engine.url}"\n\n[data]\ndir = "{folder}"\n\n'
        '[smtp]\nhost = "127.0.0.1"\nport = 25\nsecurity = "plain"\nfrom_address = "som@example.pe"\n',
        encoding="utf-8",
    )
    return path


class Terminal:
    """The queue in a terminal of 80 by 24, and every byte that it writes."""

    def __init__(self, config: Path) -> None:
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"}
        self.process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, str(config)],
            stdin=slave, stdout=slave, stderr=slave,
            cwd=Path(__file__).parents[1], env=environment, start_new_session=True,
        )  # fmt: skip
        os.close(slave)
        self.written = b""
        self.seen = 0

    def press(self, keys: str) -> None:
        self.seen = len(self.written)
        os.write(self.master, keys.encode())

    def until(self, wanted: bytes) -> None:
        """Read until these bytes have been written since the last key, and the rest of their picture."""
        deadline = time.monotonic() + 30
        while wanted not in self.written[self.seen :]:
            assert time.monotonic() < deadline, f"{wanted!r} never came: {self.written[self.seen :][-2000:]!r}"
            for _ in self.read(0.2):
                pass
        while any(True for _ in self.read(0.1)):
            pass

    def leave(self) -> None:
        """Leave the queue as a person does; the program must still be there, and end well."""
        assert self.process.poll() is None
        self.press("q")
        assert self.ends() == 0

    def ends(self) -> int:
        deadline = time.monotonic() + 30
        while self.process.poll() is None and time.monotonic() < deadline:
            for _ in self.read(0.1):
                pass
        return self.process.wait(5)

    def stop(self) -> None:
        if self.process.poll() is None:
            os.kill(self.process.pid, signal.SIGKILL)
            self.process.wait(10)
        os.close(self.master)

    def read(self, seconds: float) -> Iterator[bytes]:
        ready, _, _ = select.select([self.master], [], [], seconds)
        if ready:
            try:
                chunk = os.read(self.master, 65536)
            except OSError:  # the program has closed its side
                return
            self.written += chunk
            yield chunk
