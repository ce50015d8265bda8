"""The indicators of a month, read from the journal alone.

What counts is what had been recorded by ``as_of``: a correction that came later, or a row changed by hand in any
other table, does not change the bytes of a past month.
"""

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby

from calendar_pe import Calendar
from calendar_pe.clock import at_lima, lima_date
from casework.desk import Desk
from sla.facts import SEVERAL, UNSAID, AttentionFact, LetterFact, PromiseFact, SurveyFact
from sla.indicators import Count, Fact, Month
from sla.promises import DayEnds, PromiseSettings
from tickets import chains, months
from tickets.chains import Entry

FROZEN_ON = 5
"""The business day of the following month at whose close a month's figures stand: the day of the management report."""

_LETTERS = ("opened", "follow_up", "quarantined", "recovered")
_JUDGED = ("opened", "recovered", "judged")
_ONE_DAY = timedelta(days=1)
_OUTCOME = {"answer": "answered", "referral": "referred", "ask_back": "asked_back"}
_UNDETERMINED = "und"  # ISO 639-2: a letter that nothing could read


def month(desk: Desk, year: int, number: int, as_of: datetime) -> Month:
    """Work out a month as it stood at ``as_of``. Raises CalendarRangeError beyond the calendar."""
    calendar = desk.calendar.as_known_on(lima_date(as_of) - _ONE_DAY)  # the day itself may still bring a row
    count = Count(year=year, month=number, as_of=as_of, calendar=calendar, working_time=desk.working_time)
    since = at_lima(date(year, number, 1)) - _ONE_DAY  # nothing is recorded before it arrives, but for two clocks
    with desk.store.read() as session:
        ids = chains.with_events(session, (*_LETTERS, "promised"), since=since, until=as_of)
        with closing(chains.entries(session, ids, until=as_of)) as told:
            for _, entries in groupby(told, lambda entry: entry.chain):
                case = _Case()
                for entry in entries:
                    case.take(entry)
                for fact in case.facts(desk.promises):
                    count.take(fact)
        for entry in chains.of_event(session, "survey_answered", since=since, until=as_of):
            count.take(_survey(entry))
        for entry in chains.of_event(session, "attention", since=since, until=as_of):
            count.take(_attention(entry))
    return count.month_done()


def frozen_at(year: int, number: int, calendar: Calendar) -> datetime:
    """Return when a month's figures stand: 17:00 of the fifth business day after it, as known when the month ended.

    Raises CalendarRangeError beyond the calendar.
    """
    following = _following(date(year, number, 1))
    known = calendar.as_known_on(following - _ONE_DAY)
    return at_lima(known.nth_business_day_of_month(following.year, following.month, FROZEN_ON), 17)


def stands_at(desk: Desk, year: int, number: int, now: datetime) -> datetime:
    """Return the instant as of which a month's figures stand.

    That is ``frozen_at``, but for a month that was over before this desk began: what it knows of it was all taken in
    later, so it stands now. Raises CalendarRangeError beyond the calendar.
    """
    at = frozen_at(year, number, desk.calendar)
    with desk.store.read() as session:
        return at if now <= at or months.began_by(session, at) else now


@dataclass(slots=True)
class _Promise:
    kind: str
    received_at: datetime
    due_at: datetime | None = None
    answered_at: datetime | None = None
    answered_by: str = ""
    broken_at: datetime | None = None
    voided_at: datetime | None = None
    cause: str = ""


