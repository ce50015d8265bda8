"""An attachment taken out of its letter: the same bytes, a name that harms nothing, nothing overwritten."""

import os
import stat
from pathlib import Path

import pytest

from casework.attachments import CannotSave, save
from casework.desk import Desk
from tests.arriving import arrive
from tests.desks import events, member
from tickets import cases
from tickets.tables import Attachment

PAPER = b"%PDF-1.4\n\x00\xff el contrato \r\n" * 200


def attached(desk: Desk, *files: tuple[str, bytes]) -> tuple[str, list[Attachment]]:
    found = arrive(desk, attached=files)
    with desk.store.read() as session:
        messages = [one.id or 0 for one in cases.conversation(session, found.id or 0)]
        return found.reference, cases.attachments_of(session, messages)


def test_the_bytes_come_out_as_they_were_put_in(desk: Desk, tmp_path: Path) -> None:
    ref, [first, second] = attached(desk, ("contrato.pdf", PAPER), ("foto.jpg", b"\xff\xd8\xff\x00" * 999))
    rosa = member(desk, login="rosa")
    path = save(desk, rosa, first.id or 0, tmp_path)
    assert (path.name, path.read_bytes()) == ("contrato.pdf", PAPER)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert save(desk, rosa, second.id or 0, tmp_path, "mi foto.jpg").read_bytes() == b"\xff\xd8\xff\x00" * 999
    assert sorted(one.name for one in tmp_path.iterdir()) == ["contrato.pdf", "mi foto.jpg"]
    assert events(desk, ref)[-2:] == ["attachment_saved", "attachment_saved"]


def test_nothing_is_overwritten(desk: Desk, tmp_path: Path) -> None:
    _, [one] = attached(desk, ("contrato.pdf", PAPER))
    (tmp_path / "contrato.pdf").write_text("de otra persona")
    (tmp_path / "contrato-2.pdf").symlink_to(tmp_path / "fuera.pdf")
    path = save(desk, member(desk), one.id or 0, tmp_path)
    assert path.name == "contrato-3.pdf"
    assert (tmp_path / "contrato.pdf").read_text() == "de otra persona"
    assert not (tmp_path / "fuera.pdf").exists()


@pytest.mark.parametrize(
    "name",
    [
        "../../fuera.pdf",
        "/etc/cron.d/x",
        "..",
        ".profile",
        "-rf",
        "a\x1b]0;x\x07.pdf",
        "\u202egpj.exe",
        "con.pdf",
        "a/b",
    ],
)
def test_no_name_leads_out_of_the_folder(desk: Desk, tmp_path: Path, name: str) -> None:
    _, [one] = attached(desk, ("contrato.pdf", PAPER))
    folder = tmp_path / "a" / "b"
    folder.mkdir(parents=True)
    path = save(desk, member(desk), one.id or 0, folder, name)
    assert path.parent == folder
    assert [found.name for found in folder.iterdir()] == [path.name]
    assert not path.name.startswith((".", "-"))
    assert path.name.isprintable()


def test_a_folder_that_is_not_there_is_said(desk: Desk, tmp_path: Path) -> None:
    ref, [one] = attached(desk, ("contrato.pdf", PAPER))
    with pytest.raises(CannotSave, match="no existe la carpeta"):
        save(desk, member(desk), one.id or 0, tmp_path / "nada")
    with pytest.raises(CannotSave, match="no está en el registro"):
        save(desk, member(desk), 999, tmp_path)
    assert "attachment_saved" not in events(desk, ref)


@pytest.mark.skipif(os.getuid() == 0, reason="the superuser may write anywhere")
def test_a_folder_that_may_not_be_written_is_said(desk: Desk, tmp_path: Path) -> None:
    _, [one] = attached(desk, ("contrato.pdf", PAPER))
    tmp_path.chmod(0o500)
    with pytest.raises(CannotSave, match="no se puede escribir"):
        save(desk, member(desk), one.id or 0, tmp_path)


def test_a_letter_within_the_letter_is_saved_too(desk: Desk, tmp_path: Path) -> None:
    inner = b"From: a@example.org\r\nSubject: dentro\r\n\r\nhola\r\n"
    _, [one] = attached(desk, ("carta.eml", inner))
    assert save(desk, member(desk), one.id or 0, tmp_path).read_bytes() == inner
