"""Answering in the console: what is asked before a letter leaves, and what is said of a text that has grown old."""

from datetime import timedelta

import pytest
from textual.widgets import OptionList, TextArea

from calendar_pe.clock import at_lima
from casework import compose_reply
from casework.answer import answer, undo
from casework.deliver import settle
from casework.desk import Actor, Desk
from console.dialogs import Confirm
from console.offering import reason
from console.screens.answer import AnswerScreen
from console.screens.ticket import TicketScreen
from replies.catalogue import load
from tests.consoles import choosing, console, draft, waiting_letters, write
from tests.desks import Clock, open_ticket, words
from tickets import outgoing
from tickets.states import OutboxState, OutgoingKind


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


def left(desk: Desk, actor: Actor, ref: str, template: str) -> None:
    """Answer with that reply, as if the relay had accepted it at this very moment."""
    written, kind, _ = compose_reply.from_template(desk, actor, ref, template, {})
    queued = answer(desk, actor, ref, written, kind=kind, send_now=True, template=template)
    with desk.store.write() as session:
        letter = outgoing.load(session, queued.outgoing_id)
        assert letter is not None
        letter.state, letter.attempted_at = OutboxState.UNCERTAIN, desk.clock()
    settle(desk, actor, queued.outgoing_id, sent=True)


class TestTheRepliesOnOffer:
    @pytest.mark.parametrize("size", [(60, 20), (80, 24), (110, 30), (160, 50)])
    async def test_a_reason_is_whole_or_not_there(self, desk: Desk, rosa: Actor, size: tuple[int, int]) -> None:
        ref = open_ticket(desk, text="Quiero saber de mi pensión. Vivo en Chile y mi AFP no responde.")
        async with console(desk, rosa, size) as hand:
            await choosing(hand, ref)
            screen = hand.app.screen
            assert isinstance(screen, AnswerScreen)
            options = screen.query_one("#offers", OptionList)
            await hand.pilot.pause()
            reasons = []
            for at, one in enumerate(screen.shown):
                if one is None:
                    continue
                said = str(options.get_option_at_index(at).prompt)
                title, _, why = said.replace("\n", "").partition("  ")
                assert max(map(len, said.splitlines())) <= options.content_size.width - 2
                assert title == one.template.title or title.endswith("…")
                assert "…" not in why
                spoken = why.removeprefix("sugerida").removeprefix(": ")
                rest = reason(one)[len(spoken) :]
                assert reason(one).startswith(spoken)
                assert not spoken or not rest or rest.startswith((";", ","))
                assert "\n" not in said or size[1] >= 30, "a line each where the list is short, so that enough are seen"
                reasons.append(why)
            if size != (60, 20):
                assert "sugerida: dice «afp»; línea 2" in reasons
                assert reasons[0].startswith("sugerida: dice «pensión»")

    async def test_more_is_said_in_a_window_that_grows(self, desk: Desk, rosa: Actor) -> None:
        ref = open_ticket(desk, text="Quiero saber de mi pensión. Vivo en Chile y mi AFP no responde.")
        async with console(desk, rosa, (60, 20)) as hand:
            await choosing(hand, ref)
            await hand.reads("Aportes en un país con convenio  sugerida")
            assert "sugerida: dice «pensión»; línea 2" not in hand.seen()
            await hand.pilot.resize_terminal(80, 24)
            await hand.reads("Aportes en un país con convenio  sugerida: dice «pensión»; línea 2")

    async def test_one_that_was_sent_in_this_case_says_so_with_its_day(
        self, desk: Desk, rosa: Actor, clock: Clock
    ) -> None:
        ref, other = open_ticket(desk), open_ticket(desk)
        left(desk, rosa, ref, "pension-pais-con-convenio")
        clock.forward(days=1)
        async with console(desk, rosa) as hand:
            await hand.press("9")
            await hand.lists(ref)
            await choosing(hand, ref)
            screen = hand.app.screen
            assert isinstance(screen, AnswerScreen)
            await hand.reads("· ya enviada el lun 23 nov")
            options = screen.query_one("#offers", OptionList)
            marked = [
                at for at in range(options.option_count) if "ya enviada" in str(options.get_option_at_index(at).prompt)
            ]
            assert [one.template.id for at in marked if (one := screen.shown[at])] == ["pension-pais-con-convenio"]
            options.highlighted = marked[0]
            await hand.reads("✔ En este caso, ya enviada el lun 23 nov.")
            await hand.press("escape", "escape", "1")
            await hand.lists(other)
            await choosing(hand, other)
            await hand.reads("sugerida")
            assert "ya enviada" not in hand.seen()

    async def test_one_that_was_taken_back_was_not_sent(self, desk: Desk, rosa: Actor) -> None:
        ref = open_ticket(desk)
        written, kind, _ = compose_reply.from_template(desk, rosa, ref, "pension-pais-con-convenio", {})
        undo(desk, rosa, answer(desk, rosa, ref, written, kind=kind, template="pension-pais-con-convenio").outgoing_id)
        async with console(desk, rosa) as hand:
            await choosing(hand, ref)
            await hand.reads("sugerida")
            assert "ya enviada" not in hand.seen()
