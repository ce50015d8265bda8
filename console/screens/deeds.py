"""What is done to cases from the queue: to the one under the cursor, or to every marked one."""

from textual import work

from console import bulk
from console.screens.base import DeskScreen
from tickets.worklist import QueueRow


class QueueDeeds(DeskScreen[None]):
    """A list of cases, some of them marked, that can be acted on."""

    rows: list[QueueRow]
    marked: set[str]

    def current(self) -> QueueRow | None:
        """Return the case under the cursor, or None."""
        raise NotImplementedError

    def show_again(self) -> None:
        """Read the list again after something was done to it."""
        raise NotImplementedError

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
        await self._do(await bulk.ask_line(self.place, self.app))

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
