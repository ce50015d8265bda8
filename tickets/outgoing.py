"""Questions to and changes of the outbox."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Connection, CursorResult, Update, bindparam, func, or_, select, update
from sqlalchemy.orm import Session

from tickets.rows import core
from tickets.states import KEEPS_PROMISE, OutboxState, OutgoingKind
from tickets.tables import Outgoing, Setting

_OUTBOX = core(Outgoing)
_DUE = (OutboxState.WAITING, OutboxState.DEFERRED)
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
# Built once: the courier runs these two for every letter.
_BEGIN = (
    update(_OUTBOX)
    .where(
        _OUTBOX.c.id == bindparam("letter"),
        _OUTBOX.c.lease_owner == bindparam("owner"),
        _OUTBOX.c.state.in_(_DUE),
    )
    .values(
        state=OutboxState.SENDING,
        attempts=_OUTBOX.c.attempts + 1,
        attempted_at=bindparam("now"),
        lease_until=bindparam("until"),
    )
)
_ACCEPT = (
    update(_OUTBOX)
    .where(_OUTBOX.c.id == bindparam("letter"), _OUTBOX.c.state == OutboxState.SENDING)
    .values(
        state=OutboxState.SENT,
        sent_at=bindparam("now"),
        lease_until=None,
        last_code=250,
        last_text=bindparam("said"),
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
    return _changed(session, _BEGIN, values)


def accept(session: Session | Connection, outgoing_id: int, *, now: datetime, said: str) -> bool:
    """Note that the relay took a letter that was being sent; False when it was not being sent any more."""
    return _changed(session, _ACCEPT, {"letter": outgoing_id, "now": now, "said": said})


def _changed(session: Session | Connection, statement: Update, values: Mapping[str, object]) -> bool:
    return cast("CursorResult[Any]", session.execute(statement, values)).rowcount > 0


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


def uncertain_all_in_flight(session: Session, now: datetime) -> int:
    """Turn every letter that was being sent into an uncertain one (after a restore). Returns how many."""
    changed = session.execute(
        update(_OUTBOX)
        .where(_OUTBOX.c.state == OutboxState.SENDING)
        .values(state=OutboxState.UNCERTAIN, last_text="restored while it was being sent", lease_until=now)
        .returning(_OUTBOX.c.id)
    )
    return len(changed.all())
