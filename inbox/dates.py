"""The Date header: what the sender claims, with the sender's offset.

``-0000`` and a missing zone mean that the sender's zone is unknown (RFC 5322, 3.3); the time is then read as UTC. The
promise clock never runs from this header.
"""

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz

_COMMENT = re.compile(r"\([^()]*\)")
_COLON_OFFSET = re.compile(r"(?:GMT|UTC?)?\s*([+-])(\d{1,2}):(\d\d)\b", re.IGNORECASE)
_NAMED_OFFSET = re.compile(r"(?:GMT|UTC?)\s*([+-])(\d{1,2})(?:00)?\b(?!:)", re.IGNORECASE)
_HALF = re.compile(r"(\d{1,2})(:\d\d(?::\d\d)?)\s*([ap])\.?\s?m\.?", re.IGNORECASE)
_WORDS = re.compile(r"[^\W\d_]{3,}\.?")
_WEEKDAY = re.compile(r"^\s*[^\W\d_]+\.?\s*,?\s+(?=\d)")
_DE = re.compile(r"(?<=\d)\s+del?\s+|(?<=[a-z])\s+del?\s+(?=\d)", re.IGNORECASE)
_ISO = re.compile(r"\s*(\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?)(?:[.,]\d+)?\s*(Z|[+-]\d\d:?\d\d)?")
_ZONE_NAME = re.compile(r"\d\s+([A-Z]{2,5})\s*$")

_MONTHS = {
    "ene": "Jan", "enero": "Jan", "feb": "Feb", "febrero": "Feb", "mar": "Mar", "marzo": "Mar", "abr": "Apr",
    "abril": "Apr", "may": "May", "mayo": "May", "jun": "Jun", "junio": "Jun", "jul": "Jul", "julio": "Jul",
    "ago": "Aug", "agosto": "Aug", "set": "Sep", "setiembre": "Sep", "sep": "Sep", "septiembre": "Sep", "sept": "Sep",
    "oct": "Oct", "octubre": "Oct", "nov": "Nov", "noviembre": "Nov", "dic": "Dec", "diciembre": "Dec",
    "fev": "Feb", "out": "Oct", "dez": "Dec",
}  # fmt: skip
_ZONES = {
    "PET": -5, "COT": -5, "ECT": -5, "BOT": -4, "VET": -4, "CLT": -4, "CLST": -3, "ART": -3, "BRT": -3, "PYT": -4,
    "UYT": -3, "CET": 1, "CEST": 2, "WET": 0, "WEST": 1, "BST": 1, "EET": 2, "EEST": 3, "MSK": 3, "JST": 9, "MET": 1,
    "MEST": 2, "KST": 9, "HKT": 8, "SGT": 8, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13, "SAST": 2,
}  # fmt: skip


def parse_date(value: str) -> datetime | None:
    """Return the instant of a Date header with its offset, or None when no reading makes sense."""
    for reading in (_standard, _iso, _mended):
        found = reading(value)
        if found is not None and 1 < found.year < 9999:
            return found
    return None


def _standard(value: str) -> datetime | None:
    try:
        parts = parsedate_tz(value)
        if parts is None:
            return None
        offset = parts[9]
        if not offset or not value.rstrip()[-4:].isdigit():
            offset = _stated_offset(_COMMENT.sub("", value).rstrip(), offset)
        second = min(parts[5], 59)
        zone = timezone(timedelta(seconds=offset)) if offset and abs(offset) < 86_400 else UTC
        return datetime(*parts[:5], second, tzinfo=zone)
    except (ValueError, TypeError, IndexError, OverflowError, AttributeError):
        return None


def _stated_offset(value: str, offset: int | None) -> int | None:
    """Read ``GMT-5``, ``UTC-05:00``, ``-05:00`` and names, which the standard library takes for nothing."""
    if name := _ZONE_NAME.search(value):
        return _ZONES[name[1]] * 3600 if name[1] in _ZONES else offset
    match = _COLON_OFFSET.search(value) or _NAMED_OFFSET.search(value)
    if match is None:
        return offset
    hours, minutes = int(match[2]), int(match[3]) if match.re is _COLON_OFFSET else 0
    seconds = hours * 3600 + minutes * 60
    return (-seconds if match[1] == "-" else seconds) if hours <= 14 and minutes < 60 else offset


def _iso(value: str) -> datetime | None:
    match = _ISO.match(value)
    if match is None:
        return None
    try:
        instant = datetime.fromisoformat(match[1].replace(" ", "T"))
        zone = (match[2] or "Z").replace("Z", "+0000").replace(":", "")
        return instant.replace(tzinfo=datetime.strptime(zone, "%z").tzinfo)
    except ValueError:
        return None


def _mended(value: str) -> datetime | None:
    """Read a date with Spanish or Portuguese names, an AM/PM clock or an offset with a colon."""
    text = _WEEKDAY.sub("", _COMMENT.sub("", value))
    text = _DE.sub(" ", text)
    text = _COLON_OFFSET.sub(lambda offset: f" {offset[1]}{offset[2]:0>2}{offset[3]}", text)
    text = _NAMED_OFFSET.sub(lambda offset: f" {offset[1]}{offset[2]:0>2}00", text)
    text = _HALF.sub(_full_day, text)
    text = _WORDS.sub(lambda word: _MONTHS.get(word.group().rstrip(".").lower(), word.group()), text)
    return _standard(text)


def _full_day(clock: re.Match[str]) -> str:
    hour = int(clock[1]) % 12 + (12 if clock[3] in "pP" else 0)
    return f"{hour:02d}{clock[2]}"
