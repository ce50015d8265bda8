"""Fits the model from the corpus. Runs as its own process, so that scikit-learn never weighs on the one that judges.

``python -m triage.training --out FILE --key KEY [--examples FILE]`` fits from the shipped letters (and the desk's own)
and writes the model.

Each question of the model ("head") is one logistic regression. The probabilities are calibrated, and the bars chosen,
on predictions for letters that the weights had not seen: once with twins and writers mixed over five folds, once with
a whole writer left out, both pooled, because the next letter comes from a hand that nobody has seen.
"""

import argparse
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from triage import model as models
from triage.corpus import KINDS, Example, read_examples, shipped, split
from triage.features import BLOCKS
from triage.model import LINES, Head, Model
from triage.reading import Reading, read
from triage.vectors import Row, learn_vocabulary, stack
from triage.verdict import TriageSettings

FOLDS = 5
DRILLS = "own"
WANTED_PRECISION = 0.97


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How one head is fitted: its answers, how loud each block of features speaks, and the regression's strength.

    ``shares`` stand in the order of ``features.BLOCKS``; ``balanced`` makes rare answers weigh as much as common ones.
    """

    answers: tuple[str, ...]
    shares: tuple[float, ...]
    strength: float = 10.0
    balanced: bool = False


YES_OR_NO = ("no", "yes")
RECIPES = {  # how loud:                                               m    t    p    u    s     k     q     c
    "line": Recipe(answers=tuple(str(line) for line in LINES), shares=(1.0, 0.7, 1.0, 0.7, 0.20, 0.08, 0.00, 1.3)),
    "kind": Recipe(answers=KINDS, shares=(1.0, 0.7, 0.5, 0.7, 0.45, 0.05, 0.00, 1.3), balanced=True),
    "on_behalf": Recipe(answers=YES_OR_NO, shares=(1.0, 0.7, 0.5, 0.7, 0.35, 0.08, 0.25, 1.3), strength=5.0),
    "trafficking_risk": Recipe(
        answers=YES_OR_NO, shares=(0.7, 0.5, 0.3, 0.7, 0.50, 0.15, 0.00, 1.3), strength=8.0, balanced=True
    ),
}

Floats = NDArray[np.float64]
Numbers = NDArray[np.intp]


def targets_of(examples: Sequence[Example]) -> dict[str, Numbers]:
    """Return the number of the right answer of every letter, for every head."""
    return {
        "line": np.array([e.line for e in examples], np.intp),
        "kind": np.array([KINDS.index(e.kind) for e in examples], np.intp),
        "on_behalf": np.array([int(e.on_behalf) for e in examples], np.intp),
        "trafficking_risk": np.array([int(e.trafficking_risk) for e in examples], np.intp),
    }


def matrix(rows: Sequence[Row], width: int) -> Any:
    """Return rows as a scipy CSR matrix."""
    from scipy.sparse import csr_matrix

    data, indices, indptr = stack(rows)
    return csr_matrix((data, indices, indptr), shape=(len(rows), width))


@dataclass(frozen=True, slots=True, kw_only=True)
class Space:
    """The letters as points whose distances are those of their features: few dense columns instead of many sparse ones.

    With a quadratic penalty a regression fitted here is the very one that would be fitted on the features, some ten
    times faster. ``back`` turns its weights into weights of the features.
    """

    points: Floats
    shares: Floats
    table: Any

    def weights(self, fitted: Floats) -> Floats:
        """Return weights of this space as weights of the features."""
        return np.asarray(self.table.T @ (self.shares @ fitted))


def space_of(table: Any) -> Space:
    """Span the space of these rows (scipy CSR) by the eigenvectors of their inner products."""
    values, vectors = np.linalg.eigh((table @ table.T).toarray().astype(np.float64))
    kept = values > 1e-9 * values.max()
    root = np.sqrt(values[kept])
    return Space(points=np.ascontiguousarray(vectors[:, kept] * root), shares=vectors[:, kept] / root, table=table)


def scaled(table: Any, rows: Floats, columns: Floats) -> Any:
    """Return the matrix with every row and every column multiplied by its own number."""
    from scipy.sparse import diags

    return (diags(rows) @ table @ diags(columns)).tocsr()


def regression(recipe: Recipe, points: Floats, targets: Numbers) -> tuple[Floats, Floats]:
    """Fit one logistic regression; return its weights (columns x answers, or one for yes/no) and bias."""
    from sklearn.linear_model import LogisticRegression

    fitted = LogisticRegression(
        C=recipe.strength, max_iter=400, tol=1e-3, class_weight="balanced" if recipe.balanced else None
    ).fit(points, targets)
    present = fitted.classes_
    if len(recipe.answers) == 2 or len(present) == len(recipe.answers):
        return fitted.coef_.T, fitted.intercept_
    weights = np.zeros((points.shape[1], len(recipe.answers)))
    bias = np.full(len(recipe.answers), -20.0)
    weights[:, present], bias[present] = fitted.coef_.T, fitted.intercept_
    return weights, bias


def parts(examples: Sequence[Example]) -> list[NDArray[np.bool_]]:
    """Return which letters are left out in turn: five mixed folds (twins together), then each large writer."""
    fold = np.array(
        [
            int.from_bytes(hashlib.sha256(f"{e.writer}\n{e.text.subject}".encode()).digest()[:8]) % FOLDS
            for e in examples
        ]
    )
    writers = sorted({e.writer for e in examples})
    left_out = [fold == number for number in range(FOLDS)]
    left_out += [np.array([e.writer == writer for e in examples]) for writer in writers]
    return [part for part in left_out if 0 < part.sum() < len(examples) * 0.6]


def measured(
    examples: Sequence[Example], left_out: Sequence[NDArray[np.bool_]]
) -> list[tuple[NDArray[np.bool_], NDArray[np.bool_]]]:
    """Return (left out, of these counted): only letters of other hands count, if there are any.

    The letters of ``DRILLS`` were written for the weak spots of the others, so they say little of what comes by mail.
    """
    others = np.array([example.writer != DRILLS for example in examples])
    if not others.any():
        others[:] = True
    return [(out, out & others) for out in left_out if (out & others).any()]


def fit(examples: Sequence[Example], key: str, readings: Sequence[Reading] | None = None) -> Model:
    """Fit a model from labelled letters."""
    if readings is None:
        longest = TriageSettings().longest
        readings = [read(example.text, longest) for example in examples]
    vectoriser = learn_vocabulary(readings)
    rows = [vectoriser.row(reading) for reading in readings]
    table = matrix(rows, len(vectoriser.names))
    targets = targets_of(examples)
    counted = measured(examples, parts(examples))
    blocks = np.array([BLOCKS.index(feature[0]) for feature in vectoriser.names])
    lengths = np.stack([row.lengths for row in rows])
    weights: list[Floats] = []
    bias: list[Floats] = []
    heads: list[Head] = []
    unseen: dict[str, Floats] = {}
    truths: dict[str, Numbers] = {}
    at = 0
    for name, recipe in RECIPES.items():
        head = Head(name=name, answers=recipe.answers, columns=(at, at), shares=recipe.shares, temperature=1.0)
        loud = np.array(recipe.shares)[blocks]
        space = space_of(scaled(table, head.stretch(lengths), loud))
        fitted, b = regression(recipe, space.points, targets[name])
        scores = np.vstack([_unseen(recipe, space.points, targets[name], out, part) for out, part in counted])
        truths[name] = np.concatenate([targets[name][part] for _, part in counted])
        temperature = best_temperature(scores, truths[name])
        unseen[name] = models.softmax(scores / temperature)
        heads.append(replace(head, columns=(at, at + fitted.shape[1]), temperature=temperature))
        at += fitted.shape[1]
        weights.append(space.weights(fitted) * loud[:, None])
        bias.append(b)
    together = compatibility(targets["line"], targets["kind"])
    return Model(
        vectoriser=vectoriser,
        weights=np.ascontiguousarray(np.hstack(weights), np.float32),
        bias=np.concatenate(bias).astype(np.float32),
        heads=tuple(heads),
        together=together,
        bars=bars_of(unseen, truths, together),
        key=key,
    )


def _unseen(
    recipe: Recipe, points: Floats, targets: Numbers, out: NDArray[np.bool_], part: NDArray[np.bool_]
) -> Floats:
    weights, bias = regression(recipe, points[~out], targets[~out])
    return np.asarray(points[part] @ weights + bias)


def best_temperature(scores: Floats, targets: Numbers) -> float:
    """Return the temperature under which unseen answers are likeliest, never below 1.

    A new hand is harder than any that could be left out here, so confidence is only ever softened.
    """
    rows = np.arange(len(targets))
    grid = np.exp(np.linspace(0.0, np.log(5), 81))
    losses = [-np.log(np.clip(models.softmax(scores / t)[rows, targets], 1e-12, 1)).mean() for t in grid]
    return float(grid[int(np.argmin(losses))])


def compatibility(lines: Numbers, kinds: Numbers) -> Floats:
    """Return how much oftener each line and kind go together than chance would have it (square root, smoothed)."""
    counted = np.full((len(LINES), len(KINDS)), 0.3)
    np.add.at(counted, (lines, kinds), 1)
    share = counted / counted.sum()
    ratio = share / (share.sum(axis=1, keepdims=True) * share.sum(axis=0, keepdims=True))
    return np.asarray(np.sqrt(ratio))


def bars_of(unseen: dict[str, Floats], truths: dict[str, Numbers], together: Floats) -> dict[str, float]:
    """Choose every threshold on unseen answers."""
    lines, _ = models.agree(unseen["line"], unseen["kind"], together)
    return {
        "line": bar_for(lines, truths["line"], WANTED_PRECISION),
        "on_behalf": best_bar(unseen["on_behalf"][:, 1], truths["on_behalf"], 1.0),
        "trafficking_risk": best_bar(unseen["trafficking_risk"][:, 1], truths["trafficking_risk"], 1.7),
    }


def bar_for(probabilities: Floats, targets: Numbers, precision: float) -> float:
    """Return the lowest confidence from which unseen answers were right at that rate."""
    sure = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == targets
    order = np.argsort(-sure, kind="stable")
    rate = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    good = np.flatnonzero(rate >= precision)
    return float(sure[order][good[-1]]) if len(good) else 1.0


def best_bar(chance: Floats, targets: Numbers, beta: float) -> float:
    """Return the threshold with the best F-score; ``beta`` above 1 favours recall."""
    best, bar = -1.0, 0.5
    for candidate in np.arange(0.05, 0.9, 0.01):
        said = chance >= candidate
        hit = float((said & (targets == 1)).sum())
        missed = float((targets == 1).sum()) - hit
        false = float(said.sum()) - hit
        score = (1 + beta**2) * hit / max((1 + beta**2) * hit + beta**2 * missed + false, 1)
        if score > best:
            best, bar = score, float(candidate)
    return bar


def main() -> None:
    """Fit from the shipped corpus and write the model where the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--key", required=True)
    parser.add_argument("--examples", type=Path)
    given = parser.parse_args()
    learn, held = split(shipped())
    if given.examples is not None:
        known = {example.text for example in held}
        desk = read_examples(given.examples.read_text("utf-8").split("\n"), "desk")
        learn += [example for example in desk if example.text not in known]
    models.save(fit(learn, given.key), given.out)


if __name__ == "__main__":
    main()
