"""Making two cases of one, when a later letter is about something else: it gets a case and a promise of its own.

The promise of the new case runs from that letter's own arrival, not from the splitting; where the letter had opened a
promise of the old case that nobody has answered yet, that promise goes with it, and a letter that stays behind without
an answer gets one of its own.
"""

from dataclasses import dataclass
from datetime import datetime

from calendar_pe.clock import lima_date
from casework.classify import PROMISED
from casework.desk import WRITERS, Actor, Desk, require
from casework.moving import begun, told_of_move
from casework.promising import promise_row
from casework.refusals import Refusal
from sla.reckon import Reckoning, reckon
from tickets import cases, clocks, contents, joining, journal, rows
from tickets.journal import Event
from tickets.latest import unanswered
from tickets.references import reference as make_reference
from tickets.states import TicketState
from tickets.store import Session
from tickets.tables import Message, Promise, Ticket, Verdict


class CannotSplit(Refusal):
    """The case stays whole; the message says why."""


@dataclass(frozen=True, slots=True)
class Parted:
    """The new case and until when its letter must be answered."""

    reference: str
    due_at: datetime


def split(desk: Desk, actor: Actor, reference: str, message_id: int) -> Parted:
    """Take a later letter out of a case and open a case for it.

    Raises ``CannotSplit`` for the letter that opened the case and for what is no letter of a person, ``UnknownTicket``,
    CalendarRangeError for a letter that arrived outside the calendar.
    """
    require(actor, *WRITERS)
    now = desk.clock()
    with desk.store.write() as session:
        ticket = cases.find(session, reference, lock=True)
        assert ticket.id is not None
        message = _letter(session, ticket, message_id)
        reckoned = reckon(message.at, "consulta", desk.calendar, desk.promises)
        made = _open(desk, session, ticket, message, now)
        joining.move_letter(session, message, made.id or 0)
        facts: dict[str, journal.Fact] = {"message": message_id, "into": made.id}
        events = [
            Event(ticket.id, now, actor.journal_name, "split_off", facts),
            _opened(desk, made, ticket.id, message_id, actor, now),
        ]
        ended, due_at = _promise(desk, session, actor, ticket.id, made.id or 0, message, reckoned, now)
        journal.append(session, [*events, *ended, *_left_behind(desk, session, actor, ticket, now)])
        ticket.version += 1
        ticket.updated_at = now
        session.flush()
        clocks.refresh_target(session, [ticket.id, made.id or 0])
        return Parted(made.reference, due_at)


def _letter(session: Session, ticket: Ticket, message_id: int) -> Message:
    letters = joining.letters(session, ticket.id or 0)
    chosen = next((one for one in letters if one.id == message_id), None)
    if chosen is None:
        raise CannotSplit("solo se separa una carta de la persona")
    if chosen is joining.own_letter(letters, ticket.opened_at):
        raise CannotSplit("esa carta es la del caso; separe la que vino después")
    return chosen


def _open(desk: Desk, session: Session, ticket: Ticket, message: Message, now: datetime) -> Ticket:
    """Open the new case with what was judged of its letter; a person still confirms the line."""
    year = lima_date(message.at).year
    number = cases.take_numbers(session, year, 1)
    judged = cases.verdict_of(session, message.id or 0)
    source: Verdict | Ticket = judged if judged is not None else ticket
    made = Ticket(
        reference=make_reference(year, number),
        year=year,
        number=number,
        office=desk.settings.office,
        state=TicketState.NEW,
        line=source.line,
        kind=source.kind,
        proposed=True,
        enough=source.enough,
        on_behalf=source.on_behalf,
        trafficking_risk=source.trafficking_risk,
        language=source.language,
        countries=ticket.countries if judged is None else " ".join(judged.countries),
        confidence=source.confidence,
        verified=message.verified,
        subject=message.subject,
        requester_address=message.from_address.lower(),
        requester_name=message.from_name,
        related_id=ticket.id,
        opened_at=message.at,
        updated_at=now,
    )
    session.add(made)
    session.flush()
    if judged is not None:
        judged.ticket_id = made.id or 0
    return made


def _opened(desk: Desk, made: Ticket, origin: int, message_id: int, actor: Actor, now: datetime) -> Event:
    """Tell the new chain what the case is; the letter itself stays counted where it came in."""
    facts: dict[str, journal.Fact] = {
        "split_from": origin,
        "message": message_id,
        "channel": "email",
        "office": made.office,
        "line": made.line,
        "kind": made.kind,
        "on_behalf": made.on_behalf,
        "trafficking_risk": made.trafficking_risk,
        "language": made.language,
        "countries": made.countries,
        "proposed": True,
        "requester": desk.signer.keyed_hash(made.requester_address),
        "person": desk.signer.keyed_hash(contents.of_person(made.requester_name, made.subject)),
    }
    return Event(made.id or 0, now, actor.journal_name, "opened", facts)


def _promise(
    desk: Desk,
    session: Session,
    actor: Actor,
    old_id: int,
    new_id: int,
    message: Message,
    reckoned: Reckoning,
    now: datetime,
) -> tuple[list[Event], datetime]:
    """Give the new case its promise; returns what the journal says of it, and when it is due."""
    owed = clocks.open_of(session, [old_id]).get(old_id, [])
    own = next((one for one in owed if one.message_id == message.id), None)
    if own is not None:
        events = told_of_move(own, actor, now, new_id)
        own.ticket_id = new_id
        joining.move_amends(session, own.id or 0, new_id)
        return events, own.due_at
    made = _promised(desk, session, new_id, message, reckoned)
    return [Event(new_id, now, actor.journal_name, "promised", begun(made))], made.due_at


def _left_behind(desk: Desk, session: Session, actor: Actor, ticket: Ticket, now: datetime) -> list[Event]:
    """Promise an answer to the letter that stays without one, when what was owed for it has gone with the other."""
    session.flush()
    assert ticket.id is not None
    kind = ticket.kind if ticket.kind_confirmed else "consulta"
    waits = ticket.state in (TicketState.NEW, TicketState.OPEN) and kind in PROMISED
    if not waits or clocks.open_of(session, [ticket.id]):
        return []
    message = unanswered(session, ticket.id)
    if message is None:
        return []
    made = _promised(desk, session, ticket.id, message, reckon(message.at, kind, desk.calendar, desk.promises))
    return [Event(ticket.id, now, actor.journal_name, "promised", begun(made))]


def _promised(desk: Desk, session: Session, ticket_id: int, message: Message, reckoned: Reckoning) -> Promise:
    [promise_id] = rows.add_all_with_ids(
        session, Promise, [promise_row(desk, ticket_id, message.id or 0, reckoned, told=False)]
    )
    return session.get_one(Promise, promise_id)
