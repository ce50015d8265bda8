"""The values that go into and come out of a judgement."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """What is judged: the subject and the body of one letter, as received (quotes and signatures included)."""

    subject: str = ""
    body: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TriageSettings:
    """How the judge behaves.

    ``confidence_bar``: calibrated probability from which a line stands without a person's word; below it the line is
    only proposed. None takes the bar that the fitted model found for 97 % precision. ``danger_bar``: probability from
    which a letter counts as a trafficking risk (None: the model's own). ``cache_dir``: where the fitted model is kept
    (None: ``$XDG_CACHE_HOME/som``). ``desk_model``: the model that also learnt from the desk's own letters, used when
    it is whole and of this version. ``desk_folder``: where training keeps such models (None: beside the shipped one).
    ``longest``: characters of a letter that are looked at.
    """

    confidence_bar: float | None = None
    danger_bar: float | None = None
    cache_dir: Path | None = None
    desk_model: Path | None = None
    desk_folder: Path | None = None
    longest: int = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the judge thinks of one letter.

    ``line``: 0–5 (Directiva General 001-2011-MTPE/3/17, 5.3; 0 = none of the five). ``confidence``: calibrated
    probability that ``line`` is right. ``confident``: it reaches the bar. ``enough``: the letter says enough to be
    judged; otherwise ``line`` is 0. ``kind``: consulta, sugerencia, reclamo, agradecimiento or ajeno. ``language``:
    ISO 639-1. ``countries``: ISO 3166-1 alpha-2, sorted, never PE. ``reasons``: short, in Spanish.
    """

    line: int
    confidence: float
    confident: bool
    enough: bool
    kind: str
    on_behalf: bool
    trafficking_risk: bool
    language: str
    countries: tuple[str, ...]
    reasons: tuple[str, ...]
    model_version: str
