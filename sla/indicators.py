"""The monthly indicators, worked out from what the journal says and from nothing else.

Facts after ``as_of`` are not looked at, so a past month worked out again gives the same bytes.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from calendar_pe import Calendar
from calendar_pe.clock import format_instant, lima_date
from sla.working_time import WorkingTimeSettings, business_seconds

ASKED_BACK = "ask_back"


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterFact:
    """A letter that a person wrote to us, as the journal has it."""

    received_at: datetime
    line: int
    kind: str
    language: str
    on_behalf: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseFact:
    """The life of one promise, as the journal has it.

    ``answered_at`` is the relay's acceptance of a person's first answer, ``answered_by`` how (``answer``,
    ``referral``, ``ask_back``); ``broken_at`` and ``voided_at`` are None when that did not happen.
    """

    received_at: datetime
    line: int
    kind: str
    language: str
    on_behalf: bool
    answered_at: datetime | None = None
    answered_by: str = ""
    broken_at: datetime | None = None
    voided_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What is counted for a month or a part of it.

    ``letters`` arrived in it; ``promises`` began in it, each ``kept``, ``broken``, ``open`` or ``void`` at ``as_of``.
    ``kept_by_ask_back`` is the part of ``kept`` that was kept by asking back. The percentages are of the promises
    decided (kept or broken), with one decimal, None when there are none; the second leaves every ask-back out of
    both sides. Times are working seconds from arrival to the first answer, late ones included and ask-backs apart:
    the median, and the 95th percentile by nearest rank.
    """

    letters: int
    promises: int
    kept: int
    kept_by_ask_back: int
    broken: int
    open: int
    void: int
    within_percent: str | None
    answered_within_percent: str | None
    answered: int
    asked_back: int
    median_seconds: int | None
    p95_seconds: int | None
    ask_back_median_seconds: int | None
    ask_back_p95_seconds: int | None


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


Fact = LetterFact | PromiseFact


def indicators(
    year: int,
    month: int,
    letters: Iterable[LetterFact],
    promises: Iterable[PromiseFact],
    as_of: datetime,
    calendar: Calendar,
    working_time: WorkingTimeSettings,
) -> Month:
    """Work out a month. Letters and promises of other months are passed over; a month is that of Lima.

    Working time is counted with the calendar as it was known on the day of ``as_of``.
    """
    known = calendar.as_known_on(lima_date(as_of))

    def belongs(fact: Fact) -> bool:
        on = lima_date(fact.received_at)
        return (on.year, on.month) == (year, month) and fact.received_at <= as_of

    ours = [letter for letter in letters if belongs(letter)]
    begun = [promise for promise in promises if belongs(promise)]

    def parts(key: Callable[[Fact], str]) -> dict[str, Figures]:
        facts: list[Fact] = [*ours, *begun]
        values = sorted({key(fact) for fact in facts})
        return {
            value: _figures(
                [letter for letter in ours if key(letter) == value],
                [promise for promise in begun if key(promise) == value],
                as_of,
                known,
                working_time,
            )
            for value in values
        }

    return Month(
        month=f"{year:04}-{month:02}",
        as_of=format_instant(as_of),
        calendar_version=known.version,
        total=_figures(ours, begun, as_of, known, working_time),
        by_line=parts(lambda fact: str(fact.line)),
        by_kind=parts(lambda fact: fact.kind),
        by_language=parts(lambda fact: fact.language),
        by_on_behalf=parts(lambda fact: "yes" if fact.on_behalf else "no"),
    )


def to_json(month: Month) -> bytes:
    """Write the indicators as JSON: the same facts give the same bytes on every machine."""
    return (json.dumps(asdict(month), ensure_ascii=False, sort_keys=True, indent=2) + "\n").encode()


def _figures(
    letters: Sequence[LetterFact],
    promises: Sequence[PromiseFact],
    as_of: datetime,
    calendar: Calendar,
    working_time: WorkingTimeSettings,
) -> Figures:
    counts = dict.fromkeys(("kept", "broken", "open", "void"), 0)
    asked_kept = asked_decided = 0
    answers: list[int] = []
    ask_backs: list[int] = []
    for promise in promises:
        answered_at = _by(promise.answered_at, as_of)
        asked_back = answered_at is not None and promise.answered_by == ASKED_BACK
        state = _state(promise, as_of)
        counts[state] += 1
        asked_kept += asked_back and state == "kept"
        asked_decided += asked_back and state in ("kept", "broken")
        if answered_at is not None and state != "void":
            seconds = business_seconds(promise.received_at, answered_at, calendar, working_time)
            (ask_backs if asked_back else answers).append(seconds)
    decided = counts["kept"] + counts["broken"]
    return Figures(
        letters=len(letters),
        promises=len(promises),
        **counts,
        kept_by_ask_back=asked_kept,
        within_percent=_percent(counts["kept"], decided),
        answered_within_percent=_percent(counts["kept"] - asked_kept, decided - asked_decided),
        answered=len(answers),
        asked_back=len(ask_backs),
        median_seconds=_median(answers),
        p95_seconds=_nearest_rank(answers, 95),
        ask_back_median_seconds=_median(ask_backs),
        ask_back_p95_seconds=_nearest_rank(ask_backs, 95),
    )


def _by(instant: datetime | None, as_of: datetime) -> datetime | None:
    return instant if instant is not None and instant <= as_of else None


def _state(promise: PromiseFact, as_of: datetime) -> str:
    if _by(promise.voided_at, as_of):
        return "void"
    if _by(promise.broken_at, as_of):
        return "broken"
    return "kept" if _by(promise.answered_at, as_of) else "open"


def _percent(part: int, whole: int) -> str | None:
    """Return a percentage with one decimal, halves up, as text; None of nothing."""
    if not whole:
        return None
    return str((Decimal(part) * 100 / Decimal(whole)).quantize(Decimal("0.1"), ROUND_HALF_UP))


def _median(values: Sequence[int]) -> int | None:
    """Return the median in whole seconds, halves up."""
    if not values:
        return None
    ordered = sorted(values)
    return (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2] + 1) // 2


def _nearest_rank(values: Sequence[int], percent: int) -> int | None:
    """Return the smallest value that at least ``percent`` of them do not exceed."""
    return sorted(values)[-(-len(values) * percent // 100) - 1] if values else None
