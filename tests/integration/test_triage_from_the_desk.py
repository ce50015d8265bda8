"""``som triage examples`` and ``train`` at a desk whose people have judged letters."""

import json
from pathlib import Path

import pytest

from casework.classify import Judgement, judge
from service.exits import Code
from service.wiring import login_name
from tests.commands import Som, command_line
from tests.desks import Clock, build, member, open_ticket
from tests.judges import shared_judge, shared_settings
from tickets import people
from tickets.states import Role
from tickets.store import Store
from triage import learning


@pytest.fixture
def som(
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    capsysbinary: pytest.CaptureFixture[bytes],
    sqlite_store: Store,
    clock: Clock,
) -> Som:
    shared_judge(tmp_path_factory)
    (tmp_path / "config.toml").write_text(
        f'[database]\nurl = "{sqlite_store.engine.url}"\n[data]\ndir = "{tmp_path / "desk"}"\n'
        f'[triage]\ncache_dir = "{shared_settings(tmp_path_factory).cache_dir}"\n',
        encoding="utf-8",
    )
    desk = build(sqlite_store, clock)
    ref = open_ticket(desk, text="Soy Rosa Quispe, DNI 45678912. Trabajo en Oslo y me despidieron.")
    judge(desk, member(desk, Role.SUPERVISOR, login_name()), ref, Judgement(line=2))
    return command_line(tmp_path, monkeypatch, capsysbinary, "triage")


def test_examples_are_printed_without_personal_data(som: Som) -> None:
    ended = som("triage", "examples")
    assert ended.code == Code.DONE
    [line] = ended.out.splitlines()
    example = json.loads(line)
    assert (example["line"], example["kind"]) == (2, None)
    assert "Quispe" not in line
    assert "45678912" not in line
    assert "me despidieron" in example["body"]


def test_training_keeps_a_model_that_learnt_from_the_desk(
    som: Som, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(learning, "worse", lambda new, present: ())
    ended = som("triage", "train")
    assert ended.code == Code.DONE
    assert "se aprende: 1" in ended.out
    kept = (tmp_path / "desk" / learning.LATEST).resolve()
    assert str(kept) in ended.out
    assert kept.stat().st_mode & 0o777 == 0o600


def test_a_worse_model_is_refused_with_its_faults(som: Som, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    report = {"model": "m", "line": {"macro_f1": 0.5, "accuracy": 0.5}, "trafficking_risk": {}}
    faults = ("acierta menos líneas (0.500; el actual, 0.900)",)
    lesson = learning.Lesson(letters=1, present=report, new=report, faults=faults, path=tmp_path)
    monkeypatch.setattr(learning, "teach", lambda settings, examples: lesson)
    ended = som("triage", "train")
    assert ended.code == Code.REFUSED
    assert faults[0] in ended.err


def test_only_a_supervisor_reads_the_examples(som: Som, sqlite_store: Store) -> None:
    with sqlite_store.write() as session:
        known = people.by_login(session, login_name())
        assert known is not None
        known.role = Role.CONSULTANT
    ended = som("triage", "examples")
    assert ended.code == Code.REFUSED
    assert ended.out == ""
