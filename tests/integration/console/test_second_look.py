"""What a newcomer stumbled over: answering twice, answering blind, keys typed ahead, rows that grew stale."""

from datetime import timedelta

import pytest
from textual.widgets import TextArea

from casework import remedy
from casework.answer import answer, undo
from casework.desk import Actor, Desk
from casework.remedy import Amends
from casework.sweep import sweep
from console.dialogs import AskLine, Choose, Confirm
from console.glance import look
from console.screens.answer import AnswerScreen
from console.screens.queue import QueueScreen
from console.screens.remediation import FormScreen, RemediationScreen
from console.screens.ticket import TicketScreen
from tests.arriving import answered, arrive
from tests.consoles import Hand, choosing, console, waiting_letters, write
from tests.desks import Clock, member, open_ticket, ticket, words
from tickets import outgoing
from tickets.states import Role


class TestAnsweringTwice:
    async def test_one_more_answer_where_none_is_owed_is_asked_about(self, desk: Desk, rosa: Actor) -> None:
        ref = open_ticket(desk)
        answered(desk, ref)
        before = waiting_letters(desk)
        async with console(desk, rosa) as hand:
            await hand.press("9")
            await hand.lists(ref)
            await hand.reads("respondido")
            await write(hand, ref, "Otra cosa")
            await hand.press("ctrl+s")
            await hand.reads("¿Enviar otra respuesta?", "Ya se respondió el", "No hay nada pendiente.")
            await hand.press("n")
            await hand.screen(AnswerScreen)
            assert waiting_letters(desk) == before
            await hand.press("ctrl+s")
            await hand.screen(Confirm)
            await hand.press("s")
            await hand.screen(TicketScreen)
        assert len(waiting_letters(desk)) == len(before) + 1

    async def test_the_same_text_again_is_not_sent_by_enter(self, desk: Desk, rosa: Actor) -> None:
        ref = open_ticket(desk)
        answered(desk, ref)
        before = waiting_letters(desk)
        async with console(desk, rosa) as hand:
            await hand.press("9")
            await hand.lists(ref)
            await write(hand, ref, "")
            hand.app.screen.query_one("#sheet", TextArea).load_text(words().text)
            await hand.press("ctrl+s")
            await hand.reads("con este mismo texto")
            await hand.press("enter")
            await hand.screen(AnswerScreen)
        assert waiting_letters(desk) == before


class TestTheLetterBesideTheSheet:
    @pytest.mark.parametrize(("size", "keys"), [((80, 24), ["f2"]), ((160, 50), [])])
    async def test_it_is_read_while_one_writes(
        self, desk: Desk, rosa: Actor, size: tuple[int, int], keys: list[str]
    ) -> None:
        ref = open_ticket(desk, text="Mi empleador no me paga desde marzo.")
        async with console(desk, rosa, size) as hand:
            await write(hand, ref, "Hola")
            await hand.press(*keys)
            await hand.reads("Mi empleador no me paga desde marzo.", "Hola", "F2 Ver la carta")
            await hand.press("f2")
            await hand.until(lambda: "no me paga" not in hand.seen())

    async def test_the_first_letter_is_read_under_the_newest(self, desk: Desk, rosa: Actor) -> None:
        first = arrive(desk, "¿Qué visa necesito para Canadá?")
        arrive(desk, "Olvidé decirles mi edad.", answers="<carta.1@example.org>")
        async with console(desk, rosa, (120, 40)) as hand:
            await write(hand, first.reference, "")
            await hand.reads("Olvidé decirles mi edad.", "¿Qué visa necesito para Canadá?")

    async def test_it_is_read_while_a_reply_is_chosen(self, desk: Desk, rosa: Actor) -> None:
        ref = open_ticket(desk, text="Mi empleador no me paga desde marzo.")
        async with console(desk, rosa) as hand:
            await choosing(hand, ref)
            await hand.press("f2")
            await hand.reads("Mi empleador no me paga desde marzo.")

    async def test_a_long_answer_of_ours_does_not_hide_the_letter(self, desk: Desk, rosa: Actor) -> None:
        ref = open_ticket(desk, text="Mi empleador no me paga desde marzo.")
        answer(desk, rosa, ref, words("\n".join(f"renglón {n}" for n in range(30))))
        async with console(desk, rosa) as hand:
            await hand.open(ref)
            await hand.reads("renglón 3", "… 26 líneas más de esta respuesta; con x se leen", "no me paga desde marzo")
            await hand.press("x")
            await hand.reads("renglón 12")


async def test_esc_says_that_the_draft_is_kept_and_the_case_that_there_is_one(desk: Desk, rosa: Actor) -> None:
    ref = open_ticket(desk)
    async with console(desk, rosa) as hand:
        await write(hand, ref, "Hola")
        await hand.press("escape")
        await hand.told("Su borrador queda guardado")
        await hand.reads("✎ Tiene un borrador sin enviar: r lo retoma.")


