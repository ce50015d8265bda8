"""Judges letters: the one door of this room."""

from collections.abc import Sequence

import numpy as np

from triage import store
from triage.corpus import KINDS
from triage.language import language_of
from triage.model import Model
from triage.reading import Reading, read
from triage.verdict import Text, TriageSettings, Verdict

BATCH = 64
LEAST_WORDS = 3

__all__ = ["Classifier", "Text", "load"]


class Classifier:
    """Judges batches of letters with one fitted model. Never raises on a text, whatever it is."""

    def __init__(self, model: Model, settings: TriageSettings) -> None:
        self._model = model
        self._settings = settings

    @property
    def version(self) -> str:
        """Short name of the model, as it stands in every verdict."""
        return self._model.version

    def judge(self, texts: Sequence[Text]) -> list[Verdict]:
        """Return one verdict for each text, in the same order."""
        verdicts: list[Verdict] = []
        for start in range(0, len(texts), BATCH):
            verdicts += self._judge_batch(texts[start : start + BATCH])
        return verdicts

    def _judge_batch(self, texts: Sequence[Text]) -> list[Verdict]:
        readings = [read(text, self._settings.longest) for text in texts]
        scores = self._model.scores([self._model.vectoriser.row(reading) for reading in readings])
        chances = self._model.probabilities(scores)
        return [self._verdict(reading, {k: v[i] for k, v in chances.items()}) for i, reading in enumerate(readings)]

    def _verdict(self, reading: Reading, chance: dict[str, "np.ndarray[tuple[int], np.dtype[np.float64]]"]) -> Verdict:
        enough = sum(1 for word in reading.words if word.isalpha() and len(word) > 1) >= LEAST_WORDS
        line = int(chance["line"].argmax()) if enough else 0
        confidence = float(chance["line"][line])
        bar = self._settings.confidence_bar or self._model.bars["line"]
        danger_bar = self._settings.danger_bar or self._model.bars["trafficking_risk"]
        return Verdict(
            line=line,
            confidence=round(confidence, 4),
            confident=enough and confidence >= bar,
            enough=enough,
            kind=KINDS[int(chance["kind"].argmax())],
            on_behalf=bool(chance["on_behalf"][1] >= self._model.bars["on_behalf"]),
            trafficking_risk=bool(chance["trafficking_risk"][1] >= danger_bar),
            language=language_of(reading.words, reading.text),
            countries=countries(reading),
            reasons=() if enough else ("no dice lo suficiente para saber de qué se trata",),
            model_version=self._model.version,
        )


def countries(reading: Reading) -> tuple[str, ...]:
    """Return the foreign countries that the letter names, sorted."""
    codes = {name.partition(":")[2] for _, _, name in reading.found if name.startswith(("place:", "people:", "mark:"))}
    return tuple(sorted(codes - {"PE"}))


def load(settings: TriageSettings | None = None) -> Classifier:
    """Make the judge ready: from the stored model in a fraction of a second, or by fitting it first (seconds)."""
    settings = settings or TriageSettings()
    return Classifier(store.ready(settings.cache_dir), settings)
