"""Time as a consultant reads it: short Peruvian dates, and how much working time a promise has left."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache

from calendar_pe import CalendarRangeError
from calendar_pe.clock import at_lima, lima_date, time_words, to_lima
from casework.desk import Desk
from sla.promises import DayEnds
from sla.working_time import business_seconds

_DAYS = ("lun", "mar", "mié", "jue", "vie", "sáb", "dom")
_NEAR = {-1: "ayer", 0: "hoy", 1: "mañana"}
_MONTHS = ("ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "set", "oct", "nov", "dic")


class Urgency(StrEnum):
    """How pressing a case is; each has a word and a sign of its own, so that no colour carries it alone."""

    BROKEN = "broken"  # the promise is broken
    PASSED = "passed"  # the internal goal has passed; the promise still holds
    SOON = "soon"  # within the hours of warning
    TODAY = "today"
    LATER = "later"
    NONE = "none"  # nothing is owed


SIGNS = {
    Urgency.BROKEN: "✗",
    Urgency.PASSED: "!",
    Urgency.SOON: "!",
    Urgency.TODAY: "·",
    Urgency.LATER: " ",
    Urgency.NONE: " ",
}


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of a promise: how pressing, in words («faltan 6 h 30 min») and in fewer («6 h 30 min»)."""

    urgency: Urgency
    words: str
    brief: str

    @property
    def signed(self) -> str:
        """The words after their sign."""
        return f"{SIGNS[self.urgency]} {self.words}"


def left(desk: Desk, now: datetime, target_at: datetime | None, due_at: datetime | None) -> Left:
    """Say how much working time is left until ``target_at``, or by how much ``due_at`` was missed."""
    if target_at is None or due_at is None:
        return Left(Urgency.NONE, "nada pendiente", "—")
    last = due_at
    if desk.promises.day_ends is DayEnds.MIDNIGHT:
        last = at_lima(lima_date(due_at) + timedelta(days=1)) - timedelta(seconds=1)
    try:
        if now > last:
            seconds = business_seconds(last, now, desk.calendar, desk.working_time)
            brief = f"vencida {_roughly(desk, seconds)}"
            return Left(Urgency.BROKEN, _ago(desk, seconds), brief)
        if now > target_at:
            seconds = business_seconds(now, last, desk.calendar, desk.working_time)
            return Left(Urgency.PASSED, f"pasó la meta, {_to_go(desk, seconds)}", f"urge, {_brief(desk, seconds)}")
        seconds = business_seconds(now, target_at, desk.calendar, desk.working_time)
    except CalendarRangeError:
        day = short_date(lima_date(due_at))
        return Left(Urgency.LATER, f"hasta el {day}", day)
    if seconds <= desk.promises.warn_before.total_seconds():
        urgency = Urgency.SOON
    elif lima_date(target_at) == lima_date(now):
        urgency = Urgency.TODAY
    else:
        urgency = Urgency.LATER
    return Left(urgency, _to_go(desk, seconds), _brief(desk, seconds))


def short(instant: datetime | None, now: datetime | None = None) -> str:
    """Say an instant briefly, on the clocks of Lima: «mar 24 nov, 5:00 p. m.».

    Seen from ``now``, a day of another year has its year: «jue 25 nov 2027, 5:00 p. m.».
    """
    if instant is None:
        return ""
    said = _short(instant.replace(second=0, microsecond=0))
    year = lima_date(instant).year
    if now is None or year == lima_date(now).year:
        return said
    day, hour = said.rsplit(", ", 1)
    return f"{day} {year}, {hour}"


def near(instant: datetime, now: datetime) -> str:
    """Say an instant as seen from another: «hoy, 5:00 p. m.», «mañana, 8:15 a. m.», «mar 24 nov, 5:00 p. m.»."""
    day, hour = short(instant, now).rsplit(", ", 1)
    return f"{_NEAR.get((lima_date(instant) - lima_date(now)).days, day)}, {hour}"


def owed_words(desk: Desk, now: datetime, target_at: datetime | None, due_at: datetime | None) -> str:
    """Say in one line what is owed and by when, with its sign: the time left stands beside the instant it counts to.

    «meta: hoy, 5:00 p. m. (faltan 6 h 30 min) · vence: mañana, 5:00 p. m.»; without a goal of its own, only the end.
    """
    owed = left(desk, now, target_at, due_at)
    if target_at is None or due_at is None:
        return owed.words
    goal, end = near(target_at, now), near(due_at, now)
    match owed.urgency:
        case Urgency.BROKEN:
            said = f"{owed.words} · venció: {end}"
        case Urgency.PASSED:
            said = f"{owed.words} · vence: {end}"
        case _ if target_at == due_at:
            said = f"vence: {end} ({owed.words})"
        case _:
            said = f"meta: {goal} ({owed.words}) · vence: {end}"
    return f"{SIGNS[owed.urgency]} {said}".strip()


def short_date(day: date) -> str:
    """Say a date briefly: «mar 24 nov»."""
    return f"{_DAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]}"


@lru_cache(maxsize=4096)
def _short(instant: datetime) -> str:
    local = to_lima(instant)
    return f"{short_date(local.date())}, {time_words(local.time())}".replace("\u00a0", " ")


def _to_go(desk: Desk, seconds: int) -> str:
    amount, one = _amount(desk, seconds)
    return f"{'falta' if one else 'faltan'} {amount}"


def _brief(desk: Desk, seconds: int) -> str:
    """Return a length of working time in the fewest words: «3 d háb.», «6 h 30 min»."""
    days = seconds // desk.working_time.day_seconds
    return f"{days} d háb." if days else _amount(desk, seconds)[0].replace("menos de", "<")


def _roughly(desk: Desk, seconds: int) -> str:
    """Return a length of working time in whole days or hours: «3 d háb.», «2 h», «<1 h»."""
    days, hours = seconds // desk.working_time.day_seconds, seconds // 3600
    return f"{days} d háb." if days else f"{hours} h" if hours else "<1 h"


def _ago(desk: Desk, seconds: int) -> str:
    if seconds < 60:
        return "recién vencida"
    return f"vencida hace {_amount(desk, seconds)[0]}"


def _amount(desk: Desk, seconds: int) -> tuple[str, bool]:
    """Return a length of working time in words, rounded down, and whether it is said in the singular."""
    days, rest = divmod(seconds, desk.working_time.day_seconds)
    hours, minutes = rest // 3600, rest % 3600 // 60
    if days:
        return (f"{days} {'día hábil' if days == 1 else 'días hábiles'}", days == 1)
    if hours and minutes:
        return f"{hours} h {minutes} min", False
    if hours:
        return f"{hours} h", hours == 1
    if minutes:
        return f"{minutes} min", minutes == 1
    return "menos de 1 min", True
