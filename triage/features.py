"""Turns a reading into named features, block by block; fitting and judging share this one list."""

from itertools import pairwise

from triage.facts import conclusions
from triage.language import language_of
from triage.lexicon import side
from triage.reading import Reading

BLOCKS = ("m", "p", "s", "c")


def named_features(reading: Reading) -> dict[str, list[str]]:
    """Return words with places masked (m), words around a place (p) and signals (s).

    Runs of letters (c) come from the words one by one.
    """
    return {"m": _masked(reading), "p": _around_places(reading), "s": _signals(reading)}


def char_features(word: str) -> list[str]:
    """Runs of three to five letters inside one word, its edges marked."""
    padded = f" {word} "
    size = len(padded)
    return [padded[at : at + run] for run in (3, 4, 5) for at in range(size - run + 1)]


def _masked(reading: Reading) -> list[str]:
    words = reading.masked
    return [
        *words,
        *(f"{a} {b}" for a, b in pairwise(words)),
        *(f"{a} {b} {c}" for a, b, c in zip(words, words[1:], words[2:], strict=False)),
    ]


def _around_places(reading: Reading) -> list[str]:
    words = reading.masked
    around: list[str] = []
    for at, word in enumerate(words):
        if word[0] == "<":
            around += [f"{other}..{word}" for other in words[max(0, at - 5) : at]]
            around += [f"{word}..{other}" for other in words[at + 1 : at + 4]]
    return around


def _signals(reading: Reading) -> list[str]:
    cues = {name[4:] for _, _, name in reading.found if name.startswith("cue:") and not name.startswith("cue:role-")}
    marks = {f"mark-{side(name[5:])}" for _, _, name in reading.found if name.startswith("mark:")}
    stands = {f"{role}-{side(code)}" for role, code in reading.roles}
    facts = sorted(cues | marks | stands)
    language = language_of(reading.words, reading.text)
    return [*facts, *conclusions(reading.roles, cues | marks, language)]
