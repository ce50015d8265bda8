"""``som staff``: nobody is let in under a name that nobody can have, and access that was ended can be given back."""

import json
import os
import pwd
from pathlib import Path

import pytest

from tests.commands import Som, command_line

ADD = ("staff", "add", "rquispe", "--name", "Rosa Quispe", "--email", "rosa@example.org", "--role", "consultant")


@pytest.fixture
def som(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]) -> Som:
    (tmp_path / "config.toml").write_text('[smtp]\nfrom_address = "som@example.pe"\n', encoding="utf-8")
    return command_line(tmp_path, monkeypatch, capsysbinary, "staff", "oversight")


def active(som: Som) -> dict[str, bool]:
    return {one["login"]: one["active"] for one in json.loads(som("staff", "list", "--json").out)}


@pytest.mark.parametrize(
    ("at", "value", "said"),
    [
        (2, "", "usuario del sistema"),
        (2, "rosa quispe", "usuario del sistema"),
        (2, "oficina/rosa", "usuario del sistema"),
        (4, " ", "falta el nombre"),
        (6, "", "no es una dirección"),
        (6, "rosa", "no es una dirección"),
        (6, "rosa@", "no es una dirección"),
        (6, "rosa@example..org", "no es una dirección"),
        (6, "Rosa <rosa@example.org>", "no es una dirección"),
        (6, "a@example.org,b@example.org", "no es una dirección"),
        (8, "jefa", "consultant, supervisor"),
    ],
)
def test_what_nobody_can_have_is_wrong_usage(som: Som, at: int, value: str, said: str) -> None:
    typed = list(ADD)
    typed[at] = value
    ended = som(*typed)
    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err
    assert list(active(som)) == [pwd.getpwuid(os.getuid()).pw_name]


def test_access_ends_and_is_given_back_with_the_same_role(som: Som) -> None:
    assert som(*ADD).code == 0
    assert som(*ADD).err == "«rquispe» ya está en el personal"
    assert som("staff", "disable", "rquispe").code == 0
    assert active(som)["rquispe"] is False
    again = som(*ADD)
    assert again.code == 1
    assert "som staff enable rquispe" in again.err
    assert som("staff", "enable", "rquispe").code == 0
    assert active(som)["rquispe"] is True
    assert som("staff", "enable", "rquispe").code == 0, "who has access keeps it"
    assert som("staff", "enable", "nadie").code == 1
    assert som("journal", "verify").code == 0
