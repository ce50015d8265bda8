"""A desk with a great many cases, for the measurements of the queue: written straight into the record, seeded."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bench import phrases
from bench.letters import slots_of
from calendar_pe import shipped
from calendar_pe.clock import at_lima
from sla.promises import PromiseSettings
from sla.reckon import Reckoning, reckon
from tickets import people, rows
from tickets.references import reference
from tickets.states import Direction, MessageKind, PromiseState, Role, TicketState
from tickets.store import Store
from tickets.tables import Message, Promise, Ticket

NOW = at_lima(date(2026, 11, 25), 10)
"""When the queue is looked at."""
CHUNK = 20_000
KINDS = ("consulta",) * 90 + ("sugerencia",) * 3 + ("reclamo",) * 5 + ("agradecimiento",) + ("ajeno",)
LINES = (1, 1, 2, 2, 2, 3, 4, 5, 5, 0)
COUNTRIES = ("CL", "ES", "IT", "AR", "US", "CO", "BO", "EC", "VE", "") * 20 + ("JP",)
ENDED = (TicketState.ANSWERED, TicketState.ANSWERED, TicketState.REFERRED, TicketState.CLOSED)


@dataclass(frozen=True, slots=True)
class _Letter:
    name: str
    address: str
    subject: str
    text: str


def fill(store: Store, count: int, waiting: int, login: str) -> None:
    """Store ``count`` cases, the newest ``waiting`` of them unanswered; a case in a thousand shows danger."""
    chance = random.Random(7)
    drawn = [_letter(chance) for _ in range(5_000)]
    with store.write() as session:
        me = people.add(session, login=login, name=login, email="yo@example.pe", role=Role.ADMINISTRATOR, now=NOW)
        session.flush()
        assert me.id is not None
        mine = me.id
    for start in range(0, count, CHUNK):
        numbers = range(start + 1, min(start + CHUNK, count) + 1)
        made = list(_cases(chance, drawn, numbers, count - waiting, count, mine))
        with store.write() as session:
            rows.add_all(session, Ticket, [one for one, _, _ in made])
            rows.add_all(session, Message, [message for _, messages, _ in made for message in messages])
            rows.add_all(session, Promise, [promise for _, _, promise in made])


def _cases(
    chance: random.Random, drawn: Sequence[_Letter], numbers: range, first_waiting: int, count: int, mine: int
) -> Iterator[tuple[dict[str, object], list[dict[str, object]], dict[str, object]]]:
    for number in numbers:
        ended = number <= first_waiting
        age = timedelta(minutes=(count - number) % 500_000) if ended else timedelta(minutes=chance.randint(0, 8_000))
        at = NOW - age - (timedelta(days=10) if ended else timedelta())
        letter, reckoned = chance.choice(drawn), _reckon(at)
        state = chance.choice(ENDED) if ended else TicketState.NEW
        assignee = mine if chance.random() < 0.0002 else None
        if state is TicketState.NEW and assignee is not None:
            state = TicketState.OPEN
        if not ended and number % 5_000 == 0:
            state = TicketState.QUARANTINED
        person = {"from_address": f"p{number}.{letter.address}", "from_name": letter.name}
        ticket: dict[str, object] = {
            "id": number,
            "reference": reference(2026, number),
            "year": 2026,
            "number": number,
            "state": state,
            "line": chance.choice(LINES),
            "kind": chance.choice(KINDS),
            "proposed": chance.random() < 0.1,
            "trafficking_risk": number % 1_000 == 0,
            "on_behalf": chance.random() < 0.4,
            "countries": chance.choice(COUNTRIES),
            "subject": letter.subject,
            "requester_address": person["from_address"],
            "requester_name": letter.name,
            "assignee_id": assignee,
            "opened_at": at,
            "updated_at": at + timedelta(hours=20) if ended else at,
            "target_at": None if ended else reckoned.target_at,
        }
        came: dict[str, object] = {
            "id": 2 * number,
            "ticket_id": number,
            "direction": Direction.IN,
            "kind": MessageKind.LETTER,
            "at": at,
            **person,
            "subject": letter.subject,
            "text": f"{letter.text}\nExpediente X{number}.",
            "message_id": f"<{number}@example.org>",
        }
        went = {
            **came,
            "id": 2 * number + 1,
            "direction": Direction.OUT,
            "kind": MessageKind.ANSWER,
            "text": "Puede pedirla en la oficina de Lima.",
            "message_id": f"<{number}.r@example.pe>",
        }
        yield ticket, [came, went] if ended else [came], _promise(number, reckoned, kept=ended)


def _letter(chance: random.Random) -> _Letter:
    first, last, second = chance.choice(phrases.FIRST_NAMES), *chance.sample(phrases.SURNAMES, 2)
    name = f"{first} {last} {second}"
    slots = slots_of(chance, name)
    parts = [chance.choice(phrases.GREETINGS), chance.choice(phrases.OPENINGS), *chance.sample(phrases.MIDDLES, 3)]
    parts += [chance.choice(phrases.CLOSINGS), chance.choice(phrases.SIGNATURES)]
    address = f"{first.split()[0]}.{last}@example.com".lower()
    return _Letter(
        name,
        address,
        chance.choice(phrases.SUBJECTS).format(**slots),
        "\n".join(parts).format(**slots),
    )


_RECKONED: dict[tuple[date, bool], Reckoning] = {}


def _reckon(at: datetime) -> Reckoning:
    key = (at.date(), at.hour >= 22)
    if key not in _RECKONED:
        _RECKONED[key] = reckon(at, "consulta", shipped(), PromiseSettings())
    return _RECKONED[key]


def _promise(ticket_id: int, reckoned: Reckoning, *, kept: bool) -> dict[str, object]:
    return {
        "ticket_id": ticket_id,
        "kind": "consulta",
        "state": PromiseState.KEPT if kept else PromiseState.OPEN,
        "received_at": reckoned.received_at,
        "clock_starts_on": reckoned.clock_starts_on,
        "due_on": reckoned.due_on,
        "due_at": reckoned.due_at,
        "legal_due_at": reckoned.legal_due_at,
        "target_at": reckoned.target_at,
        "last_second_at": reckoned.due_at,
        "reading": reckoned.reading,
        "calendar_version": reckoned.calendar_version,
        "trace": [],
        "answered_at": reckoned.due_at if kept else None,
    }
