"""The daemon: APScheduler rings the jobs; each runs once at a time, one failing never stops another.

A job takes its lease in the database first, so that several daemons may share one. ``SIGTERM`` and ``SIGINT`` end the
service cleanly between two batches.
"""

import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from random import random
from time import monotonic

import structlog

from casework import reconcile
from casework.added_days import effective_calendar
from casework.deliver import deliver
from casework.desk import Desk
from casework.mailboxes import note_broken_pass, note_failures, note_pass
from casework.receive import MailLedger, process, said
from casework.sweep import sweep
from inbox.poller import PassResult, PollSettings, poll
from inbox.sources import SourceError, SourcePermanent
from inbox.sources.imap import ImapSettings, ImapSource
from letters.clean import clean_line
from oversight.digest import send_digest
from replies.courier import Courier
from replies.smtp import SmtpError, SmtpRefusedLogin, SmtpSettings
from service import patience
from service.bell import Bell
from service.patience import Patience
from service.settings import Settings
from tickets import leases
from tickets.store import Session, StoreError

log = structlog.get_logger()

SWEEP_SECONDS = 60
COURIER_SECONDS = 5
DIGEST_SECONDS = 60
LEASE = timedelta(minutes=15)
PASS_LIFE_SECONDS = 840.0
"""The outer limit of one pass over a mailbox, below the lease: whatever the server does, the pass ends."""
COMPARE_AGAIN_SECONDS = 3600.0
"""How long a mailbox whose comparison with the ledger failed is left alone in this respect."""
GRACE_SECONDS = 5.0
"""How long a pass may go on after the service was told to end, before its connection is cut."""
WHOLE_SECONDS = 24 * 3600.0
"""How often a mailbox that letters stay in is compared whole with the ledger."""


