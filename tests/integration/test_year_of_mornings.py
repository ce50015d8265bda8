"""Weeks of mornings with holidays and a decreed day in them: one digest on each business day, none on any other."""

from datetime import date, timedelta

import pytest

from calendar_pe.clock import at_lima
from oversight.digest import send_digest
from tests.desks import Clock, build, open_ticket
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
