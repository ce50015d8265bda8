"""The remediation log («Medidas de subsanación»): broken promises to explain, make amends for, and close."""

from typing import ClassVar

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import DataTable, Static

from calendar_pe.clock import lima_date
from console.clockwords import short_date
from console.keybar import KeyBar
from console.lines import whole
from console.outside import outside
from console.remedies import Entry, entries, entry_words, lacking_briefly, row_name, who_and_what
from console.screens.base import Banner, ListTable, Workplace
from console.screens.measure import FormScreen as FormScreen
from console.screens.ways import JUMP_KEY, VIEW_KEYS, VIEWS_KEY, WayScreen, room_keys

_WIDE = 110


class RemediationScreen(WayScreen):
    """The list of remediation rows, those still open first."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "closed", "Ver cerradas", id="remedies.closed", tooltip="Mostrar también las ya cerradas, o no"),
        VIEWS_KEY,
        JUMP_KEY,
        *room_keys("glance", "register", "settings"),
        *VIEW_KEYS,
        Binding("f5", "reload", "Actualizar", show=False, key_display="F5", id="remedies.reload"),
        Binding("escape,q,m", "back", "Volver", key_display="Esc", id="remedies.back"),
    ]

    def __init__(self, place: Workplace) -> None:
        super().__init__(place)
        self.entries: list[Entry] = []
        self.with_closed = False
        self.was_read = False

    def compose(self) -> ComposeResult:
        """Lay out the table."""
        yield Banner(self.place, "SOM · Medidas de subsanación")
        yield Static("", id="empty", markup=False)
        yield ListTable(id="remedies", cursor_type="row", cell_padding=0)
        yield Static("", id="about", markup=False)
        yield KeyBar()

    def on_mount(self) -> None:
        """Read the log."""
        self.query_one(DataTable).focus()
        self.load()

    def on_screen_resume(self) -> None:
        """Come back to the log as it is now."""
        if self.was_read:
            self.load()

    def on_resize(self) -> None:
        """Fit the columns to the width."""
        if self.was_read:
            self._show()

    @work(exclusive=True, group="log")
    async def load(self) -> None:
        """Read the log again."""
        states = () if self.with_closed else ("open",)
        found = await self.fetch(lambda: entries(self.desk, states))
        if found is not None:
            self.entries, self.was_read = found, True
            self._show()

    def _show(self) -> None:
        table: DataTable[Text] = self.query_one(DataTable)
        at = table.cursor_row
        table.clear(columns=True)
        widths = _widths(self.size.width)
        for title, width in zip(("Nº", "Caso o mes", "Remite: asunto", "Venció", "Falta"), widths, strict=True):
            table.add_column(Text(title), width=width + 1)
        for one in self.entries:
            half = any(name.startswith(f"{row_name(one.form)} ") for name in self.place.half_written.names())
            table.add_row(
                whole(str(one.form.id)),
                whole(one.form.reference if widths[1] > 11 else one.form.reference.removeprefix("SOM-")),
                _cut(outside(who_and_what(one.case)), widths[2]),
                whole(short_date(lima_date(one.form.broken_at))),
                whole(lacking_briefly(one.form, widths[4], half=half), "dim" if one.form.closed_at else ""),
            )
        if self.entries:
            table.move_cursor(row=min(at, len(self.entries) - 1))
        self.query_one(Banner).retitle(f"SOM · Medidas de subsanación: {len(self.entries)}")
        empty = self.query_one("#empty", Static)
        empty.update(
            Text("No hay medidas: no se ha incumplido ninguna promesa.")
            if self.with_closed
            else Text("No hay medidas por completar. Con c se ven las cerradas.")
        )
        empty.display = not self.entries
        self._show_details()

    @on(DataTable.RowHighlighted)
    def moved(self) -> None:
        """Say what the row under the cursor is about and lacks."""
        self._show_details()

    def _show_details(self) -> None:
        at = self.query_one(DataTable).cursor_row
        details = self.query_one("#about", Static)
        details.display = 0 <= at < len(self.entries)
        if details.display:
            details.update(entry_words(self.entries[at]))

    @on(DataTable.RowSelected)
    def opened(self, event: DataTable.RowSelected) -> None:
        """Open the row under the cursor."""
        if 0 <= event.cursor_row < len(self.entries):
            self.app.push_screen(FormScreen(self.place, self.entries[event.cursor_row]))

    def action_closed(self) -> None:
        """Show the closed rows too, or hide them."""
        self.with_closed = not self.with_closed
        self.load()

    def action_reload(self) -> None:
        """Read the log again now."""
        self.load()

    def action_back(self) -> None:
        """Go back to the queue."""
        self.dismiss(None)


def _widths(width: int) -> tuple[int, int, int, int, int]:
    """Return the widths of the columns for a terminal, one cell between two and a bar to scroll by at the right."""
    number = 15 if width >= _WIDE else 11
    room = max(0, width - 4 - number - 10 - 5 - 2)
    who = max(16, min(60, room * 2 // 5))
    return 4, number, who, 10, room - who


def _cut(text: Text, width: int) -> Text:
    text.truncate(width, overflow="ellipsis")
    return text
