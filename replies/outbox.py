"""What becomes of an outgoing letter after each attempt: pure rules over outcomes, counts and instants."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Literal, assert_never

from replies.parcel import Accepted, Outcome, Permanent, Temporary, Uncertain

State = Literal["waiting", "sending", "sent", "deferred", "refused", "uncertain"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxSettings:
    """How patiently a letter is tried.

    ``delays`` follow the first, second, ... counted attempt and the last one repeats; after ``patience`` in all the
    letter is given up. ``jitter`` is the share by which a delay varies from letter to letter, so that letters
    deferred together do not return together. ``reconnect`` is the delay when the relay could not be used at all.
    """

    delays: tuple[timedelta, ...] = (
        timedelta(minutes=1),
        timedelta(minutes=5),
        timedelta(minutes=15),
        timedelta(hours=1),
        timedelta(hours=4),
    )
    patience: timedelta = timedelta(hours=48)
    jitter: float = 0.2
    reconnect: timedelta = timedelta(minutes=1)
    undo: timedelta = timedelta(seconds=60)


def next_attempt_at(
    attempts: int, now: datetime, message_key: str, settings: OutboxSettings = OutboxSettings()
) -> datetime | None:
    """Return when to try again after ``attempts`` counted attempts (1 = the first just failed), or None to give up.

    The same key and count always give the same jitter.
    """
    count = max(attempts, 1)
    waited = sum((_delay(settings, number) for number in range(1, count)), timedelta())
    delay = _delay(settings, count)
    if waited + delay > settings.patience:
        return None
    return now + _jittered(delay, settings.jitter, f"{message_key}:{count}")


def decide(
    outcome: Outcome,
    attempts: int,
    now: datetime,
    settings: OutboxSettings = OutboxSettings(),
    key: str = "",
) -> tuple[State, datetime | None]:
    """Return the letter's new state and the instant of its next attempt (None: no automatic one).

    ``attempts`` counts this one. When ``Temporary.counted`` is False the letter was never offered: it goes back to
    waiting and never runs out of patience, and the caller takes the attempt off its count again.
    """
    match outcome:
        case Accepted():
            return "sent", None
        case Permanent():
            return "refused", None
        case Uncertain():
            return "uncertain", None
        case Temporary(counted=False):
            return "waiting", now + _jittered(settings.reconnect, settings.jitter, key)
        case Temporary():
            again_at = next_attempt_at(attempts, now, key, settings)
            return ("refused", None) if again_at is None else ("deferred", again_at)
        case _:
            assert_never(outcome)


def lease_lost() -> tuple[State, datetime | None]:
    """Return the state of a letter whose courier died between claim and report: nobody knows whether it went out."""
    return "uncertain", None


def release_at(now: datetime, due_at: datetime | None, settings: OutboxSettings = OutboxSettings()) -> datetime:
    """Return when a letter may leave: after the undo window, which shortens rather than pass the promise's due_at."""
    planned_at = now + settings.undo
    if due_at is None or planned_at <= due_at:
        return planned_at
    return max(now, due_at)


def _delay(settings: OutboxSettings, number: int) -> timedelta:
    return settings.delays[min(number, len(settings.delays)) - 1]


def _jittered(delay: timedelta, share: float, key: str) -> timedelta:
    """Vary a delay by up to ±share, evenly over keys."""
    point = int.from_bytes(sha256(key.encode("utf-8", "surrogatepass")).digest()[:8], "big") / 2**64
    return delay * (1 + share * (2 * point - 1))
