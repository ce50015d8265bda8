"""An event loop in a thread of its own, and an orderly end for everything that runs in it."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Coroutine
from ssl import SSLContext
from typing import Any, TypeVar
from weakref import WeakSet

LOOPBACK = "127.0.0.1"

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
_Value = TypeVar("_Value")


class LoopThread:
    """Runs an event loop in a daemon thread until ``close``.

    ``connections`` are the transports of accepted connections, which ``close`` ends; ``listen`` adds its own.
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

    def listen(self, serve: Handler, *, limit: int = 2**16, ssl: SSLContext | None = None) -> asyncio.Server:
        """Serve connections on a free loopback port with a handler like that of ``asyncio.start_server``."""

        async def start() -> asyncio.Server:
            return await self.loop.create_server(lambda: _Conversation(self, serve, limit), LOOPBACK, 0, ssl=ssl)

        return self.call(start())

    def close(self, *servers: asyncio.Server) -> None:
        """Close the servers, their connections and tasks, then the thread and the loop."""
        self.call(self._end(servers))
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(timeout=10)
        self.loop.close()

    async def _end(self, servers: tuple[asyncio.Server, ...]) -> None:
        for server in servers:
            server.close()
        # A connection accepted a moment ago has a handler that did not run yet: let it begin, then lose its line.
        await _turns()
        for transport in list(self.connections):
            if isinstance(transport, asyncio.WriteTransport):
                transport.abort()
        await _turns()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await _turns()
        await self.loop.shutdown_asyncgens()


async def _turns(count: int = 5) -> None:
    """Let the loop go round: what was scheduled runs, and aborted transports close their sockets."""
    for _ in range(count):
        await asyncio.sleep(0)


class _Conversation(asyncio.StreamReaderProtocol):
    """A stream that its thread knows from the first moment, before its handler has run at all."""

    def __init__(self, thread: LoopThread, serve: Handler, limit: int) -> None:
        super().__init__(asyncio.StreamReader(limit=limit, loop=thread.loop), serve, loop=thread.loop)
        self._connections = thread.connections

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._connections.add(transport)
        super().connection_made(transport)
