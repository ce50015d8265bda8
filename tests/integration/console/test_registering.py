"""Registering an attention by telephone or in person, key by key."""

from textual.widgets import TextArea

from calendar_pe.clock import at_lima
from casework.desk import Actor, Desk
from console.dialogs import AskText, Choose, Confirm
from console.screens.queue import QueueScreen
from console.screens.register import RegisterScreen
from tests.consoles import console, line, saves
from tests.desks import MONDAY
from tickets import attentions


class TestRegistering:
    async def test_an_attention_in_a_dozen_keys(self, desk: Desk, rosa: Actor) -> None:
        async with console(desk, rosa) as hand:
            await hand.press("n")
            await hand.screen(Choose)
            await hand.press("t")
            await hand.reads("¿De qué línea es?")
            await hand.press("3")
            await line(hand, "Wakanda")
            await hand.reads("No hay un país «Wakanda»")
            await line(hand, "chile")
            await hand.reads("¿Por quién preguntó?")
            await hand.press("s")
            await hand.reads("¿Con qué resultado?")
            await hand.press("1")
            await hand.reads("¿Qué tan satisfecha")
            await hand.press("5")
            await line(hand, "")
            await hand.reads("Género, solo si lo dijo")
            await hand.press("n")
            await saves(hand, "Beneficios")
            await hand.screen(RegisterScreen)
            await hand.reads("País:          Chile", "Satisfacción:  5 de 5", "Edad:          no la dijo")
            await hand.press("enter")
            await hand.screen(QueueScreen)
            await hand.told("Atención 1 registrada")
        with desk.store.read() as session:
            [one] = attentions.listing(session)
        assert (one.channel, one.line, one.country, one.outcome, one.satisfaction, one.age, one.gender, one.note) == (
            "telephone",
            3,
            "CL",
            "oriented",
            5,
            None,
            "",
            "Beneficios",
        )
        assert (one.staff_id, one.at) == (rosa.staff_id, at_lima(MONDAY, 10))

    async def test_what_is_lacking_is_named_and_personal_data_refused(self, desk: Desk, rosa: Actor) -> None:
        async with console(desk, rosa) as hand:
            await hand.press("n")
            await hand.screen(Choose)
            await hand.press("p", "escape")
            await hand.screen(RegisterScreen)
            await hand.press("enter")
            await hand.told("Falta: línea, resultado.")
            await hand.press("2")
            await hand.screen(Choose)
            await hand.press("5")
            await hand.screen(RegisterScreen)
            await hand.press("5")
            await hand.screen(Choose)
            await hand.press("2")
            await hand.screen(RegisterScreen)
            await hand.press("9")
            await saves(hand, "su DNI es 00000000")
            await hand.screen(RegisterScreen)
            await hand.press("enter")
            await hand.told("La nota no lleva datos personales")
            await hand.press("escape")
            await hand.screen(Confirm)
            await hand.press("s")
            await hand.screen(QueueScreen)
        with desk.store.read() as session:
            assert attentions.listing(session) == []

    async def test_a_note_left_with_escape_is_told_and_is_not_lost_by_the_hand_that_presses_enter(
        self, desk: Desk, rosa: Actor
    ) -> None:
        async with console(desk, rosa) as hand:
            await hand.press("n")
            await hand.screen(Choose)
            await hand.press("escape")
            await hand.screen(RegisterScreen)
            await hand.press("9")
            await hand.screen(AskText)
            await hand.press(*"Preguntó por su CTS", "escape")
            await hand.screen(RegisterScreen)
            await hand.told("La nota queda en el formulario; 9 la retoma.")
            await hand.reads("Nota:          Preguntó por su CTS")
            await hand.press("escape")
            await hand.reads("¿Salir sin registrar?", "también la nota")
            await hand.press("enter")
            await hand.screen(RegisterScreen)
            await hand.press("9")
            await hand.screen(AskText)
            assert hand.app.screen.query_one(TextArea).text == "Preguntó por su CTS"
            await hand.press("escape")
            await hand.screen(RegisterScreen)
            await hand.press("escape")
            await hand.screen(Confirm)
            await hand.press("s")
            await hand.screen(QueueScreen)
            assert hand.app.place.half_written.names() == []

    async def test_escape_deletes_no_note(self, desk: Desk, rosa: Actor) -> None:
        async with console(desk, rosa) as hand:
            await hand.press("n")
            await hand.screen(Choose)
            await hand.press("escape")
            await hand.screen(RegisterScreen)
            await hand.press("9")
            await saves(hand, "Beneficios")
            await hand.reads("Nota:          Beneficios")
            await hand.press("9")
            await hand.screen(AskText)
            hand.app.screen.query_one(TextArea).clear()
            await hand.press("escape")
            await hand.screen(RegisterScreen)
            await hand.reads("Nota:          Beneficios")
            await hand.press("9")
            await hand.screen(AskText)
            assert hand.app.screen.query_one(TextArea).text == "Beneficios"

    async def test_a_note_survives_a_terminal_that_dies(self, desk: Desk, rosa: Actor) -> None:
        remembered: dict[str, str] = {}
        async with console(desk, rosa, remembered=remembered) as hand:
            await hand.press("n")
            await hand.screen(Choose)
            await hand.press("escape")
            await hand.screen(RegisterScreen)
            await hand.press("9")
            await hand.screen(AskText)
            await hand.press(*"Preguntó")
            await hand.app.leave()
        async with console(desk, rosa, remembered=remembered) as hand:
            await hand.press("n")
            await hand.screen(Choose)
            await hand.told("Quedó una nota a medias de otra vez")
            await hand.press("escape")
            await hand.screen(RegisterScreen)
            assert "Preguntó" not in hand.seen(), "it is of another attention, and nobody has taken it for this one"
            await hand.press("9")
            await hand.screen(AskText)
            assert hand.app.screen.query_one(TextArea).text == "Preguntó"
