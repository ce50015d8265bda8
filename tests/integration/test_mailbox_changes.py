"""What others do to a mailbox while we read it: nothing is lost, nothing comes twice, and staff hear what they must."""

import sqlite3
from base64 import b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date, timedelta
from hashlib import shake_256
from pathlib import Path
from textwrap import wrap

import pytest
from sqlalchemy import event, func, select
from sqlmodel import SQLModel
from structlog.testing import capture_logs

from calendar_pe.clock import at_lima
from casework.desk import Desk
from service.daemon import Daemon, JobFailed
from service.settings import Settings
from tests.desks import Clock, build
from tests.servers.dovecot import Dovecot
from tests.servers.mailboxes import Mailbox, letter, mailboxes, settings
from tickets import cases, intake
from tickets.rows import core
from tickets.store import Store
from tickets.tables import Intake, Notice

pytestmark = pytest.mark.tier("dovecot")

MONDAY_10 = at_lima(date(2025, 11, 24), 10)
"""Long past on any machine: Dovecot gives no letter an arrival that is still to come."""


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    with mailboxes(*(f"som{number}" for number in range(40))) as running:
        yield running


@pytest.fixture(scope="module")
def logins() -> Iterator[str]:
    return (f"som{number}" for number in range(40))


@pytest.fixture
def mailbox(server: Dovecot, logins: Iterator[str]) -> Mailbox:
    return Mailbox(server, next(logins), server.port)


@pytest.fixture
def clock() -> Clock:
    return Clock(MONDAY_10)


@pytest.fixture
def desk(sqlite_store: Store, clock: Clock) -> Desk:
    return build(sqlite_store, clock)


def deliver(mailbox: Mailbox, *numbers: int) -> None:
    for number in numbers:
        mailbox.deliver(letter(number), MONDAY_10 - timedelta(hours=2) + timedelta(minutes=number))


def once(desk: Desk, wired: Settings) -> list[JobFailed]:
    return Daemon(desk, wired).once()


def subjects(desk: Desk) -> list[str]:
    with desk.store.read() as session:
        return sorted(one.subject for one in cases.recent(session, limit=99))


def outcomes(desk: Desk) -> list[str | None]:
    with desk.store.read() as session:
        return list(session.execute(select(core(Intake).c.outcome).order_by(core(Intake).c.id)).scalars())


def told(desk: Desk) -> list[str]:
    with desk.store.read() as session:
        return [one.text for one in session.execute(select(Notice)).scalars() if one.kind == "source"]


def make_anew(mailbox: Mailbox, folder: str, *numbers: int) -> None:
    """Delete a folder and restore it from a copy, as after a disk failure: new UIDVALIDITY, new uids."""
    with mailbox.client() as client:
        if client.folder_exists(folder):
            client.delete_folder(folder)
        client.create_folder(folder)
        for number in numbers:
            client.append(folder, letter(number), msg_time=MONDAY_10 - timedelta(hours=2) + timedelta(minutes=number))


class TestNewEpoch:
    def test_a_new_uidvalidity_is_rescanned_matched_by_content_and_told(
        self, desk: Desk, mailbox: Mailbox, tmp_path: Path
    ) -> None:
        wired = settings(tmp_path, mailbox.table(folder="Consultas"))
        make_anew(mailbox, "Consultas", 1, 2, 3)
        assert once(desk, wired) == []
        make_anew(mailbox, "Consultas", 3, 4, 1, 2)
        assert once(desk, wired) == []
        assert subjects(desk) == ["Consulta 1", "Consulta 2", "Consulta 3", "Consulta 4"]
        assert sorted(map(str, outcomes(desk))) == ["duplicate"] * 3 + ["ticket"] * 4
        [said] = told(desk)
        assert "se rehízo en el servidor" in said
        assert once(desk, wired) == []
        assert (len(told(desk)), len(outcomes(desk))) == (1, 7), "once an episode, and nothing more to do"

    def test_a_second_new_epoch_is_told_of_as_well(self, desk: Desk, mailbox: Mailbox, tmp_path: Path) -> None:
        wired = settings(tmp_path, mailbox.table(folder="Consultas"))
        for _ in range(3):
            make_anew(mailbox, "Consultas", 1)
            assert once(desk, wired) == []
        assert subjects(desk) == ["Consulta 1"]
        assert len(told(desk)) == 2

    def test_a_new_epoch_with_letters_that_were_never_analysed_makes_no_second_case(
        self, desk: Desk, mailbox: Mailbox, tmp_path: Path
    ) -> None:
        wired = settings(tmp_path, mailbox.table(folder="Consultas"), "[intake]\nmax_letter_bytes = 1024\n")
        large = letter(1, text="x" * 5000)
        for _ in range(2):
            make_anew(mailbox, "Consultas")
            with mailbox.client() as client:
                client.append("Consultas", large, msg_time=MONDAY_10)
            assert once(desk, wired) == []
        assert outcomes(desk) == ["quarantine", "duplicate"]

    def test_an_emptied_and_refilled_inbox_of_the_same_epoch_gives_only_what_is_new(
        self, desk: Desk, mailbox: Mailbox, tmp_path: Path
    ) -> None:
        wired = settings(tmp_path, mailbox.table())
        deliver(mailbox, 1, 2)
        once(desk, wired)
        with mailbox.client("INBOX") as client:
            client.delete_messages(client.search(["ALL"]))
            client.expunge()
        deliver(mailbox, 3)
        assert once(desk, wired) == []
        assert outcomes(desk) == ["ticket"] * 3
        assert told(desk) == []


