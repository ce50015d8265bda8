"""An SMTP server that fails at the stage it is told to, and remembers what it took for good."""

import asyncio
import base64
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from service.demo.loop_thread import LoopThread

FAULTS = (
    "greeting-554",
    "greeting-421",
    "greeting-silence",
    "ehlo-drop",
    "no-starttls",
    "auth-535",
    "auth-454",
    "mail-451",
    "mail-550",
    "mail-530",
    "null-sender-550",
    "rcpt-450",
    "rcpt-550",
    "rcpt-partial",
    "rcpt-drop",
    "data-451",
    "data-554",
    "data-drop",
    "body-drop",
    "body-stall",
    "dot-451",
    "dot-554",
    "dot-421",
    "dot-drop",
    "dot-silence",
    "dot-garbage",
    "drip",
    "escape-text",
)
"""Every fault, named by the stage where it strikes; "" is a healthy server."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A letter that the server accepted, or read to its end and then fell silent about."""

    sender: str
    recipients: tuple[str, ...]
    payload: bytes


@dataclass(slots=True)
class FaultySmtp:
    """A running server. ``fault`` may be changed; ``strikes`` is how many letters it spoils before it is healthy."""

    host: str = "127.0.0.1"
    port: int = 0
    fault: str = ""
    strikes: int = 1_000_000
    password: str = "canario-9x"
    context: ssl.SSLContext | None = None
    implicit_tls: bool = False
    extensions: tuple[str, ...] = ("8BITMIME", "SIZE 50000000")
    taken: list[Taken] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    connections: int = 0
    logins: int = 0

    def struck(self, fault: str) -> bool:
        """Tell whether this fault is due now, and count it."""
        if self.fault != fault or self.strikes <= 0:
            return False
        self.strikes -= 1
        return True


class _Gone(Exception):
    pass


