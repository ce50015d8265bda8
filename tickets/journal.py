"""The journal: what happened, in hash chains that show an edited, deleted, inserted or reordered row.

Every ticket has a chain of its own; chain 0 is the desk's. A daily seal hashes all entries since the seal before, so
that one line printed outside proves the whole history up to that day.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, bindparam, func, insert, select, text
from sqlalchemy.orm import Session

from tickets.damage import SEALS, Damage, Fault, examine
from tickets.hashes import entry_hash, seal_hash
from tickets.record import Record
from tickets.rows import core
from tickets.tables import JournalEntry, Seal

__all__ = [
    "DESK",
    "SEALS",
    "Damage",
    "Event",
    "Fact",
    "Fault",
    "Record",
    "append",
    "entries_of",
    "entry_hash",
    "find_seal",
    "last_at",
    "seal",
    "verify",
]

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


def verify(session: Session, record: Record | None = None) -> Iterator[Fault]:
    """Walk every chain and every seal; yield what does not fit, with the kind of damage.

    With ``record`` every row of the other tables that the journal tells of is compared with it as well; the session
    must then see one instant (``Store.snapshot``).
    """
    return examine(session, record)


def seal(session: Session, *, sealed_on: date, now: datetime) -> Seal:
    """Seal every entry since the seal before, once a day. A day already sealed gives its seal again."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(_LOCK, {"chains": [SEALS]})  # one who seals at a time
    existing = session.execute(select(Seal).where(_SEAL.c.sealed_on == sealed_on)).scalar_one_or_none()
    if existing is not None:
        return existing
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE journal IN SHARE MODE"))  # wait for writers with lower ids to finish
    last = session.execute(select(Seal).order_by(_SEAL.c.id.desc()).limit(1)).scalar_one_or_none()
    since, prev, count = (last.last_entry_id, last.hash, last.entries) if last else (0, "", 0)
    upto = session.execute(select(func.max(_TABLE.c.id))).scalar_one() or since
    added = session.execute(
        select(func.count()).select_from(_TABLE).where(_TABLE.c.id > since, _TABLE.c.id <= upto)
    ).scalar_one()
    digest = seal_hash(prev, sealed_on, now, _since(session, since, upto))
    made = Seal(
        sealed_on=sealed_on, sealed_at=now, last_entry_id=upto, entries=count + added, prev_hash=prev, hash=digest
    )
    session.add(made)
    session.flush()
    told: dict[str, Fact] = {"on": sealed_on.isoformat(), "seal": digest, "entries": made.entries}
    append(session, [Event(SEALS, now, "desk", "sealed", told)])
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


def last_at(session: Session) -> datetime | None:
    """Return the instant of the newest entry, or None."""
    return session.execute(select(_TABLE.c.at).order_by(_TABLE.c.id.desc()).limit(1)).scalar_one_or_none()


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


def _since(session: Session, after: int, upto: int) -> Iterator[tuple[int, str]]:
    rows = session.execute(
        select(_TABLE.c.id, _TABLE.c.hash)
        .where(_TABLE.c.id > after, _TABLE.c.id <= upto)
        .order_by(_TABLE.c.id)
        .execution_options(yield_per=5000)
    )
    return ((row.id, row.hash) for row in rows)
