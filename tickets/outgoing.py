"""Questions to and changes of the outbox."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, Connection, CursorResult, Update, and_, bindparam, case, func, or_, select, update
from sqlalchemy.orm import Session

from tickets.rows import core
from tickets.states import KEEPS_PROMISE, OutboxState, OutgoingKind
from tickets.tables import Outgoing, SatisfactionAnswer, Setting, Ticket

_OUTBOX = core(Outgoing)
_SCORE, _TICKET = core(SatisfactionAnswer), core(Ticket)
_DUE = (OutboxState.WAITING, OutboxState.DEFERRED)
TAKEN_BACK = "retirada"
"""How the note begins on a letter that was taken back before it left."""
HOLD = "outbox_hold"
"""The setting that holds every outgoing letter until a person releases it."""

_DUE_OF_STATE = (
    select(Outgoing)
    .where(
        _OUTBOX.c.state == bindparam("one"),
        _OUTBOX.c.next_attempt_at <= bindparam("now"),
        or_(_OUTBOX.c.lease_until.is_(None), _OUTBOX.c.lease_until <= bindparam("now")),
    )
    .order_by(_OUTBOX.c.next_attempt_at, _OUTBOX.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_IS_NEXT = and_(
    _OUTBOX.c.id == bindparam("letter"),
    _OUTBOX.c.lease_owner == bindparam("owner"),
    or_(*(_OUTBOX.c.state == one for one in _DUE)),
)
_IS_DONE = _OUTBOX.c.id == bindparam("done")
_WAS_SENDING = and_(_IS_DONE, _OUTBOX.c.state == OutboxState.SENDING)
_BEGUN: dict[str, Any] = {
    "state": OutboxState.SENDING,
    "attempts": _OUTBOX.c.attempts + 1,
    "attempted_at": bindparam("now"),
    "lease_until": bindparam("until"),
}
_SENT: dict[str, Any] = {
    "state": OutboxState.SENT,
    "sent_at": bindparam("now"),
    "lease_until": None,
    "last_code": 250,
    "last_text": bindparam("said"),
}
# Built once: the courier runs one of these for every letter.
_BEGIN = update(_OUTBOX).where(_IS_NEXT).values(_BEGUN)
_ACCEPT = update(_OUTBOX).where(_WAS_SENDING).values(_SENT)
_ACCEPT_AND_BEGIN = (
    update(_OUTBOX)
    .where(or_(_WAS_SENDING, _IS_NEXT))
    .values(
        {
            name: case(
                (_IS_DONE, _SENT.get(name, _OUTBOX.c[name])),
                else_=_BEGUN.get(name, _OUTBOX.c[name]),
            )
            for name in {**_SENT, **_BEGUN}
        }
    )
)


def held(session: Session) -> str:
    """Return why the outbox is held, or ""."""
    setting = session.get(Setting, HOLD)
    return setting.value if setting is not None else ""


def hold(session: Session, why: str, now: datetime) -> None:
    """Hold every outgoing letter ("" releases them)."""
    setting = session.get(Setting, HOLD)
    if setting is None:
        session.add(Setting(name=HOLD, value=why, changed_at=now))
    else:
        setting.value, setting.changed_at = why, now


def claim(session: Session, *, now: datetime, limit: int, owner: str, lease: timedelta) -> list[Outgoing]:
    """Take the letters due now under a lease, so that no other courier takes them; ``begin`` comes later.

    A letter is due at ``next_attempt_at``. Nothing is due while the outbox is held.
    """
    if held(session):
        return []
    due: list[Outgoing] = []
    for state in _DUE:  # one by one, for each comes in its order from the index, however many there are
        due += session.execute(_DUE_OF_STATE, {"one": state, "now": now, "most": limit}).scalars()
    chosen = sorted(due, key=lambda letter: (letter.next_attempt_at, letter.id))[:limit]
    for letter in chosen:
        letter.lease_owner = owner
        letter.lease_until = now + lease
    return chosen


def begin(letter: Outgoing, *, now: datetime, lease: timedelta) -> None:
    """Record that an attempt begins; committed before a byte of the letter leaves."""
    letter.state = OutboxState.SENDING
    letter.attempts += 1
    letter.attempted_at = now
    letter.lease_until = now + lease


def begin_leased(
    session: Session | Connection, outgoing_id: int, *, owner: str, now: datetime, lease: timedelta
) -> bool:
    """Do as ``begin`` while that courier still has the letter that it has claimed and not begun, else return False."""
    values = {"letter": outgoing_id, "owner": owner, "now": now, "until": now + lease}
    return _changed(session, _BEGIN, values) == 1


def accept(session: Session | Connection, outgoing_id: int, *, now: datetime, said: str) -> bool:
    """Note that the relay took a letter that was being sent; False when it was not being sent any more."""
    return _changed(session, _ACCEPT, {"done": outgoing_id, "now": now, "said": said}) == 1


def accept_and_begin(
    connection: Connection, outgoing_id: int, next_id: int, *, owner: str, now: datetime, lease: timedelta, said: str
) -> bool:
    """Do as ``accept`` for one letter and as ``begin_leased`` for the next, in one statement.

    False when one of them did not change: then the caller takes the transaction back and does them one by one.
    """
    values = {"done": outgoing_id, "letter": next_id, "owner": owner, "now": now, "until": now + lease, "said": said}
    return _changed(connection, _ACCEPT_AND_BEGIN, values) == 2


def _changed(session: Session | Connection, statement: Update, values: Mapping[str, object]) -> int:
    return cast("CursorResult[Any]", session.execute(statement, values)).rowcount


def expired(session: Session, now: datetime, *, limit: int = 200) -> list[Outgoing]:
    """Return letters whose lease ran out while they were being sent: nobody knows whether the relay has them."""
    return list(
        session.execute(
            select(Outgoing)
            .where(_OUTBOX.c.state == OutboxState.SENDING, _OUTBOX.c.lease_until < now)
            .order_by(_OUTBOX.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        ).scalars()
    )


def load(session: Session, outgoing_id: int) -> Outgoing | None:
    """Return one outgoing letter, locked, or None."""
    return session.execute(select(Outgoing).where(_OUTBOX.c.id == outgoing_id).with_for_update()).scalar_one_or_none()


def may_be_taken_back(letter: Outgoing, now: datetime) -> bool:
    """Say whether no courier has that letter in hand, nor ever had."""
    return letter.state == OutboxState.WAITING and (letter.lease_until is None or letter.lease_until <= now)


def take_back(letter: Outgoing) -> None:
    """Let a letter that nobody has sent stay here."""
    letter.state, letter.last_text = OutboxState.REFUSED, f"{TAKEN_BACK} antes de salir"


def of_ticket(session: Session, ticket_id: int) -> list[Outgoing]:
    """Return the outgoing letters of a ticket, oldest first."""
    return list(
        session.execute(select(Outgoing).where(_OUTBOX.c.ticket_id == ticket_id).order_by(_OUTBOX.c.id)).scalars()
    )


def listing(session: Session, *, states: Collection[str] = (), limit: int = 200) -> list[Outgoing]:
    """Return the newest outgoing letters, in the order they were written."""
    query = select(Outgoing).order_by(_OUTBOX.c.id.desc()).limit(limit)
    if states:
        query = query.where(_OUTBOX.c.state.in_(list(states)))
    return list(reversed(session.execute(query).scalars().all()))


def pending_for(session: Session, ticket_id: int) -> Outgoing | None:
    """Return a person's answer to that ticket that has not left yet, or None."""
    return (
        session.execute(
            select(Outgoing)
            .where(
                _OUTBOX.c.ticket_id == ticket_id,
                _OUTBOX.c.state.in_((*_DUE, OutboxState.SENDING)),
                _OUTBOX.c.author_id.is_not(None),
                _OUTBOX.c.kind.in_(KEEPS_PROMISE),
            )
            .order_by(_OUTBOX.c.id)
        )
        .scalars()
        .first()
    )


