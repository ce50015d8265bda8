"""Letters in an IMAP folder (RFC 9051, 3501, 4315, 6851), for Dovecot, Exchange Online and Gmail alike.

Sender text never becomes part of a command: what is sent are our own settings and numbers. Letters are named by
explicit uid lists, because ``n:*`` also returns the last letter below n.
"""

import imaplib
import socket
import ssl
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from functools import partial
from types import TracebackType
from typing import Any, Literal, Self

from imapclient.exceptions import CapabilityError, ProtocolError

from inbox.sources import Listed, SourceError, SourcePermanent, SourceTemporary, Standing, answers
from inbox.sources.imap_settings import ImapSettings
from inbox.sources.wire import Client, Deadline, verified_context
from letters.clean import clean_line

__all__ = ["ImapSettings", "ImapSource"]

_TEMPORARY_CODES = ("[UNAVAILABLE]", "[INUSE]", "[LIMIT]", "[SERVERBUG]", "[CONTACTADMIN]", "[OVERQUOTA]", "TIMEOUT")
"""Response codes of RFC 5530 that say: not now."""

_SEARCH_WINDOW = 20_000
"""Letters per SEARCH, so that an answer stays far below the line limit of imaplib (1,000,000 bytes)."""

_CHECK_SECONDS = 120.0
"""How much longer than other steps the search of a whole folder may take."""

_SETTLE_WINDOW = 500
_SLOWEST = 32_000
"""Bytes per second below which a transfer is given up."""

_CHECK_WINDOW = 2_000
"""Letters described at a time when a folder is compared with the ledger."""


