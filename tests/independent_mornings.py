"""The mornings on which there is something to tell, from the diary alone and by rules written down here.

Like the count of the months it shares no code with the service.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta

from tests.independent_count import LIMA, Life, after, business, known_closed, lives_of
from tests.simulated_year import END, OUTAGE, START, Diary

HOUR = time(8, 20)
ONE_DAY = timedelta(days=1)


def tells(diary: Diary, published: Mapping[date, datetime]) -> set[date]:
    """Return the business days of the year with something to tell at 8:20, without those of the outage.

    ``published`` says when the figures of a month, named by its first day, were made public.
    """
    began = min([letter.taken for letter in diary.letters if letter.taken] + [at for at, *_ in diary.attended])
    lives = lives_of(diary)
    found = set()
    for day in _days():
        at = datetime.combine(day, HOUR, LIMA)
        if not business(day, known_closed(at)) or OUTAGE[0] <= at < OUTAGE[1]:
            continue
        if any(_owed(life, at) for life in lives) or _duty(day, at, began, published):
            found.add(day)
    return found


def _owed(life: Life, at: datetime) -> bool:
    """Whether a promise is broken and unanswered at that instant, or falls due on its day."""
    if life.began > at or any(end is not None and end <= at for end in (life.ended, life.answered)):
        return False
    return life.due < at or life.due.astimezone(LIMA).date() == at.date()


def _duty(day: date, at: datetime, began: datetime, published: Mapping[date, datetime]) -> bool:
    """Whether a report of the month before is owed: on business day 5, and from day 10 until it is public."""
    first = day.replace(day=1)
    before = (first - ONE_DAY).replace(day=1)
    if began.astimezone(LIMA).date() >= first:
        return False
    closed = known_closed(at)
    if day == after(first - ONE_DAY, 5, closed):
        return True
    public = published.get(before)
    return day >= after(first - ONE_DAY, 10, closed) and (public is None or public > at)


def _days() -> Iterator[date]:
    day = START.date()
    while day <= END.date():
        yield day
        day += ONE_DAY
