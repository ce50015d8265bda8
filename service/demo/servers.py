"""An IMAP and an SMTP server inside this process, on free loopback ports, for the demo and the tests.

They are toys with real protocols: pymap holds the mailboxes in memory, aiosmtpd takes letters and hands them on.
"""

import asyncio
import logging
import warnings
from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from ssl import SSLContext
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from proxyprotocol.reader import ProxyProtocolReader
from pymap.backend.dict import Config, Login
from pymap.backend.dict.filter import FilterSet
from pymap.backend.dict.mailbox import MailboxSet
from pymap.imap import IMAPServer
from pymap.parsing.message import AppendMessage
from pymap.user import UserMetadata
from pysasl.hashing import Cleartext

from service.demo.loop_thread import LOOPBACK, LoopThread


@dataclass(frozen=True, slots=True)
class ImapAddress:
    """Where the in-process IMAP server listens, and a way into its mailboxes that needs no connection."""

    host: str
    port: int
    _thread: LoopThread
    _config: Config

    def deliver(self, login: str, raw: bytes, arrived_at: datetime, folder: str = "INBOX") -> int:
        """Put a letter into a folder with that INTERNALDATE (aware) and return its uid."""
        return self._thread.call(self._deliver(login, raw, arrived_at, folder))

    def letters(self, login: str, folder: str = "INBOX") -> list[bytes]:
        """Return the letters in a folder in uid order, as raw bytes."""
        return self._thread.call(self._letters(login, folder))

    async def _deliver(self, login: str, raw: bytes, arrived_at: datetime, folder: str) -> int:
        mailbox = await self._config.set_cache[login][0].get_mailbox(folder)
        message = await mailbox.append(AppendMessage(raw, arrived_at, frozenset()))
        return int(message.uid)

    async def _letters(self, login: str, folder: str) -> list[bytes]:
        mailbox = await self._config.set_cache[login][0].get_mailbox(folder)
        found = sorted([message async for message in mailbox.messages()], key=lambda message: message.uid)
        return [bytes(message._content) for message in found if message._content is not None]


@contextmanager
def imap_server(users: Mapping[str, str], *, context: SSLContext | None = None) -> Iterator[ImapAddress]:
    """Serve one empty mailbox per login (login -> password) until the block ends.

    With a server-side ``context`` STARTTLS is offered and no login is possible before it.
    """
    _be_quiet()
    thread = LoopThread("imap-server")
    servers: list[asyncio.Server] = []
    try:
        config = _imap_config(context)
        login = Login(config)
        for name, password in users.items():
            login.users_dict[name] = UserMetadata(config, name, password=password)
            config.set_cache[name] = (MailboxSet(), FilterSet())
        serve = ProxyProtocolReader(config.proxy_protocol).get_callback(IMAPServer(login, config))
        servers.append(thread.listen(serve))
        port = servers[0].sockets[0].getsockname()[1]
        yield ImapAddress(LOOPBACK, port, thread, config)
    finally:
        thread.close(*servers)


def _imap_config(context: SSLContext | None) -> Config:
    arguments = Namespace(
        host=LOOPBACK,
        port=0,
        debug=False,
        cert=None,
        key=None,
        tls=context is not None,
        proxy_protocol=None,
        passlib_cfg=None,
        inherited_sockets=None,
        demo_data=False,
        demo_user="-",
        demo_password="-",
    )
    extra: dict[str, Any] = {"hash_context": Cleartext(), "invalid_user_sleep": 0.0, "reject_dnsbl": False}
    if context is not None:
        extra["ssl_context"] = context
    return Config.from_args(arguments, **extra)


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A letter that the in-process SMTP server accepted; ``sender`` is "" for the null path."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes


class _Handler:
    def __init__(self, on_message: Callable[[Received], str | None]) -> None:
        self._on_message = on_message

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        raw = content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content or b""
        sender = "" if envelope.mail_from in (None, "<>") else envelope.mail_from
        received = Received(sender=sender, recipients=tuple(envelope.rcpt_tos), raw=raw)
        return self._on_message(received) or "250 2.0.0 OK"


class _Smtp(SMTP):  # type: ignore[misc, unused-ignore]
    """The library's server, which tells its thread of every connection."""

    def __init__(self, thread: LoopThread, handler: _Handler, **options: Any) -> None:
        with warnings.catch_warnings():
            # It warns that logins without TLS are unsafe; nobody but this machine can reach it.
            warnings.simplefilter("ignore")
            super().__init__(handler, loop=thread.loop, **options)
        self._connections = thread.connections

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._connections.add(transport)
        super().connection_made(transport)


@contextmanager
def smtp_server(
    on_message: Callable[[Received], str | None],
    *,
    users: Mapping[str, str] | None = None,
    context: SSLContext | None = None,
    implicit_tls: bool = False,
) -> Iterator[tuple[str, int]]:
    """Accept letters until the block ends; ``on_message`` runs in the server's thread for each.

    It may return a reply line of its own ("550 no"); None accepts. ``users`` (login -> password) makes a login
    necessary. A server-side ``context`` offers STARTTLS and demands it, or with ``implicit_tls`` TLS from the start.
    """
    _be_quiet()
    thread = LoopThread("smtp-server")
    servers: list[asyncio.Server] = []

    def authenticate(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        known = (users or {}).get(data.login.decode("utf-8", "replace"))
        return AuthResult(success=known is not None and known.encode() == data.password, handled=False)

    def protocol() -> SMTP:
        return _Smtp(
            thread,
            _Handler(on_message),
            hostname="localhost",
            ident="SMTP",
            enable_SMTPUTF8=True,
            data_size_limit=64_000_000,
            tls_context=None if implicit_tls else context,
            require_starttls=context is not None and not implicit_tls,
            authenticator=authenticate if users else None,
            auth_required=bool(users),
            auth_require_tls=context is not None and not implicit_tls,
        )

    async def start() -> asyncio.Server:
        return await thread.loop.create_server(protocol, host=LOOPBACK, port=0, ssl=context if implicit_tls else None)

    try:
        servers.append(thread.call(start()))
        host, port = servers[0].sockets[0].getsockname()[:2]
        yield host, port
    finally:
        thread.close(*servers)


def into_mailbox(
    imap: ImapAddress, logins: Mapping[str, str], now: Callable[[], datetime]
) -> Callable[[Received], str | None]:
    """Return an ``on_message`` that puts letters into IMAP mailboxes, by recipient address (address -> login).

    An unknown address is refused with 550. ``now`` gives the INTERNALDATE.
    """

    def on_message(received: Received) -> str | None:
        found: Sequence[str] = [logins[address.lower()] for address in received.recipients if address.lower() in logins]
        if not found:
            return "550 5.1.1 no such mailbox here"
        for login in found:
            imap.deliver(login, received.raw, now())
        return None

    return on_message


def _be_quiet() -> None:
    for name in ("mail.log", "mail.debug", "pymap", "asyncio"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
