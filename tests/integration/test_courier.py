"""The courier against a healthy relay and against every way a relay fails."""

import os
import signal
import sqlite3
import ssl
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import trustme

from replies.courier import KILL_POINTS, Courier, RoundResult
from replies.parcel import Accepted, Outcome, Parcel, Permanent, Temporary, Uncertain
from replies.smtp import SmtpRefusedLogin, SmtpSettings
from tests.servers.faulty_smtp import FaultySmtp, faulty_smtp

PAYLOAD = b"Subject: Su consulta\r\nMessage-ID: <1@som.example>\r\n\r\nBuenas tardes.\r\n.\r\nSaludos\r\n"


def parcel(number: int = 1, **changes: object) -> Parcel:
    plain = Parcel(
        id=number,
        message_id=f"<{number}@som.example>",
        sender="som@example.pe",
        recipients=("ana@example.org",),
        payload=PAYLOAD,
        attempts=1,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def settings(server: FaultySmtp, **changes: object) -> SmtpSettings:
    plain = SmtpSettings(
        host=server.host,
        port=server.port,
        security="plain",
        timeout_seconds=1.0,
        final_seconds=1.0,
        greeting_name="som",
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


class Desk:
    """An outbox in memory: hands letters out once and notes every outcome."""

    def __init__(self, *parcels: Parcel) -> None:
        self.waiting = list(parcels)
        self.outcomes: list[tuple[int, Outcome]] = []
        self.claims = 0

    def claim(self, count: int) -> Sequence[Parcel]:
        self.claims += 1
        taken, self.waiting = self.waiting[:count], self.waiting[count:]
        return taken

    def on_outcome(self, parcel: Parcel, outcome: Outcome) -> None:
        self.outcomes.append((parcel.id, outcome))

    def only(self) -> Outcome:
        [(_, outcome)] = self.outcomes
        return outcome


def carry(server: FaultySmtp, *parcels: Parcel, **changes: object) -> tuple[Desk, RoundResult]:
    desk = Desk(*(parcels or (parcel(),)))
    return desk, Courier(settings(server, **changes)).run(desk.claim, desk.on_outcome)


@pytest.fixture
def relay() -> Iterator[FaultySmtp]:
    with faulty_smtp() as server:
        yield server


class TestHealthyRelay:
    def test_letter_arrives_byte_for_byte(self, relay: FaultySmtp) -> None:
        desk, result = carry(relay)
        assert desk.only() == Accepted("250 2.0.0 queued")
        assert result == RoundResult(accepted=1)
        [taken] = relay.taken
        assert (taken.sender, taken.recipients, taken.payload) == ("som@example.pe", ("ana@example.org",), PAYLOAD)

    def test_many_letters_share_one_connection_and_are_claimed_in_batches(self, relay: FaultySmtp) -> None:
        desk = Desk(*(parcel(number) for number in range(45)))
        Courier(settings(relay), batch=20).run(desk.claim, desk.on_outcome)
        assert [number for number, _ in desk.outcomes] == list(range(45))
        assert len(relay.taken) == 45
        assert (relay.connections, desk.claims) == (1, 4)

    def test_each_outcome_is_reported_before_the_next_letter_is_offered(self, relay: FaultySmtp) -> None:
        desk = Desk(parcel(1), parcel(2), parcel(3))
        taken_when_reported: list[int] = []

        def on_outcome(parcel: Parcel, outcome: Outcome) -> None:
            taken_when_reported.append(len(relay.taken))

        Courier(settings(relay)).run(desk.claim, on_outcome)
        assert taken_when_reported == [1, 2, 3]

    def test_null_path(self, relay: FaultySmtp) -> None:
        carry(relay, parcel(sender=""))
        assert relay.taken[0].sender == ""

    def test_bare_line_feeds_leave_as_crlf(self, relay: FaultySmtp) -> None:
        carry(relay, parcel(payload=b"Subject: a\n\nuno\n.dos\rtres"))
        assert relay.taken[0].payload == b"Subject: a\r\n\r\nuno\r\n.dos\r\ntres\r\n"

    def test_nothing_to_do_opens_no_connection(self, relay: FaultySmtp) -> None:
        desk = Desk()
        assert Courier(settings(relay)).run(desk.claim, desk.on_outcome) == RoundResult()
        assert relay.connections == 0

    def test_kill_points_are_told_in_order(self, relay: FaultySmtp) -> None:
        desk, told = Desk(parcel()), []
        Courier(settings(relay)).run(desk.claim, desk.on_outcome, at=told.append)
        assert tuple(told) == KILL_POINTS

    def test_stop_gives_the_rest_back_uncounted(self, relay: FaultySmtp) -> None:
        desk = Desk(parcel(1), parcel(2), parcel(3))
        result = Courier(settings(relay)).run(desk.claim, desk.on_outcome, stop=lambda: len(desk.outcomes) >= 1)
        assert [(number, type(outcome)) for number, outcome in desk.outcomes] == [
            (1, Accepted),
            (2, Temporary),
            (3, Temporary),
        ]
        assert all(not outcome.counted for _, outcome in desk.outcomes[1:] if isinstance(outcome, Temporary))
        assert len(relay.taken) == 1
        assert (result.accepted, result.returned) == (1, 2)

    def test_store_failing_gives_the_rest_back_and_is_passed_on(self, relay: FaultySmtp) -> None:
        desk = Desk(parcel(1), parcel(2))

        def on_outcome(parcel: Parcel, outcome: Outcome) -> None:
            if parcel.id == 1:
                raise RuntimeError("disk full")
            desk.on_outcome(parcel, outcome)

        with pytest.raises(RuntimeError, match="disk full"):
            Courier(settings(relay)).run(desk.claim, on_outcome)
        assert [number for number, _ in desk.outcomes] == [2]
        assert len(relay.taken) == 1


@pytest.mark.parametrize(
    ("fault", "kind", "code"),
    [
        ("mail-451", Temporary, 451),
        ("mail-550", Permanent, 550),
        ("rcpt-450", Temporary, 450),
        ("rcpt-550", Permanent, 550),
        ("rcpt-drop", Temporary, None),
        ("data-451", Temporary, 451),
        ("data-554", Permanent, 554),
        ("data-drop", Temporary, None),
        ("dot-451", Temporary, 451),
        ("dot-554", Permanent, 554),
        ("dot-421", Temporary, 421),
    ],
)
def test_refusals_and_early_losses_are_certain(
    relay: FaultySmtp, fault: str, kind: type[Temporary] | type[Permanent], code: int | None
) -> None:
    relay.fault, relay.strikes = fault, 1
    desk, _ = carry(relay, parcel(1), parcel(2))
    (_, first), (_, second) = desk.outcomes
    assert isinstance(first, kind)
    assert first.code == code
    assert isinstance(second, Accepted), "the next letter goes out over a clean envelope"
    assert [taken.payload for taken in relay.taken] == [PAYLOAD]


@pytest.mark.parametrize("fault", ["body-drop", "dot-drop", "dot-silence", "dot-garbage"])
def test_lost_around_the_final_dot_is_uncertain_and_never_repeated(relay: FaultySmtp, fault: str) -> None:
    relay.fault, relay.strikes = fault, 1
    desk, result = carry(relay, parcel(1), parcel(2, message_id="<2@som.example>"))
    (_, first), (_, second) = desk.outcomes
    assert isinstance(first, Uncertain)
    assert isinstance(second, Accepted)
    assert relay.connections == 2
    assert result.uncertain == 1


def test_letter_stuck_before_its_dot_was_not_sent(relay: FaultySmtp) -> None:
    relay.fault, relay.strikes = "body-stall", 1
    desk, _ = carry(relay, parcel(payload=PAYLOAD + b"x" * 70 + b"\r\n" + (b"y" * 76 + b"\r\n") * 400_000))
    outcome = desk.only()
    assert isinstance(outcome, Temporary)
    assert outcome.counted
    assert relay.taken == []


@pytest.mark.parametrize("fault", ["greeting-554", "greeting-421", "greeting-silence", "ehlo-drop"])
def test_unusable_relay_gives_all_letters_back_uncounted(relay: FaultySmtp, fault: str) -> None:
    relay.fault = fault
    desk, result = carry(relay, parcel(1), parcel(2))
    assert [number for number, _ in desk.outcomes] == [1, 2]
    assert all(isinstance(outcome, Temporary) and not outcome.counted for _, outcome in desk.outcomes)
    assert str(relay.port) in result.trouble
    assert desk.claims == 1, "a relay that is down is not asked again in the same round"


def test_closed_port_gives_letters_back() -> None:
    with faulty_smtp() as server:
        gone = settings(server)
    desk = Desk(parcel())
    result = Courier(gone).run(desk.claim, desk.on_outcome)
    assert isinstance(desk.only(), Temporary)
    assert "Connect call failed" in result.trouble


def test_dripping_relay_is_left_within_the_time_limit(relay: FaultySmtp) -> None:
    relay.fault = "drip"
    desk, result = carry(relay, timeout_seconds=0.2)
    assert isinstance(desk.only(), Temporary)
    assert result.trouble


def test_partial_refusal_names_the_refused(relay: FaultySmtp) -> None:
    relay.fault = "rcpt-partial"
    desk, _ = carry(relay, parcel(recipients=("ana@example.org", "bad@example.org")))
    outcome = desk.only()
    assert isinstance(outcome, Accepted)
    assert outcome.refused == (("bad@example.org", 550, "5.1.1 unknown"),)
    assert relay.taken[0].recipients == ("ana@example.org",)


def test_null_path_refused_falls_back_to_the_bounce_address(relay: FaultySmtp) -> None:
    relay.fault = "null-sender-550"
    desk, _ = carry(relay, parcel(sender=""), bounce_address="no-responder@example.pe")
    assert isinstance(desk.only(), Accepted)
    assert relay.taken[0].sender == "no-responder@example.pe"


def test_null_path_refused_without_a_bounce_address_is_permanent(relay: FaultySmtp) -> None:
    relay.fault = "null-sender-550"
    assert isinstance(carry(relay, parcel(sender=""))[0].only(), Permanent)


def test_server_text_is_cleaned(relay: FaultySmtp) -> None:
    relay.fault = "escape-text"
    outcome = carry(relay)[0].only()
    assert isinstance(outcome, Permanent)
    assert not set("\x1b\x07\u202e") & set(outcome.text)


@pytest.mark.parametrize(
    "address",
    [
        "no-at-sign",
        "a b@example.org",
        "a@example.org\r\nRCPT TO:<x@example.org>",
        "<a@example.org>",
        "@example.org",
        "a\0@b.pe",
    ],
)
def test_unusable_address_never_reaches_the_wire(relay: FaultySmtp, address: str) -> None:
    desk, _ = carry(relay, parcel(recipients=(address,)))
    assert isinstance(desk.only(), Permanent)
    assert not any(command.startswith(("MAIL", "RCPT")) for command in relay.commands)


def test_international_domain_goes_as_a_labels(relay: FaultySmtp) -> None:
    desk, _ = carry(relay, parcel(recipients=("ana@migración.example",)))
    assert isinstance(desk.only(), Accepted)
    assert relay.taken[0].recipients == ("ana@xn--migracin-13a.example",)


def test_international_local_part_needs_smtputf8(relay: FaultySmtp) -> None:
    desk, _ = carry(relay, parcel(recipients=("josé@example.org",)))
    assert isinstance(desk.only(), Permanent)
    relay.extensions = (*relay.extensions, "SMTPUTF8")
    desk, _ = carry(relay, parcel(recipients=("josé@example.org",)))
    assert isinstance(desk.only(), Accepted)
    assert relay.taken[0].recipients == ("josé@example.org",)


class TestLogin:
    @pytest.fixture
    def authority(self) -> trustme.CA:
        return trustme.CA()

    @pytest.fixture
    def context(self, authority: trustme.CA) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
        return context

    @pytest.fixture
    def ca_file(self, authority: trustme.CA, tmp_path: Path) -> str:
        path = tmp_path / "ca.pem"
        authority.cert_pem.write_to_path(str(path))
        return str(path)

    def test_starttls_then_login(self, context: ssl.SSLContext, ca_file: str) -> None:
        with faulty_smtp(context=context) as server:
            desk, _ = carry(server, security="starttls", ca_file=ca_file, user="som", password="canario-9x")
        assert isinstance(desk.only(), Accepted)
        order = [command.split(" ")[0] for command in server.commands]
        assert order.index("STARTTLS") < order.index("AUTH") < order.index("MAIL")

    def test_implicit_tls(self, context: ssl.SSLContext, ca_file: str) -> None:
        with faulty_smtp(context=context, implicit_tls=True) as server:
            desk, _ = carry(server, security="tls", ca_file=ca_file, user="som", password="canario-9x")
        assert isinstance(desk.only(), Accepted)

    def test_no_starttls_sends_no_password(self, context: ssl.SSLContext, ca_file: str) -> None:
        with faulty_smtp("no-starttls", context=context) as server:
            self.expect_refused_login(server, "STARTTLS", security="starttls", ca_file=ca_file)
        assert server.logins == 0

    @pytest.mark.parametrize("security", ["starttls", "tls"])
    def test_unknown_certificate_sends_no_password(self, context: ssl.SSLContext, security: str) -> None:
        with faulty_smtp(context=context, implicit_tls=security == "tls") as server:
            self.expect_refused_login(server, "certificado", security=security)
        assert server.logins == 0

    def test_certificate_of_another_name(self, authority: trustme.CA, ca_file: str) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("correo.example.pe").configure_cert(context)
        with faulty_smtp(context=context) as server:
            self.expect_refused_login(server, "certificado", security="starttls", ca_file=ca_file)

    def test_wrong_password_is_told_without_the_password(self, context: ssl.SSLContext, ca_file: str) -> None:
        with faulty_smtp(context=context) as server:
            self.expect_refused_login(
                server, "535", security="starttls", ca_file=ca_file, password="canario-equivocado"
            )

    def test_login_refused_for_now_is_only_trouble(self, relay: FaultySmtp) -> None:
        relay.fault = "auth-454"
        desk, result = carry(relay, user="som", password="canario-9x")
        assert isinstance(desk.only(), Temporary)
        assert "454" in result.trouble

    def test_relay_that_wants_a_login_before_mail(self, relay: FaultySmtp) -> None:
        relay.fault = "mail-530"
        self.expect_refused_login(relay, "530", user="")

    def test_expired_token_is_renewed_once(self, relay: FaultySmtp) -> None:
        asked: list[bool] = []

        def token(fresh: bool) -> str:
            asked.append(fresh)
            return "canario-9x" if fresh else "caducado"

        desk, _ = carry(relay, user="som", oauth_token=token)
        assert isinstance(desk.only(), Accepted)
        assert asked == [False, True]

    def expect_refused_login(self, server: FaultySmtp, word: str, **changes: object) -> None:
        changes = {"user": "som", "password": "canario-9x", **changes}
        desk = Desk(parcel(1), parcel(2))
        with pytest.raises(SmtpRefusedLogin, match=word) as refused:
            Courier(settings(server, **changes)).run(desk.claim, desk.on_outcome)
        assert str(changes["password"]) not in f"{refused.value}{refused.value!r}{desk.outcomes}"
        assert [number for number, _ in desk.outcomes] == [1, 2]
        assert all(isinstance(outcome, Temporary) and not outcome.counted for _, outcome in desk.outcomes)
        assert server.taken == []


@pytest.mark.parametrize(
    "changes",
    [
        {"host": "correo.example.pe", "security": "plain", "user": "som"},
        {"host": "correo.example.pe", "security": "starttls", "user": ""},
        {"host": "127.0.0.1", "security": "ssl"},
    ],
)
def test_settings_refuse_an_open_wire(changes: dict[str, str]) -> None:
    with pytest.raises(ValueError):
        SmtpSettings(**{"port": 25, **changes})  # type: ignore[arg-type]


def test_settings_hide_the_password() -> None:
    assert "canario" not in repr(SmtpSettings(host="localhost", port=25, user="som", password="canario"))


OUTBOX = """
import os, signal, sqlite3, sys
from replies.courier import Courier
from replies.outbox import decide, lease_lost
from replies.parcel import Parcel
from replies.smtp import SmtpSettings
from datetime import datetime, timezone

port, path, point, number = int(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])
now = datetime(2026, 11, 3, tzinfo=timezone.utc)
store = sqlite3.connect(path)
store.execute("pragma synchronous = full")
told = 0

def at(name):
    global told
    told += name == point
    if name == point and told == number:
        os.kill(os.getpid(), signal.SIGKILL)

def claim(count):
    with store:
        rows = store.execute("select id from outbox where state = 'waiting' order by id limit 1").fetchall()
        store.executemany("update outbox set state = 'sending' where id = ?", rows)
    return [Parcel(id=id, message_id=f"<{id}@som.example>", sender="som@example.pe", recipients=("ana@example.org",),
                   payload=b"Message-ID: <%d@som.example>\\r\\n\\r\\nhola\\r\\n" % id, attempts=1) for (id,) in rows]

def on_outcome(parcel, outcome):
    with store:
        store.execute("update outbox set state = ? where id = ?", (decide(outcome, 1, now)[0], parcel.id))

with store:
    store.execute("update outbox set state = ? where state = 'sending'", (lease_lost()[0],))
Courier(SmtpSettings(host="127.0.0.1", port=port, security="plain", greeting_name="som")).run(claim, on_outcome, at=at)
"""


@pytest.mark.parametrize("point", KILL_POINTS)
def test_killed_courier_leaves_each_letter_sent_once_or_uncertain(
    relay: FaultySmtp, tmp_path: Path, point: str
) -> None:
    path = tmp_path / "outbox.db"
    store = sqlite3.connect(path)
    with store:
        store.execute("create table outbox (id integer primary key, state text)")
        store.executemany("insert into outbox values (?, 'waiting')", [(number,) for number in range(1, 5)])
    command = [sys.executable, "-c", OUTBOX, str(relay.port), str(path), point]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    strike = "1" if point == "courier.connected" else "2"
    assert subprocess.run([*command, strike], env=environment, timeout=60).returncode == -signal.SIGKILL
    assert subprocess.run([*command, "0"], env=environment, timeout=60).returncode == 0
    states = dict(store.execute("select id, state from outbox"))
    store.close()
    taken = [taken.payload.split(b"@")[0].rpartition(b"<")[2] for taken in relay.taken]
    assert len(set(taken)) == len(taken), "nothing went out twice"
    assert set(states.values()) <= {"sent", "uncertain"}
    assert sum(state == "uncertain" for state in states.values()) <= 1
    assert {b"%d" % number for number, state in states.items() if state == "sent"} <= set(taken)
