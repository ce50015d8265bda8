"""The help: every key that works here, built from the bindings themselves."""

from collections.abc import Sequence
from typing import Any, ClassVar

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import Screen
from textual.widgets import Static

from console.keybar import KeyBar
from console.screens.base import Banner, DeskScreen, Workplace

_KEYS = {
    "enter": "Intro",
    "escape": "Esc",
    "question_mark": "?",
    "slash": "/",
    "space": "Espacio",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "pageup": "RePág",
    "pagedown": "AvPág",
    "home": "Inicio",
    "end": "Fin",
    "backspace": "Retroceso",
    "tab": "Tab",
}
_WIDGETS = {
    "cursor_up": "Subir",
    "cursor_down": "Bajar",
    "cursor_left": "A la izquierda",
    "cursor_right": "A la derecha",
    "page_up": "Una pantalla arriba",
    "page_down": "Una pantalla abajo",
    "scroll_up": "Subir",
    "scroll_down": "Bajar",
    "scroll_home": "Al principio",
    "scroll_end": "Al final",
    "scroll_top": "Al principio",
    "scroll_bottom": "Al final",
    "select_cursor": "Elegir",
    "select": "Elegir",
    "first": "Al primero",
    "last": "Al último",
}
"""Spanish words for the moves that the widgets bring with them; other moves of theirs are not shown."""


class HelpScreen(DeskScreen[None]):
    """Every key of the screen from which help was asked."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,f1", "close", "Volver", key_display="Esc", id="help.close"),
    ]

    def __init__(self, place: Workplace, about: Screen[Any]) -> None:
        super().__init__(place)
        self.about = about
        self.rows = keys_of(about)

    def compose(self) -> ComposeResult:
        """Lay out the table of keys."""
        yield Banner(self.place, "SOM · Ayuda · AvPág sigue")
        with VerticalScroll(id="help"):
            yield Static(self._table(), markup=False)
            if signs := getattr(self.about, "SIGNS", ()):
                yield Static(_signs(signs), markup=False)
        yield KeyBar()

    def action_close(self) -> None:
        """Go back."""
        self.dismiss(None)

    def _table(self) -> Table:
        table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 1, 0, 0))
        table.add_column(no_wrap=True)
        table.add_column(no_wrap=True)
        table.add_column()
        for key, name, explained in self.rows:
            table.add_row(Text(key, style="bold"), Text(name), Text(explained, style="dim"))
        return table


def _signs(signs: Sequence[tuple[str, str]]) -> Table:
    """Return what the signs on a screen mean, under its keys."""
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 1, 0, 0), title_justify="left")
    table.add_column(no_wrap=True)
    table.add_column()
    table.add_row(Text(""), Text(""))
    table.add_row(Text("Signos", style="bold underline"), Text(""))
    for sign, meaning in signs:
        table.add_row(Text(sign, style="bold"), Text(meaning))
    return table


def keys_of(screen: Screen[Any]) -> list[tuple[str, str, str]]:
    """Return (key, what it does, in more words) for every binding that works on a screen now, our own first.

    Every binding of our own has an id; what widgets bring along is named by ``_WIDGETS`` or left out.
    """
    own: dict[tuple[str, str], list[str]] = {}
    lists: dict[tuple[str, str], list[str]] = {}
    moves: dict[tuple[str, str], list[str]] = {}
    for key, active in screen.active_bindings.items():
        binding = active.binding
        if binding.system or not active.enabled:
            continue
        said = binding.key_display or key_name(key)
        if binding.id:
            if binding.description:
                keys = (lists if binding.id.startswith("list.") else own).setdefault(
                    (binding.description, binding.tooltip), []
                )
                if said not in keys:
                    keys.append(said)
        elif (name := _WIDGETS.get(binding.action.partition("(")[0])) is not None:
            moves.setdefault((name, ""), []).append(said)
    return [(" ".join(keys), name, explained) for (name, explained), keys in (own | lists | moves).items()]


def key_name(key: str) -> str:
    """Return a key as it stands on a Spanish keyboard: «Ctrl+S», «Intro»."""
    *modifiers, last = key.split("+")
    named = _KEYS.get(last, last.upper() if modifiers or len(last) > 1 else last)
    return "+".join([*(one.replace("shift", "Mayús").capitalize() for one in modifiers), named])
