"""The wall clock and the hour of Lima: the one place that reads the time, and the forms in which we write it.

Every other room takes ``now`` as an argument. Instants are aware UTC datetimes; the hour of the entity governs
(Ley 27444, art. 138.6), so dates are always taken in Lima.
"""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def _lima_zone() -> tzinfo:
    try:
        return ZoneInfo("America/Lima")
    except ZoneInfoNotFoundError:  # a machine without tzdata; Peru has kept UTC-5 all year since 1994
        return timezone(timedelta(hours=-5), "America/Lima")


LIMA: tzinfo = _lima_zone()
"""The zone of the entity."""

_ISO = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt ](?P<hour>\d{2}):\d{2}(?::\d{2}(?:[.,]\d+)?)?"
    r"(?P<offset>[Zz]|[+-]\d{2}(?::?(?P<offset_minute>\d{2}))?)?",
    re.ASCII,
)


def now() -> datetime:
    """Return the present instant, in UTC. The only reading of the wall clock in the program."""
    return datetime.now(UTC)


def to_lima(instant: datetime) -> datetime:
    """Return the same instant on the clocks of Lima. Raises ValueError for a datetime without zone."""
    if instant.tzinfo is None:
        raise ValueError("un instante necesita su zona horaria")
    return instant.astimezone(LIMA)


def lima_date(instant: datetime) -> date:
    """Return the date on which that instant falls in Lima."""
    return to_lima(instant).date()


def at_lima(day: date, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    """Return the UTC instant at which the clocks of Lima show that date and time."""
    return datetime.combine(day, time(hour, minute, second), LIMA).astimezone(UTC)


def whole_second(instant: datetime) -> datetime:
    """Drop the fraction of a second: a fraction never makes anything late."""
    return instant.replace(microsecond=0)


def parse_instant(text: str) -> datetime:
    """Read an ISO 8601 date and time with its offset (``Z`` or ``±HH:MM``) into a UTC instant.

    Raises ValueError, in words for the person who typed it, when the text is not of that form, has no offset, or
    names a date or time that does not exist.
    """
    trimmed = text.strip()
    match = _ISO.fullmatch(trimmed)
    if match is None:
        raise ValueError(f"«{_brief(text)}» no es una fecha y hora ISO 8601 como 2026-11-23T10:00:00-05:00")
    if match["offset"] is None:
        raise ValueError(f"«{_brief(text)}» no dice su zona horaria: agregue el desfase, por ejemplo -05:00 o Z")
    try:
        if match["hour"] > "23" or (match["offset_minute"] or "00") > "59":  # some Pythons let these through
            raise ValueError
        return datetime.fromisoformat(trimmed.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"«{_brief(text)}» nombra una fecha, hora o desfase que no existe") from None


def format_instant(instant: datetime) -> str:
    """Write an instant as ``YYYY-MM-DDTHH:MM:SS-05:00``, on the clocks of Lima, without fractions."""
    return to_lima(instant).isoformat(timespec="seconds")


def words(instant: datetime) -> str:
    """Say an instant in Peruvian Spanish: «martes 24 de noviembre de 2026 a las 5:00 p. m.», on the clocks of Lima."""
    local = to_lima(instant)
    return f"{date_words(local.date())} a {'la' if local.hour in (1, 13) else 'las'} {time_words(local.time())}"


def date_words(day: date) -> str:
    """Say a date in Peruvian Spanish: «martes 24 de noviembre de 2026»."""
    return _babel_date(day)


def time_words(moment: time) -> str:
    """Say a time of day in Peruvian Spanish: «5:00 p. m.», with the seconds only when there are some."""
    from babel.dates import format_time  # heavy, and most commands never speak

    pattern = "h:mm:ss a" if moment.second else "h:mm a"
    said = str(format_time(moment.replace(tzinfo=None), pattern, locale="es_PE"))
    return said.replace("\u202f", "\u00a0")  # the narrow no-break space of CLDR shows as a box in old mail programs


@lru_cache(maxsize=512)
def _babel_date(day: date) -> str:
    from babel.dates import format_date

    return str(format_date(day, "EEEE d 'de' MMMM 'de' y", locale="es_PE"))


def _brief(text: str) -> str:
    shown = "".join(character if character.isprintable() else "�" for character in text[:60])
    return shown + ("…" if len(text) > 60 else "")
