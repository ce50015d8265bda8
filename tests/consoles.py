"""The console in the hands of a test: driven key by key, read as it stands on the screen."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

from rich.color_triplet import ColorTriplet
from rich.segment import Segment
from textual.pilot import Pilot
from textual.widgets import Input, OptionList, TextArea

from casework.desk import Actor, Desk
from console.app import ConsoleApp, make_console
from console.dialogs import AskLine, AskText
from console.screens.answer import AnswerScreen
from console.screens.queue import QueueScreen
from console.screens.ticket import TicketScreen
from tickets import cases, outgoing
from tickets.store import Session, Store, StoreUnavailable

SIZE = (80, 24)
READABLE = 4.5
"""The least contrast of text with what is behind it (WCAG 2.1, 1.4.3)."""


@asynccontextmanager
async def console(
    desk: Desk,
    actor: Actor,
    size: tuple[int, int] = SIZE,
    remembered: dict[str, str] | None = None,
    keep: Callable[[], bool] | None = None,
) -> AsyncIterator["Hand"]:
    """Open the console and wait until the queue has been read."""
    app = make_console(desk, actor, remembered=remembered, keep=keep)
    async with app.run_test(size=size) as pilot:
        hand = Hand(app, pilot)
        await hand.until(lambda: isinstance(app.screen, QueueScreen) and bool(app.screen.columns))
        yield hand


class Hand:
    """The hand on the keyboard, and the eye on the screen."""

    def __init__(self, app: ConsoleApp, pilot: Pilot[object]) -> None:
        self.app, self.pilot = app, pilot

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until something holds; fail, showing the screen, when it does not within ten seconds."""
        async with asyncio.timeout(10):
            try:
                while not holds():
                    await self.pilot.pause()
                    await asyncio.sleep(0.005)
            except (asyncio.CancelledError, TimeoutError):
                print(self.seen())
                raise

    async def screen(self, kind: type[object]) -> None:
        await self.until(lambda: isinstance(self.app.screen, kind))

    async def reads(self, *wanted: str) -> None:
        await self.until(lambda: all(one in self.seen() for one in wanted))

    async def told(self, wanted: str) -> None:
        await self.until(lambda: any(wanted in one.text for one in self.app.place.said))

    def reads_well(self) -> None:
        """Every word on top is at least ``READABLE`` against what is behind it."""
        dialogs = self.app.screen.query(".dialog")
        region = dialogs.first().region if dialogs else self.app.screen.region
        for number, strip in enumerate(self.app.screen._compositor.render_strips()):
            if region.y <= number < region.bottom:
                for segment in strip.crop(region.x, region.right):
                    found = contrast(segment)
                    assert found >= READABLE, f"{segment.text.strip()!r} {segment.style}: {found:.2f}"

    def seen(self) -> str:
        """What stands on the screen, a line a row."""
        strips = self.app.screen._compositor.render_strips()
        return "\n".join("".join(segment.text for segment in strip) for strip in strips)

    async def open(self, reference: str) -> TicketScreen:
        await self.press("enter")
        await self.screen(TicketScreen)
        screen = self.app.screen
        assert isinstance(screen, TicketScreen)
        await self.until(lambda: screen.sight is not None)
        assert screen.reference == reference
        return screen

    @property
    def queue(self) -> QueueScreen:
        return next(one for one in self.app.screen_stack if isinstance(one, QueueScreen))

    async def lists(self, *references: str) -> None:
        await self.until(lambda: [row.reference for row in self.queue.rows] == list(references))


def contrast(segment: Segment) -> float:
    """Return the contrast of a piece of text with what is behind it (WCAG 2.1); lines and blanks have enough."""
    colours = segment.style and (segment.style.color, segment.style.bgcolor)
    if not colours or not any(one.isalnum() for one in segment.text):
        return 21.0
    bright, dark = sorted((_luminance(one.get_truecolor()) for one in colours if one is not None), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def _luminance(colour: ColorTriplet) -> float:
    parts = [one / 255 for one in colour]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def change(desk: Desk, ref: str, **values: object) -> None:
    with desk.store.write() as session:
        found = cases.find(session, ref)
        for name, value in values.items():
            setattr(found, name, value)


def waiting_letters(desk: Desk) -> list[tuple[str, str]]:
    with desk.store.read() as session:
        return [(one.kind, one.state) for one in outgoing.listing(session) if one.author_id is not None]


async def write(hand: Hand, reference: str, text: str) -> None:
    """Open the case under the cursor and begin a letter from nothing."""
    await hand.open(reference)
    await hand.press("r")
    await hand.screen(AnswerScreen)
    await hand.until(lambda: hand.app.screen.query_one("#offers", OptionList).option_count > 1)
    await hand.press("home", "enter")
    await hand.until(lambda: hand.app.screen.query_one("#sheet", TextArea).has_focus)
    await hand.press(*text)


def draft(desk: Desk, ref: str, actor: Actor) -> str:
    with desk.store.read() as session:
        kept = cases.draft_of(session, cases.find(session, ref).id or 0, actor.staff_id or 0)
        return kept.text if kept is not None else ""


async def choosing(hand: Hand, reference: str) -> None:
    """Open the case under the cursor and go to the choice of a text."""
    await hand.open(reference)
    await hand.press("r")
    await hand.screen(AnswerScreen)
    await hand.until(lambda: hand.app.screen.query_one("#offers", OptionList).option_count > 1)


async def line(hand: Hand, said: str) -> None:
    """Answer a question of one line, in place of what stood there."""
    await hand.screen(AskLine)
    hand.app.screen.query_one(Input).value = said
    await hand.press("enter")


async def saves(hand: Hand, said: str) -> None:
    await hand.screen(AskText)
    await hand.press(*said, "ctrl+s")


class Watched(Store):
    """A store that remembers which threads asked it."""

    threads: set[int]

    def __init__(self, engine: object) -> None:
        super().__init__(engine)  # type: ignore[arg-type]
        self.threads = set()

    @contextmanager
    def read(self) -> Iterator[Session]:
        self.threads.add(threading.get_ident())
        with super().read() as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        self.threads.add(threading.get_ident())
        with super().write() as session:
            yield session


class Failing(Store):
    """A store that stops answering when told to."""

    failing = False

    @contextmanager
    def read(self) -> Iterator[Session]:
        if self.failing:
            raise StoreUnavailable("the database does not answer")
        with super().read() as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        if self.failing:
            raise StoreUnavailable("the database does not answer")
        with super().write() as session:
            yield session


class Held(Store):
    """A store that answers a reading only when told to."""

    let_go: threading.Event
    asked: threading.Event
    reading: int

    def __init__(self, engine: object) -> None:
        super().__init__(engine)  # type: ignore[arg-type]
        self.let_go, self.asked, self.reading = threading.Event(), threading.Event(), 0
        self.let_go.set()

    @contextmanager
    def read(self) -> Iterator[Session]:
        self.reading += 1
        self.asked.set()
        self.let_go.wait(10)
        try:
            with super().read() as session:
                yield session
        finally:
            self.reading -= 1