class TestOtherClients:
    def test_uids_expunged_between_two_passes_are_no_fault(self, desk: Desk, mailbox: Mailbox, tmp_path: Path) -> None:
        wired = settings(tmp_path, mailbox.table())
        deliver(mailbox, 1, 2, 3)
        once(desk, wired)
        with mailbox.client("INBOX") as client:
            client.delete_messages([1, 3])
            client.expunge()
        deliver(mailbox, 4)
        assert once(desk, wired) == []
        assert subjects(desk) == [f"Consulta {number}" for number in (1, 2, 3, 4)]
        assert told(desk) == []

    def test_uids_expunged_in_the_middle_of_a_pass_are_no_fault(
        self, sqlite_store: Store, clock: Clock, mailbox: Mailbox, tmp_path: Path
    ) -> None:
        def at(name: str) -> None:
            if name == "poll.described" and mailbox.count("INBOX") == 3:
                with mailbox.client("INBOX") as client:
                    client.delete_messages([2])
                    client.uid_expunge([2])

        desk = build(sqlite_store, clock, at=at)
        deliver(mailbox, 1, 2, 3)
        assert once(desk, settings(tmp_path, mailbox.table(done_folder="Procesados"))) == []
        assert subjects(desk) == ["Consulta 1", "Consulta 3"]
        assert told(desk) == []

    @pytest.mark.parametrize("done_folder", ["", "Procesados"])
    def test_flags_set_by_other_clients_do_not_matter(
        self, desk: Desk, mailbox: Mailbox, tmp_path: Path, done_folder: str
    ) -> None:
        deliver(mailbox, 1, 2, 3)
        with mailbox.client("INBOX") as client:
            client.add_flags([1, 2], [b"\\Seen", b"\\Answered", b"\\Flagged", b"Revisado"])
            client.add_flags([3], [b"\\Deleted"])
        assert once(desk, settings(tmp_path, mailbox.table(done_folder=done_folder))) == []
        assert len(subjects(desk)) == 3

    def test_a_letter_read_by_somebody_before_us_stays_as_they_left_it(
        self, desk: Desk, mailbox: Mailbox, tmp_path: Path
    ) -> None:
        deliver(mailbox, 1, 2)
        with mailbox.client("INBOX") as client:
            client.add_flags([1], [b"\\Seen", b"\\Flagged"])
        once(desk, settings(tmp_path, mailbox.table(done_folder="Procesados")))
        with mailbox.client("Procesados") as client:
            flags = [set(found) - {b"\\Recent"} for _, found in sorted(client.get_flags([1, 2]).items())]
        assert flags == [{b"\\Seen", b"\\Flagged"}, set()]

    def test_a_letter_put_back_into_the_inbox_is_no_new_letter(
        self, desk: Desk, mailbox: Mailbox, tmp_path: Path
    ) -> None:
        wired = settings(tmp_path, mailbox.table(done_folder="Procesados"))
        deliver(mailbox, 1)
        once(desk, wired)
        with mailbox.client("Procesados") as client:
            client.move([1], "INBOX")
        assert once(desk, wired) == []
        assert outcomes(desk) == ["ticket", "duplicate"]
        assert mailbox.count("INBOX") == 0


