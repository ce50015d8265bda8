"""The words of an answer: a canned reply filled in for a case, or a text of the consultant's own."""

from collections.abc import Mapping

from casework.answer import CannotAnswer
from casework.desk import Actor, Desk
from letters.clean import clean_text
from replies.render import Rendered, Value, draft, render
from replies.template import Template
from tickets import cases
from tickets.states import OutgoingKind
from tickets.tables import Ticket

_KINDS = {"ask_back": OutgoingKind.ASK_BACK, "referral": OutgoingKind.REFERRAL}
"""The fixed letters that a person sends and that are more than an answer."""


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
    return written, _KINDS.get(template_id, OutgoingKind.ANSWER), ticket.version


def preview(
    desk: Desk, actor: Actor, reference: str, template_id: str, variables: Mapping[str, str]
) -> tuple[Rendered, int]:
    """Fill a canned reply in as far as it goes; what is missing stands as ``[[name]]``."""
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
    if template_id in _KINDS:
        return desk.catalogue.letter(template_id)
    return desk.catalogue.get(template_id)


def values(ticket: Ticket, actor: Actor, variables: Mapping[str, str]) -> dict[str, Value]:
    """Return the variables that the service fills by itself, under those that the consultant gave."""
    return {
        "reference": ticket.reference,
        "name": ticket.requester_name,
        "consultant": actor.name,
        **variables,
    }
