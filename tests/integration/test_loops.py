"""No loops and no backscatter: what the service writes by itself, how often, and that machines get nothing from it."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import select

from casework.answer import answer
from casework.danger import Danger, notify
from casework.deliver import deliver
from casework.desk import Desk
from casework.receive import keep, process
from casework.sweep import sweep
from replies.courier import Courier
from replies.smtp import SmtpSettings
from service.demo.servers import Received, smtp_server
from service.doctor import examine
from service.settings import load
from tests.databases import MADE_AT, sqlite_database
from tests.desks import MONDAY_10, Clock, build, member, words
from tests.servers.faulty_smtp import Taken, faulty_smtp
from tickets import cases, intake, notices, outgoing
from tickets.intake import Arrival
from tickets.store import Store, open_store
from tickets.tables import Notice, Outgoing, Ticket

ANA = "ana@example.org"
BOUNCES = (
    b"Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example.org\r\nTo: som@example.pe\r\n"
    b"Subject: Undelivered Mail Returned to Sender\r\nContent-Type: multipart/report; report-type=delivery-status;"
    b' boundary="b"\r\n\r\n--b\r\n\r\nIt failed.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n'
    b"Reporting-MTA: dns; mx.example.org\r\n\r\nFinal-Recipient: rfc822; ana@example.org\r\nAction: failed\r\n"
    b"Status: 5.1.1\r\n\r\n--b--\r\n"
)


def letter(number: int, *, sender: str = ANA, to: str = "som@example.pe", **headers: str) -> bytes:
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = to
    message["Subject"] = f"asunto-canario-{number}"
    message["Message-ID"] = f"<{number}@example.org>"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(f"cuerpo-canario-{number}: quiero trabajar en Chile.")
    return message.as_bytes()


_uids = count(1)


def arrive(desk: Desk, *raws: bytes) -> None:
    copies = [
        Arrival(mailbox="som", uidvalidity=1, uid=next(_uids), body=raw, size=len(raw), arrived_at=desk.clock())
        for raw in raws
    ]
    keep(desk, copies)
    process(desk)


def acknowledgements(desk: Desk) -> list[Outgoing]:
    with desk.store.read() as session:
        return [one for one in outgoing.listing(session, limit=999) if one.kind == "acknowledgement"]


def tickets(desk: Desk) -> list[Ticket]:
    with desk.store.read() as session:
        return cases.recent(session, limit=99)


def told(desk: Desk, kind: str) -> list[Notice]:
    with desk.store.read() as session:
        return [one for one in session.execute(select(Notice)).scalars() if one.kind == kind]


@dataclass
class Office:
    """One instance of the service: its own database and key, and a relay that carries its letters to the other."""

    desk: Desk
    address: str
    outbox: list[Received] = field(default_factory=list)

    def send(self, relay: tuple[str, int]) -> list[Received]:
        """Let the courier send all that is due; returns what the relay took just now."""
        before = len(self.outbox)
        settings = SmtpSettings(host=relay[0], port=relay[1], security="plain", greeting_name="som")
        deliver(self.desk, Courier(settings), owner="prueba")
        return self.outbox[before:]


@pytest.fixture
def offices(sqlite_template: Path, clock: Clock) -> Iterator[list[tuple[Office, tuple[str, int]]]]:
    with ExitStack() as stack:
        made = []
        for address in ("som@example.pe", "som@example.net"):
            store: Store = open_store(stack.enter_context(sqlite_database(sqlite_template)), now=MADE_AT)
            stack.callback(store.close)
            domain = address.partition("@")[2]
            desk = build(store, clock, from_address=address, message_domain=domain, own_addresses=frozenset({address}))
            office = Office(desk, address)
            made.append((office, stack.enter_context(smtp_server(office.outbox.append))))
        yield made


STRIPPED = {
    "auto-submitted",
    "precedence",
    "x-auto-response-suppress",
    "x-loop",
    "x-autoreply",
    "list-id",
    "feedback-type",
}


def carried(one: Received, *, honest: bool) -> bytes:
    """Return a letter as the other office receives it; a careless relay loses every sign that a machine wrote it."""
    if honest:
        return b"Return-Path: <>\r\n" + one.raw
    message = message_from_bytes(one.raw, policy=SMTP)
    for name in {key.lower() for key in message} & STRIPPED:
        del message[name]
    return message.as_bytes()


@pytest.mark.parametrize("honest", [True, False], ids=["signs kept", "signs lost on the way"])
def test_two_instances_writing_to_each_other_fall_silent_after_two_letters(
    offices: list[tuple[Office, tuple[str, int]]], clock: Clock, honest: bool
) -> None:
    (first, first_relay), (second, second_relay) = offices
    arrive(first.desk, letter(1, sender=second.address, to=first.address))  # somebody put our address in From
    written = []
    for _ in range(10):
        for here, there, relay in ((first, second, first_relay), (second, first, second_relay)):
            for one in here.send(relay):
                written.append(one)
                assert one.recipients == (there.address,)
                arrive(there.desk, carried(one, honest=honest))
        clock.forward(hours=1)
    assert 1 <= len(written) <= 2
    assert len(written) == (1 if honest else 2)


class TestAcknowledgement:
    def sent(self, desk: Desk) -> list[Taken]:
        with faulty_smtp() as server:
            settings = SmtpSettings(host=server.host, port=server.port, security="plain", greeting_name="som")
            deliver(desk, Courier(settings), owner="prueba")
            return server.taken

    def test_carries_the_headers_of_rfc_3834_and_a_null_envelope_sender(self, desk: Desk) -> None:
        arrive(desk, letter(1, References="<viejo@example.org>"))
        [taken] = self.sent(desk)
        assert (taken.sender, taken.recipients) == ("", (ANA,))
        message = message_from_bytes(taken.payload, policy=default)
        assert message["Auto-Submitted"] == "auto-replied"
        assert message["X-Auto-Response-Suppress"] == "All"
        assert message["In-Reply-To"] == "<1@example.org>"
        assert message["References"] == "<viejo@example.org> <1@example.org>"
        assert str(message["To"]) == ANA

    def test_echoes_neither_subject_nor_body(self, desk: Desk) -> None:
        arrive(desk, letter(1))
        [taken] = self.sent(desk)
        message = message_from_bytes(taken.payload, policy=default)
        said = "".join(str(part.get_content()) for part in message.walk() if not part.is_multipart())
        assert "canario" not in f"{message['Subject']}{said}{taken.payload!r}"
        assert "Chile" not in said

    def test_at_most_one_per_sender_in_a_day(self, desk: Desk, clock: Clock) -> None:
        arrive(desk, letter(1), letter(2, sender=ANA.upper()))
        clock.forward(hours=23, minutes=59)
        arrive(desk, letter(3))
        assert len(acknowledgements(desk)) == 1
        clock.forward(minutes=2)
        arrive(desk, letter(4))
        assert len(acknowledgements(desk)) == 2
        assert len(tickets(desk)) == 4, "every letter has its ticket all the same"

    def test_at_most_one_per_ticket(self, desk: Desk, clock: Clock) -> None:
        arrive(desk, letter(1))
        for number in range(2, 6):
            clock.forward(hours=25)
            arrive(desk, letter(number, In_Reply_To="<1@example.org>"))
        assert len(tickets(desk)) == 1
        assert len(acknowledgements(desk)) == 1

    def test_the_hourly_ceiling_delays_and_alerts_and_swallows_nobodys_first(self, store: Store, clock: Clock) -> None:
        desk = build(store, clock, acknowledgements_per_hour=3)
        arrive(desk, *(letter(number, sender=f"p{number}@example.org") for number in range(8)))
        made = acknowledgements(desk)
        assert sorted(one.recipients[0] for one in made) == [f"p{number}@example.org" for number in range(8)]
        hours = sorted(one.next_attempt_at - MONDAY_10 for one in made)
        assert hours == [timedelta(0)] * 3 + [timedelta(hours=1)] * 3 + [timedelta(hours=2)] * 2
        [alert] = told(desk, "ceiling")
        assert "inundando" in alert.text
        arrive(desk, letter(99, sender="p99@example.org"))
        assert len(told(desk, "ceiling")) == 1, "once an hour"

    def test_below_the_ceiling_nobody_is_alerted(self, desk: Desk) -> None:
        arrive(desk, letter(1))
        assert told(desk, "ceiling") == []


class TestMachines:
    @pytest.mark.parametrize(
        "headers",
        [
            {"Auto_Submitted": "auto-replied"},
            {"Auto_Submitted": "auto-generated"},
            {"Return_Path": "<>"},
            {"Precedence": "bulk"},
            {"List_Id": "<l.example.org>"},
            {"X_Auto_Response_Suppress": "All"},
            {"X_Autoreply": "yes"},
            {"sender": "mailer-daemon@example.org"},
            {"sender": "noreply@example.org"},
            {"sender": "som@example.pe"},
        ],
        ids=lambda headers: " ".join(f"{name}: {value}" for name, value in headers.items()),
    )
    def test_get_no_letter_of_ours(self, sqlite_store: Store, clock: Clock, headers: dict[str, str]) -> None:
        desk = build(sqlite_store, clock)
        arrive(desk, letter(1, **headers))
        assert acknowledgements(desk) == []

    def test_auto_submitted_no_is_a_person(self, sqlite_store: Store, clock: Clock) -> None:
        desk = build(sqlite_store, clock)
        arrive(desk, letter(1, Auto_Submitted="no"))
        assert len(acknowledgements(desk)) == 1

    def test_a_bounce_that_is_none_of_ours_makes_no_ticket_and_no_letter(self, desk: Desk) -> None:
        arrive(desk, BOUNCES)
        assert (tickets(desk), acknowledgements(desk)) == ([], [])

    def test_automatic_replies_change_neither_state_nor_clock(self, desk: Desk, clock: Clock) -> None:
        arrive(desk, letter(1))
        [before] = tickets(desk)
        clock.forward(hours=2)
        ours = message_from_bytes(acknowledgements(desk)[0].payload, policy=default)
        arrive(
            desk,
            letter(2, In_Reply_To=str(ours["Message-ID"]), Auto_Submitted="auto-replied"),
            letter(3, In_Reply_To=str(ours["Message-ID"]), X_Autoreply="yes"),
        )
        [after] = tickets(desk)
        assert (after.state, after.target_at) == (before.state, before.target_at)
        with desk.store.read() as session:
            kinds = [one.kind for one in cases.conversation(session, after.id or 0)]
        assert kinds.count("machine") == 2, "they are stored"


class TestOurOwnAddressAsTheSender:
    def test_an_answer_of_ours_that_comes_back_opens_nothing(self, desk: Desk) -> None:
        arrive(desk, letter(1))
        answer(desk, member(desk), tickets(desk)[0].reference, words(), send_now=True)
        [before] = tickets(desk)
        with desk.store.read() as session:
            [sent] = [one for one in outgoing.listing(session, limit=999) if one.kind == "answer"]
        assert b"Auto-Submitted" not in sent.payload
        arrive(desk, sent.payload)
        [after] = tickets(desk)
        assert (after.state, after.target_at) == (before.state, before.target_at)
        with desk.store.read() as session:
            assert [one for _, one in intake.copies(session, "som", 1, range(9_999)).values()] == ["ticket", "machine"]

    def test_a_letter_in_our_name_is_a_case_that_says_so_and_is_not_acknowledged(self, desk: Desk) -> None:
        arrive(desk, letter(1, sender="SOM@example.pe"), letter(2))
        marked = {one.requester_address: one.flags.split() for one in tickets(desk)}
        assert "buzon_propio" in marked["som@example.pe"]
        assert "buzon_propio" not in marked[ANA]
        assert [one.to_address for one in acknowledgements(desk)] == [ANA]


def returned(one: Outgoing) -> bytes:
    """Return what a mail server sends back when an address of ours does not exist."""
    ours = message_from_bytes(one.payload, policy=default)
    return BOUNCES.replace(
        b"\r\n--b--",
        b"\r\n--b\r\nContent-Type: message/rfc822-headers\r\n\r\nMessage-ID: %s\r\nFrom: som@example.pe\r\n\r\n--b--"
        % str(ours["Message-ID"]).encode(),
    ).replace(b"ana@example.org", one.to_address.encode())


class TestStaffWhoseAddressBounces:
    """A notice that bounces must not breed a notice, and its address must not hide from the others that it is dead."""

    @pytest.fixture
    def desk(self, store: Store, clock: Clock) -> Desk:
        return build(store, clock, digest_recipients=("jefa@example.pe", "jefe@example.pe"))

    def notices_to(self, desk: Desk, address: str) -> list[Outgoing]:
        with desk.store.read() as session:
            return [one for one in outgoing.listing(session, limit=999) if one.to_address == address]

    def happen(self, desk: Desk, number: int) -> None:
        """Let something happen that staff are told of."""
        with desk.store.write() as session:
            now = desk.clock()
            notices.add_once(session, kind="source", key=f"{number}", text="algo", now=now, leaves_at=now)
        sweep(desk)

    def test_is_left_alone_and_the_others_are_told_of_it_once(self, desk: Desk, clock: Clock) -> None:
        self.happen(desk, 1)
        for number in range(2, 8):
            for one in self.notices_to(desk, "jefe@example.pe"):
                arrive(desk, returned(one))
            clock.forward(minutes=10)
            self.happen(desk, number)
        assert len(self.notices_to(desk, "jefe@example.pe")) == 1
        assert len(told(desk, "muted")) == 1
        assert "jefe@example.pe rebota" in told(desk, "muted")[0].text
        assert len(self.notices_to(desk, "jefa@example.pe")) == 7
        assert tickets(desk) == []

    def test_is_tried_again_after_a_week(self, desk: Desk, clock: Clock) -> None:
        self.happen(desk, 1)
        arrive(desk, returned(self.notices_to(desk, "jefe@example.pe")[0]))
        clock.forward(days=7, minutes=1)
        self.happen(desk, 2)
        assert len(self.notices_to(desk, "jefe@example.pe")) == 2

    def test_alone_on_the_list_the_news_waits(self, store: Store, clock: Clock) -> None:
        desk = build(store, clock, digest_recipients=("jefe@example.pe",))
        self.happen(desk, 1)
        arrive(desk, returned(self.notices_to(desk, "jefe@example.pe")[0]))
        self.happen(desk, 2)
        assert len(self.notices_to(desk, "jefe@example.pe")) == 1
        clock.forward(days=7, minutes=1)
        sweep(desk)
        assert len(self.notices_to(desk, "jefe@example.pe")) == 2, "what waited is told then"

    def test_danger_is_told_all_the_same(self, store: Store, clock: Clock) -> None:
        desk = build(store, clock, digest_recipients=("jefe@example.pe",), danger_notify=("jefe@example.pe",))
        self.happen(desk, 1)
        arrive(desk, returned(self.notices_to(desk, "jefe@example.pe")[0]))
        danger = Danger(ticket_id=None, reference="SOM-2026-000001", received_at=MONDAY_10, signs=())  # type: ignore[arg-type]
        with desk.store.write() as session:
            notify(desk, session, [danger], clock.now)
        assert len(self.notices_to(desk, "jefe@example.pe")) == 2

    def test_the_doctor_shows_it(self, desk: Desk, tmp_path: Path) -> None:
        (tmp_path / "config.toml").write_text('[smtp]\nfrom_address = "som@example.pe"\n')
        self.happen(desk, 1)
        arrive(desk, returned(self.notices_to(desk, "jefe@example.pe")[0]))
        said = [one.said for one in examine(desk, load(tmp_path / "config.toml")) if one.what == "avisos"]
        assert any("jefe@example.pe rebotó" in one for one in said)


@pytest.mark.parametrize("header", ["", "From: \r\n", "From: Undisclosed <>\r\n", "From: nadie\r\n", "From: ,,,\r\n"])
def test_an_unusable_sender_is_a_case_of_nobody_and_stops_no_other(
    sqlite_store: Store, clock: Clock, header: str
) -> None:
    desk = build(sqlite_store, clock)
    raw = f"{header}To: som@example.pe\r\nSubject: hola\r\n\r\nQuiero trabajar en Chile.\r\n".encode()
    arrive(desk, letter(1), raw, letter(2, sender="otra@example.org"))
    made = {one.subject: one for one in tickets(desk)}
    assert len(made) == 3
    assert "sin_remitente" in made["hola"].flags.split()
    assert "sin_remitente" not in made["asunto-canario-1"].flags
    assert len(acknowledgements(desk)) == 2
