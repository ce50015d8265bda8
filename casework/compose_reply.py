"""The words of an answer: a canned reply filled in for a case, or a text of the consultant's own."""

from collections.abc import Mapping
from datetime import date

from calendar_pe.clock import lima_date
from casework.answer import CannotAnswer
from casework.desk import Actor, Desk
from letters.clean import clean_text
from replies.catalogue import UnknownTemplate
from replies.render import Rendered, Value, draft, render
from replies.template import Template
from tickets import cases
from tickets.states import OutgoingKind
from tickets.tables import Ticket

LETTERS = ("ask_back", "referral")
"""The fixed letters that a person sends."""

_KINDS = {
    "answered": OutgoingKind.ANSWER,
    "asked_back": OutgoingKind.ASK_BACK,
    "referred": OutgoingKind.REFERRAL,
}
"""What sending a text with that outcome is."""


def from_template(
    desk: Desk, actor: Actor, reference: str, template_id: str, variables: Mapping[str, str]
) -> tuple[Rendered, OutgoingKind, int]:
    """Fill a canned reply in for a case; returns it, its kind and the version of the case it was written for.

    Raises ``UnknownTicket``, ``UnknownTemplate``, ``UnresolvedVariables`` naming what is missing, ``BadVariable``.
    """
    with desk.store.read() as session:
        ticket = cases.find(session, reference)
    template = find(desk, template_id)
    written = render(template, template.language_for(ticket.language), values(ticket, actor, variables))
    return written, kind_of(desk, template_id), ticket.version


def preview(
    desk: Desk, actor: Actor, reference: str, template_id: str, variables: Mapping[str, str]
) -> tuple[Rendered, int]:
    """Fill a canned reply in as far as it goes; what is missing stands as ``[[its label]]``."""
    with desk.store.read() as session:
        ticket = cases.find(session, reference)
    template = find(desk, template_id)
    return draft(template, template.language_for(ticket.language), values(ticket, actor, variables)), ticket.version


def from_text(desk: Desk, reference: str, text: str) -> tuple[Rendered, int]:
    """Return a text of one's own as an answer. Raises ``CannotAnswer`` when it is empty."""
    written = clean_text(text).strip()
    if not written:
        raise CannotAnswer("la respuesta está vacía")
    with desk.store.read() as session:
        ticket = cases.find(session, reference)
    return Rendered(subject="", text=written + "\n", language=ticket.language), ticket.version


def find(desk: Desk, template_id: str) -> Template:
    """Return a canned reply, or one of the fixed letters that a person sends. Raises ``UnknownTemplate``."""
    if template_id in LETTERS:
        return desk.catalogue.letter(template_id)
    return desk.catalogue.get(template_id)


def kind_of(desk: Desk, template_id: str) -> OutgoingKind:
    """Return what a text makes of the case it answers; one of one's own ("") or one that is gone is an answer."""
    if not template_id:
        return OutgoingKind.ANSWER
    try:
        return _KINDS[find(desk, template_id).outcome]
    except UnknownTemplate:
        return OutgoingKind.ANSWER


def overdue(desk: Desk, template_id: str) -> date | None:
    """Return the day on which a text should have been reviewed, once it has passed. Raises ``UnknownTemplate``."""
    review_by = find(desk, template_id).review_by
    return review_by if review_by < lima_date(desk.clock()) else None


def at_risk(desk: Desk, reference: str) -> bool:
    """Return whether somebody who holds the writer may read the answer to this case. Raises ``UnknownTicket``."""
    with desk.store.read() as session:
        return cases.find(session, reference).trafficking_risk


def values(ticket: Ticket, actor: Actor, variables: Mapping[str, str]) -> dict[str, Value]:
    """Return the variables that the service fills by itself, under those that the consultant gave."""
    return {
        "reference": ticket.reference,
        "name": ticket.requester_name,
        "consultant": actor.name,
        **variables,
    }
