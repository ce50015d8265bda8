"""The keys at the foot of a screen, on as many lines as they need: none is cut off, and help stands last."""

from textual.app import ComposeResult
from textual.containers import HorizontalGroup
from textual.events import Resize
from textual.widgets import Footer
from textual.widgets._footer import FooterKey

_HELP = "help"


class KeyBar(Footer):
    """A footer that goes on in the next line where the terminal ends; every key can be pressed with the mouse too."""

    DEFAULT_CSS = """
    KeyBar { layout: vertical; height: auto; }
    KeyBar HorizontalGroup { height: 1; }
    """

    def __init__(self) -> None:
        super().__init__(show_command_palette=False, compact=True)
        self.drawn_for = 0

    def compose(self) -> ComposeResult:
        """Lay the keys out line by line."""
        keys = [one for one in super().compose() if isinstance(one, FooterKey)]
        keys.sort(key=lambda one: one.action == _HELP)
        self.drawn_for = self.app.size.width
        line: list[FooterKey] = []
        used = 0
        for key in keys:
            needed = len(key.key_display) + len(key.description) + 2
            if line and used + needed - 1 > self.drawn_for:
                yield HorizontalGroup(*line)
                line, used = [], 0
            line.append(key)
            used += needed
        if line:
            yield HorizontalGroup(*line)

    def on_resize(self, event: Resize) -> None:
        """Lay them out anew for another width."""
        if self._bindings_ready and event.size.width != self.drawn_for:
            self.call_after_refresh(self.recompose)
