"""A desk for tests: the real store, calendar, texts and rules, with a clock that stands where it is put."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from calendar_pe import shipped
from calendar_pe.clock import at_lima
from casework.answer import answer
from casework.deliver import settle
from casework.desk import Actor, Desk, DeskSettings
from casework.promising import promise_row
from replies import catalogue
from replies.render import Rendered
from sla.promises import PromiseSettings
from sla.reckon import reckon
from sla.working_time import WorkingTimeSettings
from tickets import cases, clocks, journal, outgoing, people, rows
from tickets.journal import Event
from tickets.references import Signer, reference
from tickets.states import Direction, MessageKind, OutboxState, OutgoingKind, Role, TicketState
from tickets.store import Store, signing_key
from tickets.tables import Message, Outgoing, Promise, Ticket
from triage import Text, Verdict

MONDAY = date(2026, 11, 23)
TUESDAY = date(2026, 11, 24)
MONDAY_10 = at_lima(MONDAY, 10)
"""A consulta that arrives now is due on Tuesday at 17:00:00."""
TUESDAY_17 = at_lima(TUESDAY, 17)
CITIZEN = "rosa@example.org"

SETTINGS = DeskSettings(
    office="Lima",
    from_name="Orientación al Migrante",
    from_address="som@example.pe",
    message_domain="example.pe",
    own_addresses=frozenset({"som@example.pe"}),
    authserv_id="mx.example.pe",
    tries=3,
    batch_letters=50,
    batch_bytes=8_000_000,
    acknowledge=True,
    acknowledgements_per_sender=1,
    acknowledgements_per_hour=300,
    automatic_per_address=5,
    survey=False,
    survey_delay_days=2,
    undo=timedelta(seconds=60),
    lease=timedelta(minutes=10),
    give_up=timedelta(hours=48),
    courier_batch=20,
    danger_notify=("guardia@example.pe",),
    danger_acknowledge=True,
    digest_recipients=("jefatura@example.pe",),
    simulated=False,
)


@dataclass(slots=True)
class Clock:
    """Stands where it is put."""

    now: datetime = MONDAY_10

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> datetime:
        self.now += timedelta(**by)
        return self.now


class Judge:
    """A classifier that always says the same, for tests in which triage is not what is tested."""

    def judge(self, texts: Sequence[Text]) -> list[Verdict]:
        return [
            Verdict(
                line=2,
                confidence=0.9,
                confident=True,
                enough=True,
                kind="consulta",
                on_behalf=False,
                trafficking_risk=False,
                language="es",
                countries=("CL",),
                reasons=("prueba",),
                model_version="prueba",
            )
            for _ in texts
        ]


def build(store: Store, clock: Clock, *, at: Callable[[str], None] = lambda name: None, **changes: object) -> Desk:
    """Return a desk at that store; ``changes`` are settings of its own."""
    with store.read() as session:
        signer = Signer(signing_key(session))
    return Desk(
        store=store,
        clock=clock,
        calendar=shipped(),
        promises=PromiseSettings(),
        working_time=WorkingTimeSettings(),
        classifier=Judge,
        catalogue=catalogue.load(),
        signer=signer,
        settings=replace(SETTINGS, **changes),  # type: ignore[arg-type]
        at=at,
    )


def member(desk: Desk, role: Role = Role.CONSULTANT, login: str = "") -> Actor:
    """Return a member of staff of that role, added when there is none of that login."""
    login = login or role.value
    with desk.store.write() as session:
        known = people.by_login(session, login)
        if known is None:
            name = login.capitalize()
            known = people.add(
                session, login=login, name=name, email=f"{login}@example.pe", role=role, now=desk.clock()
            )
            session.flush()
            facts: dict[str, journal.Fact] = {"staff": known.id, "role": role}
            journal.append(session, [Event(journal.DESK, desk.clock(), "desk", "staff_added", facts)])
        return Actor(known.id, known.login, known.name, Role(known.role))


def open_ticket(
    desk: Desk,
    *,
    received_at: datetime | None = None,
    kind: str = "consulta",
    address: str = CITIZEN,
    state: TicketState = TicketState.NEW,
    text: str = "Buenas tardes, quiero saber de mi pensión.",
    risk: bool = False,
) -> str:
    """Open a case with its letter and its promise, as intake leaves it; returns its reference."""
    received_at = received_at or desk.clock()
    reckoned = reckon(received_at, kind, desk.calendar, desk.promises)
    with desk.store.write() as session:
        number = cases.take_numbers(session, 2026, 1)
        [ticket_id] = rows.add_all_with_ids(
            session,
            Ticket,
            [
                {
                    "reference": reference(2026, number),
                    "year": 2026,
                    "number": number,
                    "office": "Lima",
                    "state": state,
                    "line": 2,
                    "kind": kind,
                    "trafficking_risk": risk,
                    "subject": "Consulta por mi pensión",
                    "requester_address": address,
                    "requester_name": "Rosa Quispe",
                    "opened_at": received_at,
                    "updated_at": received_at,
                    "target_at": reckoned.target_at,
                }
            ],
        )
        [message_id] = rows.add_all_with_ids(
            session,
            Message,
            [
                {
                    "ticket_id": ticket_id,
                    "direction": Direction.IN,
                    "kind": MessageKind.LETTER,
                    "at": received_at,
                    "from_address": address,
                    "from_name": "Rosa Quispe",
                    "subject": "Consulta por mi pensión",
                    "text": text,
                    "message_id": f"<{number}@example.org>",
                }
            ],
        )
        rows.add_all(session, Promise, [promise_row(desk, ticket_id, message_id, reckoned, told=True)])
        journal.append(session, [Event(ticket_id, received_at, "desk", "opened", {})])
    return reference(2026, number)


def ticket(desk: Desk, ref: str) -> Ticket:
    """Return a case as it stands."""
    with desk.store.read() as session:
        return cases.find(session, ref)


def promises(desk: Desk, ref: str) -> list[Promise]:
    """Return the promises of a case, oldest first."""
    with desk.store.read() as session:
        return clocks.of_ticket(session, cases.find(session, ref).id or 0)


def promise(desk: Desk, ref: str) -> Promise:
    """Return the only promise of a case."""
    [only] = promises(desk, ref)
    return only


def letter(desk: Desk, outgoing_id: int) -> Outgoing:
    """Return an outgoing letter as it stands."""
    with desk.store.read() as session:
        return session.get_one(Outgoing, outgoing_id)


def events(desk: Desk, ref: str) -> list[str]:
    """Return what the journal says happened in a case."""
    with desk.store.read() as session:
        return [one.event for one in journal.entries_of(session, cases.find(session, ref).id or 0)]


def words(text: str = "Puede pedirla en la oficina de Lima.") -> Rendered:
    """Return an answer in a consultant's own words."""
    return Rendered(subject="", text=text, language="es")


