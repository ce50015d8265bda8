"""What the eye needs on the screens of a case: every key in sight, words that stand out, nothing cut or doubled."""

from datetime import timedelta

import pytest
from textual.widgets import OptionList, TextArea

from casework.answer import save_draft
from casework.desk import Actor, Desk
from console.app import THEMES
from console.dialogs import Choose
from console.screens.answer import AnswerScreen
from console.screens.queue import QueueScreen
from console.screens.ticket import TicketScreen
from tests.arriving import arrive
from tests.consoles import Hand, change, choosing, console, draft, line, write
from tests.desks import Clock, member, open_ticket, ticket
from tickets import cases, rows
from tickets.states import Role
from tickets.tables import Attachment, Message

NEEDED = ("r Responder", "d Derivar", "p Preguntar", "c Confirmar", "l Línea", "k Tipo", "t Tomar", "n Nota",
          "u Retirar envío", "i Datos", "h Historial", "z Cerrar", "Esc Volver", "? Más teclas")  # fmt: skip


class TestKeys:
    @pytest.mark.parametrize("size", [(80, 24), (100, 30), (132, 43), (160, 50), (200, 60)])
    async def test_the_keys_of_a_case_stand_whole_at_its_foot(
        self, desk: Desk, rosa: Actor, size: tuple[int, int]
    ) -> None:
        ref = open_ticket(desk)
        async with console(desk, rosa, size) as hand:
            await hand.open(ref)
            await hand.reads(*NEEDED)

    async def test_they_are_laid_out_anew_when_the_terminal_changes(self, desk: Desk, rosa: Actor) -> None:
        ref = open_ticket(desk)
        async with console(desk, rosa, (200, 60)) as hand:
            await hand.open(ref)
            await hand.until(lambda: "z Cerrar" in hand.seen().splitlines()[-1])
            await hand.pilot.resize_terminal(80, 24)
            await hand.reads(*NEEDED)
            await hand.pilot.resize_terminal(200, 60)
            await hand.until(lambda: all(one in hand.seen().splitlines()[-1] for one in NEEDED))

    async def test_a_key_at_the_foot_can_be_pressed_with_the_mouse(self, desk: Desk, rosa: Actor) -> None:
        ref = open_ticket(desk)
        async with console(desk, rosa) as hand:
            await hand.open(ref)
            await hand.reads("? Más teclas")
            row = hand.seen().splitlines()[-1]
            await hand.pilot.click(offset=(row.index("h Historial"), 23))
            await hand.reads("el servicio: se abrió el caso")

    async def test_every_question_says_the_key_that_answers_it(self, desk: Desk, rosa: Actor) -> None:
        ref = open_ticket(desk)
        async with console(desk, rosa) as hand:
            await hand.open(ref)
            for key, says in (("l", "Intro Elegir"), ("n", "Ctrl+S Aceptar"), ("m", "Intro Elegir")):
                await hand.press(key)
                await hand.reads(says, "Esc Cancelar")
                await hand.press("escape")
                await hand.screen(TicketScreen)
            await hand.press("m", "n")
            await hand.reads("Intro Aceptar", "Esc Cancelar")

    async def test_ctrl_s_accepts_in_every_question(self, desk: Desk, rosa: Actor) -> None:
        first, second = open_ticket(desk), open_ticket(desk)
        async with console(desk, rosa) as hand:
            await hand.open(first)
            await hand.press("l", "down", "ctrl+s")
            await hand.until(lambda: ticket(desk, first).line == 3)
            await hand.press("m", "n", "2", "ctrl+s")
            await hand.reads(f"¿Unir {first} a {second}?")


