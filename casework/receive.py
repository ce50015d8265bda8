"""Taking letters in: bytes first, in a commit of their own; judgement and filing later, each letter all or nothing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import structlog

from casework import mailboxes, quarantine
from casework.desk import Desk
from casework.filing import file_batch
from casework.reading import UNJUDGED, Reading, classify, read
from inbox.poller import Fetched
from letters.clean import clean_line
from tickets import intake, notices
from tickets.intake import Arrival, Pending
from tickets.store import StoreError

log = structlog.get_logger()

KILL_POINTS: dict[str, int] = {
    "receive.keeping": 3,
    "receive.kept": 4,
    "receive.claimed": 6,
    "receive.read": 6,
    "receive.gathered": 7,
    "receive.judged": 8,
    "receive.filed": 9,
    "receive.committed": 9,
}
"""Where a crash test may stop this process, and the step of a letter's way that each belongs to."""


@dataclass(frozen=True, slots=True)
class MailLedger:
    """The ledger as ``inbox.poller`` asks for it."""

    desk: Desk

    def known(self, mailbox: str, uidvalidity: int, uids: Sequence[int]) -> frozenset[int]:
        """Return those of the uids that are already kept."""
        with self.desk.store.read() as session:
            return intake.known(session, mailbox, uidvalidity, uids)

    def keep(self, batch: Sequence[Fetched]) -> None:
        """Keep a fetched batch; returns after the commit."""
        keep(self.desk, [_arrival(fetched) for fetched in batch])

    def uidvalidity(self, mailbox: str) -> int | None:
        """Return the epoch last seen for this mailbox, or None the first time."""
        with self.desk.store.read() as session:
            return intake.last_uidvalidity(session, mailbox)

    def given_up(self, mailbox: str, uidvalidity: int, uids: Sequence[int]) -> frozenset[int]:
        """Return those of the uids that staff were told of: the server breaks off over them."""
        keys = {mailboxes.unreadable_key(mailbox, uidvalidity, uid): uid for uid in uids}
        with self.desk.store.read() as session:
            return frozenset(keys[key] for key in notices.known(session, keys))


def keep(desk: Desk, arrivals: Sequence[Arrival]) -> int:
    """Store bytes and ledger rows in one commit; returns how many copies were new."""
    desk.at("receive.keeping")
    with desk.store.write() as session:
        kept = intake.keep(session, arrivals, desk.clock())
    desk.at("receive.kept")
    return kept


def process(desk: Desk, *, stop: Callable[[], bool] = lambda: False) -> int:
    """Judge and file every letter that waits, batch by batch; returns how many were dealt with.

    A try is counted before it is made. A letter that was tried before is taken alone, and after so many tries it is
    put in quarantine as a ticket that a person reads, so that neither an error nor a crash over it stops others.
    """
    done = 0
    after = 0
    while not stop():
        with desk.store.write() as session:
            batch = intake.pending(
                session, letters=desk.settings.batch_letters, size=desk.settings.batch_bytes, after=after
            )
            intake.count_try(session, [one.id for one in batch])
        if not batch:
            return done
        desk.at("receive.claimed")
        after = batch[-1].id
        done += len(batch)
        _process_batch(desk, batch)
    return done


def _process_batch(desk: Desk, batch: Sequence[Pending]) -> None:
    with desk.store.read() as session:
        raw = intake.bodies(session, [one.raw_id for one in batch])
    readings = []
    for one in batch:
        if one.partial or one.attempts >= desk.settings.tries:
            quarantine.put_away(desk, one, raw[one.raw_id])
            continue
        try:
            readings.append(read(desk, one, raw[one.raw_id]))
        except Exception as error:  # noqa: BLE001  (the border: whatever one letter does, the others go on)
            _failed(desk, one, error)
    desk.at("receive.read")
    desk.at("receive.gathered")
    _file(desk, _judge(desk, readings))


def _judge(desk: Desk, readings: Sequence[Reading]) -> list[Reading]:
    """Add triage's verdicts; where triage fails, the letter goes on unjudged and a person reads it."""
    try:
        judged = classify(desk, readings)
    except Exception as error:
        log.error("triage failed", letters=[one.pending.id for one in readings], exc_info=error)
        if len(readings) > 1:
            return [one for reading in readings for one in _judge(desk, [reading])]
        judged = [replace(one, verdict=UNJUDGED) if one.by_person else one for one in readings]
    desk.at("receive.judged")
    return judged


def _file(desk: Desk, readings: Sequence[Reading]) -> None:
    if not readings:
        return
    try:
        with desk.store.write() as session:
            waiting = intake.still_waiting(session, [reading.pending.id for reading in readings])
            file_batch(desk, session, [one for one in readings if one.pending.id in waiting], desk.clock())
            desk.at("receive.filed")
    except Exception as error:  # noqa: BLE001  (the border: file one by one, so that each is all or nothing)
        if len(readings) == 1:
            _failed(desk, readings[0].pending, error)
            return
        for reading in readings:
            _file(desk, [reading])
        return
    desk.at("receive.committed")


def _failed(desk: Desk, pending: Pending, error: Exception) -> None:
    """Note what went wrong; the try itself was counted before. Store errors stop the pass instead."""
    if isinstance(error, StoreError):
        raise error
    log.error("letter failed", letter=pending.id, attempts=pending.attempts + 1, exc_info=error)
    with desk.store.write() as session:
        intake.record_error(session, pending.id, said(error))


def said(error: BaseException) -> str:
    """Return an error in one clean line; whatever it carries, noting it never fails."""
    try:
        text = str(error)
    except Exception as worse:  # noqa: BLE001  (an error that cannot even say what it is)
        text = f"({type(worse).__name__})"
    return clean_line(f"{type(error).__name__}: {text}", 400)


def _arrival(fetched: Fetched) -> Arrival:
    return Arrival(
        mailbox=fetched.mailbox,
        uidvalidity=fetched.uidvalidity,
        uid=fetched.uid,
        body=fetched.head if fetched.raw is None else fetched.raw,
        partial=fetched.raw is None,
        size=fetched.size,
        arrived_at=fetched.arrived_at,
        arrival_source=fetched.arrival,
    )
