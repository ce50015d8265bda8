"""Judges letters: the one door of this room."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from triage import store
from triage.corpus import KINDS
from triage.enough import says_enough
from triage.model import Model
from triage.places import countries_of
from triage.reading import Reading, read
from triage.reasons import reasons_of
from triage.verdict import Text, TriageSettings, Verdict

BATCH = 64
THANKS = "agradecimiento"  # a pure thank-you needs no matter to be understood

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

    def _verdict(self, reading: Reading, chance: Mapping[str, NDArray[np.float64]]) -> Verdict:
        kind = KINDS[int(chance["kind"].argmax())]
        enough = kind == THANKS or says_enough(reading, self._model.vectoriser.knows)
        line = int(chance["line"].argmax()) if enough else 0
        confidence = float(chance["line"][line])
        if not enough:
            kind = "consulta"
        on_behalf = self._reaches("on_behalf", chance, None)
        danger = self._reaches("trafficking_risk", chance, self._settings.danger_bar)
        return Verdict(
            line=line,
            confidence=round(confidence, 4),
            confident=enough and confidence >= self.bar,
            enough=enough,
            kind=kind,
            on_behalf=on_behalf,
            trafficking_risk=danger,
            language=reading.language,
            countries=countries_of(reading, kind),
            reasons=reasons_of(
                reading, line=line, kind=kind, on_behalf=on_behalf, trafficking_risk=danger, enough=enough
            ),
            model_version=self._model.version,
        )

    @property
    def bar(self) -> float:
        """The confidence from which a line stands without a person's word."""
        return self._model.bars["line"] if self._settings.confidence_bar is None else self._settings.confidence_bar

    def _reaches(self, head: str, chance: Mapping[str, NDArray[np.float64]], bar: float | None) -> bool:
        return bool(chance[head][1] >= (self._model.bars[head] if bar is None else bar))


def load(settings: TriageSettings | None = None) -> Classifier:
    """Make the judge ready: from the stored model in a fraction of a second, or by fitting it first (seconds)."""
    settings = settings or TriageSettings()
    return Classifier(store.ready(settings), settings)
