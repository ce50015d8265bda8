"""Turns readings into weighted sparse rows: the same code when the model is fitted and when it judges."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from triage.features import BLOCKS, char_features, named_features
from triage.reading import Reading

Row = tuple[NDArray[np.intp], NDArray[np.float32]]

LEAST_LETTERS: Mapping[str, int] = {"m": 2, "p": 2, "s": 2, "q": 2, "c": 3}
SCALE: Mapping[str, float] = {"m": 1.0, "p": 1.0, "s": 0.28, "q": 0.25, "c": 1.0}
PLAIN_BLOCKS = frozenset({"s", "q"})  # present or absent, neither counted nor normalised
REMEMBERED_WORDS = 20_000


@dataclass(slots=True, kw_only=True)
class Vectoriser:
    """Knows the number and the weight of every feature that the corpus taught.

    ``names`` are the features as ``block:feature`` in their order, ``idf`` how telling each is.
    """

    names: list[str]
    idf: NDArray[np.float32]
    _number: dict[str, dict[str, int]] = field(init=False)
    _word_numbers: dict[str, list[int]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._number = {block: {} for block in BLOCKS}
        for number, name in enumerate(self.names):
            self._number[name[0]][name[2:]] = number

    def row(self, reading: Reading) -> Row:
        """Return the numbers and the values of the features of one reading."""
        indices: list[NDArray[np.intp]] = []
        values: list[NDArray[np.float32]] = []
        for block, features in named_features(reading).items():
            known = self._number[block]
            counts = Counter([known[feature] for feature in features if feature in known])
            self._weigh(block, counts, indices, values)
        runs: list[int] = []
        for word in reading.words:
            runs += self._runs(word)
        self._weigh("c", Counter(runs), indices, values)
        return np.concatenate(indices), np.concatenate(values)

    def _runs(self, word: str) -> list[int]:
        numbers = self._word_numbers.get(word)
        if numbers is None:
            if len(self._word_numbers) >= REMEMBERED_WORDS:
                self._word_numbers.clear()
            known = self._number["c"]
            numbers = [known[run] for run in char_features(word) if run in known]
            self._word_numbers[word] = numbers
        return numbers

    def _weigh(
        self,
        block: str,
        counts: "Counter[int]",
        indices: list[NDArray[np.intp]],
        values: list[NDArray[np.float32]],
    ) -> None:
        index = np.fromiter(counts.keys(), np.intp, len(counts))
        if block in PLAIN_BLOCKS:
            value = np.full(len(counts), SCALE[block], np.float32)
        else:
            value = (1 + np.log(np.fromiter(counts.values(), np.float32, len(counts)))) * self.idf[index]
            norm = float(np.sqrt(value @ value))
            value = value * np.float32(SCALE[block] / norm) if norm else value
        indices.append(index)
        values.append(value.astype(np.float32, copy=False))


def learn_vocabulary(readings: Sequence[Reading]) -> Vectoriser:
    """Number every feature that enough letters have, and weigh it by how few have it (smoothed idf)."""
    having: dict[str, Counter[str]] = {block: Counter() for block in BLOCKS}
    for reading in readings:
        for block, features in named_features(reading).items():
            having[block].update(set(features))
        having["c"].update({run for word in set(reading.words) for run in char_features(word)})
    names: list[str] = []
    counts: list[int] = []
    for block in BLOCKS:
        for feature, count in sorted(having[block].items()):
            if count >= LEAST_LETTERS[block]:
                names.append(f"{block}:{feature}")
                counts.append(count)
    idf = np.log((1 + len(readings)) / (1 + np.array(counts, np.float32))) + 1
    return Vectoriser(names=names, idf=idf.astype(np.float32))


def stack(rows: Iterable[Row]) -> tuple[NDArray[np.float32], NDArray[np.intp], NDArray[np.intp]]:
    """Return rows as the (data, indices, indptr) of a CSR matrix."""
    pairs = list(rows)
    lengths = np.array([0, *(len(index) for index, _ in pairs)], np.intp)
    return (
        np.concatenate([value for _, value in pairs]),
        np.concatenate([index for index, _ in pairs]),
        np.cumsum(lengths),
    )
