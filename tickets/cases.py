"""Questions to and changes of tickets, their messages and verdicts."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, case, func, or_, select, update
from sqlalchemy import text as sql
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from tickets.references import find_reference
from tickets.rows import core
from tickets.states import Direction, MessageKind
from tickets.tables import Attachment, Counter, Draft, Message, Outgoing, Ticket, Verdict
from tickets.tables.conversation import ENDED, WAITING

_TICKET = core(Ticket)
_MESSAGE = core(Message)
_COUNTER = core(Counter)
_VERDICT = core(Verdict)
_ATTACHMENT = core(Attachment)
_DRAFT = core(Draft)
_OUTGOING = core(Outgoing)

MERGED = "merged"
"""The outcome of a case that was merged into the one that its ``related_id`` names."""


class UnknownTicket(Exception):
    """There is no ticket of that reference."""


class MergedTicket(Exception):
    """The ticket was merged into another one and changes no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What intake must know of a ticket that a letter may belong to."""

    id: int
    reference: str
    state: str
    version: int
    requester_address: str
    answered_at: datetime | None
    trafficking_risk: bool
    flags: str
    merged_into: int | None = None


def take_numbers(session: Session, year: int, count: int) -> int:
    """Reserve ``count`` ticket numbers of a year and return the first of them."""
    name = f"tickets-{year}"
    taken = (
        update(_COUNTER)
        .where(_COUNTER.c.name == name)
        .values(value=_COUNTER.c.value + count)
        .returning(_COUNTER.c.value)
    )
    last = session.execute(taken).scalar_one_or_none()
    if last is None:  # the first of its year; another daemon may be making the row at this moment
        dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
        session.execute(dialect.insert(_COUNTER).values(name=name, value=0).on_conflict_do_nothing())
        last = session.execute(taken).scalar_one()
    return int(last) - count + 1


def known_by_reference(session: Session, references: Collection[str]) -> dict[str, Known]:
    """Return what is known of the tickets of those references."""
    condition = _TICKET.c.reference.in_(list(references))
    return {row.reference: one for row, one in _followed(session, condition, references)}


def known_by_id(session: Session, ids: Collection[int]) -> dict[int, Known]:
    """Return what is known of the tickets of those ids."""
    pairs = _followed(session, _TICKET.c.id.in_(list(ids)), ids)
    return {wanted: one for row, one in pairs for wanted in (row.id, one.id)}


def references(session: Session, ids: Collection[int]) -> dict[int, str]:
    """Return ticket id -> reference."""
    rows = session.execute(select(_TICKET.c.id, _TICKET.c.reference).where(_TICKET.c.id.in_(list(ids))))
    return {one.id: one.reference for one in rows}


def messages_by_rfc_id(session: Session, message_ids: Collection[str]) -> dict[str, tuple[int, str]]:
    """Return Message-ID -> (ticket id, sender) for messages that we hold; the oldest wins where an id was repeated."""
    found: dict[str, tuple[int, str]] = {}
    wanted = [one for one in message_ids if one]
    for start in range(0, len(wanted), 500):
        for row in session.execute(
            select(_MESSAGE.c.message_id, _MESSAGE.c.ticket_id, _MESSAGE.c.from_address)
            .where(_MESSAGE.c.message_id.in_(wanted[start : start + 500]))
            .order_by(_MESSAGE.c.id.desc())
        ):
            found[row.message_id] = (row.ticket_id, row.from_address)
    return found


def touch(session: Session, rows: Sequence[Mapping[str, object]]) -> None:
    """Change tickets by id; the version of each is raised by one."""
    for row in rows:
        values = {name: value for name, value in row.items() if name != "id"}
        session.execute(
            update(_TICKET).where(_TICKET.c.id == row["id"]).values(**values, version=_TICKET.c.version + 1)
        )


def find(session: Session, text: str, *, lock: bool = False) -> Ticket:
    """Return the ticket of a reference in any case; locked, it is about to be changed.

    Raises ``UnknownTicket``; ``MergedTicket`` for a locked one that changes no more.
    """
    reference = find_reference(text)
    query = select(Ticket).where(_TICKET.c.reference == (reference or ""))
    ticket = session.execute(query.with_for_update(key_share=True) if lock else query).scalar_one_or_none()
    if ticket is None:
        raise UnknownTicket(f"no hay un caso «{text.strip()[:40]}»; un número de atención es como SOM-2026-000123")
    if lock and ticket.outcome == MERGED and ticket.related_id is not None:
        other = load(session, ticket.related_id).reference
        raise MergedTicket(f"{ticket.reference} se unió a {other}; siga allí")
    return ticket


def load(session: Session, ticket_id: int, *, lock: bool = False) -> Ticket:
    """Return the ticket of an id. Raises ``UnknownTicket``."""
    query = select(Ticket).where(_TICKET.c.id == ticket_id)
    ticket = session.execute(query.with_for_update(key_share=True) if lock else query).scalar_one_or_none()
    if ticket is None:
        raise UnknownTicket(f"no hay un caso con id {ticket_id}")
    return ticket


def recent(session: Session, *, limit: int) -> list[Ticket]:
    """Return the newest tickets, in the order they were opened."""
    newest = session.execute(select(Ticket).order_by(_TICKET.c.id.desc()).limit(limit)).scalars().all()
    return list(reversed(newest))


def count_by_state(session: Session) -> dict[str, int]:
    """Count tickets by state."""
    counted: dict[str, int] = {}
    for pile in (WAITING, ENDED):  # each off the index of its pile
        query = select(_TICKET.c.state, func.count()).where(sql(pile)).group_by(_TICKET.c.state)
        counted.update(session.execute(query).all())
    return counted


def conversation(session: Session, ticket_id: int, *, limit: int = 500) -> list[Message]:
    """Return the messages of a ticket, oldest first."""
    newest = (
        session.execute(
            select(Message).where(_MESSAGE.c.ticket_id == ticket_id).order_by(_MESSAGE.c.id.desc()).limit(limit)
        )
        .scalars()
        .all()
    )
    return list(reversed(newest))


def last_letter(session: Session, ticket_id: int) -> Message | None:
    """Return the newest letter that a person sent in a ticket, or None."""
    return session.execute(
        select(Message)
        .where(
            _MESSAGE.c.ticket_id == ticket_id,
            _MESSAGE.c.direction == Direction.IN,
            _MESSAGE.c.kind.in_((MessageKind.LETTER, MessageKind.FOLLOW_UP)),
        )
        .order_by(_MESSAGE.c.id.desc())
        .limit(1)
    ).scalar_one_or_none()


def message_of_outgoing(session: Session, outgoing_id: int) -> Message | None:
    """Return the message that shows an answer or an apology in the conversation of its case, or None.

    It is asked for by its case, as messages are indexed.
    """
    own = select(_OUTGOING.c.ticket_id).where(_OUTGOING.c.id == outgoing_id).scalar_subquery()
    query = select(Message).where(_MESSAGE.c.ticket_id == own, _MESSAGE.c.outgoing_id == outgoing_id)
    return session.execute(query).scalar_one_or_none()


def thread_ids(session: Session, ticket_id: int, address: str, *, limit: int = 20) -> list[str]:
    """Return the Message-IDs of ours and of that address's letters in a ticket, oldest first, for References.

    What another mailbox wrote is not named: an id often tells whose mail provider made it.
    """
    of_them = func.lower(_MESSAGE.c.from_address) == address.lower()
    newest = (
        session.execute(
            select(_MESSAGE.c.message_id)
            .where(
                _MESSAGE.c.ticket_id == ticket_id,
                _MESSAGE.c.message_id != "",
                or_(_MESSAGE.c.direction == Direction.OUT, of_them),
            )
            .order_by(_MESSAGE.c.id.desc())
            .limit(limit)
        )
        .scalars()
        .all()
    )
    return list(reversed(newest))


def attachments_of(session: Session, message_ids: Collection[int]) -> list[Attachment]:
    """Return the attachments of messages, in their order."""
    return list(
        session.execute(
            select(Attachment)
            .where(_ATTACHMENT.c.message_id.in_(list(message_ids)))
            .order_by(_ATTACHMENT.c.message_id, _ATTACHMENT.c.position)
        ).scalars()
    )


def latest_verdict(session: Session, ticket_id: int) -> Verdict | None:
    """Return the newest verdict on a ticket, or None."""
    query = select(Verdict).where(_VERDICT.c.ticket_id == ticket_id).order_by(_VERDICT.c.id.desc()).limit(1)
    return session.execute(query).scalar_one_or_none()


def first_verdict(session: Session, ticket_id: int, *, danger: bool = False) -> Verdict | None:
    """Return the classifier's own verdict with which a ticket began (or the first that saw danger), or None."""
    query = (
        select(Verdict)
        .where(_VERDICT.c.ticket_id == ticket_id, _VERDICT.c.staff_id.is_(None))
        .order_by(_VERDICT.c.id)
        .limit(1)
    )
    if danger:
        query = query.where(_VERDICT.c.trafficking_risk)
    return session.execute(query).scalar_one_or_none()


