"""What is newly at risk and what is newly broken: verdicts about open promises, and the bounds to look for them.

Nothing is written here: whoever sweeps applies the verdicts. A verdict is given once, because an applied one shows in
``warned_at`` or ``state``; a sweep that was away for a week gives the same verdicts with the same instants.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from calendar_pe import Calendar
from calendar_pe.clock import lima_date, whole_second
from sla.promises import DayEnds, Kind, PromiseSettings
from sla.reckon import breaks_after, breaks_at
from sla.working_time import WorkingTimeSettings, after, before, next_open

OPEN = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenPromise:
    """One promise as the record holds it; ``warned_at`` is None until the desk has been warned of it."""

    id: int
    ticket_id: int
    kind: Kind
    received_at: datetime
    due_at: datetime
    legal_due_at: datetime
    target_at: datetime
    state: str = OPEN
    warned_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Warn:
    """The desk should be warned of the promise; ``at`` is the first open instant at which that was so."""

    promise_id: int
    ticket_id: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """The promise is broken; ``at`` is the instant of the breach, however late it is noticed."""

    promise_id: int
    ticket_id: int
    at: datetime


Verdict = Warn | Break


def watch(
    promises: Iterable[OpenPromise],
    now: datetime,
    calendar: Calendar,
    working_time: WorkingTimeSettings,
    settings: PromiseSettings,
) -> tuple[Verdict, ...]:
    """Judge promises at ``now``: broken, to be warned of, or nothing to say. A broken one is not warned of any more."""
    broken_before = break_horizon(now, settings)
    warn_until = warn_horizon(now, calendar, working_time, settings)
    verdicts: list[Verdict] = []
    for promise in promises:
        if promise.state != OPEN:
            continue
        if breaks_after(promise, settings) < broken_before:
            at = breaks_at(promise, settings)
            verdicts.append(Break(promise_id=promise.id, ticket_id=promise.ticket_id, at=at))
        elif promise.warned_at is None and promise.target_at <= warn_until:
            at = max(promise.received_at, before(promise.target_at, settings.warn_before, calendar, working_time))
            at = next_open(at, calendar, working_time)
            verdicts.append(Warn(promise_id=promise.id, ticket_id=promise.ticket_id, at=at))
    return tuple(verdicts)


def break_horizon(now: datetime, settings: PromiseSettings) -> datetime:
    """Return the bound below which a promise is broken: those whose ``break_column`` is strictly earlier."""
    return whole_second(now)


def break_column(settings: PromiseSettings) -> str:
    """Name the instant of a promise that ``break_horizon`` is compared with."""
    return "legal_due_at" if settings.day_ends is DayEnds.MIDNIGHT else "due_at"


def warn_horizon(
    now: datetime, calendar: Calendar, working_time: WorkingTimeSettings, settings: PromiseSettings
) -> datetime:
    """Return the bound up to which the desk is warned: every promise whose ``target_at`` is not later.

    Up to there no more than ``warn_before`` of working time is left. After the end of the calendar every target lies
    in the past, so the bound is ``now`` itself and a sweep goes on.
    """
    if lima_date(now) > calendar.last_on:
        return now
    return max(now, after(now, settings.warn_before, calendar, working_time))
