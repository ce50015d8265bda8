"""The IMAP connection itself: verified TLS, bounded literals, and a deadline that a dripping server cannot outlast."""

import imaplib
import io
import selectors
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Literal

from imapclient import IMAPClient, SocketTimeout

_LARGE = 1_000_000
"""Literals from so many bytes on are read into one block."""


class Deadline:
    """Cuts the connection when one step lasts too long, however often the server sends another byte.

    A socket's own timeout counts from byte to byte; this one counts from the start of the step.
    """

    def __init__(self) -> None:
        self._socket: socket.socket | None = None
        self.passed = False

    def guard(self, sock: socket.socket) -> None:
        """Make this the socket that is cut."""
        self._socket = sock

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Let the body run for at most that many seconds."""
        timer = threading.Timer(seconds, self.cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def cut(self) -> None:
        """End the step that runs now, from another thread."""
        self.passed = True
        if self._socket is not None:
            with suppress(OSError):
                # The plain method: SSLSocket.shutdown would drop its TLS object under the reading thread.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


def verified_context(ca_file: str | None) -> ssl.SSLContext:
    """Return a client context that verifies name and chain (TLS 1.2+); ``ca_file`` replaces the system's roots."""
    context = ssl.create_default_context(cafile=ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


class Wire(imaplib.IMAP4):
    """One connection, plain or TLS from the first byte, that refuses literals larger than ``literal_cap`` bytes."""

    def __init__(
        self,
        host: str,
        port: int,
        *,
        timeout: float,
        context: ssl.SSLContext | None,
        deadline: Deadline,
        literal_cap: int,
    ) -> None:
        self._context = context
        self._deadline = deadline
        self._literal_cap = literal_cap
        super().__init__(host, port, timeout)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        sock = socket.create_connection((self.host, self.port), timeout)
        # imaplib sends a literal and its line end apart; without this each login waits for a delayed acknowledgement.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        self._deadline.guard(sock)
        if self._context is not None:
            try:
                sock = self._context.wrap_socket(sock, server_hostname=self.host)
            except BaseException:
                sock.close()
                raise
            self._deadline.guard(sock)
        return sock

    def starttls(self, ssl_context: ssl.SSLContext | None = None) -> tuple[Literal["OK"], list[None]]:
        """Change to TLS (RFC 9051, 6.2.1) and keep the deadline on the new socket."""
        answer = super().starttls(ssl_context)
        self._deadline.guard(self.sock)
        return answer

    def readline(self) -> bytes:
        """Read a line; after one that is too long nothing on the connection can be trusted."""
        try:
            return super().readline()
        except self.abort:
            raise
        except self.error as error:
            raise self.abort(str(error)) from None

    def has_more(self) -> bool:
        """Tell whether the server has said something that was not read yet, without waiting for it."""
        limit = self.sock.gettimeout()
        self.sock.settimeout(0)
        try:
            buffered: Any = self.file  # the library calls it a file; it is a BufferedReader
            return bool(buffered.peek(1))
        except ssl.SSLWantReadError:
            return False
        finally:
            self.sock.settimeout(limit)

    def read(self, size: int) -> bytes:
        """Read a literal; one beyond the cap ends the connection instead of filling memory."""
        if size > self._literal_cap:
            raise self.abort(f"literal of {size} bytes is beyond the cap")
        if size < _LARGE:
            return super().read(size)
        # The library gathers pieces and joins them, which holds the letter twice; this fills one block of its length.
        block = io.BytesIO()
        block.seek(size - 1)
        block.write(b"\0")
        whole: Any = self.file
        with block.getbuffer() as room:
            got = whole.readinto(room)
        block.truncate(got)
        return block.getvalue()


class Client(IMAPClient):  # type: ignore[misc, unused-ignore]
    """IMAPClient over a ``Wire``, without its debug log of every line."""

    def __init__(
        self,
        host: str,
        port: int,
        *,
        timeout: float,
        context: ssl.SSLContext | None,
        deadline: Deadline,
        literal_cap: int,
    ) -> None:
        self._context = context
        self._deadline = deadline
        self._literal_cap = literal_cap
        super().__init__(host, port, ssl=False, timeout=SocketTimeout(timeout, timeout))
        self._imap.debug = 0
        self.normalise_times = False

    def fetch_lines(self, uids: Sequence[int], items: str) -> list[bytes | tuple[bytes, bytes]]:
        """Run UID FETCH for these uids and return the answer as imaplib collects it."""
        kind, data = self._imap.uid("FETCH", ",".join(map(str, uids)), items)
        self._checkok("fetch", kind, data)
        return [line for line in data if line is not None]

    def idle_until(self, ends: float, stop: Callable[[], bool]) -> bool:
        """Idle once, until the server says anything, ``time.monotonic()`` is ``ends``, or ``stop`` says so.

        Return True when it announced a letter. The library's own ``idle_check`` is not used: it reads without
        blocking, and takes a line that has half arrived for a broken connection.
        """
        try:
            self.idle()
        except imaplib.IMAP4.error as error:
            # Something came before the go-ahead; now nobody knows whose turn it is.
            raise imaplib.IMAP4.abort(str(error)) from None
        sock = self.socket()
        if self._imap.has_more():
            ends = 0.0  # said in one breath with the go-ahead: the socket will not wake anybody for it
        with selectors.DefaultSelector() as selector:
            selector.register(sock, selectors.EVENT_READ)
            while (left := ends - time.monotonic()) > 0 and not stop():
                if (isinstance(sock, ssl.SSLSocket) and sock.pending()) or selector.select(min(left, 1.0)):
                    break
            else:
                if stop():
                    return False  # the caller ends the connection: nobody waits for the answer to DONE
        _, answers = self.idle_done()
        return any(len(answer) > 1 and answer[1] == b"EXISTS" for answer in answers)

    def _create_IMAP4(self) -> Wire:  # noqa: N802 - the name is the library's
        return Wire(
            self.host,
            self.port,
            timeout=self._timeout.connect,
            context=self._context,
            deadline=self._deadline,
            literal_cap=self._literal_cap,
        )
