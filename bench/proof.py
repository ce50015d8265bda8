"""The proof of the whole record: seconds and peak memory for a journal of a million entries and the rows it tells of.

Usage: python -m bench.proof [CASES] (200,000 by default, five entries each). The last row is changed by hand: ends with
an AssertionError unless that, and nothing else, is found.
"""

import resource
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from calendar_pe import shipped
from calendar_pe.clock import at_lima
from casework.desk import Desk
from oversight.proof import prove, sentence
from sla.promises import PromiseSettings
from sla.reckon import Reckoning, reckon
from tests.databases import MADE_AT
from tests.desks import Clock, build, member
from tickets import contents, journal, rows
from tickets.journal import Event
from tickets.references import reference
from tickets.store import Store, open_store
from tickets.tables import Intake, Message, Outgoing, Promise, Ticket

CASES = 200_000
CHUNK = 5_000
ARRIVED_AT = at_lima(date(2026, 11, 3), 10)
ANSWERED_AT = ARRIVED_AT + timedelta(hours=5)
NOW = at_lima(date(2026, 12, 9), 9)
ADDRESS = "rosa@example.org"
TEXT = "Quisiera saber de mi pensión. " * 20


def main(cases: int) -> None:
    """Fill a desk, let another process prove it, print what that took."""
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "som.db"
        store = open_store(f"sqlite:///{database}", now=MADE_AT)
        began = time.monotonic()
        _fill(store, cases)
        store.close()
        print(f"{cases} cases, {5 * cases} entries, written in {time.monotonic() - began:.0f} s")
        ended = subprocess.run([sys.executable, "-m", "bench.proof", "--measure", str(database)], check=False)
        sys.exit(ended.returncode)


def measure(database: str) -> None:
    """Prove it; print seconds and peak memory."""
    store = open_store(f"sqlite:///{database}", now=NOW)
    began = time.monotonic()
    found = [sentence(one) for one in prove(build(store, Clock(NOW))).findings]
    seconds = time.monotonic() - began
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"proved in {seconds:.1f} s, peak {megabytes:.0f} MB; {found[:5]}")
    assert len(found) == 1
    assert "estado: su fila dice «open» y el diario «kept»" in found[0]


def _fill(store: Store, cases: int) -> None:
    desk = build(store, Clock(ARRIVED_AT))
    author = member(desk).staff_id
    sender = desk.signer.keyed_hash(ADDRESS)
    reckoned = reckon(ARRIVED_AT, "consulta", shipped(), PromiseSettings())
    for first in range(1, cases + 1, CHUNK):
        numbers = range(first, min(first + CHUNK, cases + 1))
        with store.write() as session:
            rows.add_all(session, Ticket, [_ticket(one, reckoned, author) for one in numbers])
            rows.add_all(session, Intake, [_intake(one) for one in numbers])
            rows.add_all(session, Outgoing, [_outgoing(one, author) for one in numbers])
            rows.add_all(session, Message, [row for one in numbers for row in _messages(one)])
            rows.add_all(session, Promise, [_promise(one, reckoned, last=one == cases) for one in numbers])
            events = [event for one in numbers for event in _events(desk, one, sender, author, reckoned)]
            journal.append(session, events, fresh=frozenset(numbers))


def _ticket(number: int, reckoned: Reckoning, author: int | None) -> dict[str, Any]:
    return {
        "id": number, "reference": reference(2026, number), "year": 2026, "number": number, "office": "Lima",
        "state": "answered", "line": 1, "countries": "CL", "subject": "Mi pensión", "requester_address": ADDRESS,
        "assignee_id": author, "opened_at": ARRIVED_AT, "updated_at": ANSWERED_AT, "answered_at": ANSWERED_AT,
    }  # fmt: skip


