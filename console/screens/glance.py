"""The day at a glance, as a screen."""

from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Footer, Static

from console.glance import glance_text, look
from console.screens.base import Banner, DeskScreen


class GlanceScreen(DeskScreen[None]):
    """Counts with small bars; read again every minute."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "back", "Volver", key_display="Esc", id="glance.back"),
    ]

    read = False

    def compose(self) -> ComposeResult:
        """Lay out one column of counts."""
        yield Banner(self.place, "SOM · Panorama")
        with VerticalScroll(id="glance"):
            yield Static("", markup=False)
        yield Footer(show_command_palette=False, compact=True)

    def on_mount(self) -> None:
        """Count, and count again now and then."""
        self.query_one("#glance").focus()
        self.load()
        self.set_interval(60, self.load)

    @work(exclusive=True)
    async def load(self) -> None:
        """Count again."""
        found = await self.fetch(lambda: look(self.desk))
        if found is not None:
            self.query_one("#glance Static", Static).update(glance_text(found))
            self.read = True

    def action_back(self) -> None:
        """Go back to the queue."""
        self.dismiss(None)
