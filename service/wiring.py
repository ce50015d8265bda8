"""Putting the rooms together: from settings to a desk that use cases can work at."""

import os
import pwd
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import lru_cache
from time import monotonic
from typing import TYPE_CHECKING

from calendar_pe import clock as wall_clock
from calendar_pe.clock import format_instant
from casework.added_days import effective_calendar
from casework.desk import Actor, Classifier, Desk, DeskSettings
from replies import catalogue
from service import killpoints
from service.exits import Damaged, Misused, Refused, Temporary
from service.settings import Settings
from tickets import journal, people
from tickets.journal import Event
from tickets.references import Signer
from tickets.states import Role
from tickets.store import (
    Store,
    StoreDamaged,
    StoreError,
    StoreNewer,
    StoreOutdated,
    StoreSettingsError,
    StoreUnavailable,
    open_store,
    signing_key,
)

if TYPE_CHECKING:
    from triage import TriageSettings


def _nothing(_said: str) -> None:
    """Say nothing."""


@contextmanager
def opened_desk(
    settings: Settings, *, now: datetime | None = None, running: bool = False, tell: Callable[[str], None] = _nothing
) -> Iterator[Desk]:
    """Open the desk that the settings describe, and close its database at the end of the block.

    A database that does not exist is made: a first command needs no other before it. ``now`` moves the clock, on a
    simulated desk only (``Refused`` otherwise), and is journalled; there it stands still, or goes on from there with
    ``running``. ``tell`` hears what a person should know who did not mean either: that a new desk was made, and that
    the clock went back. Raises ``Misused``, ``Refused``, ``Temporary`` or ``Damaged`` when the database cannot be used.
    """
    clock = _clock(settings, now, running=running)
    with mapped_errors():
        store = open_store(settings.database_url(), now=clock(), group=settings.database.group)
        try:
            desk = _desk(settings, store, clock)
            _first_administrator(desk)
            if store.fresh:
                tell(f"se creó una mesa nueva, sin casos, en {store.place}; la administra {login_name()}")
            if now is not None:
                with store.write() as session:
                    last_at = journal.last_at(session)
                    if last_at is not None and now < last_at:
                        tell(
                            f"--now retrocede: lo último que esta mesa anotó es de {format_instant(last_at)}; "
                            "lo que se haga ahora quedará anotado después, con hora anterior"
                        )
                    moved = Event(journal.DESK, clock(), "desk", "clock_moved", {"real": wall_clock.now().isoformat()})
                    journal.append(session, [moved])
            yield desk
        finally:
            store.close()


@contextmanager
def mapped_errors() -> Iterator[None]:
    """Turn the store's errors into the ends of a command."""
    try:
        yield
    except StoreUnavailable as error:
        raise Temporary(str(error)) from error
    except StoreDamaged as error:
        raise Damaged(str(error)) from error
    except (StoreNewer, StoreOutdated) as error:
        raise Refused(str(error)) from error
    except StoreSettingsError as error:
        raise Misused(str(error)) from error
    except StoreError as error:
        raise Refused(str(error)) from error


def actor(desk: Desk) -> Actor:
    """Return who runs this process, by its own uid. Raises ``Refused`` when that login is not on the staff."""
    login = login_name()
    with desk.store.read() as session:
        member = people.by_login(session, login)
    if member is None or not member.active:
        raise Refused(
            f"{login} no está en el personal de esta mesa; un administrador puede ejecutar: som staff add {login} …"
        )
    return Actor(member.id, member.login, member.name, Role(member.role))


def login_name() -> str:
    """Return the login of the process's own uid, never what the environment says."""
    uid = os.getuid()
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid{uid}"


def _desk(settings: Settings, store: Store, clock: Callable[[], datetime]) -> Desk:
    with store.read() as session:
        signer = Signer(signing_key(session))
        calendar = effective_calendar(session)
    return Desk(
        store=store,
        clock=clock,
        calendar=calendar,
        promises=settings.promise_settings(),
        working_time=settings.working_time_settings(),
        classifier=lambda: _classifier(settings.triage_settings()),
        catalogue=catalogue.load(),
        signer=signer,
        settings=_desk_settings(settings),
        at=killpoints.hook(os.environ, simulated=settings.clock.simulated),
    )


def _desk_settings(settings: Settings) -> DeskSettings:
    from_address = settings.from_address()
    return DeskSettings(
        office=settings.office.name,
        from_name=settings.smtp.from_name,
        from_address=from_address,
        message_domain=from_address.rpartition("@")[2],
        own_addresses=frozenset(
            one.lower() for one in (from_address, *(mailbox.address for mailbox in settings.mailbox))
        ),
        authserv_id=settings.authentication.authserv_id,
        tries=settings.intake.tries,
        batch_letters=settings.intake.batch_letters,
        batch_bytes=settings.intake.batch_bytes,
        acknowledge=settings.acknowledgement.enabled,
        acknowledgements_per_sender=settings.acknowledgement.per_sender_per_day,
        acknowledgements_per_hour=settings.acknowledgement.per_hour,
        automatic_per_address=settings.outbox.per_address_per_day,
        survey=settings.survey.enabled,
        survey_delay_days=settings.survey.delay_days,
        undo=timedelta(seconds=settings.outbox.undo_seconds),
        lease=timedelta(seconds=settings.outbox.lease_seconds),
        give_up=timedelta(hours=settings.outbox.give_up_hours),
        courier_batch=settings.outbox.batch,
        danger_notify=settings.danger.notify,
        danger_acknowledge=settings.danger.acknowledge,
        digest_recipients=settings.digest.recipients,
        simulated=settings.clock.simulated,
    )


@lru_cache(maxsize=2)
def _classifier(settings: "TriageSettings") -> Classifier:
    from triage.classifier import load

    return load(settings)


def _clock(settings: Settings, now: datetime | None, *, running: bool) -> Callable[[], datetime]:
    if now is None:
        return wall_clock.now
    if not settings.clock.simulated:
        raise Refused("--now mueve solo el reloj de una mesa simulada: [clock] simulated = true, nunca en servicio")
    if not running:
        return lambda: now
    began = monotonic()
    return lambda: now + timedelta(seconds=monotonic() - began)


def _first_administrator(desk: Desk) -> None:
    """Make the login that creates the database its administrator."""
    with desk.store.read() as session:
        if not people.nobody_yet(session):
            return
    login = login_name()
    now = desk.clock()
    with desk.store.write() as session:
        if people.nobody_yet(session):
            member = people.add(
                session,
                login=login,
                name=login,
                email=desk.settings.from_address,
                role=Role.ADMINISTRATOR,
                now=now,
            )
            session.flush()
            added = Event(journal.DESK, now, "desk", "staff_added", {"staff": member.id, "role": member.role})
            journal.append(session, [added])
