"""A screen that is left while it still reads: what comes back too late is dropped, and the console lives on."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest
from textual.widget import Widget

from casework.desk import Actor, Desk
from console.screens.answer import AnswerScreen
from console.screens.glance import GlanceScreen
from console.screens.help import HelpScreen
from console.screens.queue import QueueScreen
from console.screens.remediation import RemediationScreen
from console.screens.ticket import TicketScreen
from console.screens.uncertain import UncertainScreen
from tests.consoles import Held, console
from tests.desks import open_ticket


class Lingering(Widget):
    """The last widget of a screen to go."""

    gone: asyncio.Event

    async def on_unmount(self) -> None:
        await self.gone.wait()


async def until(holds: Callable[[], bool]) -> None:
    """Wait without asking the application, which is itself waiting for the screen to go."""
    async with asyncio.timeout(10):
        while not holds():
            await asyncio.sleep(0.005)


@pytest.mark.parametrize("keys", [["7"], ["m"], ["o"], ["enter"], ["enter", "r"]])
async def test_a_reading_that_comes_back_while_its_screen_is_taken_down(
    desk: Desk, luz: Actor, keys: list[str]
) -> None:
    open_ticket(desk)
    store = Held(desk.store.engine)
    async with console(replace(desk, store=store), luz) as hand:
        here: type[object] = QueueScreen
        for key in keys:
            await hand.press(key)
            await hand.until(lambda here=here: type(hand.app.screen) is not here)  # type: ignore[misc]
            here = type(hand.app.screen)
        screen = hand.app.screen
        assert isinstance(screen, UncertainScreen | RemediationScreen | GlanceScreen | TicketScreen | AnswerScreen)
        await hand.until(lambda: screen.is_mounted and store.reading == 0)
        lingering = Lingering()
        lingering.gone = asyncio.Event()
        await screen.mount(lingering)
        try:
            store.let_go.clear()
            store.asked.clear()
            screen.load()
            await until(store.asked.is_set)
            screen.dismiss(None)
            await until(lambda: list(screen.children) == [lingering])
            store.let_go.set()
            await until(lambda: store.reading == 0)
            await asyncio.sleep(0.05)  # the reading comes back to its screen
        finally:
            store.let_go.set()
            lingering.gone.set()
        await hand.until(lambda: not screen.is_running)
        await hand.press("question_mark")
        await hand.screen(HelpScreen)
