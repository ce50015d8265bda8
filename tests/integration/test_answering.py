"""Answering: what stops a send, when an answer leaves, taking it back, and drafts that survive."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from calendar_pe.clock import at_lima
from casework import assign, note
from casework.answer import CannotAnswer, Changed, Queued, answer, save_draft, undo
from casework.classify import Judgement, judge
from casework.compose_reply import kind_of
from casework.desk import Desk
from tests.desks import (
    CITIZEN,
    MONDAY,
    TUESDAY_17,
    Clock,
    build,
    events,
    faults,
    letter,
    member,
    open_ticket,
    promise,
    ticket,
    words,
)
from tickets import cases, outgoing
from tickets.cases import UnknownTicket
from tickets.states import OutgoingKind, Role
from tickets.store import Store
from tickets.tables import Outgoing

LEASE = timedelta(minutes=10)


def draft(desk: Desk, ref: str, login: str = "consultant") -> str | None:
    who = member(desk, login=login)
    with desk.store.read() as session:
        found = cases.draft_of(session, cases.find(session, ref).id or 0, who.staff_id or 0)
        return found.text if found is not None else None


def outbox(desk: Desk) -> list[Outgoing]:
    with desk.store.read() as session:
        return outgoing.listing(session)


def send(desk: Desk, ref: str, text: str = "Puede pedirla en Lima.", **options: object) -> Queued:
    return answer(desk, member(desk), ref, words(text), **options)  # type: ignore[arg-type]


class TestWriting:
    def test_an_answer_waits_in_the_outbox_with_its_bytes_fixed(self, desk: Desk, clock: Clock) -> None:
        ref = open_ticket(desk)
        queued = send(desk, ref)
        one = letter(desk, queued.outgoing_id)
        assert (one.state, one.to_address, one.recipients) == ("waiting", CITIZEN, [CITIZEN])
        assert (one.next_attempt_at, queued.leaves_at) == (clock.now + timedelta(seconds=60),) * 2
        assert b"Puede pedirla en Lima." in one.payload
        assert b"In-Reply-To: <1@example.org>" in one.payload
        assert b"> Buenas tardes, quiero saber de mi pensi" in one.payload
        assert desk.signer.ticket_of(one.message_id) == ref
        assert desk.signer.tag(ref).encode() in one.payload
        assert events(desk, ref) == ["opened", "answer_written"]
        assert faults(desk.store) == []

    def test_who_answers_an_untaken_case_has_it(self, desk: Desk) -> None:
        ref = open_ticket(desk)
        send(desk, ref)
        assert (ticket(desk, ref).state, ticket(desk, ref).assignee_id) == ("open", member(desk).staff_id)

    def test_a_colleagues_case_stays_the_colleagues(self, desk: Desk) -> None:
        ref, colleague = open_ticket(desk), member(desk, login="luz")
        assign.take(desk, colleague, ref)
        send(desk, ref)
        assert ticket(desk, ref).assignee_id == colleague.staff_id

    def test_whoever_holds_the_writer_may_read_the_answer_too(self, desk: Desk) -> None:
        ref = open_ticket(desk, risk=True, text="me quitaron el pasaporte")
        with desk.store.write() as session:
            cases.find(session, ref).subject = "Me quitaron el pasaporte"
        queued = send(desk, ref)
        sent = letter(desk, queued.outgoing_id).payload
        assert b"pasaporte" not in sent
        assert f"Subject: Respuesta a su mensaje {desk.signer.tag(ref)}".encode() in sent

    def test_the_conversation_shows_it(self, desk: Desk) -> None:
        ref = open_ticket(desk)
        send(desk, ref, kind=OutgoingKind.REFERRAL)
        with desk.store.read() as session:
            last = cases.conversation(session, cases.find(session, ref).id or 0)[-1]
        assert (last.direction, last.kind, last.text) == ("out", "referral", "Puede pedirla en Lima.")
        assert last.author_id == member(desk).staff_id


class TestLeaving:
    def test_now_when_asked_for(self, desk: Desk, clock: Clock) -> None:
        assert send(desk, open_ticket(desk), send_now=True).leaves_at == clock.now

    @pytest.mark.parametrize(
        ("before", "waits"),
        [
            (timedelta(hours=1), 60),
            (timedelta(seconds=121), 60),
            (timedelta(seconds=90), 30),
            (timedelta(seconds=9), 0),
        ],
    )
    def test_the_undo_window_shortens_rather_than_pass_the_promise(
        self, desk: Desk, clock: Clock, before: timedelta, waits: int
    ) -> None:
        ref = open_ticket(desk)
        clock.now = promise(desk, ref).due_at - before
        assert send(desk, ref).leaves_at == clock.now + timedelta(seconds=waits)

    def test_after_the_promise_the_window_is_whole_again(self, desk: Desk, clock: Clock) -> None:
        ref = open_ticket(desk)
        clock.now = TUESDAY_17 + timedelta(seconds=1)
        assert send(desk, ref).leaves_at == clock.now + timedelta(seconds=60)


class TestStopped:
    @pytest.mark.parametrize("text", ["", "   \n\t "])
    def test_an_empty_answer(self, desk: Desk, text: str) -> None:
        ref = open_ticket(desk)
        with pytest.raises(CannotAnswer, match="vacía"):
            send(desk, ref, text)

    def test_a_place_still_to_be_filled_in(self, desk: Desk) -> None:
        ref = open_ticket(desk)
        with pytest.raises(CannotAnswer, match="plazo"):
            send(desk, ref, "El trámite demora [[plazo]] días.")
        assert outbox(desk) == []

    @pytest.mark.parametrize(
        ("text", "named"),
        [
            ("Estimada {{ nombre_usuario }}:", "nombre_usuario"),
            ("Venga el [[ Día de la cita ]].", "Día de la cita"),
            ("{% if pais %}Vive fuera{% endif %}", "{% if pais %}, {% endif %}"),
        ],
    )
    def test_a_place_left_open_in_a_text_that_was_pasted(self, desk: Desk, text: str, named: str) -> None:
        with pytest.raises(CannotAnswer, match=re.escape(named)):
            send(desk, open_ticket(desk), text)
        assert outbox(desk) == []

    def test_a_place_left_open_in_the_subject(self, desk: Desk) -> None:
        with pytest.raises(CannotAnswer, match="tema"):
            answer(desk, member(desk), open_ticket(desk), replace(words(), subject="Sobre [[tema]]"))
        assert outbox(desk) == []

    def test_no_such_case(self, desk: Desk) -> None:
        for wrong in ("SOM-2026-999999", "hola", ""):
            with pytest.raises(UnknownTicket):
                send(desk, wrong)

    def test_nobody_to_answer_to(self, desk: Desk) -> None:
        ref = open_ticket(desk, address="")
        with pytest.raises(CannotAnswer, match="no tiene dirección"):
            send(desk, ref)

    def test_a_second_answer_while_one_is_about_to_leave(self, desk: Desk) -> None:
        ref = open_ticket(desk)
        send(desk, ref)
        with pytest.raises(CannotAnswer, match="por salir"):
            send(desk, ref, "otra cosa")
        assert len(outbox(desk)) == 1

    def test_an_unsent_acknowledgement_stops_nobody(self, desk: Desk) -> None:
        from tests.desks import put_out

        ref = open_ticket(desk)
        put_out(desk, ref)
        send(desk, ref)
        assert len(outbox(desk)) == 2

    @pytest.mark.parametrize(
        "change",
        [
            lambda desk, ref: assign.take(desk, member(desk, login="luz"), ref),
            lambda desk, ref: judge(desk, member(desk, login="luz"), ref, Judgement(line=3)),
            lambda desk, ref: undo(desk, member(desk), send(desk, ref, "antes").outgoing_id),
        ],
        ids=["taken", "judged", "answered and undone"],
    )
    def test_a_case_that_changed_since_it_was_read(self, desk: Desk, change: object) -> None:
        ref = open_ticket(desk)
        seen = ticket(desk, ref).version
        save_draft(desk, member(desk), ref, "lo que escribí")
        assert callable(change)
        change(desk, ref)
        before = len(outbox(desk))
        with pytest.raises(Changed, match="su borrador está guardado"):
            send(desk, ref, seen_version=seen)
        assert len(outbox(desk)) == before
        assert draft(desk, ref) == "Puede pedirla en Lima."
        send(desk, ref, seen_version=ticket(desk, ref).version)

    def test_a_colleagues_note_changes_nothing_that_was_answered(self, desk: Desk) -> None:
        ref = open_ticket(desk)
        seen = ticket(desk, ref).version
        note.note(desk, member(desk, login="luz"), ref, "llamó por teléfono")
        send(desk, ref, seen_version=seen)

    def test_nothing_is_written_when_the_process_ends_in_the_middle(self, store: Store, clock: Clock) -> None:
        class Killed(BaseException):
            pass

        def kill(name: str) -> None:
            if name == "answer.written":
                raise Killed

        desk = build(store, clock)
        ref = open_ticket(desk)
        save_draft(desk, member(desk), ref, "lo que escribí")
        with pytest.raises(Killed):
            send(build(store, clock, at=kill), ref)
        assert (outbox(desk), draft(desk, ref), events(desk, ref)) == ([], "lo que escribí", ["opened"])


class TestUndo:
    def test_an_answer_taken_back_is_a_draft_again(self, desk: Desk, clock: Clock) -> None:
        ref = open_ticket(desk)
        queued = send(desk, ref, "con un error")
        clock.forward(seconds=59)
        assert undo(desk, member(desk), queued.outgoing_id) == ref
        assert letter(desk, queued.outgoing_id).state == "refused"
        assert draft(desk, ref) == "con un error"
        with desk.store.read() as session:
            kinds = [one.kind for one in cases.conversation(session, cases.find(session, ref).id or 0)]
        assert kinds == ["letter"], "what never left is not in the conversation"
        assert events(desk, ref)[-1] == "send_undone"
        again = send(desk, ref, "sin el error")
        assert again.message_id != queued.message_id

    def test_a_question_taken_back_is_still_a_question(self, desk: Desk) -> None:
        ref = open_ticket(desk)
        undo(desk, member(desk), send(desk, ref, "¿En qué país está?", kind=OutgoingKind.ASK_BACK).outgoing_id)
        with desk.store.read() as session:
            kept = cases.draft_of(session, cases.find(session, ref).id or 0, member(desk).staff_id or 0)
        assert kept is not None
        assert kind_of(desk, kept.template) == OutgoingKind.ASK_BACK

    def test_too_late_once_a_courier_has_it(self, desk: Desk, clock: Clock) -> None:
        ref = open_ticket(desk)
        queued = send(desk, ref, send_now=True)
        with desk.store.write() as session:
            [claimed] = outgoing.claim(session, now=clock.now, limit=9, owner="host:1", lease=LEASE)
        assert claimed.state == "waiting", "claimed, but its attempt has not begun"
        with pytest.raises(CannotAnswer, match="ya no se puede retirar"):
            undo(desk, member(desk), queued.outgoing_id)
        with desk.store.write() as session:
            outgoing.begin(session.merge(claimed), now=clock.now, lease=LEASE)
        with pytest.raises(CannotAnswer, match="ya no se puede retirar"):
            undo(desk, member(desk), queued.outgoing_id)

    def test_a_lease_that_ran_out_holds_nobody(self, desk: Desk, clock: Clock) -> None:
        queued = send(desk, open_ticket(desk), send_now=True)
        with desk.store.write() as session:
            outgoing.claim(session, now=clock.now, limit=9, owner="host:1", lease=LEASE)
        clock.forward(minutes=10)
        undo(desk, member(desk), queued.outgoing_id)
        assert letter(desk, queued.outgoing_id).state == "refused"

    def test_only_a_persons_letter_of_a_case(self, desk: Desk) -> None:
        from tests.desks import put_out

        for wrong in (put_out(desk, open_ticket(desk)), put_out(desk), 999):
            with pytest.raises(CannotAnswer):
                undo(desk, member(desk), wrong)

    def test_not_twice(self, desk: Desk) -> None:
        queued = send(desk, open_ticket(desk))
        undo(desk, member(desk), queued.outgoing_id)
        with pytest.raises(CannotAnswer):
            undo(desk, member(desk), queued.outgoing_id)


class TestDrafts:
    def test_each_person_has_a_draft_of_their_own_in_each_case(self, desk: Desk) -> None:
        one, two = open_ticket(desk), open_ticket(desk)
        save_draft(desk, member(desk), one, "a")
        save_draft(desk, member(desk), one, "a, con más", template="pension")
        save_draft(desk, member(desk), two, "b")
        save_draft(desk, member(desk, login="luz"), one, "c")
        assert [draft(desk, one), draft(desk, two), draft(desk, one, "luz"), draft(desk, two, "luz")] == [
            "a, con más",
            "b",
            "c",
            None,
        ]

    def test_sending_ends_ones_own_draft_only(self, desk: Desk) -> None:
        ref = open_ticket(desk)
        save_draft(desk, member(desk), ref, "mío")
        save_draft(desk, member(desk, Role.SUPERVISOR, "luz"), ref, "suyo")
        send(desk, ref)
        assert (draft(desk, ref), draft(desk, ref, "luz")) == (None, "suyo")

    def test_a_draft_is_no_change_of_the_case(self, desk: Desk) -> None:
        ref = open_ticket(desk)
        seen = ticket(desk, ref).version
        save_draft(desk, member(desk, login="luz"), ref, "pienso")
        assert ticket(desk, ref).version == seen


def test_an_answer_on_a_day_off_leaves_at_once(desk: Desk, clock: Clock) -> None:
    clock.now = at_lima(MONDAY - timedelta(days=2), 11)
    ref = open_ticket(desk)
    assert send(desk, ref).leaves_at == clock.now + timedelta(seconds=60)
