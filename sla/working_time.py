"""Working time: business days between the opening and the closing hour of the service, to the second."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import accumulate

from calendar_pe import Calendar, CalendarRangeError
from calendar_pe.clock import at_lima


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingTimeSettings:
    """The hours of the service, Lima time. Raises ValueError when it would never be open."""

    opening: time = time(8, 15)
    closing: time = time(17, 0)

    def __post_init__(self) -> None:
        if not self.opening < self.closing:
            raise ValueError("the service opens before it closes")

    @property
    def day_seconds(self) -> int:
        """The length of one business day in seconds (8 h 45 min by default)."""
        return _seconds(self.closing) - _seconds(self.opening)


def business_seconds(start: datetime, end: datetime, calendar: Calendar, settings: WorkingTimeSettings) -> int:
    """Return the working seconds from ``start`` to ``end``, negative when ``end`` is earlier; fractions are dropped.

    Raises CalendarRangeError when either lies outside the calendar.
    """
    line = _timeline(calendar, settings)
    return line.worked_until(end) - line.worked_until(start)


def inside(instant: datetime, calendar: Calendar, settings: WorkingTimeSettings) -> bool:
    """Whether the service is open at that instant: from the second of opening, up to but not at that of closing."""
    return _timeline(calendar, settings).inside(instant)


def next_open(instant: datetime, calendar: Calendar, settings: WorkingTimeSettings) -> datetime:
    """Return the first instant at or after ``instant`` at which the service is open."""
    return _timeline(calendar, settings).next_open(instant)


def before(instant: datetime, working: timedelta, calendar: Calendar, settings: WorkingTimeSettings) -> datetime:
    """Return the earliest instant from which no more than ``working`` time of service is left until ``instant``."""
    line = _timeline(calendar, settings)
    return line.earliest(line.worked_until(instant) - int(working.total_seconds()))


def after(instant: datetime, working: timedelta, calendar: Calendar, settings: WorkingTimeSettings) -> datetime:
    """Return the latest instant until which no more than ``working`` time of service passes from ``instant``."""
    line = _timeline(calendar, settings)
    return line.latest(line.worked_until(instant) + int(working.total_seconds()))


def say(seconds: int, settings: WorkingTimeSettings) -> str:
    """Say a length of working time in Spanish: «1 día hábil y 2 h», in whole minutes, rounded down."""
    days, rest = divmod(abs(seconds), settings.day_seconds)
    hours, minutes = rest // 3600, rest % 3600 // 60
    parts = [
        f"{days} {'día hábil' if days == 1 else 'días hábiles'}" if days else "",
        f"{hours} h" if hours else "",
        f"{minutes} min" if minutes else "",
    ]
    said = [part for part in parts if part]
    if not said:
        return "menos de 1 min" if seconds else "0 min"
    return " y ".join([", ".join(said[:-1]), said[-1]] if len(said) > 1 else said)


class _Timeline:
    """The open spans of a calendar as UTC seconds, with the working time gone by at the start of each."""

    def __init__(self, calendar: Calendar, settings: WorkingTimeSettings) -> None:
        self.first = _stamp(at_lima(calendar.first_on))
        self.last = _stamp(at_lima(calendar.last_on)) + 86400
        self.range = f"{calendar.first_on} a {calendar.last_on}"
        spans = [
            (_stamp(at_lima(day)) + start, _stamp(at_lima(day)) + end)
            for day in calendar.business_days()
            for start, end in _open_seconds(day, calendar, settings)
        ]
        self.starts = [start for start, _ in spans]
        self.ends = [end for _, end in spans]
        self.gone = [0, *accumulate(end - start for start, end in spans)]

    def worked_until(self, instant: datetime) -> int:
        stamp = self._check(instant)
        index = bisect_right(self.starts, stamp) - 1
        return self.gone[index] + min(stamp, self.ends[index]) - self.starts[index] if index >= 0 else 0

    def inside(self, instant: datetime) -> bool:
        stamp = self._check(instant)
        index = bisect_right(self.starts, stamp) - 1
        return index >= 0 and stamp < self.ends[index]

    def next_open(self, instant: datetime) -> datetime:
        if self.inside(instant):
            return instant
        index = bisect_left(self.starts, self._check(instant))
        if index == len(self.starts):
            raise CalendarRangeError(f"el servicio no vuelve a abrir dentro del calendario revisado ({self.range})")
        return datetime.fromtimestamp(self.starts[index], UTC)

    def earliest(self, worked: int) -> datetime:
        """Return the first instant at which that much working time has gone by."""
        if worked <= 0:
            return datetime.fromtimestamp(self.first, UTC)
        index = bisect_left(self.gone, worked) - 1
        if index >= len(self.starts):
            raise CalendarRangeError(f"el calendario revisado no tiene tanto tiempo de atención ({self.range})")
        return datetime.fromtimestamp(self.starts[index] + worked - self.gone[index], UTC)

    def latest(self, worked: int) -> datetime:
        """Return the last instant at which no more than that much working time has gone by."""
        index = bisect_right(self.gone, worked) - 1
        if index >= len(self.starts):
            return datetime.fromtimestamp(self.last, UTC)
        return datetime.fromtimestamp(self.starts[index] + worked - self.gone[index], UTC)

    def _check(self, instant: datetime) -> int:
        stamp = _stamp(instant)
        if not self.first <= stamp <= self.last:
            raise CalendarRangeError(f"{instant:%Y-%m-%d} queda fuera del calendario revisado ({self.range})")
        return stamp


@lru_cache(maxsize=16)
def _timeline(calendar: Calendar, settings: WorkingTimeSettings) -> _Timeline:
    return _Timeline(calendar, settings)


def _open_seconds(day: date, calendar: Calendar, settings: WorkingTimeSettings) -> list[tuple[int, int]]:
    """Return the open spans of a business day in seconds from midnight: one, or what a half day leaves of it."""
    opening, closing = _seconds(settings.opening), _seconds(settings.closing)
    closed = calendar.closed_hours(day)
    if closed is None:
        return [(opening, closing)]
    left = [(opening, min(closing, _seconds(closed[0]))), (max(opening, _seconds(closed[1])), closing)]
    return [(start, end) for start, end in left if start < end]


def _seconds(moment: time) -> int:
    return moment.hour * 3600 + moment.minute * 60 + moment.second


def _stamp(instant: datetime) -> int:
    if instant.tzinfo is None:
        raise ValueError("un instante necesita su zona horaria")
    return int(instant.timestamp() // 1)
