"""One case in the console, key by key: joining, parting, attachments, colleagues at the same case, hours."""

import asyncio
import stat
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from textual.events import Key
from textual.widgets import Input, OptionList, Static, TextArea

from calendar_pe.clock import at_lima
from casework import assign, presence
from casework.answer import answer
from casework.deliver import settle
from casework.desk import Actor, Desk
from casework.merge import merge
from console.app import make_console
from console.dialogs import AskLine, AskText, Choose, Confirm
from console.editing import EditorFailed, left_behind, paper_of, put_away, write_outside
from console.screens.answer import AnswerScreen
from console.screens.queue import QueueScreen
from console.screens.register import RegisterScreen
from console.screens.ticket import TicketScreen
from tests.arriving import arrive
from tests.desks import MONDAY, MONDAY_10, TUESDAY, Clock, build, events, member, open_ticket, promises, ticket, words
from tests.integration.test_console import Hand, Watched, change, console, draft, waiting_letters, write
from tickets import attentions, cases, outgoing
from tickets.states import OutboxState, Role
from tickets.store import Store
from tickets.tables import Verdict


@pytest.fixture
def desk(sqlite_store: Store, clock: Clock) -> Desk:
    return build(sqlite_store, clock)


@pytest.fixture
def rosa(desk: Desk) -> Actor:
    return member(desk, Role.CONSULTANT, "rosa")


@pytest.fixture
def luz(desk: Desk) -> Actor:
    return member(desk, Role.CONSULTANT, "luz")


async def line(hand: Hand, said: str) -> None:
    """Answer a question of one line, in place of what stood there."""
    await hand.screen(AskLine)
    hand.app.screen.query_one(Input).value = said
    await hand.press("enter")


async def saves(hand: Hand, said: str) -> None:
    await hand.screen(AskText)
    await hand.press(*said, "ctrl+s")


class TestReading:
    async def test_newest_first_quotes_folded_the_routine_in_one_line(
        self, desk: Desk, rosa: Actor, clock: Clock
    ) -> None:
        first = arrive(desk, "Primera carta").reference
        clock.forward(hours=1)
        arrive(desk, "Un dato más\n\nEl lun, SOM escribió:\n> Primera carta", answers="<carta.1@example.org>")
        async with console(desk, rosa) as hand:
            await hand.open(first)
            await hand.reads("Un dato más", "Primera carta", "Acuse de recibo", "con x se lee")
            seen = hand.seen()
            assert seen.index("Un dato más") < seen.index("▼ Carta")
            assert "> Primera carta" not in seen
            await hand.press("x")
            await hand.reads("> Primera carta")
            await hand.press("x")
            await hand.until(lambda: "> Primera carta" not in hand.seen())

    async def test_what_the_classifier_said_stays_when_a_person_confirms(self, desk: Desk, rosa: Actor) -> None:
        ref = arrive(desk).reference
        async with console(desk, rosa, (120, 40)) as hand:
            await hand.open(ref)
            await hand.reads("El clasificador dijo línea 2 (90 % de", "– prueba", "Nadie la ha revisado todavía")
            await hand.press("c")
            await hand.reads("La confirmó Rosa.", "El clasificador dijo línea 2", "– prueba")

    async def test_the_judgement_shown_is_that_of_the_letter_that_opened_the_case(
        self, desk: Desk, rosa: Actor
    ) -> None:
        ref = arrive(desk).reference
        with desk.store.write() as session:
            found = cases.first_verdict(session, cases.find(session, ref).id or 0)
            assert found is not None
            later = found.model_dump(exclude={"id"}) | {"line": 0, "reasons": ["le quitan el DNI"]}
            session.add(Verdict(**(later | {"trafficking_risk": True})))
            session.add(Verdict(**(later | {"reasons": ["es un dato más"]})))
        async with console(desk, rosa, (120, 40)) as hand:
            await hand.open(ref)
            await hand.reads(
                "El clasificador dijo línea 2", "En otra carta vio señales de trata:", "– le quitan el DNI"
            )
            assert "es un dato más" not in hand.seen()

    async def test_other_cases_of_the_person_are_opened(self, desk: Desk, rosa: Actor) -> None:
        first, second = open_ticket(desk), open_ticket(desk)
        async with console(desk, rosa) as hand:
            await hand.open(first)
            await hand.press("g")
            await hand.screen(Choose)
            await hand.press("enter")
            await hand.until(lambda: isinstance(hand.app.screen, TicketScreen) and hand.app.screen.reference == second)
            await hand.press("escape")
            await hand.until(lambda: isinstance(hand.app.screen, TicketScreen) and hand.app.screen.reference == first)


