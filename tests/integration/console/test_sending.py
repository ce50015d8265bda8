"""An answer on its way: colleagues at the same case, the hour, the moment in which it can be taken back."""

from textual.widgets import OptionList, TextArea

from calendar_pe.clock import at_lima
from casework import presence
from casework.answer import answer
from casework.deliver import settle
from casework.desk import Actor, Desk
from console.dialogs import AskLine, AskText, Choose, Confirm
from console.screens.answer import AnswerScreen
from console.screens.ticket import TicketScreen
from tests.consoles import change, console, draft, line, waiting_letters, write
from tests.desks import TUESDAY, Clock, member, open_ticket, promises, ticket, words
from tickets import outgoing
from tickets.states import OutboxState, Role


class TestColleagues:
    async def test_who_answers_is_seen_by_others_until_they_leave(self, desk: Desk, rosa: Actor, luz: Actor) -> None:
        ref = open_ticket(desk)
        number = ticket(desk, ref).id or 0

        def seen() -> str:
            with desk.store.read() as session:
                return presence.answering(desk, luz, session, number)

        async with console(desk, rosa) as hand:
            await hand.press("r")
            await hand.screen(AnswerScreen)
            await hand.until(lambda: seen() == "Rosa")
            await hand.press("escape")
            await hand.screen(TicketScreen)
            await hand.until(lambda: seen() == "")

    async def test_the_case_and_the_sheet_say_who_is_at_it(self, desk: Desk, rosa: Actor, luz: Actor) -> None:
        ref = open_ticket(desk)
        presence.begin(desk, luz, ticket(desk, ref).id or 0)
        async with console(desk, rosa) as hand:
            await write(hand, ref, "Hola")
            await hand.reads("✎ Luz también está respondiendo este caso.")
            await hand.press("escape")
            await hand.screen(TicketScreen)
            await hand.reads("✎ Luz está respondiendo este caso.")

    async def test_an_auditor_looks_at_replies_and_shows_no_sign(self, desk: Desk, luz: Actor) -> None:
        ref = open_ticket(desk)
        auditor = member(desk, Role.AUDITOR)
        async with console(desk, auditor) as hand:
            await hand.open(ref)
            await hand.press("r")
            await hand.screen(AnswerScreen)
            await hand.until(lambda: hand.app.screen.query_one("#offers", OptionList).option_count > 1)
            with desk.store.read() as session:
                assert presence.answering(desk, luz, session, ticket(desk, ref).id or 0) == ""
            await hand.press("home", "enter")
            await hand.until(lambda: hand.app.screen.query_one("#sheet", TextArea).has_focus)
            await hand.press("h", "ctrl+s")
            await hand.told("Su rol no permite hacer eso.")
        assert waiting_letters(desk) == []