def acknowledged_since(session: Session, addresses: Collection[str], since: datetime) -> dict[str, int]:
    """Count the acknowledgements written to each address since an instant."""
    if not addresses:
        return {}
    rows = session.execute(
        select(_OUTBOX.c.to_address, func.count())
        .where(
            _OUTBOX.c.kind == OutgoingKind.ACKNOWLEDGEMENT,
            _OUTBOX.c.to_address.in_(list(addresses)),
            _OUTBOX.c.created_at >= since,
        )
        .group_by(_OUTBOX.c.to_address)
    )
    return dict(rows.all())


def automatic_since(session: Session, addresses: Collection[str], since: datetime) -> dict[str, int]:
    """Count the service's own letters to each citizen's address that leave after an instant, or have left."""
    if not addresses:
        return {}
    found = session.execute(
        select(_OUTBOX.c.to_address, func.count())
        .where(_OUTBOX.c.to_address.in_(list(addresses)), *_automatic(since))
        .group_by(_OUTBOX.c.to_address)
    )
    return dict(found.all())


def automatic_instants(session: Session, address: str, since: datetime) -> list[datetime]:
    """Return when the service's own letters to a citizen's address leave, or left, after an instant, in order."""
    query = select(_OUTBOX.c.next_attempt_at).where(_OUTBOX.c.to_address == address, *_automatic(since))
    return list(session.execute(query.order_by(_OUTBOX.c.next_attempt_at)).scalars())


def _automatic(since: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        _OUTBOX.c.kind.in_((OutgoingKind.ACKNOWLEDGEMENT, OutgoingKind.SURVEY)),
        _OUTBOX.c.next_attempt_at > since,
        _OUTBOX.c.state != OutboxState.REFUSED,
    )


def survey_of(session: Session, ticket_id: int) -> Outgoing | None:
    """Return the newest survey of a ticket, locked, or None; a case that another was joined to may have two."""
    query = select(Outgoing).where(_OUTBOX.c.ticket_id == ticket_id, _OUTBOX.c.kind == OutgoingKind.SURVEY)
    return session.execute(query.order_by(_OUTBOX.c.id.desc()).limit(1).with_for_update()).scalar_one_or_none()


