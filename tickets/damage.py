"""Finds what was done to the journal behind its back: which entry of which chain, and what kind of damage.

Rows are read as the database holds them, whatever an intruder wrote there, chain by chain in bounded pieces.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby, islice
from typing import Any

from sqlalchemy import String, Text, cast, exists, func, select
from sqlalchemy.orm import Session

from tickets.diagnosis import Found, Row, diagnose, is_sound
from tickets.hashes import seal_hash
from tickets.record import Record
from tickets.rows import core
from tickets.tables import JournalEntry, Seal, Ticket
from tickets.told import number
from tickets.unlike import Contradiction

_ENTRY, _SEAL, _TICKET = core(JournalEntry), core(Seal), core(Ticket)
_PIECE = 2000
"""Entries of one chain that are held at once."""
_MOST_GAPS = 5
_MOST_CHAIN = 2**63 - 1
"""No database holds a greater number of a case."""


NO_CHAIN = -1
SEALS = -2
"""The chain in which every seal is noted, so that one that is gone is missed."""


class Damage(StrEnum):
    """What was done."""

    EDITED = "edited"
    DELETED = "deleted"
    INSERTED = "inserted"
    REORDERED = "reordered"
    SEAL = "seal"
    ROW = "row"  # a row of another table is not what the journal tells of it


@dataclass(frozen=True, slots=True)
class Fault:
    """Where the record contradicts itself. ``seq`` is the place in the chain; of a seal, or of a row of another
    table, it is its number.

    ``chain`` is ``NO_CHAIN`` for an entry that is gone without a trace of its chain: then ``seq`` is its number in
    the table. ``what`` says in Spanish what does not fit.
    """

    chain: int
    seq: int
    kind: Damage
    what: str


def examine(session: Session, record: Record | None = None) -> Iterator[Fault]:
    """Yield everything that does not fit: in the chains, then cases without a chain, entries gone, then the seals.

    With ``record`` the other tables are held against the chains too, case by case and at the end.
    """
    missing = 0
    for chain, rows in groupby(_rows(session), lambda row: row.chain):
        sound = True
        for found in _chain(rows, record):
            sound = False
            missing += found.missing
            known = chain if isinstance(chain, int) else NO_CHAIN
            for at, kind, what in found.faults:
                yield Fault(known, at, Damage(kind), what)
        if record is not None:
            yield from _contradictions(record.end(chain, sound=sound))
    yield from _without_chain(session)
    if session.get_bind().dialect.name == "sqlite":
        yield from _numbering(session, missing)
    yield from _seals(session)
    if record is not None:
        yield from _contradictions(record.finish())


def _contradictions(found: Iterator[Contradiction]) -> Iterator[Fault]:
    return (Fault(number(case), number(row), Damage.ROW, what) for case, row, what in found)


def _rows(session: Session) -> Iterator[Row]:
    """Read every entry as it stands; a cell that a program could not have written must not stop the reading."""
    raw_at: Any = cast(_ENTRY.c.at, String) if session.get_bind().dialect.name == "sqlite" else _ENTRY.c.at
    query = select(
        _ENTRY.c.id,
        _ENTRY.c.chain,
        _ENTRY.c.seq,
        raw_at,
        _ENTRY.c.actor,
        _ENTRY.c.event,
        cast(_ENTRY.c.facts, Text),
        _ENTRY.c.prev_hash,
        _ENTRY.c.hash,
    ).order_by(_ENTRY.c.chain, _ENTRY.c.seq, _ENTRY.c.id)
    for row in session.execute(query.execution_options(yield_per=1000)):
        yield Row(*row)


def _chain(rows: Iterator[Row], record: Record | None) -> Iterator[Found]:
    """Read a chain piece by piece; yield what is found in those that do not fit. All of them are recorded."""
    seq, digest, last_id = 0, "", 0
    while piece := list(islice(rows, _PIECE)):
        if record is not None:
            for row in piece:
                record.take(row)
        if is_sound(piece, seq, digest, last_id):
            seq, digest, last_id = int(str(piece[-1].seq)), str(piece[-1].hash), piece[-1].id
            continue
        found = diagnose(piece, seq, digest, last_id)
        yield found
        seq, digest, last_id = found.seq, found.digest, found.last_id


def _without_chain(session: Session) -> Iterator[Fault]:
    some = exists().where(_ENTRY.c.chain == _TICKET.c.id)
    query = select(_TICKET.c.id).where(~some).order_by(_TICKET.c.id).execution_options(yield_per=1000)
    for ticket_id in session.execute(query).scalars():
        yield Fault(ticket_id, 1, Damage.DELETED, "el caso existe, pero no queda ningún asiento suyo")


def _numbering(session: Session, told: int) -> Iterator[Fault]:
    """Find entries that are gone from the numbering, which SQLite keeps without gaps, beyond those told of already.

    Only so is the last entry of a chain missed before it is sealed. A server's sequence has gaps of its own.
    """
    count, last = session.execute(select(func.count(), func.max(_ENTRY.c.id)).select_from(_ENTRY)).one()
    if (last or 0) - count <= told:
        return
    other = _ENTRY.alias()
    following = select(func.min(other.c.id)).where(other.c.id > _ENTRY.c.id).scalar_subquery()
    gaps = select(_ENTRY.c.id, following).where(_ENTRY.c.id < last, ~exists().where(other.c.id == _ENTRY.c.id + 1))
    first = session.execute(select(func.min(_ENTRY.c.id))).scalar_one()
    found = [(0, first)] if first > 1 else []
    found += [(before, after) for before, after in session.execute(gaps.order_by(_ENTRY.c.id).limit(_MOST_GAPS))]
    for before, after in found:
        lost = f"el registro {before + 1}" if after == before + 2 else f"los registros {before + 1} a {after - 1}"
        yield Fault(
            NO_CHAIN, before + 1, Damage.DELETED, f"en la numeración del diario no está {lost}: hubo un borrado"
        )


@dataclass(slots=True)
class _Since:
    """What is read of the entries since a seal, counted on the way."""

    session: Session
    after: int
    upto: int
    count: int = 0
    gaps: tuple[str, ...] = ()

    def entries(self) -> Iterator[tuple[int, str]]:
        query = (
            select(_ENTRY.c.id, _ENTRY.c.hash)
            .where(_ENTRY.c.id > self.after, _ENTRY.c.id <= self.upto)
            .order_by(_ENTRY.c.id)
            .execution_options(yield_per=5000)
        )
        last = self.after
        for entry_id, digest in self.session.execute(query):
            self._gap(last, entry_id)
            last, self.count = entry_id, self.count + 1
            yield entry_id, str(digest)
        self._gap(last, self.upto + 1)

    def _gap(self, last: int, following: int) -> None:
        if following > last + 1 and len(self.gaps) < _MOST_GAPS:
            self.gaps += (f"{last + 1}" if following == last + 2 else f"{last + 1} a {following - 1}",)


def _seals(session: Session) -> Iterator[Fault]:
    last_id, prev, total = 0, "", 0
    noted = _noted(session)
    first_on = min(noted, default=None)
    for one in session.execute(select(Seal).order_by(_SEAL.c.id)).scalars():
        since = _Since(session, last_id, one.last_entry_id)
        made = seal_hash(prev, one.sealed_on, one.sealed_at, since.entries())
        day = one.sealed_on.isoformat()
        seq, note = noted.pop(day, (0, ""))
        if (one.prev_hash, one.hash, one.entries) != (prev, made, total + since.count):
            yield Fault(0, one.id or 0, Damage.SEAL, _seal_words(one, prev, one.entries - total, since))
        elif note != one.hash and first_on is not None and day >= first_on:
            known = "es otro que el que se anotó al hacerlo" if seq else "no se anotó al hacerlo: fue insertado"
            yield Fault(0, one.id or 0, Damage.SEAL, f"el sello del {one.sealed_on:%d/%m/%Y} {known}")
        last_id, prev, total = one.last_entry_id, one.hash, one.entries
    for day, (seq, note) in sorted(noted.items()):
        said = f"{day[8:10]}/{day[5:7]}/{day[:4]}"
        yield Fault(0, seq, Damage.SEAL, f"falta el sello del {said} ({note[:16]}…): fue borrado")


def _noted(session: Session) -> dict[str, tuple[int, str]]:
    """Return what was noted of each seal when it was made: day -> place in the chain of the seals, and its hash."""
    query = select(_ENTRY.c.seq, cast(_ENTRY.c.facts, Text)).where(_ENTRY.c.chain == SEALS)
    found: dict[str, tuple[int, str]] = {}
    for seq, said in session.execute(query.order_by(_ENTRY.c.seq)):
        with suppress(ValueError, KeyError, TypeError):  # what else somebody wrote there is told of its chain
            facts = json.loads(said)
            found[str(facts["on"])] = (int(seq), str(facts["seal"]))
    return found


def _seal_words(one: Seal, prev: str, sealed: int, since: _Since) -> str:
    said = f"el sello del {one.sealed_on:%d/%m/%Y} no concuerda con lo que el diario tenía hasta ese día"
    if one.prev_hash != prev:
        return f"{said}: no sigue al sello anterior, que fue cambiado o borrado"
    if since.count == sealed:
        return f"{said}: algo de lo que selló fue cambiado (registros {since.after + 1} a {since.upto})"
    missing = sealed - since.count
    gaps = f"; faltan en la numeración: {', '.join(since.gaps)}" if since.gaps and missing > 0 else ""
    return f"{said}: {'faltan' if missing > 0 else 'sobran'} {abs(missing)} asientos{gaps}"


def names(faults: Sequence[Fault]) -> set[int]:
    """Return the chains of cases that faults are about."""
    return {one.chain for one in faults if isinstance(one.chain, int) and 0 < one.chain <= _MOST_CHAIN}
