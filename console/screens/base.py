"""What every screen shares: who works where, database work off the event loop, refusals told, the line at the top."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import ClassVar, TypeVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.messages import Prune
from textual.screen import Screen
from textual.widgets import DataTable, Static

from casework.added_days import effective_calendar
from casework.desk import Actor, Desk
from console import words
from console.clockwords import short
from console.drafting import HalfWritten
from console.keybar import KeyBar
from console.messages import MessageLine, Said
from console.outside import one_line
from console.refusals import REFUSED, explain
from console.sight import may_write
from tickets.store import StoreUnavailable

T = TypeVar("T")
R = TypeVar("R")
_NARROW = 70


@dataclass(slots=True, kw_only=True)
class Workplace:
    """The desk, the person at it, and what must outlive a screen.

    ``unsaved`` holds drafts, by reference, that the database could not take; ``remembered`` is what the next session
    begins with (view, filter, theme), and in it lies what was begun in a form and not accepted (``half_written``);
    ``keep`` writes it down and returns whether it could; ``editor`` is the command of the person's own editor, "" for
    none; ``folder`` is where that editor's papers lie; ``lost`` while the database does not answer; ``said`` are the
    messages that can still be read.
    """

    desk: Desk
    actor: Actor
    editor: str = ""
    folder: Path | None = None
    unsaved: dict[str, str] = field(default_factory=dict)
    remembered: dict[str, str] = field(default_factory=dict)
    keep: Callable[[], bool] | None = None
    half_written: HalfWritten = field(init=False)
    lost: bool = False
    said: list[Said] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Find what was left half written."""
        self.half_written = HalfWritten(self.remembered, self.keep)

    def know_the_calendar(self) -> None:
        """Work with every day off that is known by now: a decree may come while the console is open."""
        with self.desk.store.read() as session:
            calendar = effective_calendar(session, self.desk.calendar)
        if calendar is not self.desk.calendar:
            self.desk = replace(self.desk, calendar=calendar)


class Banner(Horizontal):
    """The line at the top of every screen: where one is, whether the desk is simulated, the hour, and who one is."""

    def __init__(self, place: Workplace, title: str) -> None:
        super().__init__(id="banner")
        self.place = place
        self.title_text = title

    def compose(self) -> ComposeResult:
        """Lay out the title at the left and the rest at the right."""
        yield Static(Text(self.title_text, no_wrap=True, overflow="ellipsis"), id="banner-title", markup=False)
        yield Static("", id="banner-right", markup=False)

    def on_mount(self) -> None:
        """Show the hour, and keep it right."""
        self.refresh_hour()
        self.set_interval(20, self.refresh_hour)

    def refresh_hour(self) -> None:
        """Write the right half anew."""
        said = Text(no_wrap=True, overflow="ellipsis")
        if self.place.lost:
            said.append(" SIN CONEXIÓN ", style="bold white on red")
            said.append(" ")
        if self.place.desk.settings.simulated:
            said.append(" SIMULADO ", style="bold reverse")
            said.append(" ")
        if self.app.size.width < _NARROW:  # where one is says more than the day
            said.append(short(self.place.desk.clock()).rsplit(", ", 1)[-1])
            for right in self.query("#banner-right").results(Static):
                right.update(said)
            return
        role = f" ({words.ROLES['auditor']})" if not may_write(self.place.actor) else ""
        said.append(f"{short(self.place.desk.clock())} · {one_line(self.place.actor.name, 24)}{role}")
        for right in self.query("#banner-right").results(Static):  # none, while the screen is being taken down
            right.update(said)

    def retitle(self, title: str) -> None:
        """Write the left half anew."""
        self.title_text = title
        self.query_one("#banner-title", Static).update(Text(title, no_wrap=True, overflow="ellipsis"))
        self.refresh_hour()


