"""The lists of cases that people work through: piles in their order, narrowed at will, read a page at a time.

A page begins after a place in the order, never at a count of rows, and every order is that of an index: the first page
and the thousandth cost the same, however many cases are stored.
"""

import json
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import chain
from typing import Any

from sqlalchemy import ColumnElement, Select, TextClause, func, or_, select, text, true, tuple_
from sqlalchemy.orm import Session

from tickets.latest import NOTHING, Latest, latest
from tickets.rows import core
from tickets.search import Query, named, newest_on_sqlite, on_postgresql, on_sqlite, understand
from tickets.states import PromiseState
from tickets.tables import Promise, Staff, Ticket
from tickets.tables.conversation import ENDED, PROPOSED, UNREAD, WAITING

_TICKET, _PROMISE, _STAFF = core(Ticket), core(Promise), core(Staff)
Condition = ColumnElement[bool] | TextClause


class Pile(StrEnum):
    """Which cases a list begins from."""

    WAITING = "waiting"  # what waits for an answer: danger first, then what is owed soonest
    PROPOSED = "proposed"  # of those, the ones whose line a person must confirm
    UNREAD = "unread"  # letters that could not be analysed
    ENDED = "ended"  # answered, referred, closed: what changed last comes first
    ALL = "all"  # every case there is: what was opened last comes first


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which cases a list shows. None and "" narrow nothing; what is given must hold together."""

    pile: Pile = Pile.WAITING
    line: int | None = None
    kind: str = ""
    country: str = ""
    language: str = ""
    assignee_id: int | None = None
    unassigned: bool = False
    due_before: datetime | None = None
    broken_at: datetime | None = None
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRow:
    """One line of the queue; ``last`` is what was said last in the case."""

    id: int
    reference: str
    state: str
    line: int
    kind: str
    kind_confirmed: bool
    proposed: bool
    language: str
    countries: tuple[str, ...]
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
    updated_at: datetime
    target_at: datetime | None
    due_at: datetime | None
    outcome: str = ""
    last: Latest = NOTHING


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended; the next one begins after it."""

    danger: bool
    at: datetime | None
    id: int


@dataclass(frozen=True, slots=True)
class Slice:
    """One page of a list. ``after`` is where the next begins, None at the end."""

    rows: tuple[QueueRow, ...]
    after: Place | None


def page(session: Session, asked: Asked, *, limit: int, after: Place | None = None) -> Slice:
    """Read one page of a list. With words to look for, ended cases come by when they were opened, the newest first."""
    rows = list(_read(session, asked, after, limit + 1))
    shown = rows[:limit]
    last = shown[-1] if len(rows) > limit else None
    return Slice(tuple(_with_latest(session, shown)), None if last is None else _place(asked, last))


def by_reference(session: Session, references: Sequence[str]) -> dict[str, QueueRow]:
    """Return reference -> case of those that exist among so many references."""
    query = _rows_of(Asked(pile=Pile.ALL)).where(_TICKET.c.reference.in_(references))
    return {row.reference: row for row in _with_latest(session, session.execute(query).all())}


def count(session: Session, asked: Asked, *, most: int) -> int:
    """Count the cases of a list that is not searched by words, at most so many."""
    some = select(_TICKET.c.id).where(*_conditions(asked)).limit(most)
    return int(session.execute(select(func.count()).select_from(some.subquery())).scalar_one())


def beyond(session: Session, asked: Asked, *, most: int) -> tuple[int, bool]:
    """Count the cases that hold the words but stand outside the list, at most so many.

    Only the newest ``_LOOKED_AT`` finds are looked at; False says that there were more of them.
    """
    query = understand(asked.text)
    if not query:
        return 0, True
    everywhere = Asked(pile=Pile.ALL, line=asked.line, kind=asked.kind, country=asked.country, language=asked.language)
    counted: set[int] = set()
    looked_at = 0
    for ids in _finds(session, query):
        looked_at += len(ids)
        counted |= _among(session, everywhere, ids) - _among(session, asked, ids)
        if len(counted) >= most or looked_at >= _LOOKED_AT:
            return min(len(counted), most), False
    return len(counted), True


