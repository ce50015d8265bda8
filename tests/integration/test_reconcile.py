"""Every business day the server's letters are compared with the ledger's, and a difference stays until it is mended."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from calendar_pe.clock import at_lima
from casework import reconcile
from casework.desk import Desk, NotAllowed
from service.daemon import Daemon
from service.doctor import examine
from service.settings import Settings
from tests.desks import Clock, build, member
from tests.servers.dovecot import Dovecot
from tests.servers.mailboxes import Mailbox, letter, mailboxes, settings
from tests.servers.proxy import fault_proxy
from tickets import intake, journal, morning
from tickets.intake import Arrival
from tickets.morning import Unreconciled
from tickets.rows import core
from tickets.states import Role
from tickets.store import Store
from tickets.tables import Intake, Message, Notice

pytestmark = pytest.mark.tier("dovecot")

FRIDAY = date(2025, 11, 21)  # long past on any machine: Dovecot gives no letter an arrival that is still to come
MONDAY = date(2025, 11, 24)
TUESDAY = date(2025, 11, 25)
WEDNESDAY = date(2025, 11, 26)
THURSDAY = date(2025, 11, 27)
SENT = at_lima(FRIDAY, 10)


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    with mailboxes(*(f"som{number}" for number in range(30))) as running:
        yield running


@pytest.fixture(scope="module")
def logins() -> Iterator[str]:
    return (f"som{number}" for number in range(30))


@pytest.fixture
def mailbox(server: Dovecot, logins: Iterator[str]) -> Mailbox:
    return Mailbox(server, next(logins), server.port)


@pytest.fixture
def clock() -> Clock:
    return Clock(at_lima(MONDAY, 8))


@pytest.fixture
def desk(sqlite_store: Store, clock: Clock) -> Desk:
    return build(sqlite_store, clock)


@pytest.fixture
def moving(tmp_path: Path, mailbox: Mailbox) -> Settings:
    return settings(tmp_path, mailbox.table(done_folder="Procesados"))


def run_once(desk: Desk, wired: Settings) -> None:
    assert Daemon(desk, wired).once() == []


def differences(desk: Desk) -> list[Unreconciled]:
    with desk.store.read() as session:
        return morning.unreconciled(session, limit=10)


def checked_at(desk: Desk) -> datetime | None:
    with desk.store.read() as session:
        check = intake.check_of(session, "som")
        return check.checked_at if check is not None else None


def told(desk: Desk) -> list[str]:
    with desk.store.read() as session:
        return [one.text for one in session.execute(select(Notice)).scalars() if one.kind == "source"]


def deliver(mailbox: Mailbox, *numbers: int) -> None:
    for number in numbers:
        mailbox.deliver(letter(number), SENT + timedelta(minutes=number))


def remove_behind_our_back(mailbox: Mailbox, folder: str = "Procesados") -> None:
    with mailbox.client(folder) as client:
        first = client.search(["ALL"])[0]
        client.delete_messages([first])
        client.uid_expunge([first])


def forget(desk: Desk, uid: int) -> None:
    """Lose a row of the ledger, and what stands on it."""
    ledger, message = core(Intake), core(Message)
    with desk.store.write() as session:
        [lost] = session.execute(select(ledger.c.id).where(ledger.c.uid == uid)).scalars()
        session.execute(update(message).where(message.c.intake_id == lost).values(intake_id=None))
        session.execute(delete(ledger).where(ledger.c.id == lost))


@pytest.mark.parametrize("done_folder", ["Procesados", ""])
def test_what_was_taken_in_is_there_and_nothing_is_told(
    desk: Desk, mailbox: Mailbox, tmp_path: Path, done_folder: str
) -> None:
    deliver(mailbox, 1, 2, 3)
    run_once(desk, settings(tmp_path, mailbox.table(done_folder=done_folder)))
    with desk.store.read() as session:
        check = intake.check_of(session, "som")
    assert check is not None
    assert (check.server_count, check.ledger_count, check.noticed_at) == (3, 3, None)
    assert (differences(desk), told(desk)) == ([], [])


@pytest.mark.parametrize("done_folder", ["Procesados", ""])
def test_a_letter_removed_behind_our_back_is_noticed_the_next_business_morning(
    desk: Desk, clock: Clock, mailbox: Mailbox, tmp_path: Path, done_folder: str
) -> None:
    deliver(mailbox, 1, 2, 3)
    wired = settings(tmp_path, mailbox.table(done_folder=done_folder))
    run_once(desk, wired)
    remove_behind_our_back(mailbox, done_folder or "INBOX")
    clock.now = at_lima(MONDAY, 16)
    run_once(desk, wired)
    assert differences(desk) == [], "once a day is enough"
    clock.now = at_lima(TUESDAY, 7, 45)
    run_once(desk, wired)
    assert differences(desk) == [Unreconciled("som", 2, 3, 0, 1, clock.now)]
    [said] = told(desk)
    assert "«som»" in said
    assert "1 del registro ya no están en el servidor" in said
    with desk.store.read() as session:
        assert intake.count(session, "som") == 3, "what we hold stays"


def test_a_letter_missing_in_the_ledger_is_noticed(
    desk: Desk, clock: Clock, mailbox: Mailbox, moving: Settings
) -> None:
    deliver(mailbox, 1, 2, 3)
    run_once(desk, moving)
    forget(desk, uid=2)
    clock.now = at_lima(TUESDAY, 8)
    run_once(desk, moving)
    assert differences(desk) == [Unreconciled("som", 3, 2, 1, 0, clock.now)]
    assert "1 del servidor no están en el registro" in told(desk)[0]


def test_one_removed_and_one_missing_do_not_cancel_out(
    desk: Desk, clock: Clock, mailbox: Mailbox, moving: Settings
) -> None:
    deliver(mailbox, 1, 2, 3)
    run_once(desk, moving)
    remove_behind_our_back(mailbox)
    forget(desk, uid=2)
    clock.now = at_lima(TUESDAY, 8)
    run_once(desk, moving)
    assert differences(desk) == [Unreconciled("som", 2, 2, 1, 1, clock.now)]


def test_a_letter_that_somebody_moved_to_the_done_folder_unread_is_noticed(
    desk: Desk, clock: Clock, mailbox: Mailbox, moving: Settings
) -> None:
    deliver(mailbox, 1)
    run_once(desk, moving)
    deliver(mailbox, 2)
    with mailbox.client("INBOX") as client:
        client.move(client.search(["ALL"]), "Procesados")
    clock.now = at_lima(TUESDAY, 8)
    run_once(desk, moving)
    assert [(one.missing_here, one.missing_there) for one in differences(desk)] == [(1, 0)]
    with mailbox.client("Procesados") as client:
        client.move(client.search(["SUBJECT", "Consulta 2"]), "INBOX")
    clock.forward(hours=1)
    run_once(desk, moving)
    assert differences(desk) == [], "put back, it is read like any other"
    with desk.store.read() as session:
        assert intake.count(session, "som") == 2


def test_the_doctor_shows_it_and_staff_are_told_once(
    desk: Desk, clock: Clock, mailbox: Mailbox, moving: Settings
) -> None:
    deliver(mailbox, 1, 2)
    run_once(desk, moving)
    assert not any("registro" in one.said for one in examine(desk, moving))
    remove_behind_our_back(mailbox)
    for hours in (0, 3, 6, 24):
        clock.now = at_lima(TUESDAY, 8) + timedelta(hours=hours)
        run_once(desk, moving)
    [finding] = [one for one in examine(desk, moving) if "registro" in one.said]
    assert finding.level == "error"
    assert "«som»" in finding.what
    assert "martes 25" in finding.said
    assert len(told(desk)) == 1


def test_once_mended_it_is_over_within_the_hour(desk: Desk, clock: Clock, mailbox: Mailbox, moving: Settings) -> None:
    deliver(mailbox, 1, 2)
    run_once(desk, moving)
    remove_behind_our_back(mailbox)
    clock.now = at_lima(TUESDAY, 8)
    run_once(desk, moving)
    with mailbox.client() as client:
        client.append("Procesados", letter(1), msg_time=SENT + timedelta(minutes=1))
    clock.forward(minutes=59)
    run_once(desk, moving)
    assert len(differences(desk)) == 1
    clock.forward(minutes=1)
    run_once(desk, moving)
    assert differences(desk) == []


class TestWhen:
    def test_not_before_its_hour(self, desk: Desk, clock: Clock, mailbox: Mailbox, moving: Settings) -> None:
        clock.now = at_lima(MONDAY, 7, 44, 59)
        run_once(desk, moving)
        assert checked_at(desk) is None
        clock.now = at_lima(MONDAY, 7, 45)
        run_once(desk, moving)
        assert checked_at(desk) == clock.now

    def test_its_hour_is_a_setting(self, desk: Desk, clock: Clock, mailbox: Mailbox, tmp_path: Path) -> None:
        wired = settings(tmp_path, mailbox.table(), '[intake]\nreconcile_at = "06:30"\n')
        clock.now = at_lima(MONDAY, 6, 30)
        run_once(desk, wired)
        assert checked_at(desk) == clock.now

    @pytest.mark.parametrize("day", [date(2025, 11, 23), date(2025, 12, 8)], ids=["Sunday", "Inmaculada Concepción"])
    def test_not_on_a_day_that_is_no_business_day(
        self, desk: Desk, clock: Clock, mailbox: Mailbox, moving: Settings, day: date
    ) -> None:
        clock.now = at_lima(day, 12)
        run_once(desk, moving)
        assert checked_at(desk) is None

    def test_not_after_a_pass_that_did_not_see_everything(self, desk: Desk, mailbox: Mailbox, moving: Settings) -> None:
        deliver(mailbox, 1, 2)
        daemon = Daemon(desk, moving)
        job = next(job for job in daemon.jobs() if job.name == "poll:som")
        daemon.stop()
        assert daemon.ring(job) is None
        assert checked_at(desk) is None

    def test_when_it_fails_letters_come_in_all_the_same_and_it_is_tried_again_an_hour_later(
        self, sqlite_store: Store, clock: Clock, mailbox: Mailbox, tmp_path: Path
    ) -> None:
        with fault_proxy((mailbox.running.host, mailbox.port)) as proxy:

            def at(name: str) -> None:
                if name == "poll.settled" and proxy.fault == "none" and spoiling:
                    proxy.after, proxy.fault = 0, "reset"

            spoiling = [True]
            seconds = [1000.0]
            desk = build(sqlite_store, clock, at=at)
            wired = settings(tmp_path, replace(mailbox, port=proxy.port).table(done_folder="Procesados"))
            daemon = Daemon(desk, wired, monotonic=lambda: seconds[0])
            job = next(job for job in daemon.jobs() if job.name == "poll:som")
            deliver(mailbox, 1)
            assert daemon.ring(job) is None, "the pass went well"
            assert (mailbox.count("Procesados"), checked_at(desk)) == (1, None)
            spoiling.clear()
            proxy.fault = "none"
            assert daemon.ring(job) is None
            assert checked_at(desk) is None, "not at once"
            seconds[0] += 3600
            assert daemon.ring(job) is None
            assert checked_at(desk) == clock.now


class TestWhat:
    def test_letters_that_came_just_now_are_left_for_tomorrow(
        self, desk: Desk, clock: Clock, mailbox: Mailbox, moving: Settings
    ) -> None:
        def late() -> None:
            mailbox.deliver(letter(1), clock.now - timedelta(minutes=5))

        late()
        run_once(desk, moving)
        with desk.store.read() as session:
            check = intake.check_of(session, "som")
        assert check is not None
        assert (check.server_count, check.ledger_count) == (0, 0)

    def test_letters_of_long_ago_are_not_compared(
        self, desk: Desk, clock: Clock, mailbox: Mailbox, moving: Settings
    ) -> None:
        mailbox.deliver(letter(1), at_lima(date(2025, 10, 1), 12))
        deliver(mailbox, 2)
        run_once(desk, moving)
        remove_behind_our_back(mailbox)
        clock.now = at_lima(TUESDAY, 8)
        run_once(desk, moving)
        assert differences(desk) == []

    def test_the_days_edge_is_an_instant_and_not_the_servers_date(
        self, desk: Desk, clock: Clock, mailbox: Mailbox, moving: Settings
    ) -> None:
        edge = at_lima(date(2025, 10, 24))
        for number, seconds in enumerate((-1, 0, 1), start=1):
            mailbox.deliver(letter(number), edge + timedelta(seconds=seconds))
        run_once(desk, moving)
        with desk.store.read() as session:
            check = intake.check_of(session, "som")
        assert check is not None
        assert (check.since_at, check.server_count, check.ledger_count) == (edge, 2, 2)

    def test_the_same_bytes_twice_are_two_letters_and_a_new_epoch_makes_no_third(self, store: Store) -> None:
        def copy(uid: int, epoch: int) -> Arrival:
            return Arrival(mailbox="som", uidvalidity=epoch, uid=uid, body=b"x", size=1, arrived_at=SENT)

        with store.write() as session:
            intake.keep(session, [copy(1, 1), copy(2, 1), copy(1, 2), copy(2, 2)], SENT)
            other = Arrival(mailbox="otro", uidvalidity=1, uid=1, body=b"x", size=1, arrived_at=SENT)
            intake.keep(session, [other], SENT)
        with store.read() as session:
            found = intake.arrivals(session, "som", SENT, SENT + timedelta(seconds=1))
            assert found == {SENT: 2}
            assert not intake.arrivals(session, "som", SENT - timedelta(seconds=9), SENT)


class TestAccepting:
    def test_a_person_who_looked_ends_it_and_it_does_not_come_back(
        self, desk: Desk, clock: Clock, mailbox: Mailbox, moving: Settings
    ) -> None:
        deliver(mailbox, 1, 2)
        run_once(desk, moving)
        remove_behind_our_back(mailbox)
        clock.now = at_lima(TUESDAY, 8)
        run_once(desk, moving)
        assert reconcile.accept(desk, member(desk), "som")
        assert differences(desk) == []
        clock.now = at_lima(WEDNESDAY, 8)
        run_once(desk, moving)
        assert differences(desk) == []
        with desk.store.read() as session:
            assert "difference_accepted" in [one.event for one in journal.entries_of(session, journal.DESK)]
        deliver(mailbox, 3)
        mailbox.deliver(letter(4), at_lima(TUESDAY, 12))
        run_once(desk, moving)
        remove_behind_our_back(mailbox)
        with mailbox.client("Procesados") as client:
            client.delete_messages(client.search(["ALL"]))
            client.expunge()
        clock.now = at_lima(THURSDAY, 8)
        run_once(desk, moving)
        assert [one.missing_there for one in differences(desk)] == [1], "later letters are compared as before"

    def test_only_what_stands_can_be_accepted_and_not_by_everybody(self, desk: Desk) -> None:
        assert not reconcile.accept(desk, member(desk), "som")
        with pytest.raises(NotAllowed):
            reconcile.accept(desk, member(desk, Role.AUDITOR), "som")
