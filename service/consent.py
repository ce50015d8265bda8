"""A person's consent, once: how the first refresh token of a mailbox comes about (RFC 6749, 4.1, with PKCE, RFC 7636).

The service has no browser. The person opens an address in theirs, agrees, and gives back the address at which the
browser ended; nothing needs to listen there.
"""

import base64
import hashlib
import secrets
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import parse_qs, urlencode, urlsplit

from letters.clean import clean_line
from service.oauth import OauthSettings, ask, write_secret

REDIRECT = "http://localhost"
"""Where the browser ends. Both Microsoft and Google allow it for applications without a server of their own."""

_GOOGLE = "https://accounts.google.com/o/oauth2/v2/auth"


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """One question to a person; ``verifier`` and ``state`` tie the answer to it."""

    settings: OauthSettings
    user: str
    authorize_url: str
    verifier: str = field(repr=False)
    state: str = field(repr=False)

    @classmethod
    def ask_for(cls, settings: OauthSettings, user: str, authorize_url: str = "") -> Self:
        """Prepare the question; ``authorize_url`` "" takes the one that belongs to the token endpoint."""
        return cls(
            settings=settings,
            user=user,
            authorize_url=authorize_url or authorize_url_of(settings.token_url),
            verifier=secrets.token_urlsafe(48),
            state=secrets.token_urlsafe(24),
        )

    @property
    def address(self) -> str:
        """The address that the person opens."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        fields = {
            "response_type": "code",
            "client_id": self.settings.client_id,
            "redirect_uri": REDIRECT,
            "scope": self.settings.scope,
            "state": self.state,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
            "login_hint": self.user,
            "access_type": "offline",  # Google gives no refresh token without these two
            "prompt": "consent",
        }
        return f"{self.authorize_url}?{urlencode(fields)}"

    def take(self, ended_at: str) -> None:
        """Exchange the address at which the browser ended for a refresh token, and save it.

        Raises ``ValueError`` when the address is not the answer to this question, ``PermissionError`` when the person
        or the server said no, and another ``OSError`` when the server cannot be reached or the file not written.
        """
        path = self.settings.refresh_token_file
        if path is None:
            raise ValueError("no hay refresh_token_file en la configuración")
        answer = {name: values[0] for name, values in parse_qs(urlsplit(ended_at.strip()).query).items()}
        if not secrets.compare_digest(answer.get("state", "").encode(), self.state.encode()):
            raise ValueError("esa dirección no responde a esta pregunta; copie la última, completa")
        if "error" in answer:
            raise PermissionError(f"no se dio el permiso: {clean_line(answer['error'], 60)}")
        if not answer.get("code"):
            raise ValueError("esa dirección no trae ningún permiso; copie la última, completa")
        given = ask(
            self.settings,
            {
                "grant_type": "authorization_code",
                "code": answer["code"],
                "redirect_uri": REDIRECT,
                "code_verifier": self.verifier,
            },
        )
        token = given.get("refresh_token")
        if not isinstance(token, str) or not token:
            raise PermissionError(
                "el servidor no dio un permiso duradero; en Microsoft, agregue offline_access a scope"
            )
        write_secret(path, token)


def authorize_url_of(token_url: str) -> str:
    """Return where a person consents, from the token endpoint. Raises ``ValueError`` for a provider unknown here."""
    parts = urlsplit(token_url)
    if parts.hostname == "oauth2.googleapis.com":
        return _GOOGLE
    if parts.path.endswith("/token"):
        return token_url.removesuffix("/token") + "/authorize"
    raise ValueError("no se sabe dónde se da el permiso; indíquelo con --authorize-url")
