"""Proposes the canned replies that fit a letter best, with the reason; a person chooses.

Three things are added up for each reply: how much its words (title, text, cues) are those of the letter, how often
consultants chose it for that line, and what triage saw (kind, countries, danger). The rare word counts more than the
common one; rarity is taken from the catalogue itself, so that there is nothing to train and nothing to ship but the
counts of ``chosen.toml``.
"""

import math
import tomllib
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from replies.catalogue import Catalogue, load
from replies.template import Template
from replies.terms import terms
from replies.words import country

Choices = Mapping[int, Mapping[str, float]]
"""How often each reply was chosen for the letters of each line."""

DANGER = "alerta-trata"
ASK_BACK = "pedir-datos-minimos"

# The weights were set by cross-validation on labelled letters; bench/suggest.py measures them.
_CUES = 0.8
_HABIT = 0.2
_COUNTRY = 0.3
_OTHER_LINE = 0.6
_KIND = 1.5
_FIRST = 100.0
_SATURATION = 8.0
_KIN = 0.3
_UNSEEN_CHOICE = 0.3
_MOST_WORDS = 250


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A letter as the suggester sees it: its newest text and what triage (or a person) says of it."""

    body: str
    subject: str = ""
    line: int = 0
    kind: str = "consulta"
    countries: tuple[str, ...] = ()
    trafficking_risk: bool = False
    enough: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A reply that may fit (its id), and why, in Spanish, for the consultant."""

    template: str
    why: str


@dataclass(slots=True)
class _Score:
    total: float
    reasons: list[str]


class Suggester:
    """Ranks the published replies of one catalogue. Reading it costs some 50 ms; a suggestion about 1 ms."""

    def __init__(self, catalogue: Catalogue, chosen: Choices) -> None:
        """``chosen`` are the shipped counts, or those with the choices of this desk added (see ``with_choices``)."""
        self._templates = catalogue.published()
        self._chosen = chosen
        self._next_to_danger = catalogue.replies[DANGER].see_also if DANGER in catalogue.replies else ()
        self._rarity = _rarity(catalogue)
        self._weights: dict[str, list[tuple[str, float]]] = defaultdict(list)
        self._cues: dict[str, list[tuple[tuple[str, ...], str, str]]] = defaultdict(list)
        for template in self._templates:
            for word, weight in self._unit(_own_words(template)).items():
                self._weights[word].append((template.id, weight))
            for cue in template.cues:
                if words := tuple(terms(cue)):
                    self._cues[words[0]].append((words, cue, template.id))

    def suggest(self, asked: Asked, limit: int = 3) -> list[Suggestion]:
        """Return the best replies, best first, at most ``limit``.

        Signs of trafficking put the safe-contact reply first; a letter that says too little, the one that asks back.
        """
        words = (terms(asked.subject) * 2 + terms(asked.body))[: 2 * _MOST_WORDS]
        scores = {template.id: self._standing(template, asked) for template in self._templates}
        for word, weight in self._unit(Counter(words)).items():
            for template_id, theirs in self._weights.get(word, ()):
                scores[template_id].total += weight * theirs
        for template_id, found in self._cues_in(words).items():
            strength = sum(self._rarity.get(word, 0.0) for cue in found for word in terms(cue))
            scores[template_id].total += _CUES * math.tanh(strength / _SATURATION)
            telling = [cue for cue in found if not any(cue != other and cue in other for other in found)]
            scores[template_id].reasons.insert(0, "dice " + ", ".join(f"«{cue}»" for cue in telling[:3]))
        ranked = sorted(scores, key=lambda template_id: (-scores[template_id].total, template_id))
        return [Suggestion(template=best, why=_why(scores[best])) for best in ranked[:limit]]

    def _standing(self, template: Template, asked: Asked) -> _Score:
        """What speaks for a reply before a word of the letter is read."""
        score = _Score(0.0, [])
        if template.id == DANGER and asked.trafficking_risk:
            score.total += _FIRST
            score.reasons.append("hay señales de trata o de peligro")
        if asked.trafficking_risk and template.id in self._next_to_danger:
            score.total += _KIN
        if template.id == ASK_BACK and not asked.enough:
            score.total += _FIRST / 2
            score.reasons.append("la carta dice muy poco")
        counts = self._chosen.get(asked.line, {})
        share = (counts.get(template.id, 0.0) + _UNSEEN_CHOICE) / (sum(counts.values()) + 1.0)
        score.total += _HABIT * math.log(share)
        if asked.line not in template.lines:
            score.total -= _OTHER_LINE
        elif len(template.lines) < 6 or asked.line == template.line:
            score.reasons.append(f"línea {asked.line}")
        if template.kinds and asked.kind not in template.kinds:
            score.total -= _KIND
        elif template.kinds and asked.kind != "consulta":
            score.total += _KIND
            score.reasons.append(f"es {asked.kind}")
        if named := _countries(template, asked):
            score.total += _COUNTRY
            score.reasons.append("país: " + ", ".join(map(country, named)))
        return score

    def _cues_in(self, words: list[str]) -> dict[str, list[str]]:
        found: dict[str, dict[str, None]] = defaultdict(dict)
        for at, word in enumerate(words):
            for cue_words, cue, template_id in self._cues.get(word, ()):
                if tuple(words[at : at + len(cue_words)]) == cue_words:
                    found[template_id][cue] = None
        return {template_id: list(cues) for template_id, cues in found.items()}

    def _unit(self, counts: Mapping[str, int]) -> dict[str, float]:
        weights = {
            word: (1 + math.log(count)) * rarity
            for word, count in counts.items()
            if (rarity := self._rarity.get(word, 0.0)) > 0
        }
        length = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
        return {word: weight / length for word, weight in weights.items()}


