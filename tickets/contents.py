"""What a letter, an answer or a note says, as one hash: the journal keeps it keyed, so that a changed word is found.

The hashes cover what people read: words, names, addresses, instants, what was attached, and the bytes that arrived or
were sent. Nothing of that can be read back from them.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from tickets.told import instant

MESSAGE = ("at", "from_address", "from_name", "subject", "text", "newest_text", "message_id", "author_id")
"""The columns of a message that never change once it is written."""

ATTACHED = ("position", "name", "type", "size", "sha256")
"""The columns of an attachment; its bytes are in the letter as it arrived."""

PARCEL = ("message_id", "to_address", "author_id", "recipients", "payload")
"""The columns of an outgoing letter that were fixed when it was decided on."""


def of_message(message: Any, attached: Iterable[Any] = (), sha256: str | None = None) -> str:
    """Return the hash of a message with its attachments; ``sha256`` is that of the letter as it arrived, None of ours.

    Rows may be of either kind: mappings about to be written, or rows that were read.
    """
    at, *cells = _cells(message, MESSAGE)
    return _digest([instant(at), *cells, [_cells(one, ATTACHED) for one in attached], sha256])


def of_parcel(letter: Any) -> str:
    """Return the hash of an outgoing letter: for whom it is, and its bytes."""
    *cells, recipients, payload = _cells(letter, PARCEL)
    known = recipients.strip() if isinstance(recipients, str) else json.dumps(recipients)
    bytes_of = hashlib.sha256(payload).hexdigest() if isinstance(payload, bytes) else str(payload)
    return _digest([*cells, known, bytes_of])


def of_person(name: object, subject: object) -> str:
    """Return the hash of what a case shows of its person: the name that the letter gave, and its subject."""
    return _digest([name, subject])


def of_words(words: object) -> str:
    """Return the hash of what somebody wrote, such as why a report was corrected."""
    return _digest([words])


def _cells(row: Any, names: Sequence[str]) -> list[Any]:
    if isinstance(row, dict):
        return [row.get(name) for name in names]
    return [getattr(row, name) for name in names]


def _digest(cells: list[Any]) -> str:
    return hashlib.sha256(_SAID.encode(cells).encode("ascii")).hexdigest()


def _plain(cell: object) -> str:
    return cell.astimezone(UTC).isoformat() if isinstance(cell, datetime) else str(cell)


_SAID = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"), default=_plain)
