"""The outbox in the database: what is due is claimed under a lease, by one courier alone, and never while held."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import pytest

from tickets import outgoing
from tickets.rows import add_all_with_ids
from tickets.states import OutboxState, OutgoingKind
from tickets.store import Store
from tickets.tables import Outgoing

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
LEASE = timedelta(minutes=10)


def put(store: Store, count: int = 1, **changes: object) -> list[int]:
    with store.write() as session:
        first = sum(outgoing.count_by_state(session).values())
        plain = {
            "kind": OutgoingKind.ACKNOWLEDGEMENT,
            "state": OutboxState.WAITING,
            "to_address": "rosa@example.org",
            "recipients": ["rosa@example.org"],
            "payload": b"hola",
            "created_at": NOW,
            "next_attempt_at": NOW,
        }
        return add_all_with_ids(
            session,
            Outgoing,
            [
                {**plain, "dedupe_key": f"k{number}", "message_id": f"<{number}@example.pe>", **changes}
                for number in range(first, first + count)
            ],
        )


def claim(store: Store, owner: str = "a:1", *, now: datetime = NOW, limit: int = 20, begin: bool = False) -> list[int]:
    with store.write() as session:
        letters = outgoing.claim(session, now=now, limit=limit, owner=owner, lease=LEASE)
        if begin:
            for letter in letters:
                outgoing.begin(letter, now=now, lease=LEASE)
        return [letter.id or 0 for letter in letters]


def letter(store: Store, letter_id: int) -> Outgoing:
    with store.read() as session:
        return session.get_one(Outgoing, letter_id)


class TestClaiming:
    def test_what_is_due_earliest_first(self, store: Store) -> None:
        [late] = put(store, next_attempt_at=NOW)
        [early] = put(store, next_attempt_at=NOW - timedelta(hours=1))
        [again] = put(store, next_attempt_at=NOW - timedelta(minutes=1), state=OutboxState.DEFERRED)
        [tomorrow] = put(store, next_attempt_at=NOW + timedelta(seconds=1))
        assert claim(store, limit=2) == [early, again]
        assert claim(store) == [late]
        assert claim(store) == []
        assert claim(store, now=NOW + timedelta(seconds=1)) == [tomorrow]

    @pytest.mark.parametrize("state", [one for one in OutboxState if one not in ("waiting", "deferred")])
    def test_nothing_else_is_ever_due(self, store: Store, state: OutboxState) -> None:
        put(store, state=state)
        assert claim(store, now=NOW + timedelta(days=30)) == []

    def test_a_claim_alone_is_no_attempt(self, store: Store) -> None:
        [one] = put(store)
        claim(store)
        found = letter(store, one)
        assert (found.state, found.attempts, found.attempted_at) == ("waiting", 0, None)
        assert (found.lease_owner, found.lease_until) == ("a:1", NOW + LEASE)

    def test_an_attempt_is_on_record_before_it_is_made(self, store: Store) -> None:
        [one] = put(store)
        claim(store, begin=True)
        found = letter(store, one)
        assert (found.state, found.attempts, found.attempted_at) == ("sending", 1, NOW)

    def test_a_lease_that_ran_out_before_the_attempt_is_claimed_again(self, store: Store) -> None:
        [one] = put(store)
        claim(store)
        assert claim(store, "b:2", now=NOW + LEASE - timedelta(seconds=1)) == []
        assert claim(store, "b:2", now=NOW + LEASE) == [one]
        assert letter(store, one).lease_owner == "b:2"


class TestExpiry:
    def test_a_letter_whose_courier_died_is_found(self, store: Store) -> None:
        [sending] = put(store)
        claim(store, begin=True)
        put(store)
        claim(store)  # merely leased: nothing is unknown about it
        for after, found in ((LEASE, []), (LEASE + timedelta(seconds=1), [sending])):
            with store.write() as session:
                assert [one.id for one in outgoing.expired(session, NOW + after)] == found

    def test_after_a_restore_nobody_knows_what_was_in_flight(self, store: Store) -> None:
        [sending] = put(store)
        claim(store, begin=True)
        [waiting] = put(store)
        with store.write() as session:
            assert outgoing.uncertain_all_in_flight(session, NOW) == 1
        assert (letter(store, sending).state, letter(store, waiting).state) == ("uncertain", "waiting")


class TestHolding:
    def test_nothing_is_due_while_held(self, store: Store) -> None:
        [one] = put(store)
        with store.write() as session:
            outgoing.hold(session, "restaurada", NOW)
        assert claim(store, now=NOW + timedelta(days=1)) == []
        with store.read() as session:
            assert outgoing.held(session) == "restaurada"
        with store.write() as session:
            outgoing.hold(session, "", NOW)
        assert claim(store) == [one]


class TestSeveralCouriers:
    def test_no_letter_is_taken_twice(self, store: Store) -> None:
        ids = put(store, 40)

        def courier(name: str) -> list[int]:
            return [one for taken in iter(lambda: claim(store, name, limit=3, begin=True), []) for one in taken]

        with ThreadPoolExecutor(4) as pool:
            taken = list(pool.map(courier, ("a:1", "b:2", "c:3", "d:4")))
        assert sorted(one for some in taken for one in some) == ids
        for name, some in zip(("a:1", "b:2", "c:3", "d:4"), taken, strict=True):
            assert all((letter(store, one).lease_owner, letter(store, one).attempts) == (name, 1) for one in some)

    def test_on_postgresql_nobody_waits_for_another(self, postgresql_store: Store) -> None:
        ids = put(postgresql_store, 6)

        def taken(sessions: ExitStack) -> Iterator[list[int | None]]:
            for owner in ("a:1", "b:2", "c:3"):  # all three transactions are open at once
                session = sessions.enter_context(postgresql_store.write())
                letters = outgoing.claim(session, now=NOW, limit=2, owner=owner, lease=LEASE)
                session.flush()
                yield [one.id for one in letters]

        with ExitStack() as sessions:
            assert list(taken(sessions)) == [ids[0:2], ids[2:4], ids[4:6]]


class TestLists:
    def test_a_letter_that_a_person_took_back_is_no_failed_one(self, store: Store) -> None:
        failed, taken_back = put(store, 2)
        with store.write() as session:
            for one in (failed, taken_back):
                found = outgoing.load(session, one)
                assert found is not None
                found.state, found.last_text = OutboxState.REFUSED, "550 no such user"
                if one == taken_back:
                    outgoing.take_back(found)
        with store.read() as session:
            assert outgoing.count_failed(session) == 1
            assert outgoing.count_by_state(session) == {"refused": 2}

    def test_states_are_counted_and_listed(self, store: Store) -> None:
        first = put(store, 2)
        [refused] = put(store, state=OutboxState.REFUSED)
        with store.read() as session:
            assert outgoing.count_by_state(session) == {"waiting": 2, "refused": 1}
            assert outgoing.count_failed(session) == 1
            assert [one.id for one in outgoing.listing(session)] == [*first, refused]
            assert [one.id for one in outgoing.listing(session, limit=2)] == [first[1], refused]
            assert [one.id for one in outgoing.listing(session, states=["refused"])] == [refused]

    def test_letters_are_found_by_message_id(self, store: Store) -> None:
        [one] = put(store)
        with store.read() as session:
            assert outgoing.by_message_id(session, ["<0@example.pe>", "<x@y>"]) == {"<0@example.pe>": (one, None)}
            assert outgoing.by_message_id(session, []) == {}

    def test_acknowledgements_are_counted_by_address_and_hour(self, store: Store) -> None:
        put(store, 2)
        put(store, next_attempt_at=NOW + timedelta(minutes=70), to_address="luz@example.org")
        put(store, kind=OutgoingKind.NOTICE)
        put(store, created_at=NOW - timedelta(days=2), next_attempt_at=NOW - timedelta(days=2))
        with store.read() as session:
            addresses = ["rosa@example.org", "luz@example.org", "otra@example.org"]
            assert outgoing.acknowledged_since(session, addresses, NOW - timedelta(hours=24)) == {
                "rosa@example.org": 2,
                "luz@example.org": 1,
            }
            assert outgoing.acknowledgements_planned(session, NOW) == [(NOW, 2), (NOW + timedelta(hours=1), 1)]
