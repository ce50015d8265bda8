"""A mailbox on Debian's Dovecot as the desk and as another mail program see it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from imapclient import IMAPClient

from service.settings import Settings, load
from tests.servers.dovecot import Dovecot, dovecot
from tests.servers.folder import open_folder

PASSWORD = "canario-9x"


@dataclass(frozen=True)
class Mailbox:
    """One login on a running server; ``port`` may be that of a proxy before it."""

    running: Dovecot
    login: str
    port: int

    def deliver(self, raw: bytes, arrived_at: datetime) -> None:
        """Let a letter arrive, as a local delivery agent would."""
        self.running.deliver(self.login, raw, arrived_at)

    @contextmanager
    def client(self, folder: str = "") -> Iterator[IMAPClient]:
        """Another mail program on the same mailbox."""
        client = IMAPClient(self.running.host, self.running.port, ssl=False, timeout=10)
        client.login(self.login, PASSWORD)
        try:
            if folder:
                client.select_folder(folder)
            yield client
        finally:
            client.logout()

    def count(self, folder: str) -> int:
        """Return how many letters lie in a folder, 0 when it does not exist."""
        with self.client() as client:
            if not client.folder_exists(folder):
                return 0
            return int(client.folder_status(folder, ["MESSAGES"])[b"MESSAGES"])

    def table(self, name: str = "som", **keys: object) -> str:
        """Return the ``[[mailbox]]`` table of this mailbox; ``keys`` are added to it."""
        given = {
            "name": name,
            "address": "som@example.pe",
            "host": self.running.host,
            "port": self.port,
            "security": "plain",
            "user": self.login,
            "password_file": "password",
            **keys,
        }
        lines = [f"{key} = {value!r}".replace("'", '"') for key, value in given.items()]
        return "\n".join(["[[mailbox]]", *lines, ""])


def settings(folder: Path, *tables: str) -> Settings:
    """Write these tables into the folder's ``config.toml`` and load it."""
    secret = folder / "password"
    secret.write_text(PASSWORD)
    secret.chmod(0o600)
    (folder / "config.toml").write_text("\n".join([*tables, '[data]\ndir = "."\n']))
    return load(folder / "config.toml")


@contextmanager
def mailboxes(*logins: str, extra: str = "") -> Iterator[Dovecot]:
    """Run a Dovecot with these logins until the block ends."""
    with open_folder() as folder, dovecot(folder, dict.fromkeys(logins, PASSWORD), extra=extra) as server:
        yield server


def letter(number: int, *, text: str = "Quiero trabajar en Chile.", address: str = "", message_id: str = "") -> bytes:
    """Return a letter of a person of that number."""
    return (
        f"From: Rosa Quispe <{address or f'rosa{number}@example.org'}>\r\n"
        f"To: som@example.pe\r\nSubject: Consulta {number}\r\n"
        f"Message-ID: {message_id or f'<{number}@example.org>'}\r\n"
        f"Date: Mon, 23 Nov 2026 09:00:00 -0500\r\n\r\n{text}\r\n"
    ).encode()


def minutes(number: float) -> timedelta:
    """Return so many minutes."""
    return timedelta(minutes=number)
