"""Trouble with a mailbox or a job, told to staff once per episode and in their hours."""

from collections.abc import Sequence
from datetime import datetime

from casework.desk import Desk
from inbox.poller import PassResult
from inbox.sources import SourceError
from tickets import leases, notices
from tickets.store import Session

TELL_AT = 3
"""Failures in a row after which staff are told."""


_JOBS = {
    "courier": "El envío del correo",
    "judge": "El análisis de las cartas",
    "sweep": "La vigilancia de los plazos",
    "digest": "El resumen de la mañana",
}

FEW = 3
"""When a connection breaks over more letters than this, it is the connection and not the letters."""


def note_pass(desk: Desk, result: PassResult) -> None:
    """Tell of letters that the server lists and does not give, and of a mailbox that was made anew."""
    refused = [uid for uid in result.unreadable if uid not in result.lost]
    if not refused and not result.uidvalidity_changed:
        return
    now = desk.clock()
    with desk.store.write() as session:
        if result.uidvalidity_changed:
            said = f"El buzón «{result.mailbox}» se rehízo en el servidor; se revisó entero y nada se repite."
            _tell(desk, session, f"uidvalidity:{result.mailbox}:{result.uidvalidity}", said, now)
        _tell_unreadable(desk, session, result.mailbox, result.uidvalidity, refused, now)


def note_broken_pass(desk: Desk, mailbox: str, job: str, error: SourceError) -> None:
    """Tell of letters over which the connection broke in so many passes in a row; then they stop no pass any more."""
    if not 0 < len(error.uids) <= FEW:
        return
    with desk.store.write() as session:
        if leases.failures(session, job) >= TELL_AT - 1:
            _tell_unreadable(desk, session, mailbox, error.uidvalidity, error.uids, desk.clock())


def unreadable_key(mailbox: str, uidvalidity: int, uid: int) -> str:
    """Return the key of the notice about a letter that the server does not give."""
    return f"unreadable:{mailbox}:{uidvalidity}:{uid}"


def _tell_unreadable(
    desk: Desk, session: Session, mailbox: str, uidvalidity: int, uids: Sequence[int], now: datetime
) -> None:
    for uid in uids[:20]:
        said = f"El servidor no entrega la carta {uid} del buzón «{mailbox}»; léala allí."
        _tell(desk, session, unreadable_key(mailbox, uidvalidity, uid), said, now)


def note_failures(desk: Desk, session: Session, job: str, failures: int, error: str) -> None:
    """Tell of a job that failed so often in a row and fails in working time; only a success ends the episode.

    What fails at night and works again in the morning is nobody's business.
    """
    now = desk.clock()
    if failures < TELL_AT or desk.next_open(now) != now:
        return
    well_at = leases.last_success(session, job)
    said = f"{job_words(job)} falló {failures} veces seguidas: {error}"
    _tell(desk, session, f"failing:{job}:{well_at.isoformat() if well_at else 'nunca'}", said[:400], now)


def job_words(job: str) -> str:
    """Say in words what a job does."""
    kind, _, name = job.partition(":")
    return f"La lectura del buzón «{name}»" if kind == "poll" else _JOBS.get(job, f"El trabajo «{job}»")


def _tell(desk: Desk, session: Session, key: str, text: str, now: datetime) -> None:
    notices.add_once(session, kind="source", key=key, text=text, now=now, leaves_at=desk.next_open(now))
