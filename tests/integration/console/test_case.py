"""One case in the console, key by key: reading, attachments, joining and parting."""

import stat
from datetime import timedelta
from pathlib import Path

from casework.answer import answer
from casework.desk import Actor, Desk
from casework.merge import merge
from console.dialogs import Choose, Confirm
from console.screens.ticket import TicketScreen
from tests.arriving import arrive
from tests.consoles import console, line
from tests.desks import MONDAY_10, Clock, open_ticket, promises, ticket, words
from tickets import cases
from tickets.states import TicketState
from tickets.tables import Verdict


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
            await hand.reads("La línea la confirmó Rosa.", "El clasificador dijo línea 2", "– prueba")

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

    async def test_what_cannot_be_is_refused_before_anything_is_asked(self, desk: Desk, rosa: Actor) -> None:
        first, unread = open_ticket(desk), open_ticket(desk, state=TicketState.QUARANTINED)
        async with console(desk, rosa) as hand:
            await hand.press("g", "1", "enter")
            await hand.reads(f"SOM · {first} ·")
            await hand.press("m", "n")
            await line(hand, unread)
            await hand.told(f"La carta de {unread} todavía no se pudo analizar")
            assert isinstance(hand.app.screen, TicketScreen)
            answer(desk, rosa, first, words())
            await hand.press("m")
            await hand.told(f"{first} tiene una carta por salir")
            assert isinstance(hand.app.screen, TicketScreen)

    async def test_two_addresses_become_one_case_only_after_a_warning_and_a_plain_yes(
        self, desk: Desk, rosa: Actor
    ) -> None:
        first, other = open_ticket(desk), open_ticket(desk, address="otra@example.org")
        async with console(desk, rosa) as hand:
            await hand.open(first)
            for answered in ("enter", "escape", "s"):
                await hand.press("m", "n")
                await line(hand, "2")
                await hand.screen(Choose)
                await hand.reads("⚠ Son de dos direcciones", "irán solo a <otra@example.org>", "No se puede deshacer")
                assert ticket(desk, first).version == 1
                await hand.press(answered)
            await hand.told(f"Unido a {other}")
            await hand.press("h")
            await hand.reads("Rosa: unió otro caso a este (de otra dirección)")
        assert ticket(desk, first).outcome == cases.MERGED

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


async def test_what_was_joined_is_parted_again_never_the_letter_of_the_case(
    desk: Desk, rosa: Actor, clock: Clock
) -> None:
    ended = arrive(desk, "Uno", subject="De antes").reference
    clock.forward(hours=1)
    kept = arrive(desk, "Dos", subject="Este caso").reference
    merge(desk, rosa, ended, kept)
    async with console(desk, rosa) as hand:
        await hand.open(kept)
        await hand.press("e")
        await hand.screen(Confirm)
        await hand.reads("De antes")
        await hand.press("s")
        await hand.told("Caso nuevo")
    assert [one.state for one in promises(desk, kept)] == ["void", "open"]
