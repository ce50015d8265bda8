"""A Dovecot of our own: no root needed, a high port on loopback, everything in one folder."""

import grp
import itertools
import os
import pwd
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tests.servers.folder import let_others_in
from tests.servers.processes import free_port, wait_for_end, wait_for_greeting
from tests.servers.require import program

_serial = itertools.count(1)

_CONF = """\
base_dir = {run}
state_dir = {run}/state
log_path = {root}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = {ssl}
{certificate}
disable_plaintext_auth = {secure_only}
auth_mechanisms = plain login
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 1
mail_location = maildir:{root}/mail/%u
auth_failure_delay = 0
mail_max_userip_connections = 50
passdb {{
  driver = passwd-file
  args = scheme=PLAIN {root}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={root}/mail/%u
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service stats {{
  chroot =
}}
namespace inbox {{
  inbox = yes
  separator = /
}}
{extra}
"""


@dataclass(frozen=True, slots=True)
class Dovecot:
    """A running server; ``tls_port`` is 0 without a certificate."""

    host: str
    port: int
    tls_port: int
    root: Path
    pid: int

    def maildir(self, login: str) -> Path:
        """Return the folder that holds a login's letters."""
        return self.root / "mail" / login

    def deliver(self, login: str, raw: bytes, arrived_at: datetime) -> None:
        """Put a letter into the INBOX with that INTERNALDATE (aware), as a local delivery agent would."""
        new = self.maildir(login) / "new"
        account = _account()
        for folder in (self.maildir(login), new, new.parent / "cur", new.parent / "tmp"):
            if not folder.exists():
                folder.mkdir()
                os.chown(folder, account.pw_uid, account.pw_gid)
        letter = new / f"{arrived_at.timestamp():.0f}.M{next(_serial):08d}P{os.getpid()}.test"
        letter.write_bytes(raw)
        os.chown(letter, account.pw_uid, account.pw_gid)
        os.utime(letter, (arrived_at.timestamp(), arrived_at.timestamp()))

    def log(self) -> str:
        """Return what the server wrote about itself."""
        return (self.root / "dovecot.log").read_text(errors="replace")


@contextmanager
def dovecot(
    root: Path,
    users: Mapping[str, str],
    *,
    certificate: tuple[Path, Path] | None = None,
    secure_only: bool = False,
    extra: str = "",
) -> Iterator[Dovecot]:
    """Run Dovecot in ``root`` for these logins (login -> password) until the block ends.

    ``certificate`` is (chain, key) and switches TLS on; ``secure_only`` then refuses logins in clear.
    """
    binary = program("dovecot")
    account = _account()
    root.mkdir(parents=True, exist_ok=True)
    let_others_in(root)
    for folder in ("run", "mail"):
        (root / folder).mkdir(exist_ok=True)
        (root / folder).chmod(0o777)
    (root / "users").write_text("".join(f"{login}:{{PLAIN}}{password}\n" for login, password in users.items()))
    port, tls_port = free_port(), free_port() if certificate else 0
    conf = root / "dovecot.conf"
    conf.write_text(
        _CONF.format(
            root=root,
            run=root / "run",
            ssl="yes" if certificate else "no",
            certificate=f"ssl_cert = <{certificate[0]}\nssl_key = <{certificate[1]}" if certificate else "",
            secure_only="yes" if secure_only else "no",
            user=account.pw_name,
            group=grp.getgrgid(account.pw_gid).gr_name,
            uid=account.pw_uid,
            gid=account.pw_gid,
            port=port,
            tls_port=tls_port,
            extra=extra,
        )
    )
    process = subprocess.Popen(
        [binary, "-F", "-c", str(conf)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    try:
        wait_for_greeting(process, port, b"* OK", name="Dovecot", log=root / "dovecot.log")
        yield Dovecot("127.0.0.1", port, tls_port, root, process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        wait_for_end(process)


def _account() -> pwd.struct_passwd:
    """Return whom the server runs as: this user, or nobody where this user is root."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
