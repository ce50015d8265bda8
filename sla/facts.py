"""What the journal tells of a month, as values that the indicators count."""

from dataclasses import dataclass
from datetime import datetime

SEVERAL, UNSAID = "several", "unsaid"
"""The country of a letter that names more than one, and of one that names none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFact:
    """What was judged of the case that a letter or a promise belongs to.

    ``country`` is an ISO 3166-1 code, ``SEVERAL`` or ``UNSAID``; ``outcome`` what became of the case.
    """

    received_at: datetime
    line: int
    kind: str
    language: str
    on_behalf: bool
    country: str = UNSAID
    channel: str = "email"
    office: str = ""
    outcome: str = "pending"


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterFact(CaseFact):
    """A letter that a person wrote to us; ``writer`` is a keyed hash of the person, "" when nobody knows."""

    writer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseFact(CaseFact):
    """The life of one promise.

    ``answered_at`` is the relay's acceptance of a person's first answer, ``answered_by`` how (``answer``,
    ``referral``, ``ask_back``); ``broken_at`` and ``voided_at`` are None when that did not happen. ``last_second_at``
    is the last instant at which an answer keeps it. ``cause`` is why it was broken, "" while nobody has said.
    """

    last_second_at: datetime | None = None
    answered_at: datetime | None = None
    answered_by: str = ""
    broken_at: datetime | None = None
    voided_at: datetime | None = None
    cause: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttentionFact:
    """An attention by telephone, in person or by video. What the person did not volunteer is None or ""."""

    at: datetime
    channel: str
    line: int
    on_behalf: bool
    country: str = ""
    office: str = ""
    outcome: str = ""
    satisfaction: int | None = None
    age_band: str = ""
    gender: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyFact:
    """One answer (1 to 5) to «¿qué tan satisfecho quedó?», by the channel of the attention that it is about."""

    received_at: datetime
    score: int
    channel: str = "email"


def state(promise: PromiseFact, as_of: datetime) -> str:
    """Return what a promise was at an instant: ``open``, ``kept``, ``broken`` or ``void``.

    A promise whose last second is over without an answer is broken, whether or not the watch has noticed.
    """
    if by(promise.voided_at, as_of):
        return "void"
    if by(promise.broken_at, as_of):
        return "broken"
    if by(promise.answered_at, as_of):
        return "kept"
    over = promise.last_second_at is not None and promise.last_second_at < as_of.replace(microsecond=0)
    return "broken" if over else "open"


def by(instant: datetime | None, as_of: datetime) -> datetime | None:
    """Return an instant that had come by ``as_of``, else None."""
    return instant if instant is not None and instant <= as_of else None
