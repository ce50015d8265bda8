"""A person's judgement and the ends of a case: what they do to the promise, and what is refused."""

from datetime import date, timedelta

import pytest

from calendar_pe.clock import at_lima
from casework import assign, close, note
from casework.assign import CannotAssign
from casework.classify import BadJudgement, Judgement, judge
from casework.close import OUTCOMES, UNSOLVED, CannotClose
from casework.desk import Desk
from casework.note import EmptyNote
from casework.sweep import sweep
from tests.desks import (
    MONDAY_10,
    TUESDAY_17,
    Clock,
    events,
    faults,
    member,
    open_ticket,
    promise,
    promises,
    settle_promises,
    ticket,
)
from tickets import cases
from tickets.states import ImpossibleMove, Role, TicketState


def say(desk: Desk, ref: str, **what: object) -> None:
    judge(desk, member(desk), ref, Judgement(**what))  # type: ignore[arg-type]


class TestJudging:
    def test_a_person_confirms_what_the_model_proposed(self, desk: Desk) -> None:
        ref = open_ticket(desk)
        before = ticket(desk, ref)
        say(desk, ref)
        after = ticket(desk, ref)
        assert (after.line, after.kind, after.proposed) == (before.line, before.kind, False)
        assert (after.line_confirmed, after.kind_confirmed) == (True, True)
        assert after.version == before.version + 1
        assert promise(desk, ref).state == "open"
        assert events(desk, ref) == ["opened", "judged"]

    def test_a_person_corrects_it_and_the_verdict_is_kept(self, desk: Desk) -> None:
        ref = open_ticket(desk)
        say(desk, ref, line=4, on_behalf=True, trafficking_risk=True)
        after = ticket(desk, ref)
        assert (after.line, after.on_behalf, after.trafficking_risk, after.kind) == (4, True, True, "consulta")
        with desk.store.read() as session:
            verdict = cases.latest_verdict(session, after.id or 0)
        assert verdict is not None
        assert (verdict.line, verdict.staff_id, verdict.confidence) == (4, member(desk).staff_id, 1.0)

    @pytest.mark.parametrize("wrong", [{"line": 6}, {"line": -1}, {"kind": "queja"}, {"kind": ""}])
    def test_a_judgement_that_does_not_exist(self, desk: Desk, wrong: dict[str, object]) -> None:
        ref = open_ticket(desk)
        with pytest.raises(BadJudgement, match="no existe"):
            say(desk, ref, **wrong)
        assert events(desk, ref) == ["opened"]


