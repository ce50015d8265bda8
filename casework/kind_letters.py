"""Word to a citizen that a suggestion or a complaint was received, once a person has said that it is one."""

from datetime import datetime

from casework.citizen_mail import citizen_letter
from casework.desk import Desk
from replies.render import render
from replies.words import promise_words
from tickets import clocks, outgoing
from tickets.states import OutgoingKind, PromiseState
from tickets.store import Session
from tickets.tables import Ticket

_LETTERS = {"sugerencia": "suggestion_received", "reclamo": "complaint_received"}


def tell_received(desk: Desk, session: Session, ticket: Ticket, now: datetime) -> None:
    """Tell the new term of a case that a person has just confirmed to be a suggestion or a complaint, once.

    It counts as the acknowledgement of its day. From then on the term is one that the citizen was told.
    """
    assert ticket.id is not None
    letter = _LETTERS.get(ticket.kind)
    if (
        letter is None
        or not desk.settings.acknowledge
        or ticket.trafficking_risk
        or "@" not in ticket.requester_address
    ):
        return
    owed = clocks.open_of(session, [ticket.id]).get(ticket.id, [])
    promise = next((one for one in owed if one.kind == ticket.kind and one.state == PromiseState.OPEN), None)
    key = f"{letter}:{ticket.id}"
    if promise is None or outgoing.has_key(session, key):
        return
    template = desk.catalogue.letter(letter)
    language = template.language_for(ticket.language)
    rendered = render(
        template, language, {"reference": ticket.reference, "promise": promise_words(promise.due_at, language)}
    )
    citizen_letter(
        desk,
        session,
        ticket,
        kind=OutgoingKind.ACKNOWLEDGEMENT,
        dedupe_key=key,
        rendered=rendered,
        author_id=None,
        now=now,
    )
    promise.told_due_at = promise.due_at
