"""Amends for broken commitments: filling in the rows of the remediation log, apologising, closing them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from math import ceil

from calendar_pe.clock import at_lima
from casework.citizen_mail import citizen_letter
from casework.desk import Actor, Desk, require
from casework.posting import contents_of
from casework.refusals import Refusal
from casework.writing import apology
from letters.clean import clean_text
from replies.render import Rendered
from sla.remediation import (
    TITLES,
    Cause,
    Commitment,
    RemediationForm,
    missing_fields,
    parse_cause,
    publication_due_on,
)
from sla.working_time import business_seconds
from tickets import amends, cases, journal, months, outgoing, people
from tickets.journal import Event
from tickets.states import OutboxState, OutgoingKind, RemediationState, Role
from tickets.store import Session
from tickets.tables import Outgoing, Promise, Remediation, Ticket

PAGE = 500
"""Rows of the log read at once."""

RESPONSIBLE_LIMIT = 200

_STILL_HERE = (OutboxState.WAITING, OutboxState.DEFERRED, OutboxState.SENDING)
"""Where an apology stands that has not left."""


class CannotRemedy(Refusal):
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
    if amends_made.responsible is not None and len(amends_made.responsible) > RESPONSIBLE_LIMIT:
        raise CannotRemedy(f"el nombre del responsable pasa de {RESPONSIBLE_LIMIT} letras")
    now = desk.clock()
    with desk.store.write() as session:
        row = _open(amends.load(session, remediation_id), remediation_id)
        changed = []
        for one in fields(amends_made):
            value = getattr(amends_made, one.name)
            value = clean_text(value).strip() if isinstance(value, str) else value
            if value is not None and value != getattr(row, one.name):
                setattr(row, one.name, value)
                changed.append(one.name)
        if row.apology_outgoing_id is not None and row.apology_due is False:
            raise CannotRemedy(f"la medida {remediation_id} ya tiene sus disculpas enviadas; correspondían")
        if changed:
            _note(desk, session, actor, row, now, "remediation_edited", {"fields": " ".join(changed)})


def close(desk: Desk, actor: Actor, remediation_id: int) -> None:
    """Close a row that has every field and whose apology has left.

    Raises ``CannotRemedy`` naming the fields that are missing, or saying that the apology is still to leave.
    """
    require(actor, Role.SUPERVISOR, Role.ADMINISTRATOR)
    now = desk.clock()
    with desk.store.write() as session:
        row = _open(amends.load(session, remediation_id), remediation_id)
        filled = _closable(desk, session, row, now)
        row.lateness_seconds = filled.lateness_seconds
        row.state, row.closed_at, row.closed_by = RemediationState.CLOSED, now, actor.staff_id
        facts: dict[str, journal.Fact] = {"cause": row.cause, "apology_due": row.apology_due}
        _note(desk, session, actor, row, now, "remediation_closed", facts)


def check_closing(desk: Desk, actor: Actor, remediation_id: int) -> None:
    """Raise ``CannotRemedy`` where ``close`` would, before anybody is asked whether they are sure."""
    require(actor, Role.SUPERVISOR, Role.ADMINISTRATOR)
    with desk.store.read() as session:
        row = _open(amends.load(session, remediation_id), remediation_id)
        _closable(desk, session, row, desk.clock())


def _closable(desk: Desk, session: Session, row: Remediation, now: datetime) -> RemediationForm:
    """Return a row that may be closed: after that its apology can no longer be taken back. Raises ``CannotRemedy``."""
    promise = session.get(Promise, row.promise_id) if row.promise_id is not None else None
    ticket = session.get(Ticket, row.ticket_id) if row.ticket_id is not None else None
    [filled] = _forms(desk, session, [(row, promise, ticket)])
    if missing := missing_fields(filled):
        raise CannotRemedy(f"la medida {row.id} no se puede cerrar; falta: {', '.join(missing)}")
    letter = session.get(Outgoing, row.apology_outgoing_id) if row.apology_outgoing_id is not None else None
    if letter is not None and letter.state in _STILL_HERE:
        seconds = ceil((letter.next_attempt_at - now).total_seconds())
        soon = 0 < seconds < 120 and letter.state == OutboxState.WAITING
        when = f"la disculpa sale en {seconds} segundos" if soon else "la disculpa todavía no ha salido"
        raise CannotRemedy(f"{when}: cierre la medida después")
    return filled


def preview(desk: Desk, actor: Actor, remediation_id: int) -> Rendered:
    """Return the apology of a row as ``apologise`` would send it, for whoever is about to. Raises ``CannotRemedy``."""
    require(actor, Role.SUPERVISOR, Role.ADMINISTRATOR)
    with desk.store.read() as session:
        row = _open(amends.load(session, remediation_id), remediation_id)
        return _apology(desk, session, row)[1]


def apologise(desk: Desk, actor: Actor, remediation_id: int) -> datetime:
    """Write the apology into the outbox, once, and note it in the row.

    It leaves after the undo window; returns when. Until then ``take_back`` stops it. Raises ``CannotRemedy``.
    """
    require(actor, Role.SUPERVISOR, Role.ADMINISTRATOR)
    now = desk.clock()
    with desk.store.write() as session:
        row = _open(amends.load(session, remediation_id), remediation_id)
        ticket, rendered = _apology(desk, session, row)
        leaves_at = now + desk.settings.undo
        letter = citizen_letter(
            desk,
            session,
            ticket,
            kind=OutgoingKind.APOLOGY,
            dedupe_key=f"apology:{row.id}:{ticket.id}:{ticket.version + 1}",
            rendered=rendered,
            author_id=actor.staff_id,
            author_name=actor.name,
            now=now,
            leaves_at=leaves_at,
        )
        row.apology_outgoing_id, row.apology_due = letter, True
        _note(
            desk,
            session,
            actor,
            row,
            now,
            "apology_written",
            {"outgoing": letter, **contents_of(desk, session, letter)},
        )
        return leaves_at


def take_back(desk: Desk, actor: Actor, remediation_id: int) -> None:
    """Take an apology back that has not left: the row says again that one is due. Raises ``CannotRemedy``."""
    require(actor, Role.SUPERVISOR, Role.ADMINISTRATOR)
    now = desk.clock()
    with desk.store.write() as session:
        row = _open(amends.load(session, remediation_id), remediation_id)
        if row.apology_outgoing_id is None:
            raise CannotRemedy(f"la medida {remediation_id} no tiene una disculpa que retirar")
        letter = outgoing.load(session, row.apology_outgoing_id)
        if letter is None or letter.ticket_id is None or not outgoing.may_be_taken_back(letter, now):
            raise CannotRemedy("ya no se puede retirar esta disculpa: salió o está saliendo")
        outgoing.take_back(letter)
        ticket = cases.load(session, letter.ticket_id, lock=True)
        if (message := cases.message_of_outgoing(session, row.apology_outgoing_id)) is not None:
            session.delete(message)
        ticket.version += 1
        _note(desk, session, actor, row, now, "apology_undone", {"outgoing": row.apology_outgoing_id})
        row.apology_outgoing_id = None


def _apology(desk: Desk, session: Session, row: Remediation) -> tuple[Ticket, Rendered]:
    """Return whom a row's apology goes to and its words. Raises ``CannotRemedy`` where none may be sent."""
    if row.apology_outgoing_id is not None:
        raise CannotRemedy(f"la medida {row.id} ya tiene sus disculpas")
    if row.ticket_id is None or row.promise_id is None:
        raise CannotRemedy(f"la medida {row.id} no es de una sola persona")
    if row.apology_due is False:
        raise CannotRemedy(f"en la medida {row.id} consta que no corresponde una disculpa; cámbielo primero")
    ticket = cases.load(session, row.ticket_id)
    promise = session.get_one(Promise, row.promise_id)
    if not ticket.requester_address:
        raise CannotRemedy(f"{ticket.reference} no tiene dirección a la que escribir")
    if ticket.trafficking_risk:
        raise CannotRemedy(
            f"{ticket.reference} tiene riesgo de trata: no se le escribe una carta más; "
            "discúlpese dentro de la respuesta y diga en el texto de la medida que así se hizo"
        )
    told = {"cause": row.cause, "preventive": row.preventive.strip()}
    if lacking := [TITLES[name].lower() for name, value in told.items() if not value]:
        raise CannotRemedy(f"antes de disculparse, la medida {row.id} debe decir: {', '.join(lacking)}")
    return ticket, apology(desk, ticket, promise, cause=row.cause, measure=row.preventive)


