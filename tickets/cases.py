"""Questions to and changes of tickets, their messages and verdicts."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from tickets.references import find_reference
from tickets.rows import core
from tickets.states import Direction, MessageKind, PromiseState, TicketState
from tickets.tables import Attachment, Counter, Draft, Message, Promise, Staff, Ticket, Verdict

_TICKET = core(Ticket)
_MESSAGE = core(Message)
_COUNTER = core(Counter)
_PROMISE = core(Promise)
_STAFF = core(Staff)
_VERDICT = core(Verdict)
_ATTACHMENT = core(Attachment)
_DRAFT = core(Draft)

WAITING_STATES = (TicketState.NEW, TicketState.OPEN, TicketState.QUARANTINED)


class UnknownTicket(Exception):
    """There is no ticket of that reference."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRow:
    """One line of the queue."""

    id: int
    reference: str
    state: str
    line: int
    kind: str
    proposed: bool
    language: str
    trafficking_risk: bool
    on_behalf: bool
    verified: bool
    enough: bool
    flags: tuple[str, ...]
    subject: str
    requester_address: str
    requester_name: str
    assignee: str
    opened_at: datetime
    target_at: datetime | None
    due_at: datetime | None


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
    return {one.reference: one for one in _known(session, _TICKET.c.reference.in_(list(references)), references)}


def known_by_id(session: Session, ids: Collection[int]) -> dict[int, Known]:
    """Return what is known of the tickets of those ids."""
    return {one.id: one for one in _known(session, _TICKET.c.id.in_(list(ids)), ids)}


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
    """Return the ticket of a reference in any case. Raises ``UnknownTicket``."""
    reference = find_reference(text)
    query = select(Ticket).where(_TICKET.c.reference == (reference or ""))
    ticket = session.execute(query.with_for_update(key_share=True) if lock else query).scalar_one_or_none()
    if ticket is None:
        raise UnknownTicket(f"no hay un caso «{text.strip()[:40]}»; un número de atención es como SOM-2026-000123")
    return ticket


def load(session: Session, ticket_id: int, *, lock: bool = False) -> Ticket:
    """Return the ticket of an id. Raises ``UnknownTicket``."""
    query = select(Ticket).where(_TICKET.c.id == ticket_id)
    ticket = session.execute(query.with_for_update(key_share=True) if lock else query).scalar_one_or_none()
    if ticket is None:
        raise UnknownTicket(f"no hay un caso con id {ticket_id}")
    return ticket


def queue(
    session: Session,
    *,
    limit: int,
    offset: int = 0,
    states: Sequence[str] = WAITING_STATES,
    line: int | None = None,
    assignee_id: int | None = None,
    unassigned: bool = False,
    proposed: bool = False,
    due_before: datetime | None = None,
    text: str = "",
) -> list[QueueRow]:
    """Return a page of the queue: trafficking risk first, then what must be answered soonest."""
    conditions: list[ColumnElement[bool]] = [_TICKET.c.state.in_(list(states))]
    if line is not None:
        conditions.append(_TICKET.c.line == line)
    if assignee_id is not None:
        conditions.append(_TICKET.c.assignee_id == assignee_id)
    if unassigned:
        conditions.append(_TICKET.c.assignee_id.is_(None))
    if proposed:
        conditions.append(_TICKET.c.proposed)
    if due_before is not None:
        conditions.append(_TICKET.c.target_at < due_before)
    if text:
        escaped = text.lower().replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
        wanted = f"%{escaped}%"
        conditions.append(
            or_(
                func.lower(_TICKET.c.subject).like(wanted, escape="\\"),
                func.lower(_TICKET.c.requester_address).like(wanted, escape="\\"),
                func.lower(_TICKET.c.requester_name).like(wanted, escape="\\"),
                func.lower(_TICKET.c.reference).like(wanted, escape="\\"),
            )
        )
    due = (
        select(func.min(_PROMISE.c.due_at))
        .where(
            _PROMISE.c.ticket_id == _TICKET.c.id,
            _PROMISE.c.state.in_((PromiseState.OPEN, PromiseState.BROKEN)),
            _PROMISE.c.answered_at.is_(None),
        )
        .scalar_subquery()
    )
    rows = session.execute(
        select(_TICKET, _STAFF.c.name.label("assignee"), due.label("due_at"))
        .outerjoin(_STAFF, _STAFF.c.id == _TICKET.c.assignee_id)
        .where(*conditions)
        .order_by(_TICKET.c.trafficking_risk.desc(), _TICKET.c.target_at.is_(None), _TICKET.c.target_at, _TICKET.c.id)
        .limit(limit)
        .offset(offset)
    )
    return [
        QueueRow(
            id=row.id,
            reference=row.reference,
            state=row.state,
            line=row.line,
            kind=row.kind,
            proposed=row.proposed,
            language=row.language,
            trafficking_risk=row.trafficking_risk,
            on_behalf=row.on_behalf,
            verified=row.verified,
            enough=row.enough,
            flags=tuple(row.flags.split()),
            subject=row.subject,
            requester_address=row.requester_address,
            requester_name=row.requester_name,
            assignee=row.assignee or "",
            opened_at=row.opened_at,
            target_at=row.target_at,
            due_at=row.due_at,
        )
        for row in rows
    ]


def recent(session: Session, *, limit: int) -> list[Ticket]:
    """Return the newest tickets, in the order they were opened."""
    newest = session.execute(select(Ticket).order_by(_TICKET.c.id.desc()).limit(limit)).scalars().all()
    return list(reversed(newest))


def count_by_state(session: Session) -> dict[str, int]:
    """Count tickets by state."""
    return dict(session.execute(select(_TICKET.c.state, func.count()).group_by(_TICKET.c.state)).all())


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
    """Return the message that shows an outgoing letter in its conversation, or None."""
    return session.execute(select(Message).where(_MESSAGE.c.outgoing_id == outgoing_id)).scalar_one_or_none()


def thread_ids(session: Session, ticket_id: int, *, limit: int = 20) -> list[str]:
    """Return the Message-IDs of a ticket's letters, oldest first, for References."""
    newest = (
        session.execute(
            select(_MESSAGE.c.message_id)
            .where(_MESSAGE.c.ticket_id == ticket_id, _MESSAGE.c.message_id != "")
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
    return session.execute(
        select(Verdict).where(_VERDICT.c.ticket_id == ticket_id).order_by(_VERDICT.c.id.desc()).limit(1)
    ).scalar_one_or_none()


def earlier_tickets(session: Session, address: str, *, before_id: int, limit: int = 10) -> list[Ticket]:
    """Return earlier tickets of the same requester, newest first."""
    if not address:
        return []
    return list(
        session.execute(
            select(Ticket)
            .where(_TICKET.c.requester_address == address, _TICKET.c.id < before_id)
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
        )
        .where(condition)
        .with_for_update(key_share=True)
    )
    return [Known(**row._mapping) for row in rows]
