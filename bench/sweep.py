"""One sweep over many stored cases with 500 due, on SQLite and PostgreSQL: its cost follows what is due.

Of the 500, half broke their promise and half must be warned of; the other open ones are not due yet, and all the rest
were answered long ago. Usage: python -m bench.sweep [STORED...] (10,000, 100,000 and 1,000,000 by default).
"""

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

from calendar_pe.clock import at_lima
from casework.desk import Desk
from casework.promising import promise_row
from casework.sweep import Swept, sweep
from sla.reckon import Reckoning, reckon
from tests.databases import MADE_AT, postgresql
from tests.desks import Clock, build
from tickets import journal, rows
from tickets.journal import Event
from tickets.references import reference
from tickets.states import PromiseState, TicketState
from tickets.store import Store, open_store
from tickets.tables import Promise, Ticket

SIZES = (10_000, 100_000, 1_000_000)
DUE = 500
OPEN_BESIDES = 2_000
LIMIT_SECONDS = 1.0
CHUNK = 5_000
NOW = at_lima(date(2026, 11, 25), 16)
"""A Wednesday: Monday's letters are broken since Tuesday 17:00, Tuesday's end in an hour, Wednesday's tomorrow."""
LETTERS = {"broken": at_lima(date(2026, 11, 23), 10), "at risk": at_lima(date(2026, 11, 24), 10), "new": NOW}


def main(sizes: tuple[int, ...]) -> None:
    """Print a line of figures for each database and size; end with 1 when one passes the limit."""
    slow = False
    print(f"{'database':<12}{'stored':>10}{'due':>6}{'sweep':>10}{'nothing due':>13}{'filled in':>11}")
    for name, database in (("sqlite", _sqlite), ("postgresql", _postgresql)):
        for stored in sizes:
            try:
                with database() as url:
                    slow |= _measure(name, url, stored) > LIMIT_SECONDS
            except Unavailable as why:
                print(f"{name:<12}{why}")
                break
    sys.exit(slow)


class Unavailable(Exception):
    """The machine has no such database."""


def _measure(name: str, url: str, stored: int) -> float:
    store = open_store(url, now=MADE_AT)
    try:
        clock = Clock(NOW)
        desk = build(store, clock)
        filling, _ = _timed(lambda: fill(desk, stored))
        _settle(store)
        seconds, swept = _timed(lambda: sweep(desk))
        assert (swept.broken, swept.warned) == (DUE // 2, DUE // 2), swept
        for _ in range(3):
            clock.forward(minutes=1)
            idle, swept = _timed(lambda: sweep(desk))
        assert (swept.broken, swept.warned) == (0, 0), swept
    finally:
        store.close()
    print(
        f"{name:<12}{stored:>10,}{DUE:>6}{seconds:>8.3f} s{idle * 1000:>10.1f} ms{filling:>9.0f} s".replace(",", " "),
        flush=True,
    )
    return seconds


def fill(desk: Desk, stored: int) -> None:
    """Store cases with their promise and journal, in chunks."""
    long_ago = reckon(at_lima(date(2026, 3, 4), 9), "consulta", desk.calendar, desk.promises)
    made = {word: reckon(at, "consulta", desk.calendar, desk.promises) for word, at in LETTERS.items()}
    first_due = stored - DUE - OPEN_BESIDES

    def of(number: int) -> tuple[Reckoning, bool]:
        if number < first_due:
            return long_ago, True
        if number < first_due + DUE:
            return made["broken" if number % 2 else "at risk"], False
        return made["new"], False

    for start in range(0, stored, CHUNK):
        numbers = range(start, min(start + CHUNK, stored))
        with desk.store.write() as session:
            cases = [_ticket(number + 1, *of(number)) for number in numbers]
            ids = rows.add_all_with_ids(session, Ticket, cases)
            promises = [_promise(desk, one, *of(number)) for one, number in zip(ids, numbers, strict=True)]
            rows.add_all(session, Promise, promises)
            events = [
                Event(one, of(number)[0].received_at, "desk", "opened", {})
                for one, number in zip(ids, numbers, strict=True)
            ]
            journal.append(session, events, fresh=frozenset(ids))


def _ticket(number: int, reckoned: Reckoning, answered: bool) -> dict[str, object]:
    at = reckoned.received_at
    return {
        "reference": reference(2026, number),
        "year": 2026,
        "number": number,
        "office": "Lima",
        "state": TicketState.CLOSED if answered else TicketState.NEW,
        "line": number % 6,
        "subject": "Consulta",
        "requester_address": f"p{number}@example.org",
        "opened_at": at,
        "updated_at": at,
        "target_at": None if answered else reckoned.target_at,
        "answered_at": at + timedelta(hours=2) if answered else None,
    }


def _promise(desk: Desk, ticket_id: int, reckoned: Reckoning, answered: bool) -> dict[str, object]:
    row = promise_row(desk, ticket_id, 0, reckoned, told=True)
    answered_at = reckoned.received_at + timedelta(hours=2) if answered else None
    state = PromiseState.KEPT if answered else PromiseState.OPEN
    return {**row, "message_id": None, "trace": [], "state": state, "answered_at": answered_at}


def _settle(store: Store) -> None:
    """Let PostgreSQL know its tables, as it does by itself in service (SQLite does not)."""
    if store.dialect == "postgresql":
        with store.engine.connect() as connection:
            connection.exec_driver_sql("ANALYZE")
            connection.commit()


def _timed(work: Callable[[], Swept | None]) -> tuple[float, Swept]:
    started = time.monotonic()
    done = work()
    return time.monotonic() - started, done or Swept(warned=0, broken=0, told=0)


@contextmanager
def _sqlite() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        yield f"sqlite:///{Path(folder, 'som.db')}"


@contextmanager
def _postgresql() -> Iterator[str]:
    from _pytest.outcomes import Skipped

    try:
        with postgresql() as server, server.database() as url:
            yield url
    except Skipped as why:
        raise Unavailable(str(why)) from None


if __name__ == "__main__":
    main(tuple(int(one) for one in sys.argv[1:]) or SIZES)
