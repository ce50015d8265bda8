"""The scorer that judges without scikit-learn gives scikit-learn's own probabilities, and stored models are safe."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from triage import TriageSettings, store, training
from triage import model as models
from triage.classifier import Classifier
from triage.corpus import Example, shipped, split
from triage.features import BLOCKS
from triage.reading import read
from triage.vectors import learn_vocabulary

LONGEST = TriageSettings().longest


@pytest.fixture(scope="module")
def letters() -> list[Example]:
    return split(shipped())[0][::6]


@pytest.fixture(scope="module")
def small(letters: list[Example]) -> models.Model:
    return training.fit(letters, "key-of-the-test")


def test_probabilities_are_those_of_scikit_learn(small: models.Model) -> None:
    from sklearn.linear_model import LogisticRegression

    unseen = [example.text for example in split(shipped())[1][:40]]
    rows = [small.vectoriser.row(read(text, LONGEST)) for text in unseen]
    ours = small.scores(rows)
    table = training.matrix(rows, len(small.vectoriser.names))
    lengths = np.stack([row.lengths for row in rows])
    for head in small.heads:
        theirs = LogisticRegression()
        theirs.coef_ = small.weights[:, slice(*head.columns)].T.astype(np.float64)
        theirs.intercept_ = small.bias[slice(*head.columns)].astype(np.float64)
        theirs.classes_ = np.arange(len(head.answers))
        loud = training.scaled(table, head.stretch(lengths), np.ones(table.shape[1]))
        mine = models.softmax(ours[:, slice(*head.columns)])
        assert np.abs(theirs.predict_proba(loud) - mine).max() < 1e-4, head.name


def test_fitting_among_the_letters_equals_fitting_among_the_features(letters: list[Example]) -> None:
    readings = [read(example.text, LONGEST) for example in letters]
    vectoriser = learn_vocabulary(readings)
    table = training.matrix([vectoriser.row(reading) for reading in readings], len(vectoriser.names))
    recipe = replace(training.RECIPES["line"], strength=1.0)
    targets = training.targets_of(letters)["line"]
    space = training.space_of(table)
    weights, bias = training.regression(recipe, space.points, targets)
    straight, straight_bias = training.regression(recipe, table, targets)
    ours = models.softmax(np.asarray(table @ space.weights(weights)) + bias)
    theirs = models.softmax(np.asarray(table @ straight) + straight_bias)
    assert np.abs(ours - theirs).max() < 0.1, "apart by more than the solver's own tolerance"
    assert np.abs(ours - theirs).mean() < 0.005


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
