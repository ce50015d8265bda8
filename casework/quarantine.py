"""Letters that cannot be analysed, or are too large to load: a ticket that a person reads, with its promise running."""

from datetime import datetime

from calendar_pe import CalendarRangeError
from calendar_pe.clock import lima_date
from casework.desk import SERVICE, WRITERS, Actor, Desk, require
from casework.promising import promise_row
from casework.refusals import Refusal
from inbox.parse import parse_headers
from letters.letter import Letter
from sla.reckon import Reckoning, reckon
from tickets import cases, contents, intake, journal, rows
from tickets.intake import Pending
from tickets.journal import Event, Fact
from tickets.references import reference
from tickets.states import Direction, IntakeOutcome, IntakeState, MessageKind, TicketState
from tickets.store import Session
from tickets.tables import Message, Notice, Promise, Ticket

_TEXT_BROKEN = (
    "Esta carta no se pudo analizar. La carta original se conserva completa: "
    "se exporta con «som letters export» y se vuelve a intentar con «som letters retry»."
)
_TEXT_LARGE = (
    "Esta carta es demasiado grande para cargarla ({size:.1f} MB). Sigue en el servidor de correo: "
    "léala allí, en el buzón «{mailbox}»."
)


class OfAnotherLetter(Refusal):
    """The letter stays as it came: its case was merged into another one."""


def put_away(desk: Desk, pending: Pending, raw: bytes) -> None:
    """Open a quarantined ticket for a letter, in a transaction of its own. ``raw`` may be its header block alone."""
    with desk.store.write() as session:
        if pending.id not in intake.still_waiting(session, [pending.id]):
            return
        if pending.ticket_id is None and (twin := _twin(session, pending, raw)) is not None:
            row = {"id": pending.id, "state": IntakeState.PROCESSED, "outcome": IntakeOutcome.DUPLICATE}
            intake.settle(session, [{**row, "ticket_id": twin, "processed_at": desk.clock()}])
        elif pending.ticket_id is None:
            _file(desk, session, pending, _head(pending, raw))
        else:
            _put_back(desk, session, pending, pending.ticket_id)


def _twin(session: Session, pending: Pending, raw: bytes) -> int | None:
    """Return the ticket that stands for the same letter already, or None.

    Of a letter too large to load only the header block is here: it is the same when that, its size and its arrival
    are the same and only the folder's epoch is another.
    """
    if not pending.partial:
        return intake.put_away_as(session, pending)
    return next(
        (
            ticket_id
            for ticket_id, raw_id in intake.put_away_large(session, pending)
            if intake.bodies(session, [raw_id])[raw_id] == raw
        ),
        None,
    )


def _head(pending: Pending, raw: bytes) -> Letter:
    """Read who wrote and about what, unless earlier tries ended in a crash: then nothing of it is touched."""
    if pending.partial or pending.last_error:
        return parse_headers(raw[:262_144].partition(b"\r\n\r\n")[0])
    return Letter()


def _put_back(desk: Desk, session: Session, pending: Pending, ticket_id: int) -> None:
    """Return a letter to quarantine that was tried again in vain; the ticket that stands for it goes on."""
    now = desk.clock()
    facts: dict[str, Fact] = {"intake": pending.id, "tries": pending.attempts}
    journal.append(session, [Event(ticket_id, now, SERVICE.journal_name, "quarantined", facts)])
    settled = {"id": pending.id, "state": IntakeState.QUARANTINED, "outcome": IntakeOutcome.QUARANTINE}
    intake.settle(session, [{**settled, "ticket_id": ticket_id, "processed_at": now}])


