"""Trouble with a mailbox or a job, told to staff once per episode and in their hours."""

from datetime import datetime

from casework.desk import Desk
from inbox.poller import PassResult
from tickets import notices
from tickets.store import Session

TELL_AT = 3
"""Failures in a row after which staff are told."""


def note_pass(desk: Desk, result: PassResult) -> None:
    """Tell of letters that the server lists and does not give, and of a mailbox that was made anew."""
    if not result.unreadable and not result.uidvalidity_changed:
        return
    now = desk.clock()
    with desk.store.write() as session:
        epoch = f"{result.mailbox}:{result.uidvalidity}"
        if result.uidvalidity_changed:
            said = f"El buzón «{result.mailbox}» se rehízo en el servidor; se revisó entero y nada se repite."
            _tell(desk, session, f"uidvalidity:{epoch}", said, now)
        for uid in result.unreadable[:20]:
            said = f"El servidor no entrega la carta {uid} del buzón «{result.mailbox}»; léala allí."
            _tell(desk, session, f"unreadable:{epoch}:{uid}", said, now)


def note_failures(desk: Desk, session: Session, job: str, failures: int, error: str) -> None:
    """Tell of a job that failed so often in a row; a success ends the episode."""
    now = desk.clock()
    if failures == TELL_AT:
        said = f"El trabajo «{job}» falló {failures} veces seguidas: {error}"
        _tell(desk, session, f"failing:{job}:{now.isoformat()}", said[:400], now)


def _tell(desk: Desk, session: Session, key: str, text: str, now: datetime) -> None:
    notices.add_once(session, kind="source", key=key, text=text, now=now, leaves_at=desk.next_open(now))