class TestKindsAndPromises:
    @pytest.mark.parametrize(("kind", "due_on"), [("sugerencia", date(2026, 12, 2)), ("reclamo", date(2027, 1, 8))])
    def test_a_longer_term_replaces_the_promise_from_the_same_arrival(
        self, desk: Desk, clock: Clock, kind: str, due_on: date
    ) -> None:
        ref = open_ticket(desk)
        clock.forward(hours=3)
        say(desk, ref, kind=kind)
        void, new = promises(desk, ref)
        assert (void.state, void.kind, new.state, new.kind) == ("void", "consulta", "open", kind)
        assert (new.received_at, new.due_at, new.message_id) == (MONDAY_10, at_lima(due_on, 17), void.message_id)
        assert ticket(desk, ref).target_at == new.target_at
        assert events(desk, ref) == ["opened", "judged", "promise_void", "promised"]
        assert faults(desk.store) == []

    @pytest.mark.parametrize("kind", ["agradecimiento", "ajeno"])
    def test_no_term_ends_the_promise(self, desk: Desk, kind: str) -> None:
        ref = open_ticket(desk)
        say(desk, ref, kind=kind)
        assert (promise(desk, ref).state, ticket(desk, ref).target_at) == ("void", None)

    def test_the_same_kind_changes_no_clock(self, desk: Desk) -> None:
        ref = open_ticket(desk)
        say(desk, ref, kind="consulta", line=1)
        assert promise(desk, ref).state == "open"

    def test_a_void_promise_never_breaks(self, desk: Desk, clock: Clock) -> None:
        ref = open_ticket(desk)
        say(desk, ref, kind="agradecimiento")
        clock.now = TUESDAY_17 + timedelta(days=7)
        assert sweep(desk).broken == 0

    def test_a_judgement_taken_back_brings_the_promise_back(self, desk: Desk, clock: Clock) -> None:
        ref = open_ticket(desk)
        say(desk, ref, kind="agradecimiento")
        clock.forward(hours=5)
        say(desk, ref, kind="consulta")
        void, again = promises(desk, ref)
        assert (void.state, again.state) == ("void", "open")
        assert (again.received_at, again.due_at) == (MONDAY_10, TUESDAY_17)
        assert ticket(desk, ref).target_at == again.target_at
        say(desk, ref, kind="consulta")
        assert len(promises(desk, ref)) == 2, "once is enough"

    def test_from_a_complaint_back_to_a_question(self, desk: Desk) -> None:
        ref = open_ticket(desk)
        for kind in ("reclamo", "ajeno", "sugerencia", "consulta"):
            say(desk, ref, kind=kind)
        assert [(one.kind, one.state) for one in promises(desk, ref)] == [
            ("consulta", "void"),
            ("reclamo", "void"),
            ("sugerencia", "void"),
            ("consulta", "open"),
        ]

    def test_what_was_answered_is_not_owed_again(self, desk: Desk, clock: Clock) -> None:
        ref = open_ticket(desk)
        clock.forward(hours=1)
        settle_promises(desk, ref)
        say(desk, ref, kind="reclamo")
        assert [one.state for one in promises(desk, ref)] == ["kept"]

    def test_thanks_that_were_answered_are_not_owed_as_a_question(self, desk: Desk, clock: Clock) -> None:
        ref = open_ticket(desk)
        say(desk, ref, kind="agradecimiento")
        clock.forward(hours=1)
        settle_promises(desk, ref)
        say(desk, ref, kind="consulta")
        assert [one.state for one in promises(desk, ref)] == ["void"]

    def test_a_broken_promise_stays_broken_whatever_is_judged(self, desk: Desk, clock: Clock) -> None:
        ref = open_ticket(desk)
        clock.now = TUESDAY_17 + timedelta(hours=1)
        sweep(desk)
        say(desk, ref, kind="reclamo")
        assert promise(desk, ref).state == "broken"


class TestClosing:
    def test_not_while_an_answer_is_owed(self, desk: Desk, clock: Clock) -> None:
        ref = open_ticket(desk)
        with pytest.raises(CannotClose, match="todavía espera respuesta"):
            close.close(desk, member(desk), ref, "oriented")
        clock.now = TUESDAY_17 + timedelta(hours=1)
        sweep(desk)
        with pytest.raises(CannotClose, match="todavía espera respuesta"):
            close.close(desk, member(desk), ref, "oriented")
        assert ticket(desk, ref).state == "new"

    @pytest.mark.parametrize("outcome", OUTCOMES)
    def test_with_every_outcome_once_answered(self, desk: Desk, clock: Clock, outcome: str) -> None:
        ref = open_ticket(desk)
        settle_promises(desk, ref)
        clock.forward(minutes=5)
        close.close(desk, member(desk), ref, outcome)
        closed = ticket(desk, ref)
        assert (closed.state, closed.outcome, closed.closed_at) == ("closed", outcome, clock.now)
        assert events(desk, ref)[-1] == "closed"

    @pytest.mark.parametrize("outcome", OUTCOMES)
    def test_danger_is_never_called_solved(self, desk: Desk, outcome: str) -> None:
        ref = open_ticket(desk, risk=True)
        settle_promises(desk, ref)
        if outcome in UNSOLVED:
            close.close(desk, member(desk), ref, outcome)
            assert ticket(desk, ref).outcome == outcome
            return
        with pytest.raises(CannotClose, match="riesgo de trata"):
            close.close(desk, member(desk), ref, outcome)
        assert ticket(desk, ref).state != "closed"

    def test_an_outcome_that_does_not_exist(self, desk: Desk) -> None:
        with pytest.raises(CannotClose, match="no es un resultado"):
            close.close(desk, member(desk), open_ticket(desk), "listo")

    def test_not_twice(self, desk: Desk) -> None:
        ref = open_ticket(desk)
        settle_promises(desk, ref)
        close.close(desk, member(desk), ref, "oriented")
        with pytest.raises(ImpossibleMove):
            close.close(desk, member(desk), ref, "oriented")

    def test_opened_again_it_owes_nothing_new(self, desk: Desk) -> None:
        ref = open_ticket(desk)
        settle_promises(desk, ref)
        close.close(desk, member(desk), ref, "oriented")
        close.reopen(desk, member(desk), ref)
        assert (ticket(desk, ref).state, ticket(desk, ref).closed_at) == ("open", None)
        assert [one.state for one in promises(desk, ref)] == ["kept"]

    def test_only_an_ended_case_is_opened_again(self, desk: Desk) -> None:
        with pytest.raises(ImpossibleMove):
            close.reopen(desk, member(desk), open_ticket(desk))