class ListTable(DataTable[Text]):
    """A list of which one row is chosen; its cells are ``Text``, never markup."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter", "select_cursor", "Abrir", key_display="Intro", id="list.open", tooltip="Lo que está bajo el cursor"
        ),
        Binding("home", "scroll_top", "Al primero", show=False, key_display="Inicio", id="list.first"),
        Binding("end", "scroll_bottom", "Al último", show=False, key_display="Fin", id="list.last"),
    ]

    def on_resize(self) -> None:
        """Keep the row under the cursor in sight when the list grows shorter."""
        if self.row_count:
            self.move_cursor(row=self.cursor_row)


class DeskScreen(Screen[R]):
    """A screen at the desk. Its threads never touch a widget: they return values, and the screen shows them."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "question_mark,f1", "help", "Ayuda", key_display="?", id="help", tooltip="Todas las teclas de esta pantalla"
        ),
    ]

    def __init__(self, place: Workplace) -> None:
        super().__init__()
        self.place = place

    def on_mount(self) -> None:
        """Put the line of messages over the keys."""
        self.mount(MessageLine(), before=self.query_one(KeyBar))
        self.call_after_refresh(self.show_said)

    def on_screen_resume(self) -> None:
        """Show what was said elsewhere a moment ago."""
        self.show_said()

    async def on_prune(self, event: Prune) -> None:
        """End what the screen was still doing: from here on its widgets go one by one, and nothing can be shown."""
        self.workers.cancel_node(self)

    def show_said(self) -> None:
        """Show the messages that can still be read."""
        for line in self.query(MessageLine):
            line.show(self.place.said, self.standing(), type(self).__name__, self.case_here)

    @property
    def case_here(self) -> str:
        """The reference of the case that this screen has; "" for none."""
        seen = getattr(self, "sight", None)
        return str(getattr(self, "reference", "") or (seen.ticket.reference if seen is not None else ""))

    def standing(self) -> Text:
        """Return what the line of messages says while there is no message; "" for no line."""
        return Text()

    def half_done(self) -> str:
        """Name what would be lost by leaving now; "" when nothing would."""
        return ""

    @property
    def desk(self) -> Desk:
        """The desk at which this screen works."""
        return self.place.desk

    @property
    def actor(self) -> Actor:
        """The person at this terminal."""
        return self.place.actor

    async def fetch(self, work: Callable[[], T], *, quiet: bool = False) -> T | None:
        """Do database work in a thread and return its value; None when it was refused, which is told unless quiet."""
        try:
            return await asyncio.to_thread(self._at_desk, work)
        except REFUSED as error:
            if not quiet:
                self._tell_refusal(error)
            return None

    async def act(self, work: Callable[[], object], done: str = "") -> bool:
        """Do database work in a thread; tell ``done`` and return True, or tell why it was refused and return False."""
        try:
            await asyncio.to_thread(self._at_desk, work)
        except REFUSED as error:
            self._tell_refusal(error)
            return False
        if done:
            self.tell(done)
        return True

    def _at_desk(self, work: Callable[[], T]) -> T:
        """Do the work with the calendar as it is now; remember whether the database answered."""
        try:
            self.place.know_the_calendar()
            done = work()
        except StoreUnavailable:
            self.place.lost = True
            raise
        self.place.lost = False
        return done

    def _tell_refusal(self, error: Exception) -> None:
        self.tell(explain(error), wrong=True)
        for banner in self.query(Banner):
            banner.refresh_hour()

    def tell(self, message: str, *, wrong: bool = False, seconds: float | None = None) -> None:
        """Show a short message, never read as markup; ``seconds`` is how long, None long enough to read it."""
        self.notify(
            one_line(message),
            title=f"{type(self).__name__} {self.case_here}",
            severity="error" if wrong else "information",
            markup=False,
            timeout=seconds,
        )

    def action_help(self) -> None:
        """Show every key of this screen."""
        from console.screens.help import HelpScreen

        self.app.push_screen(HelpScreen(self.place, self))
