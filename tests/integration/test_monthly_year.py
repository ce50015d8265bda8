"""A year of the desk, with holidays, two late decrees and a week's outage, counted twice: by the desk and by hand."""

from dataclasses import replace
from datetime import datetime

from calendar_pe.clock import LIMA, to_lima
from casework.added_days import effective_calendar
from oversight.indicators import frozen_at, month
from oversight.proof import prove, sentence
from oversight.report import recomputes
from tests.both_counts import published, the_same
from tests.independent_count import count, stands
from tests.independent_mornings import HOUR, tells
from tests.simulated_year import Year
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
    assert [sentence(one) for one in prove(desk).findings] == []
    assert len(year.digests) > 25
    assert [to_lima(at) for at in year.digests] == [
        datetime.combine(day, HOUR, LIMA) for day in sorted(tells(year.diary, {})) if day.month in MORNINGS
    ]