@dataclass(slots=True)
class _Case:
    """One chain as it was recorded: its judgement, its letters by intake id, its promises by id."""

    line: int = 0
    kind: str = "consulta"
    language: str = _UNDETERMINED
    on_behalf: bool = False
    country: str = UNSAID
    channel: str = "email"
    office: str = ""
    writer: str = ""
    closed_as: str = ""
    letters: dict[object, datetime] = field(default_factory=dict)
    promises: dict[object, _Promise] = field(default_factory=dict)

    def take(self, entry: Entry) -> None:
        """Take in what one journal row says."""
        facts = entry.facts
        if entry.event in _LETTERS and "received_at" in facts:
            self.letters[facts.get("intake")] = _instant(facts["received_at"])
            self.closed_as = ""  # a letter opens an ended case again
        if entry.event in _JUDGED and "line" in facts:
            self._judge(facts)
        match entry.event:
            case "promised":
                due_at = _instant(facts["due_at"]) if "due_at" in facts else None
                self.promises[facts["promise"]] = _Promise(str(facts["kind"]), _instant(facts["received_at"]), due_at)
            case "closed":
                self.closed_as = str(facts.get("outcome", ""))
            case "reopened":
                self.closed_as = ""
        if (promise := self.promises.get(facts.get("promise"))) is not None:
            self._take_of(promise, entry)

    def _judge(self, facts: Mapping[str, object]) -> None:
        self.line, self.kind = int(str(facts["line"])), str(facts["kind"])
        self.on_behalf = bool(facts["on_behalf"])
        self.language = str(facts.get("language", self.language))
        self.channel = str(facts.get("channel", self.channel))
        self.office = str(facts.get("office", self.office))
        self.writer = str(facts.get("sender", self.writer))
        if "countries" in facts:
            named = str(facts["countries"]).split()
            self.country = UNSAID if not named else named[0] if len(named) == 1 else SEVERAL

    def _take_of(self, promise: _Promise, entry: Entry) -> None:
        facts = entry.facts
        match entry.event:
            case "promise_kept" | "promise_answered_late":
                promise.answered_at, promise.answered_by = _instant(facts["answered_at"]), str(facts["by"])
                if entry.event == "promise_kept":  # an uncertain letter, confirmed after the promise's end
                    promise.broken_at = None
            case "promise_moved":
                promise.due_at = _instant(facts["new_due_at"])
            case "promise_broken":
                promise.broken_at = _instant(facts["broken_at"])
            case "promise_void" if "moved_to" in facts:  # it goes on in another case, and is counted there
                del self.promises[facts["promise"]]
            case "promise_void":
                promise.voided_at = entry.at
            case "remediation_edited" | "remediation_closed":
                promise.cause = str(facts.get("cause", ""))

    def facts(self, settings: PromiseSettings) -> Iterator[Fact]:
        """Yield the case's letters and promises as facts."""
        outcome = self._outcome()
        for received_at in self.letters.values():
            yield LetterFact(
                received_at=received_at,
                line=self.line,
                kind=self.kind,
                language=self.language,
                on_behalf=self.on_behalf,
                country=self.country,
                channel=self.channel,
                office=self.office,
                outcome=outcome,
                writer=self.writer,
            )
        for promise in self.promises.values():
            yield PromiseFact(
                received_at=promise.received_at,
                line=self.line,
                kind=promise.kind,
                language=self.language,
                on_behalf=self.on_behalf,
                country=self.country,
                channel=self.channel,
                office=self.office,
                outcome=outcome,
                last_second_at=_last_second(promise.due_at, settings),
                answered_at=promise.answered_at,
                answered_by=promise.answered_by,
                broken_at=promise.broken_at,
                voided_at=promise.voided_at,
                cause=promise.cause,
            )

    def _outcome(self) -> str:
        """Return what became of the case: the word it was closed with, else how it was answered, or ``pending``."""
        if self.closed_as:
            return self.closed_as
        owed = [one for one in self.promises.values() if one.voided_at is None]
        if not owed or any(one.answered_at is None for one in owed):
            return "pending" if owed else "unpromised"
        return _OUTCOME.get(owed[-1].answered_by, owed[-1].answered_by)


def _survey(entry: Entry) -> SurveyFact:
    facts = entry.facts
    return SurveyFact(
        received_at=_instant(facts["received_at"]), score=int(str(facts["score"])), channel=str(facts["channel"])
    )


def _attention(entry: Entry) -> AttentionFact:
    facts = entry.facts
    score = facts.get("satisfaction")
    return AttentionFact(
        at=_instant(facts["attended_at"]),
        channel=str(facts["channel"]),
        line=int(str(facts["line"])),
        on_behalf=bool(facts["on_behalf"]),
        country=str(facts["country"]) or UNSAID,
        office=str(facts["office"]),
        outcome=str(facts["outcome"]),
        satisfaction=None if score is None else int(str(score)),
        age_band=str(facts["age_band"]),
        gender=str(facts["gender"]),
    )


def _last_second(due_at: datetime | None, settings: PromiseSettings) -> datetime | None:
    if due_at is None or settings.day_ends is not DayEnds.MIDNIGHT:
        return due_at
    return at_lima(lima_date(due_at), 23, 59, 59)


def _instant(text: object) -> datetime:
    return datetime.fromisoformat(str(text))


def _following(first_on: date) -> date:
    """Return the first day of the next month."""
    return (first_on + timedelta(days=31)).replace(day=1)
