"""Choosing one of many: what is typed narrows the list at once, by the words of the name and of what is said of it."""

import re
from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.events import Key
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from console.dialogs import Choice, Choose
from console.keybar import KeyBar
from console.outside import for_terminal
from tickets.search import fold

_ARROWS = {"up": "cursor_up", "down": "cursor_down", "pageup": "page_up", "pagedown": "page_down"}


class SearchLine(Input):
    """The words looked for; the arrows move in the list under it, and Enter chooses there."""

    async def _on_key(self, event: Key) -> None:
        seek = self.screen
        if not isinstance(seek, Seek) or seek.passes_on(event):
            return
        if event.key in _ARROWS or event.key in ("enter", "slash"):
            event.stop()
            event.prevent_default()
            if event.key in _ARROWS:
                getattr(seek.query_one(OptionList), f"action_{_ARROWS[event.key]}")()
            elif event.key == "enter":
                seek.action_accept()
            return  # «/» begins a search elsewhere; here one searches already
        await super()._on_key(event)


class Seek(Choose):
    """Choose one of many by typing some of its words, or with the arrows; the first line of a choice is its name."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "search", "Buscar", show=False, key_display="/"),
    ]

    def __init__(self, question: str, choices: Sequence[Choice], hint: str) -> None:
        super().__init__(question, choices)
        self.hint = hint

    def compose(self) -> ComposeResult:
        """Lay out the question, the words looked for, and what is found."""
        with Vertical(classes="dialog seek"):
            yield Static(Text(for_terminal(self.question)), classes="question", markup=False)
            yield Static(Text(for_terminal(self.hint)), classes="hint", markup=False)
            with Horizontal(classes="search"):
                yield Static("Buscar: ", markup=False)
                yield SearchLine(compact=True)
            yield OptionList(*(Option(self._prompt(one)) for one in self.offered))
            yield KeyBar()

    @on(Input.Changed)
    def typed(self, event: Input.Changed) -> None:
        """Keep what has words that begin like those typed, or else has them anywhere; names stand first."""
        words = fold(event.value).split()
        found = [one for one in self.choices if all(f" {word}" in _searched(one) for word in words)]
        found = found or [one for one in self.choices if all(word in _searched(one) for word in words)]
        self.offered = tuple(sorted(found, key=lambda one: _distance(one, words)))
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options(Option(self._prompt(one)) for one in self.offered)
        if not self.offered:
            options.add_option(Option("No hay ninguna con esas palabras.", disabled=True))
        options.highlighted = 0 if self.offered else None

    def on_key(self, event: Key) -> None:
        """Write into the line of the search, wherever the focus is."""
        event.prevent_default()
        line = self.query_one(SearchLine)
        if not self.passes_on(event) and event.is_printable and event.key != "slash" and not line.has_focus:
            event.stop()
            line.focus()
            line.insert_text_at_cursor(event.character or "")

    def action_search(self) -> None:
        """Go to the line of the search."""
        self.query_one(SearchLine).focus()

    def _prompt(self, one: Choice) -> Text:
        name, _, said = for_terminal(one.words).partition("\n")
        return Text.assemble((name, "bold"), f"\n{said}")


def _searched(one: Choice) -> str:
    """Return the words of a choice, a space before each."""
    return " " + " ".join(re.findall(r"\w+", fold(one.words)))


def _distance(one: Choice, words: Sequence[str]) -> int:
    """Return how far a choice is from the words: 0 it begins with them, 1 its name has them, 2 what is said of it."""
    name = fold(one.words.partition("\n")[0])
    if name.startswith(" ".join(words)):
        return 0
    return 1 if all(word in name for word in words) else 2
