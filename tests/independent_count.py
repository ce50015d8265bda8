"""The year counted a second time, from the diary alone, with a calendar and rules written down here and nowhere else.

It shares no code with the service: a month that both count alike is counted right, or both were told wrong.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from typing import Any

from tests.simulated_year import DECREES, Consulta, Diary

LIMA = timezone(timedelta(hours=-5))
CLOSED = {
    *(date(2026, month, day) for month, day in ((1, 1), (1, 2), (4, 2), (4, 3), (5, 1), (6, 29), (7, 23), (7, 27))),
    *(date(2026, month, day) for month, day in ((7, 28), (7, 29), (8, 6), (10, 8), (12, 8), (12, 9), (12, 25))),
    date(2027, 1, 1),
}
DAYS = {"sugerencia": 7, "reclamo": 30}


@dataclass
class Life:
    """One promise."""

    case: int
    kind: str
    received: datetime
    due: datetime
    began: datetime  # when the desk learned of it
    ended: datetime | None = None  # a person's judgement took it back
    answered: datetime | None = None
    how: str = ""


@dataclass
class Counted:
    """A month, counted."""

    letters: int = 0
    promises: int = 0
    kept: int = 0
    asked: int = 0
    broken: int = 0
    open: int = 0
    void: int = 0
    consultas: tuple[int, int] = (0, 0)
    satisfied: tuple[int, int] = (0, 0)
    seconds: list[int] = field(default_factory=list)
    by_line: Counter[int] = field(default_factory=Counter)
    by_kind: Counter[str] = field(default_factory=Counter)
    by_language: Counter[str] = field(default_factory=Counter)
    by_country: Counter[str] = field(default_factory=Counter)
    by_behalf: Counter[bool] = field(default_factory=Counter)
    by_hour: Counter[int] = field(default_factory=Counter)
    by_channel: Counter[str] = field(default_factory=Counter)
    people: int = 0
    repeat: int = 0


def count(diary: Diary) -> dict[int, Counted]:
    """Count every month of 2026 as it stood at 5 p. m. of the fifth business day after it."""
    lives = lives_of(diary)
    return {month: _month(diary, lives, month) for month in range(1, 13)}


def known_closed(at: datetime) -> set[date]:
    return CLOSED | {day for learned, day in DECREES if learned <= at}


def business(day: date, closed: set[date]) -> bool:
    return day.weekday() < 5 and day not in closed


def after(day: date, number: int, closed: set[date]) -> date:
    while number:
        day += timedelta(days=1)
        number -= business(day, closed)
    return day


def due(received: datetime, kind: str, closed: set[date]) -> datetime:
    arrived = received.astimezone(LIMA)
    day = arrived.date()
    if kind in DAYS:
        last = after(day, DAYS[kind], closed)
    else:
        in_hours = business(day, closed) and arrived.time() <= time(17)
        last = after(day if in_hours else after(day, 1, closed), 1, closed)
    return datetime.combine(last, time(17), LIMA)


def stands(month: int) -> datetime:
    first = date(2026, month + 1, 1) if month < 12 else date(2027, 1, 1)
    closed = known_closed(datetime.combine(first, time(), LIMA))
    return datetime.combine(after(first - timedelta(days=1), 5, closed), time(17), LIMA)


def lives_of(diary: Diary) -> list[Life]:
    """Go through what happened in order. A letter opens a promise when its case has none that still waits."""
    happened: list[tuple[datetime, int, str, int, Any]] = []
    for letter in diary.letters:
        if letter.taken is not None:
            happened.append((letter.taken, 0, "letter", _case(letter), letter))
    happened += [(at, 1, "judged", case, kind) for at, case, _, kind in diary.judged]
    happened += [(at, 2, "answer", case, how) for at, case, how in diary.answers]
    happened += [(learned, 3, "decree", 0, day) for learned, day in DECREES]
    lives: list[Life] = []
    for at, _, what, case, said in sorted(happened, key=lambda one: one[:2]):
        closed = known_closed(at)
        owed = [life for life in lives if life.answered is None and life.ended is None]
        mine = [life for life in owed if life.case == case]
        if what == "letter" and not mine:
            lives.append(Life(case, "consulta", said.received, due(said.received, "consulta", closed), at))
        elif what == "judged":
            for life in mine:
                if life.kind != said and at <= life.due:
                    life.ended = at
                    if said != "agradecimiento":
                        lives.append(Life(case, said, life.received, due(life.received, said, closed), at))
        elif what == "answer":
            for life in mine:
                life.answered, life.how = at, said
        elif what == "decree":
            for life in owed:
                if at <= life.due:
                    life.due = max(life.due, due(life.received, life.kind, closed))
    return lives


def _case(letter: Consulta) -> int:
    return letter.number if letter.follows is None else letter.follows


def _month(diary: Diary, lives: list[Life], month: int) -> Counted:
    until = stands(month)
    found = Counted()
    wrote: Counter[str] = Counter()
    first = {letter.number: letter for letter in diary.letters}
    for letter in diary.letters:
        if not _in(letter.received, month) or letter.taken is None or letter.taken > until:
            continue
        case = first[_case(letter)]
        line, kind = _judged(diary, case, until)
        found.letters += 1
        found.by_line[line] += 1
        found.by_kind[kind] += 1
        found.by_language[case.language] += 1
        found.by_behalf[case.behalf] += 1
        found.by_country[
            case.countries[0] if len(case.countries) == 1 else "several" if case.countries else "unsaid"
        ] += 1
        found.by_hour[letter.received.astimezone(LIMA).hour] += 1
        wrote[case.writer] += 1
    found.people, found.repeat = len(wrote), sum(number > 1 for number in wrote.values())
    for life in lives:
        if _in(life.received, month) and life.began <= until:
            _life(found, life, until)
    for at, _, score in diary.scores:
        if _in(at, month):
            satisfied, answers = found.satisfied
            found.satisfied = (satisfied + (score >= 4), answers + 1)
    for at, channel, _ in diary.attended:
        found.by_channel[channel] += _in(at, month)
    return found


def _life(found: Counted, life: Life, until: datetime) -> None:
    answered = life.answered if life.answered is not None and life.answered <= until else None
    found.promises += 1
    if life.ended is not None and life.ended <= until:
        found.void += 1
        return
    asked = answered is not None and life.how == "ask_back"
    kept, over = found.consultas
    if answered is not None and answered.replace(microsecond=0) <= life.due:
        found.kept += 1
        found.asked += asked
        kept, over = kept + (life.kind == "consulta"), over + (life.kind == "consulta")
    elif until > life.due:
        found.broken += 1
        over += life.kind == "consulta"
    else:
        found.open += 1
    found.consultas = (kept, over)
    if answered is not None and not asked:
        closed = known_closed(datetime.combine(until.date(), time(), LIMA))
        found.seconds.append(worked(life.received, answered, closed))


def worked(start: datetime, end: datetime, closed: set[date]) -> int:
    """Seconds between 8:15 and 17:00 of business days."""
    total = 0.0
    day = start.astimezone(LIMA).date()
    while day <= end.astimezone(LIMA).date():
        if business(day, closed):
            opens, closes = datetime.combine(day, time(8, 15), LIMA), datetime.combine(day, time(17), LIMA)
            total += max(0.0, (min(end, closes) - max(start, opens)).total_seconds())
        day += timedelta(days=1)
    return int(total)


def _judged(diary: Diary, case: Consulta, until: datetime) -> tuple[int, str]:
    for at, number, line, kind in diary.judged:
        if number == case.number and at <= until:
            return line, kind
    return case.line, case.kind


def _in(at: datetime, month: int) -> bool:
    local = at.astimezone(LIMA)
    return (local.year, local.month) == (2026, month)