def find(desk: Desk, remediation_id: int) -> RemediationForm:
    """Return one row as the form of the Carta de Servicios. Raises ``CannotRemedy`` when there is none."""
    with desk.store.read() as session:
        found = amends.listing(session, limit=1, before_id=remediation_id + 1)
        if not found or found[0][0].id != remediation_id:
            raise CannotRemedy(f"no hay una medida {remediation_id}")
        return _forms(desk, session, found)[0]


def forms(desk: Desk, *, states: tuple[str, ...] = ()) -> Iterator[RemediationForm]:
    """Yield remediation rows as forms, newest first, reading page by page."""
    before_id: int | None = None
    with desk.store.read() as session:
        while found := amends.listing(session, states=states, limit=PAGE, before_id=before_id):
            yield from _forms(desk, session, found)
            before_id = found[-1][0].id
            session.expunge_all()


Entry = tuple[Remediation, Promise | None, Ticket | None]


def _forms(desk: Desk, session: Session, entries: Sequence[Entry]) -> list[RemediationForm]:
    letters = {row.apology_outgoing_id for row, _, _ in entries if row.apology_outgoing_id is not None}
    closers = {row.closed_by for row, _, _ in entries if row.closed_by is not None}
    message_id = outgoing.message_ids(session, letters)
    name = people.names(session, closers)
    found = []
    for row, promise, ticket in entries:
        times = _of_publication(desk, session, row) if promise is None else _of_answer(row, promise)
        found.append(
            RemediationForm(
                id=row.id or 0,
                commitment=Commitment(row.commitment),
                reference=ticket.reference if ticket is not None else row.month,
                broken_at=row.broken_at,
                kind=promise.kind if promise is not None else "",
                received_at=promise.received_at if promise is not None else None,
                due_at=times.due_at,
                answered_at=times.answered_at,
                lateness_seconds=times.lateness_seconds,
                cause=Cause(row.cause) if row.cause else None,
                cause_detail=row.cause_text,
                corrective=row.corrective,
                preventive=row.preventive,
                responsible=row.responsible,
                apology_due=row.apology_due,
                apology_message_id=message_id.get(row.apology_outgoing_id or 0, ""),
                closed_by=name.get(row.closed_by or 0, ""),
                closed_at=row.closed_at,
            )
        )
    return found


