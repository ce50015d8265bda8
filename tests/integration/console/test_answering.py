"""Answering a case key by key: what is offered, kept, stopped, taken back."""

from dataclasses import replace

import pytest
from textual.widgets import OptionList, TextArea

from casework import assign
from casework.desk import Actor, Desk
from console.dialogs import AskText, Choose
from console.screens.answer import AnswerScreen
from console.screens.ticket import TicketScreen
from console.seeking import Seek
from tests.consoles import Failing, change, choosing, console, draft, waiting_letters, write
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
        await hand.reads("La entidad a la que se envía a la persona")
        await hand.press("enter")
        await hand.until(
            lambda: bool(hand.app.screen.query("#sheet")) and hand.app.screen.query_one("#sheet", TextArea).has_focus
        )
        assert "[[" not in hand.app.screen.query_one("#sheet", TextArea).text
        await hand.press("ctrl+s")
        await hand.screen(TicketScreen)
    assert waiting_letters(desk) == [("referral", "waiting")]


async def test_an_entity_is_found_by_typing_some_of_its_words(desk: Desk, rosa: Actor) -> None:
    ref = open_ticket(desk)
    async with console(desk, rosa) as hand:
        await hand.open(ref)
        await hand.press("d")
        await hand.reads("Escriba parte del nombre o de lo que atiende", "Buscar:", "ACNUR Perú")
        hand.reads_well()
        await hand.press("slash", *"afp")
        await hand.until(lambda: "ACNUR" not in hand.seen())
        await hand.reads("Buscar: afp", "AFP (la que administra su fondo de pensiones)", "supervisión de las AFP")
        await hand.press(*[*["backspace"] * 3, *"pension sis"])
        await hand.reads("ONP", "pensiones del Sistema Nacional")
        await hand.press(*"zzz", "enter")
        await hand.reads("No hay ninguna con esas palabras.")
        await hand.press("ctrl+u", *"DNI", "down", "enter")
        await hand.until(lambda: bool(hand.app.screen.query("#sheet")))
        await hand.until(lambda: hand.app.screen.query_one("#sheet", TextArea).has_focus)
        assert "- Entidad: RENIEC" in hand.app.screen.query_one("#sheet", TextArea).text


async def test_no_entity_is_ourselves_and_every_name_begins_as_a_name(desk: Desk, rosa: Actor) -> None:
    ref = open_ticket(desk)
    async with console(desk, rosa) as hand:
        await hand.open(ref)
        await hand.press("d")
        await hand.screen(Seek)
        screen = hand.app.screen
        assert isinstance(screen, Seek)
        assert "som" not in [one.value for one in screen.choices]
        assert all(one.words[0].isupper() for one in screen.choices)
        assert "entity" not in hand.seen()
        await hand.press(*"orientacion para el migrante")
        await hand.reads("No hay ninguna con esas palabras.")


async def test_a_preview_names_what_is_open_in_spanish(desk: Desk, rosa: Actor) -> None:
    ref = open_ticket(desk)
    async with console(desk, rosa, (160, 50)) as hand:
        await choosing(hand, ref)
        screen = hand.app.screen
        assert isinstance(screen, AnswerScreen)
        options = screen.query_one("#offers", OptionList)
        for at, one in enumerate(screen.shown):
            if one is not None and one.template.variables:
                options.highlighted = at
                await hand.reads(f"Úsela cuando: {one.template.when[:20]}")
                assert not [name for name in one.template.variables if f"[[{name.name}]]" in hand.seen()]


@pytest.mark.parametrize(("size", "keys"), [((80, 24), ["f2"]), ((160, 50), [])])
async def test_what_to_ask_is_written_beside_the_letter(
    desk: Desk, rosa: Actor, size: tuple[int, int], keys: list[str]
) -> None:
    ref = open_ticket(desk, text="Mi empleador no me paga desde marzo.")
    async with console(desk, rosa, size) as hand:
        await hand.open(ref)
        await hand.press("p")
        await hand.screen(AskText)
        await hand.press(*keys)
        await hand.press(*"Donde")
        await hand.reads("no me paga desde marzo", "Donde", "F2 Ver la carta", "Ctrl+S Aceptar")
        await hand.press("f2")
        await hand.until(lambda: "no me paga" not in hand.seen())
        assert hand.app.screen.query_one(TextArea).has_focus


async def test_a_long_letter_is_read_to_its_end_beside_what_is_asked(desk: Desk, rosa: Actor) -> None:
    ref = open_ticket(desk, text="\n".join(f"renglón {n}" for n in range(80)))
    async with console(desk, rosa) as hand:
        await hand.open(ref)
        await hand.press("p")
        await hand.screen(AskText)
        await hand.press("f2", "tab", "end")
        await hand.reads("renglón 79", "Una cosa por línea.")
        hand.reads_well()
        await hand.press("tab", *"Donde")
        await hand.until(lambda: hand.app.screen.query_one(TextArea).text == "Donde")


async def test_a_value_that_is_wrong_is_named_as_it_was_asked_for(desk: Desk, rosa: Actor) -> None:
    ref = open_ticket(desk)
    async with console(desk, rosa) as hand:
        await hand.open(ref)
        await hand.press("p")
        await hand.screen(AskText)
        hand.app.screen.query_one(TextArea).load_text("x" * 4001)
        await hand.press("ctrl+s")
        await hand.reads("«lo que se pregunta, una pregunta por línea» pasa de 4000 caracteres")


async def test_what_was_being_asked_is_there_again_after_escape(desk: Desk, rosa: Actor) -> None:
    ref = open_ticket(desk)
    async with console(desk, rosa) as hand:
        await hand.open(ref)
        await hand.press("p")
        await hand.screen(AskText)
        await hand.press(*"En que pais", "escape")
        await hand.screen(TicketScreen)
        await hand.told("Lo escrito queda a medias")
        await hand.press("p")
        await hand.screen(AskText)
        assert hand.app.screen.query_one(TextArea).text == "En que pais"
        await hand.press(*" esta", "ctrl+s")
        await hand.until(
            lambda: bool(hand.app.screen.query("#sheet")) and hand.app.screen.query_one("#sheet", TextArea).has_focus
        )
        assert "- En que pais esta" in hand.app.screen.query_one("#sheet", TextArea).text
        assert hand.app.place.half_written.names() == []


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
