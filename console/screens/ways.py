"""The ways from one list to another: the same keys change the view and the room wherever there is a list."""

from dataclasses import dataclass

from textual import work
from textual.binding import Binding

from console.dialogs import AskLine, Choice, Choose
from console.screens.base import DeskScreen
from console.views import VIEWS
from console.waypoints import full_reference


@dataclass(frozen=True, slots=True)
class Room:
    """A screen beside the queue."""

    id: str
    key: str
    name: str
    explained: str
    briefly: str


ROOMS = (
    Room("remediation", "m", "Medidas de subsanación", "Por completar y cerrar", "Medidas"),
    Room("glance", "o", "Panorama", "El día de un vistazo", "Panorama"),
    Room("register", "n", "Registrar una atención", "Teléfono, presencial o video", "Registrar"),
    Room("settings", "e", "Ajustes", "Cómo está configurado el servicio", "Ajustes"),
)

VIEWS_KEY = Binding("v", "views", "Vistas", id="ways.views", tooltip="Qué casos se ven; o con su cifra")
JUMP_KEY = Binding("g", "jump", "Ir a", show=False, id="ways.jump", tooltip="Abrir un caso por su número")
VIEW_KEYS = tuple(
    Binding(
        view.key,
        f"view('{view.id}')",
        view.name,
        show=False,
        id=f"view.{view.key}",
        tooltip=f"{view.explained[0].upper()}{view.explained[1:]}",
    )
    for view in VIEWS
)


def room_keys(*ids: str, shown: tuple[str, ...] = ()) -> tuple[Binding, ...]:
    """Return the keys of those rooms; ``shown`` stand at the foot of the screen too."""
    return tuple(
        Binding(
            one.key, f"room('{one.id}')", one.briefly, show=one.id in shown, id=f"room.{one.id}", tooltip=one.explained
        )
        for one in ROOMS
        if one.id in ids
    )


class WayScreen(DeskScreen[str | None]):
    """A list, or a room beside the queue. Left for another view or room, it gives the queue the order to go there."""

    def go(self, order: str) -> None:
        """Leave, so that the queue carries the order out."""
        self.dismiss(order)

    def action_view(self, view: str) -> None:
        """Show another view of the queue."""
        self.go(f"view('{view}')")

    def action_room(self, room: str) -> None:
        """Go to a room beside the queue."""
        self.go(f"room('{room}')")

    @work
    async def action_views(self) -> None:
        """Choose a view from a list."""
        choices = [Choice(view.id, f"{view.name}: {view.explained}", view.key) for view in VIEWS]
        chosen = await self.app.push_screen_wait(Choose("¿Qué casos quiere ver?", choices, self.view_now()))
        if chosen is not None:
            self.action_view(chosen)

    def view_now(self) -> str:
        """Return the view that is shown; "" when it is none of them."""
        return ""

    @work
    async def action_jump(self) -> None:
        """Ask for a reference and open it; the bare number of this year is enough, and nothing means the last."""
        last = self.place.remembered.get("reference", "")
        last = last if last.startswith("SOM-") else ""
        hint = f"SOM-2026-000123, o solo 123{f'; vacío: {last}' if last else ''}"
        said = await self.app.push_screen_wait(AskLine("¿Qué caso?", hint))
        if said is not None and (wanted := said.strip() or last):
            self.open_case(full_reference(wanted, self.desk.clock().year))

    def open_case(self, reference: str, *, answering: bool = False) -> None:
        """Open a case, at its answer when asked."""
        from console.screens.ticket import TicketScreen

        self.place.remembered["reference"] = reference
        self.app.push_screen(TicketScreen(self.place, reference, answering=answering))
