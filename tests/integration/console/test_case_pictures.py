"""The screens of a case as they are drawn, at a fixed size and hour: a change of looks is seen and agreed to.

After a change that is meant: ``pytest tests/integration/console/test_case_pictures.py --snapshot-update``.
"""

from collections.abc import Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from casework.answer import answer
from casework.desk import Actor, Desk
from casework.note import note
from console.app import ConsoleApp, make_console
from console.screens.answer import AnswerScreen
from console.screens.queue import QueueScreen
from console.screens.ticket import TicketScreen
from tests.arriving import arrive
from tests.desks import Clock, words

Compare = Callable[..., bool]


@pytest.fixture
def app(desk: Desk, rosa: Actor, luz: Actor, clock: Clock) -> ConsoleApp:
    """A case with a follow-up, a quote, a file that is a program, and a note."""
    ref = arrive(desk, "Quiero saber de mi pensión.", attached=(("foto.exe", b"MZ"),)).reference
    clock.forward(hours=1)
    arrive(desk, "Un dato más\n\nEl lun, SOM escribió:\n> Quiero saber", answers="<carta.1@example.org>")
    note(desk, luz, ref, "Llamó por teléfono.")
    return make_console(desk, rosa)


async def case_is_drawn(pilot: Pilot[Any]) -> None:
    while not (isinstance(pilot.app.screen, QueueScreen) and pilot.app.screen.columns and pilot.app.screen.settled):
        await pilot.pause(0.01)
    await pilot.press("enter")
    while not (isinstance(pilot.app.screen, TicketScreen) and pilot.app.screen.shown):
        await pilot.pause(0.01)
    await pilot.pause()


async def offers_are_drawn(pilot: Pilot[Any]) -> None:
    await case_is_drawn(pilot)
    await pilot.press("r")
    while not (isinstance(pilot.app.screen, AnswerScreen) and pilot.app.screen.previewed):
        await pilot.pause(0.01)
    await pilot.pause()


def test_a_case_on_a_small_terminal(app: ConsoleApp, snap_compare: Compare) -> None:
    assert snap_compare(app, terminal_size=(80, 24), run_before=case_is_drawn)


def test_a_case_on_a_big_terminal_with_an_answer_about_to_leave(
    app: ConsoleApp, desk: Desk, rosa: Actor, snap_compare: Compare
) -> None:
    answer(desk, rosa, "SOM-2026-000001", words())
    assert snap_compare(app, terminal_size=(160, 50), run_before=case_is_drawn)


def test_the_replies_on_offer(app: ConsoleApp, snap_compare: Compare) -> None:
    assert snap_compare(app, terminal_size=(80, 24), run_before=offers_are_drawn)
