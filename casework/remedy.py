"""Amends for broken promises: filling in the remediation row and closing it."""

from dataclasses import dataclass, fields

from casework.citizen_mail import citizen_letter
from casework.desk import Actor, Desk, require
from casework.writing import apology
from sla.remediation import Cause, Commitment, RemediationForm, missing_fields, parse_cause
from tickets import amends, cases, journal
from tickets.journal import Event
from tickets.states import OutgoingKind, RemediationState, Role
from tickets.tables import Outgoing, Promise, Remediation, Ticket


class CannotRemedy(Exception):
    """The remediation row cannot change like that; the message names what is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Amends:
    """What a supervisor writes down; None leaves a field as it is."""

    cause: str | None = None
    cause_text: str | None = None
    corrective: str | None = None
    preventive: str | None = None
    responsible: str | None = None
    apology_due: bool | None = None


def edit(desk: Desk, actor: Actor, remediation_id: int, amends_made: Amends) -> None:
    """Fill in fields of an open row. Raises ``CannotRemedy``."""
    require(actor, Role.SUPERVISOR, Role.ADMINISTRATOR)
    if amends_made.cause is not None:
        try:
            parse_cause(amends_made.cause)
        except ValueError as error:
            raise CannotRemedy(str(error)) from None
    now = desk.clock()
    with desk.store.write() as session:
        row = _open(amends.load(session, remediation_id), remediation_id)
        changed = []
        for one in fields(amends_made):
            value = getattr(amends_made, one.name)
            if value is not None and value != getattr(row, one.name):
                setattr(row, one.name, value)
                changed.append(one.name)
        journal.append(
            session,
            [
                Event(
                    row.ticket_id or journal.DESK,
                    now,
                    actor.journal_name,
                    "remediation_edited",
                    {"remediation": row.id, "fields": " ".join(changed)},
                )
            ],
        )


def close(desk: Desk, actor: Actor, remediation_id: int) -> None:
    """Close a row that has every field. Raises ``CannotRemedy`` naming the fields that are missing."""
    require(actor, Role.SUPERVISOR, Role.ADMINISTRATOR)
    now = desk.clock()
    with desk.store.write() as session:
        row = _open(amends.load(session, remediation_id), remediation_id)
        promise = session.get(Promise, row.promise_id) if row.promise_id is not None else None
        ticket = session.get(Ticket, row.ticket_id) if row.ticket_id is not None else None
        letter = session.get(Outgoing, row.apology_outgoing_id) if row.apology_outgoing_id is not None else None
        filled = form(row, promise, ticket, letter.message_id if letter is not None else "")
        if missing := missing_fields(filled):
            raise CannotRemedy(f"remediation {remediation_id} cannot close without: {', '.join(missing)}")
        row.state, row.closed_at, row.closed_by = RemediationState.CLOSED, now, actor.staff_id
        journal.append(
            session,
            [
                Event(
                    row.ticket_id or journal.DESK,
                    now,
                    actor.journal_name,
                    "remediation_closed",
                    {"remediation": row.id, "cause": row.cause, "apology_due": row.apology_due},
                )
            ],
        )


def form(
    row: Remediation, promise: Promise | None, ticket: Ticket | None, apology_message_id: str = ""
) -> RemediationForm:
    """Return a row as the form of the Carta de Servicios."""
    return RemediationForm(
        id=row.id or 0,
        commitment=Commitment(row.commitment),
        reference=ticket.reference if ticket is not None else row.month,
        broken_at=row.broken_at,
        kind=promise.kind if promise is not None else "",
        received_at=promise.received_at if promise is not None else None,
        due_at=promise.due_at if promise is not None else None,
        answered_at=promise.answered_at if promise is not None else None,
        lateness_seconds=row.lateness_seconds,
        cause=Cause(row.cause) if row.cause else None,
        cause_detail=row.cause_text,
        corrective=row.corrective,
        preventive=row.preventive,
        responsible=row.responsible,
        apology_due=row.apology_due,
        apology_message_id=apology_message_id,
        closed_at=row.closed_at,
    )


def _open(row: Remediation | None, remediation_id: int) -> Remediation:
    if row is None:
        raise CannotRemedy(f"there is no remediation row {remediation_id}")
    if row.state != RemediationState.OPEN:
        raise CannotRemedy(f"remediation {remediation_id} is closed")
    return row


def forms(desk: Desk, *, states: tuple[str, ...] = (), limit: int = 1000) -> list[RemediationForm]:
    """Return remediation rows as forms, newest first."""
    with desk.store.read() as session:
        found = []
        for row, promise, ticket in amends.listing(session, states=states, limit=limit):
            letter = session.get(Outgoing, row.apology_outgoing_id) if row.apology_outgoing_id is not None else None
            found.append(form(row, promise, ticket, letter.message_id if letter is not None else ""))
        return found


def apologise(desk: Desk, actor: Actor, remediation_id: int) -> None:
    """Write the apology into the outbox, once, and note it in the row. Raises ``CannotRemedy``."""
    require(actor, Role.SUPERVISOR, Role.ADMINISTRATOR)
    now = desk.clock()
    with desk.store.write() as session:
        row = _open(amends.load(session, remediation_id), remediation_id)
        if row.apology_outgoing_id is not None:
            raise CannotRemedy(f"remediation {remediation_id} has its apology already")
        if row.ticket_id is None or row.promise_id is None:
            raise CannotRemedy(f"remediation {remediation_id} concerns no single person")
        ticket = cases.load(session, row.ticket_id)
        promise = session.get_one(Promise, row.promise_id)
        if not ticket.requester_address:
            raise CannotRemedy(f"{ticket.reference} has no address to write to")
        rendered = apology(desk, ticket, promise, cause=row.cause_text, measure=row.corrective)
        letter = citizen_letter(
            desk,
            session,
            ticket,
            kind=OutgoingKind.APOLOGY,
            dedupe_key=f"apology:{row.id}",
            rendered=rendered,
            author_id=actor.staff_id,
            now=now,
        )
        row.apology_outgoing_id, row.apology_due = letter, True
        facts: dict[str, journal.Fact] = {"remediation": row.id, "outgoing": letter}
        journal.append(session, [Event(row.ticket_id, now, actor.journal_name, "apology_written", facts)])
