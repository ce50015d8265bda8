"""A year of mornings, with holidays, late decrees and an outage: one digest on each business day that has something
to tell, none on any other.
"""

from datetime import date, datetime, time, timedelta

import pytest

from calendar_pe.clock import LIMA, at_lima, to_lima
from oversight.digest import send_digest
from tests.desks import Clock, build, open_ticket
from tests.independent_count import CLOSED
from tests.independent_mornings import HOUR, tells
from tests.simulated_year import DECREES, OUTAGE, Year
from tickets import outgoing
from tickets.store import Store

HOURS = ((0, 5), (8, 19), (8, 20), (9, 0), (11, 59), (12, 0), (16, 59), (23, 59))

NOT_WORKED = {
    date(2026, 7, 23),  # Día de la Fuerza Aérea
    date(2026, 7, 27),  # decreed for the public sector
    date(2026, 7, 28),
    date(2026, 7, 29),  # Fiestas Patrias
    date(2026, 8, 6),  # Batalla de Junín
    date(2026, 12, 8),  # Inmaculada Concepción
    date(2026, 12, 9),  # Batalla de Ayacucho
    date(2026, 12, 25),
    date(2027, 1, 1),
}
"""Written down by hand, from the laws, not from the calendar that is tested."""


@pytest.mark.parametrize(
    ("first", "last"), [(date(2026, 7, 20), date(2026, 8, 9)), (date(2026, 12, 5), date(2027, 1, 3))]
)
def test_one_digest_on_each_business_morning(sqlite_store: Store, clock: Clock, first: date, last: date) -> None:
    desk = build(sqlite_store, clock)
    open_ticket(desk, received_at=at_lima(first - timedelta(days=30), 9))  # broken, and owed all the while
    sent = []
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        for hour, minute in HOURS:
            clock.now = at_lima(day, hour, minute)
            if send_digest(desk):
                sent.append((day, hour, minute))
    every = (first + timedelta(days=number) for number in range((last - first).days + 1))
    business = [day for day in every if day.weekday() < 5 and day not in NOT_WORKED]
    assert sent == [(day, 8, 20) for day in business]
    with desk.store.read() as session:
        assert sum(one.kind == "digest" for one in outgoing.listing(session)) == len(business)


def test_a_whole_year(sqlite_store: Store) -> None:
    """Every letter is answered in the end and half of the months are published, so that many mornings are silent."""
    year = Year(
        sqlite_store,
        40,
        digest_hours=(time(0, 1), time(8, 19, 59), HOUR, time(9, 30), time(11, 59), time(20)),
        unanswered=0,
        published_months=frozenset(range(1, 13, 2)),
    )
    year.live()
    sent = [to_lima(at) for at in year.digests]
    assert sent == [datetime.combine(day, HOUR, LIMA) for day in sorted(tells(year.diary, year.public))]
    assert 50 < len(sent) < 150, "some mornings have something to tell, and some have not"
    closed = CLOSED | {day for _, day in DECREES}
    assert not [at for at in sent if at.weekday() > 4 or at.date() in closed or OUTAGE[0] <= at < OUTAGE[1]]
    assert {at.month for at in sent} == set(range(1, 13))
    with sqlite_store.read() as session:
        assert sum(one.kind == "digest" for one in outgoing.listing(session, limit=500)) == len(sent)