@cache
def ready() -> Suggester:
    """Return the suggester of the package: its catalogue and the counts shipped with it."""
    return Suggester(load(), shipped_choices())


def suggest(asked: Asked, limit: int = 3) -> list[Suggestion]:
    """Return the best replies of the package for a letter; see ``Suggester.suggest``."""
    return ready().suggest(asked, limit)


@cache
def shipped_choices() -> Choices:
    """Return the counts of ``chosen.toml``: the replies that fitted the labelled letters, by line."""
    table = tomllib.loads(files("templates").joinpath("chosen.toml").read_text(encoding="utf-8"))
    return {int(line): {name: float(count) for name, count in counts.items()} for line, counts in table.items()}


def with_choices(base: Choices, more: Mapping[tuple[int, str], int]) -> Choices:
    """Return the counts with those of this desk added: (line, reply id) -> times a consultant sent it."""
    added = {line: dict(counts) for line, counts in base.items()}
    for (line, template_id), times in more.items():
        counts = added.setdefault(line, {})
        counts[template_id] = counts.get(template_id, 0.0) + times
    return added


def _own_words(template: Template) -> Counter[str]:
    words: Counter[str] = Counter()
    for text in template.texts.values():
        words.update(terms(text.title) * 3)
        words.update(terms(text.body))
    words.update(terms(template.when) * 2)
    words.update(terms(" ".join(template.cues)) * 3)
    return words


def _rarity(catalogue: Catalogue) -> dict[str, float]:
    """Return ln(texts / texts with the word) for every word of the catalogue (inverse document frequency)."""
    texts = [
        set(terms(said))
        for template in catalogue
        for said in (
            *(f"{text.title} {text.body}" for text in template.texts.values()),
            f"{template.when} {' '.join(template.cues)}",
        )
    ]
    seen = Counter(word for words in texts for word in words)
    return {word: math.log((len(texts) + 1) / (count + 1)) for word, count in seen.items()}


def _countries(template: Template, asked: Asked) -> list[str]:
    if template.other_than:
        return [code for code in asked.countries if code not in template.other_than]
    return [code for code in asked.countries if code in template.countries]


def _why(score: _Score) -> str:
    return "; ".join(score.reasons) or "se parece a su texto"
