"""The IMAP source against pymap in process and against Debian's Dovecot, healthy and spoiled by a proxy."""

import itertools
import logging
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
import trustme
from imapclient import IMAPClient

from inbox.poller import PassResult, PollSettings, poll
from inbox.sources import SourcePermanent, SourceTemporary
from inbox.sources.imap import ImapSettings, ImapSource
from service.demo.servers import imap_server
from tests.servers.dovecot import Dovecot, dovecot
from tests.servers.folder import open_folder
from tests.servers.ledger import SqliteLedger
from tests.servers.proxy import fault_proxy

ARRIVED_AT = datetime(2026, 11, 3, 17, 0, 1, tzinfo=timezone(timedelta(hours=-5)))
PASSWORD = "canario-9x"


def letter(number: int, size: int = 0) -> bytes:
    filling = b"a" * 76 + b"\r\n"
    return b"Subject: carta %d\r\n\r\nBuenas tardes.\r\n" % number + filling * (size // len(filling))


@dataclass(frozen=True)
class Server:
    """One mailbox on one server, as the source and as another mail program see it."""

    host: str
    port: int
    login: str
    put: Callable[[str, bytes, datetime], object]

    def deliver(self, raw: bytes, arrived_at: datetime) -> None:
        self.put(self.login, raw, arrived_at)

    def settings(self, **changes: object) -> ImapSettings:
        plain = ImapSettings(
            name="som",
            address="som@example.pe",
            host=self.host,
            port=self.port,
            security="plain",
            user=self.login,
            password=PASSWORD,
            timeout_seconds=5.0,
        )
        return replace(plain, **changes)  # type: ignore[arg-type]

    @contextmanager
    def client(self) -> Iterator[IMAPClient]:
        client = IMAPClient(self.host, self.port, ssl=False, timeout=10)
        client.login(self.login, PASSWORD)
        try:
            yield client
        finally:
            client.logout()

    def count(self, folder: str) -> int:
        with self.client() as client:
            return int(client.folder_status(folder, ["MESSAGES"])[b"MESSAGES"])


@dataclass(frozen=True)
class Dove(Server):
    running: Dovecot
    ca_file: str


LOGINS = [f"som{number}" for number in range(200)]
_fresh = itertools.count()


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[Dovecot, str]]:
    with open_folder() as folder:
        yield from running_in(folder)


def running_in(folder: Path) -> Iterator[tuple[Dovecot, str]]:
    authority = trustme.CA()
    chain, key, ca_file = folder / "chain.pem", folder / "key.pem", folder / "ca.pem"
    issued = authority.issue_cert("localhost")
    for pem in issued.cert_chain_pems:
        pem.write_to_path(str(chain), append=True)
    issued.private_key_pem.write_to_path(str(key))
    authority.cert_pem.write_to_path(str(ca_file))
    with dovecot(folder, dict.fromkeys(LOGINS, PASSWORD), certificate=(chain, key)) as server:
        yield server, str(ca_file)


@pytest.fixture
def dove(running: tuple[Dovecot, str]) -> Dove:
    """An empty mailbox on the module's Dovecot."""
    server, ca_file = running
    return Dove(server.host, server.port, LOGINS[next(_fresh)], server.deliver, server, ca_file)


@pytest.fixture(params=["pymap", pytest.param("dovecot", marks=pytest.mark.tier("dovecot"))])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    if request.param == "dovecot":
        yield request.getfixturevalue("dove")
        return
    with imap_server({"som": PASSWORD}) as imap:
        yield Server(imap.host, imap.port, "som", imap.deliver)


@contextmanager
def dovecot_that_offers(capabilities: str) -> Iterator[Server]:
    extra = f"imap_capability = {capabilities}"
    with open_folder() as folder, dovecot(folder, {"som": PASSWORD}, extra=extra) as server:
        yield Server(server.host, server.port, "som", server.deliver)


@pytest.fixture
def ledger() -> Iterator[SqliteLedger]:
    ledger = SqliteLedger()
    yield ledger
    ledger.close()


def take_in(server: Server, ledger: SqliteLedger, **changes: object) -> PassResult:
    with ImapSource(server.settings(**changes)) as source:
        return poll(source, ledger)


