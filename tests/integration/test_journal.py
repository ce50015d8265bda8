"""The journal: chains that show every change made behind their back, and seals that hold the whole of it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text

from casework.desk import Desk
from tests.desks import open_ticket, ticket
from tickets import journal
from tickets.damage import NO_CHAIN
from tickets.journal import DESK, Event, Fault
from tickets.store import Store

AT = datetime(2026, 11, 23, 15, 0, 0, 250_000, tzinfo=UTC)
DAY = date(2026, 11, 23)


def event(chain: int, word: str, minute: int = 0, **facts: journal.Fact) -> Event:
    return Event(chain, AT + timedelta(minutes=minute), "desk", word, facts)


def write(store: Store, *events: Event) -> None:
    with store.write() as session:
        journal.append(session, events)


def three_chains(store: Store) -> None:
    """Write five entries in each of three chains, entwined as in life."""
    for number in range(1, 6):
        write(store, *(event(chain, f"happened_{number}", number, n=number, who="Ñ") for chain in (DESK, 7, 12)))


def verify(store: Store) -> list[Fault]:
    with store.read() as session:
        return list(journal.verify(session))


def seal(store: Store, on: date = DAY) -> str:
    with store.write() as session:
        return journal.seal(session, sealed_on=on, now=AT + timedelta(hours=8)).hash


def behind_its_back(store: Store, *statements: str) -> None:
    with store.write() as session:
        for statement in statements:
            session.execute(text(statement))


class TestChains:
    def test_what_was_written_verifies(self, store: Store) -> None:
        three_chains(store)
        assert verify(store) == []
        with store.read() as session:
            entries = journal.entries_of(session, 7)
        assert [(one.seq, one.event, one.facts) for one in entries] == [
            (number, f"happened_{number}", {"n": number, "who": "Ñ"}) for number in range(1, 6)
        ]
        assert [one.prev_hash for one in entries] == ["", *(one.hash for one in entries[:-1])]

    def test_an_empty_journal_verifies(self, store: Store) -> None:
        assert verify(store) == []

    def test_events_of_one_call_follow_each_other(self, store: Store) -> None:
        write(store, event(3, "a"), event(4, "x"), event(3, "b"), event(3, "c"))
        with store.read() as session:
            assert [one.event for one in journal.entries_of(session, 3)] == ["a", "b", "c"]
        assert verify(store) == []

    def test_a_fresh_chain_needs_no_look(self, store: Store) -> None:
        with store.write() as session:
            journal.append(session, [event(9, "a"), event(9, "b")], fresh=frozenset({9}))
        write(store, event(9, "c"))
        assert verify(store) == []

    def test_newest_entries_are_given_oldest_first(self, store: Store) -> None:
        three_chains(store)
        with store.read() as session:
            assert [one.seq for one in journal.entries_of(session, 7, limit=2)] == [4, 5]

    def test_several_writers_of_one_chain_wait_for_each_other(self, store: Store) -> None:
        def run(writer: int) -> None:
            for number in range(6):
                write(store, event(DESK, f"w{writer}", number), event(5, f"w{writer}", number))

        with ThreadPoolExecutor(3) as pool:
            list(pool.map(run, range(3)))
        with store.read() as session:
            assert len(journal.entries_of(session, DESK)) == 18
        assert verify(store) == []


class TestTampering:
    @pytest.mark.parametrize(
        ("statement", "seq", "kind"),
        [
            ("UPDATE journal SET event = 'sent' WHERE chain = 7 AND seq = 3", 3, "edited"),
            ("UPDATE journal SET actor = 'staff:1' WHERE chain = 7 AND seq = 1", 1, "edited"),
            ('UPDATE journal SET facts = \'{"n": 2, "who": "O"}\' WHERE chain = 7 AND seq = 2', 2, "edited"),
            ("UPDATE journal SET at = '2026-11-23 14:00:00' WHERE chain = 7 AND seq = 5", 5, "edited"),
            ("UPDATE journal SET hash = 'x' WHERE chain = 7 AND seq = 4", 4, "edited"),
            ("UPDATE journal SET prev_hash = 'x' WHERE chain = 7 AND seq = 4", 4, "edited"),
            ("UPDATE journal SET seq = 99 WHERE chain = 7 AND seq = 3", 3, "reordered"),
            ("DELETE FROM journal WHERE chain = 7 AND seq = 3", 3, "deleted"),
            ("DELETE FROM journal WHERE chain = 7 AND seq = 1", 1, "deleted"),
            ("DELETE FROM journal WHERE chain = 7 AND seq IN (2, 3)", 2, "deleted"),
        ],
    )
    def test_one_change_is_named(self, store: Store, statement: str, seq: int, kind: str) -> None:
        three_chains(store)
        behind_its_back(store, statement)
        assert [(one.chain, one.seq, one.kind) for one in verify(store)] == [(7, seq, kind)]

    def test_a_row_inserted(self, store: Store) -> None:
        three_chains(store)
        made_up = journal.entry_hash(7, 3, AT, "desk", "answered", {}, "")
        behind_its_back(
            store,
            *(f"UPDATE journal SET seq = {seq + 1} WHERE chain = 7 AND seq = {seq}" for seq in (5, 4, 3)),
            "INSERT INTO journal (chain, seq, at, actor, event, facts, prev_hash, hash) "
            f"VALUES (7, 3, '2026-11-23 15:00:00.25', 'desk', 'answered', '{{}}', '', '{made_up}')",
        )
        assert {(one.seq, one.kind) for one in verify(store)} == {(3, "inserted"), (3, "reordered")}

    def test_two_rows_exchanged(self, store: Store) -> None:
        three_chains(store)
        behind_its_back(store, *exchanged(7, 2, 4))
        assert [(one.seq, one.kind) for one in verify(store)] == [(2, "reordered"), (4, "reordered")]

    def test_a_row_moved_to_another_chain(self, store: Store) -> None:
        three_chains(store)
        behind_its_back(store, "UPDATE journal SET chain = 12, seq = 6 WHERE chain = 7 AND seq = 3")
        assert {(one.chain, one.seq, one.kind) for one in verify(store)} == {(7, 3, "deleted"), (12, 6, "inserted")}

    def test_a_row_edited_with_its_hash_is_named(self, store: Store) -> None:
        three_chains(store)
        with store.write() as session:
            entry = journal.entries_of(session, 7)[2]
            entry.event = "forged"
            entry.hash = journal.entry_hash(7, 3, entry.at, entry.actor, "forged", entry.facts, entry.prev_hash)
        assert [(one.chain, one.seq, one.kind) for one in verify(store)] == [(7, 3, "edited")]

    def test_a_long_chain_is_read_in_pieces(self, store: Store) -> None:
        write(store, *(event(DESK, "happened", number) for number in range(4500)))
        behind_its_back(
            store,
            "DELETE FROM journal WHERE chain = 0 AND seq = 2000",
            "UPDATE journal SET event = 'sent' WHERE chain = 0 AND seq = 4001",
            *exchanged(DESK, 1000, 3000),
        )
        found = {(one.seq, one.kind) for one in verify(store)}
        assert {(2000, "deleted"), (4001, "edited")} <= found
        assert {1000, 3000} <= {seq for seq, _ in found} <= {1000, 2000, 3000, 4001}

    @pytest.mark.parametrize("cell", ["facts = 'nada'", "at = 'ayer'", "seq = 'x'", "hash = x'00'", "event = x'ff'"])
    def test_a_cell_of_nonsense_does_not_stop_the_reading(self, sqlite_store: Store, cell: str) -> None:
        three_chains(sqlite_store)
        behind_its_back(sqlite_store, f"UPDATE journal SET {cell} WHERE chain = 7 AND seq = 3")
        assert {(one.chain, one.seq) for one in verify(sqlite_store)} & {(7, 3)}

    @pytest.mark.parametrize(("gone", "said"), [("= 9", "el registro 9"), ("IN (8, 9)", "los registros 8 a 9")])
    def test_the_end_of_a_chain_is_missed_in_the_numbering(self, sqlite_store: Store, gone: str, said: str) -> None:
        write(sqlite_store, *(event(DESK, "happened") for _ in range(7)), event(3, "opened"), event(4, "opened"))
        write(sqlite_store, event(DESK, "happened"))
        assert verify(sqlite_store) == []
        behind_its_back(sqlite_store, f"DELETE FROM journal WHERE id {gone}")
        [fault] = verify(sqlite_store)
        assert (fault.chain, fault.kind) == (NO_CHAIN, "deleted")
        assert said in fault.what

    def test_the_first_entries_of_all(self, sqlite_store: Store) -> None:
        write(sqlite_store, event(3, "opened"), event(4, "opened"))
        behind_its_back(sqlite_store, "DELETE FROM journal WHERE id = 1")
        [fault] = verify(sqlite_store)
        assert (fault.chain, fault.seq) == (NO_CHAIN, 1)

    def test_a_case_without_its_chain(self, desk: Desk) -> None:
        ref = open_ticket(desk)
        behind_its_back(desk.store, "DELETE FROM journal")
        [fault] = verify(desk.store)
        assert (fault.chain, fault.kind) == (ticket(desk, ref).id, "deleted")


def exchanged(chain: int, one: int, other: int) -> list[str]:
    """Return the statements that exchange two entries of a chain."""
    places = ((one, 99_999), (other, one), (99_999, other))
    return [f"UPDATE journal SET seq = {to} WHERE chain = {chain} AND seq = {of}" for of, to in places]


class TestSeals:
    def test_a_day_has_one_seal(self, store: Store) -> None:
        three_chains(store)
        first = seal(store)
        write(store, event(7, "later"))
        assert seal(store) == first
        assert seal(store, DAY + timedelta(days=1)) != first
        assert verify(store) == []

    def test_a_day_on_which_nothing_happened(self, store: Store) -> None:
        assert seal(store)
        three_chains(store)
        seal(store, DAY + timedelta(days=1))
        seal(store, DAY + timedelta(days=2))
        assert verify(store) == []

    @pytest.mark.parametrize("later", [False, True], ids=["the newest entries", "with more written since"])
    def test_a_tail_cut_off_is_found_by_the_seal(self, store: Store, later: bool) -> None:
        three_chains(store)
        seal(store)
        behind_its_back(store, "DELETE FROM journal WHERE chain = 7 AND seq >= 4")
        if later:
            write(store, event(7, "happened_4"), event(7, "happened_5"))
        fault = verify(store)[-1]
        assert fault.kind == "seal"
        assert "23/11/2026" in fault.what
        assert "faltan 2 asientos" in fault.what

    def test_a_whole_chain_removed_is_found_by_the_seal(self, store: Store) -> None:
        three_chains(store)
        seal(store)
        behind_its_back(store, "DELETE FROM journal WHERE chain = 12")
        assert [one.kind for one in verify(store)][-1] == "seal"

    def test_a_chain_forged_from_end_to_end_is_found_by_the_seal(self, store: Store) -> None:
        three_chains(store)
        seal(store)
        with store.write() as session:
            prev = ""
            for entry in journal.entries_of(session, 7):
                entry.actor, entry.prev_hash = "staff:9", prev
                prev = entry.hash = journal.entry_hash(
                    7, entry.seq, entry.at, "staff:9", entry.event, entry.facts, prev
                )
        [fault] = verify(store)
        assert fault.kind == "seal"
        assert "fue cambiado" in fault.what

    @pytest.mark.parametrize(
        "change",
        [
            "UPDATE seals SET hash = prev_hash WHERE id = 2",
            "UPDATE seals SET entries = entries - 1 WHERE id = 2",
            "UPDATE seals SET last_entry_id = last_entry_id - 1 WHERE id = 2",
            "UPDATE seals SET sealed_on = '2026-11-30' WHERE id = 3",
            "UPDATE seals SET sealed_at = '2026-11-23 00:00:00' WHERE id = 1",
            "DELETE FROM seals WHERE id = 1",
        ],
    )
    def test_a_seal_changed_or_removed(self, store: Store, change: str) -> None:
        for number in range(3):
            three_chains(store)
            seal(store, DAY + timedelta(days=number))
        assert verify(store) == []
        behind_its_back(store, change)
        assert verify(store)

    @pytest.mark.parametrize(
        "shown", [lambda digest: digest, lambda digest: digest[:8].upper()], ids=["whole", "short"]
    )
    def test_a_printed_seal_is_found_again(self, store: Store, shown: Callable[[str], str]) -> None:
        three_chains(store)
        digest = seal(store)
        with store.read() as session:
            found = journal.find_seal(session, shown(digest))
            assert found is not None
            assert (found.sealed_on, found.entries) == (DAY, 15)

    @pytest.mark.parametrize("digest", ["", "a", "%%%%%%%%", "________", "0" * 64])
    def test_no_such_seal(self, store: Store, digest: str) -> None:
        three_chains(store)
        seal(store)
        with store.read() as session:
            assert journal.find_seal(session, digest) is None
