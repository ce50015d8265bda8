"""What becomes of an answer in the outbox when the relay fails in each of the ways it can, and then recovers."""

import ssl
from datetime import timedelta
from pathlib import Path

import pytest
import trustme

from casework.answer import answer
from casework.deliver import deliver, settle
from casework.desk import Desk
from replies.courier import Courier, RoundResult
from replies.smtp import SmtpRefusedLogin, SmtpSettings
from tests.desks import Clock, build, faults, letter, member, open_ticket, promises, ticket, words
from tests.servers.faulty_aiosmtpd import FAULTS, FaultyAiosmtpd, faulty_aiosmtpd
from tickets.store import Store

AFTER = {
    "greeting refused": "waiting",
    "greeting never comes": "waiting",
    "dropped at EHLO": "waiting",
    "MAIL 451": "deferred",
    "MAIL 550": "refused",
    "RCPT 450": "deferred",
    "RCPT 550": "refused",
    "one recipient of two refused": "sent",
    "DATA 451": "deferred",
    "DATA 554": "refused",
    "dropped in DATA": "uncertain",
    "dropped after the final dot": "uncertain",
    "451 after the final dot": "deferred",
    "554 after the final dot": "refused",
    "slow drip": "waiting",
}
"""The state of the row after one round against each fault."""


@pytest.fixture
def desk(sqlite_store: Store, clock: Clock) -> Desk:
    return build(sqlite_store, clock)


def courier(server: FaultyAiosmtpd, **changes: object) -> Courier:
    settings: dict[str, object] = {
        "host": server.host, "port": server.port, "security": "plain", "timeout_seconds": 1.0, "final_seconds": 1.0,
        **changes,
    }  # fmt: skip
    return Courier(SmtpSettings(**settings))  # type: ignore[arg-type]


def queued(desk: Desk, fault: str = "") -> tuple[str, int]:
    ref = open_ticket(desk)
    outgoing_id = answer(desk, member(desk), ref, words(), send_now=True).outgoing_id
    if fault == "one recipient of two refused":
        with desk.store.write() as session:
            one = session.get_one(type(letter(desk, outgoing_id)), outgoing_id)
            one.recipients = [*one.recipients, "copia@example.org"]
    return ref, outgoing_id


def carry(desk: Desk, server: FaultyAiosmtpd, **changes: object) -> RoundResult:
    return deliver(desk, courier(server, **changes), owner="host:1")


def test_there_are_fifteen() -> None:
    assert len(FAULTS) == len(AFTER) == 15


@pytest.mark.parametrize("fault", FAULTS)
def test_the_row_says_what_happened_and_the_letter_leaves_once(desk: Desk, clock: Clock, fault: str) -> None:
    ref, outgoing_id = queued(desk, fault)
    with faulty_aiosmtpd(fault) as server:
        carry(desk, server)
        taken = list(server.taken)
    row = letter(desk, outgoing_id)
    assert row.state == AFTER[fault]
    assert row.attempts == (0 if row.state == "waiting" else 1), "a relay that cannot be used costs no patience"
    assert row.last_text
    assert [one.state for one in promises(desk, ref)] == ["kept" if row.state == "sent" else "open"]
    if fault == "one recipient of two refused":
        assert "copia@example.org: 550" in row.last_text

    clock.forward(minutes=10)
    with faulty_aiosmtpd() as healthy:
        carry(desk, healthy)
        taken += healthy.taken
    row = letter(desk, outgoing_id)
    if AFTER[fault] in ("waiting", "deferred", "sent"):
        assert row.state == "sent"
        assert taken == [row.message_id.encode()], "exactly once"
        assert ticket(desk, ref).state == "answered"
    else:
        assert row.state == AFTER[fault], "a person decides"
        assert len(taken) == (fault == "dropped after the final dot")
    assert faults(desk.store) == []


def test_an_uncertain_letter_that_had_arrived_is_settled_by_a_person(desk: Desk, clock: Clock) -> None:
    ref, outgoing_id = queued(desk)
    attempted_at = clock.now
    with faulty_aiosmtpd("dropped after the final dot") as server:
        carry(desk, server)
    clock.forward(hours=1)
    settle(desk, member(desk), outgoing_id, sent=True)
    [kept] = promises(desk, ref)
    assert (kept.state, kept.answered_at) == ("kept", attempted_at)


def test_no_starttls_is_no_way_out(desk: Desk) -> None:
    _, outgoing_id = queued(desk)
    with faulty_aiosmtpd() as server, pytest.raises(SmtpRefusedLogin, match="no ofrece STARTTLS"):
        carry(desk, server, security="starttls")
    assert server.commands == []
    assert letter(desk, outgoing_id).state == "waiting"


@pytest.mark.parametrize("name", ["localhost", "correo.example.pe"])
def test_a_bad_certificate_is_no_way_out(desk: Desk, name: str, tmp_path: Path) -> None:
    authority, stranger = trustme.CA(), trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    (stranger if name == "localhost" else authority).issue_cert(name).configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    _, outgoing_id = queued(desk)
    with faulty_aiosmtpd(context=context) as server, pytest.raises(SmtpRefusedLogin, match="certificado"):
        carry(desk, server, security="starttls", ca_file=str(tmp_path / "ca.pem"))
    assert server.commands == []
    assert letter(desk, outgoing_id).state == "waiting"


def test_patience_ends(desk: Desk, clock: Clock) -> None:
    _, outgoing_id = queued(desk)
    with faulty_aiosmtpd("MAIL 451") as server:
        for _ in range(60):
            carry(desk, server)
            if letter(desk, outgoing_id).state == "refused":
                break
            clock.now = letter(desk, outgoing_id).next_attempt_at + timedelta(seconds=1)
    row = letter(desk, outgoing_id)
    assert (row.state, row.last_code) == ("refused", 451)
    assert clock.now - row.created_at < timedelta(hours=48) * 1.2
