"""The breach digest: on business mornings, only when there is something to say, never twice."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from calendar_pe import Calendar
from calendar_pe.clock import at_lima, date_words, lima_date, to_lima
from casework.desk import Desk
from casework.learn import drifting
from casework.staff_mail import staff_letter
from oversight.deadlines import duties
from oversight.digest_chart import Bar, draw, words
from oversight.digest_words import broken_row, due_row, quarantined_row, uncertain_row, unreconciled_row
from replies.compose import Picture
from replies.render import Rendered, Value, render
from tickets import journal, morning, muted, rows
from tickets.states import OutgoingKind
from tickets.store import Session
from tickets.tables import Outgoing

MOST = 15
"""Rows of each list in one digest; how many more there are is said."""

DAYS = 10
"""Business days in the picture, today included."""

NOON = time(12, 0)
"""A digest that could not leave at its hour may leave until then, or an hour after its hour if that is later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """A morning's digest: its words, and the picture that its page shows under ``cid``."""

    rendered: Rendered
    picture: Picture

    def page(self) -> str:
        """Return its page with the picture inside, for a browser."""
        inside = f"data:image/png;base64,{b64encode(self.picture.png).decode()}"
        return self.rendered.html.replace(f"cid:{self.picture.cid}", inside)


def send_digest(desk: Desk, *, at: time = time(8, 20), now: datetime | None = None) -> int:
    """Write today's digest into the outbox when it is time; returns to how many people.

    Nothing is sent before ``at`` Lima time, in the afternoon, on a day that is not a business day, a second time on
    one day, or when there is nothing to tell. The day's seal of the journal is made and printed.
    """
    now = now or desk.clock()
    today = lima_date(now)
    if not desk.settings.digest_recipients or not desk.calendar.is_business_day(today):
        return 0
    if not at <= to_lima(now).time() < _end(at):
        return 0
    with desk.store.read() as session:  # asked every minute: most of the time there is nothing to write
        if morning.digest_written(session, f"digest:{today.isoformat()}"):
            return 0
    with desk.store.write() as session:
        if morning.digest_written(session, f"digest:{today.isoformat()}"):
            return 0
        digest = compose_digest(desk, session, now)
        if digest is None:
            return 0
        letters = [
            staff_letter(
                desk,
                kind=OutgoingKind.DIGEST,
                dedupe_key=f"digest:{today.isoformat()}:{number}",
                to_address=address,
                rendered=digest.rendered,
                pictures=(digest.picture,),
                now=now,
            )
            for number, address in enumerate(muted.without(session, desk.settings.digest_recipients, now))
        ]
        rows.add_all(session, Outgoing, letters)
    return len(letters)


def compose_digest(desk: Desk, session: Session, now: datetime) -> Digest | None:
    """Return the digest as of an instant, or None when there is nothing to tell."""
    today = lima_date(now)
    broken, broken_count = morning.broken(session, now=now.replace(microsecond=0), limit=MOST)
    due, due_count = morning.due(session, since=now, until=at_lima(today, 23, 59, 59), limit=MOST)
    uncertain, uncertain_count = morning.uncertain(session, limit=MOST)
    quarantined, quarantined_count = morning.quarantined(session, limit=MOST)
    unreconciled = morning.unreconciled(session, limit=MOST)
    drift = drifting(desk, session, now)
    alarms = list(drift.alarms) if drift is not None else []
    owed = duties(desk, session, now)
    if not (broken or due or uncertain or quarantined or unreconciled or alarms or owed):
        return None
    sealed = journal.seal(session, sealed_on=today, now=now)
    bars = _bars(desk.calendar, session, now)
    cid = f"plazos.{today.isoformat()}@{desk.settings.message_domain}"
    variables: dict[str, Value] = {
        "broken": [broken_row(desk, one, now) for one in broken],
        "due": [due_row(one, now) for one in due],
        "uncertain": [uncertain_row(one) for one in uncertain],
        "quarantined": [quarantined_row(one) for one in quarantined],
        "unreconciled": [unreconciled_row(one) for one in unreconciled],
        "duties": "\n".join(owed),
        "remarks": "\n".join(alarms),
        "broken_count": str(broken_count),
        "due_count": str(due_count),
        "uncertain_count": str(uncertain_count),
        "quarantined_count": str(quarantined_count),
        "day": date_words(today),
        "chart": cid,
        "chart_words": words(bars),
        "seal": sealed.hash,
        "seal_of": f"{sealed.sealed_on:%d/%m/%Y}, {sealed.entries} asientos",
    }
    rendered = render(desk.catalogue.letter("digest"), "es", variables)
    return Digest(rendered=rendered, picture=Picture(cid=cid, name="plazos.png", png=draw(bars)))


def _end(at: time) -> time:
    """Return the hour from which on it is too late for a morning's digest."""
    after = (datetime.combine(date.min, at) + timedelta(hours=1)).time()
    return max(NOON, after) if after > at else time.max


def _bars(calendar: Calendar, session: Session, now: datetime) -> Sequence[Bar]:
    shown: list[date] = []
    day = today = lima_date(now)
    while len(shown) < DAYS and day >= calendar.first_on:
        if calendar.is_business_day(day) or day == today:
            shown.append(day)
        day -= timedelta(days=1)
    shown.reverse()
    since, until = at_lima(shown[0]), at_lima(today, 23, 59, 59)
    found = {one.due_on: one for one in morning.days(session, since=since, until=until, now=now.replace(microsecond=0))}
    return [
        Bar(due_on=day, kept=one.kept, broken=one.broken, open=one.open)
        if (one := found.get(day)) is not None
        else Bar(due_on=day)
        for day in shown
    ]