class TestReading:
    def test_bytes_size_and_arrival_are_the_servers(self, server: Server, ledger: SqliteLedger) -> None:
        raw = b"Subject: =?utf-8?q?a=0D=0AX1_CREATE_Hacked?=\r\nMessage-ID: <1\r\n x>\r\n\r\nse\xf1or \x1b[0m\r\n"
        server.deliver(raw, ARRIVED_AT)
        result = take_in(server, ledger)
        [(_, _, _, kept, _, size, arrived_at)] = ledger.rows()
        assert kept == raw
        assert size == len(raw)
        assert arrived_at == "2026-11-03T22:00:01+00:00"
        assert (result.seen, result.kept, result.server_count) == (1, 1, 1)
        with server.client() as client:
            assert not client.folder_exists("Hacked")

    def test_reading_sets_no_flag(self, server: Server, ledger: SqliteLedger) -> None:
        server.deliver(letter(1), ARRIVED_AT)
        take_in(server, ledger)
        with server.client() as client:
            client.select_folder("INBOX", readonly=True)
            assert client.search(["UNSEEN"]) == client.search(["ALL"]) != []

    def test_flags_of_other_clients_do_not_matter(self, server: Server, ledger: SqliteLedger) -> None:
        server.deliver(letter(1), ARRIVED_AT)
        with server.client() as client:
            client.select_folder("INBOX")
            client.add_flags(client.search(["ALL"]), [b"\\Seen", b"\\Answered", b"\\Flagged"])
        assert take_in(server, ledger).kept == 1

    def test_empty_folder(self, server: Server, ledger: SqliteLedger) -> None:
        assert take_in(server, ledger).kept == 0

    def test_letters_left_in_place_are_taken_once(self, server: Server, ledger: SqliteLedger) -> None:
        for number in range(3):
            server.deliver(letter(number), ARRIVED_AT)
        first, second = take_in(server, ledger), take_in(server, ledger)
        server.deliver(letter(3), ARRIVED_AT)
        third = take_in(server, ledger)
        assert [result.kept for result in (first, second, third)] == [3, 0, 1]
        assert ledger.raws() == [letter(number) for number in range(4)]
        assert server.count("INBOX") == 4

    def test_oversize_letter_gives_its_head_only(self, server: Server, ledger: SqliteLedger) -> None:
        for raw in (letter(1, size=400_000), letter(2)):
            server.deliver(raw, ARRIVED_AT)
        with ImapSource(server.settings()) as source:
            result = poll(source, ledger, settings=PollSettings(letter_cap=100_000))
        (_, _, _, raw, head, size, _), second = ledger.rows()
        assert (raw, head.strip(), size) == (None, b"Subject: carta 1", len(letter(1, size=400_000)))
        assert second[3] == letter(2)
        assert (result.kept, result.oversize) == (2, 1)

    def test_open_source_sees_what_came_since(self, server: Server, ledger: SqliteLedger) -> None:
        with ImapSource(server.settings()) as source:
            assert poll(source, ledger).kept == 0
            server.deliver(letter(1), ARRIVED_AT)
            assert poll(source, ledger).kept == 1

    def test_wait_wakes_when_a_letter_comes(self, server: Server) -> None:
        with ImapSource(server.settings()) as source:
            source.open()
            courier = threading.Timer(0.3, server.deliver, (letter(1), ARRIVED_AT))
            courier.start()
            started = time.monotonic()
            assert source.wait(30)
            assert time.monotonic() - started < 20
            courier.join()
            assert source.open().count == 1

    def test_wait_ends_with_its_time_and_when_told(self, server: Server) -> None:
        with ImapSource(server.settings()) as source:
            source.open()
            assert source.wait(0.2) is False
            assert source.wait(60, stop=lambda: True) is False
            assert source.open().count == 0


