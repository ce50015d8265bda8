"""Hands out the rows of a table case by case, in step with the chains; keeps those that are of none."""

from collections.abc import Iterator
from typing import Any

_MOST_STRAYS = 100


class Turns:
    """Rows in the order of their cases, handed out case by case."""

    def __init__(self, rows: Iterator[Any], key: str) -> None:
        self._rows, self._key = rows, key
        self._next: Any = next(rows, None)
        self._strays: list[Any] = []

    def of(self, chain: int) -> list[Any]:
        """Return the rows of a case; those of no case, and of earlier ones, which have no chain, are strays."""
        found: list[Any] = []
        while self._next is not None:
            key = getattr(self._next, self._key)
            if isinstance(key, int) and key > chain:
                break
            if key == chain:
                found.append(self._next)
            elif len(self._strays) < _MOST_STRAYS:
                self._strays.append(self._next)
            self._next = next(self._rows, None)
        return found

    def strays(self) -> Iterator[Any]:
        """Yield the rows that are of no chain, once every chain has been read."""
        yield from self._strays
        while self._next is not None:
            yield self._next
            self._next = next(self._rows, None)
