"""The breach digest: on business mornings, only when there is something to say, never twice."""

from datetime import datetime, time

from calendar_pe.clock import at_lima, date_words, lima_date, to_lima
from casework.desk import Desk
from casework.staff_mail import staff_letter
from replies.render import Rendered, Value, render
from tickets import journal, morning, rows
from tickets.states import OutgoingKind
from tickets.store import Session
from tickets.tables import Outgoing

MOST = 100
"""Rows of each list in one digest."""


def send_digest(desk: Desk, *, at: time = time(8, 20), now: datetime | None = None) -> int:
    """Write today's digest into the outbox when it is time; returns to how many people.

    Nothing is sent before ``at`` Lima time, on a day that is not a business day, a second time on one day, or when
    nothing is broken, due today, uncertain or quarantined. The day's seal of the journal is made and printed.
    """
    now = now or desk.clock()
    today = lima_date(now)
    if not desk.settings.digest_recipients or not desk.calendar.is_business_day(today):
        return 0
    if to_lima(now).time() < at:
        return 0
    with desk.store.write() as session:
        if morning.digest_written(session, f"digest:{today.isoformat()}"):
            return 0
        rendered = compose_digest(desk, session, now)
        if rendered is None:
            return 0
        rows.add_all(
            session,
            Outgoing,
            [
                staff_letter(
                    desk,
                    kind=OutgoingKind.DIGEST,
                    dedupe_key=f"digest:{today.isoformat()}:{number}",
                    to_address=address,
                    rendered=rendered,
                    now=now,
                )
                for number, address in enumerate(desk.settings.digest_recipients)
            ],
        )
    return len(desk.settings.digest_recipients)


def compose_digest(desk: Desk, session: Session, now: datetime) -> Rendered | None:
    """Return the digest as of an instant, or None when there is nothing to tell."""
    today = lima_date(now)
    lists = {
        "broken": morning.broken(session, limit=MOST),
        "due": morning.due(session, since=now, until=at_lima(today, 23, 59, 59), limit=MOST),
        "uncertain": morning.uncertain(session, limit=MOST),
        "quarantined": morning.quarantined(session, limit=MOST),
    }
    if not any(lists.values()):
        return None
    sealed = journal.seal(session, sealed_on=today, now=now)
    variables: dict[str, Value] = {name: [_row(one, today) for one in found] for name, found in lists.items()}
    variables |= {"day": date_words(today), "seal": sealed.hash[:16]}
    return render(desk.catalogue.letter("digest"), "es", variables)


def _row(one: morning.Line, today: object) -> dict[str, str]:
    local = to_lima(one.at)
    when = f"hoy, {local:%H:%M}" if local.date() == today else f"{local:%d/%m/%Y, %H:%M}"
    return {"reference": one.reference, "line": str(one.line), "due": when, "note": one.note}