class TestFolders:
    def test_a_renamed_folder_is_named_needs_a_person_and_costs_no_letter(
        self, desk: Desk, mailbox: Mailbox, tmp_path: Path
    ) -> None:
        wired = settings(tmp_path, mailbox.table(folder="Consultas"))
        make_anew(mailbox, "Consultas", 1)
        once(desk, wired)
        with mailbox.client() as client:
            client.rename_folder("Consultas", "Otras")
        [trouble] = once(desk, wired)
        assert trouble.permanent
        assert "«Consultas»" in str(trouble)
        with mailbox.client() as client:
            client.append("Otras", letter(2), msg_time=MONDAY_10)
            client.rename_folder("Otras", "Consultas")
        assert once(desk, wired) == []
        assert subjects(desk) == ["Consulta 1", "Consulta 2"]

    def test_a_missing_done_folder_is_made(self, desk: Desk, mailbox: Mailbox, tmp_path: Path) -> None:
        deliver(mailbox, 1, 2)
        assert once(desk, settings(tmp_path, mailbox.table(done_folder="Leídas/2026"))) == []
        assert (mailbox.count("INBOX"), mailbox.count("Leídas/2026")) == (0, 2)

    def test_a_renamed_done_folder_is_made_anew(self, desk: Desk, mailbox: Mailbox, tmp_path: Path) -> None:
        wired = settings(tmp_path, mailbox.table(done_folder="Procesados"))
        deliver(mailbox, 1)
        once(desk, wired)
        with mailbox.client() as client:
            client.rename_folder("Procesados", "Archivo")
        deliver(mailbox, 2)
        assert once(desk, wired) == []
        assert (mailbox.count("Procesados"), mailbox.count("Archivo"), len(subjects(desk))) == (1, 1, 2)

    def test_a_done_folder_set_later_empties_the_inbox_without_a_second_ticket(
        self, desk: Desk, mailbox: Mailbox, tmp_path: Path
    ) -> None:
        deliver(mailbox, 1, 2)
        once(desk, settings(tmp_path, mailbox.table()))
        assert once(desk, settings(tmp_path, mailbox.table(done_folder="Procesados"))) == []
        assert (mailbox.count("INBOX"), mailbox.count("Procesados")) == (0, 2)
        assert outcomes(desk) == ["ticket", "ticket"]


class TestDowntime:
    def test_after_ten_days_of_standstill_every_letter_comes_in_once(
        self, desk: Desk, clock: Clock, mailbox: Mailbox, tmp_path: Path
    ) -> None:
        wired = settings(tmp_path, mailbox.table())
        deliver(mailbox, 1)
        once(desk, wired)
        clock.forward(days=10)
        for number in range(2, 40):
            mailbox.deliver(letter(number), MONDAY_10 + timedelta(hours=6 * number))
        assert once(desk, wired) == []
        assert once(desk, wired) == []
        assert outcomes(desk) == ["ticket"] * 39

    def test_a_full_disk_marks_nothing_as_done(self, desk: Desk, mailbox: Mailbox, tmp_path: Path) -> None:
        wired = settings(tmp_path, mailbox.table(done_folder="Procesados"))
        for number in (1, 2):
            unpackable = b64encode(shake_256(bytes([number])).digest(60_000)).decode()
            mailbox.deliver(letter(number, text="\r\n".join(wrap(unpackable, 76))), MONDAY_10)
        with closing(sqlite3.connect(str(desk.store.engine.url.database))) as holder:
            pages = holder.execute("PRAGMA page_count").fetchone()[0]

        def full(connection: sqlite3.Connection, _record: object) -> None:
            connection.execute(f"PRAGMA max_page_count = {pages + 1}")

        event.listen(desk.store.engine, "connect", full)
        desk.store.engine.dispose()
        troubles = [trouble for _ in range(5) for trouble in once(desk, wired)]
        event.remove(desk.store.engine, "connect", full)
        desk.store.engine.dispose()
        assert any("disk is full" in str(trouble) for trouble in troubles)
        assert mailbox.count("INBOX") == 2, "nothing was moved that is not kept"
        assert mailbox.count("Procesados") == 0, "and nothing was copied there, however often it is tried"
        assert once(desk, wired) == []
        assert (len(subjects(desk)), mailbox.count("INBOX")) == (2, 0)
        with desk.store.read() as session:
            assert intake.count(session, "som") == 2


