"""Writing a judged batch into the record: tickets, messages, promises, acknowledgements, journal.

Everything is worked out first and written table by table, so that a batch costs a few statements and not a few
hundred. When the database refuses the batch, the letters are filed one by one, each in a savepoint of its own, so
that one bad letter keeps nobody else waiting.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from calendar_pe.clock import lima_date
from casework import acknowledge, danger, staff_bounces, survey
from casework.danger import Danger
from casework.desk import SERVICE, Desk
from casework.filed_rows import (
    Filed,
    attachment_rows,
    message_row,
    recovered_row,
    settled_row,
    ticket_id_of,
    ticket_row,
    verdict_of,
    verdict_rows,
)
from casework.placement import (
    Bounce,
    Duplicate,
    FollowUp,
    Lookup,
    MachineMail,
    NewTicket,
    Placement,
    Recovered,
    SurveyAnswer,
    place,
    rating_in,
)
from casework.promising import promise_row
from casework.reading import Reading
from sla.reckon import Reckoning, reckon
from tickets import cases, clocks, contents, intake, journal, notices, rows
from tickets.cases import Known
from tickets.journal import Event
from tickets.references import reference
from tickets.states import (
    IntakeOutcome,
    MessageKind,
    TicketEvent,
    TicketState,
    after,
)
from tickets.store import Session
from tickets.tables import Attachment, Message, Outgoing, Promise, Ticket, Verdict


@dataclass(slots=True)
class Sheet:
    """The rows of one batch, gathered before any is written."""

    tickets: list[NewTicket] = field(default_factory=list)
    letters: list[Filed] = field(default_factory=list)
    promised: list[tuple[Reading, "NewTicket | int", Reckoning]] = field(default_factory=list)
    reopened: list[tuple[Known, Reading]] = field(default_factory=list)
    touched: dict[int, Known] = field(default_factory=dict)
    settled: list[tuple[Reading, IntakeOutcome, "NewTicket | int | None"]] = field(default_factory=list)
    recovered: list[tuple[Known, Reading]] = field(default_factory=list)
    bounced: list[tuple[Known, Bounce]] = field(default_factory=list)
    returned: list[int] = field(default_factory=list)  # ids of letters of ours that came back
    surveys: list[SurveyAnswer] = field(default_factory=list)


def file_batch(desk: Desk, session: Session, readings: Sequence[Reading], now: datetime) -> None:
    """File a batch of judged letters in the caller's transaction."""
    lookup = Lookup.of(session, desk.signer, readings)
    sheet = Sheet()
    for reading in readings:
        placement = place(lookup, reading)
        _enter(desk, sheet, placement)
        if not isinstance(placement, Duplicate) and (rating := rating_in(lookup, reading)) is not None:
            sheet.surveys.append(rating)
    _number(desk, session, sheet)
    _write(desk, session, sheet, now)


def _enter(desk: Desk, sheet: Sheet, placement: Placement) -> None:
    reading = placement.reading
    match placement:
        case NewTicket():
            sheet.tickets.append(placement)
            sheet.letters.append((reading, placement, MessageKind.LETTER))
            sheet.promised.append((reading, placement, _reckon(desk, reading)))
            sheet.settled.append((reading, IntakeOutcome.TICKET, placement))
        case FollowUp(ticket=ticket, reopens=reopens):
            target = ticket if isinstance(ticket, NewTicket) else ticket.id
            sheet.letters.append((reading, target, MessageKind.FOLLOW_UP))
            sheet.settled.append((reading, IntakeOutcome.FOLLOW_UP, target))
            if isinstance(ticket, NewTicket):
                ticket.later_danger |= verdict_of(reading).trafficking_risk
            else:
                sheet.touched[ticket.id] = ticket
                sheet.reopened.append((ticket, reading))
                if reopens:
                    sheet.promised.append((reading, ticket.id, _reckon(desk, reading)))
        case Recovered(ticket=known):
            sheet.letters.append((reading, known.id, MessageKind.LETTER))
            sheet.recovered.append((known, reading))
            sheet.settled.append((reading, IntakeOutcome.TICKET, known.id))
        case Duplicate(ticket=target):
            sheet.settled.append((reading, IntakeOutcome.DUPLICATE, target))
        case SurveyAnswer(ticket=known):
            sheet.letters.append((reading, known.id, MessageKind.SURVEY))
            sheet.settled.append((reading, IntakeOutcome.FOLLOW_UP, known.id))
        case MachineMail(ticket=known):
            if known is not None:
                sheet.letters.append((reading, known.id, MessageKind.MACHINE))
            sheet.settled.append((reading, IntakeOutcome.MACHINE, known.id if known else None))
        case Bounce(ticket=known):
            if placement.outgoing_id is not None and reading.bounce.permanent is not False:
                sheet.returned.append(placement.outgoing_id)
            if known is not None:
                sheet.letters.append((reading, known.id, MessageKind.BOUNCE))
                sheet.bounced.append((known, placement))
            sheet.settled.append((reading, IntakeOutcome.BOUNCE, known.id if known else None))


