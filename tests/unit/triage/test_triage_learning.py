"""Training keeps the better judge."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from triage import Text, TriageSettings, training
from triage import model as models
from triage.classifier import Classifier, load
from triage.corpus import BadExample, Example, read_examples, shipped, split
from triage.learning import LATEST, teach, worse


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
    assert bool(worse(report(f1, recall), report(0.9, 0.9))) is is_worse


def sixth() -> list[Example]:
    """Enough letters to learn from in a test that asks what is learnt, not how well."""
    return split(shipped())[0][::6]


def fit_small(path: Path, key: str, examples: Path | None = None) -> None:
    """Fit in this process on a sixth of the letters and the desk's own."""
    assert examples is not None
    desk = read_examples(examples.read_text("utf-8").splitlines(), "desk", partial=True)
    models.save(training.fit([*sixth(), *desk], key), path)


def test_wrong_lessons_are_refused_and_the_present_model_stays(
    judge: Classifier, judge_settings: TriageSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("triage.store.ready", lambda settings: training.fit(sixth(), "present"))
    monkeypatch.setattr("triage.store.fit_apart", fit_small)
    wrong = [labelled(n, 5 - one.line, one.text.body) for n, one in enumerate(sixth())]
    settings = replace(judge_settings, desk_model=tmp_path / "desk" / LATEST, desk_folder=tmp_path / "desk")
    lesson = teach(settings, write(tmp_path / "wrong.jsonl", wrong))
    assert lesson.letters == len(wrong)
    assert not lesson.kept
    assert any("acierta menos líneas" in fault for fault in lesson.faults)
    assert not list((tmp_path / "desk").iterdir())
    monkeypatch.undo()
    assert load(settings).version == judge.version


def test_a_desk_model_is_used_once_it_is_there_and_learns_what_somebody_vouched_for(
    judge: Classifier, judge_settings: TriageSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("triage.learning.worse", lambda new, present: ())
    monkeypatch.setattr("triage.store.fit_apart", fit_small)
    said = [f"busco zurbiola ultramarina {n}" for n in range(40)]
    unsaid = [f"tengo plinfo caldurrio {n}" for n in range(40)]
    letters = [labelled(n, 2, text) for n, text in enumerate(said)]
    letters += [{**labelled(n, 0, text), "line": None} for n, text in enumerate(unsaid, 40)]
    settings = replace(judge_settings, desk_model=tmp_path / LATEST, desk_folder=tmp_path)
    lesson = teach(settings, write(tmp_path / "desk.jsonl", letters))
    assert lesson.kept
    assert (tmp_path / LATEST).resolve() == lesson.path
    taught = load(settings)
    assert taught.version.startswith(f"{judge.version}+")
    assert load(judge_settings).version == judge.version
    verdicts = taught.judge([Text(body=said[3]), Text(body=unsaid[3])])
    assert verdicts[0].model_version == taught.version
    assert verdicts[0].line == 2
    assert verdicts[1].confidence < verdicts[0].confidence, "nobody said what line these are"


def test_a_damaged_desk_model_is_never_loaded(
    judge: Classifier, judge_settings: TriageSettings, tmp_path: Path
) -> None:
    (tmp_path / LATEST).write_bytes(b"not a model")
    assert load(replace(judge_settings, desk_model=tmp_path / LATEST)).version == judge.version


def test_a_bad_line_is_named(judge_settings: TriageSettings, tmp_path: Path) -> None:
    with pytest.raises(BadExample, match="line 1"):
        teach(judge_settings, write(tmp_path / "bad.jsonl", [{"id": 1}]))


@pytest.mark.parametrize(
    ("field", "given", "said"),
    [
        ("line", True, "line must be 0 to 5, not True"),
        ("kind", "queja", "unknown kind 'queja'"),
        ("on_behalf", "false", "on_behalf must be true or false, not 'false'"),
        ("trafficking_risk", 0, "trafficking_risk must be true or false, not 0"),
        ("countries", "CL", "countries must be a list of codes, not 'CL'"),
        ("arguable", True, "arguable must be a list of other lines, 0 to 5, not True"),
        ("arguable", [7], "arguable must be a list of other lines, 0 to 5, not [7]"),
    ],
)
def test_a_bad_label_says_what_it_may_be(field: str, given: object, said: str) -> None:
    row = labelled(1, 1, "Hola") | {field: given}
    with pytest.raises(BadExample, match=re.escape(f"line 2: {said}")):
        read_examples(["", json.dumps(row)], "desk")
