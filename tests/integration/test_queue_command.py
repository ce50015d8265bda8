"""``som queue`` where there is no terminal: as a table, as plain lines, as pictures."""

import os
import pwd
import stat
from pathlib import Path

import pytest

from console.screenshots import PICTURES
from tests.commands import Som, command_line
from tests.desks import Clock, build, open_ticket
from tickets.store import Store


@pytest.fixture
def som(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsysbinary: pytest.CaptureFixture[bytes],
    sqlite_store: Store,
    clock: Clock,
) -> Som:
    (tmp_path / "config.toml").write_text(
        f'[database]\nurl = "{sqlite_store.engine.url}"\n[data]\ndir = "{tmp_path}"\n[clock]\nsimulated = true\n'
        '[smtp]\nhost = "127.0.0.1"\nport = 25\nsecurity = "plain"\nfrom_address = "som@example.pe"\n',
        encoding="utf-8",
    )
    open_ticket(build(sqlite_store, clock), risk=True)
    return command_line(tmp_path, monkeypatch, capsysbinary, "queue")


def test_without_a_terminal_the_queue_is_a_table(som: Som) -> None:
    code, out, err = som("--now", "2026-11-24T10:30:00-05:00")
    assert code == 0
    heading, line = out.splitlines()
    assert heading.split() == [
        "Número",
        "Línea",
        "Tipo",
        "Responder",
        "antes",
        "de",
        "Tiempo",
        "Avisos",
        "Remite",
        "Asunto",
    ]
    assert line.startswith("SOM-2026-000001")
    assert "faltan 6 h 30 min" in line
    assert "SIMULADO" in err


def test_plain_says_one_case_a_line_without_columns(som: Som) -> None:
    code, out, _ = som("--plain", "--now", "2026-11-24T10:30:00-05:00")
    assert code == 0
    assert out == (
        "SOM-2026-000001 · 2 Vive fuera ? · Consulta · mar 24 nov, 5:00 p. m. · faltan 6 h 30 min · "
        "riesgo de trata, línea propuesta · Rosa Quispe · Consulta por mi pensión\n"
    )


def test_pictures_of_the_main_screens(som: Som, tmp_path: Path) -> None:
    code, out, _ = som("--pictures", "pics", "--now", "2026-11-24T10:30:00-05:00")
    assert code == 0
    pictures = [Path(line) for line in out.splitlines()]
    assert len(pictures) == len(PICTURES)
    for path in pictures:
        drawn = (tmp_path / path).read_text(encoding="utf-8")
        assert "SIMULADO" in drawn
        assert "url(" not in drawn.replace("url(#", "")  # nothing to fetch from the net


def test_how_the_queue_was_left_is_kept_for_its_person_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from service.commands import queue
    from service.settings import load

    (tmp_path / "config.toml").write_text(f'[data]\ndir = "{tmp_path}/mesa"\n', encoding="utf-8")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "estado"))
    place = queue._memory(load(tmp_path / "config.toml"))
    assert place.is_relative_to(tmp_path / "estado" / "som")
    assert queue._recall(place) == {}
    for left in ({"view": "free", "text": "pensión"}, {"view": "mine"}):
        assert queue._keep(place, left)
        assert queue._recall(place) == left
        assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert [one.name for one in place.parent.iterdir()] == [place.name]

    (tmp_path / "otra.toml").write_text(f'[data]\ndir = "{tmp_path}/otra"\n', encoding="utf-8")
    assert queue._memory(load(tmp_path / "otra.toml")) != place, "two desks share no memory"
    monkeypatch.delenv("XDG_STATE_HOME")
    home = Path(pwd.getpwuid(os.getuid()).pw_dir)
    assert queue._memory(load(tmp_path / "config.toml")).is_relative_to(home / ".local" / "state")

    for odd in ("", "[1]", "\x00", '{"view": 3}'):
        place.write_text(odd, encoding="utf-8")
        assert queue._recall(place) == {}
    assert not queue._keep(Path("/proc/nowhere/x.json"), {})
