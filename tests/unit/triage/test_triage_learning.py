"""Training keeps the better judge."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from triage import Text, TriageSettings
from triage.classifier import Classifier, load
from triage.corpus import BadExample
from triage.learning import teach, worse


def labelled(number: int, line: int, body: str) -> dict[str, object]:
    return {
        "id": f"desk-{number}", "subject": "", "body": body, "line": line, "kind": "consulta", "on_behalf": False,
        "trafficking_risk": False, "language": "es", "countries": [],
    }  # fmt: skip


def write(path: Path, letters: list[dict[str, object]]) -> Path:
    path.write_text("".join(json.dumps(letter) + "\n" for letter in letters))
    return path


def report(f1: float, recall: float) -> dict[str, object]:
    return {"line": {"macro_f1": f1}, "trafficking_risk": {"recall": recall}}


@pytest.mark.parametrize(("f1", "recall", "is_worse"), [(0.9, 0.9, False), (0.89, 0.9, True), (0.95, 0.8, True)])
def test_worse_means_lower_on_lines_or_more_danger_missed(f1: float, recall: float, is_worse: bool) -> None:
    assert worse(report(f1, recall), report(0.9, 0.9)) is is_worse


def test_wrong_lessons_are_refused_and_the_present_model_stays(
    judge: Classifier, judge_settings: TriageSettings, tmp_path: Path
) -> None:
    bodies = ["quiero volver al Perú con mi menaje", "soy venezolano y trabajo en Lima", "me ofrecen trabajo en Chile"]
    wrong = [labelled(n, 4 - n % 2 * 2, f"{bodies[n % 3]} {n}") for n in range(240)]
    settings = replace(judge_settings, desk_model=tmp_path / "desk.npz")
    lesson = teach(settings, write(tmp_path / "wrong.jsonl", wrong))
    assert lesson.letters == 240
    assert not lesson.kept
    assert not (tmp_path / "desk.npz").exists()
    assert load(settings).version == judge.version


def test_a_desk_model_is_used_once_it_is_there(
    judge: Classifier, judge_settings: TriageSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("triage.learning.worse", lambda new, present: False)
    settings = replace(judge_settings, desk_model=tmp_path / "desk.npz")
    lesson = teach(
        settings, write(tmp_path / "one.jsonl", [labelled(1, 2, "trabajo en Oslo, qué hago con mi contrato")])
    )
    assert lesson.kept
    taught = load(settings)
    assert taught.version.startswith(f"{judge.version}+")
    assert taught.judge([Text(body="hola")])[0].model_version == taught.version
    assert load(judge_settings).version == judge.version


def test_a_bad_line_is_named(judge_settings: TriageSettings, tmp_path: Path) -> None:
    with pytest.raises(BadExample, match="line 1"):
        teach(judge_settings, write(tmp_path / "bad.jsonl", [{"id": 1}]))
