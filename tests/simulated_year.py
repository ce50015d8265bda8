"""A year of the desk: letters at all hours, people who answer or do not, decrees, a week without the service.

The desk is the real one; only the relay is played, as one that accepts everything. Beside it, a diary is kept of what
happened in the world: when each letter came, what it was, when it was answered. The diary knows nothing of the desk.
"""

import heapq
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from itertools import count
from random import Random
from typing import Any

from freezegun import freeze_time

from calendar_pe import Effect, Row, Scope
from calendar_pe.clock import LIMA, now
from casework import attention, publication, recalendar, survey
from casework.added_days import effective_calendar
from casework.answer import answer
from casework.attention import Attended
from casework.classify import Judgement, judge
from casework.deliver import deliver
from casework.desk import Desk
from casework.receive import keep, process
from casework.sweep import sweep
from oversight.digest import send_digest
from oversight.report import prepare
from oversight.targets import ReportSettings
from replies.courier import RoundResult
from replies.parcel import Accepted, Parcel
from tests.desks import Clock, Judge, build, member, words
from tickets import cases
from tickets.intake import Arrival
from tickets.states import OutgoingKind, Role
from tickets.store import Store
from triage import Text, Verdict

START = datetime(2026, 1, 5, tzinfo=LIMA)
END = datetime(2027, 1, 12, tzinfo=LIMA)
OUTAGE = (datetime(2026, 9, 7, 12, tzinfo=LIMA), datetime(2026, 9, 14, 12, tzinfo=LIMA))
DECREES = (  # learned, and the day that it closes
    (datetime(2026, 6, 18, 11, tzinfo=LIMA), date(2026, 6, 19)),
    (datetime(2026, 12, 23, 16, tzinfo=LIMA), date(2026, 12, 24)),
)
ROUND = timedelta(minutes=30)
"""How often the service looks for letters."""
SETTINGS = ReportSettings(carta_version="5")
UNSAID = ["0", "consulta", "es", "yo"]
COUNTRIES = ("CL", "AR", "ES", "IT", "US", "CO", "VE", "EC", "BO", "JP")


@dataclass(slots=True)
class Consulta:
    """One letter in the world, and what became of it."""

    number: int
    writer: str
    received: datetime
    line: int
    kind: str
    language: str
    behalf: bool
    countries: tuple[str, ...]
    follows: int | None = None  # the letter whose case it belongs to
    taken: datetime | None = None  # when the service took it in


@dataclass(slots=True)
class Diary:
    """What happened in the world, in the simulation's own words."""

    letters: list[Consulta] = field(default_factory=list)
    judged: list[tuple[datetime, int, int, str]] = field(default_factory=list)  # when, which case, line, kind
    answers: list[tuple[datetime, int, str]] = field(default_factory=list)  # when, which case, how
    scores: list[tuple[datetime, str, int]] = field(default_factory=list)
    attended: list[tuple[datetime, str, int]] = field(default_factory=list)


class Reader(Judge):
    """Takes everything from the words of the letter: «3 consulta pt otro CL AR»."""

    def judge(self, texts: Sequence[Text]) -> list[Verdict]:
        said = super().judge(texts)
        return [self._one(one, text.body.split() or UNSAID) for one, text in zip(said, texts, strict=True)]

    def _one(self, said: Verdict, words: list[str]) -> Verdict:
        return replace(
            said,
            line=int(words[0]),
            kind=words[1],
            language=words[2],
            on_behalf=words[3] == "otro",
            countries=tuple(sorted(words[4:])),
        )


class Relay:
    """A courier whose relay accepts every letter at once."""

    def run(
        self,
        claim: Callable[[int], Sequence[Parcel]],
        on_outcome: Callable[[Parcel, Any], None],
        *,
        stop: Callable[[], bool],
        at: Callable[[str], None],
    ) -> RoundResult:
        sent = 0
        while parcels := claim(20):
            for parcel in parcels:
                on_outcome(parcel, Accepted("250 OK"))
                sent += 1
        return RoundResult(accepted=sent)


