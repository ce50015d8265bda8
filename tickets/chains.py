"""Reading the journal back: which chains something happened in, and what happened in them, row by row."""

from collections.abc import Collection, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tickets.rows import core
from tickets.tables import JournalEntry

_ENTRY = core(JournalEntry)
_CHAINS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Entry:
    """What one journal row says; ``at`` is the instant at which it was recorded."""

    chain: int
    at: datetime
    event: str
    facts: Mapping[str, object]


def with_events(session: Session, events: Collection[str], *, since: datetime, until: datetime) -> list[int]:
    """Return the chains in which any of those events was recorded between two instants, both included, ascending."""
    found = select(_ENTRY.c.chain).where(_ENTRY.c.event.in_(list(events)), _ENTRY.c.at >= since, _ENTRY.c.at <= until)
    return sorted(set(session.execute(found).scalars()))


def of_event(session: Session, event: str, *, since: datetime, until: datetime) -> Iterator[Entry]:
    """Yield the entries of one event, in any chain, recorded between two instants, both included, oldest first."""
    rows = session.execute(
        select(_ENTRY.c.chain, _ENTRY.c.at, _ENTRY.c.event, _ENTRY.c.facts)
        .where(_ENTRY.c.event == event, _ENTRY.c.at >= since, _ENTRY.c.at <= until)
        .order_by(_ENTRY.c.at, _ENTRY.c.id)
        .execution_options(yield_per=1000)
    )
    for row in rows:
        yield Entry(row.chain, row.at, row.event, row.facts)


def entries(session: Session, chains: Sequence[int], *, until: datetime) -> Generator[Entry, None, None]:
    """Yield what was recorded up to an instant in those chains, chain by chain, in order.

    Whoever may stop on the way closes it, for a database server keeps its place until then.
    """
    for start in range(0, len(chains), _CHAINS_AT_ONCE):
        found = session.execute(
            select(_ENTRY.c.chain, _ENTRY.c.at, _ENTRY.c.event, _ENTRY.c.facts)
            .where(_ENTRY.c.chain.in_(chains[start : start + _CHAINS_AT_ONCE]), _ENTRY.c.at <= until)
            .order_by(_ENTRY.c.chain, _ENTRY.c.seq)
            .execution_options(yield_per=1000)
        )
        with found as rows:
            for row in rows:
                yield Entry(row.chain, row.at, row.event, row.facts)
