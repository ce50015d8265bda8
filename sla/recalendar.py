"""What a late decree does to the promises that are still open: which move, from where to where.

No deadline becomes earlier than the one that a citizen has been told; the instant by which the desk orders its queue
may.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from calendar_pe import Calendar
from calendar_pe.clock import at_lima, lima_date
from sla.promises import Kind, PromiseSettings, Reading
from sla.reckon import Reckoning, reckon


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An open promise as it stands: its instants, the reading it was made under, and the due instant that was told."""

    id: int
    ticket_id: int
    kind: Kind
    received_at: datetime
    due_at: datetime
    legal_due_at: datetime
    target_at: datetime
    reading: Reading
    told_due_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Instants:
    """The three instants of a promise."""

    due_at: datetime
    legal_due_at: datetime
    target_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One promise that moves. ``held`` says that it would end before what the citizen was told, which stands.

    ``reckoned`` is the new count, which ``new`` follows unless it is held.
    """

    promise_id: int
    ticket_id: int
    old: Instants
    new: Instants
    held: bool
    reckoned: Reckoning

    @property
    def calendar_version(self) -> str:
        """The calendar that it was reckoned again with."""
        return self.reckoned.calendar_version


def moves(promises: Iterable[Standing], calendar: Calendar, settings: PromiseSettings) -> Iterator[Move]:
    """Reckon open promises again with another calendar and yield those that change, in their order.

    Each keeps the reading it was made under. A promise whose deadline is held but whose target changes moves too.
    Raises CalendarRangeError when one would run beyond the calendar.
    """
    by_reading = {reading: replace(settings, reading=reading) for reading in Reading}
    for promise in promises:
        old = Instants(due_at=promise.due_at, legal_due_at=promise.legal_due_at, target_at=promise.target_at)
        fresh = reckon(promise.received_at, promise.kind, calendar, by_reading[Reading(promise.reading)])
        told = promise.told_due_at
        held = told is not None and fresh.due_at < told
        new = Instants(
            due_at=told if told is not None and held else fresh.due_at,
            legal_due_at=at_lima(lima_date(told), 23, 59, 59) if told is not None and held else fresh.legal_due_at,
            target_at=fresh.target_at,
        )
        if new != old:
            yield Move(
                promise_id=promise.id,
                ticket_id=promise.ticket_id,
                old=old,
                new=new,
                held=held,
                reckoned=fresh,
            )