class TestContrast:
    @pytest.mark.parametrize("theme", THEMES)
    async def test_every_word_of_a_case_and_its_answer_can_be_read(
        self, desk: Desk, rosa: Actor, clock: Clock, theme: str
    ) -> None:
        arrive(desk, "Vivo en Canadá y pregunto por mis aportes.\n> citado", attached=(("foto.exe", b"MZ dos"),))
        ref = open_ticket(desk, received_at=clock.now - timedelta(days=9), risk=True)
        async with console(desk, rosa, (120, 40), {"theme": theme}) as hand:
            await hand.open(ref)
            hand.reads_well()
            await hand.press("escape", "down")
            await hand.screen(QueueScreen)
            await hand.press("enter")
            await hand.reads("⚠ Cuidado: es un programa")
            hand.reads_well()
            await hand.press("escape", "up")
            await hand.screen(QueueScreen)
            await hand.open(ref)
            for key in ("h", "l", "n", "w", "z"):
                await hand.press(key)
                await hand.pilot.pause()
                hand.reads_well()
                if not isinstance(hand.app.screen, TicketScreen):
                    await hand.press("escape")
                    await hand.screen(TicketScreen)
            await hand.press("r")
            await hand.screen(AnswerScreen)
            offers = hand.app.screen.query_one("#offers", OptionList)
            await hand.until(lambda: offers.option_count > 1)
            for _ in range(3):  # the reason of the chosen one, too
                await hand.reads("sugerida:")
                hand.reads_well()
                await hand.press("down")
            await hand.press("home", "enter")
            await hand.reads("Para:")
            hand.reads_well()

    async def test_a_reason_is_one_line_and_is_read_whole_under_the_list(self, desk: Desk, rosa: Actor) -> None:
        ref = open_ticket(desk, text="Vivo en Canadá y quiero saber si los años de aportes cuentan para mi pensión.")
        async with console(desk, rosa) as hand:
            await choosing(hand, ref)
            await hand.reads("Por qué se sugiere: dice", "Úsela cuando:")
            screen = hand.app.screen
            assert isinstance(screen, AnswerScreen)
            rows = hand.seen().splitlines()
            first = next(number for number, row in enumerate(rows) if "sugerida:" in row)
            assert all("sugerida:" in row or "…" in row for row in rows[first : first + 4])


class TestNothingThere:
    """What a letter leaves out is said or left out, and no dots stand around it."""

    async def test_no_dots_stand_around_what_is_not_there(self, desk: Desk, rosa: Actor) -> None:
        ref = open_ticket(desk)
        change(desk, ref, language="", countries="", requester_name="", subject="")
        with desk.store.write() as session:
            [letter] = cases.conversation(session, ticket(desk, ref).id or 0)
            letter.from_name, letter.subject, letter.text = "", "", ""
        other = open_ticket(desk)
        change(desk, other, subject="")
        async with console(desk, rosa, (120, 40)) as hand:
            await hand.open(ref)
            await hand.reads("(sin asunto)", "(sin texto)", "(sin nombre)")
            self.has_no_empty_places(hand)
            for key in ("g", "m"):
                await hand.press(key)
                await hand.reads(other, "(sin asunto)")
                self.has_no_empty_places(hand)
                await hand.press("escape")
                await hand.screen(TicketScreen)

    async def test_a_file_without_type_or_name(self, desk: Desk, rosa: Actor) -> None:
        ref = arrive(desk, attached=(("a.pdf", b"%PDF-"),)).reference
        with desk.store.write() as session:
            one = session.query(Attachment).one()
            one.name = one.type = one.sniffed = ""
        async with console(desk, rosa, (120, 40)) as hand:
            await hand.open(ref)
            await hand.reads("⎘ (sin nombre) · 5 bytes")
            self.has_no_empty_places(hand)

    def has_no_empty_places(self, hand: Hand) -> None:
        for row in hand.seen().splitlines():
            said = row.replace("│", " ").split()
            assert "· ·" not in " ".join(said), row
            assert said[-1:] != ["·"], row


async def test_the_hint_of_a_question_is_read_whole_in_80_columns(desk: Desk, rosa: Actor) -> None:
    ref = open_ticket(desk)
    async with console(desk, rosa) as hand:
        await write(hand, ref, "Hola")
        await hand.press("f8")
        await hand.reads("por ejemplo: 15:30, mañana 9:00, lunes 8:30, 25/11 14:00", "Vacío: al enviarla.")
        await line(hand, "ayer")
        await hand.reads("Vacío: al enviarla.", "por ejemplo: 15:30")


async def test_an_answer_without_an_editor_of_ones_own_says_so_in_plain_words(desk: Desk, rosa: Actor) -> None:
    ref = open_ticket(desk)
    async with console(desk, rosa) as hand:
        await write(hand, ref, "Hola")
        await hand.press("f4")
        await hand.told("Su cuenta no tiene otro editor elegido")
        await hand.press("f1")
        await hand.reads("Otro editor")
        assert "EDITOR" not in hand.seen()


async def test_an_auditor_has_every_key_and_is_told_what_they_may_not(desk: Desk) -> None:
    ref = open_ticket(desk)
    async with console(desk, member(desk, Role.AUDITOR)) as hand:
        await hand.open(ref)
        await hand.reads(*NEEDED)