def _intake(number: int) -> dict[str, Any]:
    return {
        "id": number, "mailbox": "som", "uidvalidity": 1, "uid": number, "sha256": f"{number:064x}", "size": 900,
        "arrived_at": ARRIVED_AT, "arrival_source": "internaldate", "kept_at": ARRIVED_AT, "state": "processed",
        "outcome": "ticket", "ticket_id": number,
    }  # fmt: skip


def _outgoing(number: int, author: int | None) -> dict[str, Any]:
    return {
        "id": number, "ticket_id": number, "kind": "answer", "dedupe_key": f"answer:{number}",
        "message_id": f"<{number}@example.pe>", "state": "sent", "to_address": ADDRESS, "recipients": [ADDRESS],
        "payload": TEXT.encode(), "author_id": author, "created_at": ANSWERED_AT, "next_attempt_at": ANSWERED_AT,
        "sent_at": ANSWERED_AT,
    }  # fmt: skip


def _messages(number: int) -> list[dict[str, Any]]:
    both = {"ticket_id": number, "from_address": ADDRESS, "from_name": "", "subject": "Mi pensión", "text": TEXT}
    both |= {"newest_text": None, "message_id": f"<{number}@example.pe>", "author_id": None}
    came = both | {"direction": "in", "kind": "letter", "at": ARRIVED_AT}
    went = both | {"direction": "out", "kind": "answer", "at": ANSWERED_AT}
    return [came | {"intake_id": number, "outgoing_id": None}, went | {"intake_id": None, "outgoing_id": number}]


def _promise(number: int, reckoned: Reckoning, *, last: bool) -> dict[str, Any]:
    return {
        "id": number, "ticket_id": number, "kind": "consulta", "state": "open" if last else "kept",
        "received_at": reckoned.received_at, "clock_starts_on": reckoned.clock_starts_on, "due_on": reckoned.due_on,
        "due_at": reckoned.due_at, "legal_due_at": reckoned.legal_due_at, "target_at": reckoned.target_at,
        "last_second_at": reckoned.due_at, "reading": reckoned.reading, "trace": [], "kept_by": "answer",
        "calendar_version": reckoned.calendar_version, "answered_at": ANSWERED_AT,
    }  # fmt: skip


def _events(desk: Desk, number: int, sender: str, author: int | None, reckoned: Reckoning) -> list[Event]:
    hashed = desk.signer.keyed_hash
    came, went = _messages(number)
    opened: dict[str, journal.Fact] = {
        "intake": number, "channel": "email", "office": "Lima", "received_at": ARRIVED_AT.isoformat(),
        "sender": sender, "verified": True, "line": 1, "kind": "consulta", "on_behalf": False,
        "trafficking_risk": False, "language": "es", "countries": "CL", "proposed": False, "model": "bench",
        "content": hashed(contents.of_message(came, (), f"{number:064x}")),
        "person": hashed(contents.of_person("", "Mi pensión")),
    }  # fmt: skip
    promised: dict[str, journal.Fact] = {
        "promise": number, "kind": "consulta", "intake": number, "received_at": reckoned.received_at.isoformat(),
        "due_at": reckoned.due_at.isoformat(), "reading": reckoned.reading, "calendar": reckoned.calendar_version,
    }  # fmt: skip
    outgoing: dict[str, journal.Fact] = {"outgoing": number, "kind": "answer"}
    said: dict[str, journal.Fact] = {
        "said": hashed(contents.of_message(went)),
        "payload": hashed(contents.of_parcel(_outgoing(number, author))),
    }
    at = ANSWERED_AT.isoformat()
    return [
        Event(number, ARRIVED_AT, "desk", "opened", opened),
        Event(number, ARRIVED_AT, "desk", "promised", promised),
        Event(number, ANSWERED_AT, f"staff:{author}", "answer_written", outgoing | said),
        Event(number, ANSWERED_AT, "desk", "sent", outgoing | {"attempts": 1, "sent_at": at}),
        Event(number, ANSWERED_AT, "desk", "promise_kept", {"promise": number, "by": "answer", "answered_at": at}),
    ]


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        measure(sys.argv[2])
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else CASES)