class JobFailed(Exception):
    """A job ended with trouble; ``permanent`` when only a person can mend it."""

    def __init__(self, message: str, *, permanent: bool) -> None:
        super().__init__(message)
        self.permanent = permanent


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Something that the daemon does again and again; with ``patience`` it rests after failures."""

    name: str
    every: timedelta
    run: Callable[[], Mapping[str, object]]
    patience: Patience | None = None


@dataclass(slots=True)
class Daemon:
    """The jobs of one desk, run by a scheduler or once in a row."""

    desk: Desk
    settings: Settings
    owner: str = field(default_factory=lambda: f"{socket.gethostname()}:{os.getpid()}")
    stopping: threading.Event = field(default_factory=threading.Event)
    monotonic: Callable[[], float] = monotonic
    _rests: dict[str, float] = field(default_factory=dict)
    _locks: dict[str, threading.Lock] = field(default_factory=dict)
    _bells: dict[str, Bell] = field(default_factory=dict)
    _sources: list[ImapSource] = field(default_factory=list)
    _comparisons: dict[str, float] = field(default_factory=dict)

    def jobs(self) -> list[Job]:
        """Return every job, in the order in which ``once`` runs them."""
        polls = [
            Job(
                name=f"poll:{one.name}",
                every=timedelta(seconds=self.settings.intake.poll_seconds),
                run=self._poll(one),
                patience=patience.MAILBOX,
            )
            for one in self.settings.imap_settings()
        ]
        rest = [
            Job(name="sweep", every=timedelta(seconds=SWEEP_SECONDS), run=self._sweep),
            Job(name="digest", every=timedelta(seconds=DIGEST_SECONDS), run=self._digest),
        ]
        smtp = self.settings.smtp_settings()
        if smtp is not None:
            rest.append(
                Job(
                    name="courier",
                    every=timedelta(seconds=COURIER_SECONDS),
                    run=self._courier(smtp),
                    patience=patience.RELAY,
                )
            )
        return [*polls, Job(name="judge", every=timedelta(seconds=15), run=self._judge), *rest]

    def once(self) -> list[JobFailed]:
        """Run every job once, one after the other; returns the troubles."""
        self._bury_the_dead()
        troubles = []
        for job in self.jobs():
            if self.stopping.is_set():
                break
            trouble = self.ring(job)
            if trouble is not None:
                troubles.append(trouble)
        return troubles

    def run(self) -> None:
        """Ring the jobs until ``stop``; a ring missed while a job runs is merged into the next."""
        self._bury_the_dead()
        jobs = self.jobs()
        # A pass from cron has no use for a scheduler.
        from apscheduler.executors.pool import ThreadPoolExecutor
        from apscheduler.schedulers.background import BackgroundScheduler

        scheduler = BackgroundScheduler(
            executors={"default": ThreadPoolExecutor(len(jobs))},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
            timezone="UTC",
        )
        for job in jobs:
            scheduler.add_job(
                self.chime, "interval", args=[job], seconds=job.every.total_seconds(), id=job.name, next_run_time=None
            )
        if self.settings.intake.idle:
            self._hang_bells(jobs)
        scheduler.start()
        for job in jobs:
            scheduler.modify_job(job.name, next_run_time=self.desk.clock())
        log.info("started", jobs=[job.name for job in jobs], owner=self.owner)
        listeners = [threading.Thread(target=bell.listen, name=f"bell:{name}") for name, bell in self._bells.items()]
        for listener in listeners:
            listener.start()
        self.stopping.wait()
        impatience = threading.Timer(GRACE_SECONDS, self._cut)
        impatience.start()
        scheduler.shutdown(wait=True)
        impatience.cancel()
        for listener in listeners:
            listener.join()
        log.info("stopped", owner=self.owner)

    def stop(self) -> None:
        """Ask every job to end between two batches."""
        self.stopping.set()

    @contextmanager
    def signals(self) -> Iterator[None]:
        """Stop cleanly on SIGTERM and SIGINT inside the block."""
        before = {one: signal.signal(one, lambda *_: self.stop()) for one in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for one, handler in before.items():
                signal.signal(one, handler)

    def chime(self, job: Job, *, wait: bool = False) -> None:
        """Ring a job unless it runs already in this process, or rests after a failure.

        With ``wait`` the job that runs already is waited for and then rung again: a letter came meanwhile.
        """
        lock = self._locks.setdefault(job.name, threading.Lock())
        while not lock.acquire(timeout=0.5 if wait else -1, blocking=wait):
            if not wait or self.stopping.is_set():
                return
        try:
            if self.monotonic() >= self._rests.get(job.name, 0.0) and not self.stopping.is_set():
                self.ring(job)
        finally:
            lock.release()

    def _announced(self, poll: Job, judge: Job) -> None:
        """Take a letter in that the server announced, and judge it at once."""
        self.chime(poll, wait=True)
        self.chime(judge, wait=True)

    def _hang_bells(self, jobs: Sequence[Job]) -> None:
        """Give every mailbox a bell, so that its job rings when a letter comes and not only by the clock."""
        by_name = {job.name: job for job in jobs}
        for imap in self.settings.imap_settings():
            ring = partial(self._announced, by_name[f"poll:{imap.name}"], by_name["judge"])
            self._bells[imap.name] = Bell(imap, ring, self.stopping)

    def _cut(self) -> None:
        """Leave servers that do not answer while the service is asked to end: what is not kept comes again."""
        for source in list(self._sources):
            source.cut()

    @contextmanager
    def _source(self, imap: ImapSettings) -> Iterator[ImapSource]:
        with ImapSource(imap, life_seconds=PASS_LIFE_SECONDS) as source:
            self._sources.append(source)
            try:
                yield source
            finally:
                self._sources.remove(source)

    def ring(self, job: Job) -> JobFailed | None:
        """Run one job under its lease; whatever it raises is logged and counted, never passed on."""
        try:
            with self.desk.store.write() as session:
                if not leases.take(session, job.name, owner=self.owner, now=self.desk.clock(), for_=LEASE):
                    return None
                self._notice_added_days(session)
        except StoreError as error:
            return self._trouble(job, JobFailed(str(error), permanent=False))
        failed: JobFailed | None = None
        try:
            done = job.run()
            if any(done.values()):
                log.info("done", job=job.name, **done)
        except JobFailed as error:
            failed = error
        except StoreError as error:
            failed = JobFailed(str(error), permanent=False)
        except Exception as error:
            log.error("job raised", job=job.name, error=type(error).__name__, exc_info=error)
            failed = JobFailed(said(error), permanent=False)
        failures = 1
        try:
            with self.desk.store.write() as session:
                error_text = clean_line(str(failed), 400) if failed is not None else ""
                failures = leases.give_back(
                    session, job.name, owner=self.owner, now=self.desk.clock(), error=error_text
                )
                note_failures(self.desk, session, job.name, failures, error_text)
        except StoreError as error:
            failed = failed or JobFailed(str(error), permanent=False)
        self._rest(job, failures if failed is not None else 0)
        return self._trouble(job, failed) if failed is not None else None

    def _rest(self, job: Job, failures: int) -> None:
        """Leave a job that failed alone for a while; a success ends that."""
        if not failures or job.patience is None:
            self._rests.pop(job.name, None)
        else:
            self._rests[job.name] = self.monotonic() + job.patience.rest(failures, random()).total_seconds()

    def _notice_added_days(self, session: Session) -> None:
        """Work with the calendar that counts now: a decree may have been taken in while this daemon runs."""
        calendar = effective_calendar(session, self.desk.calendar)
        if calendar is not self.desk.calendar:
            self.desk = replace(self.desk, calendar=calendar)
            log.info("calendar", version=calendar.version)

    def _bury_the_dead(self) -> None:
        """Give back the leases of daemons of this host that are no more, so that a restart need not wait for them."""
        host = self.owner.rpartition(":")[0]
        with self.desk.store.write() as session:
            for lease in leases.listing(session):
                lease_host, _, pid = lease.owner.rpartition(":")
                if lease_host == host and pid.isdigit() and not _alive(int(pid)):
                    leases.give_back(
                        session, lease.name, owner=lease.owner, now=self.desk.clock(), error="ended in the middle"
                    )

    def _trouble(self, job: Job, failed: JobFailed) -> JobFailed:
        log.warning("trouble", job=job.name, error=clean_line(str(failed), 400), permanent=failed.permanent)
        return failed

    def _poll(self, imap: ImapSettings) -> Callable[[], Mapping[str, object]]:
        intake = self.settings.intake
        how = PollSettings(
            batch_letters=intake.batch_letters, batch_bytes=intake.batch_bytes, letter_cap=intake.max_letter_bytes
        )
        looked_whole_at: float | None = None

        def run() -> Mapping[str, object]:
            nonlocal looked_whole_at
            # A folder that letters leave is small and looked at whole; any other only once a day.
            whole = bool(imap.done_folder) or looked_whole_at is None or monotonic() - looked_whole_at > WHOLE_SECONDS
            try:
                with self._source(imap) as source:
                    result = poll(
                        source,
                        MailLedger(self.desk),
                        settings=replace(how, full=whole),
                        stop=self.stopping.is_set,
                        at=self.desk.at,
                    )
                    note_pass(self.desk, result)
                    self._reconcile(source, result)
            except SourceError as error:
                note_broken_pass(self.desk, imap.name, f"poll:{imap.name}", error)
                raise JobFailed(str(error), permanent=isinstance(error, SourcePermanent)) from error
            if whole and result.complete:
                looked_whole_at = monotonic()
            if (bell := self._bells.get(imap.name)) is not None:
                bell.mended()
            for trouble in result.trouble:
                log.warning("trouble", job=f"poll:{imap.name}", error=clean_line(trouble, 400), permanent=False)
            return {"kept": result.kept, "settled": result.settled, "oversize": result.oversize}

        return run

    def _reconcile(self, source: ImapSource, result: PassResult) -> None:
        """Compare the mailbox with the ledger when that is due, over the connection of a pass that saw everything."""
        if not result.complete or self.monotonic() < self._comparisons.get(result.mailbox, 0.0):
            return
        span = reconcile.due(self.desk, result.mailbox, at=self.settings.intake.reconcile_at)
        if span is None:
            return
        try:
            found = source.arrivals(span.since_at, span.until_at)
        except SourceError as error:
            # The letters themselves came through; the comparison can wait, and the doctor sees when it never comes.
            self._comparisons[result.mailbox] = self.monotonic() + COMPARE_AGAIN_SECONDS
            log.warning("not compared", mailbox=result.mailbox, error=clean_line(str(error), 400))
            return
        missing = reconcile.reconcile(self.desk, result.mailbox, span, found)
        if missing:
            log.warning("unreconciled", mailbox=result.mailbox, letters=missing)

    def _judge(self) -> Mapping[str, object]:
        return {"letters": process(self.desk, stop=self.stopping.is_set)}

    def _courier(self, smtp: SmtpSettings) -> Callable[[], Mapping[str, object]]:
        courier = Courier(smtp, batch=self.settings.outbox.batch)

        def run() -> Mapping[str, object]:
            try:
                result = deliver(self.desk, courier, owner=self.owner, stop=self.stopping.is_set)
            except SmtpError as error:
                raise JobFailed(str(error), permanent=isinstance(error, SmtpRefusedLogin)) from error
            if result.trouble:
                raise JobFailed(result.trouble, permanent=False)
            return {"sent": result.accepted, "deferred": result.temporary, "refused": result.permanent}

        return run

    def _sweep(self) -> Mapping[str, object]:
        swept = sweep(self.desk)
        return {"warned": swept.warned, "broken": swept.broken, "told": swept.told}

    def _digest(self) -> Mapping[str, object]:
        return {"digests": send_digest(self.desk, at=self.settings.digest.at)}


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
