"""Keys typed faster than the screen answers reach the dialog they were meant for.

Over a slow line several keys arrive together: «l4» means line 4. The first key opens a dialog a moment later, and the
second must wait for it; taken by the screen below, it would be lost, or worse, be another order.
"""

import asyncio
import time
from weakref import WeakKeyDictionary

from textual.app import App
from textual.events import Event, Key
from textual.screen import Screen
from textual.widget import Widget

PATIENCE = 3.0
"""Seconds that a key waits for what an earlier key is doing; then it goes where it was sent."""
_LOOK = 0.005
_ORDERS = ("default", "take", "fill")
"""The groups of the workers that carry out an order of the person; what a screen does by itself has other groups."""


class TypeAheadApp(App[object]):
    """An application in which a key waits for the order before it."""

    def __init__(self) -> None:
        super().__init__()
        self._meant_for: WeakKeyDictionary[Event, tuple[Screen[object], Widget | None]] = WeakKeyDictionary()

    async def on_event(self, event: Event) -> None:
        """Remember where a key was sent."""
        if isinstance(event, Key) and not event.is_forwarded:
            self._meant_for[event] = (self.screen, self.focused)
        await super().on_event(event)

    async def _on_key(self, event: Key) -> None:
        """Carry out a key that no widget took, once the order before it has been carried out or asks something."""
        event.prevent_default()  # the library calls the handler of each class in turn; this one calls the next itself
        screen, widget = self._meant_for.pop(event, (self.screen, self.focused))
        await self._order_before()
        if screen is not self.screen or (widget is None and self.focused is not None):
            event.stop()
            self.post_message(Key(event.key, event.character))
            return
        await super()._on_key(event)

    async def _order_before(self) -> None:
        until = time.monotonic() + PATIENCE
        while (self._has_order() or not self._is_up()) and time.monotonic() < until:
            await asyncio.sleep(_LOOK)

    def _has_order(self) -> bool:
        return getattr(self.screen, "taking", False) or any(
            one.group in _ORDERS and one.node in (self.screen, self) and not one.is_finished for one in self.workers
        )

    def _is_up(self) -> bool:
        """Whether the screen on top has been laid out, and has its focus if it takes one."""
        return self.screen.is_mounted and (self.screen.focused is not None or not self.screen.focus_chain)
