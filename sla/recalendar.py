"""What a late decree does to the promises that are still open: which move, from where to where.

A deadline that a citizen has been told never gets shorter; the instant by which the desk orders its queue may.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from calendar_pe import Calendar
from sla.promises import Kind, PromiseSettings, Reading
from sla.reckon import reckon


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An open promise as it stands: its instants, the reading it was made under, and whether a citizen knows it."""

    id: int
    ticket_id: int
    kind: Kind
    received_at: datetime
    due_at: datetime
    legal_due_at: datetime
    target_at: datetime
    reading: Reading
    told: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Instants:
    """The three instants of a promise."""

    due_at: datetime
    legal_due_at: datetime
    target_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One promise that moves. ``held`` says that it would have become shorter, and keeps what the citizen was told."""

    promise_id: int
    ticket_id: int
    old: Instants
    new: Instants
    held: bool
    calendar_version: str


def moves(promises: Iterable[Standing], calendar: Calendar, settings: PromiseSettings) -> Iterator[Move]:
    """Reckon open promises again with another calendar and yield those that change, in their order.

    Each keeps the reading it was made under. A promise whose deadline is held but whose target changes moves too.
    Raises CalendarRangeError when one would run beyond the calendar.
    """
    by_reading = {reading: replace(settings, reading=reading) for reading in Reading}
    for promise in promises:
        old = Instants(due_at=promise.due_at, legal_due_at=promise.legal_due_at, target_at=promise.target_at)
        fresh = reckon(promise.received_at, promise.kind, calendar, by_reading[Reading(promise.reading)])
        held = promise.told and fresh.due_at < old.due_at
        new = Instants(
            due_at=old.due_at if held else fresh.due_at,
            legal_due_at=old.legal_due_at if held else fresh.legal_due_at,
            target_at=fresh.target_at,
        )
        if new != old:
            yield Move(
                promise_id=promise.id,
                ticket_id=promise.ticket_id,
                old=old,
                new=new,
                held=held,
                calendar_version=fresh.calendar_version,
            )
