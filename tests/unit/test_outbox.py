"""The rules of the outbox: what becomes of a letter after each attempt."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replies.outbox import OutboxSettings, decide, lease_lost, next_attempt_at, release_at
from replies.parcel import Accepted, Permanent, Temporary, Uncertain

NOW = datetime(2026, 11, 3, 15, 0, tzinfo=UTC)
STEADY = OutboxSettings(jitter=0.0)


@pytest.mark.parametrize(("attempts", "minutes"), [(1, 1), (2, 5), (3, 15), (4, 60), (5, 240), (6, 240), (15, 240)])
def test_delays_grow_and_the_last_repeats(attempts: int, minutes: int) -> None:
    assert next_attempt_at(attempts, NOW, "<1@som.example>", STEADY) == NOW + timedelta(minutes=minutes)


def test_a_letter_is_given_up_after_48_hours() -> None:
    at, attempts = NOW, 1
    while (again_at := next_attempt_at(attempts, at, "<1@som.example>", STEADY)) is not None:
        at, attempts = again_at, attempts + 1
    assert timedelta(hours=44) <= at - NOW <= timedelta(hours=48)


@given(attempts=st.integers(1, 30), key=st.text(max_size=40))
def test_jitter_is_bounded_and_always_the_same(attempts: int, key: str) -> None:
    steady, jittered = next_attempt_at(attempts, NOW, key, STEADY), next_attempt_at(attempts, NOW, key)
    assert (steady is None) == (jittered is None)
    if steady is not None and jittered is not None:
        assert abs((jittered - NOW) / (steady - NOW) - 1) <= 0.2 + 1e-9
        assert jittered == next_attempt_at(attempts, NOW, key)


def test_letters_deferred_together_do_not_return_together() -> None:
    assert len({next_attempt_at(3, NOW, f"<{number}@som.example>") for number in range(50)}) == 50


def test_accepted_is_sent_even_when_one_recipient_was_refused() -> None:
    assert decide(Accepted("250 ok", (("x@example.org", 550, "no"),)), 1, NOW) == ("sent", None)


def test_permanent_is_refused() -> None:
    assert decide(Permanent(550, "no"), 1, NOW) == ("refused", None)


def test_uncertain_waits_for_a_person() -> None:
    assert decide(Uncertain("lost"), 1, NOW) == ("uncertain", None) == lease_lost()


def test_temporary_is_deferred_until_patience_ends() -> None:
    assert decide(Temporary(451, "later"), 1, NOW, STEADY) == ("deferred", NOW + timedelta(minutes=1))
    assert decide(Temporary(451, "later"), 40, NOW, STEADY) == ("refused", None)


def test_letter_never_offered_waits_however_often() -> None:
    for attempts in (1, 40, 4000):
        outcome = Temporary(None, "relay down", counted=False)
        assert decide(outcome, attempts, NOW, STEADY) == ("waiting", NOW + timedelta(minutes=1))


@pytest.mark.parametrize(
    ("until_due", "wait"), [(timedelta(hours=2), 60), (timedelta(seconds=61), 60), (timedelta(seconds=20), 20)]
)
def test_undo_window_shortens_rather_than_pass_the_promise(until_due: timedelta, wait: int) -> None:
    assert release_at(NOW, NOW + until_due) == NOW + timedelta(seconds=wait)


def test_overdue_letter_leaves_at_once_and_one_without_promise_waits() -> None:
    assert release_at(NOW, NOW - timedelta(hours=1)) == NOW
    assert release_at(NOW, None) == NOW + timedelta(seconds=60)


def test_settings_are_obeyed() -> None:
    settings = OutboxSettings(
        delays=(timedelta(minutes=2),),
        patience=timedelta(minutes=5),
        jitter=0.0,
        reconnect=timedelta(minutes=9),
        undo=timedelta(seconds=5),
    )
    assert next_attempt_at(1, NOW, "", settings) == NOW + timedelta(minutes=2)
    assert next_attempt_at(3, NOW, "", settings) is None
    assert decide(Temporary(None, "", counted=False), 1, NOW, settings) == ("waiting", NOW + timedelta(minutes=9))
    assert release_at(NOW, None, settings) == NOW + timedelta(seconds=5)