class TestMuchToRead:
    async def test_of_a_long_conversation_the_newest_is_whole_and_the_rest_a_line_each(
        self, desk: Desk, rosa: Actor, clock: Clock
    ) -> None:
        ref = open_ticket(desk, text="La primera carta, con su segunda línea:\naquí está")
        letter = {"ticket_id": ticket(desk, ref).id, "direction": "in", "kind": "follow_up", "at": clock.now}
        with desk.store.write() as session:
            rows.add_all(session, Message, [{**letter, "text": f"Recado {n}\nsigue"} for n in range(1, 201)])
        async with console(desk, rosa) as hand:
            screen = await hand.open(ref)
            text = screen.shown["letters"].plain
            assert "Recado 181\nsigue" in text
            assert "Recado 180 sigue" in text
            assert "181 mensajes anteriores; con x se leen enteros" in text
            assert text.endswith("Carta · lun 23 nov, 10:00 a. m.: La primera carta, con su segunda línea: aquí está")
            await hand.press("x")
            await hand.until(lambda: screen.shown["letters"].plain.endswith("con su segunda línea:\naquí está"))

    async def test_reading_the_case_again_lays_out_only_what_is_new(self, desk: Desk, rosa: Actor) -> None:
        ref = open_ticket(desk)
        async with console(desk, rosa) as hand:
            screen = await hand.open(ref)
            seen, shown = screen.sight, dict(screen.shown)
            screen.load()
            await hand.until(lambda: screen.sight is not seen)
            assert all(screen.shown[pane] is text for pane, text in shown.items())
            await hand.press("t")
            await hand.until(lambda: screen.shown["journal"] is not shown["journal"])
            assert screen.shown["letters"] is shown["letters"]

    async def test_an_enormous_letter_says_how_much_is_not_shown(self, desk: Desk, rosa: Actor) -> None:
        ref = open_ticket(desk, text="palabra " * 125_000)
        async with console(desk, rosa) as hand:
            screen = await hand.open(ref)
            assert "(no se muestran 959999 caracteres más)" in screen.shown["letters"].plain

    async def test_no_danger_is_shown_before_the_case_has_been_read(self, desk: Desk, rosa: Actor) -> None:
        open_ticket(desk)
        async with console(desk, rosa) as hand:
            await hand.press("enter")
            while not isinstance(hand.app.screen, TicketScreen) or hand.app.screen.sight is None:
                assert "RIESGO" not in hand.seen()
                await hand.pilot.pause()
            assert "RIESGO" not in hand.seen()


class TestDraftsAreNotLost:
    async def test_a_reply_only_looked_at_becomes_no_draft(self, desk: Desk, rosa: Actor) -> None:
        ref = open_ticket(desk)
        async with console(desk, rosa) as hand:
            await choosing(hand, ref)
            await hand.press("enter")
            await hand.until(lambda: hand.app.screen.query_one("#sheet", TextArea).has_focus)
            await hand.press("escape")
            await hand.screen(TicketScreen)
        assert draft(desk, ref, rosa) == ""

    async def test_choosing_a_reply_asks_before_a_draft_is_written_over(self, desk: Desk, rosa: Actor) -> None:
        ref = open_ticket(desk)
        save_draft(desk, rosa, ref, "A medias")
        async with console(desk, rosa) as hand:
            await choosing(hand, ref)
            await hand.press("down", "enter")
            await hand.reads("Tiene un borrador sin enviar")
            await hand.press("1")
            await hand.until(lambda: hand.app.screen.query_one("#sheet", TextArea).has_focus)
            assert hand.app.screen.query_one("#sheet", TextArea).text == "A medias"
            await hand.press("escape")
            await hand.screen(TicketScreen)
            await hand.press("r")
            await hand.screen(AnswerScreen)
            await hand.reads("sugerida:")
            await hand.press("down", "enter")
            await hand.reads("Tiene un borrador sin enviar")
            await hand.press("2")
            await hand.until(lambda: hand.app.screen.query_one("#sheet", TextArea).has_focus)
            assert "Hola, Rosa Quispe" in hand.app.screen.query_one("#sheet", TextArea).text
            await hand.press("escape")
            await hand.screen(TicketScreen)
        assert draft(desk, ref, rosa) == "A medias"


async def test_a_letter_goes_to_the_next_choice_that_begins_with_it(desk: Desk, rosa: Actor, luz: Actor) -> None:
    ref = open_ticket(desk)
    member(desk, Role.CONSULTANT, "rita")
    async with console(desk, member(desk, Role.SUPERVISOR)) as hand:
        await hand.open(ref)
        await hand.press("a")
        await hand.screen(Choose)
        dialog = hand.app.screen
        assert isinstance(dialog, Choose)
        found = []
        for wanted in ("L", "R", "r"):
            await hand.press(wanted)
            found.append(dialog.choices[dialog.query_one(OptionList).highlighted or 0].value)
        assert found == ["luz", "rita", "rosa"]
        await hand.press("enter")
        await hand.told("Reasignado a Rosa")
