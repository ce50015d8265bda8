"""A mailbox in trouble is left alone for longer and longer, told of once in working time, and stops nobody else."""

import itertools
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from calendar_pe.clock import at_lima
from casework.desk import Desk
from service.daemon import LEASE, PASS_LIFE_SECONDS, Daemon, Job
from service.demo.servers import ImapAddress, imap_server
from service.patience import MAILBOX, RELAY, Patience
from tests.desks import MONDAY_10, Clock, build
from tests.servers.mailboxes import PASSWORD, letter, settings
from tests.servers.proxy import Proxy, fault_proxy
from tickets import intake, leases
from tickets.store import Store
from tickets.tables import Notice

SATURDAY_NIGHT = at_lima(date(2026, 11, 21), 23)
HOUR = 3600.0


class TestRests:
    def test_they_double_and_end_at_the_most(self) -> None:
        rests = [MAILBOX.rest(failures, 0.0) for failures in range(1, 8)]
        assert rests == [timedelta(minutes=one) for one in (1, 2, 4, 8, 12, 12, 12)]

    @pytest.mark.parametrize("patience", [MAILBOX, RELAY])
    @pytest.mark.parametrize("failures", [0, 1, 2, 5, 30, 100_000])
    def test_they_stay_within_their_bounds_whatever_is_drawn(self, patience: Patience, failures: int) -> None:
        for draw in (0.0, 0.5, 0.999):
            assert patience.first <= patience.rest(failures, draw) <= patience.most

    def test_desks_that_failed_together_come_back_apart(self) -> None:
        assert MAILBOX.rest(4, 0.1) != MAILBOX.rest(4, 0.9)


def test_a_pass_ends_before_its_lease_whatever_the_server_does() -> None:
    assert LEASE.total_seconds() > PASS_LIFE_SECONDS


class Watch:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


class Rig:
    """A daemon with one mailbox behind a proxy, and a clock of seconds that moves when told."""

    def __init__(self, desk: Desk, folder: Path, imap: ImapAddress, proxy: Proxy) -> None:
        table = (
            f'[[mailbox]]\nname = "som"\naddress = "som@example.pe"\nhost = "127.0.0.1"\nport = {proxy.port}\n'
            'security = "plain"\nuser = "som"\npassword_file = "password"\n'
        )
        self.watch, self.proxy, self.imap, self.desk = Watch(), proxy, imap, desk
        self.daemon = Daemon(desk, settings(folder, table), monotonic=self.watch)

    @property
    def job(self) -> Job:
        return next(job for job in self.daemon.jobs() if job.name == "poll:som")

    def chimes(self, seconds: float, *, every: float = 5.0) -> list[float]:
        """Chime as the scheduler does for so long; returns the seconds at which the server was asked."""
        job, asked, ends = self.job, [], self.watch.now + seconds
        while self.watch.now < ends:
            before = self.proxy.connections
            self.daemon.chime(job)
            if self.proxy.connections > before:
                asked.append(self.watch.now)
            self.watch.now += every
        return asked

    def kept(self) -> int:
        with self.desk.store.read() as session:
            return intake.count(session, "som")

    def told(self) -> list[Notice]:
        with self.desk.store.read() as session:
            return [one for one in session.execute(select(Notice)).scalars() if one.kind == "source"]


@pytest.fixture
def clock() -> Clock:
    return Clock(MONDAY_10)


@pytest.fixture
def rig(sqlite_store: Store, clock: Clock, tmp_path: Path) -> Iterator[Rig]:
    with imap_server({"som": PASSWORD}) as imap, fault_proxy((imap.host, imap.port)) as proxy:
        yield Rig(build(sqlite_store, clock), tmp_path, imap, proxy)


@contextmanager
def broken(rig: Rig) -> Iterator[None]:
    """Every connection to the server is reset."""
    rig.proxy.fault, rig.proxy.after = "reset", 0
    try:
        yield
    finally:
        rig.proxy.fault = "none"


def test_a_failing_mailbox_is_asked_less_and_less_and_never_less_than_every_quarter_of_an_hour(rig: Rig) -> None:
    with broken(rig):
        asked = rig.chimes(3 * HOUR)
    gaps = [after - before for before, after in itertools.pairwise(asked)]
    assert 60 <= gaps[0] <= 80
    assert all(60 <= gap <= 905 for gap in gaps)
    assert all(gap >= 720 for gap in gaps[5:])
    assert len(asked) < 25, f"2160 chimes, {len(asked)} tries"


def test_a_success_ends_it(rig: Rig) -> None:
    with broken(rig):
        rig.chimes(HOUR)
    rig.imap.deliver("som", letter(1), MONDAY_10)
    rig.chimes(900)
    assert rig.kept() == 1
    assert len(rig.chimes(100)) == 20, "asked at every chime again"
    with broken(rig):
        asked = rig.chimes(200)
    assert asked[1] - asked[0] <= 80, "and patient from the beginning"


def test_a_daemon_that_starts_anew_tries_at_once(rig: Rig) -> None:
    with broken(rig):
        rig.chimes(HOUR)
    assert rig.daemon.once() == [], "and so does «som run --once»: a person asked for it"


