"""Fits the model from the corpus. Runs as its own process, so that scikit-learn never weighs on the one that judges.

``python -m triage.training --out FILE`` fits from the shipped letters and writes the model.
"""

import argparse
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from triage import model as models
from triage.corpus import KINDS, Example, shipped, split
from triage.model import LINES, Head, Model
from triage.reading import Reading, read
from triage.vectors import Row, learn_vocabulary, stack

FOLDS = 5
LONGEST = 20_000
STRENGTH = {"line": 10.0, "kind": 10.0, "on_behalf": 10.0, "trafficking_risk": 10.0}
WANTED_PRECISION = 0.97


def answers_of(example: Example) -> dict[str, int]:
    """Return the number of the right answer for every head."""
    return {
        "line": example.line,
        "kind": KINDS.index(example.kind),
        "on_behalf": int(example.on_behalf),
        "trafficking_risk": int(example.trafficking_risk),
    }


ANSWERS = {
    "line": tuple(str(line) for line in LINES),
    "kind": KINDS,
    "on_behalf": ("no", "yes"),
    "trafficking_risk": ("no", "yes"),
}


def matrix(rows: Sequence[Row], width: int) -> Any:
    """Return rows as a scipy CSR matrix."""
    from scipy.sparse import csr_matrix

    data, indices, indptr = stack(rows)
    return csr_matrix((data, indices, indptr), shape=(len(rows), width))


def fit_head(name: str, table: Any, targets: NDArray[np.intp]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Fit one logistic regression; return its weights (features x columns) and bias."""
    from sklearn.linear_model import LogisticRegression

    fitted = LogisticRegression(C=STRENGTH[name], max_iter=400, tol=1e-3).fit(table, targets)
    return fitted.coef_.T, fitted.intercept_


def temperature(scores: NDArray[np.float64], targets: NDArray[np.intp]) -> float:
    """Return the temperature under which unseen answers are likeliest."""
    grid = np.exp(np.linspace(np.log(0.2), np.log(5), 121))
    losses = [
        -np.log(np.clip(models.softmax(scores / t)[np.arange(len(targets)), targets], 1e-12, 1)).mean() for t in grid
    ]
    return float(grid[int(np.argmin(losses))])


def folds(examples: Sequence[Example]) -> NDArray[np.intp]:
    """Deal the letters into folds by a hash of their text's first words, so that twins share a fold."""
    return np.array(
        [int(hashlib.sha256(e.text.subject.encode() + e.writer.encode()).hexdigest(), 16) % FOLDS for e in examples]
    )


def fit(examples: Sequence[Example], key: str, readings: Sequence[Reading] | None = None) -> Model:
    """Fit a model from labelled letters."""
    if readings is None:
        readings = [read(example.text, LONGEST) for example in examples]
    vectoriser = learn_vocabulary(readings)
    table = matrix([vectoriser.row(reading) for reading in readings], len(vectoriser.names))
    fold = folds(examples)
    weights: list[NDArray[np.float64]] = []
    bias: list[NDArray[np.float64]] = []
    heads: list[Head] = []
    bars: dict[str, float] = {}
    column = 0
    for name, answers in ANSWERS.items():
        targets = np.array([answers_of(example)[name] for example in examples], np.intp)
        w, b = fit_head(name, table, targets)
        unseen = np.zeros((len(examples), w.shape[1]))
        for number in range(FOLDS):
            out = fold == number
            if out.any():
                fw, fb = fit_head(name, table[~out], targets[~out])
                unseen[out] = table[out] @ fw + fb
        t = temperature(unseen, targets)
        if name == "line":
            bars["line"] = bar_for(models.softmax(unseen / t), targets, WANTED_PRECISION)
        heads.append(Head(name=name, answers=answers, columns=(column, column + w.shape[1]), temperature=t))
        column += w.shape[1]
        weights.append(w)
        bias.append(b)
    bars["trafficking_risk"] = 0.4
    return Model(
        vectoriser=vectoriser,
        weights=np.ascontiguousarray(np.hstack(weights), np.float32),
        bias=np.concatenate(bias).astype(np.float32),
        heads=tuple(heads),
        bars=bars,
        key=key,
    )


def bar_for(probabilities: NDArray[np.float64], targets: NDArray[np.intp], precision: float) -> float:
    """Return the lowest confidence from which unseen answers were right at that rate."""
    sure = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == targets
    order = np.argsort(-sure, kind="stable")
    rate = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    good = np.flatnonzero(rate >= precision)
    return float(sure[order][good[-1]]) if len(good) else 1.0


def main() -> None:
    """Fit from the shipped corpus and write the model where the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--key", required=True)
    given = parser.parse_args()
    learn, _ = split(shipped())
    models.save(fit(learn, given.key), given.out)


if __name__ == "__main__":
    main()