class TestSettling:
    def test_kept_letters_move_to_the_done_folder(self, server: Server, ledger: SqliteLedger) -> None:
        for number in range(3):
            server.deliver(letter(number), ARRIVED_AT)
        with ImapSource(server.settings(done_folder="Leídas")) as source:
            result = poll(source, ledger)
            assert source.done_count() == 3
        assert (result.kept, result.settled) == (3, 3)
        assert server.count("INBOX") == 0

    def test_letters_known_but_not_moved_are_moved_by_the_next_pass(self, server: Server, ledger: SqliteLedger) -> None:
        server.deliver(letter(1), ARRIVED_AT)
        take_in(server, ledger)
        result = take_in(server, ledger, done_folder="Procesadas")
        assert (result.kept, result.settled) == (0, 1)
        assert (server.count("INBOX"), server.count("Procesadas")) == (0, 1)

    @pytest.mark.tier("dovecot")
    def test_without_move_it_copies_and_expunges_only_its_own(self, ledger: SqliteLedger) -> None:
        with dovecot_that_offers("IMAP4rev1 UIDPLUS") as server:
            for number in range(3):
                server.deliver(letter(number), ARRIVED_AT)

            def at(name: str) -> None:
                if name == "poll.kept":
                    with server.client() as client:
                        client.append("INBOX", letter(9), flags=[b"\\Deleted"])

            with ImapSource(server.settings(done_folder="Procesadas")) as source:
                result = poll(source, ledger, at=at)
            assert (result.kept, result.settled) == (3, 3)
            assert (server.count("INBOX"), server.count("Procesadas")) == (1, 3)

    @pytest.mark.tier("dovecot")
    def test_copied_but_not_expunged_is_not_copied_again(self, ledger: SqliteLedger) -> None:
        with dovecot_that_offers("IMAP4rev1 UIDPLUS") as server:
            server.deliver(letter(1), ARRIVED_AT)
            take_in(server, ledger)
            with server.client() as client:
                client.create_folder("Procesadas")
                client.select_folder("INBOX")
                client.copy([1], "Procesadas")
                client.delete_messages([1])
            take_in(server, ledger, done_folder="Procesadas")
            assert (server.count("INBOX"), server.count("Procesadas")) == (0, 1)

    @pytest.mark.tier("dovecot")
    def test_server_without_a_safe_way_keeps_its_letters(self, ledger: SqliteLedger) -> None:
        with dovecot_that_offers("IMAP4rev1") as server:
            server.deliver(letter(1), ARRIVED_AT)
            results = [take_in(server, ledger, done_folder="Procesadas") for _ in range(3)]
            assert [(result.kept, result.settled) for result in results] == [(1, 0), (0, 0), (0, 0)]
            assert server.count("INBOX") == 1
            with server.client() as client:
                assert not client.folder_exists("Procesadas")


