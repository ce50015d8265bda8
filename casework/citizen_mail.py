"""Letters to a citizen that are not an answer: apology, survey, word that a complaint arrived."""

from datetime import datetime, timedelta

from casework.desk import Desk
from casework.posting import post
from casework.writing import sender, tagged
from replies.compose import Nature, answer_subject, compose
from replies.page import to_html
from replies.render import Rendered
from tickets import cases, outgoing
from tickets.states import OutgoingKind
from tickets.store import Session
from tickets.tables import Ticket

DAY = timedelta(hours=24)


def citizen_letter(
    desk: Desk,
    session: Session,
    ticket: Ticket,
    *,
    kind: OutgoingKind,
    dedupe_key: str,
    rendered: Rendered,
    author_id: int | None,
    author_name: str = "",
    now: datetime,
    leaves_at: datetime | None = None,
) -> int:
    """Put a letter to the ticket's requester into the outbox and into the conversation; returns its outbox id.

    It leaves at ``leaves_at`` (default: now). One that nobody wrote has the null path, so that no machine answers it,
    and waits where the address has had its share of such letters.
    """
    assert ticket.id is not None
    leaves_at = leaves_at or now
    if author_id is None:
        leaves_at = _with_room(desk, session, ticket.requester_address, leaves_at)
    written = tagged(desk, rendered, ticket.reference)
    last = cases.last_letter(session, ticket.id)
    nonce = f"{kind.value[0]}{ticket.id:x}k{ticket.version + 1:x}"
    message_id = desk.signer.message_id(ticket.reference, nonce, desk.settings.message_domain)
    tag = desk.signer.tag(ticket.reference).strip("[]")
    thread = cases.thread_ids(session, ticket.id, ticket.requester_address)
    composed = compose(
        message_id=message_id,
        sender=sender(desk),
        recipient=ticket.requester_address,
        subject=answer_subject("", tag, written.subject),
        text=written.text,
        html=to_html(written.text, language=written.language, title=written.subject),
        sent_at=leaves_at,
        nature=Nature.PERSONAL if author_id is not None else Nature.GENERATED,
        in_reply_to=last.message_id if last is not None and last.message_id in thread else "".join(thread[-1:]),
        references=thread,
        language=written.language,
    )
    outgoing_id = post(
        desk,
        session,
        ticket,
        kind=kind,
        dedupe_key=dedupe_key,
        message_id=message_id,
        payload=composed.payload,
        envelope_from=desk.settings.from_address if author_id is not None else "",
        subject=written.subject,
        text=written.text,
        author_id=author_id,
        author_name=author_name,
        now=now,
        leaves_at=leaves_at,
    )
    ticket.version += 1
    return outgoing_id


def _with_room(desk: Desk, session: Session, address: str, leaves_at: datetime) -> datetime:
    """Return when one more of the service's own letters to an address may leave: so many in 24 hours, no more."""
    planned = outgoing.automatic_instants(session, address, leaves_at - DAY)
    most = desk.settings.automatic_per_address
    return leaves_at if len(planned) < most else max(leaves_at, planned[-most] + DAY)