def _finds(session: Session, query: Query) -> Iterator[Sequence[int]]:
    """Yield the ids of the cases that hold the words, some of them twice, a stride at a time."""
    yield named(session, query)
    if session.get_bind().dialect.name == "postgresql":
        newest = on_postgresql(query).order_by(text("1 DESC")).limit(_LOOKED_AT)
        yield from session.execute(newest).scalars().partitions(_STRIDE)
    else:
        yield from newest_on_sqlite(session, query, None, _STRIDE)


def _among(session: Session, asked: Asked, ids: Sequence[int]) -> set[int]:
    """Return those of the ids that are in a list, whatever words it is searched by."""
    fits = select(_TICKET.c.id).where(_TICKET.c.id.in_(ids), *_conditions(asked))
    return set(session.execute(fits).scalars())


def _read(session: Session, asked: Asked, after: Place | None, limit: int) -> Sequence[Any]:
    """Return the rows of the list after a place, at most so many."""
    if not asked.text:
        return _in_order(session, asked, _rows_of(asked), after, limit)
    query = understand(asked.text)
    if not query:
        return ()
    if session.get_bind().dialect.name == "postgresql":
        found = or_(_TICKET.c.id.in_(on_postgresql(query)), _TICKET.c.id.in_(named(session, query)))
        return _in_order(session, asked, _rows_of(asked).where(found), after, limit)
    if asked.pile in (Pile.ENDED, Pile.ALL):
        return _by_id(session, asked, _newest_with(session, asked, query, after, limit))
    ids = {*on_sqlite(session, query, _oldest(session, asked)), *named(session, query)}
    if len(ids) <= _FEW:
        among = text("tickets.id IN (SELECT value FROM json_each(:ids))").bindparams(ids=json.dumps([*ids]))
        return _in_order(session, asked, _rows_of(asked).where(among), after, limit)
    return _by_id(session, asked, _walk(session, asked, ids, after, limit))


def _in_order(session: Session, asked: Asked, query: Select[Any], after: Place | None, limit: int) -> Sequence[Any]:
    rows: list[Any] = []
    for piece in _pieces(asked, query, after):
        rows += session.execute(piece.limit(limit - len(rows)))
        if len(rows) >= limit:
            break
    return rows


def _pieces(asked: Asked, query: Select[Any], after: Place | None) -> Iterator[Select[Any]]:
    """Return the queries that give a list in its order, one after the other, each read straight off an index.

    Within one piece the danger is the same and ``target_at`` is there for all or for none, so that both databases order
    it alike without sorting.
    """
    if asked.pile is Pile.ALL or (asked.pile is Pile.ENDED and asked.text):
        query = query.where(_TICKET.c.id < after.id) if after is not None else query
        yield query.order_by(_TICKET.c.id.desc())
        return
    if asked.pile is Pile.ENDED:
        order = (_TICKET.c.updated_at, _TICKET.c.id)
        query = query.where(tuple_(*order) < (after.at, after.id)) if after is not None else query
        yield query.order_by(*(one.desc() for one in order))
        return
    first = _PIECES.index((after.danger, after.at is not None)) if after is not None else 0
    for danger, dated in _PIECES[first:]:
        if not dated and (asked.due_before or asked.broken_at):
            continue
        there = _TICKET.c.target_at.is_not(None) if dated else _TICKET.c.target_at.is_(None)
        piece = query.where(_TICKET.c.trafficking_risk == danger, there)
        if after is not None and (danger, dated) == _PIECES[first]:
            passed_by = tuple_(_TICKET.c.target_at, _TICKET.c.id) > (after.at, after.id)
            piece = piece.where(passed_by if dated else _TICKET.c.id > after.id)
        yield piece.order_by(*((_TICKET.c.target_at, _TICKET.c.id) if dated else (_TICKET.c.id,)))


_PIECES = ((True, True), (True, False), (False, True), (False, False))
"""(danger, has a term), in the order of the queue."""
_FEW = 5_000
"""So many cases that hold the words are looked up and sorted; with more, the list is walked until a page is full."""
_STRIDE = 500
_LOOKED_AT = 2_000
"""So many finds are looked at to say what a list does not show."""


def _walk(session: Session, asked: Asked, ids: Set[int], after: Place | None, limit: int) -> list[int]:
    """Go along a list and return the first of its cases that are among ``ids``."""
    kept: list[int] = []
    for piece in _pieces(asked, select(_TICKET.c.id).where(*_conditions(asked)), after):
        for one in session.execute(piece).scalars():
            if one in ids:
                kept.append(one)
                if len(kept) == limit:
                    return kept
    return kept


