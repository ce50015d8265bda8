"""Access tokens for IMAP and SMTP (RFC 6749), from Microsoft, Google or any other authorisation server.

Two grants: a refresh token that a person consented to once, or an application's own credentials. Servers rotate
refresh tokens: the newest is on disk before it is used, because the one before it may no longer be accepted.
"""

import fcntl
import json
import os
import stat
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from letters.clean import clean_line
from letters.loopback import is_loopback

_EARLY = 300.0
"""Seconds before its end at which a token is no longer handed out."""

_TIMEOUT = 30.0
_LARGEST_ANSWER = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class OauthSettings:
    """Where tokens come from.

    ``token_url`` is the authorisation server's token endpoint (https; http on this machine only). With
    ``refresh_token_file`` the refresh token in that file is used and kept up to date; without it the application asks
    in its own name (client credentials), for which it needs ``client_secret``.
    """

    token_url: str
    client_id: str
    client_secret: str = field(default="", repr=False)
    scope: str = ""
    refresh_token_file: Path | None = None

    def __post_init__(self) -> None:
        url = urlsplit(self.token_url)
        if url.scheme != "https" and not (url.scheme == "http" and is_loopback(url.hostname or "")):
            raise ValueError(f"token_url: must be https: {self.token_url}")
        if self.refresh_token_file is None and not self.client_secret:
            raise ValueError("client_secret: is needed where there is no refresh_token_file")


class TokenSource:
    """Hands out access tokens; what ``inbox`` and ``replies`` call ``oauth_token``. Safe between threads."""

    def __init__(self, settings: OauthSettings, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._settings = settings
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._token = ""
        self._ends = 0.0
        self._unsaved = ""

    def __call__(self, fresh: bool) -> str:
        """Return an access token; ``fresh`` asks for a new one even if the last has not ended.

        Raises ``PermissionError`` when a person must consent again or correct the settings, and another ``OSError``
        when the server cannot be reached or is in trouble.
        """
        with self._lock:
            if fresh or self._monotonic() >= self._ends:
                self._renew()
            return self._token

    def _renew(self) -> None:
        settings = self._settings
        fields = {"scope": settings.scope} if settings.scope else {}
        if settings.refresh_token_file is None:
            answer = ask(settings, {"grant_type": "client_credentials", **fields})
        else:
            with _only_one(settings.refresh_token_file):
                answer = self._exchange(settings.refresh_token_file, fields)
        token, seconds = answer.get("access_token"), answer.get("expires_in", 3600)
        if not isinstance(token, str) or not token:
            raise OSError(f"{_where(settings)} respondió sin access_token")
        self._token = token
        lifetime = float(seconds) if isinstance(seconds, (int, float, str)) and str(seconds).isdigit() else 3600.0
        self._ends = self._monotonic() + max(0.0, lifetime - _EARLY)

    def _exchange(self, path: Path, fields: dict[str, str]) -> dict[str, Any]:
        """Give the refresh token for an access token, and keep the one that takes its place."""
        refresh_token = self._unsaved or _read_secret(path)
        try:
            answer = ask(self._settings, {"grant_type": "refresh_token", "refresh_token": refresh_token, **fields})
        except PermissionError:
            self._unsaved = ""  # a person may consent anew, and then the file holds what counts
            raise
        newest = answer.get("refresh_token")
        if isinstance(newest, str) and newest and newest != refresh_token:
            self._unsaved = newest
        if self._unsaved:
            try:
                write_secret(path, self._unsaved)
            except OSError as error:
                # The one on disk is worth nothing now: this process goes on with the new one and saves it later.
                raise OSError(
                    f"no se pudo guardar {path}: {error.strerror}; libere espacio o corrija los permisos"
                ) from None
            self._unsaved = ""
        return answer


@lru_cache(maxsize=64)
def token_source(settings: OauthSettings) -> TokenSource:
    """Return the one source for these settings: whoever shares a refresh token also shares the access tokens."""
    return TokenSource(settings)


def ask(settings: OauthSettings, fields: dict[str, str]) -> dict[str, Any]:
    """Post a request to the token endpoint in the application's name, and return its answer.

    Raises ``PermissionError`` when it says no, and another ``OSError`` when it may answer later.
    """
    own = {
        "client_id": settings.client_id,
        **({"client_secret": settings.client_secret} if settings.client_secret else {}),
    }
    request = Request(settings.token_url, urlencode({**fields, **own}).encode(), {"Accept": "application/json"})
    where = _where(settings)
    try:
        with build_opener(_NoRedirect).open(request, timeout=_TIMEOUT) as response:
            answer = json.loads(response.read(_LARGEST_ANSWER))
    except HTTPError as error:
        with error:
            said = _reason(error.read(_LARGEST_ANSWER))
        if error.code == 429 or error.code >= 500:
            raise OSError(f"{where} no atiende ahora: {error.code} {said}") from None
        raise PermissionError(f"{where} negó el permiso: {error.code} {said}") from None
    except (OSError, HTTPException, ValueError) as error:
        raise OSError(f"{where} no respondió bien: {clean_line(str(error), 200)}") from None
    if not isinstance(answer, dict):
        raise OSError(f"{where} respondió algo que no se entiende")
    return answer


def _where(settings: OauthSettings) -> str:
    return f"El servidor de permisos {urlsplit(settings.token_url).hostname}"


class _NoRedirect(HTTPRedirectHandler):
    """A token endpoint does not move; following a redirect would carry the secret elsewhere."""

    def redirect_request(self, *_: Any) -> None:
        """Follow nothing."""


def renewed_at(path: Path) -> datetime:
    """Return when a refresh token was last replaced. Raises ``PermissionError`` when it cannot be used at all."""
    _read_secret(path)
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


@contextmanager
def _only_one(path: Path) -> Iterator[None]:
    """Keep other processes from using the same refresh token at the same time: the second would be refused."""
    try:
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise PermissionError(f"no se puede leer {path}: {error.strerror}") from None
    try:
        if not os.access(path.parent, os.W_OK):
            raise PermissionError(f"no se puede escribir en {path.parent}, y ahí se guarda cada permiso nuevo")
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def write_secret(path: Path, secret: str) -> None:
    """Replace a secret's file in one step that survives a crash: whole, flushed, and readable by its owner only."""
    beside = path.with_name(f".{path.name}.new")
    beside.unlink(missing_ok=True)
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(f"{secret}\n")
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _read_secret(path: Path) -> str:
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        secret = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeError) as error:
        raise PermissionError(f"no se puede leer {path}: {type(error).__name__}") from None
    if mode & 0o077:
        raise PermissionError(f"{path} lo pueden leer otros usuarios: ejecute «chmod 600» sobre él")
    if not secret:
        raise PermissionError(f"{path} está vacío: hace falta autorizar de nuevo el buzón")
    return secret


def _reason(body: bytes) -> str:
    """Return the error word of an error answer (RFC 6749, 5.2), never the answer itself: it may echo secrets."""
    try:
        answer = json.loads(body)
    except ValueError:
        return ""
    return clean_line(str(answer.get("error", "")), 60) if isinstance(answer, dict) else ""