class TestAttachments:
    async def test_one_is_saved_where_one_says_and_never_opened(self, desk: Desk, rosa: Actor, tmp_path: Path) -> None:
        files = (("contrato.pdf", b"%PDF-1.4 uno"), ("foto.exe", b"MZ dos"))
        ref = arrive(desk, attached=files).reference
        async with console(desk, rosa, (120, 40)) as hand:
            await hand.open(ref)
            await hand.reads("contrato.pdf", "12 bytes", "⚠ Cuidado: es un programa", "b los guarda")
            await hand.press("b")
            await hand.screen(Choose)
            await hand.press("1")
            await line(hand, str(tmp_path))
            await line(hand, "../contrato de Rosa.pdf")
            await hand.told("Guardado:")
            await hand.press("b", "2")
            await hand.screen(Confirm)
            await hand.reads("es un programa")
            await hand.press("n")
            await hand.press("h")
            await hand.reads("Rosa: guardó un adjunto en una carpeta")
        [saved] = tmp_path.iterdir()
        assert (saved.name, saved.read_bytes()) == ("contrato de Rosa.pdf", b"%PDF-1.4 uno")
        assert stat.S_IMODE(saved.stat().st_mode) == 0o600

    async def test_a_folder_that_is_not_there_is_told(self, desk: Desk, rosa: Actor, tmp_path: Path) -> None:
        ref = arrive(desk, attached=(("a.pdf", b"%PDF-"),)).reference
        async with console(desk, rosa) as hand:
            await hand.open(ref)
            await hand.press("b")
            await line(hand, str(tmp_path / "nada"))
            await line(hand, "a.pdf")
            await hand.told("No existe la carpeta")


class TestJoiningAndParting:
    async def test_two_cases_become_one_after_one_question(self, desk: Desk, rosa: Actor) -> None:
        first, second = arrive(desk, "Uno").reference, arrive(desk, "Dos", subject="Otra").reference
        async with console(desk, rosa) as hand:
            await hand.open(first)
            await hand.press("m")
            await hand.screen(Choose)
            await hand.reads(second, "Otra")
            await hand.press("enter")
            await hand.screen(Confirm)
            await hand.reads(f"¿Unir {first} a {second}?", "No se puede deshacer")
            assert ticket(desk, first).state == "new"
            await hand.press("s")
            await hand.reads(f"SOM · {second}", "Uno", "Dos")
            await hand.press("h")
            await hand.reads("Rosa: unió otro caso a este")
        assert ticket(desk, first).outcome == cases.MERGED

    async def test_no_leaves_both_as_they_were(self, desk: Desk, rosa: Actor) -> None:
        first, second = arrive(desk, "Uno").reference, arrive(desk, "Dos").reference
        async with console(desk, rosa) as hand:
            await hand.open(first)
            await hand.press("m", "n")
            await line(hand, second)
            await hand.screen(Confirm)
            await hand.press("n")
            await hand.screen(TicketScreen)
        assert (ticket(desk, first).version, ticket(desk, second).version) == (1, 1)

    async def test_a_refusal_is_shown_in_its_own_words(self, desk: Desk, rosa: Actor) -> None:
        first, other = open_ticket(desk), open_ticket(desk, address="otra@example.org")
        async with console(desk, rosa) as hand:
            await hand.open(first)
            await hand.press("m", "n")
            await line(hand, other)
            await hand.screen(Confirm)
            await hand.press("s")
            await hand.told(f"{first} y {other} son de direcciones distintas")

    async def test_a_merged_case_says_where_its_letters_are(self, desk: Desk, rosa: Actor) -> None:
        first, second = arrive(desk, "Uno").reference, arrive(desk, "Dos").reference
        merge(desk, rosa, first, second)
        async with console(desk, rosa) as hand:
            await hand.press("g", *first, "enter")
            await hand.reads(f"Este caso se unió a {second}")
            await hand.press("r")
            await hand.told("responda allí")
            await hand.press("t")
            await hand.told(f"{first} se unió a {second}; siga allí.")
            await hand.press("g", "enter")
            await hand.reads(f"SOM · {second}")

    async def test_a_later_letter_gets_a_case_of_its_own(self, desk: Desk, rosa: Actor, clock: Clock) -> None:
        ref = arrive(desk, "Uno").reference
        clock.forward(hours=23)
        arrive(desk, "Mi hermano quiere ir a Italia", subject="Mi hermano", answers="<carta.1@example.org>")
        async with console(desk, rosa) as hand:
            await hand.open(ref)
            await hand.press("e")
            await hand.screen(Confirm)
            await hand.reads("¿Separar esta carta", "Mi hermano quiere ir a Italia", "mié 25 nov, 5:00 p. m.")
            await hand.press("s")
            await hand.told("Caso nuevo: SOM-2026-000002, hasta el mié 25 nov")
        assert [one.received_at for one in promises(desk, "SOM-2026-000002")] == [MONDAY_10 + timedelta(hours=23)]

    async def test_a_case_of_one_letter_is_not_parted(self, desk: Desk, rosa: Actor) -> None:
        ref = open_ticket(desk)
        async with console(desk, rosa) as hand:
            await hand.open(ref)
            await hand.press("e")
            await hand.told("una sola carta")


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
            await hand.until(lambda: not screen.query_one("#leaving", Static).display)
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
            await hand.reads("· Respondido", "enviada el lun 23 nov, 10:01 a. m.")
            await hand.until(lambda: not screen.query_one("#leaving", Static).display)

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
            await hand.reads("sale el mié 25 nov")
            await hand.press("ctrl+s")
            await hand.told("y el plazo vence el")
            await hand.screen(AnswerScreen)
            await hand.press("f8")
            await line(hand, "")
            await hand.until(lambda: "sale el" not in hand.seen())
            await hand.press("ctrl+s")
            await hand.screen(TicketScreen)
        assert waiting_letters(desk) == [("answer", "waiting")]

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


