"""The fitted model: weights that score a letter, and the safe file they are kept in."""

import hashlib
import json
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from triage.vectors import Row, Vectoriser

LINES = tuple(range(6))
LENGTH = 2.1


class UnusableModel(Exception):
    """A stored model is damaged, or was fitted from other letters or other code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """One question of the model: its possible answers, its columns of the weights and its temperature.

    One column with two answers is a yes/no question. ``owners`` says which answer each column speaks for, where an
    answer has several. ``shares`` says how loud each block of features speaks here; a
    letter is brought to the same length under them, so that a short one speaks as loud as a long one. ``temperature``
    softens the scores so that a probability is the share of right answers among letters judged alike.
    """

    name: str
    answers: tuple[str, ...]
    columns: tuple[int, int]
    owners: tuple[int, ...] = ()
    shares: tuple[float, ...]
    temperature: float

    @property
    def asks(self) -> str:
        """What the head answers: two heads that share the word before the colon are one question asked twice."""
        return self.name.partition(":")[0]

    def stretch(self, lengths: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return by how much each letter is stretched, given the squared lengths of its blocks (letters x blocks)."""
        squared = lengths.astype(np.float64) @ np.square(np.array(self.shares))
        return np.asarray(LENGTH / np.sqrt(np.maximum(squared, 1e-9)))

    def chances(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the probability of each answer (letters x answers) from the scores of this head's columns."""
        each = softmax(scores / self.temperature)
        if not self.owners:
            return each
        answers = np.zeros((len(each), len(self.answers)))
        for column, owner in enumerate(self.owners):
            answers[:, owner] += each[:, column]
        return answers


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """Everything that was fitted.

    ``together`` says how well each line and kind go together, ``bars`` holds the thresholds chosen on letters that the
    weights had not seen.
    """

    vectoriser: Vectoriser
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    heads: tuple[Head, ...]
    together: NDArray[np.float64]
    bars: dict[str, float]
    key: str

    @property
    def version(self) -> str:
        """Short name of this model, kept with every verdict; what follows a + comes from the desk's own letters."""
        base, _, own = self.key.partition("+")
        return f"{base[:12]}+{own[:8]}" if own else base[:12]

    def scores(self, rows: Sequence[Row]) -> NDArray[np.float64]:
        """Return the raw score of every column for every row."""
        if not rows:
            return np.zeros((0, len(self.bias)))
        raw = np.stack([row.values @ self.weights[row.numbers] for row in rows]).astype(np.float64)
        lengths = np.stack([row.lengths for row in rows])
        for head in self.heads:
            raw[:, slice(*head.columns)] *= head.stretch(lengths)[:, None]
        return raw + self.bias

    def probabilities(self, scores: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
        """Return the calibrated probabilities of every head's answers, a row for each letter."""
        said: dict[str, list[NDArray[np.float64]]] = {}
        for head in self.heads:
            said.setdefault(head.asks, []).append(head.chances(scores[:, slice(*head.columns)]))
        answered = {name: mean_of(chances) for name, chances in said.items()}
        answered["line"], answered["kind"] = agree(answered["line"], answered["kind"], self.together)
        return answered


def mean_of(chances: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Return the mean of what several heads think of the same question."""
    return np.asarray(sum(chances) / len(chances))


def softmax(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn scores into probabilities; a single column is the score of the second of two answers."""
    if scores.shape[1] == 1:
        scores = np.hstack([np.zeros_like(scores), scores])
    raised = np.exp(scores - scores.max(axis=1, keepdims=True, initial=-np.inf))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def agree(
    line: NDArray[np.float64], kind: NDArray[np.float64], together: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Let line and kind speak to each other: return the chance of each line, and of each kind given the best line."""
    joint = line[:, :, None] * kind[:, None, :] * together[None]
    joint /= joint.sum(axis=(1, 2), keepdims=True)
    lines = joint.sum(axis=2)
    kinds = joint[np.arange(len(joint)), lines.argmax(axis=1)]
    return lines, kinds / kinds.sum(axis=1, keepdims=True)


def save(model: Model, path: Path) -> None:
    """Write the model beside its final name and move it there in one step, readable by its owner alone."""
    described = json.dumps(
        {
            "key": model.key,
            "bars": model.bars,
            "heads": [[h.name, h.answers, h.columns, h.owners, h.shares, h.temperature] for h in model.heads],
        }
    )
    arrays: dict[str, NDArray[Any]] = {
        "weights": model.weights,
        "bias": model.bias,
        "idf": model.vectoriser.idf,
        "together": model.together,
        "names": _bytes("\t".join(model.vectoriser.names)),
        "about": _bytes(described),
    }
    arrays["seal"] = _bytes(_seal(arrays))
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, unfinished = tempfile.mkstemp(dir=path.parent, prefix=".triage-", suffix=".npz")
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez(file, allow_pickle=False, **arrays)
        Path(unfinished).replace(path)
    except BaseException:
        Path(unfinished).unlink(missing_ok=True)
        raise


def load(path: Path, key: str) -> Model:
    """Read a stored model. Raise ``UnusableModel`` unless it is whole and was fitted under this key.

    What the desk's own letters add to a key, after a +, may be anything.
    """
    try:
        with np.load(path, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in ("weights", "bias", "idf", "together", "names", "about", "seal")}
        seal = _text(arrays.pop("seal"))
        if seal != _seal(arrays):
            raise UnusableModel("its seal is broken")
        about = json.loads(_text(arrays["about"]))
        if about["key"].partition("+")[0] != key:
            raise UnusableModel("it was fitted from other letters or other code")
        return Model(
            vectoriser=Vectoriser(names=_text(arrays["names"]).split("\t"), idf=arrays["idf"]),
            weights=arrays["weights"],
            bias=arrays["bias"],
            together=arrays["together"],
            heads=tuple(
                Head(
                    name=name,
                    answers=tuple(answers),
                    columns=(columns[0], columns[1]),
                    owners=tuple(owners),
                    shares=tuple(shares),
                    temperature=temperature,
                )
                for name, answers, columns, owners, shares, temperature in about["heads"]
            ),
            bars={str(name): float(bar) for name, bar in about["bars"].items()},
            key=about["key"],
        )
    except UnusableModel:
        raise
    except Exception as error:
        raise UnusableModel(str(error)) from error


def _seal(arrays: dict[str, NDArray[Any]]) -> str:
    digest = hashlib.sha256()
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        digest.update(f"{name} {array.dtype} {array.shape}".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()


def _bytes(text: str) -> NDArray[np.uint8]:
    return np.frombuffer(text.encode("utf-8", "surrogatepass"), np.uint8)


def _text(array: NDArray[Any]) -> str:
    return array.tobytes().decode("utf-8", "surrogatepass")
