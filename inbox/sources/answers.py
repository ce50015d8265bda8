"""The two FETCH answers that every pass consists of, read in the shape servers usually give them.

IMAPClient reads any answer, one character at a time in Python; for the usual shape a pattern does the same at a
twentieth of the cost. Whatever does not fit the pattern is read by the library.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from imapclient.response_parser import parse_fetch_response

from inbox.sources import Listed

Answer = Sequence[bytes | tuple[bytes, bytes] | None]
"""What imaplib collects: lines, and pairs of (line up to a literal, the literal)."""

_LISTED = re.compile(
    rb"\d+ \(UID (\d+) RFC822\.SIZE (\d+) INTERNALDATE "
    rb'"([ \d]\d)-([A-Z][a-z]{2})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)"\)'
)
_BODY = re.compile(rb"\d+ \(UID (\d+) BODY\[\] \{(\d+)\}")
_MONTHS = {
    name: number for number, name in enumerate(b"Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), start=1)
}


def listed(answer: Answer) -> list[Listed]:
    """Read the answer to ``(RFC822.SIZE INTERNALDATE)``, in uid order. Raises ``ValueError`` on nonsense."""
    found = [_usual_listed(line) for line in answer]
    letters = [letter for letter in found if letter is not None]
    if len(letters) != len(answer):
        letters = [letter for uid, items in _any(answer) if (letter := _listed(uid, items)) is not None]
    return sorted(letters, key=lambda letter: letter.uid)


def bodies(answer: Answer) -> list[tuple[int, bytes]]:
    """Read the answer to ``(BODY.PEEK[])``. A body that the server withholds (NIL) is left out."""
    found: list[tuple[int, bytes]] = []
    for part in answer:
        if isinstance(part, tuple) and (usual := _BODY.fullmatch(part[0])) and int(usual[2]) == len(part[1]):
            found.append((int(usual[1]), part[1]))
        elif part != b")":
            return [(uid, raw) for uid, items in _any(answer) if isinstance(raw := items.get(b"BODY[]"), bytes)]
    return found


def _usual_listed(line: bytes | tuple[bytes, bytes] | None) -> Listed | None:
    usual = _LISTED.fullmatch(line) if isinstance(line, bytes) else None
    if usual is None:
        return None
    uid, size, day, month, year, hour, minute, second, sign, ahead, and_minutes = usual.groups()
    offset = timedelta(hours=int(ahead), minutes=int(and_minutes))
    try:
        zone = timezone(-offset if sign == b"-" else offset)
        local = datetime(int(year), _MONTHS[month], int(day), int(hour), int(minute), int(second), tzinfo=zone)
        return Listed(uid=int(uid), size=int(size), arrived_at=local.astimezone(UTC))
    except (ValueError, KeyError, OverflowError):
        return None


def _any(answer: Answer) -> list[tuple[int, dict[bytes, Any]]]:
    return list(parse_fetch_response(list(answer), normalise_times=False, uid_is_key=True).items())


def _listed(uid: int, items: dict[bytes, Any]) -> Listed | None:
    """Take what is needed out of an unusual answer; one without an aware INTERNALDATE is of no use."""
    size, arrived_at = items.get(b"RFC822.SIZE"), items.get(b"INTERNALDATE")
    if not isinstance(size, int) or not isinstance(arrived_at, datetime) or arrived_at.tzinfo is None:
        return None
    return Listed(uid=uid, size=size, arrived_at=arrived_at.astimezone(UTC))
