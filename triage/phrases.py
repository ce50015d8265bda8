"""Finds the phrases of the lexicon in a list of words, in one walk from left to right."""

from collections.abc import Iterable, Iterator
from itertools import product
from typing import Any

from triage.tokens import plain, tokens

END = ""  # no word is empty, so the empty word marks the end of a phrase
ANY = "_"
_Node = dict[str, Any]


def expand(pattern: str) -> Iterator[str]:
    """Spell out the braces of a pattern: ``vuelv{o,e} {,a}`` gives four phrases."""
    parts: list[list[str]] = []
    rest = pattern
    while "{" in rest:
        before, rest = rest.split("{", 1)
        inside, rest = rest.split("}", 1)
        parts += [[before], inside.split(",")]
    parts.append([rest])
    for choice in product(*parts):
        yield "".join(choice)


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

    def find(self, words: list[str]) -> list[tuple[int, int, str]]:
        """Return (start, end, name) of every phrase that occurs, overlaps included, by start."""
        found: list[tuple[int, int, str]] = []
        root = self._root
        count = len(words)
        for start, word in enumerate(words):
            node = root.get(word)
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