class TestKeysTypedAhead:
    async def test_a_key_after_a_line_is_not_written_into_it(self, desk: Desk, rosa: Actor) -> None:
        refs = [open_ticket(desk) for _ in range(3)]
        async with console(desk, rosa) as hand:
            await hand.press("g")
            await hand.screen(AskLine)
            hand.app.simulate_key("3")
            hand.app.simulate_key("enter")
            hand.app.simulate_key("r")
            await hand.screen(AnswerScreen)
            screen = hand.app.screen
            assert isinstance(screen, AnswerScreen)
            assert screen.sight.ticket.reference == refs[2]

    async def test_a_choice_made_takes_no_more_keys(self, desk: Desk, rosa: Actor) -> None:
        ref = open_ticket(desk)
        answered(desk, ref)
        async with console(desk, rosa) as hand:
            await hand.press("9")
            await hand.lists(ref)
            await hand.open(ref)
            for key in ("z", "1", "s"):
                hand.app.simulate_key(key)
            await hand.until(lambda: ticket(desk, ref).state == "closed")

    async def test_a_reply_taken_and_sent_at_once_leaves_whole(self, desk: Desk, rosa: Actor) -> None:
        ref = open_ticket(desk)
        async with console(desk, rosa) as hand:
            await choosing(hand, ref)
            hand.app.simulate_key("enter")
            hand.app.simulate_key("ctrl+s")
            await hand.until(lambda: waiting_letters(desk) == [("answer", "waiting")])


class TestWhatCannotBeUndone:
    async def test_enter_does_not_part_a_case(self, desk: Desk, rosa: Actor) -> None:
        async with console(desk, rosa) as hand:
            asked: list[bool | None] = []
            hand.app.push_screen(Confirm("¿Seguro?", careful=True), asked.append)
            await hand.screen(Confirm)
            await hand.press("enter")
            await hand.screen(QueueScreen)
            hand.app.push_screen(Confirm("¿Seguro?"), asked.append)
            await hand.screen(Confirm)
            await hand.press("enter")
            await hand.screen(QueueScreen)
            await hand.until(lambda: asked == [False, True])

    async def test_the_line_of_the_case_is_where_the_choice_begins(self, desk: Desk, rosa: Actor) -> None:
        open_ticket(desk)
        async with console(desk, rosa) as hand:
            await hand.press("l")
            await hand.screen(Choose)
            await hand.reads("2  Línea 2: Peruanos que viven y trabajan en el exterior  (ahora)")


async def broken_row(hand: Hand) -> None:
    await hand.press("m")
    await hand.screen(RemediationScreen)
    await hand.reads("Rosa Quispe")
    await hand.press("enter")
    await hand.screen(FormScreen)


class TestARemediationRow:
    async def test_the_apology_is_read_before_it_leaves(self, desk: Desk, clock: Clock) -> None:
        open_ticket(desk)
        clock.forward(days=2)
        sweep(desk)
        boss = member(desk, Role.SUPERVISOR)
        remedy.edit(desk, boss, 1, Amends(cause="carga", preventive="Dos turnos de revisión."))
        async with console(desk, boss) as hand:
            await broken_row(hand)
            await hand.press("e")
            await hand.reads("¿Enviar esta disculpa?", "Le pedimos disculpas", "Dos turnos de revisión.")
            await hand.press("enter")
            await hand.screen(FormScreen)
            with desk.store.read() as session:
                assert "apology" not in [one.kind for one in outgoing.listing(session)]
            await hand.press("e")
            await hand.screen(Confirm)
            await hand.press("s")
            await hand.reads("Carta de disculpa: escrita", "▲ La disculpa sale en 60 segundos · u la retira")
            await hand.press("u")
            await hand.told("Disculpa retirada.")
            await hand.reads("Carta de disculpa: —")

    async def test_an_apology_that_would_explain_nothing_is_refused_before_the_question(
        self, desk: Desk, clock: Clock
    ) -> None:
        open_ticket(desk)
        clock.forward(days=2)
        sweep(desk)
        async with console(desk, member(desk, Role.SUPERVISOR)) as hand:
            await broken_row(hand)
            await hand.press("e")
            await hand.told("Antes de disculparse, la medida 1 debe decir: motivo, medida preventiva.")
            await hand.screen(FormScreen)

    async def test_it_is_not_closed_while_its_apology_can_be_taken_back(self, desk: Desk, clock: Clock) -> None:
        ref = open_ticket(desk)
        clock.forward(days=2)
        sweep(desk)
        answered(desk, ref)
        boss = member(desk, Role.SUPERVISOR)
        filled = Amends(cause="carga", corrective="Se respondió.", preventive="Dos turnos.", responsible="Luz")
        remedy.edit(desk, boss, 1, filled)
        async with console(desk, boss) as hand:
            await broken_row(hand)
            await hand.press("e")
            await hand.screen(Confirm)
            assert "Si todavía no tiene" not in hand.seen(), "it has been answered"
            await hand.press("s")
            await hand.reads("Completa: z la cierra.")
            await hand.press("z")
            await hand.told("La disculpa sale en 60 segundos: cierre la medida después.")
            await hand.screen(FormScreen)
            await hand.press("u")
            await hand.told("Disculpa retirada.")

    async def test_it_learns_that_its_case_was_answered(self, desk: Desk, clock: Clock) -> None:
        ref = open_ticket(desk)
        clock.forward(days=2)
        sweep(desk)
        async with console(desk, member(desk, Role.SUPERVISOR)) as hand:
            await broken_row(hand)
            await hand.reads("Todavía no se ha respondido")
            answered(desk, ref)
            await hand.press("f5")
            await hand.reads("Se respondió el")


async def test_danger_says_urgent_whatever_the_term(desk: Desk, rosa: Actor) -> None:
    open_ticket(desk, risk=True)
    async with console(desk, rosa) as hand:
        await hand.reads("! URGENTE")


async def test_an_answer_taken_back_is_no_failed_send(desk: Desk, rosa: Actor, clock: Clock) -> None:
    queued = answer(desk, rosa, open_ticket(desk), words(), leaves_at=clock.now + timedelta(hours=1))
    undo(desk, rosa, queued.outgoing_id)
    assert look(desk).sends["refused"] == 0
