"""``som triage`` keeps the contract of the command line."""

import json
import os
from pathlib import Path

import pytest

from service.exits import Code
from tests.commands import Som, command_line
from triage import TriageSettings
from triage.classifier import Classifier

KEYS = [
    "id", "line", "confidence", "confident", "enough", "kind", "on_behalf", "trafficking_risk", "language", "countries",
    "reasons",
]  # fmt: skip


@pytest.fixture
def som(
    judge: Classifier,
    judge_settings: TriageSettings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsysbinary: pytest.CaptureFixture[bytes],
) -> Som:
    monkeypatch.setitem(os.environ, "SOM_TRIAGE__CACHE_DIR", str(judge_settings.cache_dir))
    return command_line(tmp_path, monkeypatch, capsysbinary, "triage", "replies")


def rows(*letters: object) -> bytes:
    return b"".join(json.dumps(letter, ensure_ascii=False).encode() + b"\n" for letter in letters)


def test_one_verdict_a_line_in_the_same_order_with_exactly_these_keys(som: Som) -> None:
    given = rows(
        {"id": "b", "subject": "", "body": "Soy ecuatoriana y trabajo en Piura", "extra": 1},
        {"id": 7, "subject": "hola", "body": None},
        {"id": "ñ", "body": "quiero ir a trabajar a España"},
    )
    ended = som("triage", "-", "--jsonl", stdin=given + b"\n")
    assert ended.code == Code.DONE
    verdicts = [json.loads(line) for line in ended.out.splitlines()]
    assert [verdict["id"] for verdict in verdicts] == ["b", 7, "ñ"]
    assert all(list(verdict) == KEYS for verdict in verdicts)
    assert verdicts[0]["countries"] == ["EC"]
    assert verdicts[1]["enough"] is False


def test_a_file_may_be_named_and_the_flag_may_stand_first(som: Som, tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_bytes(rows({"id": 1, "subject": "x", "body": "quiero trabajar en Chile"}))
    assert som("triage", "in.jsonl", "--jsonl").out == som("triage", "--jsonl", "in.jsonl").out


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (b"{nonsense", "línea 2, columna 2: desde aquí no es JSON"),
        (b'{"id": 1, "body": "x"} y', "línea 2, columna 24: desde aquí no es JSON"),
        (b"[1]", "línea 2, columna 1: no es un objeto JSON"),
        (b"[" * 100_000, "línea 2: no es JSON"),
        (b'{"subject": "x"}', "línea 2: no tiene id"),
        (b'{"id": NaN, "body": "x"}', "línea 2: no es JSON: NaN"),
        (b'{"id": 1, "body": 5}', "línea 2: body no es un texto"),
        (b'{"id": 1, "body": "\xff"}', "línea 2, byte 20: no está en UTF-8"),
    ],
)
@pytest.mark.parametrize("command", ["triage", "suggest"])
def test_a_bad_line_is_named_and_nothing_is_printed(som: Som, command: str, bad: bytes, says: str) -> None:
    ended = som(command, "-", "--jsonl", stdin=rows({"id": 1, "body": "hola"}) + bad + b"\n")
    assert ended.code == Code.REFUSED
    assert ended.out == ""
    assert f"stdin: {says}" in ended.err


@pytest.mark.parametrize("command", ["triage", "suggest"])
def test_a_letter_without_words_is_answered_in_its_place(som: Som, command: str) -> None:
    given = rows({"id": 1}, {"id": 2, "subject": None, "body": ""}, {"id": 3, "body": "quiero trabajar en Chile"})
    ended = som(command, "-", "--jsonl", stdin=given)
    assert ended.code == Code.DONE
    assert [json.loads(line)["id"] for line in ended.out.splitlines()] == [1, 2, 3]


def test_a_letter_without_words_is_asked_what_it_is_about(som: Som) -> None:
    for letter in ({"id": 1}, {"id": 1, "line": 2, "body": " "}):
        said = json.loads(som("suggest", "-", "--jsonl", stdin=rows(letter)).out)
        first = said["suggestions"][0]
        assert first["template"] == "pedir-datos-minimos"
        assert "la carta dice muy poco" in first["why"]


@pytest.mark.parametrize("command", [("triage",), ("suggest",), ("triage", "evaluate")])
def test_a_missing_file_is_wrong_usage(som: Som, command: tuple[str, ...]) -> None:
    ended = som(*command, "nowhere.jsonl")
    assert ended.code == Code.USAGE
    assert ended.err == "nowhere.jsonl: no existe"


def test_an_odd_id_comes_back_and_the_output_stays_one_line_each(som: Som) -> None:
    given = b'{"id": "\\ud800\\u2028\\n", "body": "quiero trabajar en Chile"}\n'
    out = som("triage", "-", "--jsonl", stdin=given).out
    assert out.count("\n") == 1
    assert len(out.splitlines()) == 1
    assert json.loads(out)["id"] == "\ud800\u2028\n"


LABELLED = {
    "id": "x", "subject": "", "body": "Soy venezolana y trabajo en Lima", "line": 5, "kind": "consulta",
    "on_behalf": False, "trafficking_risk": False, "language": "es", "countries": ["VE"], "difficulty": "easy",
}  # fmt: skip


def test_evaluate_shows_scores_confusion_reliability_and_coverage(som: Som) -> None:
    said = som("triage", "evaluate", "-", stdin=rows(LABELLED)).out
    for part in (
        "line: accuracy",
        "kind: accuracy",
        "confusion",
        "reliability",
        "coverage",
        "by language",
        "by difficulty",
    ):
        assert part in said
    report = json.loads(som("triage", "evaluate", "-", "--json", stdin=rows(LABELLED)).out)
    assert report["letters"] == 1
    assert report["countries"]["f1"] == 1.0


def test_evaluate_names_the_bad_line(som: Som) -> None:
    ended = som("triage", "evaluate", "-", stdin=rows(LABELLED, {**LABELLED, "line": 9}))
    assert ended.code == Code.REFUSED
    assert "line 2" in ended.err


def test_train_refuses_examples_that_cannot_be_read(som: Som, tmp_path: Path) -> None:
    (tmp_path / "bad.jsonl").write_text('{"id": 1}\n')
    ended = som("triage", "train", "--examples", "bad.jsonl")
    assert ended.code == Code.REFUSED
    assert "line 1" in ended.err