class TestAgainAndAgain:
    def test_a_hundred_cycles_over_letters_that_never_come_through_use_no_more_disk(
        self, desk: Desk, mailbox: Mailbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def stumble(*_: object) -> None:
            raise ZeroDivisionError("tropiezo")

        monkeypatch.setattr("casework.receive.read", stumble)
        daemon = Daemon(desk, settings(tmp_path, mailbox.table(), "[intake]\ntries = 3\n"))
        poll, judge = (next(job for job in daemon.jobs() if job.name == name) for name in ("poll:som", "judge"))
        deliver(mailbox, 1, 2)
        with mailbox.client("INBOX") as client:
            client.fetch([1, 2], ["RFC822.SIZE"])  # the server knows the size now, and will not give the letter
        [withheld] = [
            one for one in mailbox.running.maildir(mailbox.login).glob("*/*") if letter(2) == one.read_bytes()
        ]
        withheld.chmod(0)
        rows = []
        with capture_logs():
            for _ in range(100):
                daemon.ring(poll)
                daemon.ring(judge)
                rows.append(self.rows(desk))
        assert rows[99] == rows[10], "rows of every table after 100 cycles and after 10"
        assert rows[99]["intake"] == rows[99]["raw_letters"] == 1
        texts = told(desk)
        assert sum("no entrega la carta 2" in text for text in texts) == 1
        assert sum("1 del servidor no están en el registro" in text for text in texts) == 1
        assert len(texts) == 3, "and once that the job failed three times over it"
        with desk.store.read() as session:
            [put_away] = intake.quarantined(session)
        assert put_away.attempts == 4, "three tries and the putting away"

    def test_a_letter_that_the_server_breaks_off_over_delays_no_other(
        self, desk: Desk, mailbox: Mailbox, tmp_path: Path
    ) -> None:
        daemon = Daemon(desk, settings(tmp_path, mailbox.table(done_folder="Procesados")))
        poll = next(job for job in daemon.jobs() if job.name == "poll:som")
        deliver(mailbox, 1)
        with mailbox.client("INBOX") as client:
            client.fetch([1], ["RFC822.SIZE"])
        [withheld] = mailbox.running.maildir(mailbox.login).glob("*/*.test*")
        withheld.chmod(0)
        assert [daemon.ring(poll) is None for _ in range(5)] == [False] * 3 + [True] * 2
        assert [text for text in told(desk) if "entrega" in text] == [
            "El servidor no entrega la carta 1 del buzón «som»; léala allí."
        ]
        deliver(mailbox, 2)
        assert daemon.ring(poll) is None
        assert len(outcomes(desk)) == 1, "the next one came in"
        withheld = next(mailbox.running.maildir(mailbox.login).glob("*/*.test*"))
        withheld.chmod(0o666)
        assert daemon.ring(poll) is None
        assert len(outcomes(desk)) == 2, "and this one too once the server gives it"

    def rows(self, desk: Desk) -> dict[str, int]:
        with desk.store.read() as session:
            return {
                table.name: session.execute(select(func.count()).select_from(table)).scalar_one()
                for table in SQLModel.metadata.sorted_tables
            }


def test_two_daemons_at_once_over_one_mailbox_make_every_letter_one_ticket(
    store: Store, clock: Clock, mailbox: Mailbox, tmp_path: Path
) -> None:
    wired = settings(tmp_path, mailbox.table(done_folder="Procesados"), "[intake]\nbatch_letters = 5\n")
    deliver(mailbox, *range(1, 41))
    daemons = [Daemon(build(store, clock), wired, owner=f"host{number}:1") for number in range(3)]
    with ThreadPoolExecutor(3) as pool:
        for _ in range(3):
            assert [trouble for found in pool.map(Daemon.once, daemons) for trouble in found] == []
    assert sorted(subjects(daemons[0].desk)) == sorted(f"Consulta {number}" for number in range(1, 41))
    assert (mailbox.count("INBOX"), mailbox.count("Procesados")) == (0, 40)
