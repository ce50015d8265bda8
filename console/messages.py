"""What a person is told in passing: a line of its own over the keys, which hides nothing."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from rich.text import Text
from textual.widgets import Static

LINES, TOGETHER = 3, 1.0
"""Messages shown together at most, and the seconds within which they were said: a later one takes their place."""
_SHORTEST, _WRONG_SHORTEST, _PER_LETTER = 5.0, 9.0, 0.08


@dataclass(frozen=True, slots=True)
class Said:
    """One message, when it was said and when it goes (``time.monotonic``)."""

    text: str
    wrong: bool
    at: float
    until: float


def said_now(text: str, *, wrong: bool, seconds: float | None = None) -> Said:
    """Return a message that stays long enough to be read, unless told how long."""
    longest = max(_WRONG_SHORTEST if wrong else _SHORTEST, _PER_LETTER * len(text))
    now = time.monotonic()
    return Said(text, wrong, now, now + (longest if seconds is None else seconds))


def forget_old(said: list[Said]) -> float | None:
    """Take away the messages whose time is over; return in how many seconds the next one goes, None when none stays."""
    now = time.monotonic()
    said[:] = [one for one in said if one.until > now]
    return min((one.until - now for one in said), default=None)


class MessageLine(Static):
    """The line over the keys: the newest messages, or what stands there while nothing is said."""

    DEFAULT_CSS = """
    MessageLine { height: auto; max-height: 5; display: none; padding: 0 1; background: $panel; color: $text; }
    MessageLine.-wrong { background: $error; color: auto; text-style: bold; }
    """

    def show(self, said: Sequence[Said], standing: Text) -> None:
        """Show the messages, each on a line of its own; with none, what stands; with nothing at all, no line."""
        newest = [one for one in said[-LINES:] if one.at > said[-1].at - TOGETHER]
        told = [Text(f"{'✗ ' if one.wrong else ''}{one.text}") for one in newest]
        shown = Text("\n").join([*told, *([standing] if standing else [])])
        self.set_class(bool(newest) and newest[-1].wrong, "-wrong")
        self.update(shown)
        self.display = bool(shown)
