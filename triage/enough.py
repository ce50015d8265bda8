"""Whether a letter says enough to be judged at all."""

import tomllib
from collections.abc import Callable
from functools import cache

from triage.lexicon import LEXICON
from triage.reading import Reading
from triage.tokens import plain

JUDGED = frozenset({"es", "en", "pt", "fr", "it", "de", "ht", "qu", "ay", "zh", "ja"})
"""The languages of the corpus: what is written in others is left to a person."""

LEAST_SIGNS = 8  # characters of a script without spaces


@cache
def filler() -> frozenset[str]:
    """Words of greeting and asking that say nothing of the matter."""
    return frozenset(plain(tomllib.loads((LEXICON / "filler.toml").read_text("utf-8"))["words"]).split())


def says_enough(reading: Reading, knows: Callable[[str], bool]) -> bool:
    """Tell whether a word is left that is no greeting and that the model has met, in a language that it knows."""
    if reading.language not in JUDGED:
        return False
    if reading.language in ("zh", "ja"):
        return sum(len(word) for word in reading.words if not word.isascii()) >= LEAST_SIGNS
    return any(
        len(word) > 2 and word.isalpha() and word not in filler() and knows(word) for word in reading.words
    ) or any(name.startswith(("place:", "people:", "mark:")) for _, _, name in reading.found)
