"""The console in tmux over the demo's letters, by somebody who reads the screen and presses what it offers."""

import os
import shlex
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.desk import SOM
from tests.servers.require import program

WAIT_SECONDS = 60


class Tmux:
    """One tmux server of its own with one window, which ends with the test."""

    def __init__(self, folder: Path) -> None:
        self.socket, self.folder = folder / "tmux", folder
        self.tmux = program("tmux")
        self.environment = {
            # Whoever runs the tests may say how wide their own terminal is; that would hold against any change of size.
            **{name: value for name, value in os.environ.items() if name not in ("TMUX", "COLUMNS", "LINES")},
            "LANG": "C.UTF-8",
            "LC_ALL": "C.UTF-8",
            "XDG_STATE_HOME": str(folder / "state"),
        }

    def run(self, *arguments: str) -> str:
        done = subprocess.run(
            [self.tmux, "-f", "/dev/null", "-S", str(self.socket), *arguments],
            env=self.environment, cwd=self.folder, capture_output=True, text=True, timeout=30, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    def open(self, width: int, height: int, *command: str) -> None:
        kept = f"{shlex.join(command)}; echo terminó con $?; sleep 600"
        self.run("new-session", "-d", "-s", "som", "-x", str(width), "-y", str(height), kept)

    def screen(self) -> str:
        return self.run("capture-pane", "-p", "-t", "som")

    def press(self, *keys: str) -> None:
        self.run("send-keys", "-t", "som", *keys)

    def until(self, *wanted: str, without: str = "") -> str:
        last = time.monotonic() + WAIT_SECONDS
        while True:
            seen = self.screen()
            if all(one in seen for one in wanted) and not (without and without in seen):
                return seen
            assert time.monotonic() < last, f"{wanted} never came:\n{seen}"
            time.sleep(0.1)  # the terminal is asked again; nothing depends on how long this is

    def end(self) -> None:
        subprocess.run([self.tmux, "-S", str(self.socket), "kill-server"], capture_output=True, timeout=30, check=False)


@pytest.fixture
def tmux(tmp_path: Path) -> Iterator[Tmux]:
    made = Tmux(tmp_path)
    yield made
    made.end()


def test_a_day_at_the_queue(tmux: Tmux, tmp_path: Path) -> None:
    tmux.open(80, 24, str(SOM), "demo")
    seen = tmux.until("Todo: 10 casos", "SIMULADO", "riesgo de trata", "q Salir")
    assert "trata" in seen.splitlines()[3], "danger stands on top"
    assert all(len(line) <= 80 for line in seen.splitlines())

    tmux.press("?")  # the one key that the screen offers to somebody new
    tmux.until("SOM · Ayuda", "Responder", "Corregir la línea", "Medidas")
    tmux.press("Escape")

    tmux.until("Todo: 10 casos")
    tmux.press("l")  # correct a line
    tmux.until("¿Cuál es su línea?")
    tmux.press("1")
    tmux.until("línea 1", without="línea propuesta")

    tmux.press("/")  # find what was written, without its accents
    tmux.until("Buscar")
    tmux.press("-l", "canada")
    tmux.press("Enter")
    tmux.until("Filtro: «canada»", "trabajo en Canadá")
    tmux.press("Escape")
    tmux.until("Todo: 10 casos", without="Filtro")

    tmux.press("Down", "Down", "Down")  # answer with a suggested reply
    tmux.until("Wilmer Huanca <")
    tmux.press("r")
    tmux.until("sugerida", "Úsela cuando")
    tmux.press("Enter")
    tmux.until("Para:")
    tmux.press("Escape")  # it stays as a draft
    tmux.until("Preguntar")
    tmux.press("Escape")

    tmux.until("Todo: ")
    tmux.press("m")  # a broken promise to explain
    tmux.until("Medidas de subsanación", "responder")
    tmux.press("Enter")
    tmux.until("Motivo")
    tmux.press("Escape")
    tmux.until("Medidas de subsanación", "responder")
    tmux.press("Escape")

    tmux.until("Todo: ")
    tmux.press("o")
    tmux.until("Esperan respuesta", "Vive fuera")
    tmux.press("Escape")

    tmux.run("resize-window", "-t", "som", "-x", "160", "-y", "50")  # a bigger window shows more
    tmux.until("A cargo", "Asunto", "Última carta")

    tmux.until("Todo: ")
    tmux.press("q")
    assert "som:" not in tmux.until("terminó con 0"), "what the demo does with its clock is no news to whoever looks on"


def test_the_queue_in_plain_lines(tmux: Tmux, tmp_path: Path) -> None:
    config = str(tmp_path / ".demo" / "config.toml")
    tmux.open(100, 60, "/bin/sh", "-c", f"{SOM} demo --no-interactive >/dev/null 2>&1; "
              f"{SOM} --config {config} queue --plain --now 2026-11-24T10:30:00-05:00")  # fmt: skip
    tmux.until("10. ", "Orden:")
    tmux.press("2", "Enter")
    tmux.until("orden:", "Carta ·")
    tmux.press("l", "Enter")
    tmux.until("Línea de 0 a 5")
    tmux.press("5", "Enter")
    tmux.until("Línea 5, confirmada.")
    tmux.press("v", "Enter")
    tmux.until("5 Otro extranjero; Reclamo")
    tmux.press("q", "Enter")
    tmux.until("terminó con 0")
