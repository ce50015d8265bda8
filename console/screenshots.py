"""Pictures of the main screens, for the manual: the real console, driven key by key, saved as SVG."""

import asyncio
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from textual.widgets import OptionList, TextArea

from casework.desk import Actor, Desk
from console.app import ConsoleApp, make_console
from console.screens.answer import AnswerScreen
from console.screens.glance import GlanceScreen
from console.screens.help import HelpScreen
from console.screens.queue import QueueScreen
from console.screens.remediation import RemediationScreen
from console.screens.ticket import TicketScreen

if TYPE_CHECKING:
    from textual.pilot import Pilot

Ready = Callable[[ConsoleApp], bool]
_LONGEST_WAIT = 20.0
_FONT = re.compile(r"@font-face\s*\{.*?\}\s*", re.DOTALL)
"""Fonts that the picture would fetch from the net; the reader's own monospace does."""


def _queue(app: ConsoleApp) -> bool:
    return isinstance(app.screen, QueueScreen) and bool(app.screen.columns) and app.screen.settled


def _ticket(app: ConsoleApp) -> bool:
    return isinstance(app.screen, TicketScreen) and app.screen.sight is not None


def _offers(app: ConsoleApp) -> bool:
    return isinstance(app.screen, AnswerScreen) and app.screen.query_one("#offers", OptionList).option_count > 1


def _sheet(app: ConsoleApp) -> bool:
    return isinstance(app.screen, AnswerScreen) and app.screen.query_one("#sheet", TextArea).has_focus


def _glance(app: ConsoleApp) -> bool:
    return isinstance(app.screen, GlanceScreen) and app.screen.read


def _is(kind: type[object]) -> Ready:
    return lambda app: isinstance(app.screen, kind)


_WIDE, _NARROW = (132, 36), (80, 24)
PICTURES: tuple[tuple[str, tuple[int, int], tuple[tuple[str, Ready], ...]], ...] = (
    ("bandeja", _WIDE, ()),
    ("bandeja-80x24", _NARROW, ()),
    ("caso", _WIDE, (("enter", _ticket),)),
    ("respuestas", _WIDE, (("down", _queue), ("down", _queue), ("down", _queue), ("r", _offers))),
    ("respuesta", _NARROW, (("down", _queue), ("down", _queue), ("down", _queue), ("r", _offers), ("enter", _sheet))),
    ("panorama", _WIDE, (("o", _glance),)),
    ("medidas", _NARROW, (("m", _is(RemediationScreen)),)),
    ("ayuda", _NARROW, (("question_mark", _is(HelpScreen)),)),
)
"""Name of the picture, size of the terminal, and the keys that lead there, each with what must hold after it."""


def save(desk: Desk, actor: Actor, folder: Path) -> list[Path]:
    """Save every picture as ``consola-NAME.svg`` in a folder and return their paths. Nothing in the record changes."""
    folder.mkdir(parents=True, exist_ok=True)
    return asyncio.run(_save(desk, actor, folder))


async def _save(desk: Desk, actor: Actor, folder: Path) -> list[Path]:
    saved = []
    for name, size, keys in PICTURES:
        app = make_console(desk, actor)
        async with app.run_test(size=size) as pilot:
            await _until(app, pilot, _queue)
            for key, ready in keys:
                await pilot.press(key)
                await _until(app, pilot, ready)
            await pilot.pause(0.2)
            path = folder / f"consola-{name}.svg"
            drawn = _FONT.sub("", app.export_screenshot(title="som queue"))
            path.write_text(drawn, encoding="utf-8")
            saved.append(path)
    return saved


async def _until(app: ConsoleApp, pilot: "Pilot[object]", ready: Ready) -> None:
    async with asyncio.timeout(_LONGEST_WAIT):
        while not ready(app):
            await pilot.pause(0.02)
