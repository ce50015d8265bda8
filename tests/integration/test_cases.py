"""Questions about cases: numbers given out once, the order of the queue, and finding what was said."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from casework import assign
from casework.answer import answer
from casework.classify import Judgement, judge
from casework.desk import Desk
from casework.sweep import sweep
from tests.desks import MONDAY_10, TUESDAY_17, Clock, build, member, open_ticket, settle_promises, ticket, words
from tickets import cases, clocks, worklist
from tickets.cases import UnknownTicket
from tickets.rows import add_all
from tickets.store import Store
from tickets.tables import Message
from tickets.worklist import Asked, Pile, QueueRow


def queue(desk: Desk, **filters: object) -> list[str]:
    return [one.reference for one in rows(desk, **filters)]


def rows(desk: Desk, **asked: object) -> list[QueueRow]:
    with desk.store.read() as session:
        return list(worklist.page(session, Asked(**asked), limit=50).rows)  # type: ignore[arg-type]


class TestNumbers:
    def test_they_run_by_year_without_a_gap(self, store: Store) -> None:
        taken = []
        for year, count in ((2026, 1), (2026, 3), (2027, 2), (2026, 1)):
            with store.write() as session:
                taken.append(cases.take_numbers(session, year, count))
        assert taken == [1, 2, 1, 5]

    def test_a_number_of_a_transaction_that_failed_is_given_out_again(self, store: Store) -> None:
        def fail() -> None:
            with store.write() as session:
                cases.take_numbers(session, 2026, 5)
                raise LookupError

        with pytest.raises(LookupError):
            fail()
        with store.write() as session:
            assert cases.take_numbers(session, 2026, 1) == 1

    def test_several_daemons_begin_the_year_at_once(self, store: Store) -> None:
        def take(_: int) -> int:
            with store.write() as session:
                return cases.take_numbers(session, 2027, 2)

        with ThreadPoolExecutor(4) as pool:
            assert sorted(pool.map(take, range(8))) == list(range(1, 17, 2))


class TestQueue:
    def test_danger_first_then_what_is_owed_soonest(self, desk: Desk) -> None:
        complaint = open_ticket(desk, kind="reclamo")
        tomorrow = open_ticket(desk, received_at=MONDAY_10 + timedelta(days=1))
        today = open_ticket(desk)
        danger = open_ticket(desk, risk=True, received_at=MONDAY_10 + timedelta(days=2))
        thanks = open_ticket(desk)
        judge(desk, member(desk), thanks, Judgement(kind="agradecimiento"))
        assert queue(desk) == [danger, today, tomorrow, complaint, thanks]

    def test_a_broken_promise_stays_on_top(self, desk: Desk, clock: Clock) -> None:
        late = open_ticket(desk)
        clock.now = TUESDAY_17 + timedelta(days=1)
        fresh = open_ticket(desk)
        sweep(desk)
        assert queue(desk) == [late, fresh]
        assert [one.due_at for one in rows(desk)] == [TUESDAY_17, TUESDAY_17 + timedelta(days=2)]

    def test_what_was_answered_leaves_it(self, desk: Desk) -> None:
        ref, other = open_ticket(desk), open_ticket(desk)
        settle_promises(desk, ref)
        assert queue(desk) == [other]
        assert queue(desk, pile=Pile.ENDED) == [ref]
        with desk.store.read() as session:
            assert cases.count_by_state(session) == {"answered": 1, "new": 1}

    def test_in_pages_that_together_are_the_whole_list(self, desk: Desk) -> None:
        for day in range(5):
            open_ticket(desk, received_at=MONDAY_10 + timedelta(days=day % 3), risk=day == 4)
        judge(desk, member(desk), open_ticket(desk), Judgement(kind="agradecimiento"))
        judge(desk, member(desk), open_ticket(desk, risk=True), Judgement(kind="agradecimiento"))
        read: list[str] = []
        after = None
        for _ in range(9):
            with desk.store.read() as session:
                found = worklist.page(session, Asked(), limit=1, after=after)
            read += [one.reference for one in found.rows]
            after = found.after
            if after is None:
                break
        assert read == queue(desk)
        assert len(read) == 7

    def test_by_hands_line_and_time(self, desk: Desk) -> None:
        mine, free = open_ticket(desk), open_ticket(desk)
        later = open_ticket(desk, received_at=MONDAY_10 + timedelta(days=1))
        assign.take(desk, member(desk), mine)
        judge(desk, member(desk), later, Judgement(line=5))
        assert queue(desk, assignee_id=member(desk).staff_id) == [mine]
        assert [one.assignee for one in rows(desk)] == ["Consultant", "", ""]
        assert queue(desk, unassigned=True) == [free, later]
        assert queue(desk, line=5) == [later]
        assert queue(desk, due_before=TUESDAY_17 + timedelta(seconds=1)) == [mine, free]
        assert queue(desk, pile=Pile.PROPOSED) == [mine, free]

    @pytest.mark.parametrize("text", ["ROSA@", "quispe", "mi pensión", "-000001", "1", "som-2026-000001"])
    def test_by_words(self, desk: Desk, text: str) -> None:
        ref = open_ticket(desk)
        assert queue(desk, text=text) == [ref]
        assert queue(desk, text="otra cosa") == []


class TestFinding:
    def test_a_case_by_its_reference_in_any_case(self, desk: Desk) -> None:
        ref = open_ticket(desk)
        with desk.store.read() as session:
            for text in (ref, ref.lower(), f" {ref} "):
                assert cases.find(session, text).reference == ref
            with pytest.raises(UnknownTicket, match="SOM-2026-000123"):
                cases.find(session, "SOM-2026-999999")
            with pytest.raises(UnknownTicket):
                cases.load(session, 999)

    def test_recent_cases_in_the_order_they_were_opened(self, desk: Desk) -> None:
        refs = [open_ticket(desk) for _ in range(4)]
        with desk.store.read() as session:
            assert [one.reference for one in cases.recent(session, limit=3)] == refs[1:]

    def test_earlier_cases_of_the_same_person(self, desk: Desk) -> None:
        first, second = open_ticket(desk), open_ticket(desk)
        open_ticket(desk, address="luz@example.org")
        last, nobody = open_ticket(desk), open_ticket(desk, address="")
        with desk.store.read() as session:
            last_id, nobody_id = cases.find(session, last).id or 0, cases.find(session, nobody).id or 0
            earlier = cases.other_tickets(session, "rosa@example.org", except_id=last_id)
            assert [one.reference for one in earlier] == [second, first]
            assert cases.other_tickets(session, "", except_id=nobody_id) == []

    def test_messages_by_their_ids_the_oldest_where_one_was_repeated(self, desk: Desk) -> None:
        from tickets.tables import Message

        first, second = open_ticket(desk), open_ticket(desk)
        with desk.store.write() as session:
            again = cases.find(session, second).id or 0
            session.add(
                Message(ticket_id=again, direction="in", kind="letter", at=MONDAY_10, message_id="<1@example.org>")
            )
        with desk.store.read() as session:
            found = cases.messages_by_rfc_id(session, ["<1@example.org>", "<2@example.org>", "<x@y>", ""])
            assert found == {
                "<1@example.org>": (cases.find(session, first).id, "rosa@example.org"),
                "<2@example.org>": (again, "rosa@example.org"),
            }
            assert cases.thread_ids(session, again, "ROSA@example.org") == ["<2@example.org>"]
            assert cases.thread_ids(session, again, "otra@example.org") == []
            assert cases.thread_ids(session, again, "rosa@example.org", limit=1) == ["<2@example.org>"]


class TestPromises:
    def test_who_still_owes_an_answer(self, desk: Desk, clock: Clock) -> None:
        kept, late, owed = open_ticket(desk), open_ticket(desk), open_ticket(desk, kind="reclamo")
        settle_promises(desk, kept)
        clock.now = TUESDAY_17 + timedelta(hours=1)
        sweep(desk)
        ids = {ref: ticket(desk, ref).id or 0 for ref in (kept, late, owed)}
        with desk.store.read() as session:
            assert clocks.owed(session, ids.values()) == {ids[late], ids[owed]}
            assert clocks.owed(session, []) == frozenset()
            assert sorted(clocks.open_of(session, ids.values())) == sorted([ids[late], ids[owed]])


def test_the_message_of_a_letter_of_ours_is_found_without_reading_all_messages(
    sqlite_store: Store, clock: Clock
) -> None:
    """Every answer asks for it while it holds the database's only lock for writing."""
    desk = build(sqlite_store, clock)
    ref, other = open_ticket(desk), open_ticket(desk)
    queued = answer(desk, member(desk), ref, words())
    counted: list[int] = []
    with sqlite_store.write() as session:
        one = {"ticket_id": cases.find(session, other).id, "direction": "in", "kind": "follow_up", "at": MONDAY_10}
        add_all(session, Message, [one] * 20_000)
        driver = session.connection().connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        driver.set_progress_handler(lambda: counted.append(1), 1000)
        found = cases.message_of_outgoing(session, queued.outgoing_id)
        driver.set_progress_handler(None, 0)
        assert found is not None
        assert found.ticket_id == cases.find(session, ref).id
    assert len(counted) < 5
