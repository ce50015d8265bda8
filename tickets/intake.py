"""Questions to and changes of the intake ledger."""

import hashlib
import io
import zlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Insert, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from tickets.rows import core
from tickets.states import IntakeState
from tickets.store import StoreDamaged
from tickets.tables import Intake, MailboxCheck, RawLetter

_INTAKE = core(Intake)
_RAW = core(RawLetter)
COMPRESSIBLE_FROM = 512
"""Letters smaller than this many bytes are stored as they are."""
_SAMPLE = 8 * 1024

_PIECE = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A copy of a letter to be kept. ``partial`` when it was too large: ``body`` is then its header block alone."""

    mailbox: str
    uidvalidity: int
    uid: int
    body: bytes
    partial: bool = False
    size: int
    arrived_at: datetime
    arrival_source: str = "server"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A kept letter that waits to be judged."""

    id: int
    mailbox: str
    sha256: str
    size: int
    arrived_at: datetime
    arrival_source: str
    attempts: int
    last_error: str
    raw_id: int
    partial: bool
    ticket_id: int | None  # the quarantined ticket that stands for it, when it is analysed again


def keep(session: Session, arrivals: Sequence[Arrival], now: datetime) -> int:
    """Store bytes and ledger rows; copies already known are left alone. Returns how many were new."""
    if not arrivals:
        return 0
    hashes = [_digest(arrival) for arrival in arrivals]
    raw_ids = _keep_bytes(session, arrivals, hashes)
    rows = [
        {
            "mailbox": arrival.mailbox,
            "uidvalidity": arrival.uidvalidity,
            "uid": arrival.uid,
            "sha256": digest,
            "size": arrival.size,
            "raw_id": raw_ids[digest],
            "partial": arrival.partial,
            "arrived_at": arrival.arrived_at,
            "arrival_source": arrival.arrival_source,
            "kept_at": now,
            "state": IntakeState.RECEIVED,
            "attempts": 0,
            "last_error": "",
        }
        for arrival, digest in zip(arrivals, hashes, strict=True)
    ]
    before = _known_count(session, arrivals)
    session.execute(_insert_or_ignore(session, _INTAKE), rows)
    return len({(row["mailbox"], row["uidvalidity"], row["uid"]) for row in rows}) - before


def known(session: Session, mailbox: str, uidvalidity: int, uids: Collection[int]) -> frozenset[int]:
    """Return those of ``uids`` that the ledger already holds."""
    found: set[int] = set()
    wanted = sorted(uids)
    for start in range(0, len(wanted), 500):
        found.update(
            session.execute(
                select(_INTAKE.c.uid).where(
                    _INTAKE.c.mailbox == mailbox,
                    _INTAKE.c.uidvalidity == uidvalidity,
                    _INTAKE.c.uid.in_(wanted[start : start + 500]),
                )
            ).scalars()
        )
    return frozenset(found)


def last_uidvalidity(session: Session, mailbox: str) -> int | None:
    """Return the UIDVALIDITY of the newest copy known of a mailbox, or None."""
    return session.execute(
        select(_INTAKE.c.uidvalidity)
        .where(_INTAKE.c.mailbox == mailbox, _INTAKE.c.arrival_source == "server")
        .order_by(_INTAKE.c.id.desc())
        .limit(1)
    ).scalar_one_or_none()


def count(session: Session, mailbox: str) -> int:
    """Return how many copies the ledger holds of a mailbox."""
    return session.execute(select(func.count()).select_from(_INTAKE).where(_INTAKE.c.mailbox == mailbox)).scalar_one()