class TestHands:
    def test_take_and_give_back(self, desk: Desk) -> None:
        ref, who = open_ticket(desk), member(desk)
        assign.take(desk, who, ref)
        assert (ticket(desk, ref).state, ticket(desk, ref).assignee_id) == ("open", who.staff_id)
        assign.take(desk, who, ref)
        assign.release(desk, who, ref)
        assert (ticket(desk, ref).state, ticket(desk, ref).assignee_id) == ("new", None)
        assert events(desk, ref) == ["opened", "taken", "taken", "released"]

    def test_what_nobody_has_is_not_given_back(self, desk: Desk) -> None:
        ref = open_ticket(desk)
        version = ticket(desk, ref).version
        for role in (Role.CONSULTANT, Role.SUPERVISOR):
            assert assign.release(desk, member(desk, role), ref) is False
        assert (events(desk, ref), ticket(desk, ref).version) == (["opened"], version)
        assign.take(desk, member(desk), ref)
        assert assign.release(desk, member(desk), ref) is True

    def test_a_colleagues_case_is_not_taken(self, desk: Desk) -> None:
        ref, luz = open_ticket(desk), member(desk, login="luz")
        assign.take(desk, luz, ref)
        with pytest.raises(CannotAssign, match="colega"):
            assign.take(desk, member(desk), ref)
        with pytest.raises(CannotAssign, match="no está en sus manos"):
            assign.release(desk, member(desk), ref)
        assert ticket(desk, ref).assignee_id == luz.staff_id

    def test_a_supervisor_hands_a_case_over(self, desk: Desk) -> None:
        ref, luz, chief = open_ticket(desk), member(desk, login="luz"), member(desk, Role.SUPERVISOR)
        assign.take(desk, member(desk), ref)
        assign.assign(desk, chief, ref, "luz")
        assert ticket(desk, ref).assignee_id == luz.staff_id
        assign.release(desk, chief, ref)
        assert ticket(desk, ref).assignee_id is None

    def test_only_to_somebody_who_answers_letters(self, desk: Desk) -> None:
        from casework import staff

        ref, chief, boss = open_ticket(desk), member(desk, Role.SUPERVISOR), member(desk, Role.ADMINISTRATOR)
        member(desk, Role.AUDITOR)
        member(desk, login="luz")
        assert staff.disable(desk, boss, "luz")
        for wrong in ("nadie", "auditor", "luz"):
            with pytest.raises(CannotAssign, match="personal activo"):
                assign.assign(desk, chief, ref, wrong)

    @pytest.mark.parametrize("state", [TicketState.ANSWERED, TicketState.REFERRED, TicketState.QUARANTINED])
    def test_hands_do_not_change_where_a_case_stands(self, desk: Desk, state: TicketState) -> None:
        ref, who = open_ticket(desk, state=state), member(desk)
        assign.take(desk, who, ref)
        assert ticket(desk, ref).state == state
        assign.release(desk, who, ref)
        assert ticket(desk, ref).state == state


class TestNotes:
    def test_a_note_is_in_the_conversation_and_nowhere_else(self, desk: Desk) -> None:
        ref = open_ticket(desk)
        note.note(desk, member(desk), ref, "  llamó su hermana\x00\x1b[31m \n")
        with desk.store.read() as session:
            last = cases.conversation(session, ticket(desk, ref).id or 0)[-1]
        assert (last.direction, last.kind) == ("note", "note")
        assert last.text.startswith("llamó su hermana")
        assert "\x00" not in last.text
        assert "\x1b" not in last.text
        assert events(desk, ref)[-1] == "noted"

    def test_an_empty_note(self, desk: Desk) -> None:
        with pytest.raises(EmptyNote):
            note.note(desk, member(desk), open_ticket(desk), " \n ")
