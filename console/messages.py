"""What a person is told in passing: a line of its own over the keys, which hides nothing."""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass

from rich.text import Text
from textual.widgets import Static

LINES, TOGETHER = 3, 1.0
"""Messages shown together at most, and the seconds within which they were said: a later one takes their place."""
_SHORTEST, _WRONG_SHORTEST, _PER_LETTER = 5.0, 9.0, 0.08
_HINT = re.compile(
    r"(?:^|[:;,] )(?:con )?(?:\w|Intro|Esc|F\d+) (?:l[oa]s?|se) "
    r"(?:abre|cambia|cierra|envía|quita|registra|retira|retoma)\b.*$"
)
"""What a message says of the keys: «: r lo retoma.»"""
_ACCEPTS = "Ctrl+S"
"""A key that means another thing, or nothing, on every other screen."""


@dataclass(frozen=True, slots=True)
class Said:
    """One message, when it was said and when it goes (``time.monotonic``).

    ``room`` is the kind of screen that said it, "" for all; ``about`` the reference of the case it had, "" for none.
    """

    text: str
    wrong: bool
    at: float
    until: float
    room: str = ""
    about: str = ""

    def seen_from(self, room: str, about: str) -> str:
        """Return what it says on a screen, with a case or none; "" when it would mean nothing there.

        Elsewhere a message names its case; what it says of keys stays behind.
        """
        if not self.room or (self.room, self.about) == (room, about):
            return self.text
        if _ACCEPTS in self.text:
            return ""
        if self.about == about and about:
            return self.text
        told = _HINT.sub(".", self.text)
        if told == "." or (told != self.text and not self.about):
            return ""
        return told if not self.about or self.about in told else f"{self.about}: {told}"


def said_now(text: str, *, wrong: bool, seconds: float | None = None, room: str = "", about: str = "") -> Said:
    """Return a message that stays long enough to be read, unless told how long."""
    longest = max(_WRONG_SHORTEST if wrong else _SHORTEST, _PER_LETTER * len(text))
    now = time.monotonic()
    return Said(text, wrong, now, now + (longest if seconds is None else seconds), room, about)


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

    def show(self, said: Sequence[Said], standing: Text, room: str = "", about: str = "") -> None:
        """Show the messages, each on a line of its own; with none, what stands; with nothing at all, no line.

        ``room`` and ``about`` are the kind of screen that shows them, and its case.
        """
        seen = [(one, words) for one in said if (words := one.seen_from(room, about))][-LINES:]
        newest = [one for one, _ in seen if one.at > seen[-1][0].at - TOGETHER]
        told = [Text(f"{'✗ ' if one.wrong else ''}{words}") for one, words in seen if one in newest]
        shown = Text("\n").join([*told, *([standing] if standing else [])])
        self.set_class(bool(newest) and newest[-1].wrong, "-wrong")
        self.update(shown)
        self.display = bool(shown)
