"""The report of a month of 100,000 letters: seconds and peak memory, in a process of its own.

Usage: python -m bench.report [LETTERS]. Ends with 1 when it takes more than 30 seconds or 300 MB.
"""

import resource
import subprocess
import sys
import tempfile
import time
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

from calendar_pe.clock import at_lima
from oversight.management import write_management
from oversight.report import prepare, recomputes, write_month
from oversight.targets import ReportSettings
from tests.databases import MADE_AT
from tests.desks import Clock, build, member
from tickets import journal, reports
from tickets.journal import Event, Fact
from tickets.states import Role
from tickets.store import Store, open_store

LETTERS = 100_000
LIMIT_SECONDS, LIMIT_MB = 30.0, 300.0
CHUNK = 5_000
NOW = at_lima(date(2026, 11, 9), 9)
COUNTRIES = ("CL", "AR", "ES", "IT", "US", "CO", "VE", "EC", "BO", "JP", "DE", "FR", "", "")


def main(letters: int) -> None:
    """Fill a desk, let another process report its October, print what that took."""
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "som.db"
        store = open_store(f"sqlite:///{database}", now=MADE_AT)
        began = time.monotonic()
        _fill(store, letters)
        store.close()
        print(f"{letters} letters in the journal, written in {time.monotonic() - began:.0f} s")
        ended = subprocess.run([sys.executable, "-m", "bench.report", "--measure", str(database)], check=False)
        sys.exit(ended.returncode)


def measure(database: str) -> None:
    """Freeze and write the month; print seconds and peak memory."""
    store = open_store(f"sqlite:///{database}", now=NOW)
    desk = build(store, Clock(NOW))
    boss = member(desk, Role.SUPERVISOR)
    settings = ReportSettings(carta_version="5")
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        found = prepare(desk, lambda: boss, "2026-10", settings)
        frozen = time.monotonic() - began
        write_month(desk, found, Path(folder))
        write_management(desk, found[-1], settings, Path(folder))
    seconds = time.monotonic() - began
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    with store.read() as session:
        [kept] = reports.of_month(session, "2026-10")
        assert recomputes(desk, kept) == []
    print(f"reported in {seconds:.1f} s (figures {frozen:.1f} s), peak {megabytes:.0f} MB")
    sys.exit(seconds > LIMIT_SECONDS or megabytes > LIMIT_MB)


def _fill(store: Store, letters: int) -> None:
    chance = Random(1)
    for first in range(1, letters + 1, CHUNK):
        chains = range(first, min(first + CHUNK, letters + 1))
        events = [event for chain in chains for event in _case(chance, chain)]
        with store.write() as session:
            journal.append(session, events, fresh=frozenset(chains))


def _case(chance: Random, chain: int) -> list[Event]:
    at = at_lima(date(2026, 10, 1)) + timedelta(seconds=chance.randrange(31 * 86400))
    line = chance.randrange(6)
    opened: dict[str, Fact] = {
        "intake": chain,
        "channel": "email",
        "office": "Lima",
        "received_at": at.isoformat(),
        "sender": f"{chance.randrange(80_000):032x}",
        "verified": True,
        "line": line,
        "kind": "consulta",
        "on_behalf": chance.random() < 0.4,
        "trafficking_risk": False,
        "language": chance.choices(("es", "en", "pt"), (95, 4, 1))[0],
        "countries": chance.choice(COUNTRIES),
        "proposed": False,
        "model": "bench",
    }
    answered = at + timedelta(hours=chance.uniform(0.2, 60))
    due = at + timedelta(days=2)
    promised: dict[str, Fact] = {
        "promise": chain,
        "kind": "consulta",
        "received_at": at.isoformat(),
        "due_at": due.isoformat(),
    }
    kept: dict[str, Fact] = {"promise": chain, "by": "answer", "outgoing": chain, "answered_at": answered.isoformat()}
    late = answered > due
    return [
        Event(chain, at, "desk", "opened", opened),
        Event(chain, at, "desk", "promised", promised),
        *_broken(chain, due, late),
        Event(chain, answered, "desk", "promise_answered_late" if late else "promise_kept", kept),
    ]


def _broken(chain: int, due: datetime, late: bool) -> list[Event]:
    if not late:
        return []
    at = due + timedelta(seconds=1)
    return [Event(chain, at, "desk", "promise_broken", {"promise": chain, "broken_at": at.isoformat()})]


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        measure(sys.argv[2])
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else LETTERS)
