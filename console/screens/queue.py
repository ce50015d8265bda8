"""The queue: what waits for an answer, the most pressing first."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Resize
from textual.widgets import DataTable, Footer, Static

from casework import assign
from casework.classify import KINDS
from console import words
from console.clockwords import left
from console.columns import Column, cells, columns_for
from console.details import row_details
from console.dialogs import AskLine, Choice, Choose, Confirm
from console.refusals import REFUSED, explain
from console.screens.base import Banner, DeskScreen, ListTable, Workplace
from console.views import VIEWS, Filter, Page, page
from tickets.cases import QueueRow

_VIEW = {view.id: view for view in VIEWS}
_REFRESH_SECONDS = 30


class QueueScreen(DeskScreen[None]):
    """The list of cases, with the details of the one under the cursor."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "answer", "Responder", id="queue.answer", tooltip="Abrir el caso y elegir una respuesta"),
        Binding("t", "take", "Tomar", id="queue.take", tooltip="Quedarse con el caso, o con todos los marcados"),
        Binding(
            "s", "release", "Soltar", show=False, id="queue.release", tooltip="Devolver el caso a la bandeja de todos"
        ),
        Binding(
            "slash", "search", "Buscar", key_display="/", id="queue.search", tooltip="En asunto, remitente o número"
        ),
        Binding("f", "filter", "Filtrar", show=False, id="queue.filter", tooltip="Por línea o por tipo"),
        Binding("g", "jump", "Ir a", show=False, id="queue.jump", tooltip="Abrir un caso por su número"),
        Binding("v", "views", "Vistas", id="queue.views", tooltip="Elegir qué casos se ven; también con 1 a 9"),
        Binding("m", "remediation", "Medidas", id="queue.remediation", tooltip="Medidas de subsanación por completar"),
        Binding(
            "o",
            "glance",
            "Panorama",
            show=False,
            id="queue.glance",
            tooltip="El día de un vistazo: por línea, plazo y persona",
        ),
        Binding("space", "mark", "Marcar", show=False, id="queue.mark", tooltip="Para actuar sobre varios a la vez"),
        Binding("f5", "reload", "Actualizar", show=False, key_display="F5", id="queue.reload"),
        Binding("escape", "clear", "Quitar filtros y marcas", show=False, key_display="Esc", id="queue.clear"),
        *(
            Binding(
                str(number), f"view('{view.id}')", view.name, show=False, id=f"view.{number}", tooltip=view.explained
            )
            for number, view in enumerate(VIEWS, start=1)
        ),
        Binding("q", "app.quit", "Salir", id="queue.quit"),
    ]

    def __init__(self, place: Workplace) -> None:
        super().__init__(place)
        recalled = place.remembered
        self.view = recalled["view"] if recalled.get("view") in _VIEW else "waiting"
        self.narrowed = Filter()
        self.rows: list[QueueRow] = []
        self.next_offset: int | None = None
        self.marked: set[str] = set()
        self.columns: tuple[Column, ...] = ()
        self.wanted = recalled.get("reference", "")

    def compose(self) -> ComposeResult:
        """Lay out the views, the table, and the details of one case."""
        yield Banner(self.place, "SOM · Bandeja")
        yield Static("", id="views", markup=False)
        yield ListTable(id="queue", cursor_type="row")
        yield Static("", id="empty", markup=False)
        yield Static("", id="details", markup=False)
        yield Footer(show_command_palette=False, compact=True)

    def on_mount(self) -> None:
        """Read the first page, and read it again now and then."""
        self.query_one(DataTable).focus()
        self.load()
        self.set_interval(_REFRESH_SECONDS, self.load)

    def on_screen_resume(self) -> None:
        """Come back to a queue as it is now."""
        if self.rows:
            self.load()

    def on_resize(self, event: Resize) -> None:
        """Choose the columns that fit."""
        if self.columns and columns_for(event.size.width) != self.columns:
            self._show()

    # -- reading ------------------------------------------------------------------------------------------------------

    @work(exclusive=True, group="page")
    async def load(self) -> None:
        """Read the view again, as far as it had been read."""
        view, narrowed, so_far = self.view, self.narrowed, len(self.rows)

        def read() -> Page:
            first = page(self.desk, self.actor, view, narrowed)
            rows, after = list(first.rows), first.next_offset
            while after is not None and len(rows) < so_far:
                more = page(self.desk, self.actor, view, narrowed, after)
                rows += more.rows
                after = more.next_offset
            return Page(tuple(rows), after, first.now)

        found = await self.fetch(read)
        if found is not None:
            self.rows, self.next_offset = list(found.rows), found.next_offset
            self.marked &= {row.reference for row in self.rows}
            self._show()

    @work(exclusive=True, group="page")
    async def load_more(self) -> None:
        """Read the next page, when there is one."""
        offset = self.next_offset
        if offset is None:
            return
        self.next_offset = None
        found = await self.fetch(lambda: page(self.desk, self.actor, self.view, self.narrowed, offset))
        if found is None:
            self.next_offset = offset
            return
        known = {row.reference for row in self.rows}
        fresh = [row for row in found.rows if row.reference not in known]
        self.rows += fresh
        self.next_offset = found.next_offset
        self._add(fresh)
        self._show_views()

    # -- showing ------------------------------------------------------------------------------------------------------

    def _show(self) -> None:
        table: DataTable[Text] = self.query_one(DataTable)
        here = self.wanted or (current.reference if (current := self.current()) is not None else "")
        at = table.cursor_row
        self.columns = columns_for(self.size.width)
        table.clear(columns=True)
        for column, width in zip(self.columns, self._widths(), strict=True):
            table.add_column(Text(column.title), width=width, key=column.title)
        self._add(self.rows)
        references = [row.reference for row in self.rows]
        self.wanted = ""
        if self.rows:
            table.move_cursor(row=references.index(here) if here in references else min(at, len(self.rows) - 1))
        self._show_views()
        self._show_details()

    def _add(self, rows: Sequence[QueueRow]) -> None:
        table: DataTable[Text] = self.query_one(DataTable)
        now = self.desk.clock()
        for row in rows:
            owed = left(self.desk, now, row.target_at, row.due_at)
            table.add_row(*cells(row, self.columns, owed, marked=row.reference in self.marked), key=row.reference)

    def _widths(self) -> list[int]:
        taken = sum(column.width + 2 for column in self.columns)
        return [column.width or max(12, self.size.width - taken - 2) for column in self.columns]

    def _show_views(self) -> None:
        line = Text()
        for number, view in enumerate(VIEWS, start=1):
            chosen = view.id == self.view
            line.append(f"{number} {view.name}", style="bold reverse" if chosen else "dim")
            line.append(" ")
        if self.narrowed:
            line.append(f" Filtro: {self.narrowed.words} (Esc lo quita)", style="bold")
        if self.marked:
            line.append(f" {len(self.marked)} marcados", style="bold")
        self.query_one("#views", Static).update(line)
        more = "+" if self.next_offset is not None else ""
        chosen_view = _VIEW[self.view]
        count = f"{len(self.rows)}{more} {'caso' if len(self.rows) == 1 and not more else 'casos'}"
        self.query_one(Banner).retitle(f"SOM · Bandeja · {chosen_view.name}: {count}")
        empty = self.query_one("#empty", Static)
        said = "Ningún caso pasa el filtro. Esc lo quita." if self.narrowed else chosen_view.empty
        empty.update(Text(said))
        empty.display = not self.rows

    def _show_details(self) -> None:
        row = self.current()
        shown = Text() if row is None else row_details(self.desk, row, self.desk.clock())
        self.query_one("#details", Static).update(shown)

    @on(DataTable.RowHighlighted)
    def moved(self, event: DataTable.RowHighlighted) -> None:
        """Show the details of the case under the cursor, and read on near the end."""
        self._show_details()
        if self.next_offset is not None and event.cursor_row >= len(self.rows) - 20:
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
            self._open(row.reference)

    def action_answer(self) -> None:
        """Open the case under the cursor and go straight to its answer."""
        if (row := self.current()) is not None:
            self._open(row.reference, answering=True)

    def _open(self, reference: str, *, answering: bool = False) -> None:
        from console.screens.ticket import TicketScreen

        self.place.remembered["reference"] = reference
        self.app.push_screen(TicketScreen(self.place, reference, answering=answering))

    @work
    async def action_jump(self) -> None:
        """Ask for a reference and open it; the bare number of this year is enough."""
        said = await self.app.push_screen_wait(AskLine("¿Qué caso?", "SOM-2026-000123, o solo 123"))
        if said and said.strip():
            self._open(full_reference(said, self.desk.clock().year))

    def action_view(self, view: str) -> None:
        """Show another view."""
        if view == "uncertain":
            from console.screens.uncertain import UncertainScreen

            self.app.push_screen(UncertainScreen(self.place))
            return
        self.view, self.rows, self.marked = view, [], set()
        self.place.remembered["view"] = view
        self.query_one(DataTable).clear()
        self.load()

    @work
    async def action_views(self) -> None:
        """Choose a view from a list."""
        choices = [
            Choice(view.id, f"{view.name}: {view.explained}", str(number)) for number, view in enumerate(VIEWS, start=1)
        ]
        chosen = await self.app.push_screen_wait(Choose("¿Qué casos quiere ver?", choices, self.view))
        if chosen is not None:
            self.action_view(chosen)

    @work
    async def action_search(self) -> None:
        """Ask for words to look for."""
        said = await self.app.push_screen_wait(
            AskLine("Buscar", "palabras del asunto, remitente o número", self.narrowed.text)
        )
        if said is not None:
            self._narrow(Filter(self.narrowed.line, self.narrowed.kind, said.strip()))

    @work
    async def action_filter(self) -> None:
        """Choose a line or a kind to see alone."""
        lines = [Choice(f"line {number}", f"Línea {number}: {name}", str(number)) for number, name in _lines()]
        kinds = [
            Choice(f"kind {kind}", f"Tipo: {words.KINDS[kind]}", kind[1] if kind == "ajeno" else kind[0])
            for kind in KINDS
        ]
        chosen = await self.app.push_screen_wait(
            Choose("¿Qué casos deja ver?", [Choice("all", "Quitar los filtros", "x"), *lines, *kinds])
        )
        match (chosen or "").split():
            case ["all"]:
                self._narrow(Filter())
            case ["line", number]:
                self._narrow(Filter(int(number), self.narrowed.kind, self.narrowed.text))
            case ["kind", kind]:
                self._narrow(Filter(self.narrowed.line, kind, self.narrowed.text))

    def _narrow(self, narrowed: Filter) -> None:
        self.narrowed, self.rows = narrowed, []
        self.load()

    def action_clear(self) -> None:
        """Take filters and marks off."""
        if self.marked or self.narrowed:
            self.marked = set()
            self._narrow(Filter())

    def action_reload(self) -> None:
        """Read the queue again now."""
        self.load()

    def action_remediation(self) -> None:
        """Show the remediation log."""
        from console.screens.remediation import RemediationScreen

        self.app.push_screen(RemediationScreen(self.place))

    def action_glance(self) -> None:
        """Show the day at a glance."""
        from console.screens.glance import GlanceScreen

        self.app.push_screen(GlanceScreen(self.place))

    # -- acting -------------------------------------------------------------------------------------------------------

    def action_mark(self) -> None:
        """Mark the case under the cursor, or take its mark off, and go to the next."""
        row = self.current()
        if row is None:
            return
        self.marked ^= {row.reference}
        table: DataTable[Text] = self.query_one(DataTable)
        owed = left(self.desk, self.desk.clock(), row.target_at, row.due_at)
        first = cells(row, self.columns[:1], owed, marked=row.reference in self.marked)[0]
        table.update_cell(row.reference, self.columns[0].title, first)
        table.move_cursor(row=table.cursor_row + 1)
        self._show_views()

    @work
    async def action_take(self) -> None:
        """Take the marked cases, or the one under the cursor."""
        await self._each("tomar", "tomado", lambda one: assign.take(self.desk, self.actor, one))

    @work
    async def action_release(self) -> None:
        """Give the marked cases back, or the one under the cursor."""
        await self._each("soltar", "devuelto a la bandeja", lambda one: assign.release(self.desk, self.actor, one))

    async def _each(self, verb: str, done: str, use: Callable[[str], object]) -> None:
        """Act on every marked case, after showing which; a refusal of one does not stop the others."""
        row = self.current()
        chosen = sorted(self.marked) or ([row.reference] if row is not None else [])
        if not chosen:
            return
        if len(chosen) == 1:
            if await self.act(lambda: use(chosen[0]), f"{chosen[0]}: {done}"):
                self.marked.clear()
                self.load()
            return
        listed = "\n".join(f"{one}: {verb}" for one in chosen)
        if not await self.app.push_screen_wait(Confirm(f"Va a {verb} {len(chosen)} casos. ¿Continúa?", listed)):
            return

        def all_of_them() -> list[str]:
            refused = []
            for one in chosen:
                try:
                    use(one)
                except REFUSED as error:
                    refused.append(f"{one}: {explain(error)}")
            return refused

        refused = await self.fetch(all_of_them)
        if refused is not None:
            self.tell(f"{len(chosen) - len(refused)} hechos; {len(refused)} no se pudieron", wrong=bool(refused))
            for one in refused[:5]:
                self.tell(one, wrong=True)
            self.marked.clear()
            self.load()


def full_reference(said: str, year: int) -> str:
    """Return the reference that a person means: «123» is that number of this year."""
    said = said.strip().upper()
    return f"SOM-{year}-{int(said):06d}" if said.isascii() and said.isdigit() and len(said) < 10 else said


def _lines() -> list[tuple[int, str]]:
    return sorted(words.LINES_IN_FULL.items())
