"""Letters too large to load, and letters that are just large: nobody waits for them, and memory stays small."""

import base64
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from hashlib import shake_256
from pathlib import Path

import pytest
from sqlalchemy import select

from calendar_pe.clock import at_lima
from casework import quarantine
from casework.desk import Desk
from service.daemon import Daemon
from service.settings import Settings
from tests.desks import Clock, build, member, promises
from tests.servers.dovecot import Dovecot
from tests.servers.mailboxes import Mailbox, letter, mailboxes, settings
from tests.servers.proxy import fault_proxy
from tickets import cases, intake
from tickets.store import Store
from tickets.tables import Intake, Notice

pytestmark = pytest.mark.tier("dovecot")

ARRIVED_AT = at_lima(date(2025, 11, 24), 9)
MEGABYTE = 1_000_000


@pytest.fixture
def server() -> Iterator[Dovecot]:
    with mailboxes("som") as running:
        yield running


@pytest.fixture
def desk(sqlite_store: Store) -> Desk:
    return build(sqlite_store, Clock(ARRIVED_AT + timedelta(hours=1)))


def with_photo(size: int) -> bytes:
    """Return a letter of about that many bytes that does not compress."""
    photo = base64.encodebytes(shake_256(b"photo").digest(size * 3 // 4)).replace(b"\n", b"\r\n")
    return (
        b"From: Ana <ana@example.org>\r\nTo: som@example.pe\r\nSubject: con foto\r\nMIME-Version: 1.0\r\n"
        b"Message-ID: <foto@example.org>\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
        b"--b\r\nContent-Type: text/plain\r\n\r\nQuiero trabajar en Chile.\r\n"
        b"--b\r\nContent-Type: image/jpeg\r\nContent-Transfer-Encoding: base64\r\n"
        b"Content-Disposition: attachment; filename=foto.jpg\r\n\r\n" + photo + b"\r\n--b--\r\n"
    )


@contextmanager
def peak() -> Iterator[list[int]]:
    """Measure the most memory that the block holds at once, in bytes."""
    found: list[int] = []
    tracemalloc.start()
    try:
        yield found
        found.append(tracemalloc.get_traced_memory()[1])
    finally:
        tracemalloc.stop()


def ring(desk: Desk, wired: Settings, name: str) -> int:
    """Run one job; returns the most memory that it held."""
    daemon = Daemon(desk, wired)
    job = next(job for job in daemon.jobs() if job.name == name)
    with peak() as measured:
        assert daemon.ring(job) is None
    return measured[0]


def test_a_letter_of_200_mb_is_a_ticket_and_an_alert_without_being_loaded_and_the_next_ten_come_in(
    desk: Desk, server: Dovecot, tmp_path: Path
) -> None:
    with fault_proxy((server.host, server.port)) as proxy:
        mailbox = Mailbox(server, "som", proxy.port)
        mailbox.deliver(letter(0, text="a" * 76 + ("\r\n" + "a" * 76) * 2_600_000), ARRIVED_AT)
        for number in range(1, 11):
            mailbox.deliver(letter(number), ARRIVED_AT + timedelta(minutes=number))
        wired = settings(tmp_path, mailbox.table(done_folder="Procesados"))
        assert ring(desk, wired, "poll:som") < 5 * MEGABYTE
        assert proxy.to_client < MEGABYTE, "of 200 MB only the head crossed the wire"
    assert ring(desk, wired, "judge") < 30 * MEGABYTE
    with desk.store.read() as session:
        found = {one.subject: one for one in cases.recent(session, limit=99)}
        notices = [one for one in session.execute(select(Notice)).scalars() if one.kind == "quarantine"]
        [copy] = session.execute(select(Intake).where(Intake.partial)).scalars()  # type: ignore[arg-type]
        assert copy.size > 200 * MEGABYTE
    assert sorted(found) == sorted(f"Consulta {number}" for number in range(11))
    large = found["Consulta 0"]
    assert (large.state, large.flags) == ("quarantined", "muy_grande")
    assert large.requester_address == "rosa0@example.org"
    assert [one.ticket_id for one in notices] == [large.id]
    assert len(promises(desk, large.reference)) == 1, "its promise runs from arrival"
    assert mailbox.count("INBOX") == 0


def test_it_cannot_be_tried_again_but_what_we_hold_of_it_can_be_exported(
    desk: Desk, server: Dovecot, tmp_path: Path
) -> None:
    mailbox = Mailbox(server, "som", server.port)
    mailbox.deliver(letter(1, text="x" * 5000), ARRIVED_AT)
    assert Daemon(desk, settings(tmp_path, mailbox.table(), "[intake]\nmax_letter_bytes = 1024\n")).once() == []
    with desk.store.read() as session:
        [one] = intake.quarantined(session)
    assert not quarantine.retry(desk, member(desk), one.id or 0)
    exported = quarantine.export(desk, member(desk), one.id or 0)
    assert exported is not None
    raw, whole = exported
    assert b"Subject: Consulta 1" in raw
    assert b"xxx" not in raw
    assert not whole


def test_a_letter_that_is_just_large_is_in_memory_whole_only_once_on_its_way_to_the_ledger(
    desk: Desk, server: Dovecot, tmp_path: Path
) -> None:
    raw = with_photo(20 * MEGABYTE)
    size = len(raw)
    mailbox = Mailbox(server, "som", server.port)
    mailbox.deliver(raw, ARRIVED_AT)
    wired = settings(tmp_path, mailbox.table(done_folder="Procesados"))
    most = ring(desk, wired, "poll:som")
    assert most < 2.0 * size, f"{most / size:.2f} times: the letter and what is packed of it"
    most = ring(desk, wired, "judge")
    assert most < 3.5 * size, f"{most / size:.2f} times while it is read"
    with desk.store.read() as session:
        [one] = cases.recent(session, limit=9)
        assert intake.raw_of(session, 1) == raw
    assert (one.subject, one.state) == ("con foto", "new")


def test_many_large_letters_cost_no_more_memory_than_one(desk: Desk, server: Dovecot, tmp_path: Path) -> None:
    mailbox = Mailbox(server, "som", server.port)
    raw = with_photo(6 * MEGABYTE)
    for number in range(6):
        mailbox.deliver(raw.replace(b"<foto@", b"<foto%d@" % number), ARRIVED_AT + timedelta(minutes=number))
    most = ring(desk, settings(tmp_path, mailbox.table()), "poll:som")
    assert most < 3.0 * len(raw), f"{most / len(raw):.2f} times one letter"
