"""Answering a case key by key: what is offered, kept, stopped, taken back."""

from dataclasses import replace

from textual.widgets import OptionList, TextArea

from casework import assign
from casework.desk import Actor, Desk
from console.dialogs import AskText, Choose
from console.screens.answer import AnswerScreen
from console.screens.ticket import TicketScreen
from tests.consoles import Failing, change, console, draft, waiting_letters, write
from tests.desks import events, member, open_ticket, ticket
from tickets.states import Role


async def test_a_suggested_reply_leaves_after_four_keys(desk: Desk, rosa: Actor) -> None:
    ref = open_ticket(desk, text="Vivo en Canadá y quiero saber si los años de aportes cuentan.")
    async with console(desk, rosa) as hand:
        await hand.press("r")
        await hand.screen(AnswerScreen)
        await hand.until(lambda: hand.app.screen.query_one("#offers", OptionList).option_count > 1)
        await hand.reads("sugerida:", "Hola, Rosa Quispe")
        await hand.press("enter")
        await hand.until(lambda: hand.app.screen.query_one("#sheet", TextArea).has_focus)
        await hand.press("ctrl+s")
        await hand.screen(TicketScreen)
        await hand.reads("Su respuesta sale")
    assert waiting_letters(desk) == [("answer", "waiting")]
    assert "answer_written" in events(desk, ref)
    assert ticket(desk, ref).assignee_id == rosa.staff_id


async def test_an_answer_can_be_taken_back_and_its_text_is_kept(desk: Desk, rosa: Actor) -> None:
    ref = open_ticket(desk)
    async with console(desk, rosa) as hand:
        screen = await hand.open(ref)
        await hand.press("r")
        await hand.screen(AnswerScreen)
        await hand.until(lambda: hand.app.screen.query_one("#offers", OptionList).option_count > 1)
        await hand.press("home", "enter")
        await hand.until(lambda: hand.app.screen.query_one("#sheet", TextArea).has_focus)
        await hand.press(*"Espere", "ctrl+s")
        await hand.screen(TicketScreen)
        await hand.until(lambda: screen.sight is not None and screen.sight.pending is not None)
        await hand.press("u")
        await hand.told("Respuesta retirada")
        await hand.until(lambda: screen.sight is not None and screen.sight.draft is not None)
        assert screen.sight is not None
        assert screen.sight.draft is not None
        assert screen.sight.draft.text.strip() == "Espere"
    assert waiting_letters(desk) == [("answer", "refused")]


async def test_deriving_asks_for_the_entity_and_sends_a_referral(desk: Desk, rosa: Actor) -> None:
    ref = open_ticket(desk)
    async with console(desk, rosa) as hand:
        await hand.open(ref)
        await hand.press("d")
        await hand.screen(Choose)
        await hand.reads("Dato 1 de 1")
        await hand.press("enter")
        await hand.until(
            lambda: bool(hand.app.screen.query("#sheet")) and hand.app.screen.query_one("#sheet", TextArea).has_focus
        )
        assert "[[" not in hand.app.screen.query_one("#sheet", TextArea).text
        await hand.press("ctrl+s")
        await hand.screen(TicketScreen)
    assert waiting_letters(desk) == [("referral", "waiting")]


async def test_asking_back_asks_what_to_ask(desk: Desk, rosa: Actor) -> None:
    ref = open_ticket(desk)
    async with console(desk, rosa) as hand:
        await hand.open(ref)
        await hand.press("p")
        await hand.screen(AskText)
        await hand.press(*"En que pais esta", "ctrl+s")
        await hand.until(
            lambda: bool(hand.app.screen.query("#sheet")) and hand.app.screen.query_one("#sheet", TextArea).has_focus
        )
        assert "- En que pais esta" in hand.app.screen.query_one("#sheet", TextArea).text
        await hand.press("ctrl+s")
        await hand.screen(TicketScreen)
    assert waiting_letters(desk) == [("ask_back", "waiting")]


async def test_a_send_stops_when_somebody_changed_the_case(desk: Desk, rosa: Actor) -> None:
    ref = open_ticket(desk)
    async with console(desk, rosa) as hand:
        await write(hand, ref, "Puede pedirla en Lima")
        assign.take(desk, member(desk, Role.CONSULTANT, "julia"), ref)
        await hand.press("ctrl+s")
        await hand.screen(Choose)
        await hand.reads("No se envió", "Julia: tomó el caso")
        assert waiting_letters(desk) == []
        await hand.press("1")
        await hand.screen(TicketScreen)
    assert draft(desk, ref, rosa) == "Puede pedirla en Lima"


async def test_whoever_knows_what_changed_may_send_all_the_same(desk: Desk, rosa: Actor) -> None:
    ref = open_ticket(desk)
    async with console(desk, rosa) as hand:
        await write(hand, ref, "Puede pedirla en Lima")
        change(desk, ref, version=7)
        await hand.press("ctrl+s")
        await hand.screen(Choose)
        await hand.press("2")
        await hand.screen(AnswerScreen)
        await hand.press("ctrl+s")
        await hand.screen(TicketScreen)
    assert waiting_letters(desk) == [("answer", "waiting")]


async def test_open_places_are_not_sent(desk: Desk, rosa: Actor) -> None:
    ref = open_ticket(desk)
    async with console(desk, rosa) as hand:
        await write(hand, ref, "Vaya a")
        hand.app.screen.query_one("#sheet", TextArea).insert(" [[entidad]]")
        await hand.press("ctrl+s")
        await hand.told("Falta completar: entidad")
    assert waiting_letters(desk) == []


async def test_a_draft_is_kept_and_offered_again(desk: Desk, rosa: Actor) -> None:
    ref = open_ticket(desk)
    async with console(desk, rosa) as hand:
        await write(hand, ref, "A medias")
        await hand.press("escape")
        await hand.screen(TicketScreen)
    assert draft(desk, ref, rosa) == "A medias"
    async with console(desk, rosa) as hand:
        await hand.press("r")
        await hand.screen(AnswerScreen)
        await hand.reads("Continuar su borrador", "A medias")


async def test_leaving_in_the_middle_of_a_word_keeps_it(desk: Desk, rosa: Actor) -> None:
    ref = open_ticket(desk)
    async with console(desk, rosa) as hand:
        await write(hand, ref, "Pued")
        await hand.press("ctrl+q")
    assert draft(desk, ref, rosa) == "Pued"


async def test_a_lost_database_keeps_the_text_and_is_told(desk: Desk, rosa: Actor) -> None:
    ref = open_ticket(desk)
    store = Failing(desk.store.engine)
    async with console(replace(desk, store=store), rosa) as hand:
        await write(hand, ref, "No se pierde")
        store.failing = True
        await hand.press("ctrl+s")
        await hand.told("No hay conexión con la base de datos")
        assert hand.app.screen.query_one("#sheet", TextArea).text == "No se pierde"
        store.failing = False
        await hand.press("ctrl+s")
        await hand.screen(TicketScreen)
    assert waiting_letters(desk) == [("answer", "waiting")]
