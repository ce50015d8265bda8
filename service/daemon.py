"""The daemon: APScheduler rings the jobs; each runs once at a time, one failing never stops another.

A job takes its lease in the database first, so that several daemons may share one. ``SIGTERM`` and ``SIGINT`` end the
service cleanly between two batches.
"""

import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from time import monotonic

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from casework.added_days import effective_calendar
from casework.deliver import deliver
from casework.desk import Desk
from casework.mailboxes import note_failures, note_pass
from casework.receive import MailLedger, process
from casework.sweep import sweep
from inbox.poller import PollSettings, poll
from inbox.sources import SourceError, SourcePermanent
from inbox.sources.imap import ImapSettings, ImapSource
from letters.clean import clean_line
from oversight.digest import send_digest
from replies.courier import Courier
from replies.smtp import SmtpError, SmtpRefusedLogin, SmtpSettings
from service.settings import Settings
from tickets import leases
from tickets.store import Session, StoreError

log = structlog.get_logger()

SWEEP_SECONDS = 60
COURIER_SECONDS = 5
DIGEST_SECONDS = 60
LEASE = timedelta(minutes=15)
WHOLE_SECONDS = 24 * 3600.0
"""How often a mailbox that letters stay in is compared whole with the ledger."""


class JobFailed(Exception):
    """A job ended with trouble; ``permanent`` when only a person can mend it."""

    def __init__(self, message: str, *, permanent: bool) -> None:
        super().__init__(message)
        self.permanent = permanent


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Something that the daemon does again and again."""

    name: str
    every: timedelta
    run: Callable[[], Mapping[str, object]]


@dataclass(slots=True)
class Daemon:
    """The jobs of one desk, run by a scheduler or once in a row."""

    desk: Desk
    settings: Settings
    owner: str = field(default_factory=lambda: f"{socket.gethostname()}:{os.getpid()}")
    stopping: threading.Event = field(default_factory=threading.Event)

    def jobs(self) -> list[Job]:
        """Return every job, in the order in which ``once`` runs them."""
        polls = [
            Job(
                name=f"poll:{one.name}",
                every=timedelta(seconds=self.settings.intake.poll_seconds),
                run=self._poll(one),
            )
            for one in self.settings.imap_settings()
        ]
        rest = [
            Job(name="sweep", every=timedelta(seconds=SWEEP_SECONDS), run=self._sweep),
            Job(name="digest", every=timedelta(seconds=DIGEST_SECONDS), run=self._digest),
        ]
        smtp = self.settings.smtp_settings()
        if smtp is not None:
            rest.append(Job(name="courier", every=timedelta(seconds=COURIER_SECONDS), run=self._courier(smtp)))
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
        scheduler = BackgroundScheduler(
            executors={"default": ThreadPoolExecutor(len(jobs))},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
            timezone="UTC",
        )
        for job in jobs:
            scheduler.add_job(
                self.ring, "interval", args=[job], seconds=job.every.total_seconds(), id=job.name, next_run_time=None
            )
        scheduler.start()
        for job in jobs:
            scheduler.modify_job(job.name, next_run_time=self.desk.clock())
        log.info("started", jobs=[job.name for job in jobs], owner=self.owner)
        self.stopping.wait()
        scheduler.shutdown(wait=True)
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
            failed = JobFailed(f"{type(error).__name__}: {error}", permanent=False)
        try:
            with self.desk.store.write() as session:
                error_text = clean_line(str(failed), 400) if failed is not None else ""
                failures = leases.give_back(
                    session, job.name, owner=self.owner, now=self.desk.clock(), error=error_text
                )
                note_failures(self.desk, session, job.name, failures, error_text)
        except StoreError as error:
            failed = failed or JobFailed(str(error), permanent=False)
        return self._trouble(job, failed) if failed is not None else None

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
                with ImapSource(imap) as source:
                    result = poll(
                        source,
                        MailLedger(self.desk),
                        settings=replace(how, full=whole),
                        stop=self.stopping.is_set,
                        at=self.desk.at,
                    )
            except SourceError as error:
                raise JobFailed(str(error), permanent=isinstance(error, SourcePermanent)) from error
            if whole and result.complete:
                looked_whole_at = monotonic()
            note_pass(self.desk, result)
            for trouble in result.trouble:
                log.warning("trouble", job=f"poll:{imap.name}", error=clean_line(trouble, 400), permanent=False)
            return {"kept": result.kept, "settled": result.settled, "oversize": result.oversize}

        return run

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
