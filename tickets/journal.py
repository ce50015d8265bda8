"""The journal: what happened, in hash chains that show an edited, deleted, inserted or reordered row.

Every ticket has a chain of its own; chain 0 is the desk's. A daily seal hashes all entries since the seal before, so
that one line printed outside proves the whole history up to that day.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import Connection, bindparam, func, insert, select, text
from sqlalchemy.orm import Session

from tickets.rows import core
from tickets.tables import JournalEntry, Seal

DESK = 0
"""The chain of the desk itself."""

Fact = str | int | bool | None
_TABLE = core(JournalEntry)
_SEAL = core(Seal)
_INSERT = insert(_TABLE)
_HEAD = (
    select(_TABLE.c.seq, _TABLE.c.hash)
    .where(_TABLE.c.chain == bindparam("wanted"))
    .order_by(_TABLE.c.seq.desc())
    .limit(1)
)
_LOCK = text("SELECT pg_advisory_xact_lock(7360002, chain) FROM unnest(CAST(:chains AS integer[])) AS chain")


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, before it has a place in its chain. Facts are ids, words and keyed hashes."""

    chain: int
    at: datetime
    actor: str
    event: str
    facts: Mapping[str, Fact]


@dataclass(frozen=True, slots=True)
class Fault:
    """Where the journal contradicts itself."""

    chain: int
    seq: int
    what: str


def append(session: Session | Connection, events: Sequence[Event], *, fresh: frozenset[int] = frozenset()) -> None:
    """Add events to their chains, in the order given.

    ``fresh`` names chains known to be empty, whose heads need not be looked up.
    """
    heads = _heads(session, {event.chain for event in events} - fresh)
    rows = []
    for event in events:
        seq, prev = heads.get(event.chain, (0, ""))
        facts = dict(event.facts)
        digest = entry_hash(event.chain, seq + 1, event.at, event.actor, event.event, facts, prev)
        heads[event.chain] = (seq + 1, digest)
        rows.append(
            {
                "chain": event.chain,
                "seq": seq + 1,
                "at": event.at,
                "actor": event.actor,
                "event": event.event,
                "facts": facts,
                "prev_hash": prev,
                "hash": digest,
            }
        )
    if rows:
        session.execute(_INSERT, rows)


def entry_hash(
    chain: int, seq: int, at: datetime, actor: str, event: str, facts: Mapping[str, object], prev_hash: str
) -> str:
    """Return the hash of one entry, as hex SHA-256 over a canonical JSON array."""
    canonical = json.dumps(
        [chain, seq, at.astimezone(UTC).isoformat(timespec="microseconds"), actor, event, facts, prev_hash],
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=True,
    )
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()


def verify(session: Session) -> Iterator[Fault]:
    """Walk every chain and every seal; yield what does not fit. Reads row by row."""
    previous: JournalEntry | None = None
    entries = session.execute(
        select(JournalEntry).order_by(_TABLE.c.chain, _TABLE.c.seq).execution_options(yield_per=1000)
    )
    for (entry,) in entries:
        same_chain = previous is not None and previous.chain == entry.chain
        expected_seq = previous.seq + 1 if previous is not None and same_chain else 1
        expected_prev = previous.hash if previous is not None and same_chain else ""
        if entry.seq != expected_seq:
            yield Fault(entry.chain, entry.seq, f"entry {expected_seq} is missing")
        elif entry.prev_hash != expected_prev:
            yield Fault(entry.chain, entry.seq, "does not follow the entry before it")
        if entry.hash != entry_hash(
            entry.chain, entry.seq, entry.at, entry.actor, entry.event, entry.facts, entry.prev_hash
        ):
            yield Fault(entry.chain, entry.seq, "was changed after it was written")
        previous = entry
        session.expunge(entry)
    yield from _verify_seals(session)


