"""Turns a reading into named features, block by block; fitting and judging share this one list."""

import tomllib
from collections import Counter
from functools import cache
from itertools import pairwise

from triage.facts import conclusions
from triage.lexicon import LEXICON, side
from triage.reading import STOPS, Reading

BLOCKS = ("m", "t", "p", "u", "s", "k", "q", "c")
STEM = 5  # letters of a word that carry its meaning, more or less
UNORDERED = ("role-origin3", "says-")
FAILINGS = ("complaint", "no-answer", "ill-treated", "system-down", "wrong-service")
PERSON_CUES = frozenset({"says-i", "says-they", "kin-acts", "we-firm"})


def named_features(reading: Reading) -> dict[str, list[str]]:
    """Return the features that are not runs of letters (c); those come from the words one by one.

    m: words with places masked. t: the beginnings of those that mean something. p: words around a place.
    u: signals in their order. s: signals. k: conclusions. q: who is spoken of.
    """
    cues = {name[4:] for _, _, name in reading.found if name.startswith("cue:") and not name.startswith("cue:role-")}
    marks = {f"mark-{side(name[5:])}" for _, _, name in reading.found if name.startswith("mark:")}
    stands = {f"{role}-{side(code)}" for role, code in reading.roles}
    signals = (cues - PERSON_CUES) | marks
    return {
        "m": _runs(reading.masked),
        "t": _runs([word if word[0] == "<" else word[:STEM] for word in reading.masked if word not in small_words()]),
        "p": _around_places(reading),
        "u": _signals_in_order(reading),
        "s": [*sorted(signals | stands), *_errand(reading)],
        "k": conclusions(reading.roles, signals, reading.language),
        "q": [*sorted(cues & PERSON_CUES), *_persons(reading)],
    }


@cache
def small_words() -> frozenset[str]:
    """Words too common to tell anything by their beginnings, and the sentence marks."""
    words = tomllib.loads((LEXICON / "filler.toml").read_text("utf-8"))["small"].split()
    return frozenset(words) | STOPS | {","}


def char_features(word: str) -> list[str]:
    """Runs of three to five letters inside one word, its edges marked."""
    padded = f" {word} "
    size = len(padded)
    return [padded[at : at + run] for run in (3, 4, 5) for at in range(size - run + 1)]


def _runs(words: list[str]) -> list[str]:
    return [
        *words,
        *(f"{a} {b}" for a, b in pairwise(words)),
        *(f"{a} {b} {c}" for a, b, c in zip(words, words[1:], words[2:], strict=False)),
    ]


def _signals_in_order(reading: Reading) -> list[str]:
    longest: dict[int, tuple[int, str]] = {}
    for start, end, name in reading.found:
        role, _, what = name.partition(":")
        if role == "cue" and not what.startswith(UNORDERED):
            signal = what
        elif role in ("place", "people"):
            signal = f"<{side(what)}>"
        else:
            continue
        if end - start > longest.get(start, (0, ""))[0]:
            longest[start] = (end - start, signal)
    signals = [longest[start][1] for start in sorted(longest)]
    return [f"{a}~{b}" for at, a in enumerate(signals) for b in signals[at + 1 : at + 4]]


def _around_places(reading: Reading) -> list[str]:
    words = reading.masked
    around: list[str] = []
    for at, word in enumerate(words):
        if word[0] == "<":
            around += [f"{other}..{word}" for other in words[max(0, at - 5) : at]]
            around += [f"{word}..{other}" for other in words[at + 1 : at + 4]]
    return around


def _errand(reading: Reading) -> list[str]:
    """Say what the writer wants of this service: an answer, that it mend a fault, that it do better."""
    counts = Counter(name[4:] for _, _, name in reading.found if name.startswith("cue:"))
    asks = min(2, reading.words.count("?") + counts["asks"])
    service = min(3, counts["this-service"])
    failed = min(2, sum(counts[cue] for cue in FAILINGS))
    wish = min(2, counts["wish-for-service"] + counts["suggestion"])
    return [
        f"asks={asks}",
        f"service={service}",
        f"service={min(service, 1)}&asks={asks}",
        f"failed={failed}",
        f"failed={failed}&service={min(service, 2)}",
        f"failed={min(failed, 1)}&service={min(service, 1)}&asks={min(asks, 1)}",
        f"wish={wish}&service={min(service, 2)}",
        f"wish={min(wish, 1)}&asks={min(asks, 1)}",
        f"thanks={bool(counts['thanks'])}&asks={asks}",
    ]


def _persons(reading: Reading) -> list[str]:
    """Say whether the letter speaks more of its writer or of somebody else, in all and in its questions."""
    told: list[str] = []
    marks = [at for at, word in enumerate(reading.words) if word in STOPS]
    asked: set[int] = set()
    before = -1
    for at in marks:
        if reading.words[at] == "?":
            asked.update(range(before + 1, at))
        before = at
    for name, inside in (("all", None), ("asked", asked)):
        mine = theirs = kin = 0
        for start, _, cue in reading.found:
            if inside is None or start in inside:
                mine += cue == "cue:says-i"
                theirs += cue == "cue:says-they"
                kin += cue == "cue:kin-acts"
        lead = mine - theirs
        told += [f"{name}-i={min(mine, 4)}", f"{name}-they={min(theirs, 4)}", f"{name}-kin={min(kin, 2)}"]
        told += [f"{name}-lead={max(-4, min(4, lead))}", f"{name}-lead={max(-2, min(2, lead))}/{min(kin, 1)}"]
    return told
