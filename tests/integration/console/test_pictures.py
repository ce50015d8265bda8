"""A few screens as they are drawn, at a fixed size and hour: a change of looks is seen and agreed to, no accident.

After a change that is meant: ``pytest tests/integration/console/test_pictures.py --snapshot-update``.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from textual.pilot import Pilot

from casework import assign
from casework.desk import Desk
from console.app import ConsoleApp, make_console
from console.screens.glance import GlanceScreen
from console.screens.queue import QueueScreen
from tests.desks import Clock, build, member, open_ticket
from tickets import cases
from tickets.states import Role, TicketState
from tickets.store import Store

Compare = Callable[..., bool]


@pytest.fixture
def app(sqlite_store: Store, clock: Clock) -> ConsoleApp:
    """A desk with a little of everything."""
    desk = build(sqlite_store, clock)
    rosa = member(desk, Role.SUPERVISOR, "rosa")
    open_ticket(desk, received_at=clock.now - timedelta(days=10))
    taken = open_ticket(desk, received_at=clock.now - timedelta(days=3))
    assign.take(desk, rosa, taken)
    open_ticket(desk, risk=True)
    open_ticket(desk, state=TicketState.QUARANTINED)
    other = open_ticket(desk, text="Mi tío está en Chile y le retienen el pasaporte.")
    _change(desk, other, line=5, on_behalf=True, language="qu", countries="CL", kind="reclamo", proposed=False)
    return make_console(desk, rosa)


def _change(desk: Desk, ref: str, **values: object) -> None:
    with desk.store.write() as session:
        found = cases.find(session, ref)
        for name, value in values.items():
            setattr(found, name, value)


async def queue_is_drawn(pilot: Pilot[Any]) -> None:
    while not (isinstance(pilot.app.screen, QueueScreen) and pilot.app.screen.columns and pilot.app.screen.settled):
        await pilot.pause(0.01)
    await pilot.pause()


async def glance_is_drawn(pilot: Pilot[Any]) -> None:
    await queue_is_drawn(pilot)
    await pilot.press("o")
    while not (isinstance(pilot.app.screen, GlanceScreen) and pilot.app.screen.read):
        await pilot.pause(0.01)
    await pilot.pause()


def test_the_queue_on_a_small_terminal(app: ConsoleApp, snap_compare: Compare) -> None:
    assert snap_compare(app, terminal_size=(80, 24), run_before=queue_is_drawn)


def test_the_queue_on_a_big_terminal(app: ConsoleApp, snap_compare: Compare) -> None:
    assert snap_compare(app, terminal_size=(160, 50), run_before=queue_is_drawn)


def test_the_day_at_a_glance(app: ConsoleApp, snap_compare: Compare) -> None:
    assert snap_compare(app, terminal_size=(80, 40), run_before=glance_is_drawn)