def _file(desk: Desk, session: Session, pending: Pending, letter: Letter) -> None:
    now = desk.clock()
    reckoned = _reckon(desk, pending)
    year = lima_date(pending.arrived_at).year
    number = cases.take_numbers(session, year, 1)
    ticket_id = rows.add_all_with_ids(
        session,
        Ticket,
        [
            {
                "reference": reference(year, number),
                "year": year,
                "number": number,
                "office": desk.settings.office,
                "state": TicketState.QUARANTINED,
                "enough": False,
                "flags": "muy_grande" if pending.partial else "sin_analizar",
                "subject": letter.subject,
                "requester_address": letter.from_address.lower(),
                "requester_name": letter.from_name[:200],
                "opened_at": pending.arrived_at,
                "updated_at": now,
                "target_at": reckoned.target_at if reckoned is not None else None,
            }
        ],
    )[0]
    text = _TEXT_LARGE if pending.partial else _TEXT_BROKEN
    message_id = rows.add_all_with_ids(
        session,
        Message,
        [
            {
                "ticket_id": ticket_id,
                "direction": Direction.IN,
                "kind": MessageKind.LETTER,
                "at": pending.arrived_at,
                "intake_id": pending.id,
                "from_address": letter.from_address[:320],
                "from_name": letter.from_name[:200],
                "subject": letter.subject,
                "text": text.format(size=pending.size / 1_000_000, mailbox=pending.mailbox),
                "message_id": letter.message_id[:998],
                "defects": pending.last_error,
            }
        ],
    )[0]
    rows.add_all(
        session,
        Notice,
        [
            {
                "kind": "quarantine",
                "dedupe_key": f"quarantine:{pending.id}",
                "ticket_id": ticket_id,
                "text": f"Carta sin analizar: {reference(year, number)}",
                "created_at": now,
                "leaves_at": desk.next_open(now),
            }
        ],
    )
    facts: dict[str, Fact] = {
        "intake": pending.id,
        "channel": "email",
        "office": desk.settings.office,
        "received_at": pending.arrived_at.isoformat(),
        "partial": pending.partial,
        "tries": pending.attempts,
        "requester": desk.signer.keyed_hash(letter.from_address),
        "person": desk.signer.keyed_hash(contents.of_person(letter.from_name[:200], letter.subject)),
    }
    events = [Event(ticket_id, now, SERVICE.journal_name, "quarantined", facts)]
    if reckoned is not None:
        events.append(_promise(desk, session, pending, ticket_id, message_id, reckoned, now))
    journal.append(session, events, fresh=frozenset({ticket_id}))
    intake.settle(
        session,
        [
            {
                "id": pending.id,
                "state": IntakeState.QUARANTINED,
                "outcome": IntakeOutcome.QUARANTINE,
                "ticket_id": ticket_id,
                "processed_at": now,
            }
        ],
    )


def _reckon(desk: Desk, pending: Pending) -> Reckoning | None:
    """Return the promise of the letter, or None past the end of the calendar: then a person must at least see it."""
    try:
        return reckon(pending.arrived_at, "consulta", desk.calendar, desk.promises)
    except CalendarRangeError:
        return None


def _promise(
    desk: Desk,
    session: Session,
    pending: Pending,
    ticket_id: int,
    message_id: int,
    reckoned: Reckoning,
    now: datetime,
) -> Event:
    row = promise_row(desk, ticket_id, message_id, reckoned, told=False)
    [promise_id] = rows.add_all_with_ids(session, Promise, [row])
    facts: dict[str, Fact] = {
        "promise": promise_id,
        "kind": reckoned.kind,
        "intake": pending.id,
        "received_at": reckoned.received_at.isoformat(),
        "due_at": reckoned.due_at.isoformat(),
        "reading": reckoned.reading,
        "calendar": reckoned.calendar_version,
        "acknowledged": False,
    }
    return Event(ticket_id, now, SERVICE.journal_name, "promised", facts)


def retry(desk: Desk, actor: Actor, letter_id: int) -> bool:
    """Put a quarantined letter back in the line; the ticket that stood for it goes on as the letter's ticket.

    Returns False when there is no such letter, or only its header block is here. Raises CalendarRangeError for one that
    arrived outside the calendar: as an ordinary case it would have no promise, and nobody would miss its answer; and
    ``OfAnotherLetter`` for one whose case was merged into that of another letter, which it must not become.
    """
    require(actor, *WRITERS)
    now = desk.clock()
    with desk.store.write() as session:
        arrival = intake.arrival_of(session, letter_id)
        if arrival is not None:
            reckon(arrival[0], "consulta", desk.calendar, desk.promises)
        ticket_id = intake.retry(session, letter_id)
        if ticket_id is None:
            return False
        ticket = cases.load(session, ticket_id)
        if arrival is not None and ticket.opened_at != arrival[0]:
            raise OfAnotherLetter(
                f"la carta {letter_id} se unió a {ticket.reference}, que es de otra carta, y analizada cambiaría la "
                "persona de ese caso; léala con «som letters export»"
            )
        facts: dict[str, Fact] = {"intake": letter_id}
        journal.append(session, [Event(ticket_id, now, actor.journal_name, "analysis_retried", facts)])
        return True


def export(desk: Desk, actor: Actor, letter_id: int) -> tuple[bytes, bool] | None:
    """Return the bytes of a letter as they arrived and whether they are whole, or None; noted in the journal.

    Of a letter above the size limit only the header block was taken.
    """
    require(actor, *WRITERS)
    now = desk.clock()
    with desk.store.write() as session:
        raw = intake.raw_of(session, letter_id)
        if raw is not None:
            facts: dict[str, Fact] = {"intake": letter_id}
            journal.append(session, [Event(journal.DESK, now, actor.journal_name, "letter_exported", facts)])
        arrival = intake.arrival_of(session, letter_id)
        return None if raw is None or arrival is None else (raw, not arrival[1])