class _Conversation:
    def __init__(self, server: FaultySmtp, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.server, self.reader, self.writer = server, reader, writer
        self.sender = ""
        self.recipients: list[str] = []
        self.secure = server.implicit_tls

    async def run(self) -> None:
        self.server.connections += 1
        try:
            await self._greet()
            while line := await self.reader.readline():
                await self._command(line.decode("utf-8", "surrogateescape").rstrip("\r\n"))
        except (_Gone, OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            self.writer.transport.abort()

    async def _greet(self) -> None:
        if self.server.struck("greeting-silence"):
            await _silence()
        if self.server.struck("greeting-554"):
            await self._say("554 no")
            raise _Gone
        if self.server.struck("greeting-421"):
            await self._say("421 later")
            raise _Gone
        await self._say("220 localhost ESMTP")

    async def _command(self, line: str) -> None:
        server = self.server
        verb = line.split(" ", 1)[0].upper()
        server.commands.append(line if verb != "AUTH" else "AUTH")
        match verb:
            case "EHLO" | "HELO":
                if server.struck("ehlo-drop"):
                    raise _Gone
                await self._say(*(f"250-{word}" for word in ("localhost", *self._extensions())), "250 HELP")
            case "STARTTLS" if server.context is not None:
                await self._say("220 go")
                await self.writer.start_tls(server.context)
                self.secure = True
            case "AUTH":
                await self._login(line)
            case "MAIL":
                await self._mail(line)
            case "RCPT":
                await self._rcpt(line)
            case "DATA":
                await self._data()
            case "RSET":
                self.sender, self.recipients = "", []
                await self._say("250 ok")
            case "QUIT":
                await self._say("221 bye")
                raise _Gone
            case _:
                await self._say("502 what")

    def _extensions(self) -> list[str]:
        words = list(self.server.extensions)
        if self.server.context is not None and not self.secure and self.server.fault != "no-starttls":
            return [*words, "STARTTLS"]
        return [*words, "AUTH PLAIN XOAUTH2"]

    async def _login(self, line: str) -> None:
        self.server.logins += 1
        if self.server.struck("auth-535"):
            return await self._say("535 5.7.8 wrong")
        if self.server.struck("auth-454"):
            return await self._say("454 4.7.0 later")
        secret = base64.b64decode(line.split(" ")[-1]).decode()
        good = secret.endswith(f"\0{self.server.password}") or f"Bearer {self.server.password}\x01" in secret
        return await self._say("235 ok" if good else "535 5.7.8 wrong")

    async def _mail(self, line: str) -> None:
        for code in ("451", "550", "530"):
            if self.server.struck(f"mail-{code}"):
                return await self._say(f"{code} {code[0]}.0.0 sender")
        self.sender = line[line.index("<") + 1 : line.index(">")]
        if not self.sender and self.server.struck("null-sender-550"):
            return await self._say("550 5.1.7 null path")
        if self.server.struck("escape-text"):
            return await self._say("550 \x1b]0;owned\x07 \u202eno")
        return await self._say("250 ok")

    async def _rcpt(self, line: str) -> None:
        if self.server.struck("rcpt-drop"):
            raise _Gone
        for code in ("450", "550"):
            if self.server.struck(f"rcpt-{code}"):
                return await self._say(f"{code} {code[0]}.1.1 recipient")
        if self.server.fault == "rcpt-partial" and "bad" in line:
            return await self._say("550 5.1.1 unknown")
        self.recipients.append(line[line.index("<") + 1 : line.index(">")])
        return await self._say("250 ok")

    async def _data(self) -> None:
        server = self.server
        if server.struck("data-drop"):
            raise _Gone
        for code in ("451", "554"):
            if server.struck(f"data-{code}"):
                return await self._say(f"{code} {code[0]}.0.0 data")
        await self._say("354 go")
        if server.struck("body-drop"):
            await self.reader.read(10)
            raise _Gone
        if server.struck("body-stall"):
            self.writer.transport.pause_reading()  # type: ignore[attr-defined]
            await _silence()
        body = await self.reader.readuntil(b"\r\n.\r\n")
        for code in ("451", "554", "421"):
            if server.struck(f"dot-{code}"):
                await self._say(f"{code} {code[0]}.0.0 final")
                if code == "421":
                    raise _Gone
                return None
        payload = (
            b"\r\n".join(part[1:] if part.startswith(b".") else part for part in body[:-5].split(b"\r\n")) + b"\r\n"
        )
        server.taken.append(Taken(self.sender, tuple(self.recipients), payload))
        self.sender, self.recipients = "", []
        if server.struck("dot-drop"):
            raise _Gone
        if server.struck("dot-silence"):
            await _silence()
        if server.struck("dot-garbage"):
            return await self._say("uh oh")
        return await self._say("250 2.0.0 queued")

    async def _say(self, *lines: str) -> None:
        data = "".join(f"{line}\r\n" for line in lines).encode()
        if self.server.fault == "drip":
            for byte in data:
                self.writer.write(bytes([byte]))
                await self.writer.drain()
                await asyncio.sleep(0.1)
            return
        self.writer.write(data)
        await self.writer.drain()


async def _silence() -> None:
    """Say nothing until the server ends. The loop holds the timer, so that the silent task is not collected."""
    await asyncio.sleep(3600)


@contextmanager
def faulty_smtp(
    fault: str = "",
    *,
    strikes: int = 1_000_000,
    context: ssl.SSLContext | None = None,
    implicit_tls: bool = False,
) -> Iterator[FaultySmtp]:
    """Run the server on a free loopback port until the block ends; ``context`` (server side) offers STARTTLS."""
    assert not fault or fault in FAULTS
    thread = LoopThread("faulty-smtp")
    server = FaultySmtp(fault=fault, strikes=strikes, context=context, implicit_tls=implicit_tls)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _Conversation(server, reader, writer).run()

    listener = thread.listen(serve, limit=1 << 26, ssl=context if implicit_tls else None)
    server.port = listener.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        thread.close(listener)
