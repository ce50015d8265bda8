"""The indicators of a month, read from the journal alone.

What counts is what had been recorded by ``as_of``: a correction that came later, or a row changed by hand in any
other table, does not change the bytes of a past month.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby

from calendar_pe import Calendar
from calendar_pe.clock import at_lima, lima_date
from casework.desk import Desk
from sla.indicators import LetterFact, Month, PromiseFact, indicators
from tickets import chains
from tickets.chains import Entry
from tickets.store import Session

FROZEN_ON = 5
"""The business day of the following month at whose close a month's figures stand: the day of the management report."""

_LETTERS = ("opened", "follow_up", "quarantined", "recovered")
_JUDGED = ("opened", "recovered", "judged")
_ONE_DAY = timedelta(days=1)
_UNDETERMINED = "und"  # ISO 639-2: a letter that nothing could read


def month(desk: Desk, year: int, number: int, as_of: datetime) -> Month:
    """Work out a month as it stood at ``as_of``. Raises CalendarRangeError beyond the calendar."""
    letters: list[LetterFact] = []
    promises: list[PromiseFact] = []
    with desk.store.read() as session:
        for case in _cases(session, year, number, as_of):
            letters += case.letter_facts()
            promises += case.promise_facts()
    calendar = desk.calendar.as_known_on(lima_date(as_of) - _ONE_DAY)  # the day itself may still bring a row
    return indicators(year, number, letters, promises, as_of, calendar, desk.working_time)


def frozen_at(year: int, number: int, calendar: Calendar) -> datetime:
    """Return when a month's figures stand: 17:00 of the fifth business day after it, as known when the month ended.

    Raises CalendarRangeError beyond the calendar.
    """
    following = _following(date(year, number, 1))
    known = calendar.as_known_on(following - _ONE_DAY)
    return at_lima(known.nth_business_day_of_month(following.year, following.month, FROZEN_ON), 17)


@dataclass(slots=True)
class _Promise:
    kind: str
    received_at: datetime
    answered_at: datetime | None = None
    answered_by: str = ""
    broken_at: datetime | None = None
    voided_at: datetime | None = None


@dataclass(slots=True)
class _Case:
    """One chain as it was recorded: its judgement, its letters by intake id, its promises by id."""

    line: int = 0
    kind: str = "consulta"
    language: str = _UNDETERMINED
    on_behalf: bool = False
    letters: dict[object, datetime] = field(default_factory=dict)
    promises: dict[object, _Promise] = field(default_factory=dict)

    def take(self, entry: Entry) -> None:
        """Take in what one journal row says."""
        facts = entry.facts
        if entry.event in _LETTERS and "received_at" in facts:
            self.letters[facts.get("intake")] = _instant(facts["received_at"])
        if entry.event in _JUDGED and "line" in facts:
            self.line, self.kind = int(str(facts["line"])), str(facts["kind"])
            self.on_behalf = bool(facts["on_behalf"])
            self.language = str(facts.get("language", self.language))
        if entry.event == "promised":
            self.promises[facts["promise"]] = _Promise(str(facts["kind"]), _instant(facts["received_at"]))
        promise = self.promises.get(facts.get("promise"))
        if promise is None:
            return
        match entry.event:
            case "promise_kept" | "promise_answered_late":
                promise.answered_at, promise.answered_by = _instant(facts["answered_at"]), str(facts["by"])
                if entry.event == "promise_kept":  # an uncertain letter, confirmed after the promise's end
                    promise.broken_at = None
            case "promise_broken":
                promise.broken_at = _instant(facts["broken_at"])
            case "promise_void":
                promise.voided_at = entry.at

    def letter_facts(self) -> Iterator[LetterFact]:
        for received_at in self.letters.values():
            yield LetterFact(
                received_at=received_at,
                line=self.line,
                kind=self.kind,
                language=self.language,
                on_behalf=self.on_behalf,
            )

    def promise_facts(self) -> Iterator[PromiseFact]:
        for promise in self.promises.values():
            yield PromiseFact(
                received_at=promise.received_at,
                line=self.line,
                kind=promise.kind,
                language=self.language,
                on_behalf=self.on_behalf,
                answered_at=promise.answered_at,
                answered_by=promise.answered_by,
                broken_at=promise.broken_at,
                voided_at=promise.voided_at,
            )


def _cases(session: Session, year: int, number: int, as_of: datetime) -> Iterator[_Case]:
    """Yield the cases that may have letters or promises of the month.

    Nothing is recorded before it arrives, but for what the clocks of two machines differ.
    """
    since = at_lima(date(year, number, 1)) - _ONE_DAY
    ids = chains.with_events(session, (*_LETTERS, "promised"), since=since, until=as_of)
    for _, entries in groupby(chains.entries(session, ids, until=as_of), lambda entry: entry.chain):
        case = _Case()
        for entry in entries:
            case.take(entry)
        yield case


def _instant(text: object) -> datetime:
    return datetime.fromisoformat(str(text))


def _following(first_on: date) -> date:
    """Return the first day of the next month."""
    return (first_on + timedelta(days=31)).replace(day=1)
