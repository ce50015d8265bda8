import json
import os
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from service.commands import inspect
from service.exits import Misused

KEYS = [
    "file", "subject", "from_address", "from_name", "to", "date", "message_id", "in_reply_to", "references", "text",
    "newest_text", "attachments", "machine", "bounce", "defects",
]  # fmt: skip


@pytest.fixture
def app() -> typer.Typer:
    made = typer.Typer()
    inspect.register(made)
    made.command("other")(lambda: None)
    return made


def lines(app: typer.Typer, *arguments: str) -> list[dict[str, object]]:
    result = CliRunner().invoke(app, ["inspect", *arguments, "--jsonl"])
    assert result.exit_code == 0, result.output
    assert "\r" not in result.output
    return [json.loads(line) for line in result.output.splitlines()]


def test_a_line_per_file_whatever_happens(app: typer.Typer, tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "z.eml").write_bytes(b"Subject: zeta\n\nhola\n")
    (tmp_path / "a.eml").write_bytes(b"\xff\x00")
    (tmp_path / "nota.txt").write_text("no es una carta")
    (tmp_path / "c.EML").symlink_to(tmp_path / "falta")
    os.mkfifo(tmp_path / "d.eml")
    read = lines(app, str(tmp_path), str(tmp_path / "missing.eml"))
    assert [Path(str(line["file"])).name for line in read] == ["a.eml", "z.eml", "c.EML", "d.eml", "missing.eml"]
    assert all(list(line) == KEYS for line in read)
    assert read[1]["subject"] == "zeta"
    assert read[2]["defects"]
    assert read[3]["defects"] == ["no se pudo leer el archivo: no es un archivo común"]
    assert read[4]["defects"]


def test_no_string_is_null(app: typer.Typer, tmp_path: Path) -> None:
    (tmp_path / "empty.eml").write_bytes(b"")
    line = lines(app, str(tmp_path))[0]
    assert line["date"] is None
    assert line["machine"] == {"is": False, "why": ""}
    assert line["bounce"] == {"is": False, "permanent": None, "recipients": [], "original_message_id": ""}
    assert all(
        line[name] == "" for name in ("subject", "from_address", "from_name", "message_id", "in_reply_to", "text")
    )


def test_the_date_keeps_the_sender_s_offset(app: typer.Typer, tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(b"Date: Mon, 23 Nov 2026 10:00:00 +0530\n\nhola\n")
    assert lines(app, str(tmp_path / "a.eml"))[0]["date"] == "2026-11-23T10:00:00+05:30"


def test_jsonl_must_be_asked_for(app: typer.Typer, tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["inspect", str(tmp_path)])
    assert isinstance(result.exception, Misused)