def _reckon(desk: Desk, reading: Reading) -> Reckoning:
    """Every letter from a person carries the consulta promise, from the server's arrival time."""
    return reckon(reading.pending.arrived_at, "consulta", desk.calendar, desk.promises)


def _number(desk: Desk, session: Session, sheet: Sheet) -> None:
    by_year: dict[int, list[NewTicket]] = {}
    for ticket in sheet.tickets:
        by_year.setdefault(lima_date(ticket.reading.pending.arrived_at).year, []).append(ticket)
    for year, tickets in sorted(by_year.items()):
        first = cases.take_numbers(session, year, len(tickets))
        for number, ticket in enumerate(tickets, start=first):
            ticket.reference = reference(year, number)


def _write(desk: Desk, session: Session, sheet: Sheet, now: datetime) -> None:
    promised = {id(target): reckoned for _, target, reckoned in sheet.promised if isinstance(target, NewTicket)}
    new_ids = rows.add_all_with_ids(
        session, Ticket, [ticket_row(desk, ticket, promised[id(ticket)], now) for ticket in sheet.tickets]
    )
    for ticket, ticket_id in zip(sheet.tickets, new_ids, strict=True):
        ticket.id = ticket_id
    _follow_up(desk, session, sheet, now)
    cases.touch(session, [recovered_row(known, reading, now) for known, reading in sheet.recovered])

    messages = [message_row(reading, target, kind) for reading, target, kind in sheet.letters]
    message_ids = rows.add_all_with_ids(session, Message, messages)
    message_of = {reading.pending.id: one for (reading, _, _), one in zip(sheet.letters, message_ids, strict=True)}
    attached = attachment_rows(sheet.letters, message_of)
    rows.add_all(session, Attachment, attached)
    said = _contents(desk, sheet, messages, attached, message_of)
    rows.add_all(session, Verdict, verdict_rows(sheet.letters, message_of, now))

    acknowledgements = acknowledge.plan(desk, session, sheet.promised, now)
    told = {one.intake_id for one in acknowledgements}
    promise_ids = rows.add_all_with_ids(
        session,
        Promise,
        [
            promise_row(
                desk, ticket_id_of(target), message_of[reading.pending.id], reckoned, told=reading.pending.id in told
            )
            for reading, target, reckoned in sheet.promised
        ],
    )
    clocks.refresh_target(session, [target for _, target, _ in sheet.promised if isinstance(target, int)])
    outgoing_ids = rows.add_all_with_ids(session, Outgoing, [one.outgoing_row() for one in acknowledgements])
    rows.add_all(
        session,
        Message,
        [one.message_row(outgoing_id) for one, outgoing_id in zip(acknowledgements, outgoing_ids, strict=True)],
    )
    danger.notify(desk, session, _dangers(sheet), now)
    _tell_bounced(desk, session, sheet, now)
    rated = survey.count(session, sheet.surveys, now)
    journal.append(session, _events(desk, sheet, promise_ids, told, said, now) + rated, fresh=frozenset(new_ids))
    intake.settle(session, [settled_row(reading, outcome, target, now) for reading, outcome, target in sheet.settled])


def _follow_up(desk: Desk, session: Session, sheet: Sheet, now: datetime) -> None:
    state = {known.id: TicketState(known.state) for known in sheet.touched.values()}
    for known, reading in sheet.reopened:
        state[known.id] = after(state[known.id], TicketEvent.FOLLOW_UP)
        verdict = verdict_of(reading)
        if verdict.trafficking_risk and not known.trafficking_risk:
            cases.touch(session, [{"id": known.id, "trafficking_risk": True}])
    cases.touch(session, [{"id": one, "state": new_state, "updated_at": now} for one, new_state in state.items()])
    if desk.settings.survey:
        survey.put_off(desk, session, state, now)
    survey.withdraw(session, [known.id for known, reading in sheet.reopened if verdict_of(reading).trafficking_risk])


