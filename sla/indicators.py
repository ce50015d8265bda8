"""The monthly indicators, worked out from what the journal says and from nothing else.

Facts after ``as_of`` are not looked at, so a past month worked out again gives the same bytes.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime

from calendar_pe import Calendar
from calendar_pe.clock import format_instant, to_lima
from sla.facts import AttentionFact, LetterFact, PromiseFact, SurveyFact, by, state
from sla.remediation import SATISFIED_FROM
from sla.tally import Figures, Tally, median
from sla.working_time import WorkingTimeSettings, business_seconds

__all__ = ["AttentionFact", "Figures", "LetterFact", "Month", "PromiseFact", "SurveyFact", "indicators", "to_json"]

ASKED_BACK = "ask_back"
CONSULTA = "consulta"

PARTS = ("line", "kind", "language", "on_behalf", "country", "channel", "office", "outcome")
"""By what letters and promises are counted."""

CROSSED = ("on_behalf", "country", "language", "hour")
"""By what the letters of each line are counted."""

ATTENDED = ("channel", "line", "country", "on_behalf", "outcome", "office", "age_band", "gender")
"""By what attentions are counted."""

Fact = LetterFact | PromiseFact | AttentionFact | SurveyFact


@dataclass(frozen=True, slots=True, kw_only=True)
class Satisfaction:
    """How many said how satisfied they were, and how many of them said 4 or 5."""

    answers: int
    satisfied: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Writers:
    """How many people wrote in the month, and how many of them more than one letter."""

    people: int
    repeat: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """Broken promises of one cause: answered afterwards (and how late, the median in working seconds), or owed."""

    promises: int
    answered: int
    owed: int
    median_late_seconds: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """The indicators of one month; the parts are keyed by their value, in order."""

    month: str
    as_of: str
    calendar_version: str
    total: Figures
    by_line: dict[str, Figures]
    by_kind: dict[str, Figures]
    by_language: dict[str, Figures]
    by_on_behalf: dict[str, Figures]
    by_country: dict[str, Figures]
    by_channel: dict[str, Figures]
    by_office: dict[str, Figures]
    by_outcome: dict[str, Figures]
    crossed: dict[str, dict[str, dict[str, int]]]
    """Letters by what (``CROSSED``), by line, by value."""
    writers: dict[str, Writers]
    """By line, and ``total``."""
    satisfaction: dict[str, Satisfaction]
    """By channel."""
    attentions: dict[str, dict[str, int]]
    """By what (``ATTENDED``), by value."""
    consultas_by_office: dict[str, Figures]
    """Promises of consultas alone: what the Carta's indicator counts, by office."""
    causes: dict[str, Broken]
    """Broken promises by cause; "" while nobody has said."""


def indicators(
    year: int,
    month: int,
    letters: Iterable[LetterFact],
    promises: Iterable[PromiseFact],
    as_of: datetime,
    calendar: Calendar,
    working_time: WorkingTimeSettings,
) -> Month:
    """Work out a month from letters and promises alone; see ``Count``."""
    count = Count(year=year, month=month, as_of=as_of, calendar=calendar, working_time=working_time)
    for letter in letters:
        count.take(letter)
    for promise in promises:
        count.take(promise)
    return count.month_done()


def to_json(month: Month) -> bytes:
    """Write the indicators as JSON: the same facts give the same bytes on every machine."""
    return (json.dumps(asdict(month), ensure_ascii=False, sort_keys=True, indent=2) + "\n").encode()


def _tallies() -> defaultdict[str, defaultdict[str, Tally]]:
    return defaultdict(lambda: defaultdict(Tally))


def _counters() -> defaultdict[str, defaultdict[str, Counter[str]]]:
    return defaultdict(lambda: defaultdict(Counter))


