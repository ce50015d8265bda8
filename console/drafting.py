"""Texts that are asked for and do not get lost: what stood there when one was left is there again the next time."""

from collections.abc import Callable

from textual import on
from textual.timer import Timer
from textual.widgets import TextArea

from console.dialogs import AskText

_BEGUN = "a medias: "
_KEEP_AFTER = 1.0


class HalfWritten:
    """What was begun in a form and not accepted, by the words that name it.

    It lies in what the console remembers of a person. ``keep`` writes that down at once, so that a terminal that dies
    takes nothing with it; it returns whether it could. Without it the texts last as long as the session.
    """

    def __init__(self, remembered: dict[str, str], keep: Callable[[], bool] | None = None) -> None:
        self._remembered, self._keep = remembered, keep
        self.safe = keep is not None

    def names(self) -> list[str]:
        """Name what stands half written."""
        return [one.removeprefix(_BEGUN) for one in self._remembered if one.startswith(_BEGUN)]

    def get(self, name: str) -> str:
        """Return a text; "" when there is none."""
        return self._remembered.get(_BEGUN + name, "")

    def put(self, name: str, text: str) -> None:
        """Keep a text until it is accepted; "" for none any more."""
        if text == self.get(name):
            return
        if text:
            self._remembered[_BEGUN + name] = text
        else:
            del self._remembered[_BEGUN + name]
        if self._keep is not None:
            self.safe = self._keep()


class AskDraft(AskText):
    """Ask for several lines, over what was half written before; whatever is left unaccepted stays half written."""

    def __init__(
        self, question: str, hint: str, value: str, name: str, half_written: HalfWritten, wrong: str = ""
    ) -> None:
        super().__init__(question, hint, half_written.get(name) or value, wrong)
        self.recorded, self.named, self.half_written = value, name, half_written
        self.keeping: Timer | None = None

    def on_mount(self) -> None:
        """Stand at the end of what is there, to go on writing."""
        paper = self.query_one(TextArea)
        paper.move_cursor(paper.document.end)

    @on(TextArea.Changed)
    def changed(self) -> None:
        """Keep what is written, a moment after the last key."""
        if self.keeping is not None:
            self.keeping.stop()
        self.keeping = self.set_timer(_KEEP_AFTER, self.keep)

    def keep(self) -> None:
        """Keep what is written now, unless it is what the record has."""
        text = self.query_one(TextArea).text.strip()
        self.half_written.put(self.named, "" if text == self.recorded.strip() else text)

    def action_accept(self) -> None:
        """Give the text back; it stays half written until the record has it."""
        self.keep()
        super().action_accept()

    def action_leave(self) -> None:
        """Accept nothing, and keep what was written."""
        self.keep()
        super().action_leave()
