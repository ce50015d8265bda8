"""Tells the language of a letter: by its script, by its commonest small words, and by py3langid where those are silent.

py3langid weighs 50 MB and most letters never need it, so it is loaded at the first one that does. Quechua and Aymara
are met by their own words, because it takes the one for the other.
"""

import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

DEFAULT = "es"
LOOKED_AT = 300  # words
LEAST_HITS = 2  # different small words
LEAST_SHARE = 0.15  # of all words
LEAST_LETTERS = 12
SHORT = 12  # words; so few hold too few small words to count shares
OFFERED = (
    "es",
    "en",
    "pt",
    "fr",
    "it",
    "de",
    "qu",
    "ht",
    "nl",
    "ca",
    "sv",
    "pl",
    "ro",
    "tr",
    "id",
    "eu",
    "fi",
    "hu",
    "vi",
    "tl",
)
WEIGHT = {"qu": 3, "ay": 3}  # their small words are endings elsewhere, so few stand alone
SCRIPTS: Sequence[tuple[str, str, str]] = (
    ("\u3040", "\u30ff", "ja"),
    ("\uac00", "\ud7af", "ko"),
    ("\u4e00", "\u9fff", "zh"),
    ("\u0400", "\u04ff", "ru"),
    ("\u0600", "\u06ff", "ar"),
    ("\u0590", "\u05ff", "he"),
    ("\u0900", "\u097f", "hi"),
    ("\u0370", "\u03ff", "el"),
    ("\u0e00", "\u0e7f", "th"),
)


@cache
def small_words() -> tuple[tuple[str, ...], Mapping[str, tuple[str, ...]]]:
    """Return the languages, likeliest first, and small word, without accents -> the languages that it is common in."""
    words_of = tomllib.loads((files("triage") / "lexicon" / "languages.toml").read_text("utf-8"))["words"]
    found: dict[str, tuple[str, ...]] = {}
    for language, words in words_of.items():
        for word in set(words.split()):
            found[word] = (*found.get(word, ()), language)
    return tuple(words_of), found


def language_of(words: Sequence[str], text: str) -> str:
    """Return the ISO 639-1 code of the language that most of these words (as ``tokens.plain`` leaves them) are in."""
    counted = Counter(word for word in words[:LOOKED_AT] if word.isalpha())
    total = sum(counted.values())
    hits: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    languages, known = small_words()
    for word in counted.keys() & known.keys():
        for language in known[word]:
            hits[language] += counted[word] * WEIGHT.get(language, 1)
            kinds[language] += 1
    best = max(languages, key=lambda language: hits[language])
    different = kinds[best]
    if different >= LEAST_HITS and hits[best] >= LEAST_SHARE * total:
        return best
    if not text.isascii() and (script := by_script(text)):
        return script
    if sum(len(word) for word in counted) >= LEAST_LETTERS and total > 3 and not (different and total < SHORT):
        return by_letters(text)
    return best if hits[best] else DEFAULT


def by_script(text: str) -> str:
    """Return the language that a script gives away, or "" (the Latin one gives nothing away)."""
    sample = text[:2000]
    found = [(sum(low <= char <= high for char in sample), language) for low, high, language in SCRIPTS]
    kana = next(count for count, language in found if language == "ja")
    count, language = max(found, key=lambda pair: pair[0])
    if not count or 3 * count < sum(char.isalpha() for char in sample):
        return ""
    return "ja" if language == "zh" and kana else language


def by_letters(text: str) -> str:
    """Return what py3langid makes of the text, among the languages that use the Latin script here."""
    return str(_identifier().classify(text[:2000])[0])


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages(OFFERED)
    identifier._full_model = None  # 28 MB of languages that are not offered
    return identifier