def verdict_of(session: Session, message_id: int) -> Verdict | None:
    """Return the newest verdict on one letter, or None."""
    query = select(Verdict).where(_VERDICT.c.message_id == message_id).order_by(_VERDICT.c.id.desc()).limit(1)
    return session.execute(query).scalar_one_or_none()


def other_tickets(session: Session, address: str, *, except_id: int, limit: int = 10) -> list[Ticket]:
    """Return the other tickets of a requester, newest first."""
    if not address:
        return []
    return list(
        session.execute(
            select(Ticket)
            .where(_TICKET.c.requester_address == address, _TICKET.c.id != except_id)
            .order_by(_TICKET.c.id.desc())
            .limit(limit)
        ).scalars()
    )


def draft_of(session: Session, ticket_id: int, staff_id: int) -> Draft | None:
    """Return what that person has begun to write in that ticket, or None."""
    return session.execute(
        select(Draft).where(_DRAFT.c.ticket_id == ticket_id, _DRAFT.c.staff_id == staff_id)
    ).scalar_one_or_none()


def drop_drafts(session: Session, ticket_id: int, staff_id: int) -> None:
    """Forget what that person had begun to write in that ticket."""
    draft = draft_of(session, ticket_id, staff_id)
    if draft is not None:
        session.delete(draft)