def put_out(
    desk: Desk,
    ref: str | None = None,
    *,
    kind: OutgoingKind = OutgoingKind.ACKNOWLEDGEMENT,
    due_at: datetime | None = None,
    to: str = CITIZEN,
) -> int:
    """Put a letter of the service itself into the outbox; returns its id."""
    at = due_at or desk.clock()
    with desk.store.write() as session:
        ticket_id = cases.find(session, ref).id if ref is not None else None
        last = session.query(Outgoing).count()
        return rows.add_all_with_ids(
            session,
            Outgoing,
            [
                {
                    "ticket_id": ticket_id,
                    "kind": kind,
                    "dedupe_key": f"prueba:{last}",
                    "message_id": f"<prueba.{last}@example.pe>",
                    "state": OutboxState.WAITING,
                    "to_address": to,
                    "recipients": [to],
                    "payload": f"Subject: prueba\r\nMessage-ID: <prueba.{last}@example.pe>\r\n\r\nhola\r\n".encode(),
                    "created_at": at,
                    "next_attempt_at": at,
                }
            ],
        )[0]


def faults(store: Store) -> list[str]:
    """Return everything that contradicts itself in the journal."""
    with store.read() as session:
        return [one.what for one in journal.verify(session)]


def settle_promises(desk: Desk, ref: str) -> None:
    """Answer a case, as if the relay had accepted the answer at this very moment."""
    queued = answer(desk, member(desk), ref, words(), send_now=True)
    now = desk.clock()
    with desk.store.write() as session:
        [claimed] = outgoing.claim(session, now=now, limit=1, owner="prueba", lease=timedelta(minutes=1))
        assert claimed.id == queued.outgoing_id
        outgoing.begin(claimed, now=now, lease=timedelta(minutes=1))
        claimed.state = OutboxState.UNCERTAIN
    settle(desk, member(desk), queued.outgoing_id, sent=True)
