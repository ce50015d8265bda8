"""What stands unfinished at a desk is found without going through what is finished."""

from datetime import timedelta

from sqlalchemy import event

from casework.answer import answer, save_draft
from casework.desk import Desk
from tests.desks import Clock, build, member, open_ticket, settle_promises, words
from tickets import unfinished
from tickets.states import OutboxState, Role
from tickets.store import Store
from tickets.tables import Outgoing


def _set(desk: Desk, outgoing_id: int, state: OutboxState) -> None:
    with desk.store.write() as session:
        session.get_one(Outgoing, outgoing_id).state = state


def test_only_answers_of_persons_that_have_not_left(store: Store, clock: Clock) -> None:
    desk = build(store, clock)
    rosa, luz = member(desk, Role.CONSULTANT, "rosa"), member(desk, Role.CONSULTANT, "luz")
    refs = [open_ticket(desk) for _ in range(5)]
    later = answer(desk, rosa, refs[0], words(), leaves_at=clock.now + timedelta(hours=2))
    soon = answer(desk, luz, refs[1], words())
    trying = answer(desk, rosa, refs[2], words())
    _set(desk, trying.outgoing_id, OutboxState.DEFERRED)
    settle_promises(desk, refs[3])
    unsure = answer(desk, rosa, refs[4], words())
    _set(desk, unsure.outgoing_id, OutboxState.UNCERTAIN)
    with store.read() as session:
        found = unfinished.leaving(session)
        assert [(one.outgoing_id, one.reference, one.author_id) for one in found] == [
            (soon.outgoing_id, refs[1], luz.staff_id),
            (trying.outgoing_id, refs[2], rosa.staff_id),
            (later.outgoing_id, refs[0], rosa.staff_id),
        ]
        assert [one.state for one in found] == [OutboxState.WAITING, OutboxState.DEFERRED, OutboxState.WAITING]
        assert [one.outgoing_id for one in unfinished.leaving(session, limit=1)] == [soon.outgoing_id]
        mine = unfinished.leaving(session, author_id=rosa.staff_id, limit=1)
        assert [one.outgoing_id for one in mine] == [trying.outgoing_id], "others' letters take none of one's own room"
        assert unfinished.uncertain(session) == 1


def test_ones_own_drafts_and_nobody_elses(store: Store, clock: Clock) -> None:
    desk = build(store, clock)
    rosa, luz = member(desk, Role.CONSULTANT, "rosa"), member(desk, Role.CONSULTANT, "luz")
    first, second = open_ticket(desk), open_ticket(desk)
    save_draft(desk, rosa, first, "Hola")
    save_draft(desk, luz, second, "Hola")
    with store.read() as session:
        assert unfinished.begun_by(session, rosa.staff_id or 0) == frozenset({1})


def test_what_was_sent_long_ago_is_not_gone_through(sqlite_store: Store) -> None:
    asked: list[tuple[str, object]] = []
    with sqlite_store.read() as session:
        engine = session.get_bind()
        event.listen(engine, "before_cursor_execute", lambda *said: asked.append((said[2], said[3])))
        unfinished.leaving(session)
        unfinished.uncertain(session)
        plans = [
            row[3]
            for said, values in list(asked)
            for row in session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {said}", values)  # type: ignore[arg-type]
            if "outbox" in row[3]
        ]
    assert plans
    assert all("outbox_due (state=?" in plan for plan in plans), plans
