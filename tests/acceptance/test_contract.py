"""The documents of the command line hold exactly the words that other programs read in them."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from service.commands import build, hoist_config
from service.commands.ending import run

NOW = ("--now", "2026-11-23T10:30:00-05:00")
LATE = ("--now", "2026-11-25T09:00:00-05:00")
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d-05:00")
LETTER = (
    "Received: from a.example.org by b.example.org; Mon, 23 Nov 2026 10:00:00 -0500\r\n"
    "From: Rosa Quispe <rosa@example.org>\r\nTo: som@example.pe\r\nSubject: trabajo en Chile\r\n"
    "Message-ID: <uno@example.org>\r\nDate: Mon, 23 Nov 2026 09:59:00 -0500\r\n"
    "Content-Type: text/plain; charset=utf-8\r\n\r\n"
    "Buenos días, soy peruana y quiero trabajar en Chile como enfermera. ¿Qué documentos necesito?\r\n"
).encode()

Tell = Callable[..., Any]


@pytest.fixture
def som(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Tell:
    """Run a command that succeeds and read the JSON document, or the JSON lines, that it prints."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "carta ñ.eml").write_bytes(LETTER)
    row = {"id": 7, "subject": "trabajo en Chile", "body": "quiero trabajar en Chile", "otra": 1}
    (tmp_path / "cartas ñ.jsonl").write_bytes(b"\xef\xbb\xbf" + json.dumps(row).encode() + b"\r\n")

    def tell(*arguments: str) -> Any:
        code = run(build(), hoist_config(arguments))
        out, err = capfd.readouterr()
        assert code == 0, err
        if "--jsonl" in arguments:
            return [json.loads(line) for line in out.splitlines()]
        return json.loads(out) if "--json" in arguments else out

    return tell


@pytest.fixture
def desk(som: Tell, tmp_path: Path) -> Tell:
    """The same with a desk in which one letter has been taken in."""
    (tmp_path / "config.toml").write_text(
        '[clock]\nsimulated = true\n[smtp]\nfrom_address = "som@example.pe"\n', encoding="utf-8"
    )
    taken = som("ingest", "carta ñ.eml", "--json", *NOW)
    assert list(taken) == [
        "read", "kept", "known", "tickets", "follow_ups", "machine", "bounces", "quarantined", "failed"
    ]  # fmt: skip
    assert (taken["read"], taken["kept"], taken["tickets"]) == (1, 1, 1)
    return som


def test_without_a_settings_file(som: Tell, tmp_path: Path) -> None:
    due = som("due", "2026-11-23T15:00:00Z", "--kind", "reclamo", "--json")
    assert list(due) == [
        "received_at", "kind", "clock_starts_on", "due_on", "due_at", "legal_due_at", "target_at", "reading",
        "calendar_version", "provisional", "trace",
    ]  # fmt: skip
    assert all(list(step) == ["date", "working", "why"] for step in due["trace"])
    assert all(INSTANT.fullmatch(due[name]) for name in due if name.endswith("_at"))
    year = som("calendar", "2026", "--json")
    assert list(year) == ["year", "calendar_version", "reviewed_through", "nonworking", "months"]
    assert list(year["nonworking"][0]) == ["date", "name", "scope", "legal_basis", "source"]
    assert list(year["months"][10]) == ["month", "business_day_5", "business_day_15"]
    [read] = som("inspect", "carta ñ.eml", "--jsonl")
    assert list(read) == [
        "file", "subject", "from_address", "from_name", "to", "date", "message_id", "in_reply_to", "references", "text",
        "newest_text", "attachments", "machine", "bounce", "defects",
    ]  # fmt: skip
    assert (read["file"], read["date"]) == ("carta ñ.eml", "2026-11-23T09:59:00-05:00")
    assert list(read["machine"]) == ["is", "why"]
    assert list(read["bounce"]) == ["is", "permanent", "recipients", "original_message_id"]
    [judged] = som("triage", "cartas ñ.jsonl", "--jsonl")
    assert list(judged) == [
        "id", "line", "confidence", "confident", "enough", "kind", "on_behalf", "trafficking_risk", "language",
        "countries", "reasons",
    ]  # fmt: skip
    [proposed] = som("suggest", "cartas ñ.jsonl", "--jsonl")
    assert (list(proposed), proposed["id"]) == (["id", "suggestions"], 7)
    assert all(list(one) == ["template", "why"] for one in proposed["suggestions"])
    shown = som("replies", "show", "derivacion-otra-entidad", "--json")
    assert {"id", "line", "title", "languages", "variables"} <= set(shown)
    assert {"name", "type", "example"} <= set(shown["variables"][0])
    made = {one.name for one in tmp_path.iterdir()}
    assert made == {"carta ñ.eml", "cartas ñ.jsonl"}, "what only reckons leaves nothing behind"


def test_a_case_from_its_letter_to_its_remediation(desk: Tell, tmp_path: Path) -> None:
    assert desk("ingest", "carta ñ.eml", "--json", *NOW)["known"] == 1
    [listed] = desk("--config", "config.toml", "ticket", "list", "--limit", "5", "--json")
    reference = listed["reference"]
    case = desk("ticket", "show", reference.lower(), "--json", f"--config={tmp_path / 'config.toml'}")
    assert {"reference", "state", "line", "kind", "flags", "messages", "promises", "outbox"} <= set(case)
    assert {"direction", "at", "from", "text"} <= set(case["messages"][0])
    assert {"kind", "received_at", "due_at", "target_at", "state", "kept_at"} <= set(case["promises"][0])
    assert {"message_id", "state"} <= set(case["outbox"][0])
    assert (case["state"], case["promises"][0]["state"], case["outbox"][0]["state"]) == ("new", "open", "waiting")
    assert case["promises"][0]["due_at"] == "2026-11-24T17:00:00-05:00"

    assert desk("remediation", "list", "--json") == []
    desk("sweep", *LATE)
    [row] = desk("remediation", "list", "--json")
    assert (row["reference"], desk("remediation", "show", str(row["id"]), "--json")) == (reference, row)
    said = desk("ticket", "show", reference)
    assert all(word in said for word in (reference, "new", "broken", "waiting")), "people read the same words"
    assert "waiting" in desk("outbox", "list")


def test_the_environment_stands_above_the_file(desk: Tell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOM_DATABASE__URL", f"sqlite:///{tmp_path}/otra ñ.db")
    assert desk("ticket", "list", "--json") == []
    monkeypatch.setenv("SOM_PROMISE__READING", "same-day")
    assert desk("due", "2026-11-23T10:00:00-05:00", "--json")["due_on"] == "2026-11-23"
