"""The whole simulated year: 4,000 letters of 2026 at a real desk, twelve reports and every digest beside a hand count.

Usage: python -m bench.year [LETTERS]. Prints a line for each month; ends with an AssertionError at the first figure
or morning in which the two differ.
"""

import sys
import time
from dataclasses import replace
from datetime import datetime
from tempfile import TemporaryDirectory

from calendar_pe.clock import LIMA, to_lima
from casework.added_days import effective_calendar
from oversight.indicators import month
from oversight.proof import prove, sentence
from oversight.report import recomputes
from tests.both_counts import published, the_same
from tests.databases import MADE_AT
from tests.independent_count import count, stands
from tests.independent_mornings import HOUR, tells
from tests.simulated_year import Year
from tickets import reports
from tickets.store import open_store

LETTERS = 4_000


def main(letters: int) -> None:
    """Live the year, then compare month by month."""
    with TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{folder}/som.db", now=MADE_AT)
        began = time.monotonic()
        year = Year(store, letters)
        year.live()
        print(f"{letters} letters, {len(year.digests)} digests, lived in {time.monotonic() - began:.0f} s")
        mornings = sorted(tells(year.diary, year.public))
        assert [to_lima(at) for at in year.digests] == [datetime.combine(day, HOUR, LIMA) for day in mornings]
        print(f"a digest at 8:20 on each of the {len(mornings)} business mornings with something to tell, on no other")
        by_hand = count(year.diary)
        with store.read() as session:
            desk = replace(year.desk, calendar=effective_calendar(session))
            kept = reports.of_year(session, 2026)
        assert len(kept) == 12
        print(f"{'month':<9}{'letters':>8}{'kept':>7}{'broken':>8}{'open':>6}{'void':>6}{'in time':>9}")
        for number, row in enumerate(kept, start=1):
            found = month(desk, 2026, number, stands(number))
            the_same(found, by_hand[number])
            published(row.figures, by_hand[number])
            assert recomputes(desk, row) == []
            total = found.total
            print(
                f"{row.month:<9}{total.letters:>8}{total.kept:>7}{total.broken:>8}{total.open:>6}{total.void:>6}"
                f"{total.within_percent:>7} %"
            )
        assert [sentence(one) for one in prove(desk).findings] == []
        print("every figure is the one counted by hand; the whole record is sound")
        store.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else LETTERS)
