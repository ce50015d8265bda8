"""The demo as a newcomer runs it: no terminal, an empty folder, and the whole way of a letter to see."""

import json
import os
import re
import subprocess
from pathlib import Path

from service.demo.samples import FIRST
from tests.acceptance.desk import SOM

LINES = {
    "wilmer.huanca@example.com": 1,
    "milagros.ccori@example.org": 2,
    "oscar.vilcapoma@example.net": 3,
    "yeimi.restrepo@example.com": 4,
    "jg.paez@example.org": 5,
    "rosa.mamani@example.com": 2,
    "d.okafor@example.com": 5,
}


def run(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        [str(SOM), *arguments], cwd=folder, env={**os.environ}, stdin=subprocess.DEVNULL, capture_output=True,
        text=True, timeout=180, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_it_shows_every_sample_with_its_line_and_due_instant(tmp_path: Path) -> None:
    shown = run(tmp_path, "demo")
    listed = re.findall(r"^(SOM-2026-\d{6})\s+(\d)", shown, re.MULTILINE)
    assert len(listed) == len(FIRST)
    assert "riesgo de trata" in shown.lower()
    assert "por tercero" in shown

    config = str(tmp_path / ".demo" / "config.toml")
    tickets = json.loads(run(tmp_path, "--config", config, "ticket", "list", "--json"))
    assert len(tickets) == len(FIRST)
    by_address = {}
    for one in tickets:
        whole = json.loads(run(tmp_path, "--config", config, "ticket", "show", one["reference"], "--json"))
        by_address[whole["messages"][0]["from"]] = whole
    assert {address: by_address[address]["line"] for address in LINES} == LINES

    wilmer = by_address["wilmer.huanca@example.com"]
    assert [one["kind"] for one in wilmer["messages"]] == ["letter", "acknowledgement", "follow_up"]
    milagros = by_address["milagros.ccori@example.org"]
    assert [one["kind"] for one in milagros["messages"]][-1] == "machine"
    bounced = by_address[FIRST[4].address]
    assert [one["kind"] for one in bounced["messages"]][-1] == "bounce"
    for case in (wilmer, milagros, bounced):
        told = [one["at"] for one in case["messages"]]
        assert told == sorted(set(told)), "nothing answers an acknowledgement before it has left"
    assert [one["state"] for one in bounced["promises"]] == ["open"], "a bounce changes no clock"
    assert {one["outbox"][0]["state"] for one in by_address.values()} == {"sent"}
    assert json.loads(run(tmp_path, "--config", config, "remediation", "list", "--json"))
