"""A consultant's answer: written, held for a short undo window, and sent once."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from calendar_pe.clock import words
from casework.desk import WRITERS, Actor, Desk, require
from casework.posting import contents_of, post
from casework.refusals import Refusal
from casework.writing import discreet_subject, sender
from replies.compose import answer_subject, compose
from replies.page import to_html
from replies.quote import with_quote
from replies.render import Rendered
from replies.render import pending as placeholders
from tickets import cases, clocks, journal, outgoing
from tickets.journal import Event
from tickets.states import (
    KEEPS_PROMISE,
    OutgoingKind,
    TicketEvent,
    TicketState,
    after,
)
from tickets.store import Session
from tickets.tables import Draft, Message, Ticket

KILL_POINTS: dict[str, int] = {"answer.written": 11, "answer.committed": 11}
"""Where a crash test may stop this process, and the step of a letter's way that each belongs to."""

_TOO_LATE = "ya no se puede retirar esta respuesta: salió o está saliendo"
_FIXED = {OutgoingKind.ASK_BACK: "ask_back", OutgoingKind.REFERRAL: "referral"}
"""The letter whose draft makes of the case what a letter taken back would have made of it."""

MARGIN = timedelta(seconds=60)
"""A letter leaves at least this long before its promise ends, even inside the undo window."""


class CannotAnswer(Refusal):
    """The answer is not sent; the message says why and what to do."""


class Changed(CannotAnswer):
    """Somebody or something changed the ticket since it was last seen; the draft is kept."""


@dataclass(frozen=True, slots=True)
class Queued:
    """An answer in the outbox: its id there and when it leaves."""

    outgoing_id: int
    reference: str
    message_id: str
    leaves_at: datetime
    to_address: str


def answer(
    desk: Desk,
    actor: Actor,
    reference: str,
    written: Rendered,
    *,
    kind: OutgoingKind = OutgoingKind.ANSWER,
    send_now: bool = False,
    leaves_at: datetime | None = None,
    seen_version: int | None = None,
    template: str = "",
) -> Queued:
    """Put a person's letter into the outbox.

    It leaves after the undo window, at once with ``send_now``, or in the first working time from ``leaves_at`` on.
    With ``seen_version`` the send stops when the ticket has changed since, and the text is kept as the actor's draft
    (``Changed``). Raises ``CannotAnswer`` when a placeholder is unresolved, there is no address, another answer is
    about to leave, or ``leaves_at`` has passed or would break the promise; ``NotAllowed``; ``UnknownTicket``.
    """
    require(actor, *WRITERS)
    if not written.text.strip():
        raise CannotAnswer("la respuesta está vacía")
    if open_places := placeholders(f"{written.subject}\n{written.text}"):
        raise CannotAnswer(f"faltan por llenar estos espacios: {', '.join(open_places)}")
    now = desk.clock()
    try:
        with desk.store.write() as session:
            ticket = cases.find(session, reference, lock=True)
            _check(session, ticket, seen_version)
            if leaves_at is None:
                leaves_at = now if send_now else _after_undo(desk, session, ticket, now)
            else:
                leaves_at = _scheduled(desk, session, ticket, leaves_at, now)
            queued = _write(desk, session, actor, ticket, written, kind, now, leaves_at=leaves_at, template=template)
            desk.at("answer.written")
    except Changed:
        save_draft(desk, actor, reference, written.text, template=template)
        raise
    desk.at("answer.committed")
    return queued


def scheduled(desk: Desk, reference: str, wanted_at: datetime) -> tuple[datetime, datetime | None]:
    """Return when an answer for which that hour is asked would leave, and since when the case is overdue (None: not).

    Raises ``CannotAnswer`` where ``answer`` would: the hour has passed or would break the promise.
    """
    now = desk.clock()
    with desk.store.read() as session:
        ticket = cases.find(session, reference)
        leaves_at = _scheduled(desk, session, ticket, wanted_at, now)
        owed = clocks.open_of(session, [ticket.id or 0]).get(ticket.id or 0, [])
        return leaves_at, min((one.last_second_at for one in owed if one.last_second_at < now), default=None)


