"""The hashes of the journal: of one entry, and of a day's seal. Whoever knows SHA-256 can compute them elsewhere."""

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, date, datetime

_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def entry_hash(
    chain: object, seq: object, at: datetime, actor: object, event: object, facts: object, prev_hash: object
) -> str:
    """Return the hash of one entry, as hex SHA-256 over a canonical JSON array.

    Values that the journal itself never writes are hashed too where JSON has them; TypeError or ValueError otherwise.
    """
    instant = at.astimezone(UTC).isoformat(timespec="microseconds")
    canonical = _CANONICAL.encode([chain, seq, instant, actor, event, facts, prev_hash])
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()


def seal_hash(prev_hash: str, sealed_on: date, sealed_at: datetime, entries: Iterable[tuple[int, str]]) -> str:
    """Return the hash of a seal: over the seal before it, its day and instant, and (id, hash) of each entry since."""
    instant = sealed_at.astimezone(UTC).isoformat(timespec="microseconds")
    hasher = hashlib.sha256(f"{prev_hash}|{sealed_on.isoformat()}|{instant}|".encode("ascii"))
    for entry_id, digest in entries:
        hasher.update(f"{entry_id}:{digest};".encode("ascii", "backslashreplace"))
    return hasher.hexdigest()
