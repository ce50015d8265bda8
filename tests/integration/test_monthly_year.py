"""A year of the desk, with holidays, two late decrees and a week's outage, counted twice: by the desk and by hand."""

from dataclasses import replace

from calendar_pe.clock import to_lima
from casework.added_days import effective_calendar
from oversight.indicators import frozen_at, month
from oversight.report import recomputes
from tests.both_counts import published, the_same
from tests.desks import faults
from tests.independent_count import CLOSED, count, stands
from tests.simulated_year import DECREES, OUTAGE, Year
from tickets import reports
from tickets.store import Store

LETTERS = 300
MORNINGS = frozenset({7, 12})
"""The months in whose mornings the digest is asked for: two with holidays, and one with a late decree too."""


def test_twelve_reports_equal_an_independent_count(sqlite_store: Store) -> None:
    year = Year(sqlite_store, LETTERS, digest_months=MORNINGS)
    year.live()
    counted = count(year.diary)
    with sqlite_store.read() as session:
        desk = replace(year.desk, calendar=effective_calendar(session))
        kept = reports.of_year(session, 2026)
    assert [row.month for row in kept] == [f"2026-{number:02}" for number in range(1, 13)]
    assert sum(one.letters for one in counted.values()) == LETTERS
    assert sum(one.broken for one in counted.values()) > 15
    assert sum(one.open for one in counted.values()) > 0
    assert sum(one.void for one in counted.values()) > 3
    for number, row in enumerate(kept, start=1):
        assert frozen_at(2026, number, desk.calendar) == stands(number)
        found = month(desk, 2026, number, stands(number))
        the_same(found, counted[number])
        published(row.figures, counted[number])
        assert recomputes(desk, row) == []
    assert faults(sqlite_store) == []
    mornings(year)


def mornings(year: Year) -> None:
    """Digests left on business mornings alone, once each, and never while the service was down."""
    local = [to_lima(at) for at in year.digests]
    assert len(local) > 25
    assert {at.strftime("%H:%M") for at in local} == {"08:20"}
    closed = CLOSED | {day for _, day in DECREES}
    assert all(at.weekday() < 5 and at.date() not in closed for at in local)
    assert len({at.date() for at in local}) == len(local)
    assert not any(OUTAGE[0] <= at < OUTAGE[1] for at in local)
