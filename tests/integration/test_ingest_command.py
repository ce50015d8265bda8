"""``som ingest`` counts every file once, whatever became of it and however often it is called."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from casework.reading import read
from tests.commands import Som, command_line
from tests.servers.mailboxes import letter

AT = ("--arrived-at", "2026-11-23T10:00:00-05:00")
BOUNCE = Path(__file__).parents[1] / "corpus" / "bounces" / "dsn-failed.eml"
AWAY = Path(__file__).parents[1] / "corpus" / "machine" / "auto-replied.eml"
SUM = ("known", "tickets", "follow_ups", "machine", "bounces", "quarantined", "failed")


@pytest.fixture
def som(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]) -> Som:
    (tmp_path / "config.toml").write_text('[smtp]\nfrom_address = "som@example.pe"\n', encoding="utf-8")
    (tmp_path / "cartas").mkdir()
    return command_line(tmp_path, monkeypatch, capsysbinary, "ingest", "ticket", "inspect")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cartas"


def ingest(som: Som, *arguments: str) -> dict[str, Any]:
    ended = som("ingest", "cartas", *AT, *arguments, "--json")
    assert ended.code == 0, ended.err
    counted: dict[str, Any] = json.loads(ended.out)
    assert list(counted) == ["read", "kept", *SUM]
    assert counted["read"] == sum(counted[word] for word in SUM), counted
    return {word: number for word, number in counted.items() if number}


def test_every_file_counts_once_and_a_second_time_as_known(som: Som, folder: Path) -> None:
    for number in (1, 2):
        (folder / f"{number}.eml").write_bytes(letter(number))
    (folder / "otra-vez.eml").write_bytes(letter(2))
    (folder / "por otro camino.eml").write_bytes(b"X-Camino: otro\r\n" + letter(2))
    (folder / "rebote.eml").write_bytes(BOUNCE.read_bytes())
    (folder / "ausente.eml").write_bytes(AWAY.read_bytes())
    first = ingest(som)
    assert first == {"read": 6, "kept": 5, "known": 2, "tickets": 2, "machine": 1, "bounces": 1}
    assert ingest(som) == {"read": 6, "known": 6}
    assert len(json.loads(som("ticket", "list", "--json").out)) == 2


def test_a_letter_that_fails_counts_as_failed_until_it_is_put_away(
    som: Som, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "1.eml").write_bytes(letter(1))
    (folder / "2.eml").write_bytes(letter(2))

    def stumble(desk: Any, pending: Any, raw: bytes) -> Any:
        if raw == letter(2):
            raise ZeroDivisionError
        return read(desk, pending, raw)

    monkeypatch.setattr("casework.receive.read", stumble)
    assert ingest(som) == {"read": 2, "kept": 2, "tickets": 1, "failed": 1}
    assert ingest(som) == {"read": 2, "known": 1, "failed": 1}
    assert ingest(som) == {"read": 2, "known": 1, "failed": 1}
    assert ingest(som) == {"read": 2, "known": 1, "quarantined": 1}
    assert ingest(som) == {"read": 2, "known": 2}


def test_a_letter_that_waited_is_counted_by_what_becomes_of_it(
    som: Som, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "1.eml").write_bytes(letter(1))
    with monkeypatch.context() as defect:
        defect.setattr("casework.receive.read", lambda *_: 1 / 0)
        assert ingest(som) == {"read": 1, "kept": 1, "failed": 1}
    (folder / "2.eml").write_bytes(letter(2))
    assert ingest(som, "--mailbox", "import") == {"read": 2, "kept": 1, "tickets": 2}


def lock(path: Path) -> None:
    """Let nobody read a file or look into a folder."""
    path.chmod(0)
    if os.access(path, os.R_OK):
        path.chmod(0o700)
        pytest.skip("this login reads everything")


def test_a_file_that_cannot_be_read_is_told_and_counted_as_failed(som: Som, folder: Path) -> None:
    (folder / "1.eml").write_bytes(letter(1))
    (folder / "2.eml").write_bytes(letter(2))
    lock(folder / "2.eml")
    assert ingest(som) == {"read": 2, "kept": 1, "tickets": 1, "failed": 1}
    assert "2.eml" in som("ingest", "cartas", *AT).err


def test_a_folder_that_cannot_be_looked_into_is_not_passed_over(som: Som, folder: Path) -> None:
    (folder / "1.eml").write_bytes(letter(1))
    (folder / "otra").mkdir()
    lock(folder / "otra")
    ended = som("ingest", "cartas", "--json")
    (folder / "otra").chmod(0o700)
    assert (ended.code, ended.out, "cartas/otra: no hay permiso" in ended.err) == (2, "", True)


def test_inspect_gives_a_line_for_a_file_that_cannot_be_read(som: Som, folder: Path) -> None:
    (folder / "1.eml").write_bytes(letter(1))
    lock(folder / "1.eml")
    for path in ("cartas", "cartas/1.eml"):
        ended = som("inspect", path, "--jsonl")
        assert (ended.code, len(ended.out.splitlines())) == (0, 1), ended
        assert json.loads(ended.out)["defects"] == ["no se pudo leer el archivo: no hay permiso"]


def test_letters_are_found_however_their_ending_is_written(som: Som, folder: Path) -> None:
    (folder / "a" / "b.eml").mkdir(parents=True)
    (folder / "a" / "b.eml" / "1.EML").write_bytes(letter(1))
    assert ingest(som)["tickets"] == 1
    assert len(som("inspect", "cartas", "--jsonl").out.splitlines()) == 1


def test_a_letter_above_the_size_of_the_settings_is_put_away(som: Som, folder: Path, tmp_path: Path) -> None:
    with (tmp_path / "config.toml").open("a", encoding="utf-8") as config:
        config.write("[intake]\nmax_letter_bytes = 1024\n")
    (folder / "1.eml").write_bytes(letter(1) + b"x" * 2_000)
    assert ingest(som) == {"read": 1, "kept": 1, "quarantined": 1}


def test_in_words_for_people(som: Som, folder: Path) -> None:
    (folder / "1.eml").write_bytes(letter(1))
    said = som("ingest", "cartas", *AT).out
    assert said == (
        "leídas 1, guardadas ahora 1, ya conocidas 0, casos nuevos 1, de casos que ya había 0, automáticas 0, "
        "avisos de no entrega 0, sin analizar 0, por intentar otra vez 0\n"
    )


def test_what_is_no_letter_is_said(som: Som, folder: Path) -> None:
    assert "No hay ninguna carta" in som("ingest", "cartas").err
    for wrong in (["nada"], ["cartas", "--mailbox", " "], ["cartas", "--arrived-at", "ayer"]):
        assert som("ingest", *wrong).code == 2, wrong
