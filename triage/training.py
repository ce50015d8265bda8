"""Fits the model from the corpus. Runs as its own process, so that scikit-learn never weighs on the one that judges.

``python -m triage.training --out FILE --key KEY [--examples FILE]`` fits from the shipped letters (and the desk's own)
and writes the model.

Each question of the model ("head") is a set of linear support-vector machines, one answer against the rest. The
probabilities are calibrated, and the bars chosen, on answers to letters of hands that the weights had not seen, because
the next letter comes from a hand that nobody has seen.
"""

import argparse
import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from triage import model as models
from triage.corpus import DRILLS, KINDS, LABELS, Example, read_examples, shipped, split
from triage.features import BLOCKS
from triage.model import LINES, Head, Model
from triage.reading import Reading, read
from triage.vectors import Row, learn_vocabulary, stack
from triage.verdict import TriageSettings

FOLDS = 5
PARTS = 3
WANTED_PRECISION = 0.99  # on letters not seen; a hand not met before may be harder, and 97 in 100 must hold there too
WEIGHT_OF_COMPANY = 0.25  # line and kind were judged from the same words, so each knows much of the other already
ROUGHLY = 0.1  # near enough to calibrate by, in half the time
NEVER = -20.0  # the score of a machine that had no letter to learn from
DANGER_PRECISION = 0.78  # one false alarm in five is borne for the sake of those that would be missed
MOST_OF_DESK = 4000  # the newest, so that fitting stays a matter of seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How one head is fitted: its answers, how loud each block of features speaks, and how closely it must fit.

    ``shares`` stand in the order of ``features.BLOCKS``; ``balanced`` makes rare answers weigh as much as common ones.
    ``owners`` says which answer each machine speaks for, where an answer has several; ``needs`` names the labels that
    a letter must have to teach it.
    """

    answers: tuple[str, ...]
    shares: tuple[float, ...]
    strength: float = 1.0
    balanced: bool = False
    owners: tuple[int, ...] = ()
    needs: tuple[str, ...]


YES_OR_NO = ("no", "yes")
SORTS = {"agradecimiento": 1, "ajeno": 2}
"""Line 0 holds three unlike sorts of letter: questions about the service, thanks, and what is for others."""
LINE_SHARES = (1.0, 0.7, 1.0, 0.7, 0.20, 0.08, 0.00, 1.3)
RECIPES = {  # how loud:  m    t    p    u    s     k     q     c
    "line": Recipe(
        answers=tuple(str(line) for line in LINES),
        owners=(0, 0, *LINES),  # questions, thanks, what is for others, then lines 1 to 5
        shares=LINE_SHARES,
        needs=("line",),
    ),
    "line:whose": Recipe(  # a relative's letter differs from one's own in every line, so each is met by itself
        answers=tuple(str(line) for line in LINES),
        owners=(0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5),
        shares=LINE_SHARES,
        needs=("line", "on_behalf"),
    ),
    "kind": Recipe(
        answers=KINDS,
        owners=(*[0] * len(LINES), 1, 1, 2, 2, 3, 4),  # a consulta of each line; the others of line 0, of any other
        shares=(1.0, 0.7, 0.5, 0.7, 0.45, 0.05, 0.00, 1.3),
        balanced=True,
        needs=("line", "kind"),
    ),
    "on_behalf": Recipe(answers=YES_OR_NO, shares=(1.0, 0.7, 0.5, 0.7, 0.35, 0.08, 0.25, 1.3), needs=("on_behalf",)),
    "trafficking_risk": Recipe(
        answers=YES_OR_NO,
        shares=(1.0, 0.5, 0.3, 0.7, 0.50, 0.15, 0.00, 1.3),
        balanced=True,
        needs=("trafficking_risk",),
    ),
}

Floats = NDArray[np.float64]
Numbers = NDArray[np.intp]


def targets_of(examples: Sequence[Example]) -> dict[str, Numbers]:
    """Return the number of the right machine of every letter, for every head."""
    return {
        "line": np.array([2 + e.line if e.line else SORTS.get(e.kind, 0) for e in examples], np.intp),
        "line:whose": np.array(
            [1 + 2 * e.line + e.on_behalf if e.line else SORTS.get(e.kind, 0) for e in examples], np.intp
        ),
        "kind": np.array([_kind_machine(e) for e in examples], np.intp),
        "on_behalf": np.array([int(e.on_behalf) for e in examples], np.intp),
        "trafficking_risk": np.array([int(e.trafficking_risk) for e in examples], np.intp),
    }


def _kind_machine(example: Example) -> int:
    if example.kind == "consulta":
        return example.line
    first = {"sugerencia": 0, "reclamo": 2, "agradecimiento": 4, "ajeno": 5}[example.kind]
    return len(LINES) + first + (first < 4 and example.line > 0)


def matrix(rows: Sequence[Row], width: int) -> Any:
    """Return rows as a scipy CSR matrix."""
    from scipy.sparse import csr_matrix

    data, indices, indptr = stack(rows)
    return csr_matrix((data, indices, indptr), shape=(len(rows), width))


def scaled(table: Any, rows: Floats, columns: Floats) -> Any:
    """Return the matrix with every row and every column multiplied by its own number."""
    from scipy.sparse import diags

    return (diags(rows) @ table @ diags(columns)).tocsr()


def machines(recipe: Recipe, table: Any, targets: Numbers, tolerance: float = 1e-3) -> tuple[Floats, Floats]:
    """Fit one head on the rows of a scipy CSR matrix; return weights (features x machines) and bias.

    A yes/no question has one machine. An answer that nobody gave gets one that never speaks.
    """
    from sklearn.svm import LinearSVC

    fitted = LinearSVC(
        C=recipe.strength,
        tol=tolerance,
        max_iter=5000,
        class_weight="balanced" if recipe.balanced else None,
        random_state=0,
    ).fit(table, targets)
    present = fitted.classes_
    count = len(recipe.owners or recipe.answers)
    if count == 2 or len(present) == count:
        return fitted.coef_.T, fitted.intercept_
    weights = np.zeros((table.shape[1], count))
    bias = np.full(count, NEVER)
    if len(present) == 2:
        weights[:, present] = np.hstack([-fitted.coef_.T, fitted.coef_.T])
        bias[present] = [-fitted.intercept_[0], fitted.intercept_[0]]
    else:
        weights[:, present], bias[present] = fitted.coef_.T, fitted.intercept_
    return weights, bias


def fold_of(example: Example) -> int:
    """Return the mixed fold that a letter is in; letters of one hand under the same subject (twins) share it."""
    digest = hashlib.sha256(f"{example.writer}\n{example.text.subject}".encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8]) % FOLDS


def left_out_in_turn(examples: Sequence[Example]) -> list[NDArray[np.bool_]]:
    """Return the parts that unseen answers are taken from: whole hands, in at most ``PARTS`` parts of like size.

    The letters of ``DRILLS`` were written for the weak spots of the others, so they say little of what comes by mail
    and are never left out; nor are those with labels that nobody gave. Where there is one hand alone, the parts are
    mixed folds with twins together.
    """
    telling = np.array([not e.writer.startswith(DRILLS) and e.vouched >= set(LABELS) for e in examples])
    writers = np.array([e.writer for e in examples])
    sizes = Counter(writers[telling].tolist())
    if len(sizes) > 1:
        letters = [0] * PARTS
        part_of: dict[str, int] = {}
        for writer, size in sizes.most_common():
            part_of[writer] = letters.index(min(letters))
            letters[part_of[writer]] += size
        part = np.array([part_of.get(writer, -1) for writer in writers])
    else:
        part = np.array([fold_of(example) % PARTS for example in examples])
    if not sizes:
        telling[:] = True
    left_out = [telling & (part == number) for number in range(PARTS)]
    return [out for out in left_out if out.any()]


def fit(examples: Sequence[Example], key: str, readings: Sequence[Reading] | None = None) -> Model:
    """Fit a model from labelled letters."""
    if readings is None:
        longest = TriageSettings().longest
        readings = [read(example.text, longest) for example in examples]
    vectoriser = learn_vocabulary(readings)
    rows = [vectoriser.row(reading) for reading in readings]
    table = matrix(rows, len(vectoriser.names))
    targets = targets_of(examples)
    vouched = {
        name: np.array([example.vouched.issuperset(recipe.needs) for example in examples])
        for name, recipe in RECIPES.items()
    }
    parts = left_out_in_turn(examples)
    blocks = np.array([BLOCKS.index(feature[0]) for feature in vectoriser.names])
    lengths = np.stack([row.lengths for row in rows])
    weights: list[Floats] = []
    bias: list[Floats] = []
    heads: list[Head] = []
    unseen: dict[str, list[Floats]] = {}
    truths: dict[str, Numbers] = {}
    at = 0
    for name, recipe in RECIPES.items():
        known = vouched[name]
        width = 1 if recipe.answers == YES_OR_NO else len(recipe.owners or recipe.answers)
        head = Head(
            name=name, answers=recipe.answers, columns=(at, at + width), owners=recipe.owners, shares=recipe.shares,
            temperature=1.0,
        )  # fmt: skip
        loud = np.array(recipe.shares)[blocks]
        points = scaled(table, head.stretch(lengths), loud)
        fitted, b = machines(recipe, points[known], targets[name][known])
        scores = np.vstack([_unseen(recipe, points, targets[name], known & ~part, part) for part in parts])
        truths[head.asks] = np.concatenate([answers_of(recipe, targets[name])[part] for part in parts])
        head, shift = calibrated(head, scores, truths[head.asks])
        unseen.setdefault(head.asks, []).append(head.chances(scores + shift))
        heads.append(head)
        at += width
        weights.append(fitted * loud[:, None])
        bias.append(b + shift)
    both = vouched["line"] & vouched["kind"]
    right = {name: answers_of(RECIPES[name], targets[name])[both] for name in ("line", "kind")}
    together = compatibility(right["line"], right["kind"])
    return Model(
        vectoriser=vectoriser,
        weights=np.ascontiguousarray(np.hstack(weights), np.float32),
        bias=np.concatenate(bias).astype(np.float32),
        heads=tuple(heads),
        together=together,
        bars=bars_of({name: models.mean_of(said) for name, said in unseen.items()}, truths, together),
        key=key,
    )


def answers_of(recipe: Recipe, machine: Numbers) -> Numbers:
    """Return which answer each machine number speaks for."""
    return np.array(recipe.owners, np.intp)[machine] if recipe.owners else machine


def _unseen(
    recipe: Recipe, points: Any, targets: Numbers, learnt: NDArray[np.bool_], part: NDArray[np.bool_]
) -> Floats:
    weights, bias = machines(recipe, points[learnt], targets[learnt], ROUGHLY)
    return np.asarray(points[part] @ weights + bias)


def calibrated(head: Head, scores: Floats, truths: Numbers) -> tuple[Head, float]:
    """Return the head with the temperature, and the shift of its scores, under which unseen answers are likeliest.

    Only a yes/no question is shifted: its machine was fitted to part the letters, not to say how common a yes is.
    """
    rows = np.arange(len(truths))
    shifts = np.linspace(-0.5, 0.5, 21) if scores.shape[1] == 1 else np.zeros(1)
    best = (np.inf, head, 0.0)
    for shift in shifts:
        for temperature in np.exp(np.linspace(np.log(0.1), np.log(2), 41)):
            tried = replace(head, temperature=float(temperature))
            loss = -np.log(np.clip(tried.chances(scores + shift)[rows, truths], 1e-12, 1)).mean()
            if loss < best[0]:
                best = (float(loss), tried, float(shift))
    return best[1], best[2]


def compatibility(lines: Numbers, kinds: Numbers) -> Floats:
    """Return how much oftener each line and kind go together than chance would have it, smoothed and softened."""
    counted = np.full((len(LINES), len(KINDS)), 0.3)
    np.add.at(counted, (lines, kinds), 1)
    share = counted / counted.sum()
    ratio = share / (share.sum(axis=1, keepdims=True) * share.sum(axis=0, keepdims=True))
    return np.asarray(ratio**WEIGHT_OF_COMPANY)


def bars_of(unseen: dict[str, Floats], truths: dict[str, Numbers], together: Floats) -> dict[str, float]:
    """Choose every threshold on unseen answers."""
    lines, _ = models.agree(unseen["line"], unseen["kind"], together)
    return {
        "line": bar_for(lines, truths["line"], WANTED_PRECISION),
        "on_behalf": best_bar(unseen["on_behalf"][:, 1], truths["on_behalf"]),
        "trafficking_risk": widest_bar(unseen["trafficking_risk"][:, 1], truths["trafficking_risk"], DANGER_PRECISION),
    }


def bar_for(probabilities: Floats, targets: Numbers, precision: float) -> float:
    """Return the lowest confidence from which unseen answers were right at that rate."""
    return widest_bar(probabilities.max(axis=1), probabilities.argmax(axis=1) == targets, precision)


def widest_bar(chance: Floats, right: NDArray[Any], precision: float) -> float:
    """Return the lowest chance from which so many were right; 1 when none is."""
    order = np.argsort(-chance, kind="stable")
    rate = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    good = np.flatnonzero(rate >= precision)
    return float(chance[order][good[-1]]) if len(good) else 1.0


def best_bar(chance: Floats, targets: Numbers) -> float:
    """Return the threshold with the best F-score."""
    best, bar = -1.0, 0.5
    for candidate in np.arange(0.05, 0.9, 0.01):
        said = chance >= candidate
        score = 2 * float((said & (targets == 1)).sum()) / max(float(said.sum() + (targets == 1).sum()), 1.0)
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
        desk = read_examples(given.examples.read_text("utf-8").split("\n"), "desk", partial=True)
        learn += [example for example in desk if example.text not in known][-MOST_OF_DESK:]
    models.save(fit(learn, given.key), given.out)


if __name__ == "__main__":
    main()