def arrivals(session: Session, mailbox: str, since_at: datetime, until_at: datetime) -> Counter[datetime]:
    """Return how many letters came to a mailbox at each instant from ``since_at`` up to but not at ``until_at``.

    A letter that was taken in again under a new epoch counts once.
    """
    copies = (
        select(_INTAKE.c.arrived_at, _INTAKE.c.sha256, func.count().label("copies"))
        .where(
            _INTAKE.c.mailbox == mailbox,
            _INTAKE.c.arrival_source == "server",
            _INTAKE.c.arrived_at >= since_at,
            _INTAKE.c.arrived_at < until_at,
        )
        .group_by(_INTAKE.c.arrived_at, _INTAKE.c.sha256, _INTAKE.c.uidvalidity)
        .subquery()
    )
    letters = (
        select(copies.c.arrived_at, func.max(copies.c.copies).label("copies"))
        .group_by(copies.c.arrived_at, copies.c.sha256)
        .subquery()
    )
    found = session.execute(select(letters.c.arrived_at, func.sum(letters.c.copies)).group_by(letters.c.arrived_at))
    return Counter({arrived_at: int(copies) for arrived_at, copies in found})


def check_of(session: Session, mailbox: str) -> MailboxCheck | None:
    """Return the last comparison of a mailbox with the ledger, or None."""
    return session.get(MailboxCheck, mailbox)


def checks(session: Session, *, limit: int = 100) -> list[MailboxCheck]:
    """Return the last comparison of every mailbox, by name."""
    return list(session.execute(select(MailboxCheck).order_by(core(MailboxCheck).c.mailbox).limit(limit)).scalars())


def pending(session: Session, *, letters: int, size: int, after: int = 0) -> list[Pending]:
    """Return the oldest letters that wait to be judged, at most so many and so many bytes, but at least one.

    A letter that was tried before comes alone, so that one that kills the process cannot take others with it.
    """
    query = (
        select(
            _INTAKE.c.id,
            _INTAKE.c.mailbox,
            _INTAKE.c.sha256,
            _INTAKE.c.size,
            _INTAKE.c.arrived_at,
            _INTAKE.c.arrival_source,
            _INTAKE.c.attempts,
            _INTAKE.c.last_error,
            _INTAKE.c.raw_id,
            _INTAKE.c.partial,
            _INTAKE.c.ticket_id,
        )
        .where(_INTAKE.c.state == IntakeState.RECEIVED, _INTAKE.c.id > after)
        .order_by(_INTAKE.c.id)
        .limit(letters)
    )
    chosen: list[Pending] = []
    total = 0
    for row in session.execute(query):
        loaded = 0 if row.partial else row.size
        if chosen and (total + loaded > size or row.attempts > 0):
            break
        total += loaded
        chosen.append(Pending(**row._mapping))
        if row.attempts > 0:
            break
    return chosen


def bodies(session: Session, raw_ids: Iterable[int]) -> dict[int, bytes]:
    """Return the bytes of raw letters by id. Raises ``StoreDamaged`` when stored bytes cannot be read back."""
    wanted = list(raw_ids)
    if not wanted:
        return {}
    found: dict[int, bytes] = {}
    for row in session.execute(select(_RAW.c.id, _RAW.c.codec, _RAW.c.size, _RAW.c.body).where(_RAW.c.id.in_(wanted))):
        try:
            found[row.id] = zlib.decompress(row.body, bufsize=max(row.size, 1)) if row.codec == "zlib" else row.body
        except zlib.error as error:
            raise StoreDamaged(f"raw letter {row.id} cannot be read back: {error}") from None
    return found


def still_waiting(session: Session, ids: Collection[int]) -> frozenset[int]:
    """Return those letters that still wait to be judged, locked; rows that another daemon holds are left out."""
    return frozenset(
        session.execute(
            select(_INTAKE.c.id)
            .where(_INTAKE.c.id.in_(list(ids)), _INTAKE.c.state == IntakeState.RECEIVED)
            .with_for_update(skip_locked=True)
        ).scalars()
    )


