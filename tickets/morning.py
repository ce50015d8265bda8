"""Questions for the morning digest: what is broken, due today, uncertain, in quarantine, or missing somewhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, case, func, null, select, text
from sqlalchemy.orm import Session

from tickets.rows import core
from tickets.states import OutboxState, PromiseState
from tickets.tables import Intake, MailboxCheck, Outgoing, Promise, Remediation, Staff, Ticket
from tickets.tables.conversation import UNREAD

_CHECK, _INTAKE, _LOG, _OUTBOX = core(MailboxCheck), core(Intake), core(Remediation), core(Outgoing)
_PROMISE, _STAFF, _TICKET = core(Promise), core(Staff), core(Ticket)


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """A promise that still owes an answer; ``remediation`` is its row of the log, None while it is not broken."""

    reference: str
    line: int
    assignee: str
    kind: str
    received_at: datetime
    due_at: datetime
    last_second_at: datetime
    trace: Sequence[Mapping[str, object]]
    trafficking_risk: bool
    remediation: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsure:
    """An outgoing letter of which nobody knows whether it arrived; ``reference`` is "" for a letter to staff."""

    outgoing: int
    reference: str
    line: int
    assignee: str
    attempted_at: datetime | None
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A case whose letter could not be analysed; ``letter`` is the number that ``letters retry`` takes."""

    reference: str
    assignee: str
    opened_at: datetime
    letter: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What became of the promises that fell due on one date."""

    due_on: date
    kept: int
    broken: int
    open: int


@dataclass(frozen=True, slots=True)
class Unreconciled:
    """A mailbox whose letters on the server and in the ledger are not the same; counts are of the window compared."""

    mailbox: str
    server_count: int
    ledger_count: int
    missing_here: int
    missing_there: int
    noticed_at: datetime


def digest_written(session: Session, key: str) -> bool:
    """Return True when a digest of that day is in the outbox already."""
    found = select(_OUTBOX.c.id).where(_OUTBOX.c.dedupe_key.like(f"{key}:%")).limit(1)
    return session.execute(found).first() is not None


def broken(session: Session, *, now: datetime, limit: int) -> tuple[list[Owed], int]:
    """Return broken promises that still owe an answer, the longest overdue first, and how many there are in all.

    One whose last second is over by ``now`` is broken, whether or not the watch has marked it already.
    """
    over = (_PROMISE.c.state == PromiseState.OPEN) & (_PROMISE.c.last_second_at < now)
    those = ((_PROMISE.c.state == PromiseState.BROKEN) | over, _PROMISE.c.answered_at.is_(None))
    query = _owed(_LOG.c.id).outerjoin(_LOG, _LOG.c.promise_id == _PROMISE.c.id).where(*those)
    rows = session.execute(query.order_by(_PROMISE.c.last_second_at, _PROMISE.c.id).limit(limit))
    return [Owed(**row) for row in rows.mappings()], _count(session, _PROMISE, those)


def due(session: Session, *, since: datetime, until: datetime, limit: int) -> tuple[list[Owed], int]:
    """Return open promises that fall due between two instants, the earliest first, and how many there are in all."""
    those = (
        _PROMISE.c.state == PromiseState.OPEN,
        _PROMISE.c.last_second_at >= since,
        _PROMISE.c.due_at <= until,
        _PROMISE.c.answered_at.is_(None),
    )
    rows = session.execute(_owed(null()).where(*those).order_by(_PROMISE.c.due_at, _PROMISE.c.id).limit(limit))
    return [Owed(**row) for row in rows.mappings()], _count(session, _PROMISE, those)


def uncertain(session: Session, *, limit: int) -> tuple[list[Unsure], int]:
    """Return outgoing letters that wait for a person's word, oldest first, and how many there are in all."""
    those = (_OUTBOX.c.state == OutboxState.UNCERTAIN,)
    query = (
        select(
            _OUTBOX.c.id.label("outgoing"),
            func.coalesce(_TICKET.c.reference, "").label("reference"),
            func.coalesce(_TICKET.c.line, 0).label("line"),
            func.coalesce(_STAFF.c.name, "").label("assignee"),
            _OUTBOX.c.attempted_at,
            _OUTBOX.c.last_text.label("said"),
        )
        .outerjoin(_TICKET, _TICKET.c.id == _OUTBOX.c.ticket_id)
        .outerjoin(_STAFF, _STAFF.c.id == _TICKET.c.assignee_id)
        .where(*those)
        .order_by(_OUTBOX.c.id)
        .limit(limit)
    )
    return [Unsure(**row) for row in session.execute(query).mappings()], _count(session, _OUTBOX, those)


