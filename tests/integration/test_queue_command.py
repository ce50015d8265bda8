"""``som queue`` where there is no terminal: as a table, as plain lines, as pictures."""

from pathlib import Path

import pytest

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
        "riesgo de trata, línea propuesta, sin verificar · Rosa Quispe · Consulta por mi pensión\n"
    )


def test_pictures_of_the_main_screens(som: Som, tmp_path: Path) -> None:
    code, out, _ = som("--pictures", "pics", "--now", "2026-11-24T10:30:00-05:00")
    assert code == 0
    pictures = [Path(line) for line in out.splitlines()]
    assert len(pictures) == 7
    for path in pictures:
        drawn = (tmp_path / path).read_text(encoding="utf-8")
        assert "SIMULADO" in drawn
        assert "url(" not in drawn.replace("url(#", "")  # nothing to fetch from the net
