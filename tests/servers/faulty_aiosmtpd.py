"""aiosmtpd made to fail in fifteen ways, one at a time, where real relays fail."""

import asyncio
import ssl
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from service.demo.loop_thread import LOOPBACK, LoopThread

FAULTS = (
    "greeting refused",
    "greeting never comes",
    "dropped at EHLO",
    "MAIL 451",
    "MAIL 550",
    "RCPT 450",
    "RCPT 550",
    "one recipient of two refused",
    "DATA 451",
    "DATA 554",
    "dropped in DATA",
    "dropped after the final dot",
    "451 after the final dot",
    "554 after the final dot",
    "slow drip",
)
"""The faults of the conversation itself; no STARTTLS and a bad certificate are made with ``context``."""

_REPLIES = {
    "MAIL": {"MAIL 451": "451 4.3.0 later", "MAIL 550": "550 5.7.1 no"},
    "RCPT": {"RCPT 450": "450 4.2.1 later", "RCPT 550": "550 5.1.1 nobody"},
    "DATA": {"451 after the final dot": "451 4.3.0 later", "554 after the final dot": "554 5.6.0 no"},
}


@dataclass(slots=True)
class FaultyAiosmtpd:
    """A running server; ``taken`` holds the Message-ID of every letter it answered for with 250."""

    fault: str
    host: str = LOOPBACK
    port: int = 0
    taken: list[bytes] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)


class _Handler:
    def __init__(self, state: FaultyAiosmtpd) -> None:
        self._state = state

    async def handle_EHLO(  # noqa: N802
        self, server: "_Smtp", session: Session, envelope: Envelope, name: str, answers: list[str]
    ) -> list[str]:
        if self._state.fault == "dropped at EHLO":
            server.drop()
        session.host_name = name
        return answers

    async def handle_MAIL(  # noqa: N802
        self, server: "_Smtp", session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self._state.commands.append("MAIL")
        if (reply := _REPLIES["MAIL"].get(self._state.fault)) is not None:
            return reply
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: "_Smtp", session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if (reply := _REPLIES["RCPT"].get(self._state.fault)) is not None:
            return reply
        if self._state.fault == "one recipient of two refused" and envelope.rcpt_tos:
            return "550 5.1.1 nobody"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: "_Smtp", session: Session, envelope: Envelope) -> str:  # noqa: N802
        if (reply := _REPLIES["DATA"].get(self._state.fault)) is not None:
            return reply
        content = envelope.content
        assert isinstance(content, bytes)
        self._state.taken.append(content.partition(b"Message-ID: ")[2].partition(b"\r\n")[0])
        self._state.recipients += envelope.rcpt_tos
        if self._state.fault == "dropped after the final dot":
            server.drop()
        return "250 2.0.0 OK"


class _Smtp(SMTP):  # type: ignore[misc, unused-ignore]
    def __init__(self, thread: LoopThread, state: FaultyAiosmtpd, **options: Any) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns of what only this machine can reach
            super().__init__(_Handler(state), loop=thread.loop, hostname="localhost", ident="SMTP", **options)
        self._thread, self._state = thread, state

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._thread.connections.add(transport)
        super().connection_made(transport)

    def drop(self) -> None:
        """Lose the connection as a cut wire does."""
        assert isinstance(self.transport, asyncio.WriteTransport)
        self.transport.abort()

    async def push(self, status: str | bytes) -> None:
        """Send a reply, or what the fault makes of it."""
        said = status if isinstance(status, bytes) else status.encode()
        if said.startswith(b"220 localhost"):
            if self._state.fault == "greeting refused":
                await super().push("554 5.3.2 no service")
                return
            if self._state.fault == "greeting never comes":
                await asyncio.Event().wait()
        if self._state.fault == "slow drip":
            for number in range(len(said)):
                self._writer.write(said[number : number + 1])
                await asyncio.sleep(0.2)
        await super().push(status)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        """Begin to take a letter."""
        match self._state.fault:
            case "DATA 451":
                await self.push("451 4.3.0 later")
            case "DATA 554":
                await self.push("554 5.7.1 no")
            case "dropped in DATA":
                await self.push("354 go on")
                await self._reader.readline()
                self.drop()
            case _:
                await super().smtp_DATA(arg)


@contextmanager
def faulty_aiosmtpd(fault: str = "", *, context: ssl.SSLContext | None = None) -> Iterator[FaultyAiosmtpd]:
    """Serve on a free loopback port until the block ends; with a server-side ``context`` STARTTLS is offered."""
    thread = LoopThread("faulty-aiosmtpd")
    servers: list[asyncio.Server] = []
    state = FaultyAiosmtpd(fault)

    async def start() -> asyncio.Server:
        return await thread.loop.create_server(
            lambda: _Smtp(thread, state, tls_context=context, require_starttls=context is not None), LOOPBACK, 0
        )

    try:
        servers.append(thread.call(start()))
        state.port = servers[0].sockets[0].getsockname()[1]
        yield state
    finally:
        thread.close(*servers)