def put_off_surveys(session: Session, ticket_ids: Collection[int], leaves_at: datetime) -> None:
    """Let the surveys of those tickets that have not left leave then, or when they would have, whichever is later."""
    if ticket_ids:
        later = _OUTBOX.c.next_attempt_at < leaves_at
        session.execute(_unsent_surveys(ticket_ids).where(later).values(next_attempt_at=leaves_at))


def withdraw_surveys(session: Session, ticket_ids: Collection[int], why: str) -> None:
    """Take back the surveys of those tickets that have not left."""
    if ticket_ids:
        session.execute(_unsent_surveys(ticket_ids).values(state=OutboxState.REFUSED, last_text=why))


def _unsent_surveys(ticket_ids: Collection[int]) -> Update:
    return update(_OUTBOX).where(
        _OUTBOX.c.ticket_id.in_(list(ticket_ids)), _OUTBOX.c.kind == OutgoingKind.SURVEY, _OUTBOX.c.state.in_(_DUE)
    )


def surveys(session: Session, references: Collection[str]) -> dict[str, int]:
    """Return reference -> outgoing id of the surveys written in the cases of those references."""
    if not references:
        return {}
    found = session.execute(
        select(_TICKET.c.reference, func.max(_OUTBOX.c.id))
        .join(_TICKET, _TICKET.c.id == _OUTBOX.c.ticket_id)
        .where(_TICKET.c.reference.in_(list(references)), _OUTBOX.c.kind == OutgoingKind.SURVEY)
        .group_by(_TICKET.c.reference)
    )
    return dict(found.all())


def surveys_counted(session: Session, outgoing_ids: Collection[int]) -> set[int]:
    """Return those of the surveys that have been answered already."""
    if not outgoing_ids:
        return set()
    query = select(_SCORE.c.outgoing_id).where(_SCORE.c.outgoing_id.in_(list(outgoing_ids)))
    return set(session.execute(query).scalars())


def has_key(session: Session, dedupe_key: str) -> bool:
    """Return True when that decision has entered the outbox before."""
    return session.execute(select(_OUTBOX.c.id).where(_OUTBOX.c.dedupe_key == dedupe_key)).first() is not None


def acknowledgements_planned(session: Session, since: datetime) -> list[tuple[datetime, int]]:
    """Return (hour, number) of the acknowledgements that leave in each hour since an instant, in order."""
    counts: dict[datetime, int] = {}
    for (leaves_at,) in session.execute(
        select(_OUTBOX.c.next_attempt_at).where(
            _OUTBOX.c.kind == OutgoingKind.ACKNOWLEDGEMENT, _OUTBOX.c.next_attempt_at >= since
        )
    ):
        hour = leaves_at.replace(minute=0, second=0, microsecond=0)
        counts[hour] = counts.get(hour, 0) + 1
    return sorted(counts.items())


def by_message_id(session: Session, message_ids: Collection[str]) -> dict[str, tuple[int, int | None]]:
    """Return Message-ID -> (outgoing id, ticket id) of letters that we wrote."""
    if not message_ids:
        return {}
    rows = session.execute(
        select(_OUTBOX.c.message_id, _OUTBOX.c.id, _OUTBOX.c.ticket_id).where(
            _OUTBOX.c.message_id.in_(list(message_ids))
        )
    )
    return {message_id: (outgoing_id, ticket_id) for message_id, outgoing_id, ticket_id in rows}


def message_ids(session: Session, ids: Collection[int]) -> dict[int, str]:
    """Return id -> Message-ID of letters that we wrote."""
    if not ids:
        return {}
    rows = session.execute(select(_OUTBOX.c.id, _OUTBOX.c.message_id).where(_OUTBOX.c.id.in_(list(ids))))
    return {one.id: one.message_id for one in rows}


def count_by_state(session: Session) -> dict[str, int]:
    """Count outgoing letters by state."""
    rows = session.execute(select(_OUTBOX.c.state, func.count()).group_by(_OUTBOX.c.state))
    return dict(rows.all())


def count_failed(session: Session) -> int:
    """Count the letters that could not be sent; one that a person took back is none of them."""
    failed = select(func.count()).where(
        _OUTBOX.c.state == OutboxState.REFUSED, _OUTBOX.c.last_text.not_like(f"{TAKEN_BACK}%")
    )
    return int(session.execute(failed).scalar_one())


def uncertain_all_in_flight(session: Session, now: datetime) -> int:
    """Turn every letter that was being sent into an uncertain one (after a restore). Returns how many."""
    changed = session.execute(
        update(_OUTBOX)
        .where(_OUTBOX.c.state == OutboxState.SENDING)
        .values(state=OutboxState.UNCERTAIN, last_text="restored while it was being sent", lease_until=now)
        .returning(_OUTBOX.c.id)
    )
    return len(changed.all())
