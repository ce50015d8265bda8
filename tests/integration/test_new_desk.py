"""A desk that is made where none was, a file that is no desk, and a practice clock that goes back: each is said."""

from pathlib import Path

import pytest

from service.exits import Code
from tests.commands import Som, command_line
from tests.desks import MONDAY_10
from tickets.store import StoreDamaged, StoreSettingsError, open_store

TOLD = "se creó una mesa nueva"
BACK = "--now retrocede"


@pytest.fixture
def som(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]) -> Som:
    (tmp_path / "config.toml").write_text(
        '[clock]\nsimulated = true\n[smtp]\nfrom_address = "som@example.pe"\n[data]\ndir = "."\n', encoding="utf-8"
    )
    return command_line(tmp_path, monkeypatch, capsysbinary, "ticket", "sweep", "queue", "due", "database")


@pytest.mark.parametrize("first", [("ticket", "list", "--json"), ("sweep",), ("queue", "--plain")])
def test_the_first_command_makes_the_desk_and_says_so_once(som: Som, tmp_path: Path, first: tuple[str, ...]) -> None:
    made = som(*first)
    assert made.code == 0
    assert f"{TOLD}, sin casos, en {tmp_path}/som.db; " in made.err
    assert TOLD not in som(*first).err
    assert not [one.name for one in tmp_path.iterdir() if one.name.startswith(".")], "nothing is left beside it"


@pytest.mark.parametrize("content", [b"", b"no soy una base de datos, solo un texto cualquiera\n" * 9])
@pytest.mark.parametrize(
    "command",
    [("ticket", "list"), ("sweep",), ("queue", "--plain"), ("db", "upgrade"), ("due", "2026-11-23T10:00:00Z")],
)
def test_a_file_that_is_no_desk_is_damage_and_stays_as_it_is(
    som: Som, tmp_path: Path, content: bytes, command: tuple[str, ...]
) -> None:
    (tmp_path / "som.db").write_bytes(content)
    ended = som(*command)
    assert (ended.code, ended.out) == (Code.DAMAGED, "")
    assert (tmp_path / "som.db").read_bytes() == content


def test_the_settings_may_name_a_folder_that_does_not_exist_yet(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/nueva/carpeta/som.db", now=MONDAY_10)
    assert store.fresh
    store.close()
    again = open_store(f"sqlite:///{tmp_path}/nueva/carpeta/som.db", now=MONDAY_10)
    assert not again.fresh
    again.close()


def test_an_empty_file_is_never_taken_for_a_new_desk(tmp_path: Path) -> None:
    (tmp_path / "som.db").touch()
    with pytest.raises(StoreDamaged, match="está vacío"):
        open_store(f"sqlite:///{tmp_path}/som.db", now=MONDAY_10)


def test_an_address_that_cannot_be_used_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(StoreSettingsError):
        open_store(f"sqlite+nothing:///{tmp_path}/som.db", now=MONDAY_10)
    assert list(tmp_path.iterdir()) == []


def test_a_clock_that_goes_back_is_said_and_obeyed(som: Som) -> None:
    som("ticket", "list", "--json")
    later = som("sweep", "--now", "2027-03-01T10:00:00-05:00")
    assert (later.code, BACK in later.err) == (0, False)
    earlier = som("sweep", "--now", "2027-02-26T10:00:00-05:00")
    assert (earlier.code, BACK in earlier.err) == (0, True)
    assert "2027-03-01T10:00:00-05:00" in earlier.err
