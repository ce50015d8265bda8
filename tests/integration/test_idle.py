"""The bell: a letter is read seconds after it arrives, and nothing depends on it."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import trustme

from calendar_pe import clock
from casework.desk import Desk
from inbox.sources import SourceTemporary
from inbox.sources.imap import ImapSource
from service.bell import Bell
from service.daemon import Daemon
from service.settings import Settings
from tests.desks import build
from tests.servers.dovecot import Dovecot, dovecot
from tests.servers.folder import open_folder
from tests.servers.mailboxes import PASSWORD, Mailbox, letter, mailboxes, settings
from tests.servers.proxy import Proxy, fault_proxy
from tickets import intake
from tickets.store import Store

pytestmark = pytest.mark.tier("dovecot")
DEADLINE = 30.0
NEVER_BY_THE_CLOCK = "[intake]\npoll_seconds = 86400\n"


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    with mailboxes(*(f"som{number}" for number in range(20))) as running:
        yield running


@pytest.fixture
def mailbox(server: Dovecot, logins: Iterator[str]) -> Mailbox:
    return Mailbox(server, next(logins), server.port)


@pytest.fixture(scope="module")
def logins() -> Iterator[str]:
    return (f"som{number}" for number in range(20))


@pytest.fixture
def desk(sqlite_store: Store) -> Desk:
    return build(sqlite_store, clock.now)  # type: ignore[arg-type]


@contextmanager
def running(desk: Desk, settings: Settings) -> Iterator[Daemon]:
    daemon = Daemon(desk, settings)
    thread = threading.Thread(target=daemon.run)
    thread.start()
    try:
        yield daemon
    finally:
        daemon.stop()
        thread.join(DEADLINE)
        assert not thread.is_alive()


def wait_until(true: Callable[[], bool], what: str) -> None:
    give_up = time.monotonic() + DEADLINE
    while not true():
        assert time.monotonic() < give_up, what
        time.sleep(0.02)


def kept(desk: Desk) -> int:
    with desk.store.read() as session:
        return intake.count(session, "som")


def listeners() -> Sequence[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith("bell:")]


def test_a_letter_is_read_seconds_after_it_arrives(desk: Desk, mailbox: Mailbox, tmp_path: Path) -> None:
    wired = settings(tmp_path, mailbox.table(done_folder="Procesados"), NEVER_BY_THE_CLOCK)
    with running(desk, wired):
        for number in range(1, 5):
            mailbox.deliver(letter(number), clock.now())
            wait_until(lambda number=number: kept(desk) == number, f"letter {number} was not announced")  # type: ignore[misc]
            wait_until(lambda: mailbox.count("INBOX") == 0, "it was not settled")


def test_the_setting_turns_it_off(desk: Desk, mailbox: Mailbox, tmp_path: Path) -> None:
    mailbox.deliver(letter(1), clock.now())
    with running(desk, settings(tmp_path, mailbox.table(), NEVER_BY_THE_CLOCK, "idle = false\n")):
        wait_until(lambda: kept(desk) == 1, "the first pass is by the clock")
        assert listeners() == []


def test_a_server_without_idle_is_polled(desk: Desk, tmp_path: Path) -> None:
    with mailboxes("som", extra="imap_capability = IMAP4rev1 MOVE UIDPLUS") as plain:
        mailbox = Mailbox(plain, "som", plain.port)
        with running(desk, settings(tmp_path, mailbox.table(), "[intake]\npoll_seconds = 1\n")):
            for number in range(1, 4):
                mailbox.deliver(letter(number), clock.now())
                wait_until(lambda number=number: kept(desk) == number, f"letter {number} was not polled")  # type: ignore[misc]
            wait_until(lambda: not listeners(), "nobody listens where nothing is announced")


def test_the_poll_goes_on_where_announcements_are_swallowed(desk: Desk, mailbox: Mailbox, tmp_path: Path) -> None:
    with fault_proxy((mailbox.running.host, mailbox.port)) as proxy:
        wired = settings(tmp_path, replace(mailbox, port=proxy.port).table(), "[intake]\npoll_seconds = 1\n")
        with running(desk, wired):
            wait_until(lambda: proxy.connections >= 2, "nobody listens")
            only_the_next_are_sound(proxy)
            mailbox.deliver(letter(1), clock.now())
            wait_until(lambda: kept(desk) == 1, "the poll did not read it")


def only_the_next_are_sound(proxy: Proxy) -> None:
    """Swallow whatever the server says on connections that have said as much as a login and more."""
    proxy.fault, proxy.after = "blackhole", 4_000


def test_a_connection_that_dies_in_idle_is_noticed(mailbox: Mailbox, tmp_path: Path) -> None:
    with fault_proxy((mailbox.running.host, mailbox.port)) as proxy:
        [imap] = settings(tmp_path, replace(mailbox, port=proxy.port).table()).imap_settings()
        with ImapSource(replace(imap, idle_seconds=0.3, timeout_seconds=0.5)) as source:
            source.open()
            proxy.fault = "blackhole"
            with pytest.raises(SourceTemporary, match="no respondió a tiempo al esperar cartas"):
                source.wait(60)


def test_a_server_that_hangs_up_in_idle_is_noticed_at_once(mailbox: Mailbox, tmp_path: Path) -> None:
    with ExitStack() as up:
        proxy = up.enter_context(fault_proxy((mailbox.running.host, mailbox.port)))
        [imap] = settings(tmp_path, replace(mailbox, port=proxy.port).table()).imap_settings()
        with ImapSource(imap) as source:
            source.open()
            closing = threading.Timer(0.2, up.close)
            closing.start()
            started = time.monotonic()
            with pytest.raises(SourceTemporary, match="cortó la conexión"):
                source.wait(60)
            assert time.monotonic() - started < 10
            closing.join()


@pytest.mark.parametrize("security", ["plain", "tls"])
def test_a_letter_told_in_one_breath_with_the_go_ahead_is_not_overheard(
    certified: tuple[Dovecot, str], tmp_path: Path, security: str
) -> None:
    server, ca_file = certified
    mailbox = Mailbox(server, f"de-{security}", server.tls_port if security == "tls" else server.port)
    table = mailbox.table(host="localhost", security=security, ca_file=ca_file)
    [imap] = settings(tmp_path, table).imap_settings()
    with ImapSource(imap) as source:
        for number in range(1, 6):
            assert source.open().count == number - 1
            mailbox.deliver(letter(number), clock.now())
            started = time.monotonic()
            assert source.wait(20)
            assert time.monotonic() - started < 10


@pytest.fixture(scope="module")
def certified() -> Iterator[tuple[Dovecot, str]]:
    with open_folder() as folder:
        authority, issued = (authority := trustme.CA()), authority.issue_cert("localhost")
        chain, key, ca_file = folder / "chain.pem", folder / "key.pem", folder / "ca.pem"
        for pem in issued.cert_chain_pems:
            pem.write_to_path(str(chain), append=True)
        issued.private_key_pem.write_to_path(str(key))
        authority.cert_pem.write_to_path(str(ca_file))
        logins = dict.fromkeys(("de-plain", "de-tls"), PASSWORD)
        with dovecot(folder, logins, certificate=(chain, key)) as server:
            yield server, str(ca_file)


def test_a_lost_bell_listens_again_after_the_next_good_pass_and_not_before(mailbox: Mailbox, tmp_path: Path) -> None:
    rung = threading.Semaphore(0)
    stopping = threading.Event()
    with fault_proxy((mailbox.running.host, mailbox.port)) as proxy:
        [imap] = settings(tmp_path, replace(mailbox, port=proxy.port).table()).imap_settings()
        bell = Bell(replace(imap, idle_seconds=0.2, timeout_seconds=0.5), rung.release, stopping)
        thread = threading.Thread(target=bell.listen)
        thread.start()
        try:
            assert proxy.connections == 0, "it does not try a password that no pass has tried"
            bell.mended()
            assert rung.acquire(timeout=DEADLINE)
            proxy.fault = "blackhole"
            wait_until(lambda: not bell._well.is_set(), "the dead connection was not noticed")
            proxy.fault = "none"
            assert proxy.connections == 1
            bell.mended()
            assert rung.acquire(timeout=DEADLINE)
            assert proxy.connections == 2
        finally:
            stopping.set()
            thread.join(DEADLINE)
    assert not thread.is_alive()


@pytest.mark.parametrize("fault", ["none", "blackhole"])
def test_sigterm_in_the_middle_of_idle_ends_at_once(mailbox: Mailbox, tmp_path: Path, fault: str) -> None:
    with fault_proxy((mailbox.running.host, mailbox.port)) as proxy:
        settings(tmp_path, replace(mailbox, port=proxy.port).table(done_folder="Procesados"), NEVER_BY_THE_CLOCK)
        process = subprocess.Popen(
            [str(Path(sys.executable).with_name("som")), "run"], cwd=tmp_path, stderr=subprocess.PIPE, text=True
        )
        try:
            wait_until(lambda: proxy.connections >= 3, "nobody listens, or it did not ring at the start")
            mailbox.deliver(letter(1), clock.now())
            wait_until(lambda: mailbox.count("INBOX") == 0, "it was not announced")
            proxy.fault = fault  # type: ignore[assignment]
            process.send_signal(signal.SIGTERM)
            told = time.monotonic()
            _, said = process.communicate(timeout=DEADLINE)
        finally:
            if process.poll() is None:
                process.kill()
                process.communicate()
        assert time.monotonic() - told < 15, "it waited for a server that says nothing"
        assert process.returncode == 0, said
        assert "Traceback" not in said


def test_sigterm_in_the_middle_of_a_pass_does_not_wait_for_a_server_that_says_nothing(
    mailbox: Mailbox, tmp_path: Path
) -> None:
    with fault_proxy((mailbox.running.host, mailbox.port), "blackhole", after=100) as proxy:
        settings(tmp_path, replace(mailbox, port=proxy.port).table())
        process = subprocess.Popen(
            [str(Path(sys.executable).with_name("som")), "run"], cwd=tmp_path, stderr=subprocess.PIPE, text=True
        )
        try:
            wait_until(lambda: proxy.to_client > 100, "it never asked")
            process.send_signal(signal.SIGTERM)
            told = time.monotonic()
            _, said = process.communicate(timeout=DEADLINE)
        finally:
            if process.poll() is None:
                process.kill()
                process.communicate()
        assert time.monotonic() - told < 20
        assert process.returncode == 0, said
        assert "Traceback" not in said