def _tell_bounced(desk: Desk, session: Session, sheet: Sheet, now: datetime) -> None:
    """Mark the ticket whose letter came back and tell staff once a letter; state and clock stay as they are."""
    to_staff = staff_bounces.note(desk, session, sheet.returned, now)
    for known, bounce in sheet.bounced:
        if bounce.reading.bounce.permanent is False or bounce.outgoing_id in to_staff:
            continue  # the server is still trying, or it is staff that could not be told
        if "rebotado" not in known.flags.split():
            cases.touch(session, [{"id": known.id, "flags": f"{known.flags} rebotado".strip(), "updated_at": now}])
        notices.add_once(
            session,
            kind="bounced",
            key=f"bounced:{bounce.outgoing_id}",
            text="Rebotó una carta nuestra: la dirección no recibe",
            now=now,
            leaves_at=desk.next_open(now),
            ticket_id=known.id,
        )


def _dangers(sheet: Sheet) -> list[Danger]:
    """Return the tickets on which signs of trafficking show, new ones and old; each is told of once."""
    seen = [(ticket.id, ticket.reference, ticket.reading) for ticket in sheet.tickets]
    seen += [(known.id, known.reference, reading) for known, reading in (*sheet.reopened, *sheet.recovered)]
    seen += [
        (target.id, target.reference, reading)
        for reading, target, kind in sheet.letters
        if kind is MessageKind.FOLLOW_UP and isinstance(target, NewTicket)
    ]
    return [
        Danger(
            ticket_id=ticket_id,
            reference=reference,
            received_at=reading.pending.arrived_at,
            signs=verdict_of(reading).reasons,
        )
        for ticket_id, reference, reading in seen
        if verdict_of(reading).trafficking_risk
    ]


def _contents(
    desk: Desk,
    sheet: Sheet,
    messages: Sequence[dict[str, object]],
    attached: Sequence[dict[str, object]],
    message_of: Mapping[int, int],
) -> dict[int, str]:
    """Return the keyed hash of what each letter says, by intake id."""
    of_message: dict[object, list[dict[str, object]]] = {}
    for row in attached:
        of_message.setdefault(row["message_id"], []).append(row)
    return {
        reading.pending.id: desk.signer.keyed_hash(
            contents.of_message(row, of_message.get(message_of[reading.pending.id], ()), reading.pending.sha256)
        )
        for (reading, _, _), row in zip(sheet.letters, messages, strict=True)
    }


def _events(
    desk: Desk, sheet: Sheet, promise_ids: Sequence[int], told: set[int], said: Mapping[int, str], now: datetime
) -> list[Event]:
    actor = SERVICE.journal_name
    events = [_judged_event(desk, "opened", ticket.id, ticket.reading, said, now) for ticket in sheet.tickets] + [
        _judged_event(desk, "recovered", known.id, reading, said, now) for known, reading in sheet.recovered
    ]
    names = {
        MessageKind.FOLLOW_UP: "follow_up",
        MessageKind.MACHINE: "machine_mail",
        MessageKind.BOUNCE: "bounced",
    }
    events += [
        Event(
            ticket_id_of(target),
            now,
            actor,
            names[kind],
            {
                "intake": reading.pending.id,
                "received_at": reading.pending.arrived_at.isoformat(),
                "content": said[reading.pending.id],
            },
        )
        for reading, target, kind in sheet.letters
        if kind in names
    ]
    events += [
        Event(
            ticket_id_of(target),
            now,
            actor,
            "promised",
            {
                "promise": promise_id,
                "kind": reckoned.kind,
                "intake": reading.pending.id,
                "received_at": reckoned.received_at.isoformat(),
                "due_at": reckoned.due_at.isoformat(),
                "reading": reckoned.reading,
                "calendar": reckoned.calendar_version,
                "acknowledged": reading.pending.id in told,
            },
        )
        for promise_id, (reading, target, reckoned) in zip(promise_ids, sheet.promised, strict=True)
    ]
    return events


def _judged_event(
    desk: Desk, word: str, ticket_id: int, reading: Reading, said: Mapping[int, str], now: datetime
) -> Event:
    verdict = verdict_of(reading)
    facts: dict[str, journal.Fact] = {
        "intake": reading.pending.id,
        "channel": "email",
        "office": desk.settings.office,
        "received_at": reading.pending.arrived_at.isoformat(),
        "sender": desk.signer.keyed_hash(reading.letter.from_address),
        "verified": reading.sender.verified,
        "line": verdict.line,
        "kind": verdict.kind,
        "on_behalf": verdict.on_behalf,
        "trafficking_risk": verdict.trafficking_risk,
        "language": verdict.language,
        "countries": " ".join(verdict.countries),
        "proposed": not verdict.confident,
        "model": verdict.model_version,
        "content": said[reading.pending.id],
        "person": desk.signer.keyed_hash(contents.of_person(reading.letter.from_name[:200], reading.letter.subject)),
    }
    return Event(ticket_id, now, SERVICE.journal_name, word, facts)
