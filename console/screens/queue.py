"""The queue: what waits for an answer, the most pressing first."""

import asyncio
from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Resize
from textual.widgets import DataTable, Static

from console.clockwords import left
from console.columns import GAP, Column, Line, cells, columns_for
from console.details import row_details
from console.keybar import KeyBar
from console.narrowing import ask_filter, ask_words
from console.preview import preview
from console.screens.base import Banner, ListTable, Workplace
from console.screens.deeds import QueueDeeds
from console.screens.ways import JUMP_KEY, VIEW_KEYS, VIEWS_KEY, room_keys
from console.senders import checks_senders
from console.signs import QUEUE_SIGNS
from console.unfinished import Unfinished, look, standing_words
from console.viewbar import views_bar
from console.views import EVERYTHING, VIEWS, Filter, Page, beyond_words, page
from tickets.worklist import Place, QueueRow

_VIEW = {view.id: view for view in VIEWS}
_REFRESH_SECONDS = 30
_TICK = 5.0
"""Seconds between two words of how long an answer can be taken back: rare enough for a slow line."""
_FIRST = 50
"""Cases read at first: each costs the screen a moment, and more are read before the cursor comes to the last."""
_REREAD = 500
"""Cases read again by themselves, at most; whoever has read further asks for it with F5."""
_TALL = 34
"""Rows of a terminal on which the newest letter is shown under the list."""
_SETTLED = 0.08
"""Seconds that the cursor rests before the letter under it is read."""