class TestOwnEditor:
    def test_the_editor_has_the_text_and_gives_it_back(self, tmp_path: Path) -> None:
        paper = paper_of(tmp_path / "mesa", "rosa", "SOM-2026-000001")
        assert write_outside("sed -i s/Hola/Buenas/", paper, "Hola, Ana\n") == "Buenas, Ana\n"
        assert stat.S_IMODE(paper.stat().st_mode) == 0o600
        assert left_behind(paper) == "Buenas, Ana\n"
        put_away(paper)
        assert left_behind(paper) == ""

    def test_an_editor_that_fails_leaves_what_it_saved_on_paper(self, tmp_path: Path) -> None:
        paper = paper_of(tmp_path, "rosa", "SOM-2026-000001")
        with pytest.raises(EditorFailed, match="terminó con un error"):
            write_outside("sh -c 'echo más >> $0; exit 3'", paper, "Hola\n")
        assert left_behind(paper) == "Hola\nmás\n"
        with pytest.raises(EditorFailed, match="no se pudo abrir"):
            write_outside("un-editor-que-no-existe", paper, "Hola")

    def test_what_the_editor_writes_is_harmless(self, tmp_path: Path) -> None:
        paper = paper_of(tmp_path, "rosa", "SOM-2026-000001")
        assert "\x1b" not in write_outside("sed -i s/Hola/\\x1b[31mrojo/", paper, "Hola")

    def test_a_folder_of_somebody_else_is_not_needed(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
        (tmp_path / "mesa").write_text("no es una carpeta")
        paper = paper_of(tmp_path / "mesa", "rosa", "SOM-2026-000001")
        assert paper.parent.parent == tmp_path
        assert write_outside("true", paper, "Hola") == "Hola"
        assert stat.S_IMODE(paper.parent.stat().st_mode) == 0o700

    def test_nobody_elses_paper_is_read(self, tmp_path: Path) -> None:
        (tmp_path / "secreto").write_text("de otro")
        paper = paper_of(tmp_path, "../rosa", "SOM-2026-000001")
        assert paper.parent == tmp_path
        paper.symlink_to(tmp_path / "secreto")
        assert left_behind(paper) == ""
        write_outside("true", paper, "mío")
        assert (tmp_path / "secreto").read_text() == "de otro"

    async def test_what_a_dead_terminal_left_is_offered_and_reaches_the_record(
        self, desk: Desk, rosa: Actor, tmp_path: Path
    ) -> None:
        ref = open_ticket(desk)
        paper = paper_of(tmp_path, rosa.login, ref)
        paper.write_text("Escrito en vim cuando se cortó la luz")
        app = make_console(desk, rosa, folder=tmp_path)
        async with app.run_test(size=(80, 24)) as pilot:
            hand = Hand(app, pilot)
            await hand.until(lambda: isinstance(app.screen, QueueScreen) and bool(app.screen.columns))
            await hand.press("r")
            await hand.screen(AnswerScreen)
            await hand.reads("Continuar su borrador", "cuando se cortó la luz")
            await hand.press("home", "enter")
            await hand.until(lambda: hand.app.screen.query_one("#sheet", TextArea).has_focus)
            await hand.press("escape")
            await hand.screen(TicketScreen)
        assert draft(desk, ref, rosa) == "Escrito en vim cuando se cortó la luz"
        assert not paper.exists()


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
            await hand.screen(QueueScreen)
        with desk.store.read() as session:
            assert attentions.listing(session) == []


class TestTypingFast:
    """Keys that arrive in one packet, as over a slow line."""

    async def burst(self, hand: Hand, keys: str) -> None:
        for key in keys:
            hand.app.post_message(Key("enter" if key == "\r" else key, key))

    async def test_the_second_key_answers_what_the_first_asks(self, desk: Desk, rosa: Actor) -> None:
        ref = open_ticket(desk)
        async with console(desk, rosa) as hand:
            await hand.open(ref)
            await self.burst(hand, "l4")
            await hand.until(lambda: ticket(desk, ref).line == 4)

    async def test_no_key_becomes_another_order(self, desk: Desk, rosa: Actor) -> None:
        ref = open_ticket(desk)
        assign.take(desk, rosa, ref)
        async with console(desk, rosa) as hand:
            await hand.open(ref)
            await self.burst(hand, "ks")  # «s» alone would give the case back
            await hand.screen(Confirm)
            await hand.reads("¿Confirma que es sugerencia?")
            await hand.press("s")
            await hand.until(lambda: ticket(desk, ref).kind == "sugerencia")
        assert ticket(desk, ref).assignee_id == rosa.staff_id

    async def test_a_text_typed_at_once_reaches_its_paper(self, desk: Desk, rosa: Actor) -> None:
        first, second = open_ticket(desk), open_ticket(desk)
        async with console(desk, rosa) as hand:
            await self.burst(hand, "g2\r")
            await hand.until(lambda: isinstance(hand.app.screen, TicketScreen) and hand.app.screen.reference == second)
            await hand.reads(f"SOM · {second}")
            await self.burst(hand, "nLlamar mañana")
            await hand.reads("Llamar mañana")
            await hand.press("ctrl+s")
            await hand.until(lambda: "noted" in events(desk, second))
        assert "noted" not in events(desk, first)

    async def test_sending_waits_for_the_letters_typed_before_it(
        self, desk: Desk, rosa: Actor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ref = open_ticket(desk)
        take = TextArea._on_key

        async def slowly(sheet: TextArea, event: Key) -> None:
            await asyncio.sleep(0.005)  # a machine with too much to do
            await take(sheet, event)

        monkeypatch.setattr(TextArea, "_on_key", slowly)
        async with console(desk, rosa) as hand:
            await write(hand, ref, "")
            said = "Puede pedirla en la oficina de Lima, de lunes a viernes."
            await self.burst(hand, said)
            hand.app.post_message(Key("ctrl+s", None))
            await hand.screen(TicketScreen)
        with desk.store.read() as session:
            sent = cases.conversation(session, ticket(desk, ref).id or 0)[-1]
        assert sent.text.strip() == said

    async def test_a_note_is_kept_whole(self, desk: Desk, rosa: Actor) -> None:
        ref = open_ticket(desk)
        async with console(desk, rosa) as hand:
            await hand.open(ref)
            await self.burst(hand, "nLlamar mañana a primera hora")
            hand.app.post_message(Key("ctrl+s", None))
            await hand.until(lambda: "noted" in events(desk, ref))
        with desk.store.read() as session:
            assert cases.conversation(session, ticket(desk, ref).id or 0)[-1].text == "Llamar mañana a primera hora"


async def test_no_order_asks_the_database_on_the_event_loop(desk: Desk, rosa: Actor, clock: Clock) -> None:
    ref = arrive(desk, "Uno", attached=(("a.pdf", b"%PDF-"),)).reference
    arrive(desk, "Dos", subject="Otra")
    clock.forward(hours=1)
    arrive(desk, "Tres", answers="<carta.1@example.org>")
    store = Watched(desk.store.engine)
    async with console(replace(desk, store=store), rosa) as hand:
        await hand.open(ref)
        for key, kind in (("g", Choose), ("m", Choose), ("e", Confirm), ("b", AskLine), ("a", Choose)):
            await hand.press(key)
            await hand.screen(kind)
            await hand.press("escape")
            await hand.screen(TicketScreen)
        await hand.press("e")
        await hand.screen(Confirm)
        await hand.press("s")
        await hand.told("Caso nuevo")
        await hand.press("m")
        await hand.screen(Choose)
        await hand.press("enter")
        await hand.screen(Confirm)
        await hand.press("s")
        await hand.told("Unido a")
    assert store.threads
    assert threading.get_ident() not in store.threads
