"""When a promise falls due: from the instant of arrival to the last second, with every day on the way explained."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Protocol

from calendar_pe import Calendar
from calendar_pe.clock import at_lima, time_words, to_lima, whole_second
from sla.promises import DayEnds, Kind, PromiseSettings, Reading

_ONE_DAY = timedelta(days=1)
ONE_SECOND = timedelta(seconds=1)
"""Instants of promises are whole seconds: a promise is broken one second after its last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceStep:
    """One day of the count: whether the service works, and why it was counted or skipped, in Spanish."""

    date: date
    working: bool
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """The dates and instants of a promise, without the reasons.

    ``clock_starts_on`` is the day of effective receipt, not counted in the default reading. ``due_at`` is the closing
    hour of ``due_on``, ``legal_due_at`` its last second, ``target_at`` the instant by which the queue is ordered: the
    earlier of ``due_at`` and the closing hour of the plain reading. ``provisional`` says that the due date lies where
    no decree is known yet.
    """

    clock_starts_on: date
    due_on: date
    due_at: datetime
    legal_due_at: datetime
    target_at: datetime
    provisional: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Reckoning:
    """One promise, worked out: a ``Deadline`` with what it was worked out from and the day-by-day trace."""

    received_at: datetime
    kind: Kind
    clock_starts_on: date
    due_on: date
    due_at: datetime
    legal_due_at: datetime
    target_at: datetime
    reading: Reading
    calendar_version: str
    provisional: bool
    trace: tuple[TraceStep, ...]


class Due(Protocol):
    """Anything that knows both ends of its last day."""

    @property
    def due_at(self) -> datetime:
        """The closing hour of the due date."""

    @property
    def legal_due_at(self) -> datetime:
        """The last second of the due date."""


def reckon(received_at: datetime, kind: Kind | str, calendar: Calendar, settings: PromiseSettings) -> Reckoning:
    """Work out the promise that a letter of ``kind`` carries when it arrives at ``received_at``.

    Days count as Ley 27444, arts. 131–134, counts them: business days, the first one excluded. Raises ValueError for
    an instant without zone or an unknown kind, CalendarRangeError when any day on the way is not in the calendar.
    """
    kind = Kind(kind)
    arrived_on, late = _arrival(received_at, kind, calendar, settings)
    deadline = _deadline(arrived_on, late, kind, calendar, settings)
    return Reckoning(
        received_at=received_at,
        kind=kind,
        clock_starts_on=deadline.clock_starts_on,
        due_on=deadline.due_on,
        due_at=deadline.due_at,
        legal_due_at=deadline.legal_due_at,
        target_at=deadline.target_at,
        reading=settings.reading,
        calendar_version=calendar.version,
        provisional=deadline.provisional,
        trace=_trace(arrived_on, late, kind, calendar, settings),
    )


def deadline(received_at: datetime, kind: Kind, calendar: Calendar, settings: PromiseSettings) -> Deadline:
    """Work out the same promise without its trace, for long lists. Raises what ``reckon`` raises."""
    arrived_on, late = _arrival(received_at, kind, calendar, settings)
    return _deadline(arrived_on, late, kind, calendar, settings)


def breaks_after(due: Due, settings: PromiseSettings) -> datetime:
    """Return the last second at which an answer still keeps the promise."""
    return due.legal_due_at if settings.day_ends is DayEnds.MIDNIGHT else due.due_at


def breaks_at(due: Due, settings: PromiseSettings) -> datetime:
    """Return the instant at which the promise is broken: one second after ``breaks_after``."""
    return breaks_after(due, settings) + ONE_SECOND


def in_time(answered_at: datetime, due: Due, settings: PromiseSettings) -> bool:
    """Whether an answer at that instant keeps the promise; fractions of a second are dropped."""
    return whole_second(answered_at) <= breaks_after(due, settings)


def _arrival(received_at: datetime, kind: Kind, calendar: Calendar, settings: PromiseSettings) -> tuple[date, bool]:
    """Return the Lima date of arrival, and whether it was after the cutoff (the fraction of a second dropped)."""
    local = to_lima(received_at)
    arrived_on = local.date()
    if not settings.term(kind).cutoff:
        return arrived_on, False
    return arrived_on, local.time().replace(microsecond=0) > _cutoff_on(arrived_on, calendar, settings)


def _cutoff_on(day: date, calendar: Calendar, settings: PromiseSettings) -> time:
    """Return the cutoff of that day: on a half day the service takes letters only until it stops working."""
    closed = calendar.closed_hours(day)
    return closed[0] if closed and closed[0] <= settings.cutoff <= closed[1] else settings.cutoff


@lru_cache(maxsize=16384)
def _deadline(arrived_on: date, late: bool, kind: Kind, calendar: Calendar, settings: PromiseSettings) -> Deadline:
    term = settings.term(kind)
    n = term.business_days
    starts_on = arrived_on
    if term.cutoff and settings.reading is not Reading.PLAIN and (late or not calendar.is_business_day(arrived_on)):
        starts_on = calendar.next_business_day(arrived_on)
    if term.cutoff and settings.reading is Reading.SAME_DAY:
        due_on = starts_on if n == 1 else calendar.nth_business_day_after(starts_on, n - 1)
    else:
        due_on = calendar.nth_business_day_after(starts_on, n)
    due_on = calendar.closing_day(due_on)
    target_on = due_on
    if term.cutoff and settings.reading is Reading.DEEMED_RECEIPT:
        target_on = calendar.closing_day(calendar.nth_business_day_after(arrived_on, n))
    closing = settings.closing
    return Deadline(
        clock_starts_on=starts_on,
        due_on=due_on,
        due_at=at_lima(due_on, closing.hour, closing.minute, closing.second),
        legal_due_at=at_lima(due_on, 23, 59, 59),
        target_at=at_lima(target_on, closing.hour, closing.minute, closing.second),
        provisional=calendar.provisional(due_on),
    )


@lru_cache(maxsize=2048)
def _trace(
    arrived_on: date, late: bool, kind: Kind, calendar: Calendar, settings: PromiseSettings
) -> tuple[TraceStep, ...]:
    dates = _deadline(arrived_on, late, kind, calendar, settings)
    days = settings.term(kind).business_days
    counts_first = settings.term(kind).cutoff and settings.reading is Reading.SAME_DAY
    steps: list[TraceStep] = []
    counted = 0
    day = arrived_on
    while day <= dates.due_on:
        working = calendar.is_business_day(day)
        notes = [calendar.why(day)]
        if day == arrived_on:
            cutoff = _cutoff_on(day, calendar, settings)
            notes.append(f"llegó después de {_hour(cutoff)}" if late and working else "día de llegada")
        if day == dates.clock_starts_on != arrived_on:
            notes.append("la carta cuenta como recibida este día")
        if working and (day > dates.clock_starts_on or (counts_first and day == dates.clock_starts_on)):
            counted += 1
            notes.append(f"día {counted} de {days}" if counted <= days else "el plazo pasa a este día")
        if day == dates.due_on:
            notes.append(f"vence a {_hour(settings.closing)}")
        steps.append(TraceStep(date=day, working=working, why="; ".join(notes)))
        day += _ONE_DAY
    return tuple(steps)


def _hour(moment: time) -> str:
    return f"{'la' if moment.hour in (1, 13) else 'las'} {time_words(moment)}"
