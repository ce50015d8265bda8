"""One pass: bounds, failures in the middle, and a kill at every step boundary."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from inbox.poller import KILL_POINTS, Fetched, PollSettings, poll
from inbox.sources import SourcePermanent, SourceTemporary
from inbox.sources.files import eml_files, maildir, open_files
from inbox.sources.imap import ImapSettings, ImapSource
from service.demo.servers import ImapAddress, imap_server
from tests.servers.ledger import SqliteLedger

ARRIVED_AT = datetime(2026, 11, 3, 15, 0, tzinfo=UTC)


def letter(number: int, size: int = 0) -> bytes:
    return b"Subject: carta %d\r\n\r\n%s\r\n" % (number, b"x" * size)


@pytest.fixture
def imap() -> Iterator[ImapAddress]:
    with imap_server({"som": "canario"}) as server:
        yield server


@pytest.fixture
def ledger() -> Iterator[SqliteLedger]:
    ledger = SqliteLedger()
    yield ledger
    ledger.close()


def settings(imap: ImapAddress, done_folder: str = "Procesadas") -> ImapSettings:
    return ImapSettings(
        name="som",
        address="som@example.pe",
        host=imap.host,
        port=imap.port,
        security="plain",
        user="som",
        password="canario",
        done_folder=done_folder,
    )


def deliver(imap: ImapAddress, *raws: bytes) -> list[int]:
    return [imap.deliver("som", raw, ARRIVED_AT + timedelta(seconds=number)) for number, raw in enumerate(raws)]


class Stubborn(ImapSource):
    """A source whose server does not give some letters, politely or by hanging up."""

    refused: Sequence[int] = ()
    fatal: Sequence[int] = ()

    def fetch(self, uids: Sequence[int], size: int) -> list[tuple[int, bytes]]:
        if set(uids) & set(self.fatal):
            self.close()
            raise SourceTemporary("hung up")
        if set(uids) & set(self.refused):
            raise SourceTemporary("no", connected=True)
        return super().fetch(uids, size)


class TestBounds:
    def test_batches_are_limited_by_count(self, imap: ImapAddress, ledger: SqliteLedger) -> None:
        deliver(imap, *(letter(number) for number in range(7)))
        with ImapSource(settings(imap)) as source:
            poll(source, ledger, settings=PollSettings(batch_letters=3, window=5))
        assert ledger.batches == [3, 2, 2]

    def test_batches_are_limited_by_bytes_and_a_heavy_letter_goes_alone(
        self, imap: ImapAddress, ledger: SqliteLedger
    ) -> None:
        sizes = (100, 100, 5_000, 100, 400, 400, 400)
        deliver(imap, *(letter(number, size) for number, size in enumerate(sizes)))
        with ImapSource(settings(imap)) as source:
            poll(source, ledger, settings=PollSettings(batch_bytes=1_000))
        assert ledger.batches == [2, 1, 3, 1]
        assert len(ledger.raws()) == 7

    def test_stop_ends_between_batches_and_the_next_pass_goes_on(self, imap: ImapAddress, ledger: SqliteLedger) -> None:
        deliver(imap, *(letter(number) for number in range(6)))
        with ImapSource(settings(imap)) as source:
            first = poll(source, ledger, settings=PollSettings(batch_letters=2), stop=lambda: len(ledger.batches) == 2)
            second = poll(source, ledger)
        assert (first.kept, first.settled, first.complete) == (4, 4, False)
        assert (second.kept, second.complete) == (2, True)

    def test_pass_that_is_out_of_time_stops_in_order(self, imap: ImapAddress, ledger: SqliteLedger) -> None:
        deliver(imap, letter(1))
        with ImapSource(settings(imap)) as source:
            result = poll(source, ledger, settings=PollSettings(pass_seconds=-1))
        assert (result.kept, result.complete, result.server_count) == (0, False, 1)


class TestBadLetters:
    @pytest.mark.parametrize("kind", ["refused", "fatal"])
    @pytest.mark.parametrize("position", [0, 2, 4])
    def test_one_bad_letter_costs_only_itself(
        self, imap: ImapAddress, ledger: SqliteLedger, kind: str, position: int
    ) -> None:
        uids = deliver(imap, *(letter(number) for number in range(5)))
        with Stubborn(settings(imap)) as source:
            setattr(source, kind, [uids[position]])
            result = poll(source, ledger)
        assert ledger.raws() == [letter(number) for number in range(5) if number != position]
        assert result.unreadable == (uids[position],)
        assert len(result.trouble) == 1
        assert (result.kept, result.settled) == (4, 4)
        assert imap.letters("som") == [letter(position)], "the bad letter stays on the server"

    def test_several_fatal_letters(self, imap: ImapAddress, ledger: SqliteLedger) -> None:
        uids = deliver(imap, *(letter(number) for number in range(8)))
        with Stubborn(settings(imap)) as source:
            source.fatal = [uids[0], uids[1], uids[2], uids[6]]
            result = poll(source, ledger)
        assert (result.kept, len(result.unreadable)) == (4, 4)

    def test_when_nothing_comes_through_the_connection_is_to_blame(
        self, imap: ImapAddress, ledger: SqliteLedger
    ) -> None:
        uids = deliver(imap, letter(1))
        with Stubborn(settings(imap)) as source:
            source.fatal = uids
            with pytest.raises(SourceTemporary):
                poll(source, ledger)


class TestFailingStore:
    def test_nothing_is_settled_that_was_not_kept(self, imap: ImapAddress) -> None:
        deliver(imap, *(letter(number) for number in range(4)))

        class Full(SqliteLedger):
            def keep(self, batch: Sequence[Fetched]) -> None:
                if self.batches:
                    raise OSError("disk full")
                super().keep(batch)

        ledger = Full()
        with ImapSource(settings(imap)) as source, pytest.raises(OSError, match="disk full"):
            poll(source, ledger, settings=PollSettings(batch_letters=2))
        assert imap.letters("som") == [letter(2), letter(3)]
        assert imap.letters("som", "Procesadas") == ledger.raws() == [letter(0), letter(1)]
        ledger.close()


PASS = """
import os, signal, sys
from inbox.poller import PollSettings, poll
from inbox.sources.imap import ImapSettings, ImapSource
from tests.servers.ledger import SqliteLedger