@dataclass(slots=True, kw_only=True)
class Count:
    """A month being counted, fact by fact, in whatever order they come.

    Facts of other months, and those later than ``as_of``, are passed over; a month is that of Lima. Working time is
    counted with the calendar as it was known on the day of ``as_of``.
    """

    year: int
    month: int
    as_of: datetime
    calendar: Calendar
    working_time: WorkingTimeSettings
    total: Tally = field(default_factory=Tally)
    parts: defaultdict[str, defaultdict[str, Tally]] = field(default_factory=_tallies)
    consultas: defaultdict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    crossed: defaultdict[str, defaultdict[str, Counter[str]]] = field(default_factory=_counters)
    written: Counter[tuple[str, str]] = field(default_factory=Counter)
    scores: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    attended: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    late: defaultdict[str, list[int | None]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        self.calendar = self.calendar.as_known_on(to_lima(self.as_of).date())

    def take(self, fact: Fact) -> None:
        """Count one fact."""
        came_at = fact.at if isinstance(fact, AttentionFact) else fact.received_at
        local = to_lima(came_at)
        if (local.year, local.month) != (self.year, self.month) or came_at > self.as_of:
            return
        match fact:
            case LetterFact():
                self._letter(fact, f"{local.hour:02}")
            case PromiseFact():
                self._promise(fact)
            case SurveyFact():
                self.scores[fact.channel].append(fact.score)
            case AttentionFact():
                self._attention(fact)

    def _letter(self, fact: LetterFact, hour: str) -> None:
        self.total.letters += 1
        line = str(fact.line)
        for name in PARTS:
            value = _value(fact, name)
            self.parts[name][value].letters += 1
            if name in CROSSED:
                self.crossed[name][line][value] += 1
        self.crossed["hour"][line][hour] += 1
        if fact.writer:
            self.written[line, fact.writer] += 1

    def _promise(self, fact: PromiseFact) -> None:
        answered_at = by(fact.answered_at, self.as_of)
        stands = state(fact, self.as_of)
        seconds = None
        if answered_at is not None:
            seconds = business_seconds(fact.received_at, answered_at, self.calendar, self.working_time)
        asked_back = answered_at is not None and fact.answered_by == ASKED_BACK
        for tally in (self.total, *(self.parts[name][_value(fact, name)] for name in PARTS)):
            tally.promise(stands, seconds, asked_back=asked_back)
        if fact.kind == CONSULTA:
            self.consultas[fact.office].promise(stands, seconds, asked_back=asked_back)
        if stands == "broken":
            self.late[fact.cause].append(self._lateness(fact, answered_at))

    def _lateness(self, fact: PromiseFact, answered_at: datetime | None) -> int | None:
        last = fact.last_second_at or fact.broken_at
        if answered_at is None or last is None:
            return None
        return max(0, business_seconds(last, answered_at, self.calendar, self.working_time))

    def _attention(self, fact: AttentionFact) -> None:
        for name in ATTENDED:
            self.attended[name][_value(fact, name)] += 1
        if fact.satisfaction is not None:
            self.scores[fact.channel].append(fact.satisfaction)

    def month_done(self) -> Month:
        """Return the month as counted so far."""
        parts = {
            f"by_{name}": {value: tally.figures() for value, tally in sorted(self.parts[name].items())}
            for name in PARTS
        }
        return Month(
            month=f"{self.year:04}-{self.month:02}",
            as_of=format_instant(self.as_of),
            calendar_version=self.calendar.version,
            total=self.total.figures(),
            crossed={
                name: {line: dict(sorted(found.items())) for line, found in sorted(self.crossed[name].items())}
                for name in CROSSED
            },
            writers=self._writers(),
            satisfaction={
                channel: Satisfaction(answers=len(scores), satisfied=sum(one >= SATISFIED_FROM for one in scores))
                for channel, scores in sorted(self.scores.items())
            },
            attentions={name: dict(sorted(self.attended[name].items())) for name in ATTENDED},
            consultas_by_office={office: tally.figures() for office, tally in sorted(self.consultas.items())},
            causes={
                cause: Broken(
                    promises=len(late),
                    answered=len(known := sorted(one for one in late if one is not None)),
                    owed=len(late) - len(known),
                    median_late_seconds=median(known),
                )
                for cause, late in sorted(self.late.items())
            },
            **parts,
        )

    def _writers(self) -> dict[str, Writers]:
        letters: Counter[str] = Counter()
        lines: defaultdict[str, set[str]] = defaultdict(set)
        for (line, writer), number in self.written.items():
            letters[writer] += number
            lines[line].add(writer)
        groups = {**{line: lines[line] for line in sorted(lines)}, "total": set(letters)}
        return {
            name: Writers(people=len(people), repeat=sum(letters[one] > 1 for one in people))
            for name, people in groups.items()
        }


def _value(fact: LetterFact | PromiseFact | AttentionFact, name: str) -> str:
    """Return a part's value as the word under which it is counted."""
    value = getattr(fact, name)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
