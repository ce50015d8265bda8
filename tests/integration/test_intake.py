"""The intake ledger: bytes kept once, copies known again, and an order of taking out that no letter can spoil."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from tickets import intake
from tickets.intake import COMPRESSIBLE_FROM, Arrival, Pending
from tickets.rows import core
from tickets.states import IntakeOutcome, IntakeState
from tickets.store import Store, StoreDamaged
from tickets.tables import Intake, RawLetter

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)


def arrival(uid: int, body: bytes | None = None, *, mailbox: str = "som", epoch: int = 1) -> Arrival:
    body = b"Subject: carta %d\r\n\r\nhola" % uid if body is None else body
    return Arrival(mailbox=mailbox, uidvalidity=epoch, uid=uid, body=body, size=len(body), arrived_at=NOW)


def keep(store: Store, *arrivals: Arrival) -> int:
    with store.write() as session:
        return intake.keep(session, arrivals, NOW + timedelta(minutes=1))


def pending(store: Store, *, letters: int = 50, size: int = 10_000_000, after: int = 0) -> list[Pending]:
    with store.read() as session:
        return intake.pending(session, letters=letters, size=size, after=after)


def rows(store: Store, table: type[Intake] | type[RawLetter]) -> int:
    with store.read() as session:
        return session.execute(select(func.count()).select_from(core(table))).scalar_one()


def settle(store: Store, one: Pending, **changes: object) -> None:
    row = {"id": one.id, "state": IntakeState.PROCESSED, "outcome": IntakeOutcome.TICKET, **changes}
    with store.write() as session:
        intake.settle(session, [row])


class TestKeeping:
    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"\x00\xff\r\n not even a letter \x80",
            b"Subject: larga\r\n\r\n" + b"la misma frase una y otra vez " * 500,
            bytes(range(256)) * 4,
            hashlib.shake_256(b"nothing to compress").digest(COMPRESSIBLE_FROM + 100),
        ],
        ids=["empty", "bytes", "compressible", "pattern", "random"],
    )
    def test_bytes_come_back_as_they_arrived(self, store: Store, body: bytes) -> None:
        keep(store, arrival(1, body))
        [one] = pending(store)
        with store.read() as session:
            assert intake.bodies(session, [one.raw_id]) == {one.raw_id: body}
            assert intake.raw_of(session, one.id) == body
        assert (one.sha256, one.size) == (hashlib.sha256(body).hexdigest(), len(body))

    def test_long_letters_are_stored_packed(self, store: Store) -> None:
        keep(store, arrival(1, b"la misma frase una y otra vez " * 500))
        with store.read() as session:
            [raw] = session.execute(select(RawLetter)).scalars()
        assert raw.codec == "zlib"
        assert len(raw.body) < raw.size / 10

    def test_a_copy_already_known_is_left_alone(self, store: Store) -> None:
        assert keep(store, arrival(1), arrival(2)) == 2
        assert keep(store, arrival(2, b"other bytes under a known number"), arrival(3)) == 1
        assert [one.sha256 for one in pending(store)][1] == hashlib.sha256(arrival(2).body).hexdigest()
        assert keep(store, arrival(1), arrival(2), arrival(3)) == 0
        assert rows(store, Intake) == 3

    def test_the_same_number_twice_in_one_batch(self, store: Store) -> None:
        assert keep(store, arrival(1), arrival(1)) == 1
        assert rows(store, Intake) == 1

    def test_a_copy_is_known_by_mailbox_epoch_and_number_together(self, store: Store) -> None:
        same = arrival(7).body
        boxes = [("som", 1, 7), ("som", 2, 7), ("otro", 1, 7), ("som", 1, 8)]
        assert keep(store, *(arrival(uid, same, mailbox=box, epoch=epoch) for box, epoch, uid in boxes)) == 4
        assert rows(store, Intake) == 4
        assert rows(store, RawLetter) == 1, "the same bytes are stored once, whatever mailboxes they came to"

    def test_same_bytes_in_a_later_batch_are_not_stored_again(self, store: Store) -> None:
        keep(store, arrival(1, b"same"))
        keep(store, arrival(1, b"same", mailbox="otro"))
        assert rows(store, RawLetter) == 1
        assert len({one.raw_id for one in pending(store)}) == 1

    def test_header_blocks_of_two_large_letters_are_not_one_letter(self, store: Store) -> None:
        large = replace(arrival(1, b"Subject: grande\r\n\r\n"), partial=True, size=80_000_000)
        keep(store, large, replace(large, uid=2))
        first, second = pending(store)
        assert first.sha256 != second.sha256
        assert (first.partial, first.size) == (True, 80_000_000)

    def test_nothing_to_keep(self, store: Store) -> None:
        assert keep(store) == 0

    def test_several_daemons_keep_the_same_letters_once(self, store: Store) -> None:
        batch = [arrival(uid) for uid in range(1, 21)]
        with ThreadPoolExecutor(3) as pool:
            list(pool.map(lambda _: keep(store, *batch), range(3)))
        assert (rows(store, Intake), rows(store, RawLetter)) == (20, 20)

    def test_bytes_that_cannot_be_read_back(self, store: Store) -> None:
        keep(store, arrival(1, b"x" * 5000))
        with store.write() as session:
            session.execute(update(core(RawLetter)).values(codec="zlib", body=b"no"))
        with store.read() as session, pytest.raises(StoreDamaged, match="cannot be read back"):
            intake.raw_of(session, 1)


class TestKnowing:
    def test_known_numbers_of_one_mailbox_and_epoch(self, store: Store) -> None:
        keep(store, arrival(1), arrival(3), arrival(5, mailbox="otro"), arrival(6, epoch=2))
        with store.read() as session:
            assert intake.known(session, "som", 1, range(1, 1200)) == {1, 3}
            assert intake.known(session, "som", 2, [1, 6]) == {6}
            assert intake.known(session, "som", 1, []) == frozenset()
            assert (intake.count(session, "som"), intake.count(session, "otro")) == (3, 1)

    def test_the_epoch_last_seen_on_the_server(self, store: Store) -> None:
        with store.read() as session:
            assert intake.last_uidvalidity(session, "som") is None
        keep(store, arrival(1, epoch=9), arrival(1, epoch=4))
        keep(store, replace(arrival(1, epoch=77), arrival_source="file_time"))
        with store.read() as session:
            assert intake.last_uidvalidity(session, "som") == 4, "files read by command are no epoch of the server"

    def test_large_epochs_and_numbers(self, store: Store) -> None:
        keep(store, arrival(2**32 - 1, epoch=2**32 - 1))
        with store.read() as session:
            assert intake.known(session, "som", 2**32 - 1, [2**32 - 1]) == {2**32 - 1}


class TestTakingOut:
    def test_the_oldest_first_so_many_at_a_time(self, store: Store) -> None:
        keep(store, *(arrival(uid) for uid in range(1, 8)))
        first = pending(store, letters=3)
        assert [one.id for one in first] == [1, 2, 3]
        assert [one.id for one in pending(store, letters=3, after=3)] == [4, 5, 6]

    def test_so_many_bytes_at_a_time_but_at_least_one(self, store: Store) -> None:
        keep(store, *(arrival(uid, b"%d" % uid * 400) for uid in range(1, 5)))
        assert len(pending(store, size=1000)) == 2
        assert len(pending(store, size=1)) == 1

    def test_a_letter_that_is_not_loaded_costs_no_bytes(self, store: Store) -> None:
        large = replace(arrival(1), partial=True, size=80_000_000)
        keep(store, large, replace(large, uid=2), arrival(3))
        assert len(pending(store, size=1000)) == 3

    def test_a_letter_tried_before_comes_alone(self, store: Store) -> None:
        keep(store, *(arrival(uid) for uid in range(1, 6)))
        with store.write() as session:
            intake.count_try(session, [3])
        assert [one.id for one in pending(store)] == [1, 2]
        [alone] = pending(store, after=2)
        assert (alone.id, alone.attempts) == (3, 1)
        assert [one.id for one in pending(store, after=3)] == [4, 5]

    def test_judged_and_quarantined_letters_are_not_given_again(self, store: Store) -> None:
        keep(store, arrival(1), arrival(2), arrival(3))
        first, second, _ = pending(store)
        settle(store, first)
        settle(store, second, state=IntakeState.QUARANTINED, outcome=IntakeOutcome.QUARANTINE)
        assert [one.id for one in pending(store)] == [3]
        with store.read() as session:
            found = intake.copies(session, "som", 1, [1, 2, 3, 4])
            assert found == {1: (1, "ticket"), 2: (2, "quarantine"), 3: (3, "")}
            assert intake.last_id(session) == 3
            assert [one.id for one in intake.quarantined(session)] == [2]

    def test_an_error_is_noted_without_counting_a_try(self, store: Store) -> None:
        keep(store, arrival(1))
        with store.write() as session:
            intake.record_error(session, 1, "ValueError: " + "x" * 900)
        [one] = pending(store)
        assert (one.attempts, len(one.last_error)) == (0, 500)

    def test_only_letters_that_still_wait(self, store: Store) -> None:
        keep(store, arrival(1), arrival(2))
        settle(store, pending(store)[0])
        with store.write() as session:
            assert intake.still_waiting(session, [1, 2, 99]) == {2}
            assert intake.still_waiting(session, []) == frozenset()

    def test_letters_that_another_daemon_holds_are_left_out(self, postgresql_store: Store) -> None:
        keep(postgresql_store, arrival(1), arrival(2), arrival(3))
        with postgresql_store.write() as mine, postgresql_store.write() as theirs:
            assert intake.still_waiting(mine, [1, 2]) == {1, 2}
            assert intake.still_waiting(theirs, [1, 2, 3]) == {3}


class TestContents:
    def test_a_letter_already_judged_is_known_by_its_content(self, store: Store) -> None:
        keep(store, arrival(1), arrival(2), arrival(3))
        first, second, third = pending(store)
        settle(store, first, content_key="k1", ticket_id=11)
        settle(store, second, content_key="k2", ticket_id=None, outcome=IntakeOutcome.MACHINE)
        settle(store, third, content_key="k3", ticket_id=13, state=IntakeState.QUARANTINED)
        with store.read() as session:
            assert intake.by_content(session, ["k1", "k2", "k3", "k4"]) == {"k1": 11, "k2": None}

    def test_the_first_letter_of_that_content_is_meant(self, store: Store) -> None:
        keep(store, arrival(1), arrival(2))
        first, second = pending(store)
        settle(store, first, content_key="k", ticket_id=11)
        settle(store, second, content_key="k", ticket_id=12)
        with store.read() as session:
            assert intake.by_content(session, ["k"]) == {"k": 11}


class TestTryingAgain:
    def quarantined(self, store: Store, one: Arrival) -> int:
        keep(store, one)
        [waiting] = pending(store)
        with store.write() as session:
            intake.count_try(session, [waiting.id])
            intake.record_error(session, waiting.id, "ValueError: x")
        quarantine = {"state": IntakeState.QUARANTINED, "outcome": IntakeOutcome.QUARANTINE, "ticket_id": 5}
        settle(store, waiting, **quarantine)
        return waiting.id

    def test_a_quarantined_letter_waits_again_with_its_ticket(self, store: Store) -> None:
        letter_id = self.quarantined(store, arrival(1))
        with store.write() as session:
            assert intake.retry(session, letter_id) == 5
        [again] = pending(store)
        assert (again.attempts, again.last_error, again.ticket_id) == (0, "", 5)

    def test_what_cannot_be_tried_again(self, store: Store) -> None:
        large = self.quarantined(store, replace(arrival(1), partial=True))
        keep(store, arrival(2))
        with store.write() as session:
            assert intake.retry(session, large) is None, "only its header block is here"
            assert intake.retry(session, large + 1) is None, "it still waits"
            assert intake.retry(session, 99) is None
            assert intake.raw_of(session, 99) is None