class ImapSource:
    """A folder on an IMAP server. Use as a context manager or call ``close``; ``open`` may be repeated.

    ``life_seconds`` bounds the whole use of it, however slowly each step answers and however often it connects anew:
    after that the connection is cut and every call raises ``SourceTemporary``.
    """

    def __init__(self, settings: ImapSettings, *, life_seconds: float | None = None) -> None:
        self._settings = settings
        self._dies = None if life_seconds is None else time.monotonic() + life_seconds
        self._client: Client | None = None
        self._deadline = Deadline()
        self._way: Literal["move", "copy", "stay"] = "stay"
        self._count = 0

    @property
    def name(self) -> str:
        """The mailbox's name in the settings."""
        return self._settings.name

    @property
    def settles(self) -> bool:
        """True when kept letters are moved: a done folder is set and the server can move them safely."""
        return self._way != "stay"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def open(self) -> Standing:
        """Connect and log in where needed, select the folder, and return how it stands."""
        if self._client is not None:
            try:
                return self._select()
            except SourceError as error:
                if error.connected:
                    raise
        self._connect()
        return self._select()

    def uids(self, first: int = 1, last: int | None = None) -> list[int]:
        """Return the uid of every letter between two places, ascending, asked for in windows of bounded size."""
        last = self._count if last is None else min(last, self._count)
        found: set[int] = set()
        for start in range(first, last + 1, _SEARCH_WINDOW):
            end = min(start + _SEARCH_WINDOW - 1, last)
            # Places are understood by every server but the simplest; for the whole folder they are not needed.
            window = "ALL" if (start, end) == (1, self._count) else f"{start}:{end}"
            with self._step("listar la carpeta"):
                found.update(self._live().search([window]))
        return sorted(found)

    def describe(self, uids: Sequence[int]) -> list[Listed]:
        """Return size and INTERNALDATE of these letters, ascending."""
        with self._step("preguntar por los tamaños"):
            return answers.listed(self._live().fetch_lines(uids, "(RFC822.SIZE INTERNALDATE)"))

    def fetch(self, uids: Sequence[int], size: int) -> list[tuple[int, bytes]]:
        """Return the letters' bytes with ``BODY.PEEK[]``, which sets no flag."""
        with self._step("leer cartas", size):
            return answers.bodies(self._live().fetch_lines(uids, "(BODY.PEEK[])"))

    def head(self, uid: int, limit: int) -> bytes:
        """Return at most ``limit`` bytes of the header block."""
        with self._step("leer una cabecera", limit):
            answer = self._live().fetch([uid], [f"BODY.PEEK[HEADER]<0.{limit}>"])
        values = [value for items in answer.values() for key, value in items.items() if key.startswith(b"BODY[")]
        head = values[0] if values else b""
        return head if isinstance(head, bytes) else b""

    def settle(self, uids: Sequence[int]) -> int:
        """Move kept letters to the done folder, creating it when it is missing. Never a plain EXPUNGE."""
        if self._way == "stay":
            return 0
        for start in range(0, len(uids), _SETTLE_WINDOW):
            chunk = list(uids[start : start + _SETTLE_WINDOW])
            with self._step("pasar cartas a la carpeta de leídas"):
                if self._way == "move":
                    self._into_done(partial(self._live().move, chunk, self._settings.done_folder))
                else:
                    self._copy_and_expunge(chunk)
        return len(uids)

    def done_count(self) -> int | None:
        """Return the number of letters in the done folder, for reconciliation; None when there is none."""
        if not self._settings.done_folder:
            return None
        with self._step("contar la carpeta de leídas"):
            client = self._live()
            if not client.folder_exists(self._settings.done_folder):
                return 0
            return int(client.folder_status(self._settings.done_folder, ["MESSAGES"])[b"MESSAGES"])

    def arrivals(self, since_at: datetime, until_at: datetime) -> Counter[datetime]:
        """Return how many letters arrived at each second of a span, in the folder and the done folder together.

        The start belongs to the span and the end does not. Leaves the done folder selected: ``open`` before reading on.
        """
        folders = [self._settings.folder, *filter(None, [self._settings.done_folder])]
        return sum((self._arrivals_in(folder, since_at, until_at) for folder in folders), Counter())

    def _arrivals_in(self, folder: str, since_at: datetime, until_at: datetime) -> Counter[datetime]:
        with self._step(f"contar la carpeta «{folder}»", refusal=SourcePermanent):
            client = self._live()
            if folder == self._settings.done_folder and not client.folder_exists(folder):
                return Counter()
            client.select_folder(folder, readonly=True)
        # SINCE knows dates only, and of the server's own zone: ask for a day more and look at the instants.
        with self._step(f"contar la carpeta «{folder}»", allowance=_CHECK_SECONDS):
            uids = sorted(self._live().search(["SINCE", (since_at - timedelta(days=1)).date()]))
        found: Counter[datetime] = Counter()
        for start in range(0, len(uids), _CHECK_WINDOW):
            for letter in self.describe(uids[start : start + _CHECK_WINDOW]):
                if since_at <= letter.arrived_at < until_at:
                    found[letter.arrived_at] += 1
        return found

    @property
    def idles(self) -> bool:
        """True when the server can tell of letters as they come (RFC 2177)."""
        return self._client is not None and bool(self._client.has_capability("IDLE"))

    def wait(self, seconds: float, stop: Callable[[], bool] = lambda: False) -> bool:
        """Wait with IDLE until a letter is announced; False when the time is over or IDLE is unknown.

        ``stop`` is asked about once a second, and ends the connection with the wait: nobody then waits for the
        server's word. At most ``idle_seconds``, however many seconds are asked for. A letter that comes just before
        the wait begins may go unnoticed: poll by the clock as well.
        """
        limit = min(seconds, self._settings.idle_seconds)
        ends = time.monotonic() + limit
        with self._step("esperar cartas", allowance=limit):
            client = self._live()
            if not client.has_capability("IDLE"):
                return False
            while time.monotonic() < ends and not stop():
                if client.idle_until(ends, stop):
                    return True
        if stop():
            self._drop()
        return False

    def close(self) -> None:
        """Log out if that is possible, and end the connection."""
        client, self._client = self._client, None
        if client is None:
            return
        with suppress(Exception), self._deadline.within(5.0):
            client.logout()
        with suppress(Exception):
            client.shutdown()

    def cut(self) -> None:
        """End whatever it does, from another thread: every call then raises ``SourceTemporary``."""
        self._dies = time.monotonic()
        self._deadline.cut()

    def _connect(self) -> None:
        settings = self._settings
        self._drop()
        self._deadline = Deadline()
        with self._step("conectar"):
            context = None if settings.security == "plain" else verified_context(settings.ca_file)
            self._client = Client(
                settings.host,
                settings.port,
                timeout=settings.timeout_seconds,
                context=context if settings.security == "tls" else None,
                deadline=self._deadline,
                literal_cap=settings.literal_cap,
            )
            if settings.security == "starttls":
                if not self._client.has_capability("STARTTLS"):
                    self._drop()
                    raise SourcePermanent(f"{self._where} no ofrece STARTTLS; no se envió la clave.")
                self._client.starttls(context)
        self._login()

    def _login(self) -> None:
        try:
            with self._step("iniciar sesión"):
                self._authenticate(fresh=False)
        except SourceError as error:
            if self._settings.oauth_token is None or not error.connected:
                self._drop()
                raise
            with self._step("iniciar sesión"):
                self._authenticate(fresh=True)

    def _authenticate(self, *, fresh: bool) -> None:
        """Log in; the server's refusal becomes ours, without the command that carried the secret."""
        settings, client = self._settings, self._live()
        token = self._token(fresh)
        try:
            if settings.oauth_token is not None:
                client.oauth2_login(settings.user, token)
            elif client.has_capability("AUTH=PLAIN"):
                client.plain_login(settings.user, settings.password)
            elif client.has_capability("LOGINDISABLED"):
                raise SourcePermanent(f"{self._where} no permite iniciar sesión por esta conexión.")
            else:
                client.login(settings.user, settings.password)
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error as error:
            if isinstance(error.__context__, imaplib.IMAP4.abort):  # IMAPClient calls a lost connection a refusal too
                raise error.__context__ from None
            said = _said(error, settings.password, token)
            if any(code in said.upper() for code in _TEMPORARY_CODES):
                raise SourceTemporary(f"{self._where} no atiende ahora: {said}", connected=True) from None
            raise SourcePermanent(f"{self._where} rechazó el usuario o la clave: {said}", connected=True) from None
        except UnicodeError:
            raise SourcePermanent(f"{self._where} no acepta claves con tildes o eñes por esta vía.") from None

    def _token(self, fresh: bool) -> str:
        """Ask for an access token; its source's two failures become ours."""
        if self._settings.oauth_token is None:
            return ""
        try:
            return self._settings.oauth_token(fresh)
        except PermissionError as error:
            raise SourcePermanent(f"Buzón «{self.name}»: {_said(error)}") from None
        except OSError as error:
            raise SourceTemporary(f"Buzón «{self.name}»: {_said(error)}") from None

    def _select(self) -> Standing:
        settings = self._settings
        with self._step(f"abrir la carpeta «{settings.folder}»", refusal=SourcePermanent):
            client = self._live()
            answer = client.select_folder(settings.folder, readonly=not settings.done_folder)
            self._count = int(answer[b"EXISTS"])
            self._way = self._choose_way(client, answer)
            if b"UIDVALIDITY" not in answer:
                raise SourcePermanent(f"{self._where} no da UIDVALIDITY para «{settings.folder}».", connected=True)
            return Standing(uidvalidity=int(answer[b"UIDVALIDITY"]), count=self._count)

    def _choose_way(self, client: Client, answer: dict[bytes, Any]) -> Literal["move", "copy", "stay"]:
        """Choose how letters leave the folder; where none is safe to repeat, they stay."""
        if not self._settings.done_folder or b"READ-ONLY" in answer:
            return "stay"
        if client.has_capability("MOVE"):
            return "move"
        if client.has_capability("UIDPLUS") and b"\\Deleted" in answer.get(b"PERMANENTFLAGS", ()):
            return "copy"
        return "stay"

    def _copy_and_expunge(self, uids: list[int]) -> None:
        """COPY, mark, UID EXPUNGE. What is already marked was copied by an earlier try and is not copied again."""
        client = self._live()
        marked = {uid for uid, flags in client.get_flags(uids).items() if b"\\Deleted" in flags}
        fresh = [uid for uid in uids if uid not in marked]
        if fresh:
            self._into_done(partial(client.copy, fresh, self._settings.done_folder))
            client.delete_messages(fresh, silent=True)
        client.uid_expunge(uids)

    def _into_done(self, transfer: Callable[[], object]) -> None:
        """Run a MOVE or COPY; when the done folder does not exist yet, create it and run it again."""
        try:
            transfer()
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error:
            client = self._live()
            if client.folder_exists(self._settings.done_folder):
                raise
            client.create_folder(self._settings.done_folder)
            transfer()

    def _live(self) -> Client:
        if self._client is None:
            raise SourceTemporary(f"{self._where} no está conectado.")
        return self._client

    def _drop(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            with suppress(Exception):
                client.shutdown()

    @property
    def _where(self) -> str:
        return f"Buzón «{self.name}»: el servidor {self._settings.host}:{self._settings.port}"

    @contextmanager
    def _step(
        self,
        doing: str,
        size: int = 0,
        *,
        allowance: float = 0.0,
        refusal: type[SourceError] = SourceTemporary,
    ) -> Iterator[None]:
        """Bound one exchange in time and turn every foreign exception into one of ours."""
        limit = self._settings.timeout_seconds + allowance + size / _SLOWEST
        if self._dies is not None:
            limit = min(limit, self._dies - time.monotonic())
            if limit <= 0:
                raise self._lost(SourceTemporary, "atiende tan despacio que se dejó para otra vuelta.")
        try:
            with self._deadline.within(limit):
                yield
        except SourceError as error:
            if not error.connected:
                self._drop()
            raise
        except ssl.SSLCertVerificationError as error:
            why = clean_line(error.verify_message)
            raise self._lost(SourcePermanent, f"presentó un certificado que no se acepta: {why}") from None
        except FileNotFoundError:
            raise self._lost(SourcePermanent, f"no se pudo verificar: no existe {self._settings.ca_file}") from None
        except socket.gaierror as error:
            raise self._lost(SourceTemporary, f"no se encuentra por su nombre: {_said(error)}") from None
        except TimeoutError:
            raise self._lost(SourceTemporary, f"no respondió a tiempo al {doing}.") from None
        except (imaplib.IMAP4.abort, OSError, EOFError) as error:
            if self._deadline.passed:
                raise self._lost(SourceTemporary, f"tardó más de {limit:.0f} s al {doing}.") from None
            raise self._lost(SourceTemporary, f"cortó la conexión al {doing}: {_said(error)}") from None
        except (ProtocolError, CapabilityError, ValueError, KeyError) as error:
            raise self._lost(SourceTemporary, f"respondió algo que no se entiende al {doing}: {_said(error)}") from None
        except imaplib.IMAP4.error as error:
            said = _said(error)
            kind = SourceTemporary if any(code in said.upper() for code in _TEMPORARY_CODES) else refusal
            raise kind(f"{self._where} no quiso {doing}: {said}", connected=True) from None

    def _lost(self, kind: type[SourceError], what: str) -> SourceError:
        self._drop()
        return kind(f"{self._where} {what}")


def _said(error: BaseException, *secrets: str) -> str:
    """Return the server's words, cleaned and short, without a secret that it may have echoed."""
    text = str(error)
    for secret in secrets:
        if secret:
            text = text.replace(secret, "***")
    return clean_line(text)[:200]
