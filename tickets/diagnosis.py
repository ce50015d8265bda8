"""Tells what happened to a damaged piece of a chain: edited, deleted, inserted or reordered entries.

An entry is at home in the place for which its hash was made. Places that nobody is at home in were deleted, entries
that are at home elsewhere were moved, and the later entries vouch, by the hash that they carry, for the one before.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from heapq import nsmallest
from itertools import pairwise
from typing import NamedTuple

from tickets.hashes import entry_hash

Said = tuple[int, str, str]
"""A place in the chain, the kind of damage, and what does not fit."""

_TRIES = 400
"""Places that are tried for an entry whose hash does not fit the place where it stands."""


_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)

parsed = lru_cache(maxsize=5000)(json.loads)
"""Reads what an entry says; whoever asks again while its piece is at hand gets the same. ValueError for nonsense."""


class Row(NamedTuple):
    """One entry as the database holds it; any cell may hold anything."""

    id: int
    chain: object
    seq: object
    at: object
    actor: object
    event: object
    facts: object
    prev_hash: object
    hash: object

    def digest(self, seq: object, prev_hash: object = None) -> str:
        """Return the hash that this entry would have in that place, or "" when nothing in it makes sense."""
        try:
            at = self.at if isinstance(self.at, datetime) else datetime.fromisoformat(str(self.at))
            at = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
            facts = parsed(str(self.facts))
            prev = self.prev_hash if prev_hash is None else prev_hash
            return entry_hash(self.chain, seq, at, self.actor, self.event, facts, prev)
        except (TypeError, ValueError, OverflowError, RecursionError):
            return ""


@dataclass(slots=True)
class Found:
    """The damage of a piece, and where the next piece goes on."""

    faults: list[Said] = field(default_factory=list)
    missing: int = 0
    seq: int = 0
    digest: str = ""
    last_id: int = 0


def is_sound(piece: Sequence[Row], seq: int, digest: str, last_id: int) -> bool:
    """Tell whether a piece follows the entry (``seq``, ``digest``, ``last_id``) and each of its own without fault."""
    for row in piece:
        seq += 1
        if row.seq != seq or row.prev_hash != digest or row.id <= last_id or row.digest(seq) != row.hash:
            return False
        digest, last_id = str(row.hash), row.id
    return True


def diagnose(piece: Sequence[Row], seq: int, digest: str, last_id: int) -> Found:
    """Say what happened to a piece that does not fit the entry before it, or itself."""
    case = _Case(piece, seq, digest, last_id)
    found = Found(faults=sorted(set(case.faults())), missing=case.missing)
    found.seq = max([seq, *case.at_home, *case.edited])
    last = case.at_home.get(found.seq) or case.edited.get(found.seq)
    found.digest, found.last_id = (str(last.hash), last.id) if last is not None else (digest, last_id)
    found.last_id = max(found.last_id, last_id)
    return found


class _Case:
    """The rows of a damaged piece, each put where it belongs."""

    def __init__(self, piece: Sequence[Row], seq: int, digest: str, last_id: int) -> None:
        self.first, self.before, self.before_id = seq + 1, digest, last_id
        self.at_home: dict[int, Row] = {}
        self.edited: dict[int, Row] = {}
        self.inserted: list[Row] = []
        self.missing = 0
        lost = self._settle(piece)
        for row in lost:
            self._judge(row)

    def _settle(self, piece: Sequence[Row]) -> list[Row]:
        """Put home every row whose hash fits some place; return the others."""
        claims: dict[int, list[Row]] = {}
        strangers: list[tuple[int, Row]] = []
        for turn, row in enumerate(piece, self.first):
            if isinstance(row.seq, int) and row.digest(row.seq) == row.hash:
                claims.setdefault(row.seq, []).append(row)
            else:
                strangers.append((turn, row))
        taken = set(claims)
        free = {place for place in range(self.first, self.first + len(piece) + 1) if place not in taken}
        free |= {row.seq for _, row in strangers if isinstance(row.seq, int)}
        lost: list[Row] = []
        shift = 0  # rows that were moved together are as far from home as the one before
        for turn, row in strangers:
            home = next((place for place in _near(row.seq, turn, shift, free) if row.digest(place) == row.hash), None)
            if home is None:
                lost.append(row)
                continue
            claims.setdefault(home, []).append(row)
            shift = home - row.seq if isinstance(row.seq, int) else 0
        for place, rows in claims.items():
            self.at_home[place] = rows[0]
        for place, rows in claims.items():
            if len(rows) > 1:  # the one that the next entry names was there first
                following = self.at_home.get(place + 1)
                known = [row for row in rows if following is not None and following.prev_hash == row.hash]
                first = min(known or rows, key=lambda row: row.id)
                self.at_home[place] = first
                self.inserted += [row for row in rows if row is not first]
        return lost

    def _judge(self, row: Row) -> None:
        """Tell whether a row that is at home nowhere was changed where it stands, or never belonged there."""
        place = row.seq
        if not isinstance(place, int) or place < self.first or place in self.at_home or place in self.edited:
            self.inserted.append(row)
            return
        previous, following = self._hash(place - 1), self.at_home.get(place + 1)
        again = row.digest(place, previous)
        linked = row.hash == again or row.prev_hash == previous
        linked = linked or (following is not None and following.prev_hash in {row.hash, row.digest(place), again})
        if linked or any(other > place for other in self.at_home):
            self.edited[place] = row
        else:
            self.inserted.append(row)

    def _hash(self, place: int) -> object:
        if place < self.first:
            return self.before
        row = self.at_home.get(place) or self.edited.get(place)
        return row.hash if row is not None else None

    def faults(self) -> Iterator[Said]:
        yield from self._missing()
        yield from self._moved()
        for row in self.inserted:
            yield _seq(row), "inserted", f"este asiento no es de esta cadena: fue insertado (registro {row.id})"
        for place in self.edited:
            yield place, "edited", "fue cambiado después de escribirse"
        yield from self._rewritten()
        yield from self._out_of_turn()

    def _missing(self) -> Iterator[Said]:
        places = sorted({self.first - 1, *self.at_home, *self.edited})
        for last, following in pairwise(places):
            if following == last + 2:
                yield last + 1, "deleted", f"falta el asiento {last + 1}: fue borrado"
            elif following > last + 2:
                yield last + 1, "deleted", f"faltan los asientos {last + 1} a {following - 1}: fueron borrados"
            self.missing += following - last - 1

    def _moved(self) -> Iterator[Said]:
        """Say which entries stand elsewhere than at home; neighbours moved alike are said together."""
        moved = [(home, _seq(row)) for home, row in sorted(self.at_home.items()) if row.seq != home]
        for run in _runs(moved):
            (home, stands), (last, _) = run[0], run[-1]
            if len(run) > 1:
                said = f"los asientos {home} a {last} están corridos: el primero está en el lugar {stands}"
            else:
                said = f"el asiento {home} está en el lugar {stands}"
            yield home, "reordered", said

    def _rewritten(self) -> Iterator[Said]:
        """Find entries whose own hash fits but that are not what the entry after them followed."""
        later: Row | None = None  # the entry in the next place, while it can be believed
        for place in sorted({self.first - 1, *self.at_home, *self.edited}, reverse=True):
            row = self.at_home.get(place)
            if later is not None and place + 1 in self.at_home and place not in self.edited:
                digest = row.hash if row is not None else self.before
                if later.prev_hash != digest:
                    yield self._unlinked(place, later, first=row is None)
                    row = None
            later = row

    def _unlinked(self, place: int, later: Row, *, first: bool) -> Said:
        """Say which of two neighbours does not belong there."""
        if self._made_up(later.prev_hash):
            return place + 1, "inserted", f"no sigue a ningún asiento: fue insertado (registro {later.id})"
        if first:
            return place + 1, "edited", "fue cambiado junto con su hash: ya no sigue al asiento anterior"
        return place, "edited", "fue cambiado junto con su hash: el asiento siguiente seguía a otro"

    def _made_up(self, prev_hash: object) -> bool:
        """Tell whether no entry that once stood there can have had that hash: it is none, or another place's."""
        known = {self.before, *(row.hash for row in self.at_home.values())}
        return prev_hash in known or not (isinstance(prev_hash, str) and _HASH.fullmatch(prev_hash))

    def _out_of_turn(self) -> Iterator[Said]:
        last_id = self.before_id
        for place, row in sorted(self.at_home.items()):
            if row.id <= last_id and row.seq == place:
                yield place, "reordered", f"su número de registro ({row.id}) es anterior al del asiento que lo precede"
            last_id = max(last_id, row.id)


def _near(seq: object, turn: int, shift: int, free: set[int]) -> Iterator[int]:
    """Yield the places to try for an entry, the likeliest first; ``turn`` is where it comes in the order of places."""
    here = seq if isinstance(seq, int) else turn
    likely = (here + shift, here - 1, here + 1, turn, turn - 1, turn + 1)
    yield from (place for place in likely if place > 0)
    yield from nsmallest(_TRIES, free, key=lambda place: abs(place - here))


def _runs(moved: Sequence[tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
    run: list[tuple[int, int]] = []
    for home, stands in moved:
        if run and (home != run[-1][0] + 1 or stands - home != run[-1][1] - run[-1][0]):
            yield run
            run = []
        run.append((home, stands))
    if run:
        yield run


def _seq(row: Row) -> int:
    return row.seq if isinstance(row.seq, int) else 0