def _followed(
    session: Session, condition: ColumnElement[bool], wanted: Collection[object]
) -> list[tuple[Known, Known]]:
    """Return each ticket that was asked for, with the one that goes on for it: itself unless it was merged."""
    found = _known(session, condition, wanted)
    going_on = {one.id: one for one in found}
    while missing := {one.merged_into for one in going_on.values() if one.merged_into} - going_on.keys():
        going_on.update({one.id: one for one in _known(session, _TICKET.c.id.in_(missing), missing)})
    pairs = []
    for one in found:
        last = one
        while last.merged_into:
            last = going_on[last.merged_into]
        pairs.append((one, last))
    return pairs


def _known(session: Session, condition: ColumnElement[bool], wanted: Collection[object]) -> list[Known]:
    if not wanted:
        return []
    rows = session.execute(
        select(
            _TICKET.c.id,
            _TICKET.c.reference,
            _TICKET.c.state,
            _TICKET.c.version,
            _TICKET.c.requester_address,
            _TICKET.c.answered_at,
            _TICKET.c.trafficking_risk,
            _TICKET.c.flags,
            case((_TICKET.c.outcome == MERGED, _TICKET.c.related_id)).label("merged_into"),
        )
        .where(condition)
        .with_for_update(key_share=True)
    )
    return [Known(**row._mapping) for row in rows]