def undo(desk: Desk, actor: Actor, outgoing_id: int) -> str:
    """Take an answer back while it has not been claimed; its text returns as the actor's draft.

    Returns the ticket's reference. Raises ``CannotAnswer`` when it is too late.
    """
    require(actor, *WRITERS)
    now = desk.clock()
    with desk.store.write() as session:
        letter = outgoing.load(session, outgoing_id)
        if letter is None or letter.ticket_id is None or not letter.author_id:
            raise CannotAnswer(_TOO_LATE)
        if letter.kind not in KEEPS_PROMISE:
            raise CannotAnswer("aquí solo se retira una respuesta; una disculpa se retira desde su medida")
        if not outgoing.may_be_taken_back(letter, now):
            raise CannotAnswer(_TOO_LATE)
        outgoing.take_back(letter)
        ticket = cases.load(session, letter.ticket_id, lock=True)
        message = cases.message_of_outgoing(session, outgoing_id)
        if message is not None and actor.staff_id is not None:
            template = _FIXED.get(OutgoingKind(letter.kind), "")
            keep_draft(session, ticket, actor.staff_id, message.text, now, template=template)
            session.delete(message)
        ticket.version += 1
        journal.append(
            session, [Event(letter.ticket_id, now, actor.journal_name, "send_undone", {"outgoing": outgoing_id})]
        )
        return ticket.reference


def save_draft(desk: Desk, actor: Actor, reference: str, text: str, *, template: str = "") -> None:
    """Keep what somebody has begun to write, so that a crash or a lost connection loses nothing."""
    require(actor, *WRITERS)
    assert actor.staff_id is not None
    with desk.store.write() as session:
        keep_draft(session, cases.find(session, reference), actor.staff_id, text, desk.clock(), template=template)


def keep_draft(
    session: Session, ticket: Ticket, staff_id: int, text: str, now: datetime, *, template: str = ""
) -> None:
    """Write the draft of one person in one ticket; the newest text replaces the one before."""
    assert ticket.id is not None
    draft = cases.draft_of(session, ticket.id, staff_id)
    if draft is None:
        session.add(
            Draft(
                ticket_id=ticket.id,
                staff_id=staff_id,
                ticket_version=ticket.version,
                template=template,
                text=text,
                updated_at=now,
            )
        )
    else:
        draft.text, draft.template, draft.ticket_version, draft.updated_at = text, template, ticket.version, now


def _check(session: Session, ticket: Ticket, seen_version: int | None) -> None:
    assert ticket.id is not None
    if seen_version is not None and ticket.version != seen_version:
        raise Changed(f"{ticket.reference} cambió desde que lo vio; vuelva a leerlo, su borrador está guardado")
    if not ticket.requester_address:
        raise CannotAnswer(f"{ticket.reference} no tiene dirección a la que responder")
    if (leaving := outgoing.pending_for(session, ticket.id)) is not None:
        raise CannotAnswer(
            f"{ticket.reference} ya tiene una carta por salir ({leaving.kind}, envío {leaving.id}); "
            "retírela o espere a que salga"
        )


