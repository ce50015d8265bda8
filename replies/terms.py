"""Words of a text in the form in which letters and replies are compared: folded, without accents, cut to a stem."""

import re
import unicodedata

LONGEST = 20_000
"""Characters of a text that are looked at."""
_STEM = 8

_WORD = re.compile(r"[a-z0-9ñ]+")
_KEPT = "\x00"


def terms(text: str) -> list[str]:
    """Return the words of a text in their order: lower case, no accents but ñ, plural and gender ending cut off."""
    return [_stem(word) for word in _WORD.findall(_fold(text[:LONGEST]))]


def _fold(text: str) -> str:
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFD", text.lower().replace("ñ", _KEPT))
    return "".join(letter for letter in apart if not unicodedata.combining(letter)).replace(_KEPT, "ñ")


def _stem(word: str) -> str:
    if len(word) > 4 and word.endswith("s"):
        word = word[:-1]
    if len(word) > 4 and word[-1] in "aeo":
        word = word[:-1]
    return word[:_STEM]
