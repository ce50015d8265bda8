"""The scorer that judges without scikit-learn gives scikit-learn's own probabilities, and stored models are safe."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from triage import TriageSettings, store, training
from triage import model as models
from triage.classifier import Classifier
from triage.corpus import Example, shipped, split
from triage.features import BLOCKS
from triage.reading import read

LONGEST = TriageSettings().longest


@pytest.fixture(scope="module")
def letters() -> list[Example]:
    return split(shipped())[0][::6]


@pytest.fixture(scope="module")
def small(letters: list[Example]) -> models.Model:
    return training.fit(letters, "key-of-the-test")


def test_scores_are_those_of_scikit_learn(small: models.Model) -> None:
    from sklearn.svm import LinearSVC

    unseen = [example.text for example in split(shipped())[1][:40]]
    rows = [small.vectoriser.row(read(text, LONGEST)) for text in unseen]
    ours = small.scores(rows)
    table = training.matrix(rows, len(small.vectoriser.names))
    lengths = np.stack([row.lengths for row in rows])
    for head in small.heads:
        columns = slice(*head.columns)
        theirs = LinearSVC()
        theirs.coef_ = small.weights[:, columns].T.astype(np.float64)
        theirs.intercept_ = small.bias[columns].astype(np.float64)
        theirs.classes_ = np.arange(max(2, head.columns[1] - head.columns[0]))
        loud = training.scaled(table, head.stretch(lengths), np.ones(table.shape[1]))
        mine = ours[:, columns]
        assert np.abs(theirs.decision_function(loud).reshape(mine.shape) - mine).max() < 1e-4, head.name


def test_every_answer_gets_its_share_and_they_add_up(small: models.Model, letters: list[Example]) -> None:
    rows = [small.vectoriser.row(read(example.text, LONGEST)) for example in letters[:20]]
    chances = small.probabilities(small.scores(rows))
    assert {name: part.shape[1] for name, part in chances.items()} == {
        "line": 6, "kind": 5, "on_behalf": 2, "trafficking_risk": 2,
    }  # fmt: skip
    for part in chances.values():
        assert np.allclose(part.sum(axis=1), 1)


def test_an_answer_that_nobody_gave_never_speaks(letters: list[Example]) -> None:
    recipe = training.RECIPES["kind"]
    table = np.eye(40)
    targets = np.array([0, 3] * 20)
    weights, bias = training.machines(recipe, table, targets)
    assert weights.shape == (40, len(recipe.owners))
    said = np.argsort(-(table @ weights + bias), axis=1)[:, 0]
    assert set(said) <= {0, 3}


def test_bars_hold_what_they_promise() -> None:
    chance = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.4])
    right = np.array([1, 1, 0, 1, 0, 0])
    assert training.widest_bar(chance, right, 0.75) == 0.6
    assert training.widest_bar(chance, right, 1.0) == 0.8
    assert training.widest_bar(chance, np.zeros(6), 0.5) == 1.0
    assert 0.5 < training.best_bar(chance, right) <= 0.6


def test_a_stored_model_comes_back_the_same(small: models.Model, tmp_path: Path, letters: list[Example]) -> None:
    models.save(small, tmp_path / "m.npz")
    again = models.load(tmp_path / "m.npz", "key-of-the-test")
    rows = [small.vectoriser.row(read(letters[0].text, LONGEST))]
    assert np.array_equal(again.scores(rows), small.scores(rows))
    assert (again.bars, again.heads, again.version) == (small.bars, small.heads, small.version)
    assert oct((tmp_path / "m.npz").stat().st_mode & 0o777) == "0o600"
    assert [path.name for path in tmp_path.iterdir()] == ["m.npz"]


def test_a_model_of_other_letters_is_not_used(small: models.Model, tmp_path: Path) -> None:
    models.save(small, tmp_path / "m.npz")
    with pytest.raises(models.UnusableModel, match="other letters"):
        models.load(tmp_path / "m.npz", "another-key")


@pytest.mark.parametrize("where", [0.1, 0.5, 0.9])
def test_a_damaged_model_is_not_used(small: models.Model, tmp_path: Path, where: float) -> None:
    path = tmp_path / "m.npz"
    models.save(small, path)
    content = bytearray(path.read_bytes())
    content[int(len(content) * where)] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(models.UnusableModel):
        models.load(path, "key-of-the-test")


def test_a_model_whose_numbers_were_changed_is_not_used(small: models.Model, tmp_path: Path) -> None:
    path = tmp_path / "m.npz"
    models.save(small, path)
    with np.load(path, allow_pickle=False) as stored:
        arrays = dict(stored)
    arrays["bias"] = arrays["bias"] + 1
    np.savez(path, **arrays)
    with pytest.raises(models.UnusableModel, match="seal"):
        models.load(path, "key-of-the-test")


def test_a_pickle_is_never_opened(tmp_path: Path) -> None:
    path = tmp_path / "m.npz"
    np.savez(path, weights=np.array([object()], dtype=object))
    with pytest.raises(models.UnusableModel):
        models.load(path, "key-of-the-test")


def test_a_corrupt_cache_is_fitted_again(
    judge: Classifier, judge_settings: TriageSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = store.shipped_path(judge_settings).read_bytes()
    fitted: list[Path] = []

    def fit(path: Path, key: str) -> None:
        fitted.append(path)
        path.write_bytes(whole)

    monkeypatch.setattr(store, "fit_apart", fit)
    settings = TriageSettings(cache_dir=tmp_path)
    store.shipped_path(settings).write_bytes(b"PK nonsense")
    assert store.ready(settings).version == judge.version
    assert store.ready(settings).version == judge.version
    assert fitted == [store.shipped_path(settings)]


def test_a_folder_that_cannot_be_written_gives_way_to_the_temporary_one(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    path = store.shipped_path(TriageSettings(cache_dir=tmp_path / "file" / "below"))
    assert tmp_path not in path.parents


def test_judging_never_loads_scikit_learn(judge_settings: TriageSettings) -> None:
    code = (
        "import json, sys; from pathlib import Path; from triage import Text, TriageSettings;"
        "from triage.classifier import load;"
        f"judge = load(TriageSettings(cache_dir=Path({str(judge_settings.cache_dir)!r})));"
        "judge.judge([Text(subject='hola', body='quiero trabajar en Chile')]);"
        "print(json.dumps(sorted(m for m in sys.modules if m in ('sklearn', 'scipy', 'py3langid'))))"
    )
    path = {"PYTHONPATH": ":".join(part for part in sys.path if part), "PATH": ""}
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=path)
    assert json.loads(ended.stdout) == []


def test_every_block_of_features_is_named(small: models.Model) -> None:
    assert {name[0] for name in small.vectoriser.names} == set(BLOCKS)