@dataclass
class Year:
    """The desk and the world around it, event by event."""

    store: Store
    letters: int
    seed: int = 2026
    digest_months: frozenset[int] = frozenset(range(1, 13))
    """The months in whose mornings the digest is asked for; each one draws a chart."""
    digest_hours: tuple[time, ...] = (time(8, 20),)
    """The hours at which it is asked for."""
    unanswered: float = 0.03
    """The share of letters that nobody ever answers."""
    published_months: frozenset[int] = frozenset()
    """The months whose figures are made public as soon as they stand."""
    diary: Diary = field(default_factory=Diary)
    digests: list[datetime] = field(default_factory=list)
    public: dict[date, datetime] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.chance = Random(self.seed)
        self.desk: Desk = replace(
            build(self.store, Clock(), survey=True, acknowledge=False, automatic_per_address=99, batch_letters=200),
            classifier=Reader,
            clock=now,
        )
        self.events: list[tuple[datetime, int, Callable[[], None]]] = []
        self.order = count()
        self.waiting: list[tuple[Consulta | None, bytes, datetime]] = []
        self.reference: dict[int, str] = {}

    def live(self) -> None:
        """Go through the year."""
        with freeze_time(START) as frozen:
            self.actors = {role: member(self.desk, role) for role in (Role.CONSULTANT, Role.SUPERVISOR)}
            self._plan()
            while self.events:
                at, _, happen = heapq.heappop(self.events)
                frozen.move_to(max(at, now()))
                happen()

    def at(self, when: datetime, happen: Callable[[], None]) -> None:
        heapq.heappush(self.events, (when, next(self.order), happen))

    def _plan(self) -> None:
        minutes = int((datetime(2027, 1, 1, tzinfo=LIMA) - START).total_seconds() // 60)
        moments = sorted(self.chance.sample(range(minutes), self.letters))
        for number, minute in enumerate(moments):
            when = START + timedelta(minutes=minute, seconds=self.chance.randrange(60))
            self.at(when, lambda number=number, when=when: self._write(number, when))
        for learned, day in DECREES:
            self.at(learned, lambda day=day: self._decree(day))
        for day in _days(START, END):
            for hour in self.digest_hours:
                self.at(datetime.combine(day, hour, LIMA), self._morning)
            for hour in (time(9), time(17, 0, 1)):
                self.at(datetime.combine(day, hour, LIMA), self._sweep)
            if self.chance.random() < 0.5:
                when = datetime.combine(day, time(self.chance.randrange(9, 16), 30), LIMA)
                self.at(when, lambda when=when: self._attend(when))
        for number in range(1, 13):
            year, month = (2026, number + 1) if number < 12 else (2027, 1)
            self.at(datetime(year, month, 11, 12, tzinfo=LIMA), lambda number=number: self._report(number))

    # what people do

    def _write(self, number: int, when: datetime) -> None:
        chance = self.chance
        writer = f"p{chance.randrange(int(self.letters * 0.8) + 1)}"
        earlier = [one for one in self.diary.letters[-40:] if one.follows is None and one.number in self.reference]
        follows = chance.choice(earlier) if earlier and chance.random() < 0.08 else None
        letter = Consulta(
            number=number,
            writer=follows.writer if follows else writer,
            received=when,
            line=chance.choices((0, 1, 2, 3, 4, 5), (4, 40, 25, 18, 2, 11))[0],
            kind="consulta",
            language=chance.choices(("es", "en", "pt", "qu"), (92, 5, 2, 1))[0],
            behalf=chance.random() < 0.4,
            countries=tuple(sorted(set(chance.choices(COUNTRIES, range(10, 0, -1), k=number % 3)))),
            follows=follows.number if follows else None,
        )
        self.diary.letters.append(letter)
        behalf = "otro" if letter.behalf else "yo"
        body = " ".join((str(letter.line), letter.kind, letter.language, behalf, *letter.countries))
        thread = ""
        if follows:
            tag = self.desk.signer.tag(self.reference[follows.number])
            thread = f"Subject: Re: {tag}\r\n"
        head = f"From: {letter.writer}@example.org\r\nMessage-ID: <{number}@example.org>\r\n{thread}"
        self._send(when, f"{head}\r\n{body}\r\n".encode(), letter)

    def _send(self, when: datetime, raw: bytes, letter: Consulta | None) -> None:
        self.waiting.append((letter, raw, when))
        self.at(_next_round(when), self._take_in)

    def _decide(self, letter: Consulta) -> None:
        """What a consultant will do with a letter: when to answer it and how, or nothing at all."""
        chance = self.chance
        away = OUTAGE[0] - timedelta(days=3) < letter.received < OUTAGE[1]
        if letter.follows is None and not away and chance.random() < 0.05:
            when = now() + timedelta(minutes=chance.randrange(5, 120))
            kind = chance.choice(("sugerencia", "reclamo", "agradecimiento", "consulta"))
            self.at(when, lambda: self._judge(letter, chance.randrange(1, 6), kind))
        if chance.random() < self.unanswered:
            return  # nobody ever answers
        hours = chance.choices((2, 6, 20, 30, 60, 200), (30, 30, 20, 10, 7, 3))[0] * chance.uniform(0.3, 1.2)
        when = now() + timedelta(hours=hours)
        if OUTAGE[0] <= when < OUTAGE[1]:
            when = OUTAGE[1] + timedelta(hours=chance.uniform(0.5, 8))
        how = chance.choices(("answer", "referral", "ask_back"), (80, 10, 10))[0]
        self.at(when, lambda: self._answer(letter, how))

    def _judge(self, letter: Consulta, line: int, kind: str) -> None:
        judge(self.desk, self.actors[Role.CONSULTANT], self.reference[letter.number], Judgement(line=line, kind=kind))
        self.diary.judged.append((now(), letter.number, line, kind))

    def _answer(self, letter: Consulta, how: str) -> None:
        reference = self.reference[letter.number]
        answer(self.desk, self.actors[Role.CONSULTANT], reference, words(), kind=OutgoingKind(how), send_now=True)
        self._deliver()
        self.diary.answers.append((now(), letter.number if letter.follows is None else letter.follows, how))
        if how != "ask_back" and self.chance.random() < 0.3:
            when = now() + timedelta(days=self.chance.uniform(3, 12))
            self.at(when, lambda: self._rate(reference))

    def _rate(self, reference: str) -> None:
        """Send the survey back, if it has come."""
        with self.store.read() as session:
            from tickets import outgoing

            asked = outgoing.survey_of(session, cases.find(session, reference).id or 0)
        if asked is None or asked.state != "sent" or any(one[1] == reference for one in self.diary.scores):
            return
        score = self.chance.choices((1, 2, 3, 4, 5), (1, 1, 2, 30, 66))[0]
        when = now()
        self.diary.scores.append((when, reference, score))
        subject = f"Encuesta {survey.token(self.desk.signer, reference)} {score}"
        head = f"From: x@example.org\r\nMessage-ID: <e{reference}@example.org>\r\nSubject: {subject}\r\n"
        self._send(when, f"{head}\r\n".encode(), None)

    def _attend(self, when: datetime) -> None:
        """Register an attention at the counter or by telephone."""
        channel = self.chance.choice(("telephone", "in_person"))
        score = self.chance.choices((None, 3, 4, 5), (50, 2, 18, 30))[0]
        line = self.chance.randrange(1, 6)
        attended = Attended(channel=channel, line=line, outcome="oriented", country="CL", satisfaction=score)
        attention.register(self.desk, self.actors[Role.CONSULTANT], attended)
        self.diary.attended.append((when, channel, line))
        if score is not None:
            self.diary.scores.append((when, channel, score))

    # what the service does

    def _take_in(self) -> None:
        """One round of the service: letters in, letters out. Nothing happens while it is down."""
        if OUTAGE[0] <= now() < OUTAGE[1]:
            self.at(OUTAGE[1], self._take_in)
            return
        if not self.waiting:
            return
        batch, self.waiting = self.waiting, []
        self._calendar()
        keep(
            self.desk,
            [
                Arrival(mailbox="m", uidvalidity=1, uid=next(self.order), body=raw, size=len(raw), arrived_at=when)
                for _, raw, when in batch
            ],
        )
        process(self.desk)
        fresh = [letter for letter, *_ in batch if letter is not None]
        opened = [letter for letter in fresh if letter.follows is None]
        with self.store.read() as session:
            newest = cases.recent(session, limit=len(opened)) if opened else []
            for letter, ticket in zip(opened, newest, strict=True):
                self.reference[letter.number] = ticket.reference
        for letter in fresh:
            letter.taken = now()
            if letter.follows is not None:
                self.reference[letter.number] = self.reference[letter.follows]
            self._decide(letter)

    def _deliver(self) -> None:
        deliver(self.desk, Relay(), owner="relé")  # type: ignore[arg-type]

    def _calendar(self) -> None:
        with self.store.read() as session:
            self.desk = replace(self.desk, calendar=effective_calendar(session, self.desk.calendar))

    def _sweep(self) -> None:
        if not OUTAGE[0] <= now() < OUTAGE[1]:
            self._calendar()
            sweep(self.desk)
            self._deliver()

    def _morning(self) -> None:
        if not OUTAGE[0] <= now() < OUTAGE[1] and now().month in self.digest_months:
            self._calendar()
            if send_digest(self.desk):
                self.digests.append(now())

    def _decree(self, day: date) -> None:
        basis = f"DS {day:%m%d}-2026-PCM"
        row = Row(
            date=day, scope=Scope.PUBLIC_SECTOR, effect=Effect.NONWORKING, name="Día no laborable", legal_basis=basis
        )
        recalendar.add(self.desk, self.actors[Role.SUPERVISOR], row)
        self._calendar()

    def _report(self, number: int) -> None:
        self._calendar()
        prepare(self.desk, lambda: self.actors[Role.SUPERVISOR], f"2026-{number:02}", SETTINGS)
        if number in self.published_months:
            publication.publish(self.desk, self.actors[Role.SUPERVISOR], f"2026-{number:02}")
            self.public[date(2026, number, 1)] = now()


def _days(start: datetime, end: datetime) -> Iterator[date]:
    day = start.date()
    while day <= end.date():
        yield day
        day += timedelta(days=1)


def _next_round(when: datetime) -> datetime:
    since = (when - START) // ROUND + 1
    return START + since * ROUND
