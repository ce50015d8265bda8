"""A Postfix of our own on a high loopback port, with its queue in one folder. Its master wants to be root."""

import os
import pwd
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers.folder import let_others_in
from tests.servers.processes import free_port, wait_for_end, wait_for_greeting
from tests.servers.require import missing, program

_MAIN = """\
compatibility_level = 3.6
queue_directory = {root}/queue
data_directory = {root}/data
mail_owner = postfix
maillog_file = {root}/postfix.log
maillog_file_prefixes = {root}
myhostname = relay.example
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks =
alias_maps =
smtpd_relay_restrictions = reject_unauth_destination
virtual_mailbox_domains = local.example
virtual_mailbox_base = {root}/mail
virtual_mailbox_maps = static:ana/
virtual_minimum_uid = 1
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
message_size_limit = 2000000
mailbox_size_limit = 0
smtputf8_enable = yes
"""

_MASTER = """\
{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""


@contextmanager
def postfix(root: Path) -> Iterator[tuple[int, Path]]:
    """Run Postfix until the block ends; gives its port and the folder where letters to ana@local.example arrive."""
    binary = program("postfix")
    if os.geteuid() != 0:
        missing("root, which Postfix needs")
    account = pwd.getpwnam("nobody")
    let_others_in(root)
    for name, owner in (("queue", "root"), ("data", "postfix"), ("mail", "nobody"), ("conf", "root")):
        (root / name).mkdir()
        os.chown(root / name, pwd.getpwnam(owner).pw_uid, -1)
    port = free_port()
    (root / "conf" / "main.cf").write_text(_MAIN.format(root=root, uid=account.pw_uid, gid=account.pw_gid))
    (root / "conf" / "master.cf").write_text(_MASTER.format(port=f"127.0.0.1:{port}"))
    process = subprocess.Popen(
        [binary, "-c", str(root / "conf"), "start-fg"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        wait_for_greeting(process, port, b"220", name="Postfix", log=root / "postfix.log", goodbye=b"QUIT\r\n")
        yield port, root / "mail" / "ana" / "new"
    finally:
        master = root / "queue" / "pid" / "master.pid"
        if master.exists():
            os.kill(int(master.read_text()), signal.SIGTERM)
        elif process.poll() is None:
            process.terminate()
        wait_for_end(process)
