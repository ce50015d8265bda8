"""The application: one factory, its themes, its palette of commands."""

import asyncio
import signal
import sys
import termios
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, ClassVar

from rich.terminal_theme import TerminalTheme
from textual import work
from textual.app import SystemCommand
from textual.binding import Binding, BindingType
from textual.command import CommandPalette
from textual.notifications import SeverityLevel
from textual.screen import Screen
from textual.theme import Theme

from casework.desk import Actor, Desk
from console.drafting import AskDraft
from console.leaving import Leave, about_to_go, question, would_be_lost
from console.messages import forget_old, said_now
from console.palette import Palette
from console.refusals import REFUSED
from console.screens.base import DeskScreen, Workplace
from console.screens.queue import QueueScreen
from console.screens.sheet import SheetScreen
from console.screens.ways import ROOMS
from console.typeahead import TypeAheadApp
from console.views import VIEWS

THEMES = {
    "som-oscuro": "oscuro",
    "som-claro": "claro",
    "som-contraste": "contraste alto",
}
"""The themes and their Spanish names, in the order in which they follow each other."""

TERMINAL_SECONDS = 2.0
"""How often the console looks whether its terminal is still there."""

_OWN_THEMES = (
    Theme(
        name="som-oscuro",
        primary="#7aa2d8",
        secondary="#9bb8a8",
        accent="#d8b25f",
        background="#14181d",
        surface="#1b2027",
        panel="#262d36",
        error="#e8837e",
        warning="#d8b25f",
        success="#8fc08f",
        dark=True,
    ),
    Theme(
        name="som-claro",
        primary="#24548f",
        secondary="#3f6b57",
        accent="#8a5b00",
        background="#f7f6f2",
        surface="#ffffff",
        panel="#e4e2db",
        error="#a3231f",
        warning="#7d5300",
        success="#2c6b3a",
        dark=False,
    ),
    Theme(
        name="som-contraste",
        primary="#ffff00",
        secondary="#00ffff",
        accent="#ffff00",
        foreground="#ffffff",
        background="#000000",
        surface="#000000",
        panel="#000000",
        error="#ff6060",
        warning="#ffff00",
        success="#00ff00",
        dark=True,
    ),
)


# What the words of the list are coloured with: red, green and yellow that can be read on each background.
_ON_DARK = TerminalTheme(
    (0x14, 0x18, 0x1D),
    (0xE6, 0xE6, 0xE6),
    [
        (0x5C, 0x63, 0x70),
        (0xFF, 0x7B, 0x72),
        (0x7E, 0xD6, 0x87),
        (0xE8, 0xC0, 0x4D),
        (0x79, 0xC0, 0xFF),
        (0xD2, 0xA8, 0xFF),
        (0x76, 0xE3, 0xEA),
        (0xFF, 0xFF, 0xFF),
    ],
)
_ON_LIGHT = TerminalTheme(
    (0xFF, 0xFF, 0xFF),
    (0x1F, 0x23, 0x28),
    [
        (0x1F, 0x23, 0x28),
        (0xA4, 0x0E, 0x26),
        (0x1A, 0x63, 0x2C),
        (0x7A, 0x4D, 0x00),
        (0x1F, 0x4F, 0x8F),
        (0x6A, 0x2D, 0x9C),
        (0x0B, 0x5F, 0x66),
        (0x57, 0x60, 0x6A),
    ],
)