def _newest_with(session: Session, asked: Asked, query: Query, after: Place | None, limit: int) -> list[int]:
    """Go along the cases that hold the words, the newest first, and return the first that are in the list."""
    before = after.id if after is not None else None
    own = [one for one in named(session, query) if before is None or one < before]
    kept: set[int] = set()
    for ids in chain([own], newest_on_sqlite(session, query, before, _STRIDE)):
        kept |= _among(session, asked, ids)
        if len(kept) >= limit + len(own):
            break
    return sorted(kept, reverse=True)[:limit]


def _oldest(session: Session, asked: Asked) -> int:
    """Return the lowest id of a pile: whatever was written in older cases need not be looked at."""
    lowest = func.min(_TICKET.c.id + 0)  # a sum, or SQLite would look for it along every case there is
    return session.execute(select(lowest).where(_PARTS[asked.pile])).scalar_one() or 0


def _by_id(session: Session, asked: Asked, ids: Sequence[int]) -> Sequence[Any]:
    rows = {row.id: row for row in session.execute(_rows_of(asked).where(_TICKET.c.id.in_(ids)))}
    return [rows[one] for one in ids if one in rows]


def _place(asked: Asked, row: Any) -> Place:
    if asked.pile is Pile.ENDED:
        return Place(row.trafficking_risk, row.updated_at, row.id)
    return Place(row.trafficking_risk, row.target_at, row.id)


def _rows_of(asked: Asked) -> Select[Any]:
    return (
        select(_TICKET, _STAFF.c.name.label("assignee"), _earliest(_PROMISE.c.due_at).label("due_at"))
        .outerjoin(_STAFF, _STAFF.c.id == _TICKET.c.assignee_id)
        .where(*_conditions(asked))
    )


def _earliest(instant: Any) -> Any:
    """Return the earliest such instant of what a case still owes, as an expression."""
    return select(func.min(instant)).where(_PROMISE.c.ticket_id == _TICKET.c.id, *_OWED).scalar_subquery()


_OWED = (_PROMISE.c.state.not_in((PromiseState.KEPT, PromiseState.VOID)), _PROMISE.c.answered_at.is_(None))
"""Said by what it is not: an index of states would lead SQLite away from the case's own few promises."""
_PARTS: dict[Pile, ColumnElement[bool] | TextClause] = {
    Pile.WAITING: text(WAITING),
    Pile.PROPOSED: text(PROPOSED),
    Pile.UNREAD: text(UNREAD),
    Pile.ENDED: text(ENDED),
    Pile.ALL: true(),
}


def _conditions(asked: Asked) -> list[ColumnElement[bool] | TextClause]:
    conditions = [_PARTS[asked.pile]]
    if asked.line is not None:
        conditions.append(_TICKET.c.line == asked.line)
    if asked.kind:
        conditions.append(_TICKET.c.kind == asked.kind)
    if asked.country:
        conditions.append(_TICKET.c.countries.contains(asked.country, autoescape=True))
    if asked.language:
        conditions.append(_TICKET.c.language == asked.language)
    if asked.assignee_id is not None:
        conditions.append(_TICKET.c.assignee_id == asked.assignee_id)
    if asked.unassigned:
        conditions.append(_TICKET.c.assignee_id.is_(None))
    if asked.due_before is not None:
        conditions.append(_TICKET.c.target_at < asked.due_before)
    if asked.broken_at is not None:
        conditions += [_TICKET.c.target_at < asked.broken_at, _earliest(_PROMISE.c.last_second_at) < asked.broken_at]
    return conditions


def _with_latest(session: Session, found: Sequence[Any]) -> list[QueueRow]:
    said = latest(session, [row.id for row in found])
    return [_row(row, said.get(row.id, NOTHING)) for row in found]


def _row(row: Any, last: Latest) -> QueueRow:
    return QueueRow(
        id=row.id,
        reference=row.reference,
        state=row.state,
        line=row.line,
        kind=row.kind,
        kind_confirmed=row.kind_confirmed,
        proposed=row.proposed,
        language=row.language,
        countries=tuple(row.countries.split()),
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
        updated_at=row.updated_at,
        target_at=row.target_at,
        due_at=row.due_at,
        outcome=row.outcome,
        last=last,
    )
