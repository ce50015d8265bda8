"""The application: one factory, its themes, its palette of commands."""

import asyncio
import signal
import sys
import termios
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar

from textual.app import SystemCommand
from textual.binding import Binding, BindingType
from textual.command import CommandPalette
from textual.screen import Screen
from textual.theme import Theme

from casework.desk import Actor, Desk
from console.screens.base import Workplace
from console.screens.queue import QueueScreen
from console.screens.sheet import SheetScreen
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
        Binding("ctrl+q", "quit", "Salir", show=False, key_display="Ctrl+Q", system=True),
    ]

    def __init__(self, place: Workplace) -> None:
        super().__init__()
        self.place = place
        self.animation_level = "none"  # over a slow line every frame costs
        for theme in _OWN_THEMES:
            self.register_theme(theme)
        recalled = place.remembered.get("theme", "")
        self.theme = recalled if recalled in THEMES else "som-oscuro"

    def on_mount(self) -> None:
        """Open the queue; a line that is lost is left like any other place, with everything kept."""
        self.push_screen(QueueScreen(self.place))
        with suppress(NotImplementedError, RuntimeError, ValueError):  # not in a thread, nor where there are none
            for one in (signal.SIGHUP, signal.SIGTERM):
                asyncio.get_running_loop().add_signal_handler(one, self.call_later, self.action_quit)
        if not self.is_headless and sys.stdin.isatty():
            self.set_interval(TERMINAL_SECONDS, self._leave_a_lost_terminal)

    async def _leave_a_lost_terminal(self) -> None:
        """Leave when the terminal is gone and no signal told: nobody is there, and reading it would never end."""
        try:
            termios.tcgetattr(sys.stdin.fileno())
        except (OSError, ValueError, termios.error):
            await self.action_quit()

    async def action_quit(self) -> None:
        """Leave; an answer that is being written stays as a draft."""
        for screen in self.screen_stack:
            if isinstance(screen, SheetScreen):
                await screen.keep()
        self.exit()

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
            self.push_screen(CommandPalette(placeholder="Buscar una orden…", id="--command-palette"))

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Return the commands of the palette."""
        yield SystemCommand("Cambiar colores", "Oscuro, claro o contraste alto", self.action_next_theme)
        if isinstance(screen, QueueScreen):
            for view in VIEWS:
                yield SystemCommand(f"Ver: {view.name}", view.explained, lambda view=view: screen.action_view(view.id))
            yield SystemCommand("Ir a un caso", "Por su número", screen.action_jump)
            yield SystemCommand("Panorama", "El día de un vistazo", screen.action_glance)
            yield SystemCommand("Ajustes", "Cómo está puesta la mesa", screen.action_settings)
            yield SystemCommand("Medidas de subsanación", "Por completar y cerrar", screen.action_remediation)
            yield SystemCommand("Registrar una atención", "Teléfono, presencial o video", screen.action_register)
        yield SystemCommand("Salir", "Cerrar la bandeja", self.action_quit)


def make_console(
    desk: Desk,
    actor: Actor,
    *,
    editor: str = "",
    remembered: dict[str, str] | None = None,
    folder: Path | None = None,
) -> ConsoleApp:
    """Build the application: what ``som queue``, the demo and the tests all run.

    ``folder`` is where the papers of the person's own editor lie until their text is in the record.
    """
    kept = {} if remembered is None else remembered
    return ConsoleApp(Workplace(desk=desk, actor=actor, editor=editor, remembered=kept, folder=folder))
