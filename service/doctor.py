"""The doctor: what a person should look at before it becomes a problem."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from calendar_pe import complaints
from calendar_pe.clock import lima_date, words
from casework.desk import Desk
from casework.mailboxes import job_words
from casework.reconcile import difference
from service.exits import Misused
from service.oauth import renewed_at
from service.settings import Settings
from tickets import intake, leases, muted, outgoing, people
from tickets.states import OutboxState, Role

SILENT_POLL = timedelta(minutes=30)
"""A mailbox not read for so long is a complaint."""

STALE_TOKEN = timedelta(days=30)
"""A refresh token that has not been renewed for so long is a complaint: nobody reads that mailbox."""

UNCOMPARED = timedelta(days=6)
"""A mailbox not compared with the ledger for so long is a complaint; no break between business days is as long."""

Level = Literal["ok", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    what: str
    level: Level
    said: str


def examine(desk: Desk, settings: Settings) -> list[Finding]:
    """Look at everything that can be seen without touching the mail servers."""
    now = desk.clock()
    return [
        *_mail(settings),
        *_readers(settings),
        *_tokens(settings, now),
        *_calendar(desk, now),
        *_carta(settings, now),
        *_catalogue(desk, now),
        *_record(desk, settings, now),
    ]


def _mail(settings: Settings) -> Iterator[Finding]:
    """Say what keeps letters from coming in or going out, without asking any server."""
    if settings.clock.simulated:
        yield Finding("reloj", "warning", "simulado: esta mesa es de práctica; en servicio, [clock] simulated = false")
    if not settings.mailbox:
        yield Finding("buzones", "error", "no hay ningún [[mailbox]]: no entra ninguna carta")
    if not settings.smtp.host:
        yield Finding("envío", "error", "[smtp] host está vacío: no sale ninguna carta")
    for what, ask in (("buzones", settings.imap_settings), ("envío", settings.smtp_settings)):
        try:
            ask()
        except Misused as error:
            yield Finding(what, "error", str(error))


def _readers(settings: Settings) -> Iterator[Finding]:
    """Say which letters to staff nobody is named for."""
    if not settings.digest.recipients:
        said = "[digest] recipients está vacío: nadie recibe el resumen; som digest --print lo muestra"
        yield Finding("resumen de la mañana", "warning", said)
    if not settings.danger.notify:
        said = "[danger] notify está vacío: de una carta con riesgo de trata se avisa recién en horario de atención"
        yield Finding("aviso de peligro", "warning", said)


def _tokens(settings: Settings, now: datetime) -> Iterator[Finding]:
    """Look at the refresh tokens on disk: gone, open to others, or so old that the provider may end them."""
    wires = [(f"buzón «{one.name}»", one.refresh_token_file) for one in settings.mailbox]
    for what, name in [*wires, ("envío", settings.smtp.refresh_token_file)]:
        if not name:
            continue
        try:
            age = now - renewed_at(settings.folder / Path(name).expanduser())
        except PermissionError as error:
            yield Finding(what, "error", str(error))
            continue
        said = f"el permiso se renovó hace {age.days} días"
        if age > STALE_TOKEN:
            yield Finding(what, "warning", f"{said}; los proveedores suelen anularlo a los 90 sin uso")
        else:
            yield Finding(what, "ok", said)


def _calendar(desk: Desk, now: datetime) -> Iterator[Finding]:
    found = complaints(desk.calendar, lima_date(now))
    for one in found:
        yield Finding("calendario", "warning", str(one))
    if not found:
        yield Finding("calendario", "ok", f"revisado hasta el {desk.calendar.reviewed_through:%d/%m/%Y}")


def _carta(settings: Settings, now: datetime) -> Iterator[Finding]:
    carta = settings.carta
    if lima_date(now) > carta.valid_through:
        yield Finding(
            "carta",
            "warning",
            f"el plazo de la Carta de Servicios ({carta.version}.ª versión) terminó el {carta.valid_through:%d/%m/%Y}; "
            "confirme si hay una nueva y actualice [carta]",
        )
    else:
        yield Finding("carta", "ok", f"{carta.version}.ª versión, hasta el {carta.valid_through:%d/%m/%Y}")


def _catalogue(desk: Desk, now: datetime) -> Iterator[Finding]:
    for problem in desk.catalogue.problems:
        yield Finding("respuestas", "error", problem)
    stale = desk.catalogue.stale(lima_date(now), days=30)
    if stale:
        yield Finding("respuestas", "warning", f"por revisar: {', '.join(one.id for one in stale)}")
    else:
        yield Finding("respuestas", "ok", f"{len(desk.catalogue)} respuestas tipo al día")


def _record(desk: Desk, settings: Settings, now: datetime) -> Iterator[Finding]:
    read_here = {f"poll:{one.name}" for one in settings.mailbox}
    with desk.store.read() as session:
        jobs = leases.listing(session)
        held = outgoing.held(session)
        counts = outgoing.count_by_state(session)
        put_away = len(intake.quarantined(session))
        checks = intake.checks(session)
        bouncing = muted.listing(session, now)
        has_supervisor = bool(people.emails(session, Role.SUPERVISOR))
    if not jobs:
        yield Finding("servicio", "warning", "todavía no ha corrido ningún trabajo: ejecute «som run»")
    for job in jobs:
        if job.name.startswith("poll:") and job.name not in read_here:
            continue  # a mailbox that is no longer in the settings
        if job.failures:
            level: Level = "error" if job.failures >= 3 else "warning"
            times = "una vez" if job.failures == 1 else f"{job.failures} veces seguidas"
            yield Finding(job_words(job.name), level, f"falló {times}: {job.last_error}")
        elif job.name.startswith("poll:") and job.finished_at is not None and now - job.finished_at > SILENT_POLL:
            said = "hace más de media hora que no se lee este buzón; ¿corre «som run»?"
            yield Finding(job_words(job.name), "warning", said)
        else:
            yield Finding(job_words(job.name), "ok", "funciona")
    for check in checks:
        if check.noticed_at is not None:
            said = f"{difference(check)}; se notó el {words(check.noticed_at)}"
            yield Finding(
                f"buzón «{check.mailbox}»", "error", f"{said}; si está en orden: som letters accept {check.mailbox}"
            )
        elif f"poll:{check.mailbox}" in read_here and now - check.checked_at > UNCOMPARED:
            said = f"no se compara con el registro desde el {words(check.checked_at)}"
            yield Finding(f"buzón «{check.mailbox}»", "warning", said)
    for one in bouncing:
        said = f"el correo a {one.value} rebotó el {words(one.changed_at)}: no recibe avisos hasta una semana después"
        yield Finding("avisos", "warning", said)
    if held:
        yield Finding("bandeja de salida", "warning", f"detenida: {held}")
    if counts.get(OutboxState.UNCERTAIN, 0):
        waiting = counts[OutboxState.UNCERTAIN]
        yield Finding("bandeja de salida", "warning", f"{waiting} envíos inciertos esperan la palabra de una persona")
    if put_away:
        yield Finding("cartas", "warning", f"{put_away} cartas sin analizar: som letters list")
    if not has_supervisor and not desk.settings.digest_recipients:
        yield Finding("avisos", "warning", "nadie recibe avisos: agregue un supervisor o [digest] recipients")
