"""``som due`` and ``som calendar`` as installed: in a folder without settings, and at a desk that has added days."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.acceptance.desk import SOM

HEADER = "received_at,kind,clock_starts_on,due_on,due_at,legal_due_at,target_at,reading,calendar_version"
CONFIG = '[data]\ndir = "."\n[smtp]\nfrom_address = "som@example.pe"\n'


def som(folder: Path, *arguments: str, stdin: bytes = b"", code: int = 0) -> subprocess.CompletedProcess[bytes]:
    done = subprocess.run(
        [str(SOM), *arguments], cwd=folder, input=stdin, capture_output=True, timeout=120, check=False
    )
    assert done.returncode == code, done.stderr.decode()
    return done


@pytest.mark.parametrize(
    ("received_at", "due_at", "target_at"),
    [
        ("2026-11-23T10:00:00-05:00", "2026-11-24T17:00:00-05:00", "2026-11-24T17:00:00-05:00"),
        ("2026-11-23T17:00:00-05:00", "2026-11-24T17:00:00-05:00", "2026-11-24T17:00:00-05:00"),
        ("2026-11-23T17:00:01-05:00", "2026-11-25T17:00:00-05:00", "2026-11-24T17:00:00-05:00"),
        ("2026-11-27T23:30:00+01:00", "2026-12-01T17:00:00-05:00", "2026-11-30T17:00:00-05:00"),
        ("2026-07-24T09:00:00-05:00", "2026-07-30T17:00:00-05:00", "2026-07-30T17:00:00-05:00"),
    ],
)
def test_one_letter(tmp_path: Path, received_at: str, due_at: str, target_at: str) -> None:
    done = som(tmp_path, "due", received_at, "--json")
    document = json.loads(done.stdout)
    assert (document["due_at"], document["target_at"]) == (due_at, target_at)
    assert document["trace"]
    assert done.stderr == b""
    assert list(tmp_path.iterdir()) == [], "asking leaves nothing behind"


def test_a_list_through_the_pipe_byte_for_byte(tmp_path: Path) -> None:
    rows = b"received_at,kind\n2026-11-24T07:00:00+09:00,consulta\n2026-11-23T17:00:01-05:00,reclamo\n"
    lines = som(tmp_path, "due", "--csv", "-", stdin=rows).stdout.decode().split("\n")
    assert lines[0] == HEADER
    assert lines[1].startswith("2026-11-24T07:00:00+09:00,consulta,2026-11-23,2026-11-24,2026-11-24T17:00:00-05:00,")
    assert lines[2].startswith("2026-11-23T17:00:01-05:00,reclamo,2026-11-23,2027-01-08,")
    assert lines[3:] == [""]
    (tmp_path / "rows.csv").write_bytes(rows)
    assert som(tmp_path, "due", "--csv", "rows.csv").stdout.decode().split("\n") == lines


def test_a_bad_row_prints_nothing(tmp_path: Path) -> None:
    bad = som(tmp_path, "due", "--csv", "-", stdin=b"received_at,kind\n2026-11-23T10:00:00,consulta\n", code=1)
    assert bad.stdout == b""
    said = bad.stderr.decode()
    assert all(part in said for part in ("línea 2", "columna 1", "received_at"))
    assert "Traceback" not in said


def test_the_calendar(tmp_path: Path) -> None:
    document = json.loads(som(tmp_path, "calendar", "2026", "--json").stdout)
    assert len(document["nonworking"]) == 15
    assert document["months"][10] == {
        "month": "2026-11",
        "business_day_5": "2026-11-06",
        "business_day_15": "2026-11-20",
    }
    assert som(tmp_path, "calendar", "2031", code=1).stdout == b""


def test_a_day_added_at_the_desk(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(CONFIG, encoding="utf-8")
    add = ("calendar", "add", "2026-12-24", "--scope", "public_sector", "--effect", "nonworking", "--name", "Decreto")
    assert b"--basis" in som(tmp_path, *add, "--yes", code=1).stderr
    assert not (tmp_path / "som.db").exists()
    assert b"--yes" in som(tmp_path, *add, "--basis", "DS 1-2026-PCM", code=2).stderr
    som(tmp_path, *add, "--basis", "DS 1-2026-PCM", "--yes")
    due = json.loads(som(tmp_path, "due", "2026-12-23T10:00:00-05:00", "--json", "--config", "config.toml").stdout)
    assert due["due_on"] == "2026-12-28"
    shown = som(tmp_path, "calendar", "2026", "--config", os.fspath(tmp_path / "config.toml")).stdout.decode()
    assert "jue 24/12  Decreto · DS 1-2026-PCM" in shown
