"""What the journal tells of attentions: a short hash and the entry's number for each, whatever the desk has seen."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from sqlalchemy import Text, cast, select
from sqlalchemy.orm import Session

from tickets.diagnosis import parsed
from tickets.homes import Numbers
from tickets.rows import core
from tickets.tables import JournalEntry
from tickets.told import Facts, instant

ATTENTION = ("at", "office", "channel", "line", "country", "on_behalf", "outcome", "satisfaction", "gender")
"""The columns of an attention that the journal tells of."""


class Attended:
    """The attentions that the journal tells of, to be held against their rows, each once."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._entries, self._hashes = Numbers(), Numbers()

    def take(self, entry: int, facts: Facts) -> None:
        """Take in the entry of an attention."""
        self._hashes[facts.get("attention")] = _short(list(_expected(facts).values()))
        self._entries[facts.get("attention")] = entry

    def otherwise(self, number: int, cells: Sequence[object]) -> Mapping[str, object] | None:
        """Return what a row should hold, nothing when it may hold just that; None of one that nobody told of."""
        entry, told = self._entries[number], self._hashes[number]
        self._entries[number] = 0
        if not entry:
            return None
        if told == _short([instant(cells[0]), *cells[1:]]):
            return {}
        of = core(JournalEntry).c
        said = self._session.execute(select(cast(of.facts, Text)).where(of.id == entry)).scalar_one()
        return _expected(parsed(said))

    def unseen(self, limit: int) -> list[int]:
        """Return the first attentions that no row was held against."""
        return self._entries.those(limit)


def _expected(facts: Facts) -> dict[str, object]:
    return {name: instant(facts.get("attended_at")) if name == "at" else facts.get(name) for name in ATTENTION}


def _short(cells: Sequence[object]) -> int:
    """Return 63 bits of hash; what an equal row may hold otherwise, such as 1 for true, gives the same."""
    plain = [_plain(one) for one in cells]
    digest = hashlib.blake2b(json.dumps(plain, default=str).encode(), digest_size=8).digest()
    return int.from_bytes(digest) >> 1


def _plain(cell: object) -> object:
    if cell in ("", None):
        return None
    if isinstance(cell, datetime):
        return cell.astimezone(UTC).isoformat()
    return int(cell) if isinstance(cell, bool) else cell
