"""Text from outside on its way to a terminal: what cannot be seen is dropped or made visible, nothing is obeyed."""

import unicodedata
from functools import lru_cache

from rich.style import Style
from rich.text import Text

TAB = "    "
MARKS_IN_A_ROW = 2
"""Combining marks kept on one letter: more than any of our languages writes, too few to smear over other lines."""

_UNSEEN = frozenset("\u115f\u1160\u3164\uffa0\u034f\u17b4\u17b5")  # printable by category, and yet nothing is seen
_DROPPED = frozenset(chr(point) for point in (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0), 0x180B, 0x180C, 0x180D))


def for_terminal(text: str, limit: int = 100_000) -> str:
    """Return text that no terminal obeys: letters, signs, spaces and line feeds.

    Control characters become visible signs (ESC is ``␛``); bidirectional and zero-width characters, tags and variation
    selectors are dropped; every blank is a plain space; marks on one letter are capped. What passes ``limit``
    characters is cut, and says so.
    """
    cut = len(text) - limit
    text = text[:limit]
    if not (text.isascii() and text.replace("\n", "").isprintable()):
        text = _harmless(text)
    return f"{text}\n… (no se muestran {cut} caracteres más)" if cut > 0 else text


def one_line(text: str, limit: int = 500) -> str:
    """Return text from outside as one line; ``…`` stands where it was cut."""
    said = " ".join(for_terminal(text[: 4 * limit], 4 * limit).split())
    return said if len(said) <= limit else f"{said[: limit - 1]}…"


def joined(*parts: str) -> str:
    """Return what there is of several things to say, with a dot between them; what is empty is left out."""
    return " · ".join(filter(None, parts))


def outside(text: str, style: str | Style = "") -> Text:
    """Return one line from outside as a ``Text``, which is never read as markup."""
    return Text(one_line(text), style=style, no_wrap=True, overflow="ellipsis", end="")


def outside_block(text: str, style: str | Style = "") -> Text:
    """Return several lines from outside as a ``Text``, which is never read as markup."""
    return Text(for_terminal(text), style=style, end="")


def _harmless(text: str) -> str:
    kept: list[str] = []
    marks = 0
    for character in text:
        said = _seen(character)
        if said and unicodedata.category(character) in ("Mn", "Me"):
            marks += 1
            if marks > MARKS_IN_A_ROW:
                continue
        elif said:
            marks = 0
        kept.append(said)
    return "".join(kept)


@lru_cache(maxsize=4096)
def _seen(character: str) -> str:
    if character in _DROPPED or character in _UNSEEN:
        return ""
    if character.isprintable() or character == "\n":
        return character
    if character == "\t":
        return TAB
    if character in "\u2028\u2029\x85":
        return "\n"
    category = unicodedata.category(character)
    if category == "Zs":
        return " "
    if category == "Cf":
        return ""
    if character == "\r":
        return ""
    if ord(character) < 0x20:
        return chr(0x2400 + ord(character))
    return "␡" if character == "\x7f" else "\N{REPLACEMENT CHARACTER}"