class QueueScreen(QueueDeeds):
    """The list of cases, with the details of the one under the cursor."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "answer", "Responder", id="queue.answer", tooltip="Abrir el caso y elegir una respuesta"),
        Binding("t", "take", "Tomar", id="queue.take", tooltip="Quedarse con él, o con los marcados"),
        Binding("s", "release", "Soltar", show=False, id="queue.release", tooltip="Devolverlo a la bandeja de todos"),
        Binding(
            "slash",
            "search",
            "Buscar",
            key_display="/",
            id="queue.search",
            tooltip="Palabras de cartas, persona o número",
        ),
        Binding("f", "filter", "Filtrar", show=False, id="queue.filter", tooltip="Por línea, tipo y país; se suman"),
        JUMP_KEY,
        VIEWS_KEY,
        *room_keys("remediation", shown=("remediation",)),
        Binding(
            "space",
            "mark",
            "Marcar",
            show=False,
            key_display="Espacio",
            id="queue.mark",
            tooltip="Para actuar sobre varios; pasa a la fila siguiente",
        ),
        Binding(
            "asterisk",
            "mark_all",
            "Marcar todos",
            key_display="*",
            show=False,
            id="queue.mark_all",
            tooltip="Los leídos de esta vista, o ninguno",
        ),
        Binding("c", "confirm", "Confirmar", show=False, id="queue.confirm", tooltip="La clasificación está bien"),
        Binding("l", "line", "Línea", show=False, id="queue.line", tooltip="Corregir la línea"),
        Binding(
            "a", "assign", "Reasignar", show=False, id="queue.assign", tooltip="Darlos a otra persona (supervisión)"
        ),
        Binding(
            "u",
            "undo",
            "Retirar envío",
            show=False,
            id="queue.undo",
            tooltip="Una respuesta suya que todavía no ha salido",
        ),
        *room_keys("register", "glance", "settings"),
        Binding("f5", "reload", "Actualizar", show=False, key_display="F5", id="queue.reload"),
        Binding("escape", "clear", "Quitar filtros y marcas", show=False, key_display="Esc", id="queue.clear"),
        *VIEW_KEYS,
        Binding("q", "app.quit", "Salir", id="queue.quit"),
    ]

    SIGNS: ClassVar[tuple[tuple[str, str], ...]] = QUEUE_SIGNS

    def __init__(self, place: Workplace) -> None:
        super().__init__(place)
        recalled = place.remembered
        self.view = recalled["view"] if recalled.get("view") in _VIEW else "waiting"
        self.narrowed = Filter.recalled(recalled)
        self.rows: list[QueueRow] = []
        self.next_place: Place | None = None
        self.beyond = ""  # what the words that are looked for find outside the view
        self.marked: set[str] = set()
        self.columns: tuple[tuple[Column, int], ...] = ()
        self.unfinished = Unfinished()
        self.was_read = False
        self.settled = True  # the letter under the list is that of the case under the cursor

    def compose(self) -> ComposeResult:
        """Lay out the views, the table, and the details of one case."""
        yield Banner(self.place, "SOM · Bandeja")
        yield Static("", id="views", markup=False)
        yield Static("", id="empty", markup=False)
        yield ListTable(id="queue", cursor_type="row", cell_padding=0)
        yield Static("", id="beyond", markup=False)
        yield Static("", id="details", markup=False)
        yield Static("", id="letter", markup=False)
        yield KeyBar()

    def on_mount(self) -> None:
        """Read the first page, and read it again now and then."""
        self.query_one(DataTable).focus()
        self.load()
        self.set_interval(_REFRESH_SECONDS, self.load_again)
        self.set_interval(_TICK, self.look_at_leaving)

    def on_screen_resume(self) -> None:
        """Come back to a queue as it is now."""
        if self.was_read:
            self.load()

    def on_resize(self, event: Resize) -> None:
        """Choose the columns that fit."""
        self.query_one("#letter").display = event.size.height >= _TALL
        if self.columns and columns_for(event.size.width) != self.columns:
            self._show()

    # -- reading ------------------------------------------------------------------------------------------------------

    def load_again(self) -> None:
        """Read the view again by itself, unless that is more than a moment's work."""
        if len(self.rows) <= _REREAD:
            self.load(quiet=True)

    @work(exclusive=True, group="page")
    async def load(self, *, quiet: bool = False) -> None:
        """Read the view again, as far as it had been read."""
        view, narrowed = self.view, self.narrowed
        limit = max(_FIRST, self.size.height, min(len(self.rows), _REREAD))

        def read() -> tuple[Page, Unfinished]:
            return page(self.desk, self.actor, view, narrowed, limit=limit), look(self.desk, self.actor)

        read_now = await self.fetch(read, quiet=quiet)
        if read_now is not None:
            found, self.unfinished = read_now
            self.rows, self.next_place, self.was_read = list(found.rows), found.after, True
            self.marked &= {row.reference for row in self.rows}
            self._show()
            if self.narrowed.text and not quiet:
                self.call_after_refresh(self._look_beyond)
        self.query_one(Banner).refresh_hour()

    @work(exclusive=True, group="beyond")
    async def _look_beyond(self) -> None:
        """Say what the words that are looked for find outside the view; the list does not wait for it."""
        view, narrowed = self.view, self.narrowed
        said = await self.fetch(lambda: beyond_words(self.desk, self.actor, view, narrowed), quiet=True)
        beyond = f"{said}: {_VIEW[EVERYTHING].key} abre {_VIEW[EVERYTHING].name}." if said else ""
        if (view, narrowed) == (self.view, self.narrowed) and beyond != self.beyond:
            self.beyond = beyond
            self._show_beyond()

    def _show_beyond(self) -> None:
        """Show it under the list; where the list is empty, beside the word that it is."""
        nothing = f"Nada aquí: ningún caso de «{_VIEW[self.view].name}» pasa el filtro. Esc lo quita.\n{self.beyond}"
        empty, beyond = self.query_one("#empty", Static), self.query_one("#beyond", Static)
        empty.update(Text(nothing.strip() if self.narrowed else _VIEW[self.view].empty))
        empty.display, beyond.display = not self.rows, bool(self.rows and self.beyond)
        if beyond.display:
            beyond.update(Text(self.beyond, style="bold"))

    @work(exclusive=True, group="page")
    async def load_more(self) -> None:
        """Read the next page, when there is one."""
        place = self.next_place
        if place is None:
            return
        self.next_place = None  # nobody asks for the same page twice
        found = None
        try:
            found = await self.fetch(lambda: page(self.desk, self.actor, self.view, self.narrowed, place))
        finally:
            if found is None:  # refused, or given up for a new look that may fail itself
                self.next_place = place
        if found is None:
            return
        known = {row.reference for row in self.rows}
        fresh = [row for row in found.rows if row.reference not in known]
        self.rows += fresh
        self.next_place = found.after
        self._add(fresh)
        self._show_views()

    # -- showing ------------------------------------------------------------------------------------------------------

    def _show(self) -> None:
        table: DataTable[Text] = self.query_one(DataTable)
        here = current.reference if (current := self.current()) is not None else ""
        at = table.cursor_row
        self.columns = columns_for(self.size.width)
        table.clear(columns=True)
        for column, width in self.columns:
            table.add_column(Text(column.title), width=width + GAP, key=column.title)
        self._add(self.rows)
        references = [row.reference for row in self.rows]
        if self.rows:
            table.move_cursor(row=references.index(here) if here in references else min(at, len(self.rows) - 1))
        self._show_views()
        self._show_details()

    def _add(self, rows: Sequence[QueueRow]) -> None:
        table: DataTable[Text] = self.query_one(DataTable)
        for row in rows:
            table.add_row(*self._cells(row, self.columns), key=row.reference)

    def _cells(self, row: QueueRow, columns: tuple[tuple[Column, int], ...]) -> list[Text]:
        owed = left(self.desk, self.desk.clock(), row.target_at, row.due_at)
        line = Line(row, owed, self.unfinished.marks.get(row.id, ""), checks_senders(self.desk))
        return cells(line, columns, chosen=row.reference in self.marked)

    def _show_views(self) -> None:
        line = views_bar(self.view, self.size.width, self.unfinished.counts)
        said = f"Filtro: {self.narrowed.words} (Esc lo quita)" if self.narrowed else ""
        if self.marked:
            said += f"{' · ' if said else ''}{len(self.marked)} {'marcado' if len(self.marked) == 1 else 'marcados'}"
        if said:
            line.append(f"\n{said}", style="bold")
        self.query_one("#views", Static).update(line)
        more = "+" if self.next_place is not None else ""
        chosen_view = _VIEW[self.view]
        count = f"{len(self.rows)}{more} {'caso' if len(self.rows) == 1 and not more else 'casos'}"
        self.query_one(Banner).retitle(f"SOM · Bandeja · {chosen_view.name}: {count}")
        self._show_beyond()
        self.show_said()

    def standing(self) -> Text:
        """Say which of one's own answers have not left."""
        return standing_words(self.desk.clock(), self.unfinished)

    def look_at_leaving(self) -> None:
        """Say anew how long an answer can be taken back; once it may have left, look what became of it."""
        if self.unfinished.own:
            if self.unfinished.own[0].leaves_at <= self.desk.clock():
                self.load_again()
            self.show_said()

    def _show_details(self) -> None:
        row = self.current()
        shown = Text() if row is None else row_details(self.desk, row, self.desk.clock(), self.size.width)
        self.query_one("#details", Static).update(shown)
        if self.query_one("#letter").display:
            self.settled = False
            self._show_letter(row.id if row is not None else None)

    @work(exclusive=True, group="letter")
    async def _show_letter(self, ticket_id: int | None) -> None:
        await asyncio.sleep(_SETTLED)  # whoever runs along the list reads nothing on the way
        found = None if ticket_id is None else await self.fetch(lambda: preview(self.desk, ticket_id), quiet=True)
        self.query_one("#letter", Static).update(found or Text())
        self.settled = True

    @on(DataTable.RowHighlighted)
    def moved(self, event: DataTable.RowHighlighted) -> None:
        """Show the details of the case under the cursor, and read on near the end."""
        self._show_details()
        if self.next_place is not None and event.cursor_row >= len(self.rows) - 20:
            self.load_more()

    def current(self) -> QueueRow | None:
        """Return the case under the cursor, or None."""
        at = self.query_one(DataTable).cursor_row
        return self.rows[at] if 0 <= at < len(self.rows) else None

    # -- moving about -------------------------------------------------------------------------------------------------

    @on(DataTable.RowSelected)
    def selected(self) -> None:
        """Open the case under the cursor."""
        self.action_open()

    def action_open(self) -> None:
        """Open the case under the cursor."""
        if (row := self.current()) is not None:
            self.open_case(row.reference)

    def action_answer(self) -> None:
        """Open the case under the cursor and go straight to its answer."""
        if (row := self.current()) is not None:
            self.open_case(row.reference, answering=True)

    def view_now(self) -> str:
        """Return the view that is shown."""
        return self.view

    def action_view(self, view: str) -> None:
        """Show another view."""
        if view == "uncertain":
            from console.screens.uncertain import UncertainScreen

            self.app.push_screen(UncertainScreen(self.place), self.carry_out)
            return
        self.view, self.rows, self.marked, self.beyond = view, [], set(), ""
        self.place.remembered["view"] = view
        self.query_one(DataTable).clear()
        self.load()

    async def carry_out(self, order: str | None) -> None:
        """Go where somebody wanted to go from a room beside the queue."""
        if order:
            await self.run_action(order)

    @work
    async def action_search(self) -> None:
        """Ask for words to look for."""
        self._narrow(await ask_words(self.app, self.narrowed, _VIEW[self.view]))

    @work
    async def action_filter(self) -> None:
        """Choose a line, a kind or a country to see alone."""
        self._narrow(await ask_filter(self.app, self.narrowed))

    def _narrow(self, narrowed: Filter | None) -> None:
        if narrowed is not None and narrowed != self.narrowed:
            self.narrowed, self.rows, self.beyond = narrowed, [], ""
            self.place.remembered.update(narrowed.kept())
            self.load()

    def action_clear(self) -> None:
        """Take filters and marks off."""
        if self.marked:
            self.marked = set()
            self._show()
        self._narrow(Filter())

    def show_again(self) -> None:
        """Read the list again after something was done to it."""
        self.load()

    def action_reload(self) -> None:
        """Read the queue again now."""
        self.load()

    def action_room(self, room: str) -> None:
        """Go to a room beside the queue."""
        from console.screens.rooms import room_screen

        self.app.push_screen(room_screen(room, self.place), self.carry_out)

    # -- acting -------------------------------------------------------------------------------------------------------

    def action_mark(self) -> None:
        """Mark the case under the cursor, or take its mark off, and go to the next."""
        row = self.current()
        if row is None:
            return
        self.marked ^= {row.reference}
        table: DataTable[Text] = self.query_one(DataTable)
        first = self._cells(row, self.columns[:1])[0]
        table.update_cell(row.reference, self.columns[0][0].title, first)
        table.move_cursor(row=table.cursor_row + 1)
        self._show_views()

    def action_mark_all(self) -> None:
        """Mark every case that has been read of this view; when all are marked, none."""
        everything = {row.reference for row in self.rows}
        self.marked = set() if self.marked == everything else everything
        self._show()
