"""What holds on every screen of the console."""

import threading
from dataclasses import replace

import pytest
from textual.widgets import DataTable

from casework.desk import Actor, Desk
from console.dialogs import AskLine, Choose, Confirm
from console.screens.answer import AnswerScreen
from console.screens.help import keys_of
from console.screens.queue import QueueScreen
from console.screens.remediation import RemediationScreen
from console.screens.ticket import TicketScreen
from console.screens.uncertain import UncertainScreen
from tests.arriving import arrive
from tests.consoles import Watched, change, console, write
from tests.desks import Clock, build, member, open_ticket
from tickets.states import Role


async def test_the_database_is_never_asked_on_the_event_loop(desk: Desk, rosa: Actor) -> None:
    ref = open_ticket(desk)
    store = Watched(desk.store.engine)
    async with console(replace(desk, store=store), rosa) as hand:
        await hand.press("t", "f5")
        await write(hand, ref, "Hola")
        await hand.press("ctrl+s")
        await hand.screen(TicketScreen)
        await hand.press("c", "escape", "m")
        await hand.screen(RemediationScreen)
        await hand.press("escape", "7")
        await hand.screen(UncertainScreen)
    assert store.threads
    assert threading.get_ident() not in store.threads


async def test_a_simulated_desk_says_so_on_every_screen(desk: Desk, rosa: Actor) -> None:
    ref = open_ticket(desk)
    simulated = build(desk.store, Clock(), simulated=True)
    async with console(simulated, rosa) as hand:
        await hand.reads("SIMULADO")
        for key, kind, back in (
            ("m", RemediationScreen, "escape"),
            ("7", UncertainScreen, "escape"),
            ("enter", TicketScreen, ""),
            ("r", AnswerScreen, ""),
        ):
            await hand.press(key)
            await hand.screen(kind)
            await hand.reads("SIMULADO")
            if back:
                await hand.press(back)
                await hand.screen(QueueScreen)
    assert ref


async def test_the_help_names_every_key_in_spanish(desk: Desk, rosa: Actor) -> None:
    open_ticket(desk)
    async with console(desk, rosa, (100, 50)) as hand:
        shown = keys_of(hand.app.screen)
        ours = {binding.description for binding in QueueScreen.BINDINGS}  # type: ignore[union-attr]
        assert ours <= {name for _, name, _ in shown}
        assert not {"Focus Next", "Quit", "Select", "Copy selected text"} & {name for _, name, _ in shown}
        await hand.press("question_mark")
        await hand.reads("Responder", "Abrir el caso y elegir una respuesta", "Intro")


@pytest.mark.parametrize("width", [80, 160])
async def test_text_from_outside_is_shown_and_never_obeyed(desk: Desk, rosa: Actor, width: int) -> None:
    ref = open_ticket(desk, text="[@click=app.quit]pulse[/] \x1b]52;c;aG9sYQ==\x07 \u202etxt.exe\u200b fin")
    change(desk, ref, subject="[/red] [b]urgente", requester_name="[link=http://example.org]Ana[/link]\u202e")
    async with console(desk, rosa, (width, 40)) as hand:
        await hand.reads("[/red]", "[link=")
        await hand.open(ref)
        await hand.reads("[@click=app.quit]pulse[/] ␛]52;c;aG9sYQ==␇ txt.exe fin")
        await hand.press("r")
        await hand.screen(AnswerScreen)
        assert not any(character in hand.seen() for character in "\x1b\x07\u202e\u200b")


async def test_nothing_is_lost_when_the_terminal_grows(desk: Desk, rosa: Actor) -> None:
    open_ticket(desk)
    async with console(desk, rosa) as hand:
        assert len(hand.app.screen.query_one(DataTable).columns) == 8
        await hand.pilot.resize_terminal(160, 50)
        await hand.until(lambda: len(hand.app.screen.query_one(DataTable).columns) == 9)
        await hand.reads("Remite", "Rosa Quispe", "Consulta por mi pensión")


async def test_no_order_asks_the_database_on_the_event_loop(desk: Desk, clock: Clock) -> None:
    ref = arrive(desk, "Uno", attached=(("a.pdf", b"%PDF-"),)).reference
    arrive(desk, "Dos", subject="Otra")
    clock.forward(hours=1)
    arrive(desk, "Tres", answers="<carta.1@example.org>")
    store = Watched(desk.store.engine)
    async with console(replace(desk, store=store), member(desk, Role.SUPERVISOR)) as hand:
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
