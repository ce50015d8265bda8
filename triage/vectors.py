"""Turns readings into weighted sparse rows: the same code when the model is fitted and when it judges."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from triage.features import BLOCKS, char_features, named_features
from triage.reading import Reading

LEAST_LETTERS: Mapping[str, int] = {"m": 2, "t": 2, "p": 2, "u": 2, "s": 2, "k": 2, "q": 2, "c": 3}
PLAIN_BLOCKS = frozenset({"s", "k", "q"})  # present or absent, neither counted nor normalised
REMEMBERED_WORDS = 10_000


@dataclass(frozen=True, slots=True)
class Row:
    """The features of one letter: their numbers, their values, and the squared length of each block."""

    numbers: NDArray[np.intp]
    values: NDArray[np.float32]
    lengths: NDArray[np.float32]


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

    def knows(self, word: str) -> bool:
        """Tell whether the corpus taught this word."""
        return word in self._number["m"]

    def row(self, reading: Reading) -> Row:
        """Return the features of one reading."""
        numbers: list[NDArray[np.intp]] = []
        values: list[NDArray[np.float32]] = []
        lengths: list[float] = []
        for block, features in named_features(reading).items():
            known = self._number[block]
            counts = Counter([known[feature] for feature in features if feature in known])
            lengths.append(self._weigh(block, counts, numbers, values))
        runs: list[int] = []
        for word in reading.words:
            runs += self._runs(word)
        lengths.append(self._weigh("c", Counter(runs), numbers, values))
        if not numbers:
            return Row(np.zeros(0, np.intp), np.zeros(0, np.float32), np.array(lengths, np.float32))
        return Row(np.concatenate(numbers), np.concatenate(values), np.array(lengths, np.float32))

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
        self, block: str, counts: Counter[int], numbers: list[NDArray[np.intp]], values: list[NDArray[np.float32]]
    ) -> float:
        if not counts:
            return 0.0
        number = np.fromiter(counts.keys(), np.intp, len(counts))
        numbers.append(number)
        if block in PLAIN_BLOCKS:
            values.append(np.ones(len(counts), np.float32))
            return float(len(counts))
        value = (1 + np.log(np.fromiter(counts.values(), np.float32, len(counts)))) * self.idf[number]
        values.append(value / np.sqrt(value @ value))
        return 1.0


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
    kept = list(rows)
    return (
        np.concatenate([row.values for row in kept]),
        np.concatenate([row.numbers for row in kept]),
        np.cumsum([0, *(len(row.numbers) for row in kept)]).astype(np.intp),
    )
