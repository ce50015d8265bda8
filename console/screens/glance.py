"""The day at a glance, as a screen."""

from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from console.glance import Glance, glance_text, look
from console.keybar import KeyBar
from console.screens.base import Banner
from console.screens.ways import JUMP_KEY, VIEW_KEYS, VIEWS_KEY, WayScreen, room_keys


class GlanceScreen(WayScreen):
    """Counts with small bars; read again every minute."""

    BINDINGS: ClassVar[list[BindingType]] = [
        VIEWS_KEY,
        JUMP_KEY,
        *room_keys("remediation", "register", "settings", shown=("remediation",)),
        *VIEW_KEYS,
        Binding("f5", "reload", "Actualizar", show=False, key_display="F5", id="glance.reload"),
        Binding("escape,q,o", "back", "Volver", key_display="Esc", id="glance.back"),
    ]

    read = False
    found: Glance | None = None

    def compose(self) -> ComposeResult:
        """Lay out one column of counts."""
        yield Banner(self.place, "SOM · Panorama")
        with VerticalScroll(id="glance"):
            yield Static("", markup=False)
        yield KeyBar()

    def on_mount(self) -> None:
        """Count, and count again now and then."""
        self.query_one("#glance").focus()
        self.load()
        self.set_interval(60, self.load)

    @work(exclusive=True, group="glance")
    async def load(self) -> None:
        """Count again."""
        found = await self.fetch(lambda: look(self.desk))
        if found is not None:
            self.found = found
            self.show()
            self.read = True

    def on_resize(self) -> None:
        """Fit the columns to the width."""
        self.call_after_refresh(self.show)

    def show(self) -> None:
        """Show what was counted, as wide as there is room beside the bar to scroll by."""
        for pane in self.query("#glance").results(VerticalScroll):  # none, while the screen is being taken down
            if self.found is not None:
                styles = pane.styles
                room = pane.region.width - styles.gutter.width - styles.scrollbar_size_vertical
                pane.query_one(Static).update(glance_text(self.found, room))

    def action_reload(self) -> None:
        """Count again now."""
        self.load()

    def action_back(self) -> None:
        """Go back to the queue."""
        self.dismiss(None)
