"""Finds the phrases of the lexicon in a list of words, in one walk from left to right."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from triage.tokens import plain, tokens

END = ""  # no word is empty, so the empty word marks the end of a phrase
ANY = "_"
SUFFIX = re.compile(r"(?<=\w{4})(?:mantan?|pim?|manta|man|pin|ta|pita|kama|tuqita?|tuqinkirit|markat|mantapi)$")
ENDINGS = frozenset("anitm")
"""Case endings of Quechua and Aymara: a town is met under them too (Limapi, Punomanta)."""

_Node = dict[str, Any]


def expand(pattern: str) -> Iterator[str]:
    """Spell out the braces of a pattern, nested ones too: ``vuelv{o,e} {,a}`` gives four phrases."""
    opening = pattern.rfind("{")
    if opening < 0:
        yield pattern
        return
    closing = pattern.index("}", opening)
    for choice in pattern[opening + 1 : closing].split(","):
        yield from expand(pattern[:opening] + choice + pattern[closing + 1 :])


class Phrases:
    """A set of named phrases. A word of the phrase may be ``_``, which stands for any one word."""

    def __init__(self) -> None:
        self._root: _Node = {}

    def add(self, patterns: Iterable[str], name: str) -> None:
        """Make every spelling of these patterns mean ``name``."""
        for pattern in patterns:
            for phrase in expand(pattern):
                words = [word for part in plain(phrase).split() for word in ([ANY] if part == ANY else tokens(part))]
                if not words:
                    continue
                node = self._root
                for word in words:
                    node = node.setdefault(word, {})
                names = node.setdefault(END, [])
                if name not in names:
                    names.append(name)

    def words(self) -> frozenset[str]:
        """Return every word that occurs in a phrase."""
        seen: set[str] = set()
        nodes = [self._root]
        while nodes:
            node = nodes.pop()
            seen.update(word for word in node if word not in (END, ANY))
            nodes += [following for word, following in node.items() if word != END]
        return frozenset(seen)

    def find(self, words: list[str]) -> list[tuple[int, int, str]]:
        """Return (start, end, name) of every phrase that occurs, overlaps included, by start."""
        found: list[tuple[int, int, str]] = []
        root = self._root
        count = len(words)
        for start, word in enumerate(words):
            node = root.get(word)
            if node is None and word[-1:] in ENDINGS and (case := SUFFIX.search(word)):
                node = root.get(word[: case.start()])
            if node is not None:
                self._walk(node, words, start, start + 1, count, found)
        return found

    def _walk(
        self, node: _Node, words: list[str], start: int, at: int, count: int, found: list[tuple[int, int, str]]
    ) -> None:
        while True:
            names = node.get(END)
            if names is not None:
                found.extend((start, at, name) for name in names)
            if at >= count:
                return
            gap = node.get(ANY)
            if gap is not None:
                self._walk(gap, words, start, at + 1, count, found)
            following = node.get(words[at])
            if following is None:
                return
            node = following
            at += 1
