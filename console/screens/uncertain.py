"""Uncertain sends: nobody knows whether the relay has them; only a person may say what to do."""

from typing import ClassVar

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import DataTable, Static

from casework.deliver import settle
from console import words
from console.clockwords import short
from console.dialogs import Confirm
from console.keybar import KeyBar
from console.lines import whole
from console.outside import outside
from console.screens.base import Banner, ListTable, Workplace
from console.screens.ways import JUMP_KEY, VIEW_KEYS, VIEWS_KEY, WayScreen, room_keys
from console.viewbar import views_bar
from console.views import UncertainSend, uncertain_sends

_EXPLAINED = "Se cortó la conexión al enviarlas y no se sabe si llegaron. Búsquelas en los correos enviados y dígalo."


class UncertainScreen(WayScreen):
    """The view of the uncertain sends: a list of letters, not of cases."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("l", "sent", "Sí llegó", id="uncertain.sent", tooltip="Cuenta desde el momento del intento"),
        Binding(
            "e", "resend", "Enviar de nuevo", id="uncertain.resend", tooltip="La persona podría recibirla dos veces"
        ),
        VIEWS_KEY,
        JUMP_KEY,
        *room_keys("remediation", "glance", "register"),
        *VIEW_KEYS,
        Binding("f5", "reload", "Actualizar", show=False, key_display="F5", id="uncertain.reload"),
        Binding("escape,q", "back", "Volver", key_display="Esc", id="uncertain.back"),
    ]

    def __init__(self, place: Workplace) -> None:
        super().__init__(place)
        self.sends: list[UncertainSend] = []

    def compose(self) -> ComposeResult:
        """Lay out the table."""
        yield Banner(self.place, "SOM · Envíos inciertos")
        yield Static("", id="views", markup=False)
        yield Static(Text(_EXPLAINED), id="explained", markup=False)
        yield Static(Text("No hay envíos inciertos: de cada carta se sabe si salió."), id="empty", markup=False)
        yield ListTable(id="sends", cursor_type="row")
        yield KeyBar()

    def on_mount(self) -> None:
        """Read them."""
        table: DataTable[Text] = self.query_one(DataTable)
        for title in ("Número", "Qué es", "Intento", "Para", "Asunto"):
            table.add_column(Text(title))
        table.focus()
        self.load()

    def on_resize(self) -> None:
        """Fit the bar of views to the width."""
        self._show_views()

    def _show_views(self) -> None:
        self.query_one("#views", Static).update(views_bar("uncertain", self.size.width, {"uncertain": len(self.sends)}))

    @work(exclusive=True, group="sends")
    async def load(self) -> None:
        """Read the uncertain sends again."""
        found = await self.fetch(lambda: uncertain_sends(self.desk))
        if found is None:
            return
        self.sends = found
        table: DataTable[Text] = self.query_one(DataTable)
        table.clear()
        for one in found:
            letter = one.letter
            table.add_row(
                whole(one.reference),
                whole(words.MESSAGES.get(letter.kind, letter.kind)),
                whole(short(letter.attempted_at)),
                outside(letter.to_address[:40]),
                outside(one.subject[:60]),
            )
        self.query_one("#empty").display = not found
        self.query_one("#explained").display = bool(found)
        self._show_views()

    def view_now(self) -> str:
        """Return the view that is shown."""
        return "uncertain"

    def action_view(self, view: str) -> None:
        """Show another view, or read this one again."""
        if view == "uncertain":
            self.load()
        else:
            self.go(f"view('{view}')")

    def action_reload(self) -> None:
        """Read the list again now."""
        self.load()

    @on(DataTable.RowSelected)
    def action_open(self) -> None:
        """Open the case of the send under the cursor."""
        one = self._current()
        if one is not None and one.letter.ticket_id is not None:
            self.open_case(one.reference)

    @work
    async def action_sent(self) -> None:
        """Say that it arrived."""
        await self._settle(sent=True)

    @work
    async def action_resend(self) -> None:
        """Send it again."""
        await self._settle(sent=False)

    def action_back(self) -> None:
        """Go back to the queue."""
        self.dismiss(None)

    async def _settle(self, *, sent: bool) -> None:
        one = self._current()
        if one is None or one.letter.id is None:
            return
        number = one.letter.id
        asked = (
            Confirm("¿Está segura o seguro de que llegó?", "El plazo se dará por cumplido a la hora del intento.")
            if sent
            else Confirm("¿Enviar de nuevo?", "Si la primera llegó, la persona la recibirá dos veces.")
        )
        if await self.app.push_screen_wait(asked) and await self.act(
            lambda: settle(self.desk, self.actor, number, sent=sent), "Anotado" if sent else "Sale otra vez"
        ):
            self.load()

    def _current(self) -> UncertainSend | None:
        at = self.query_one(DataTable).cursor_row
        return self.sends[at] if 0 <= at < len(self.sends) else None