class ConsoleApp(TypeAheadApp):
    """The consultants' terminal queue."""

    TITLE = "SOM"
    CSS_PATH = "console.tcss"
    HORIZONTAL_BREAKPOINTS: ClassVar[list[tuple[int, str]] | None] = [(0, "-narrow"), (110, "-wide")]  # type: ignore[misc]  # as Textual documents it
    COMMAND_PALETTE_DISPLAY = "Ctrl+P"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "ctrl+p",
            "command_palette",
            "Órdenes",
            show=False,
            key_display="Ctrl+P",
            id="palette",
            tooltip="Buscar una orden por su nombre",
        ),
        Binding(
            "ctrl+t",
            "next_theme",
            "Cambiar colores",
            show=False,
            key_display="Ctrl+T",
            id="theme",
            tooltip="Oscuro, claro, contraste alto",
        ),
        Binding("ctrl+q", "quit", "Salir", show=False, key_display="Ctrl+Q", system=True, priority=True),
    ]

    def __init__(self, place: Workplace) -> None:
        super().__init__()
        self.place = place
        self.animation_level = "none"  # over a slow line every frame costs
        self.ansi_theme_dark, self.ansi_theme_light = _ON_DARK, _ON_LIGHT
        for theme in _OWN_THEMES:
            self.register_theme(theme)
        recalled = place.remembered.get("theme", "")
        self.theme = recalled if recalled in THEMES else "som-oscuro"

    def on_mount(self) -> None:
        """Open the queue; a line that is lost is left like any other place, with everything kept."""
        self.push_screen(QueueScreen(self.place))
        if threading.current_thread() is threading.main_thread():  # a signal reaches no other
            for one in (signal.SIGHUP, signal.SIGTERM):
                asyncio.get_running_loop().add_signal_handler(one, self.call_later, self.leave)
        if not self.is_headless and sys.stdin.isatty():
            self.set_interval(TERMINAL_SECONDS, self._leave_a_lost_terminal)

    async def _leave_a_lost_terminal(self) -> None:
        """Leave when the terminal is gone and no signal told: nobody is there, and reading it would never end."""
        try:
            termios.tcgetattr(sys.stdin.fileno())
        except (OSError, ValueError, termios.error):
            await self.leave()

    async def leave(self) -> None:
        """Leave at once; an answer that is being written stays as a draft."""
        await self._keep_written()
        self.exit()

    async def action_quit(self) -> None:
        """Leave; asked twice, without a question."""
        if isinstance(self.screen, Leave):
            await self.leave()
        else:
            self._ask_and_leave()

    @work(exclusive=True)
    async def _ask_and_leave(self) -> None:
        """Leave, after one question when something of the person's would be lost or is about to leave."""
        await self._keep_written()
        try:
            going = await asyncio.to_thread(about_to_go, self.place)
        except REFUSED:
            going = []
        asked = question(would_be_lost(self.place, self.screen_stack), going)
        if asked is None or await self.push_screen_wait(asked):
            self.exit()

    async def _keep_written(self) -> None:
        for screen in self.screen_stack:
            if isinstance(screen, SheetScreen):
                await screen.keep()
            elif isinstance(screen, AskDraft):
                screen.keep()

    # -- what is said in passing --------------------------------------------------------------------------------------

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = True,
    ) -> None:
        """Say something in the line of messages, where it hides nothing; it is never read as markup.

        ``title`` is the kind of screen that says it and the case it has, "" for what is so on every screen.
        """
        room, _, about = title.partition(" ")
        wrong = severity != "information"
        self.place.said.append(said_now(message, wrong=wrong, seconds=timeout, room=room, about=about))
        self._show_said()

    def clear_notifications(self) -> None:
        """Take away what was said: it is no longer so."""
        self.place.said.clear()
        self._show_said()

    def _show_said(self) -> None:
        following = forget_old(self.place.said)
        for screen in reversed(self.screen_stack):
            if isinstance(screen, DeskScreen):
                screen.show_said()
                break
        if following is not None:
            self.set_timer(following + 0.01, self._show_said)

    def action_help_quit(self) -> None:
        """Say how to leave, to somebody who pressed Ctrl+C."""
        self.notify("Para salir: q en la bandeja, o Ctrl+Q en cualquier pantalla.", markup=False)

    def action_next_theme(self) -> None:
        """Change to the next colours."""
        names = list(THEMES)
        self.theme = names[(names.index(self.theme) + 1) % len(names)]
        self.place.remembered["theme"] = self.theme
        self.notify(f"Colores: {THEMES[self.theme]}", markup=False)

    def action_command_palette(self) -> None:
        """Show the palette of commands."""
        if not CommandPalette.is_open(self):
            self.push_screen(Palette(placeholder="Buscar una orden…", id="--command-palette"))

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Return the commands of the palette."""
        yield SystemCommand("Cambiar colores", "Oscuro, claro o contraste alto", self.action_next_theme)
        if isinstance(screen, QueueScreen):
            for view in VIEWS:
                yield SystemCommand(f"Ver: {view.name}", view.explained, lambda view=view: screen.action_view(view.id))
            yield SystemCommand("Ir a un caso", "Por su número", screen.action_jump)
            for room in ROOMS:
                yield SystemCommand(room.name, room.explained, lambda room=room: screen.action_room(room.id))
        yield SystemCommand("Salir", "Cerrar la bandeja", self.action_quit)


def make_console(
    desk: Desk,
    actor: Actor,
    *,
    editor: str = "",
    remembered: dict[str, str] | None = None,
    folder: Path | None = None,
    keep: Callable[[], bool] | None = None,
) -> ConsoleApp:
    """Build the application: what ``som queue``, the demo and the tests all run.

    ``folder`` is where the papers of the person's own editor lie until their text is in the record; ``keep``
    writes down what is ``remembered`` and returns whether it could.
    """
    kept = {} if remembered is None else remembered
    return ConsoleApp(Workplace(desk=desk, actor=actor, editor=editor, remembered=kept, folder=folder, keep=keep))
