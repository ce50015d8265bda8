"""A year of sweeps at a real desk: letters at all hours, two late decrees, a week's outage, and staff left in peace."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from random import Random

from freezegun import freeze_time

from calendar_pe import Effect, Row, Scope
from calendar_pe.clock import LIMA, at_lima, lima_date, now, to_lima
from casework import recalendar
from casework.added_days import effective_calendar
from casework.desk import Desk
from casework.sweep import sweep
from tests.desks import Clock, build, faults, member, open_ticket
from tickets import clocks
from tickets.states import OutgoingKind, PromiseState, Role
from tickets.store import Store
from tickets.tables import JournalEntry, Notice, Outgoing, Promise, Remediation

LETTERS = 300
LAST = date(2026, 12, 31)
DECREES = {  # the instant at which it is learned, and the day that it closes
    at_lima(date(2026, 6, 18), 11): date(2026, 6, 19),
    at_lima(date(2026, 12, 23), 16): date(2026, 12, 24),
}
OUTAGE = (at_lima(date(2026, 9, 7), 12), at_lima(date(2026, 9, 14), 12))
CLOSED = {
    *DECREES.values(),
    *(date(2026, month, day) for month, day in ((1, 2), (4, 2), (4, 3), (5, 1), (6, 29), (7, 23), (7, 27), (7, 28))),
    *(date(2026, month, day) for month, day in ((7, 29), (8, 6), (10, 8), (12, 8), (12, 9), (12, 25))),
}
SECOND = timedelta(seconds=1)


@dataclass
class Year:
    """A desk that lives through the year."""

    desk: Desk
    chance: Random = field(default_factory=lambda: Random(2026))

    def sweep(self) -> None:
        with self.desk.store.read() as session:
            self.desk = replace(self.desk, calendar=effective_calendar(session, self.desk.calendar))
        sweep(self.desk)

    def answer(self, share: float) -> None:
        """Keep some of the open promises, as the relay's word would."""
        with self.desk.store.write() as session:
            for promise in clocks.load(session, clocks.open_ids(session)):
                if self.chance.random() < share and now() <= promise.last_second_at:
                    promise.state, promise.answered_at = PromiseState.KEPT, now()

    def decree(self, day: date, number: int) -> recalendar.Outlook:
        row = Row(
            date=day,
            scope=Scope.PUBLIC_SECTOR,
            effect=Effect.NONWORKING,
            name="Día no laborable",
            legal_basis=f"DS {900 + number}-2026-PCM",
        )
        return recalendar.add(self.desk, member(self.desk, Role.SUPERVISOR), row)


def arrivals(chance: Random) -> list[datetime]:
    """Letters at all hours of the year, and some on the eves of the two decrees so that they move."""
    start = datetime(2026, 1, 5, tzinfo=LIMA)
    spread = [start + timedelta(minutes=chance.randrange(355 * 1440)) for _ in range(LETTERS - 12)]
    eves = [learned_at - timedelta(minutes=chance.randrange(1, 180)) for learned_at in DECREES for _ in range(6)]
    return sorted([*spread, *eves])


def live(year: Year) -> list[recalendar.Outlook]:
    """Go through the year in steps of minutes and hours; nothing runs during the outage but the letters' arrival."""
    letters, decrees = arrivals(year.chance), sorted(DECREES)
    moved = []
    with freeze_time(datetime(2026, 1, 5, tzinfo=LIMA)) as frozen:
        while lima_date(now()) <= LAST:
            frozen.tick(timedelta(minutes=year.chance.choice((50, 170, 290, 410, 590))))
            while letters and letters[0] <= now():
                open_ticket(year.desk, received_at=letters.pop(0))
            while decrees and decrees[0] <= now():
                moved.append(year.decree(DECREES[decrees.pop(0)], len(decrees)))
            if OUTAGE[0] <= now() < OUTAGE[1]:
                continue
            year.answer(0.05)
            year.sweep()
    return moved


def test_a_year(sqlite_store: Store) -> None:
    year = Year(build(sqlite_store, Clock()))
    year.desk = replace(year.desk, clock=now)
    moved = live(year)
    assert len(moved) == 2
    assert all(one.moved >= 4 for one in moved)

    with sqlite_store.read() as session:
        promises = {one.id: one for one in session.query(Promise)}
        notices = session.query(Notice).all()
        letters = session.query(Outgoing).all()
        log = session.query(Remediation).all()
        breaks = Counter(one.facts["promise"] for one in session.query(JournalEntry).filter_by(event="promise_broken"))
    broken = {key: one for key, one in promises.items() if one.state == PromiseState.BROKEN}
    assert len(promises) == LETTERS
    assert len(broken) > 60
    assert faults(sqlite_store) == []

    # each promise broke once, at the second after its last, whenever that was noticed
    assert set(breaks) == set(broken)
    assert set(breaks.values()) == {1}
    assert sorted(row.promise_id or 0 for row in log if row.commitment == "respuesta") == sorted(broken)
    for one in broken.values():
        assert one.broken_at == one.due_at + SECOND
        assert to_lima(one.due_at).strftime("%H:%M:%S") == "17:00:00"
        assert to_lima(one.due_at).date() not in CLOSED
        assert to_lima(one.due_at).weekday() < 5

    # the week away: broken then, noticed afterwards, with the right instants
    missed = [row for row in log if OUTAGE[0] <= row.broken_at < OUTAGE[1] and row.commitment == "respuesta"]
    assert len(missed) >= 3
    assert all(OUTAGE[1] <= row.opened_at < OUTAGE[1] + timedelta(hours=4) for row in missed)
    assert len({row.broken_at for row in missed}) > 1

    # staff: inside working time, once per episode
    assert Counter((one.kind, one.promise_id) for one in notices if one.promise_id).most_common(1)[0][1] == 1
    assert {one.promise_id for one in notices if one.kind == "broken"} == set(broken)
    assert len([one for one in notices if one.kind == "at_risk"]) > 100
    told = {one.told_at for one in notices if one.told_at} | {one.created_at for one in letters}
    assert len(told) > 100
    assert {one.kind for one in letters} == {OutgoingKind.NOTICE}
    for instant in told:
        local = to_lima(instant)
        assert year.desk.working_time.opening <= local.time() < year.desk.working_time.closing
        assert local.weekday() < 5
        assert local.date() not in CLOSED

    # a month whose figures nobody published is written down, once
    months = [row.month for row in log if row.commitment == "publicacion"]
    assert sorted(months) == [f"2026-{number:02}" for number in range(1, 12)]