port, path, point, number = int(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])
seen = 0

def at(name):
    global seen
    seen += name == point
    if name == point and seen == number:
        os.kill(os.getpid(), signal.SIGKILL)

settings = ImapSettings(name="som", address="som@example.pe", host="127.0.0.1", port=port, security="plain",
                        user="som", password="canario", done_folder="Procesadas")
with ImapSource(settings) as source:
    poll(source, SqliteLedger(path), settings=PollSettings(batch_letters=2), at=at)
"""


class TestKilled:
    @pytest.mark.parametrize(
        ("point", "number"),
        [(point, number) for point in KILL_POINTS for number in ((1, 2) if KILL_POINTS.index(point) > 2 else (1,))],
    )
    def test_pass_killed_there_and_repeated_ends_like_a_clean_one(
        self, imap: ImapAddress, tmp_path: Path, point: str, number: int
    ) -> None:
        deliver(imap, *(letter(one) for one in range(5)))
        store = tmp_path / "ledger.db"
        command = [sys.executable, "-c", PASS, str(imap.port), str(store), point]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        killed = subprocess.run([*command, str(number)], env=environment, timeout=60)
        assert killed.returncode == -signal.SIGKILL
        repeated = subprocess.run([*command, "0"], env=environment, timeout=60)
        assert repeated.returncode == 0
        ledger = SqliteLedger(store)
        assert ledger.raws() == [letter(one) for one in range(5)]
        ledger.close()
        assert imap.letters("som") == []
        assert sorted(imap.letters("som", "Procesadas")) == [letter(one) for one in range(5)]

    def test_points_are_told_in_order(self, imap: ImapAddress, ledger: SqliteLedger) -> None:
        deliver(imap, letter(1))
        told: list[str] = []
        with ImapSource(settings(imap)) as source:
            poll(source, ledger, at=told.append)
        assert tuple(told) == KILL_POINTS


RECEIVED = (
    b"Received: from a.example by mx.example.pe with ESMTP id 1;\r\n\tTue, 3 Nov 2026 17:00:01 -0500\r\n"
    b"Received: from b.example by a.example; Mon, 2 Nov 2026 10:00:00 +0000\r\n"
)


class TestFiles:
    def test_folder_of_eml_by_arrival_and_without_duplicates(self, tmp_path: Path, ledger: SqliteLedger) -> None:
        (tmp_path / "dentro").mkdir()
        (tmp_path / "b.eml").write_bytes(RECEIVED + letter(2))
        (tmp_path / "dentro" / "c.eml").write_bytes(letter(1))
        (tmp_path / "otra copia.eml").write_bytes(RECEIVED + letter(2))
        (tmp_path / "nota.txt").write_bytes(b"no es una carta")
        stated_at = datetime(2026, 11, 1, tzinfo=UTC)
        first = poll(eml_files(tmp_path, "archivo", stated_at), ledger)
        (tmp_path / "b.eml").rename(tmp_path / "a.eml")
        second = poll(eml_files(tmp_path, "archivo", stated_at), ledger)
        assert (first.kept, second.kept, second.uidvalidity_changed) == (2, 0, False)
        rows = {row[3]: row[6] for row in ledger.rows()}
        assert rows[RECEIVED + letter(2)] == "2026-11-03T22:00:01+00:00"
        assert rows[letter(1)] == "2026-11-01T00:00:00+00:00"
        source = eml_files(tmp_path, "archivo", stated_at)
        source.open()
        assert [one.arrival for one in source.describe(source.uids())] == ["stated", "received"]

    def test_file_time_is_the_last_resort(self, tmp_path: Path) -> None:
        path = tmp_path / "a.eml"
        path.write_bytes(letter(1))
        os.utime(path, (ARRIVED_AT.timestamp(), ARRIVED_AT.timestamp()))
        source = eml_files(path, "archivo")
        source.open()
        [listed] = source.describe(source.uids())
        assert (listed.arrived_at, listed.arrival) == (ARRIVED_AT, "file")

    def test_maildir_keeps_its_identity_when_letters_are_read(self, tmp_path: Path, ledger: SqliteLedger) -> None:
        for folder in ("cur", "new", "tmp"):
            (tmp_path / folder).mkdir()
        (tmp_path / "new" / "1.M1P1.host").write_bytes(letter(1))
        (tmp_path / "cur" / "2.M1P1.host:2,S").write_bytes(letter(2))
        (tmp_path / "tmp" / "3.M1P1.host").write_bytes(b"half")
        assert poll(maildir(tmp_path, "viejo"), ledger).kept == 2
        (tmp_path / "new" / "1.M1P1.host").rename(tmp_path / "cur" / "1.M1P1.host:2,RS")
        assert poll(maildir(tmp_path, "viejo"), ledger).kept == 0
        assert set(ledger.raws()) == {letter(1), letter(2)}

    def test_path_is_taken_for_what_it_is(self, tmp_path: Path, ledger: SqliteLedger) -> None:
        for folder in ("viejo/cur", "viejo/new", "sueltas"):
            (tmp_path / folder).mkdir(parents=True)
        (tmp_path / "viejo" / "cur" / "1.M1P1.host:2,S").write_bytes(letter(1))
        (tmp_path / "sueltas" / "2.eml").write_bytes(letter(2))
        (tmp_path / "3.msg").write_bytes(letter(3))
        for path in (tmp_path / "viejo", tmp_path / "sueltas", tmp_path / "3.msg"):
            assert poll(open_files(path, "archivo"), ledger).kept == 1
        assert set(ledger.raws()) == {letter(1), letter(2), letter(3)}

    def test_missing_path_is_permanent(self, tmp_path: Path) -> None:
        with pytest.raises(SourcePermanent, match="nada"):
            open_files(tmp_path / "nada", "archivo")

    def test_unreadable_file_costs_only_itself(self, tmp_path: Path, ledger: SqliteLedger) -> None:
        for number in range(3):
            (tmp_path / f"{number}.eml").write_bytes(letter(number))
        source = eml_files(tmp_path, "archivo")

        def at(name: str) -> None:
            if name == "poll.described":
                (tmp_path / "1.eml").unlink()

        result = poll(source, ledger, at=at)
        assert (result.kept, len(result.unreadable)) == (2, 1)

    @pytest.mark.parametrize(
        "value",
        [b"", b"; ", b"; no date", b"; 99 Foo 2026 10:00:00 +0000", b"; Fri, 3 Nov 1950 00:00:00 +0000", b"; \xff\x00"],
    )
    def test_useless_received_header_is_passed_over(self, tmp_path: Path, value: bytes) -> None:
        path = tmp_path / "a.eml"
        path.write_bytes(b"Received: from x" + value + b"\r\n" + letter(1))
        source = eml_files(path, "archivo", ARRIVED_AT)
        source.open()
        assert [one.arrival for one in source.describe(source.uids())] == ["stated"]