@dataclass(frozen=True, slots=True)
class _Times:
    due_at: datetime | None = None
    answered_at: datetime | None = None
    lateness_seconds: int | None = None


def _of_answer(row: Remediation, promise: Promise) -> _Times:
    return _Times(promise.due_at, promise.answered_at, row.lateness_seconds)


def _of_publication(desk: Desk, session: Session, row: Remediation) -> _Times:
    """Return the times of a publication; its hour is not recorded, so it counts as at the close of its day."""
    if row.commitment != Commitment.PUBLICATION:
        return _Times()
    year, month = (int(part) for part in row.month.split("-"))
    due_at = at_lima(publication_due_on(year, month, desk.calendar), 23, 59, 59)
    report = months.first_published(session, row.month)
    if report is None or report.published_on is None:
        return _Times(due_at)
    closing = desk.working_time.closing
    published_at = at_lima(report.published_on, closing.hour, closing.minute, closing.second)
    late = max(0, business_seconds(due_at, published_at, desk.calendar, desk.working_time))
    return _Times(due_at, published_at, late)


def content(desk: Desk, words: Sequence[str | bool | None]) -> str:
    """Return the keyed hash of what a row says, as the journal keeps it.

    In order: cause, its words, corrective and preventive measure, who answers for them, whether an apology is due.
    """
    return desk.signer.keyed_hash(json.dumps(list(words), ensure_ascii=False))


def _open(row: Remediation | None, remediation_id: int) -> Remediation:
    if row is None:
        raise CannotRemedy(f"no hay una medida {remediation_id}")
    if row.state != RemediationState.OPEN:
        raise CannotRemedy(f"la medida {remediation_id} ya está cerrada")
    return row


def _note(
    desk: Desk,
    session: Session,
    actor: Actor,
    row: Remediation,
    now: datetime,
    word: str,
    facts: Mapping[str, journal.Fact],
) -> None:
    """Add an entry to the journal, with a keyed hash of the row's words as they stand: a later edit shows."""
    words = (row.cause, row.cause_text, row.corrective, row.preventive, row.responsible, row.apology_due)
    told = {
        "remediation": row.id,
        "promise": row.promise_id,
        "cause": row.cause,
        **facts,
        "content": content(desk, words),
    }
    journal.append(session, [Event(row.ticket_id or journal.DESK, now, actor.journal_name, word, told)])