def _write(
    desk: Desk,
    session: Session,
    actor: Actor,
    ticket: Ticket,
    written: Rendered,
    kind: OutgoingKind,
    now: datetime,
    *,
    leaves_at: datetime,
    template: str,
) -> Queued:
    assert ticket.id is not None
    last = cases.last_letter(session, ticket.id)
    number = ticket.version + 1
    message_id = desk.signer.message_id(ticket.reference, f"r{ticket.id:x}v{number:x}", desk.settings.message_domain)
    subject = _subject(desk, ticket, written)
    body = written.text
    if last is not None and _may_be_quoted(ticket, last):
        body = with_quote(written.text, _newest(last), last.at, written.language)
    thread = cases.thread_ids(session, ticket.id, ticket.requester_address)
    composed = compose(
        message_id=message_id,
        sender=sender(desk),
        recipient=ticket.requester_address,
        subject=subject,
        text=body,
        html=to_html(body, language=written.language, title=subject),
        sent_at=leaves_at,
        in_reply_to=last.message_id if last is not None and last.message_id in thread else "".join(thread[-1:]),
        references=thread,
        language=written.language,
    )
    outgoing_id = post(
        desk,
        session,
        ticket,
        kind=kind,
        dedupe_key=f"{kind}:{ticket.id}:{number}",
        message_id=message_id,
        payload=composed.payload,
        envelope_from=desk.settings.from_address,
        subject=subject,
        text=written.text,
        author_id=actor.staff_id,
        author_name=actor.name,
        now=now,
        leaves_at=leaves_at,
    )
    if actor.staff_id is not None:
        cases.drop_drafts(session, ticket.id, actor.staff_id)
        if ticket.assignee_id is None:
            ticket.assignee_id = actor.staff_id
            if ticket.state != TicketState.CLOSED:  # a case that has ended may be answered and stays ended
                ticket.state = after(TicketState(ticket.state), TicketEvent.TAKEN)
    ticket.version = number
    ticket.updated_at = now
    journal.append(
        session,
        [
            Event(
                ticket.id,
                now,
                actor.journal_name,
                "answer_written",
                {
                    "outgoing": outgoing_id,
                    "kind": kind,
                    "template": template,
                    "leaves_at": leaves_at.isoformat(),
                    **contents_of(desk, session, outgoing_id),
                },
            )
        ],
    )
    return Queued(outgoing_id, ticket.reference, message_id, leaves_at, ticket.requester_address)


def _subject(desk: Desk, ticket: Ticket, written: Rendered) -> str:
    """Keep the citizen's subject, so that mail programs show one thread, with the tag that brings replies back.

    Where signs of trafficking show it says nothing of the matter: a subject is read over somebody's shoulder.
    """
    if ticket.trafficking_risk:
        return discreet_subject(desk, ticket.reference, written.language)
    tag = desk.signer.tag(ticket.reference).strip("[]")
    return answer_subject(ticket.subject, tag, written.subject)


def _after_undo(desk: Desk, session: Session, ticket: Ticket, now: datetime) -> datetime:
    """Return when the undo window ends; it shortens rather than pass the promise."""
    leaves_at = now + desk.settings.undo
    for last_second_at in _still_kept(session, ticket, now):
        if last_second_at < leaves_at + MARGIN:
            leaves_at = max(now, last_second_at - MARGIN)
    return leaves_at


def _scheduled(desk: Desk, session: Session, ticket: Ticket, wanted_at: datetime, now: datetime) -> datetime:
    """Return the first working time from the wanted instant on. Raises ``CannotAnswer``."""
    if wanted_at <= now:
        raise CannotAnswer(f"el {words(wanted_at)} ya pasó; elija una hora futura o envíe sin hora")
    leaves_at = desk.next_open(wanted_at)
    for last_second_at in _still_kept(session, ticket, now):
        if last_second_at < leaves_at + MARGIN:
            raise CannotAnswer(
                f"saldría el {words(leaves_at)}, y el plazo vence el {words(last_second_at)}; elija una hora anterior"
            )
    return leaves_at


def _still_kept(session: Session, ticket: Ticket, now: datetime) -> list[datetime]:
    """Return the last seconds of the promises that an answer can still keep."""
    owed = clocks.open_of(session, [ticket.id or 0]).get(ticket.id or 0, [])
    return [promise.last_second_at for promise in owed if now <= promise.last_second_at]


def _may_be_quoted(ticket: Ticket, last: Message) -> bool:
    """Say whether whoever reads that mailbox may read the letter again.

    Not where somebody may hold the writer, nor a letter that a merged case brought from another address.
    """
    return not ticket.trafficking_risk and last.from_address.lower() == ticket.requester_address.lower()


def _newest(message: Message) -> str:
    return message.text if message.newest_text is None else message.newest_text