def test_one_mailbox_resting_stops_no_other(rig: Rig, sqlite_store: Store, clock: Clock, tmp_path: Path) -> None:
    with imap_server({"otra": PASSWORD}) as healthy:
        other = (
            f'[[mailbox]]\nname = "otra"\naddress = "otra@example.pe"\nhost = "127.0.0.1"\nport = {healthy.port}\n'
            'security = "plain"\nuser = "otra"\npassword_file = "password"\n'
        )
        first = (tmp_path / "config.toml").read_text().replace('[data]\ndir = "."\n', "")
        daemon = Daemon(build(sqlite_store, clock), settings(tmp_path, first, other), monotonic=rig.watch)
        with broken(rig):
            for number in range(1, 4):
                healthy.deliver("otra", letter(number), MONDAY_10)
                for job in daemon.jobs():
                    daemon.chime(job)
        with daemon.desk.store.read() as session:
            assert (intake.count(session, "som"), intake.count(session, "otra")) == (0, 3)


class TestTelling:
    def test_after_three_failures_in_working_time_once_an_episode(self, rig: Rig) -> None:
        with broken(rig):
            rig.chimes(70)
            assert rig.told() == []
            rig.chimes(600)
            [told] = rig.told()
            assert told.text.startswith("La lectura del buzón «som» falló 3 veces seguidas: ")
            assert told.leaves_at == MONDAY_10
            rig.chimes(2 * HOUR)
            assert len(rig.told()) == 1
        rig.chimes(1000)
        rig.desk.clock.forward(minutes=30)  # type: ignore[attr-defined]
        with broken(rig):
            rig.chimes(HOUR)
        assert len(rig.told()) == 2, "a new episode after a success"

    def test_what_fails_at_night_is_told_in_the_morning_only_if_it_still_fails(self, rig: Rig, clock: Clock) -> None:
        clock.now = SATURDAY_NIGHT
        with broken(rig):
            rig.chimes(2 * HOUR)
            assert rig.told() == []
            clock.now = at_lima(date(2026, 11, 23), 8, 20)
            rig.chimes(1000)
        assert len(rig.told()) == 1

    def test_what_works_again_in_the_morning_is_nobodys_business(self, rig: Rig, clock: Clock) -> None:
        clock.now = SATURDAY_NIGHT
        with broken(rig):
            rig.chimes(2 * HOUR)
        clock.now = at_lima(date(2026, 11, 23), 8, 20)
        rig.chimes(1000)
        assert rig.told() == []

    def test_a_refused_password_is_told_within_the_business_hour(self, rig: Rig, tmp_path: Path) -> None:
        (tmp_path / "password").write_text("otra")
        assert len(rig.chimes(HOUR)) < 12, "an account is not locked by hammering at it"
        [told] = rig.told()
        assert "rechazó el usuario o la clave" in told.text
        with rig.desk.store.read() as session:
            assert {one.name: one.failures for one in leases.listing(session)}["poll:som"] >= 3


class TestRingingOneJob:
    """The bell and the clock may ring a job together: it never runs twice at once, and an announcement is not lost."""

    def daemon(self, store: Store, clock: Clock, folder: Path) -> Daemon:
        return Daemon(build(store, clock), settings(folder))

    def test_it_never_runs_twice_at_once_and_an_announcement_during_a_run_makes_one_more(
        self, sqlite_store: Store, clock: Clock, tmp_path: Path
    ) -> None:
        inside, most, runs = 0, 0, 0
        running, go_on = threading.Event(), threading.Event()

        def run() -> dict[str, object]:
            nonlocal inside, most, runs
            inside += 1
            most, runs = max(most, inside), runs + 1
            running.set()
            go_on.wait(10)
            inside -= 1
            return {}

        daemon = self.daemon(sqlite_store, clock, tmp_path)
        job = Job(name="poll:x", every=timedelta(minutes=1), run=run)
        with ThreadPoolExecutor(8) as pool:
            first = pool.submit(daemon.chime, job)
            assert running.wait(10)
            by_the_clock = [pool.submit(daemon.chime, job) for _ in range(3)]
            for one in by_the_clock:
                one.result(timeout=10)
            assert runs == 1, "the clock does not queue up"
            announced = pool.submit(daemon.chime, job, wait=True)
            go_on.set()
            for one in (first, announced):
                one.result(timeout=10)
        assert (most, runs) == (1, 2)

    def test_nobody_waits_for_a_job_once_the_service_ends(
        self, sqlite_store: Store, clock: Clock, tmp_path: Path
    ) -> None:
        running, go_on = threading.Event(), threading.Event()

        def run() -> dict[str, object]:
            running.set()
            go_on.wait(10)
            return {}

        daemon = self.daemon(sqlite_store, clock, tmp_path)
        job = Job(name="poll:x", every=timedelta(minutes=1), run=run)
        with ThreadPoolExecutor(2) as pool:
            first = pool.submit(daemon.chime, job)
            assert running.wait(10)
            announced = pool.submit(daemon.chime, job, wait=True)
            daemon.stop()
            announced.result(timeout=5)
            go_on.set()
            first.result(timeout=10)
