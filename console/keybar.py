"""The keys at the foot of a screen, on as many lines as they need: none is cut off, and help stands last."""

from collections.abc import Iterator
from typing import Any

from textual.app import ComposeResult
from textual.containers import HorizontalGroup
from textual.events import Resize
from textual.screen import Screen
from textual.widgets import Footer
from textual.widgets._footer import FooterKey

_LAST = ("app.quit", "back", "help")
"""What leaves a screen, and help: where the eye looks for them, at the end."""
_KNOWN_ELSEWHERE = ("view.", "list.")
"""Keys that the bar of views says, or that every list has."""


class KeyBar(Footer):
    """A footer that goes on in the next line where the terminal ends; every key can be pressed with the mouse too.

    Room that is left over in the last line is given to keys of the screen that otherwise only help tells.
    """

    DEFAULT_CSS = """
    KeyBar { layout: vertical; height: auto; }
    KeyBar HorizontalGroup { height: 1; }
    """

    def __init__(self) -> None:
        super().__init__(show_command_palette=False, compact=True)
        self.drawn_for = 0

    def compose(self) -> ComposeResult:
        """Lay the keys out line by line."""
        if not self._bindings_ready:
            return
        self.drawn_for = self.size.width or self.app.size.width
        keys = [one for one in super().compose() if isinstance(one, FooterKey)]
        last = sorted((one for one in keys if one.action in _LAST), key=lambda one: _LAST.index(one.action))
        keys = [one for one in keys if one.action not in _LAST]
        lines = _lines([*keys, *last], self.drawn_for)
        for more in self._more({one.action for one in (*keys, *last)}):
            fuller = _lines([*keys, more, *last], self.drawn_for)
            if len(fuller) == len(lines):
                keys, lines = [*keys, more], fuller
        for line in lines:
            yield HorizontalGroup(*line)

    def _more(self, shown: set[str]) -> Iterator[FooterKey]:
        """Give the keys of the screen that need not stand at its foot."""
        for node, binding, enabled, tooltip in self.screen.active_bindings.values():
            own = node is self.screen and binding.id and not binding.id.startswith(_KNOWN_ELSEWHERE)
            if own and not binding.show and binding.action not in shown:
                shown.add(binding.action)
                key = self.app.get_key_display(binding)
                yield FooterKey(
                    binding.key, key, binding.description, binding.action, disabled=not enabled, tooltip=tooltip
                ).data_bind(compact=Footer.compact)

    def bindings_changed(self, screen: Screen[Any]) -> None:
        """Draw the keys anew, in a terminal that says that nobody looks at it too: its screen is read all the same."""
        super().bindings_changed(screen)
        if not screen.app.app_focus and self.is_attached and screen is self.screen:
            self.call_after_refresh(self.recompose)

    def on_resize(self, event: Resize) -> None:
        """Lay them out anew for another width."""
        if self._bindings_ready and event.size.width != self.drawn_for:
            self.call_after_refresh(self.recompose)


def _lines(keys: list[FooterKey], width: int) -> list[list[FooterKey]]:
    """Return the keys in lines that fit the width."""
    lines: list[list[FooterKey]] = []
    used = 0
    for key in keys:
        needed = len(key.key_display) + len(key.description) + 2
        if not lines or used + needed - 1 > width:
            lines.append([])
            used = 0
        lines[-1].append(key)
        used += needed
    return lines
