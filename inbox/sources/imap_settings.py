"""What an IMAP mailbox needs to be told, and what it refuses to be told."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from letters.loopback import is_loopback


@dataclass(frozen=True, slots=True, kw_only=True)
class ImapSettings:
    """One IMAP mailbox. ``name`` is its identity in the ledger: another host or folder needs another name.

    ``oauth_token`` returns an access token for XOAUTH2; it is called with True when the last one was refused and a
    fresh one is needed, and raises ``PermissionError`` when a person must act, another ``OSError`` when it may work
    later. ``done_folder`` "" leaves kept letters where they are.
    """

    name: str
    address: str
    host: str
    port: int
    security: Literal["tls", "starttls", "plain"] = "tls"
    user: str
    password: str = field(default="", repr=False)
    oauth_token: Callable[[bool], str] | None = field(default=None, repr=False)
    folder: str = "INBOX"
    done_folder: str = ""
    timeout_seconds: float = 60.0
    idle_seconds: float = 540.0
    """How long one IDLE lasts before it is renewed: middleboxes forget silent connections after ten minutes or more."""
    literal_cap: int = 64_000_000
    ca_file: str | None = None

    def __post_init__(self) -> None:
        if self.security not in ("tls", "starttls", "plain"):
            raise ValueError(f"security: {self.security!r} is none of tls, starttls, plain")
        if self.security == "plain" and not is_loopback(self.host):
            raise ValueError(f"security: plain is allowed to this machine only, not to {self.host}")
        for key in ("host", "user", "folder", "done_folder"):
            if any(ord(character) < 32 or ord(character) == 127 for character in getattr(self, key)):
                raise ValueError(f"{key}: control characters are not allowed")
        if self.done_folder and self.done_folder == self.folder:
            raise ValueError("done_folder: must not be the folder that is read")
