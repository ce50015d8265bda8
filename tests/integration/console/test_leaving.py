"""Leaving the console: asked only when something of the person's would be lost or is about to leave."""

from collections.abc import Callable
from datetime import timedelta

from casework.answer import answer
from casework.desk import Actor, Desk
from casework.sweep import sweep
from console.dialogs import AskText, Choose, Confirm
from console.leaving import Leave
from console.screens.queue import QueueScreen
from console.screens.register import RegisterScreen
from console.screens.remediation import FormScreen, RemediationScreen
from console.screens.ticket import TicketScreen
from tests.consoles import Hand, console, draft, write
from tests.desks import Clock, letter, member, open_ticket, words
from tickets.states import OutboxState, Role


async def gone(hand: Hand) -> None:
    await hand.until(lambda: not hand.app.is_running)


async def test_nothing_is_asked_when_nothing_would_be_lost(desk: Desk, rosa: Actor) -> None:
    ref = open_ticket(desk)
    async with console(desk, rosa) as hand:
        await write(hand, ref, "Hola")
        await hand.press("escape")
        await hand.screen(TicketScreen)
        await hand.press("escape", "q")
        await gone(hand)
    assert draft(desk, ref, rosa) == "Hola"


async def test_an_answer_about_to_leave_is_named_and_can_still_be_taken_back(desk: Desk, rosa: Actor) -> None:
    ref = open_ticket(desk)
    queued = answer(desk, rosa, ref, words())
    async with console(desk, rosa) as hand:
        await hand.press("q")
        await hand.screen(Leave)
        await hand.reads(f"Su respuesta a {ref} sale en 60 segundos", "Saldrá aunque cierre la bandeja")
        await hand.press("n")
        await hand.screen(QueueScreen)
        await hand.press("u")
        await hand.told("retirada; su texto quedó como borrador")
        assert letter(desk, queued.outgoing_id).state == OutboxState.REFUSED
        await hand.until(lambda: not hand.queue.unfinished.own)
        await hand.press("q")
        await gone(hand)


async def test_leaving_asked_twice_is_meant(desk: Desk, rosa: Actor) -> None:
    answer(desk, rosa, open_ticket(desk), words())
    async with console(desk, rosa) as hand:
        await hand.press("ctrl+q")
        await hand.screen(Leave)
        await hand.press("ctrl+q")
        await gone(hand)


async def test_a_colleagues_answer_or_one_for_tomorrow_keeps_nobody(desk: Desk, rosa: Actor, clock: Clock) -> None:
    answer(desk, member(desk, Role.CONSULTANT, "luz"), open_ticket(desk), words())
    answer(desk, rosa, open_ticket(desk), words(), leaves_at=clock.now + timedelta(hours=4))
    async with console(desk, rosa) as hand:
        await hand.reads("▲ Su respuesta a SOM-2026-000002 sale el lun 23 nov, 2:00 p. m. · u la retira")
        await hand.press("q")
        await gone(hand)


async def test_a_text_left_with_escape_stays_as_a_draft_until_it_is_saved(desk: Desk, clock: Clock) -> None:
    open_ticket(desk)
    clock.forward(days=2)
    sweep(desk)
    boss = member(desk, Role.SUPERVISOR)
    async with console(desk, boss) as hand:
        await hand.press("m")
        await hand.screen(RemediationScreen)
        await hand.reads("Rosa Quispe")
        await hand.press("enter")
        await hand.screen(FormScreen)
        await hand.press("3")
        await hand.screen(AskText)
        await hand.press(*"Se llamo", "escape")
        await hand.reads("Medida correctiva: Se llamo (borrador sin guardar)")
        await hand.press("escape")
        await hand.screen(RemediationScreen)
        await hand.reads("borrador;")
        await hand.press("ctrl+q")
        await hand.screen(Leave)
        await hand.reads("Lo escrito en la medida 1 (medida correctiva), sin aceptar")
        await hand.press("n")
        await hand.screen(RemediationScreen)
        await hand.press("enter")
        await hand.screen(FormScreen)
        await hand.press("3")
        await hand.screen(AskText)
        await hand.press(*" hoy", "ctrl+s")
        await hand.screen(FormScreen)
        await hand.until(lambda: "Medida correctiva: Se llamo hoy\n" in _trimmed(hand))
        await hand.press("escape", "escape", "q")
        await gone(hand)


async def test_a_text_half_written_outlives_a_terminal_that_dies(desk: Desk, clock: Clock) -> None:
    open_ticket(desk)
    clock.forward(days=2)
    sweep(desk)
    boss = member(desk, Role.SUPERVISOR)
    written: list[dict[str, str]] = [{}]

    def keeper(remembered: dict[str, str]) -> Callable[[], bool]:
        def keep() -> bool:
            written.append(dict(remembered))
            return True

        return keep

    first: dict[str, str] = {}
    async with console(desk, boss, remembered=first, keep=keeper(first)) as hand:
        await hand.press("m")
        await hand.screen(RemediationScreen)
        await hand.reads("Rosa Quispe")
        await hand.press("enter", "3")
        await hand.screen(AskText)
        await hand.press(*"Se llamo")
        await hand.until(lambda: "Se llamo" in written[-1].values())  # nothing was accepted or left: it was only typed
    second = dict(written[-1])
    async with console(desk, boss, remembered=second, keep=keeper(second)) as hand:
        await hand.press("m")
        await hand.screen(RemediationScreen)
        await hand.reads("borrador;")
        await hand.press("enter", "3")
        await hand.screen(AskText)
        await hand.press(*" hoy")
        await hand.press("ctrl+q")
        await gone(hand)  # nothing would be lost, nothing is asked
    assert "Se llamo hoy" in written[-1].values()


async def test_an_attention_begun_is_not_dropped_without_a_question(desk: Desk, rosa: Actor) -> None:
    async with console(desk, rosa) as hand:
        await hand.press("n")
        await hand.screen(Choose)
        await hand.press("t", "escape")
        await hand.screen(RegisterScreen)
        await hand.press("escape")
        await hand.screen(Confirm)
        await hand.press("n")
        await hand.screen(RegisterScreen)
        await hand.press("9")
        await hand.screen(AskText)
        await hand.press(*"llamo ayer", "escape")
        await hand.reads("Nota:          llamo ayer")
        await hand.press("ctrl+q")
        await hand.screen(Leave)
        await hand.reads("La atención que está registrando")
        await hand.press("n", "escape")
        await hand.screen(Confirm)
        await hand.press("s")
        await hand.screen(QueueScreen)


def _trimmed(hand: Hand) -> str:
    return "\n".join(line.rstrip() for line in hand.seen().splitlines()) + "\n"
