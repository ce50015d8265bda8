"""Where the chains say that each letter is: in the case that told of it, or in one that it was moved to by a person.

Eight bytes an id and no more, whatever the size of the desk; cases made one or two are few.
"""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from tickets.told import Facts, instant

_PAGE = 512
_MOST = 2**63 - 1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_OF_OURS = frozenset({"answer_written", "sent"})
UNSURE = _MOST
"""What is told twice and differently: nothing can be held against it."""


class Numbers:
    """A number for each of many ids, 0 for all others; pages are made where ids are: absurd ones cost little."""

    def __init__(self) -> None:
        self._pages: dict[int, array[int]] = {}

    def __getitem__(self, one: object) -> int:
        if not isinstance(one, int) or (page := self._pages.get(one // _PAGE)) is None:
            return 0
        return page[one % _PAGE]

    def __setitem__(self, one: object, value: object) -> None:
        if isinstance(one, int) and isinstance(value, int) and 0 <= one < _MOST and 0 <= value <= _MOST:
            page = self._pages.setdefault(one // _PAGE, array("Q", bytes(8 * _PAGE)))
            page[one % _PAGE] = value

    def settle(self, one: object, value: object) -> None:
        """Note what is told of an id; told otherwise before, it is unsure."""
        self[one] = value if self[one] in (0, value) else UNSURE

    def those(self, limit: int) -> list[int]:
        """Return the first ids that have a number, in order."""
        found: list[int] = []
        for start in sorted(self._pages):
            found += [start * _PAGE + at for at, value in enumerate(self._pages[start]) if value]
            if len(found) >= limit:
                break
        return found[:limit]


@dataclass(slots=True)
class Homes:
    """Which case each letter, answer and note is in, and when each letter left."""

    letters: Numbers = field(default_factory=Numbers)  # by intake id
    ours: Numbers = field(default_factory=Numbers)  # by outbox id
    notes: Numbers = field(default_factory=Numbers)  # by message id
    _sent: Numbers = field(default_factory=Numbers)  # microseconds, by outbox id
    _parted: dict[object, tuple[int, object]] = field(default_factory=dict)  # newest entry and case, by message id
    _into: dict[object, object] = field(default_factory=dict)  # the case that goes on, by the case that ended

    def take(self, chain: int, entry: int, event: str, facts: Facts) -> None:
        """Take in an entry of a case."""
        if facts.get("intake") is not None and event != "analysis_retried" and not event.startswith("promise"):
            self.letters.settle(facts["intake"], chain)
        elif event in _OF_OURS:
            self.ours.settle(facts.get("outgoing"), chain)
            if event == "sent":
                self._sent.settle(facts.get("outgoing"), _microseconds(instant(facts.get("sent_at"))))
        elif event == "noted":
            self.notes.settle(facts.get("message"), chain)
        elif event == "split_off":
            if entry > self._parted.get(facts.get("message"), (0, 0))[0]:
                self._parted[facts.get("message")] = entry, facts.get("into")
        elif event == "merged":
            self._into[chain] = facts.get("into")

    def fits(self, told: int, ticket: object, message: object = None) -> bool:
        """Tell whether a row may be of that case, when its chain is ``told`` (0: nothing is known)."""
        if told in (0, UNSURE):
            return True
        begun = self._parted[message][1] if message in self._parted else told
        return any(one == ticket for one in self._path(begun))

    def left(self, outgoing: object, sent_at: object) -> bool:
        """Tell whether a letter left at that instant, as far as is told."""
        told = self._sent[outgoing]
        return told in (0, UNSURE) or told == _microseconds(instant(sent_at))

    def ended_in(self, ticket: object) -> list[object]:
        """Return the cases that went on in that one, itself among them."""
        return [ticket, *(one for one in self._into if one != ticket and ticket in self._path(one))]

    def _path(self, chain: object) -> Iterator[object]:
        seen: set[object] = set()
        one: object = chain
        while one is not None and one not in seen:
            yield one
            seen.add(one)
            one = self._into.get(one)


def _microseconds(at: datetime | None) -> int:
    return 0 if at is None else (at - _EPOCH) // timedelta(microseconds=1)
