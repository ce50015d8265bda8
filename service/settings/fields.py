"""Types of settings that several tables share, and the checks that hold between neighbouring keys."""

import datetime as dt
import re
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, ValidationInfo

from letters.loopback import is_loopback

ADDRESS = re.compile(r"[^\s<>@,;\"]+@[^\s<>@,;\"]+")


def _checked_address(value: str) -> str:
    if value and not ADDRESS.fullmatch(value):
        raise ValueError("must be one bare address such as desk@example.org")
    return value


def _given_address(value: str) -> str:
    if not value:
        raise ValueError("must be one bare address such as desk@example.org")
    return _checked_address(value)


def _local_time(value: dt.time) -> dt.time:
    if value.tzinfo is not None or value.microsecond:
        raise ValueError("must be a Lima time to the second without an offset, such as 17:00")
    return value


Address = Annotated[str, AfterValidator(_checked_address)]
GivenAddress = Annotated[str, AfterValidator(_given_address)]
Filled = Annotated[str, Field(min_length=1)]
LimaTime = Annotated[dt.time, AfterValidator(_local_time)]
Security = Literal["tls", "starttls", "plain"]

OFFICIAL_ADDRESS = "orientacionmigrante@trabajo.gob.pe"
"""The address that this service exists for."""

IMAP_PORTS: dict[Security, int] = {"tls": 993, "starttls": 143, "plain": 143}
SMTP_PORTS: dict[Security, int] = {"tls": 465, "starttls": 587, "plain": 25}


def one_password(name: str, info: ValidationInfo) -> str:
    """Check ``password_file`` against its neighbours: at most one source of a password, and none without a user."""
    given = [
        key for key in ("password_env", "password_file") if (name if key == "password_file" else info.data.get(key))
    ]
    if len(given) > 1:
        raise ValueError("a user needs exactly one of password_env, password_file and token_url")
    if "user" in info.data and not info.data["user"] and given:
        raise ValueError("a password is named but no user")
    return name


def one_login(url: str, info: ValidationInfo) -> str:
    """Check ``token_url``: a user logs in with a password or with tokens, and those come over TLS."""
    if url:
        parts = urlsplit(url)
        if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname or "")):
            raise ValueError("must begin with https:// (http:// is allowed on loopback only)")
        if not parts.hostname:
            raise ValueError("must name a host")
    if "user" not in info.data or "password_file" not in info.data:
        return url
    passwords = [key for key in ("password_env", "password_file") if info.data.get(key)]
    if info.data["user"] and bool(passwords) == bool(url):
        raise ValueError("a user needs exactly one of password_env, password_file and token_url")
    if url and not info.data["user"]:
        raise ValueError("tokens are named but no user")
    return url


def with_token_url(value: str, info: ValidationInfo) -> str:
    """Check a key that only means something beside ``token_url``."""
    if value and "token_url" in info.data and not info.data["token_url"]:
        raise ValueError("needs token_url")
    return value


def with_client_id(value: str, info: ValidationInfo) -> str:
    """Check ``client_id``: tokens are never asked for without it."""
    if not value and info.data.get("token_url"):
        raise ValueError("token_url needs a client_id")
    return with_token_url(value, info)


def one_secret(name: str, info: ValidationInfo) -> str:
    """Check ``client_secret_file``: one source of the secret at most."""
    if name and info.data.get("client_secret_env"):
        raise ValueError("give client_secret_env or client_secret_file, not both")
    return with_token_url(name, info)


def one_grant(name: str, info: ValidationInfo) -> str:
    """Check ``refresh_token_file``: without it the application asks in its own name, which takes a secret."""
    secret = info.data.get("client_secret_env") or info.data.get("client_secret_file")
    if not name and info.data.get("token_url") and "client_secret_file" in info.data and not secret:
        raise ValueError("token_url needs a refresh_token_file, or a client secret")
    return with_token_url(name, info)


def safe_wire(security: str, info: ValidationInfo) -> str:
    """Check ``security`` against the host: without TLS a password must not leave this machine."""
    if security == "plain" and not is_loopback(info.data.get("host") or "localhost"):
        raise ValueError('"plain" is allowed on loopback only; use "tls" or "starttls"')
    return security


TokenUrl = Annotated[
    str,
    AfterValidator(one_login),
    Field(description="Token endpoint (https) for XOAUTH2 instead of a password; empty logs in with the password."),
]
ClientId = Annotated[
    str, AfterValidator(with_client_id), Field(description="Identifier of the application at the token endpoint.")
]
ClientSecretEnv = Annotated[
    str,
    AfterValidator(with_token_url),
    Field(description="Environment variable that holds the application's secret, if it has one."),
]
ClientSecretFile = Annotated[
    str,
    AfterValidator(one_secret),
    Field(description="File (mode 0600 or stricter) that holds the application's secret, if it has one."),
]
Scope = Annotated[
    str,
    AfterValidator(with_token_url),
    Field(description="Permissions asked for, apart by spaces, as the provider names them."),
]
RefreshTokenFile = Annotated[
    str,
    AfterValidator(one_grant),
    Field(description="File (mode 0600) with the refresh token, kept up to date; empty uses the application's secret."),
]
