"""A TCP proxy that spoils a connection on purpose: silence, reset after so many bytes, or one byte at a time."""

import asyncio
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from service.demo.loop_thread import LoopThread

Fault = Literal["none", "blackhole", "reset", "drip"]


@dataclass(slots=True)
class Proxy:
    """A running proxy. ``fault`` strikes once ``after`` bytes came from the server on a connection; it may be changed.

    ``once`` spoils only the next connection that reaches the point and then turns ``fault`` to "none".
    """

    host: str
    port: int
    upstream: tuple[str, int]
    fault: Fault = "none"
    after: int = 0
    once: bool = False
    connections: int = 0
    to_client: int = 0  # bytes that came from the server, over all connections

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection both ways."""
        self.connections += 1
        try:
            up_reader, up_writer = await asyncio.open_connection(*self.upstream)
        except OSError:
            writer.transport.abort()
            return
        try:
            await asyncio.gather(self._to_server(reader, up_writer), self._to_client(up_reader, writer))
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            up_writer.transport.abort()
            writer.transport.abort()

    async def _to_server(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        writer.close()

    async def _to_client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        passed = 0
        while data := await reader.read(65536):
            self.to_client += len(data)
            fault = self.fault
            if fault == "none" or passed + len(data) <= self.after:
                writer.write(data)
                await writer.drain()
                passed += len(data)
                continue
            if self.once:
                self.fault = "none"
            head, tail = data[: max(0, self.after - passed)], data[max(0, self.after - passed) :]
            passed += len(data)
            writer.write(head)
            await writer.drain()
            if fault == "blackhole":
                await _silence()
            if fault == "reset":
                sock = writer.get_extra_info("socket")
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                writer.transport.abort()
                return
            for byte in tail:
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.sleep(0.02)
        writer.close()


async def _silence() -> None:
    """Say nothing until the server ends. The loop holds the timer, so that the silent task is not collected."""
    await asyncio.sleep(3600)


@contextmanager
def fault_proxy(
    upstream: tuple[str, int], fault: Fault = "none", *, after: int = 0, once: bool = False
) -> Iterator[Proxy]:
    """Run a proxy to ``upstream`` on a free loopback port until the block ends."""
    thread = LoopThread("fault-proxy")
    proxy = Proxy("127.0.0.1", 0, upstream, fault, after, once)

    server = thread.listen(proxy.serve)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        thread.close(server)
