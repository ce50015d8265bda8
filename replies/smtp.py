"""One SMTP connection (RFC 5321) that hands letters to a relay and says exactly what became of each.

The commands are driven one by one rather than through the library's ``sendmail``, because only the place where a
connection breaks tells whether the letter may have been accepted: before the body the answer is "not sent", once the
final dot may have left it is "uncertain" (RFC 1047).
"""

import asyncio
import re
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal

import idna
from aiosmtplib import SMTP, SMTPResponse
from aiosmtplib.errors import SMTPAuthenticationError, SMTPException, SMTPServerDisconnected

from letters.clean import clean_line
from letters.loopback import is_loopback
from replies.parcel import Accepted, Outcome, Parcel, Permanent, Temporary, Uncertain

_ENDINGS = re.compile(rb"\r\n|\r|\n")
_UNSAFE = re.compile(r"[\x00-\x20\x7f<>]")

_LOGIN_CODES = frozenset({530, 534, 535, 538})
"""Replies that speak of our login, not of the letter (RFC 4954, 6)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpSettings:
    """The relay. ``user`` "" means no login, allowed to this machine only, like ``security`` "plain".

    ``oauth_token`` returns an access token for XOAUTH2; it is called with True when the last one was refused, and
    raises ``PermissionError`` when a person must act, another ``OSError`` when it may work later.
    ``final_seconds`` is the wait for the answer to a whole letter (RFC 5321, 4.5.3.2.6: ten minutes).
    ``bounce_address`` is used once more as envelope sender when the relay refuses the null path; "" does without.
    """

    host: str
    port: int
    security: Literal["tls", "starttls", "plain"] = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)
    oauth_token: Callable[[bool], str] | None = field(default=None, repr=False)
    timeout_seconds: float = 60.0
    final_seconds: float = 600.0
    bounce_address: str = ""
    greeting_name: str = ""
    ca_file: str | None = None

    def __post_init__(self) -> None:
        if self.security not in ("tls", "starttls", "plain"):
            raise ValueError(f"security: {self.security!r} is none of tls, starttls, plain")
        if self.security == "plain" and not is_loopback(self.host):
            raise ValueError(f"security: plain is allowed to this machine only, not to {self.host}")
        if not self.user and not is_loopback(self.host):
            raise ValueError(f"user: a relay outside this machine needs a login: {self.host}")


class SmtpError(Exception):
    """The relay cannot be used now; the message says which, what happened and what to do."""


class SmtpUnreachable(SmtpError):
    """It may work later without anybody doing anything."""


class SmtpRefusedLogin(SmtpError):
    """It will fail again until a person changes the login, the certificate or the settings."""


class SmtpSession:
    """A connection that is opened once and takes many letters."""

    def __init__(self, settings: SmtpSettings) -> None:
        self._settings = settings
        self._smtp: SMTP | None = None

    @property
    def connected(self) -> bool:
        """True while the next letter can go over the same connection."""
        return self._smtp is not None and self._smtp.is_connected

    async def open(self) -> None:
        """Connect, change to TLS, log in. Raises ``SmtpUnreachable`` or ``SmtpRefusedLogin``."""
        settings = self._settings
        self.drop()
        try:
            # Connecting takes several exchanges; the bound is for all of them together.
            async with asyncio.timeout(settings.timeout_seconds * 2):
                await self._connect()
        except SmtpError:
            self.drop()
            raise
        except (ssl.SSLCertVerificationError, FileNotFoundError) as error:
            self.drop()
            raise SmtpRefusedLogin(f"{self._where}: certificado no aceptado: {_said(error)}") from None
        except SMTPAuthenticationError as error:
            self.drop()
            kind = SmtpRefusedLogin if error.code >= 500 else SmtpUnreachable
            raise kind(f"{self._where} rechazó el usuario o la clave: {error.code} {self._clean(error)}") from None
        except (SMTPException, OSError, EOFError, ValueError) as error:
            self.drop()
            if isinstance(error.__cause__, ssl.SSLCertVerificationError):
                raise SmtpRefusedLogin(f"{self._where}: certificado no aceptado: {_said(error.__cause__)}") from None
            raise SmtpUnreachable(f"{self._where} no atiende: {self._clean(error)}") from None

    async def _connect(self) -> None:
        settings = self._settings
        context = None
        if settings.security != "plain":
            context = ssl.create_default_context(cafile=settings.ca_file)
            context.minimum_version = ssl.TLSVersion.TLSv1_2
        # start_tls is never left at None: that would go on in clear where STARTTLS is not offered.
        smtp = self._smtp = SMTP(
            hostname=settings.host,
            port=settings.port,
            use_tls=settings.security == "tls",
            start_tls=False,
            tls_context=context,
            timeout=settings.timeout_seconds,
            local_hostname=settings.greeting_name or None,
        )
        await smtp.connect()
        if settings.security == "starttls":
            await smtp.ehlo()
            if not smtp.supports_extension("starttls"):
                raise SmtpRefusedLogin(f"{self._where} no ofrece STARTTLS; no se envió la clave.")
            await smtp.starttls(tls_context=context)
        await smtp.ehlo()
        if settings.user:
            await self._login(smtp)

    async def _login(self, smtp: SMTP) -> None:
        settings = self._settings
        if not smtp.supports_extension("auth"):
            raise SmtpRefusedLogin(f"{self._where} no ofrece inicio de sesión.")
        if settings.oauth_token is None:
            # One method only: trying the next one with the same wrong password would lock the account sooner.
            methods = smtp.server_auth_methods
            if "plain" in methods:
                await smtp.auth_plain(settings.user, settings.password)
            elif "login" in methods:
                await smtp.auth_login(settings.user, settings.password)
            else:
                raise SmtpRefusedLogin(f"{self._where} no ofrece inicio de sesión con clave.")
            return
        try:
            await smtp.auth_xoauth2(settings.user, self._token(settings.oauth_token, fresh=False))
        except SMTPAuthenticationError:
            await smtp.auth_xoauth2(settings.user, self._token(settings.oauth_token, fresh=True))

    def _token(self, source: Callable[[bool], str], *, fresh: bool) -> str:
        try:
            return source(fresh)
        except PermissionError as error:
            raise SmtpRefusedLogin(f"{self._where}: {_said(error)}") from None

    async def submit(self, parcel: Parcel) -> Outcome:
        """Offer one letter and return what became of it.

        Raises ``SmtpRefusedLogin`` when the relay wants another login before it takes any letter. After a lost
        connection ``connected`` is False, and the session must be opened again.
        """
        smtp = self._smtp
        if smtp is None or not smtp.is_connected:
            return Temporary(None, "sin conexión con el servidor de correo", counted=False)
        try:
            sender, recipients, international = _envelope(parcel)
        except ValueError as error:
            return Permanent(None, f"dirección que no se puede usar: {_said(error)}")
        payload = _with_crlf(parcel.payload)
        try:
            async with asyncio.timeout(self._settings.timeout_seconds * (2 + len(recipients))):
                refused = await self._offer(smtp, sender, recipients, payload, international)
        except (SMTPException, TimeoutError, OSError) as error:
            # Refusals do not raise here: this is a lost connection, a time limit, or a reply that is none.
            self.drop()
            return Temporary(None, f"conexión perdida antes de entregar la carta: {_said(error)}")
        if isinstance(refused, (Permanent, Temporary)):
            await self._reset()
            if refused.code in _LOGIN_CODES:
                raise SmtpRefusedLogin(f"{self._where} pide otro inicio de sesión: {refused.code} {refused.text}")
            return refused
        return await self._deliver(smtp, payload, refused)

    async def _offer(
        self, smtp: SMTP, sender: str, recipients: list[str], payload: bytes, international: bool
    ) -> tuple[tuple[str, int, str], ...] | Permanent | Temporary:
        """Say MAIL, RCPT and DATA; return the refused recipients, or the outcome when nobody is left."""
        options = [b"SIZE=%d" % len(payload)] if smtp.supports_extension("size") else []
        if smtp.supports_extension("8bitmime") and not payload.isascii():
            options.append(b"BODY=8BITMIME")
        if international:
            if not smtp.supports_extension("smtputf8"):
                return Permanent(None, "la dirección tiene letras que este servidor de correo no admite (SMTPUTF8)")
            options.append(b"SMTPUTF8")
        reply = await smtp.execute_command(b"MAIL", b"FROM:<%b>" % sender.encode(), *options, timeout=None)
        if _permanent(reply) and reply.code not in _LOGIN_CODES and not sender and self._settings.bounce_address:
            instead = b"FROM:<%b>" % self._settings.bounce_address.encode()
            reply = await smtp.execute_command(b"MAIL", instead, *options, timeout=None)
        if reply.code != 250:
            return _refusal(reply)
        refused: list[tuple[str, SMTPResponse]] = []
        for address in recipients:
            reply = await smtp.execute_command(b"RCPT", b"TO:<%b>" % address.encode(), timeout=None)
            if reply.code not in (250, 251):
                refused.append((address, reply))
        if len(refused) == len(recipients):
            return _refusal(min((reply for _, reply in refused), key=lambda reply: reply.code))
        reply = await smtp.execute_command(b"DATA", timeout=None)
        if reply.code != 354:
            return _refusal(reply)
        return tuple((address, reply.code, clean_line(reply.message)) for address, reply in refused)

    async def _deliver(self, smtp: SMTP, payload: bytes, refused: tuple[tuple[str, int, str], ...]) -> Outcome:
        """Send the letter and its final dot, and read the one reply that decides."""
        protocol, transport = smtp.protocol, smtp.transport
        if protocol is None or not isinstance(transport, asyncio.WriteTransport):
            self.drop()
            return Temporary(None, "conexión perdida antes de entregar la carta")
        try:
            protocol.write(_with_dots(payload) + b".\r\n")
        except SMTPServerDisconnected as error:
            self.drop()
            return Temporary(None, f"conexión perdida antes de entregar la carta: {_said(error)}")
        try:
            async with asyncio.timeout(self._settings.final_seconds):
                reply = await protocol.read_response(timeout=None)
        except (SMTPException, TimeoutError, OSError) as error:
            # What still waits in our own buffer never left, so neither did the final dot.
            stuck = transport.get_write_buffer_size() > 0 and not transport.is_closing()
            self.drop()
            said = _said(error) or "sin respuesta a tiempo"
            if stuck:
                return Temporary(None, f"conexión atascada a media carta: {said}")
            return Uncertain(f"conexión perdida al esperar la respuesta final: {said}")
        if reply.code == 421 or transport.get_write_buffer_size() > 0:
            self.drop()
        if 200 <= reply.code < 300:
            return Accepted(f"{reply.code} {clean_line(reply.message)}", refused)
        if 400 <= reply.code < 600:
            return _refusal(reply)
        self.drop()
        return Uncertain(f"respuesta final que no se entiende: {reply.code} {clean_line(reply.message)}")

    async def _reset(self) -> None:
        """Clear the envelope after a refusal; a server that cannot even do that is left."""
        if not self.connected or self._smtp is None:
            return
        try:
            async with asyncio.timeout(self._settings.timeout_seconds):
                await self._smtp.rset(timeout=None)
        except (SMTPException, TimeoutError, OSError):
            self.drop()

    async def close(self) -> None:
        """Say QUIT where that is still possible, and end the connection."""
        if self.connected and self._smtp is not None:
            with suppress(SMTPException, TimeoutError, OSError):
                async with asyncio.timeout(5):
                    await self._smtp.quit(timeout=None)
        self.drop()

    def drop(self) -> None:
        """End the connection at once; nothing that waits in its buffer is sent any more."""
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            if isinstance(smtp.transport, asyncio.WriteTransport):
                smtp.transport.abort()
            smtp.close()

    @property
    def _where(self) -> str:
        return f"El servidor de correo {self._settings.host}:{self._settings.port}"

    def _clean(self, error: BaseException) -> str:
        text = _said(error)
        return text.replace(self._settings.password, "***") if self._settings.password else text


def _permanent(reply: SMTPResponse) -> bool:
    return 500 <= reply.code < 600


def _refusal(reply: SMTPResponse) -> Permanent | Temporary:
    """Sort a reply by its first digit; what is no refusal at all is worth another try."""
    said = clean_line(reply.message)
    return Permanent(reply.code, said) if _permanent(reply) else Temporary(reply.code, said)


def _with_crlf(payload: bytes) -> bytes:
    """Return the letter with CRLF at the end of every line (RFC 5321, 2.3.8)."""
    endings = payload.count(b"\r\n")
    if payload.count(b"\n") != endings or payload.count(b"\r") != endings:
        payload = _ENDINGS.sub(b"\r\n", payload)
    return payload if payload.endswith(b"\r\n") else payload + b"\r\n"


def _with_dots(payload: bytes) -> bytes:
    """Double the dot at the start of a line (RFC 5321, 4.5.2); every line ends with CRLF."""
    return (b"." if payload.startswith(b".") else b"") + payload.replace(b"\n.", b"\n..")


def _envelope(parcel: Parcel) -> tuple[str, list[str], bool]:
    """Return sender, recipients and whether SMTPUTF8 is needed; domains go as A-labels (RFC 5891)."""
    if not parcel.recipients:
        raise ValueError("sin destinatario")
    sender = _address(parcel.sender) if parcel.sender else ""
    recipients = [_address(address) for address in parcel.recipients]
    return sender, recipients, not all(address.isascii() for address in (sender, *recipients))


def _address(address: str) -> str:
    local, at, domain = address.rpartition("@")
    if not at or not local or not domain or _UNSAFE.search(address):
        raise ValueError(address)
    if not domain.isascii():
        try:
            domain = idna.encode(domain, uts46=True).decode("ascii")
        except idna.IDNAError:
            raise ValueError(address) from None
    return f"{local}@{domain}"


def _said(error: BaseException) -> str:
    message = error.message if isinstance(error, SMTPException) else str(error)
    return clean_line(message)[:200]