class TestSending:
    async def test_how_long_it_can_be_taken_back_is_seen_with_the_key(
        self, desk: Desk, rosa: Actor, clock: Clock
    ) -> None:
        ref = open_ticket(desk)
        async with console(desk, rosa) as hand:
            await write(hand, ref, "Hola")
            await hand.press("ctrl+s")
            await hand.screen(TicketScreen)
            await hand.reads("▲ Su respuesta sale en 60 segundos · u la retira")
            clock.forward(seconds=40)
            screen = hand.app.screen
            assert isinstance(screen, TicketScreen)
            screen.look_at_leaving()
            await hand.reads("▲ Su respuesta sale en 20 segundos · u la retira")
            await hand.press("u")
            await hand.until(lambda: "▲ Su respuesta" not in hand.seen())
        assert draft(desk, ref, rosa).strip() == "Hola"

    async def test_what_became_of_it_is_seen_without_being_asked(self, desk: Desk, rosa: Actor, clock: Clock) -> None:
        ref = open_ticket(desk)
        async with console(desk, rosa) as hand:
            await write(hand, ref, "Hola")
            await hand.press("ctrl+s")
            await hand.screen(TicketScreen)
            await hand.reads("u la retira")
            clock.forward(seconds=61)
            with desk.store.write() as session:
                [letter] = outgoing.of_ticket(session, ticket(desk, ref).id or 0)
                letter.state, letter.attempted_at = OutboxState.UNCERTAIN, clock.now
            settle(desk, rosa, letter.id or 0, sent=True)
            screen = hand.app.screen
            assert isinstance(screen, TicketScreen)
            screen.look_at_leaving()
            await hand.reads("· Respondido", "salió el lun 23 nov, 10:01 a. m.")
            await hand.until(lambda: "▲ Su respuesta" not in hand.seen())

    async def test_a_colleagues_letter_about_to_leave_is_named(self, desk: Desk, rosa: Actor, luz: Actor) -> None:
        ref = open_ticket(desk)
        answer(desk, luz, ref, words())
        async with console(desk, rosa) as hand:
            await hand.open(ref)
            await hand.reads("▲ La respuesta de Luz sale en 60 segundos")
            await hand.press("r")
            await hand.told("Ya hay una respuesta de Luz por salir")

    async def test_an_hour_is_chosen_and_the_letter_waits_for_it(self, desk: Desk, rosa: Actor) -> None:
        ref = open_ticket(desk)
        async with console(desk, rosa) as hand:
            await write(hand, ref, "Hola")
            await hand.press("f8")
            await line(hand, "ayer por la tarde")
            await hand.reads("por ejemplo: 15:30")
            await line(hand, "mañana 9:00")
            await hand.reads("sale el mar 24 nov, 9:00 a. m.")
            await hand.press("ctrl+s")
            await hand.screen(TicketScreen)
            await hand.reads("sale el mar 24 nov, 9:00 a. m.")
        assert [one.state for one in promises(desk, ref)] == ["open"]
        with desk.store.read() as session:
            [letter] = outgoing.of_ticket(session, ticket(desk, ref).id or 0)
        assert letter.next_attempt_at == at_lima(TUESDAY, 9)

    async def test_an_hour_that_breaks_the_promise_is_refused_with_both_hours(self, desk: Desk, rosa: Actor) -> None:
        ref = open_ticket(desk)
        async with console(desk, rosa) as hand:
            await write(hand, ref, "Hola")
            await hand.press("f8")
            await line(hand, "miércoles 9:00")
            await hand.reads("Saldría el miércoles 25 de noviembre", "plazo vence el martes 24 de noviembre")
            assert "sale el mié" not in hand.seen()
            await line(hand, "martes 10:00")
            await hand.reads("sale el mar 24 nov")
            await hand.press("f8")
            await line(hand, "")
            await hand.until(lambda: "sale el" not in hand.seen())
            await hand.press("ctrl+s")
            await hand.screen(TicketScreen)
        assert waiting_letters(desk) == [("answer", "waiting")]

    async def test_a_date_that_has_passed_is_refused_and_not_taken_for_next_years(
        self, desk: Desk, rosa: Actor, clock: Clock
    ) -> None:
        ref = open_ticket(desk)
        clock.forward(days=2, hours=6)  # Wednesday at 16:00, the promise is broken
        async with console(desk, rosa) as hand:
            await write(hand, ref, "Hola")
            await hand.press("f8")
            await line(hand, "25/11 14:00")
            await hand.reads("Esa hora ya pasó: mié 25 nov, 2:00 p. m.")
            await hand.press("escape")
            await hand.screen(AnswerScreen)
            assert "sale el" not in hand.seen()

    async def test_an_overdue_answer_waits_for_an_hour_only_after_a_yes(
        self, desk: Desk, rosa: Actor, clock: Clock
    ) -> None:
        ref = open_ticket(desk)
        clock.forward(days=2, hours=6)
        async with console(desk, rosa) as hand:
            await write(hand, ref, "Hola")
            await hand.press("f8")
            await line(hand, "4/1/2027 9:00")
            await hand.reads("¿Que salga recién el lun 4 ene 2027", "El plazo venció el mar 24 nov, 5:00 p. m.")
            await hand.press("enter")
            await hand.screen(AnswerScreen)
            assert "sale el" not in hand.seen()
            await hand.press("f8")
            await line(hand, "4/1/2027 9:00")
            await hand.screen(Confirm)
            await hand.press("s")
            await hand.reads("· sale el lun 4 ene 2027, 9:00 a. m.")

    async def test_what_was_said_of_one_hour_goes_when_another_is_chosen(self, desk: Desk, rosa: Actor) -> None:
        ref = open_ticket(desk)
        async with console(desk, rosa) as hand:
            await write(hand, ref, "Hola")
            for said, told in (
                ("hoy 15:00", "Saldrá el lun 23 nov, 3:00 p. m."),
                ("hoy 20:00", "Saldrá el mar 24 nov, 8:15 a. m."),
                ("", "Sin hora: sale al enviarla"),
            ):
                await hand.press("f8")
                await line(hand, said)
                await hand.told(told)
                assert [one.text for one in hand.app.place.said if "sal" in one.text.lower()] == [
                    next(one.text for one in hand.app.place.said if told in one.text)
                ]

    async def test_the_key_that_sends_says_what_comes_first_where_there_is_no_sheet(
        self, desk: Desk, rosa: Actor
    ) -> None:
        ref = open_ticket(desk)
        async with console(desk, rosa) as hand:
            await write(hand, ref, "Hola")
            await hand.press("ctrl+s")
            await hand.screen(TicketScreen)
            await hand.reads("u la retira")
            await hand.press("u")
            await hand.told("Respuesta retirada")
            await hand.press("r")
            await hand.screen(AnswerScreen)
            await hand.reads("Continuar su borrador")
            await hand.press("ctrl+s")
            await hand.told("Primero ábrala con Intro; desde la hoja, Ctrl+S la envía.")
            assert "Ctrl+S Enviar" not in hand.seen()
            await hand.press("home", "enter")
            await hand.until(lambda: hand.app.screen.query_one("#sheet", TextArea).has_focus)
            await hand.press("ctrl+s")
            await hand.screen(TicketScreen)
        assert sorted(waiting_letters(desk)) == [("answer", "refused"), ("answer", "waiting")]

    async def test_from_queue_to_sent_in_at_most_six_keys_and_the_variables(self, desk: Desk, rosa: Actor) -> None:
        open_ticket(desk, text="Quiero saber a qué entidad acudir por mi pasaporte.")
        keys = 0

        async with console(desk, rosa) as hand:

            async def press(key: str) -> None:
                nonlocal keys
                keys += 1
                await hand.press(key)

            await press("r")
            await hand.screen(AnswerScreen)
            options = hand.app.screen.query_one("#offers", OptionList)
            await hand.until(lambda: options.option_count > 1)
            await hand.reads("sugerida:")
            await press("enter")
            while not hand.app.screen.query("#sheet") or not hand.app.screen.query_one("#sheet").has_focus:
                await hand.pilot.pause()
                match hand.app.screen:  # a variable: its value and its own key are not counted
                    case Choose():
                        await hand.press("enter")
                    case AskText():
                        await hand.press("a", "ctrl+s")
                    case AskLine():
                        await hand.press("a", "enter")
            await press("ctrl+s")
            await hand.screen(TicketScreen)
        assert waiting_letters(desk)[0][1] == "waiting"
        assert keys <= 6

    async def test_a_refusal_says_which_letter_stands_in_the_way(self, desk: Desk, rosa: Actor, luz: Actor) -> None:
        ref = open_ticket(desk)
        async with console(desk, rosa) as hand:
            await write(hand, ref, "Hola")
            answer(desk, luz, ref, words())
            change(desk, ref, version=1)
            await hand.press("ctrl+s")
            await hand.told(f"{ref} ya tiene una carta por salir")
            assert hand.app.screen.query_one("#sheet", TextArea).text == "Hola"
