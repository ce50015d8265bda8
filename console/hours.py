"""The hour at which an answer should leave, read as a person writes it: «15:30», «mañana 9», «lunes 8:30 a. m.»."""

import re
from datetime import date, datetime, timedelta

from calendar_pe.clock import at_lima, lima_date
from console.clockwords import short

_DAYS = ("lunes", "martes", "miercoles", "jueves", "viernes", "sabado", "domingo")
_NAMED = {"hoy": 0, "manana": 1, "pasado manana": 2}
_FOLD = str.maketrans("áéíóúñ", "aeioun")
_HOUR = re.compile(
    r"(?:^|\s)(?:a las? )?(\d{1,2})(?:[:.h](\d{2}))?\s*(?:h|hrs?|horas)?\s*(a\. ?m\.?|am|p\. ?m\.?|pm)?$"
)
_DATE = re.compile(r"(\d{1,2})[/-](\d{1,2})(?:[/-](\d{4}))?")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_OF_NEXT_YEAR = timedelta(days=300)
"""A date without a year that is so far back is meant for next year: in December, «5/1»."""
OPENING = (8, 15)
EXAMPLES = "por ejemplo: 15:30, mañana 9:00, lunes 8:30, 25/11 14:00"


class NotAnHour(Exception):
    """The words name no future hour; the message says how to write one."""


def parse_hour(said: str, now: datetime) -> datetime:
    """Return the instant that the words name, seen from ``now``; a day without an hour is its opening, 8:15.

    An hour without a day is the next one to come. Raises ``NotAnHour``, also where a named day's hour
    has passed.
    """
    words = " ".join(said.lower().translate(_FOLD).replace("\u00a0", " ").split())
    day, rest = _day(words, lima_date(now))
    hour, minute = _hour(rest) if rest or day is None else OPENING
    try:
        if day is not None:
            return _to_come(at_lima(day, hour, minute), now)
        today = at_lima(lima_date(now), hour, minute)
    except ValueError:
        raise NotAnHour(f"esa hora no existe; {EXAMPLES}") from None
    return today if today > now else today + timedelta(days=1)


def _day(words: str, today: date) -> tuple[date | None, str]:
    """Take the day off the front of the words; returns it, or None, and what is left."""
    try:
        if found := _ISO.match(words):
            return date(int(found[1]), int(found[2]), int(found[3])), words[found.end() :].strip(" ,t")
        if found := _DATE.match(words):
            return _in_future(int(found[1]), int(found[2]), found[3], today), words[found.end() :].strip(" ,")
    except ValueError:
        raise NotAnHour(f"ese día no existe; {EXAMPLES}") from None
    for name in sorted(_NAMED, key=len, reverse=True):
        if words.startswith(name):
            return today + timedelta(days=_NAMED[name]), words[len(name) :].strip(" ,")
    for number, name in enumerate(_DAYS):
        if words.split(" ")[0].rstrip(",") in (name, name[:3]):
            ahead = (number - today.weekday() - 1) % 7 + 1
            return today + timedelta(days=ahead), words.partition(" ")[2].strip(" ,")
    return None, words


def _in_future(day: int, month: int, year: str | None, today: date) -> date:
    if year:
        return date(int(year), month, day)
    this = date(today.year, month, day)
    return this if today - this < _OF_NEXT_YEAR else date(today.year + 1, month, day)


def _to_come(instant: datetime, now: datetime) -> datetime:
    if instant <= now:
        raise NotAnHour(f"esa hora ya pasó: {short(instant, now)}; {EXAMPLES}")
    return instant


def _hour(words: str) -> tuple[int, int]:
    found = _HOUR.search(words)
    if found is None or found.start() > 0:
        raise NotAnHour(f"no se entiende «{words[:40]}»; {EXAMPLES}")
    hour, minute = int(found[1]), int(found[2] or 0)
    half = (found[3] or "")[:1]
    if half and not 1 <= hour <= 12:
        raise NotAnHour(f"esa hora no existe; {EXAMPLES}")
    hour = hour % 12 + (12 if half == "p" else 0) if half else hour
    if hour > 23 or minute > 59:
        raise NotAnHour(f"esa hora no existe; {EXAMPLES}")
    return hour, minute


def seconds_words(leaves_at: datetime, now: datetime) -> str:
    """Say when a letter leaves: «en 45 segundos» while it can be counted, else the day and hour."""
    seconds = int((leaves_at - now).total_seconds())
    if seconds <= 0:
        return "ahora mismo"
    if seconds < 120:
        return f"en {seconds} segundos" if seconds > 1 else "en 1 segundo"
    if seconds < 3600:
        return f"en {seconds // 60} minutos"
    return f"el {short(leaves_at, now)}"