class TestAwkwardServers:
    @pytest.mark.tier("dovecot")
    def test_recreated_folder_is_a_new_epoch(self, dove: Dove, ledger: SqliteLedger) -> None:
        server = dove
        with server.client() as client:
            client.create_folder("Consultas")
            client.append("Consultas", letter(1))
            first = take_in(server, ledger, folder="Consultas")
            client.delete_folder("Consultas")
            client.create_folder("Consultas")
            client.append("Consultas", letter(2))
        second = take_in(server, ledger, folder="Consultas")
        assert (first.uidvalidity_changed, second.uidvalidity_changed) == (False, True)
        assert second.kept == 1
        assert set(ledger.raws()) == {letter(1), letter(2)}
        assert len({uid for _, _, uid, *_ in ledger.rows()}) == 1, "both letters had the same uid"

    @pytest.mark.tier("dovecot")
    def test_letter_expunged_after_it_was_listed_is_no_fault(self, dove: Dove, ledger: SqliteLedger) -> None:
        server = dove
        for number in range(3):
            server.deliver(letter(number), ARRIVED_AT)

        def at(name: str) -> None:
            if name == "poll.described":
                with server.client() as client:
                    client.select_folder("INBOX")
                    client.delete_messages([2])
                    client.uid_expunge([2])

        with ImapSource(server.settings()) as source:
            result = poll(source, ledger, at=at)
        assert (result.kept, result.unreadable, result.complete) == (2, (), True)

    @pytest.mark.tier("dovecot")
    def test_letter_the_server_cannot_read_costs_only_itself(self, dove: Dove, ledger: SqliteLedger) -> None:
        server = dove
        for number in range(4):
            server.deliver(letter(number), ARRIVED_AT + timedelta(seconds=number))

        def at(name: str) -> None:
            if name == "poll.described":
                [bad] = (
                    path for path in dove.running.maildir(dove.login).glob("cur/*") if path.read_bytes() == letter(1)
                )
                bad.chmod(0)

        with ImapSource(server.settings(done_folder="Procesadas")) as source:
            result = poll(source, ledger, at=at)
        assert ledger.raws() == [letter(0), letter(2), letter(3)]
        assert result.unreadable == (2,)
        assert server.count("INBOX") == 1

    @pytest.mark.tier("dovecot")
    def test_large_folder_is_listed_in_windows(
        self, dove: Dove, ledger: SqliteLedger, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("inbox.sources.imap._SEARCH_WINDOW", 4)
        server = dove
        for number in range(10):
            server.deliver(letter(number), ARRIVED_AT + timedelta(seconds=number))
        assert take_in(server, ledger).seen == 10
        assert ledger.raws() == [letter(number) for number in range(10)]


@pytest.mark.tier("dovecot")
class TestNewestBack:
    """Between full passes, a folder whose letters stay is looked at from its newest letter back."""

    def take_in(self, dove: Dove, ledger: SqliteLedger, full: bool = False) -> PassResult:
        with ImapSource(dove.settings()) as source:
            return poll(source, ledger, settings=PollSettings(window=3, full=full))

    def test_only_new_letters_and_one_known_window_are_looked_at(self, dove: Dove, ledger: SqliteLedger) -> None:
        for number in range(10):
            dove.deliver(letter(number), ARRIVED_AT + timedelta(seconds=number))
        assert self.take_in(dove, ledger).seen == 10, "the first pass is always full"
        assert self.take_in(dove, ledger).seen == 0
        for number in range(10, 14):
            dove.deliver(letter(number), ARRIVED_AT + timedelta(seconds=number))
        result = self.take_in(dove, ledger)
        assert (result.seen, result.kept, result.server_count) == (6, 4, 14)
        assert ledger.raws() == [letter(number) for number in range(14)]

    def test_hole_near_the_end_is_filled_and_an_old_one_by_the_next_full_pass(
        self, dove: Dove, ledger: SqliteLedger
    ) -> None:
        for number in range(9):
            dove.deliver(letter(number), ARRIVED_AT + timedelta(seconds=number))
        self.take_in(dove, ledger)
        ledger.forget(uid=2)
        ledger.forget(uid=8)
        assert self.take_in(dove, ledger).kept == 1
        assert self.take_in(dove, ledger).kept == 0
        assert self.take_in(dove, ledger, full=True).kept == 1
        assert ledger.raws() == [letter(number) for number in range(9)]

    def test_new_epoch_is_always_looked_at_whole(self, dove: Dove, ledger: SqliteLedger) -> None:
        for number in range(9):
            dove.deliver(letter(number), ARRIVED_AT)
        self.take_in(dove, ledger)
        ledger.shift_epoch()
        result = self.take_in(dove, ledger)
        assert (result.uidvalidity_changed, result.kept) == (True, 9)


def test_server_that_counts_places_otherwise_is_looked_at_whole(ledger: SqliteLedger) -> None:
    with imap_server({"som": PASSWORD}) as imap:
        server = Server(imap.host, imap.port, "som", imap.deliver)
        for number in range(7):
            server.deliver(letter(number), ARRIVED_AT)
        for expected in (7, 0):
            with ImapSource(server.settings()) as source:
                assert poll(source, ledger, settings=PollSettings(window=3, full=False)).kept == expected
        server.deliver(letter(7), ARRIVED_AT)
        with ImapSource(server.settings()) as source:
            assert poll(source, ledger, settings=PollSettings(window=3, full=False)).kept == 1


class TestRefusals:
    def test_wrong_password_is_permanent_and_not_repeated_in_words(
        self, server: Server, ledger: SqliteLedger, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        with pytest.raises(SourcePermanent, match="clave") as refused:
            take_in(server, ledger, password="canario-equivocado")
        assert "canario-equivocado" not in f"{refused.value!r}{caplog.text}"

    def test_right_password_is_not_logged(
        self, server: Server, ledger: SqliteLedger, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        take_in(server, ledger)
        assert PASSWORD not in caplog.text
        assert PASSWORD not in repr(server.settings())

    def test_missing_folder_is_permanent_and_named(self, server: Server, ledger: SqliteLedger) -> None:
        with pytest.raises(SourcePermanent, match="Consultas"):
            take_in(server, ledger, folder="Consultas")

    def test_renamed_folder_is_permanent(self, server: Server, ledger: SqliteLedger) -> None:
        with server.client() as client:
            client.create_folder("Consultas")
            take_in(server, ledger, folder="Consultas")
            client.rename_folder("Consultas", "Otras")
        with pytest.raises(SourcePermanent, match="Consultas"):
            take_in(server, ledger, folder="Consultas")

    def test_renamed_done_folder_is_made_anew(self, server: Server, ledger: SqliteLedger) -> None:
        server.deliver(letter(1), ARRIVED_AT)
        take_in(server, ledger, done_folder="Procesadas")
        with server.client() as client:
            client.rename_folder("Procesadas", "Archivo")
        server.deliver(letter(2), ARRIVED_AT)
        assert take_in(server, ledger, done_folder="Procesadas").settled == 1
        assert (server.count("Procesadas"), server.count("Archivo")) == (1, 1)

    def test_dead_server_is_temporary(self, ledger: SqliteLedger) -> None:
        with imap_server({"som": PASSWORD}) as imap:
            gone = Server(imap.host, imap.port, "som", imap.deliver)
        with pytest.raises(SourceTemporary, match=str(gone.port)):
            take_in(gone, ledger)

    def test_no_starttls_sends_no_password(self, ledger: SqliteLedger) -> None:
        with imap_server({"som": PASSWORD}) as imap, pytest.raises(SourcePermanent, match="STARTTLS"):
            take_in(Server("localhost", imap.port, "som", imap.deliver), ledger, security="starttls")

    @pytest.mark.parametrize(
        "changes",
        [
            {"host": "correo.example.pe"},
            {"security": "ssl"},
            {"folder": "INBOX\r\nX1 DELETE INBOX"},
            {"done_folder": "INBOX"},
        ],
    )
    def test_settings_refuse_what_cannot_be_meant(self, changes: dict[str, object]) -> None:
        with pytest.raises(ValueError):
            Server("127.0.0.1", 143, "som", print).settings(**changes)


class TestTls:
    @pytest.mark.tier("dovecot")
    @pytest.mark.parametrize("security", ["tls", "starttls"])
    def test_verified_connection(self, dove: Dove, ledger: SqliteLedger, security: str) -> None:
        dove.deliver(letter(1, size=300_000), ARRIVED_AT)
        port = dove.running.tls_port if security == "tls" else dove.port
        with ImapSource(dove.settings(security=security, host="localhost", port=port, ca_file=dove.ca_file)) as source:
            assert poll(source, ledger).kept == 1
            wire = source._client.socket()  # type: ignore[union-attr]
            assert isinstance(wire, ssl.SSLSocket)
            assert wire.version() in ("TLSv1.2", "TLSv1.3")
        assert ledger.raws() == [letter(1, size=300_000)]

    @pytest.mark.tier("dovecot")
    @pytest.mark.parametrize("security", ["tls", "starttls"])
    @pytest.mark.parametrize("fault", ["unknown authority", "other name"])
    def test_unverified_connection_is_permanent_and_sends_no_password(
        self, dove: Dove, ledger: SqliteLedger, security: str, fault: str
    ) -> None:
        port = dove.running.tls_port if security == "tls" else dove.port
        host, roots = ("localhost", None) if fault == "unknown authority" else ("127.0.0.1", dove.ca_file)
        with pytest.raises(SourcePermanent, match="certificado"):
            take_in(dove, ledger, security=security, host=host, port=port, ca_file=roots)
        assert f"user=<{dove.login}>" not in dove.running.log()

    def test_missing_ca_file_is_permanent(self, server: Server, ledger: SqliteLedger) -> None:
        with pytest.raises(SourcePermanent, match="no-existe"):
            take_in(server, ledger, security="tls", ca_file="/no-existe.pem")


class TestSpoiledConnections:
    def test_blackhole_ends_with_the_timeout(self, server: Server, ledger: SqliteLedger) -> None:
        server.deliver(letter(1, size=200_000), ARRIVED_AT)
        with (
            fault_proxy((server.host, server.port), "blackhole", after=2_000) as proxy,
            pytest.raises(SourceTemporary),
        ):
            take_in(server, ledger, port=proxy.port, timeout_seconds=0.3)
        assert take_in(server, ledger).kept == 1

    def test_reset_inside_a_literal_loses_nothing(self, server: Server, ledger: SqliteLedger) -> None:
        for number in range(5):
            server.deliver(letter(number, size=100_000), ARRIVED_AT + timedelta(seconds=number))
        with fault_proxy((server.host, server.port), "reset", after=250_000, once=True) as proxy:
            result = take_in(server, ledger, port=proxy.port, done_folder="Procesadas")
        assert (result.kept, result.settled, result.unreadable) == (5, 5, ())
        assert ledger.raws() == [letter(number, size=100_000) for number in range(5)]
        assert server.count("Procesadas") == 5

    def test_connection_that_always_breaks_is_temporary(self, server: Server, ledger: SqliteLedger) -> None:
        for number in range(5):
            server.deliver(letter(number, size=100_000), ARRIVED_AT)
        with fault_proxy((server.host, server.port), "reset", after=30_000) as proxy, pytest.raises(SourceTemporary):
            take_in(server, ledger, port=proxy.port)
        assert take_in(server, ledger).kept == 5

    @pytest.mark.parametrize("after", [0, 2_000])
    def test_dripping_server_is_cut_off_by_the_deadline(self, server: Server, ledger: SqliteLedger, after: int) -> None:
        server.deliver(letter(1, size=20_000), ARRIVED_AT)
        started = time.monotonic()
        with (
            fault_proxy((server.host, server.port), "drip", after=after) as proxy,
            ImapSource(server.settings(port=proxy.port, timeout_seconds=0.4)) as source,
            pytest.raises(SourceTemporary),
        ):
            poll(source, ledger, settings=PollSettings(losses=0))
        assert time.monotonic() - started < 10
        assert ledger.rows() == []

    @pytest.mark.parametrize("fault", ["drip", "blackhole"])
    def test_outer_watchdog_ends_a_pass_whatever_each_step_is_allowed(
        self, server: Server, ledger: SqliteLedger, fault: str
    ) -> None:
        server.deliver(letter(1, size=200_000), ARRIVED_AT)
        started = time.monotonic()
        with (
            fault_proxy((server.host, server.port), fault, after=3_000) as proxy,  # type: ignore[arg-type]
            ImapSource(server.settings(port=proxy.port, timeout_seconds=600.0), life_seconds=1.0) as source,
        ):
            with pytest.raises(SourceTemporary):
                poll(source, ledger)
            assert time.monotonic() - started < 10
            proxy.fault = "none"
            with pytest.raises(SourceTemporary, match="otra vuelta"):
                source.open()
        assert take_in(server, ledger).kept == 1

    def test_outer_watchdog_ends_a_pass_over_a_connection_that_breaks_again_and_again(
        self, server: Server, ledger: SqliteLedger
    ) -> None:
        for number in range(40):
            server.deliver(letter(number, size=20_000), ARRIVED_AT)
        started = time.monotonic()
        with (
            fault_proxy((server.host, server.port), "reset", after=12_000) as proxy,
            ImapSource(server.settings(port=proxy.port), life_seconds=1.0) as source,
            pytest.raises(SourceTemporary),
        ):
            poll(source, ledger, settings=PollSettings(losses=1_000_000))
        assert time.monotonic() - started < 10
        assert take_in(server, ledger).kept == 40

    def test_move_whose_answer_is_lost_is_repeated_harmlessly(self, server: Server, ledger: SqliteLedger) -> None:
        server.deliver(letter(1), ARRIVED_AT)

        with fault_proxy((server.host, server.port)) as proxy:

            def at(name: str) -> None:
                if name == "poll.kept":
                    proxy.after, proxy.fault = 0, "reset"

            settings = server.settings(port=proxy.port, done_folder="Procesadas")
            with ImapSource(settings) as source, pytest.raises(SourceTemporary):
                poll(source, ledger, at=at)
        take_in(server, ledger, done_folder="Procesadas")
        assert ledger.raws() == [letter(1)]
        assert server.count("INBOX") + server.count("Procesadas") == 1


@pytest.mark.parametrize("mechanism", ["", " AUTH=PLAIN", " AUTH=XOAUTH2 SASL-IR"])
def test_a_server_that_hangs_up_during_the_login_has_refused_nobody(mechanism: str) -> None:
    def serve(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection, connection.makefile("rb") as lines:
            connection.sendall(b"* OK [CAPABILITY IMAP4rev1%b] hola\r\n" % mechanism.encode())
            while b"CAPABILITY" in (line := lines.readline()):
                tag = line.split()[0]
                connection.sendall(b"* CAPABILITY IMAP4rev1%b\r\n%b OK listo\r\n" % (mechanism.encode(), tag))

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        settings = ImapSettings(
            name="som",
            address="som@example.pe",
            host="127.0.0.1",
            port=listener.getsockname()[1],
            security="plain",
            user="som",
            password=PASSWORD,
            oauth_token=(lambda fresh: "ficha") if "XOAUTH2" in mechanism else None,
            timeout_seconds=5.0,
        )
        with pytest.raises(SourceTemporary), ImapSource(settings) as source:
            source.open()
        thread.join(10)


def test_literal_beyond_the_cap_is_not_read(server: Server, ledger: SqliteLedger) -> None:
    server.deliver(letter(1, size=300_000), ARRIVED_AT)
    server.deliver(letter(2), ARRIVED_AT)
    with ImapSource(server.settings(literal_cap=100_000)) as source:
        result = poll(source, ledger)
    assert ledger.raws() == [letter(2)]
    assert len(result.unreadable) == 1
