"""Answering in the console: what is asked before a letter leaves, and what is said of a text that has grown old."""

from datetime import timedelta

import pytest
from textual.widgets import OptionList, TextArea

from calendar_pe.clock import at_lima
from casework.answer import answer, undo
from casework.desk import Actor, Desk
from console.dialogs import Confirm
from console.screens.answer import AnswerScreen
from console.screens.ticket import TicketScreen
from replies.catalogue import load
from tests.consoles import choosing, console, draft, waiting_letters, write
from tests.desks import Clock, open_ticket, words
from tickets.states import OutgoingKind


class TestWhereSomebodyMayReadIt:
    @pytest.mark.parametrize("no_at", [1, 2])
    async def test_one_no_stops_it_and_keeps_the_text(self, desk: Desk, rosa: Actor, no_at: int) -> None:
        ref = open_ticket(desk, risk=True)
        async with console(desk, rosa) as hand:
            await write(hand, ref, "Llame al 1818")
            await hand.press("ctrl+s")
            await hand.reads("¿Enviar a <rosa@example.org>?", "quien retiene a la persona")
            if no_at == 2:
                await hand.press("s")
                await hand.reads("¿El texto no la delata?")
            await hand.press("n")
            await hand.screen(AnswerScreen)
            await hand.told("No se envió")
            await hand.press("escape")
            await hand.screen(TicketScreen)
        assert waiting_letters(desk) == []
        assert draft(desk, ref, rosa) == "Llame al 1818"

    async def test_of_a_text_that_was_not_changed_no_draft_is_promised(self, desk: Desk, rosa: Actor) -> None:
        ref = open_ticket(desk, risk=True)
        async with console(desk, rosa) as hand:
            await choosing(hand, ref)
            await hand.press("enter")
            await hand.until(lambda: hand.app.screen.query_one("#sheet", TextArea).has_focus)
            await hand.press("ctrl+s")
            await hand.screen(Confirm)
            await hand.press("n")
            await hand.told("No se envió. El texto sigue aquí; mientras no lo cambie, no se guarda.")
            await hand.press("escape")
            await hand.screen(TicketScreen)
        assert draft(desk, ref, rosa) == ""

    async def test_two_times_yes_sends_it(self, desk: Desk, rosa: Actor) -> None:
        ref = open_ticket(desk, risk=True)
        async with console(desk, rosa) as hand:
            await write(hand, ref, "Llame al 1818")
            await hand.press("ctrl+s")
            await hand.screen(Confirm)
            await hand.press("s")
            await hand.reads("¿El texto no la delata?")
            await hand.press("s")
            await hand.screen(TicketScreen)
        assert waiting_letters(desk) == [("answer", "waiting")]

    async def test_the_reply_for_danger_is_offered_first(self, desk: Desk, rosa: Actor) -> None:
        ref = open_ticket(desk, risk=True)
        async with console(desk, rosa, (120, 40)) as hand:
            await choosing(hand, ref)
            screen = hand.app.screen
            assert isinstance(screen, AnswerScreen)
            first = screen.shown[1]
            assert first is not None
            assert first.template.id == "alerta-trata"
            await hand.reads("⚠ Responda en minutos", "⚠ Avise hoy mismo al supervisor", "1818", "100")


async def test_a_text_past_its_review_is_marked(desk: Desk, rosa: Actor, clock: Clock) -> None:
    ref = open_ticket(desk)
    async with console(desk, rosa) as hand:
        await choosing(hand, ref)
        assert "revisión vencida" not in hand.seen()
    soonest = min(load().for_line(2), key=lambda one: one.review_by)
    clock.now = at_lima(soonest.review_by + timedelta(days=1), 9)
    async with console(desk, rosa, (120, 40)) as hand:
        await choosing(hand, ref)
        screen = hand.app.screen
        assert isinstance(screen, AnswerScreen)
        offers = screen.query_one("#offers", OptionList)
        offers.highlighted = next(at for at, one in enumerate(screen.shown) if one and one.template.id == soonest.id)
        await hand.reads("revisión vencida", "Debió revisarse el")


async def test_a_question_begun_again_from_its_draft_is_still_a_question(desk: Desk, rosa: Actor) -> None:
    ref = open_ticket(desk)
    queued = answer(desk, rosa, ref, words("¿En qué país está?"), kind=OutgoingKind.ASK_BACK)
    undo(desk, rosa, queued.outgoing_id)
    async with console(desk, rosa) as hand:
        await choosing(hand, ref)
        await hand.press("home", "enter")
        await hand.until(lambda: hand.app.screen.query_one("#sheet", TextArea).has_focus)
        await hand.press("ctrl+s")
        await hand.screen(TicketScreen)
    assert waiting_letters(desk)[-1] == ("ask_back", "waiting")
