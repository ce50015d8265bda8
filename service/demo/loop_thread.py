"""An event loop in a thread of its own, and an orderly end for everything that runs in it."""

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar
from weakref import WeakSet

_Value = TypeVar("_Value")


class LoopThread:
    """Runs an event loop in a daemon thread until ``close``.

    ``connections`` are transports of accepted connections; whoever accepts one adds it, and ``close`` ends them.
    """

    def __init__(self, name: str) -> None:
        self.loop = asyncio.new_event_loop()
        self.connections: WeakSet[asyncio.BaseTransport] = WeakSet()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_forever()

    def call(self, work: Coroutine[Any, Any, _Value]) -> _Value:
        """Run the coroutine in the loop and return its value; waits at most 30 seconds."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(timeout=30)

    def close(self, *servers: asyncio.Server) -> None:
        """Close the servers, their connections and tasks, then the thread and the loop."""
        self.call(self._end(servers))
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(timeout=10)
        self.loop.close()

    async def _end(self, servers: tuple[asyncio.Server, ...]) -> None:
        for server in servers:
            server.close()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for transport in list(self.connections):
            if isinstance(transport, asyncio.WriteTransport):
                transport.abort()
        # Aborted transports close their sockets in the next turns of the loop.
        for _ in range(5):
            await asyncio.sleep(0)
        await self.loop.shutdown_asyncgens()