def seal(session: Session, *, sealed_on: date, now: datetime) -> Seal:
    """Seal every entry since the seal before, once a day. A day already sealed gives its seal again."""
    existing = session.execute(select(Seal).where(_SEAL.c.sealed_on == sealed_on)).scalar_one_or_none()
    if existing is not None:
        return existing
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE journal IN SHARE MODE"))  # wait for writers with lower ids to finish
    last = session.execute(select(Seal).order_by(_SEAL.c.id.desc()).limit(1)).scalar_one_or_none()
    since, prev, count = (last.last_entry_id, last.hash, last.entries) if last else (0, "", 0)
    upto = session.execute(select(func.max(_TABLE.c.id))).scalar_one() or since
    digest, added = _seal_hash(session, prev, since, upto)
    made = Seal(
        sealed_on=sealed_on, sealed_at=now, last_entry_id=upto, entries=count + added, prev_hash=prev, hash=digest
    )
    session.add(made)
    session.flush()
    return made


def find_seal(session: Session, digest: str) -> Seal | None:
    """Return the seal whose hash begins with ``digest`` (at least 8 characters), or None."""
    if len(digest) < 8:
        return None
    wanted = digest.lower()
    return session.execute(select(Seal).where(_SEAL.c.hash.startswith(wanted, autoescape=True))).scalars().first()


def entries_of(session: Session, chain: int, *, limit: int = 500) -> list[JournalEntry]:
    """Return the newest entries of a chain, oldest first."""
    found = (
        session.execute(select(JournalEntry).where(_TABLE.c.chain == chain).order_by(_TABLE.c.seq.desc()).limit(limit))
        .scalars()
        .all()
    )
    return list(reversed(found))


def _heads(session: Session | Connection, chains: Iterable[int]) -> dict[int, tuple[int, str]]:
    wanted = sorted(chains)
    if not wanted:
        return {}
    bind = session if isinstance(session, Connection) else session.get_bind()
    if bind.dialect.name == "postgresql":  # writers of one chain wait for each other, as on SQLite
        session.execute(_LOCK, {"chains": wanted})
    if len(wanted) == 1:  # the usual case, and the courier's for every letter
        head = session.execute(_HEAD, {"wanted": wanted[0]}).first()
        return {} if head is None else {wanted[0]: (head.seq, head.hash)}
    newest = (
        select(_TABLE.c.chain, func.max(_TABLE.c.seq).label("seq"))
        .where(_TABLE.c.chain.in_(wanted))
        .group_by(_TABLE.c.chain)
        .subquery()
    )
    rows = session.execute(
        select(_TABLE.c.chain, _TABLE.c.seq, _TABLE.c.hash).join(
            newest, (_TABLE.c.chain == newest.c.chain) & (_TABLE.c.seq == newest.c.seq)
        )
    )
    return {chain: (seq, digest) for chain, seq, digest in rows}


def _seal_hash(session: Session, prev: str, since: int, upto: int) -> tuple[str, int]:
    hasher = hashlib.sha256(prev.encode("ascii"))
    added = 0
    rows = session.execute(
        select(_TABLE.c.id, _TABLE.c.hash)
        .where(_TABLE.c.id > since, _TABLE.c.id <= upto)
        .order_by(_TABLE.c.id)
        .execution_options(yield_per=5000)
    )
    for entry_id, digest in rows:
        hasher.update(f"{entry_id}:{digest};".encode("ascii"))
        added += 1
    return hasher.hexdigest(), added


def _verify_seals(session: Session) -> Iterator[Fault]:
    since, prev, count = 0, "", 0
    for one in session.execute(select(Seal).order_by(_SEAL.c.id)).scalars():
        digest, added = _seal_hash(session, prev, since, one.last_entry_id)
        count += added
        if one.prev_hash != prev or one.hash != digest or one.entries != count:
            yield Fault(DESK, one.id or 0, f"the seal of {one.sealed_on} does not fit the journal up to that day")
        since, prev, count = one.last_entry_id, one.hash, one.entries