def count_try(session: Session, ids: Collection[int]) -> None:
    """Count a try of those letters, before it is made: a try that kills the process counts as well."""
    session.execute(update(_INTAKE).where(_INTAKE.c.id.in_(list(ids))).values(attempts=_INTAKE.c.attempts + 1))


def record_error(session: Session, intake_id: int, error: str) -> None:
    """Note what went wrong with a letter."""
    session.execute(update(_INTAKE).where(_INTAKE.c.id == intake_id).values(last_error=error[:500]))


def settle(session: Session, rows: Sequence[Mapping[str, object]]) -> None:
    """Write what became of letters: rows of id, outcome, ticket_id, content_key, state and processed_at."""
    if rows:
        session.execute(update(Intake), rows)


def by_content(session: Session, keys: Collection[str]) -> dict[str, int | None]:
    """Return content key -> ticket id (None when it made no ticket) of letters already judged."""
    found: dict[str, int | None] = {}
    if not keys:
        return found
    for row in session.execute(
        select(_INTAKE.c.content_key, _INTAKE.c.ticket_id)
        .where(_INTAKE.c.content_key.in_(list(keys)), _INTAKE.c.state == IntakeState.PROCESSED)
        .order_by(_INTAKE.c.id.desc())
    ):
        found[row.content_key] = row.ticket_id
    return found


def copies(session: Session, mailbox: str, uidvalidity: int, uids: Collection[int]) -> dict[int, tuple[int, str]]:
    """Return uid -> (id, outcome) of those of ``uids`` that the ledger holds; "" for a copy that still waits."""
    found: dict[int, tuple[int, str]] = {}
    wanted = sorted(uids)
    for start in range(0, len(wanted), 500):
        for row in session.execute(
            select(_INTAKE.c.uid, _INTAKE.c.id, _INTAKE.c.outcome).where(
                _INTAKE.c.mailbox == mailbox,
                _INTAKE.c.uidvalidity == uidvalidity,
                _INTAKE.c.uid.in_(wanted[start : start + 500]),
            )
        ):
            found[row.uid] = (row.id, row.outcome or "")
    return found


def last_id(session: Session) -> int:
    """Return the highest id of the ledger, 0 when it is empty."""
    return session.execute(select(func.max(_INTAKE.c.id))).scalar_one() or 0


def quarantined(session: Session, *, limit: int = 200) -> list[Intake]:
    """Return letters that could not be analysed, or were too large to load, newest first."""
    return list(
        session.execute(
            select(Intake).where(_INTAKE.c.state == IntakeState.QUARANTINED).order_by(_INTAKE.c.id.desc()).limit(limit)
        ).scalars()
    )


def put_away_as(session: Session, one: Pending) -> int | None:
    """Return the ticket of another copy with the same bytes that is in quarantine, or None."""
    return session.execute(
        select(_INTAKE.c.ticket_id)
        .where(
            _INTAKE.c.sha256 == one.sha256,
            _INTAKE.c.id != one.id,
            _INTAKE.c.state == IntakeState.QUARANTINED,
            _INTAKE.c.ticket_id.is_not(None),
        )
        .order_by(_INTAKE.c.id)
        .limit(1)
    ).scalar_one_or_none()


def put_away_large(session: Session, one: Pending) -> list[tuple[int, int]]:
    """Return (ticket, raw letter) of letters too large to load that may be this one, seen in another epoch."""
    mine = select(_INTAKE.c.uidvalidity).where(_INTAKE.c.id == one.id).scalar_subquery()
    found = session.execute(
        select(_INTAKE.c.ticket_id, _INTAKE.c.raw_id)
        .where(
            _INTAKE.c.mailbox == one.mailbox,
            _INTAKE.c.partial.is_(True),
            _INTAKE.c.size == one.size,
            _INTAKE.c.arrived_at == one.arrived_at,
            _INTAKE.c.uidvalidity != mine,
            _INTAKE.c.state == IntakeState.QUARANTINED,
            _INTAKE.c.ticket_id.is_not(None),
        )
        .order_by(_INTAKE.c.id)
        .limit(20)
    )
    return [(ticket_id, raw_id) for ticket_id, raw_id in found]


