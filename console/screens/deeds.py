"""What is done to cases from the queue: to the one under the cursor, or to every marked one."""

from abc import abstractmethod

from textual import work

from casework import answer
from console import bulk
from console.dialogs import Choice, Choose
from console.screens.ways import WayScreen
from console.unfinished import Unfinished, leaves
from tickets.worklist import QueueRow


class QueueDeeds(WayScreen):
    """A list of cases, some of them marked, that can be acted on."""

    rows: list[QueueRow]
    marked: set[str]
    unfinished: Unfinished

    @abstractmethod
    def current(self) -> QueueRow | None:
        """Return the case under the cursor, or None."""

    @abstractmethod
    def show_again(self) -> None:
        """Read the list again after something was done to it."""

    @work
    async def action_take(self) -> None:
        """Take the marked cases, or the one under the cursor."""
        await self._do(bulk.take(self.place))

    @work
    async def action_release(self) -> None:
        """Give the marked cases back, or the one under the cursor."""
        await self._do(bulk.release(self.place))

    @work
    async def action_confirm(self) -> None:
        """Say that what the model judged is right."""
        await self._do(bulk.confirm(self.place))

    @work
    async def action_line(self) -> None:
        """Correct the line."""
        row = None if self.marked else self.current()
        await self._do(await bulk.ask_line(self.place, self.app, row.line if row is not None else None))

    @work
    async def action_assign(self) -> None:
        """Hand the cases to somebody."""
        await self._do(await bulk.ask_whom(self.place, self))

    async def _do(self, deed: bulk.Deed | None) -> None:
        row = self.current()
        chosen = [one for one in self.rows if one.reference in self.marked] or ([row] if row is not None else [])
        if deed is not None and chosen and await bulk.do(self, deed, chosen):
            self.marked.clear()
            self.show_again()

    @work
    async def action_undo(self) -> None:
        """Take back one of one's own answers that has not left: the only one, or the one chosen from a list."""
        undoable, now = self.unfinished.undoable, self.desk.clock()
        if not undoable:
            self.tell("No tiene ninguna respuesta por salir.", wrong=True)
            return
        chosen = undoable[0]
        if len(undoable) > 1:
            row = self.current()
            here = next((str(one.outgoing_id) for one in undoable if row and one.ticket_id == row.id), "")
            choices = [Choice(str(one.outgoing_id), f"{one.reference} · {leaves(one, now)}") for one in undoable]
            said = await self.app.push_screen_wait(Choose("¿Qué respuesta retira?", choices, here))
            if said is None:
                return
            chosen = next(one for one in undoable if str(one.outgoing_id) == said)
        self.app.clear_notifications()  # that it will leave is no longer so
        await self.act(
            lambda: answer.undo(self.desk, self.actor, chosen.outgoing_id),
            f"Respuesta a {chosen.reference} retirada; su texto quedó como borrador.",
        )
        self.show_again()