def quarantined(session: Session, *, limit: int) -> tuple[list[Unread], int]:
    """Return cases whose letter could not be analysed, oldest first, and how many there are in all."""
    those = (text(UNREAD),)
    letter = select(func.min(_INTAKE.c.id)).where(_INTAKE.c.ticket_id == _TICKET.c.id).scalar_subquery()
    query = (
        select(
            _TICKET.c.reference,
            func.coalesce(_STAFF.c.name, "").label("assignee"),
            _TICKET.c.opened_at,
            letter.label("letter"),
        )
        .outerjoin(_STAFF, _STAFF.c.id == _TICKET.c.assignee_id)
        .where(*those)
        .order_by(_TICKET.c.id)
        .limit(limit)
    )
    return [Unread(**row) for row in session.execute(query).mappings()], _count(session, _TICKET, those)


def days(session: Session, *, since: datetime, until: datetime, now: datetime) -> list[Day]:
    """Return what became of the promises whose last second lies between two instants, by the date they were due.

    As in ``broken``, one whose last second is over by ``now`` is broken, marked or not.
    """
    states = (PromiseState.KEPT, PromiseState.BROKEN, PromiseState.OPEN)
    over = (_PROMISE.c.state == PromiseState.OPEN) & (_PROMISE.c.last_second_at < now)
    state = case((over, PromiseState.BROKEN), else_=_PROMISE.c.state)
    query = (
        select(_PROMISE.c.due_on, *(func.sum(case((state == one, 1), else_=0)) for one in states))
        .where(_PROMISE.c.state.in_(states), _PROMISE.c.last_second_at >= since, _PROMISE.c.last_second_at <= until)
        .group_by(_PROMISE.c.due_on)
        .order_by(_PROMISE.c.due_on)
    )
    return [
        Day(due_on=due_on, kept=int(kept), broken=int(broken), open=int(still_open))
        for due_on, kept, broken, still_open in session.execute(query)
    ]


def unreconciled(session: Session, *, limit: int = 50) -> list[Unreconciled]:
    """Return the mailboxes whose last comparison with the ledger found a difference, the oldest difference first."""
    query = (
        select(
            _CHECK.c.mailbox,
            _CHECK.c.server_count,
            _CHECK.c.ledger_count,
            _CHECK.c.missing_here,
            _CHECK.c.missing_there,
            _CHECK.c.noticed_at,
        )
        .where(_CHECK.c.noticed_at.is_not(None))
        .order_by(_CHECK.c.noticed_at, _CHECK.c.mailbox)
        .limit(limit)
    )
    return [Unreconciled(*row) for row in session.execute(query)]


def _owed(remediation: Any) -> Select[Any]:
    return (
        select(
            _TICKET.c.reference,
            _TICKET.c.line,
            func.coalesce(_STAFF.c.name, "").label("assignee"),
            _PROMISE.c.kind,
            _PROMISE.c.received_at,
            _PROMISE.c.due_at,
            _PROMISE.c.last_second_at,
            _PROMISE.c.trace,
            _TICKET.c.trafficking_risk,
            remediation.label("remediation"),
        )
        .select_from(_PROMISE)
        .join(_TICKET, _TICKET.c.id == _PROMISE.c.ticket_id)
        .outerjoin(_STAFF, _STAFF.c.id == _TICKET.c.assignee_id)
    )


def _count(session: Session, table: Any, those: Sequence[Any]) -> int:
    return int(session.execute(select(func.count()).select_from(table).where(*those)).scalar_one())