def retry(session: Session, intake_id: int) -> int | None:
    """Put a quarantined letter back in the line of letters to be judged; returns the ticket that stands for it.

    None when there is no such letter, or only its header block is here.
    """
    row = session.get(Intake, intake_id)
    if row is None or row.state != IntakeState.QUARANTINED or row.partial:
        return None
    row.state, row.outcome, row.attempts, row.last_error = IntakeState.RECEIVED, None, 0, ""
    return row.ticket_id


def arrival_of(session: Session, intake_id: int) -> tuple[datetime, bool] | None:
    """Return when a letter arrived and whether only its header block is here, or None when there is no such letter."""
    row = session.get(Intake, intake_id)
    return None if row is None else (row.arrived_at, row.partial)


def raw_of(session: Session, intake_id: int) -> bytes | None:
    """Return the bytes of a letter, or None when there is no such letter."""
    row = session.get(Intake, intake_id)
    if row is None or row.raw_id is None:
        return None
    return bodies(session, [row.raw_id])[row.raw_id]


def _digest(arrival: Arrival) -> str:
    """Return the hash of the letter; of a partial one also where it lies, for its header block alone is no identity."""
    hasher = hashlib.sha256(arrival.body)
    if arrival.partial:
        hasher.update(f"\0{arrival.mailbox}\0{arrival.uidvalidity}\0{arrival.uid}".encode())
    return hasher.hexdigest()


def _keep_bytes(session: Session, arrivals: Sequence[Arrival], hashes: Sequence[str]) -> dict[str, int]:
    rows = {}
    for arrival, digest in zip(arrivals, hashes, strict=True):
        if digest not in rows:
            codec, body = _pack(arrival.body)
            rows[digest] = {"sha256": digest, "codec": codec, "size": len(arrival.body), "body": body}
    if not rows:
        return {}
    session.execute(_insert_or_ignore(session, _RAW), list(rows.values()))
    found = session.execute(select(_RAW.c.sha256, _RAW.c.id).where(_RAW.c.sha256.in_(list(rows))))
    return dict(found.all())


def _pack(body: bytes) -> tuple[str, bytes]:
    if len(body) < COMPRESSIBLE_FROM:
        return "plain", body
    packed = _packed(body)
    return ("zlib", packed) if len(packed) < len(body) else ("plain", body)


def _packed(body: bytes) -> bytes:
    """Compress; a large letter that is mostly base64 only loses its spare bits: no search would find repeats in it."""
    middle = body[len(body) // 2 : len(body) // 2 + _SAMPLE]
    if len(body) < 4 * _SAMPLE or len(zlib.compress(middle, 1)) * 10 < len(middle) * 7:
        packer = zlib.compressobj(1)
    else:
        packer = zlib.compressobj(1, zlib.DEFLATED, zlib.MAX_WBITS, zlib.DEF_MEM_LEVEL, zlib.Z_HUFFMAN_ONLY)
    packed = io.BytesIO()
    for start in range(0, len(body), _PIECE):  # in one go the library holds twice what it made
        packed.write(packer.compress(memoryview(body)[start : start + _PIECE]))
    packed.write(packer.flush())
    return packed.getvalue()


def _known_count(session: Session, arrivals: Sequence[Arrival]) -> int:
    by_box: dict[tuple[str, int], set[int]] = {}
    for arrival in arrivals:
        by_box.setdefault((arrival.mailbox, arrival.uidvalidity), set()).add(arrival.uid)
    return sum(len(known(session, box, validity, uids)) for (box, validity), uids in by_box.items())


def _insert_or_ignore(session: Session, table: Any) -> Insert:
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(table).on_conflict_do_nothing()
    return sqlite.insert(table).on_conflict_do_nothing()
