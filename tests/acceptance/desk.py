"""A desk as an administrator sets it up, driven through the installed command, with mail servers on loopback."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from service.demo.servers import ImapAddress, Received

ADDRESS = "orientacionmigrante@trabajo.gob.pe"
PASSWORD = "una-clave-larga"
SOM = Path(sys.executable).with_name("som")


@dataclass
class CommandDesk:
    """A folder with a config.toml, and ``som`` run in it."""

    folder: Path
    imap: ImapAddress
    sent: list[Received] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)

    def write_config(self, smtp: tuple[str, int], *, database_url: str = "", extra: str = "") -> None:
        (self.folder / "config.toml").write_text(
            f"""
[[mailbox]]
name = "principal"
address = "{ADDRESS}"
host = "{self.imap.host}"
port = {self.imap.port}
security = "plain"
user = "{ADDRESS}"
password_env = "SOM_TEST_PASSWORD"

[smtp]
host = "{smtp[0]}"
port = {smtp[1]}
security = "plain"
from_address = "{ADDRESS}"

[data]
dir = "."

[database]
url = "{database_url}"

[clock]
simulated = true

[danger]
notify = ["guardia@example.org"]

[digest]
recipients = ["jefa@example.org"]
{extra}
""",
            encoding="utf-8",
        )
        self.environment = {**os.environ, "SOM_TEST_PASSWORD": PASSWORD, "XDG_CACHE_HOME": str(_cache())}

    def som(self, *arguments: str, code: int = 0, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run ``som`` and expect that exit code."""
        done = subprocess.run(
            [str(SOM), *arguments],
            cwd=self.folder,
            env=self.environment,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == code, f"som {' '.join(arguments)}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def json(self, *arguments: str) -> Any:
        """Run ``som`` and read the JSON document that it prints."""
        return json.loads(self.som(*arguments, "--json").stdout)

    def arrive(self, raw: bytes, at: datetime) -> None:
        """Let a letter arrive in the desk's mailbox."""
        self.imap.deliver(ADDRESS, raw, at)

    def letters_to(self, address: str) -> list[EmailMessage]:
        """Return what the relay accepted for an address, in order."""
        return [message_from_bytes(one.raw, policy=default) for one in self.sent if address in one.recipients]


def _cache() -> Path:
    """One cache of the trained model for the whole test run."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")


def text_of(message: EmailMessage) -> str:
    """Return the plain text of a letter."""
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content())
