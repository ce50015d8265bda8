"""The table of promises: how many business days each kind of letter is owed, and how they are read."""

from dataclasses import dataclass
from datetime import time, timedelta
from enum import StrEnum


class Kind(StrEnum):
    """The kinds of letter that carry a promise (Carta de Servicios)."""

    CONSULTA = "consulta"
    SUGERENCIA = "sugerencia"
    RECLAMO = "reclamo"


class Reading(StrEnum):
    """How «a lo más 1 día hábil; después de las 5 p. m., desde el siguiente día hábil» is counted.

    ``deemed-receipt``: a late letter counts as received on the next business day, and the count begins after it.
    ``same-day``: that effective day is itself the first day. ``plain``: the count begins after the day of arrival.
    """

    DEEMED_RECEIPT = "deemed-receipt"
    SAME_DAY = "same-day"
    PLAIN = "plain"


class DayEnds(StrEnum):
    """When the last day of a promise is over: at the closing hour, or at midnight (Ley 27444, art. 140.1)."""

    CLOSING = "closing"
    MIDNIGHT = "midnight"


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """What one kind is owed: ``business_days`` from 1 up, and whether the daily cutoff and the reading apply."""

    kind: Kind
    business_days: int
    cutoff: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseSettings:
    """How promises are counted and when they are at risk.

    ``cutoff`` is the last second of the day, Lima time, at which a letter still counts as received that day;
    ``closing`` the hour of the due day at which the answer is owed; ``warn_before`` the working time before
    ``target_at`` at which the desk is warned. Raises ValueError when a value cannot be meant.
    """

    reading: Reading = Reading.DEEMED_RECEIPT
    cutoff: time = time(17, 0, 0)
    closing: time = time(17, 0, 0)
    day_ends: DayEnds = DayEnds.CLOSING
    warn_before: timedelta = timedelta(hours=2)
    terms: tuple[Term, ...] = (
        Term(kind=Kind.CONSULTA, business_days=1, cutoff=True),
        Term(kind=Kind.SUGERENCIA, business_days=7),
        Term(kind=Kind.RECLAMO, business_days=30),
    )

    def __post_init__(self) -> None:
        object.__setattr__(self, "reading", Reading(self.reading))
        object.__setattr__(self, "day_ends", DayEnds(self.day_ends))
        if sorted(term.kind for term in self.terms) != sorted(Kind):
            raise ValueError("the table of promises names each kind exactly once")
        if any(term.business_days < 1 for term in self.terms):
            raise ValueError("a promise is at least one business day long")
        if any(moment.microsecond or moment.tzinfo for moment in (self.cutoff, self.closing)):
            raise ValueError("cutoff and closing are whole seconds of the Lima day")
        if self.warn_before < timedelta(0):
            raise ValueError("a warning comes before its hour")

    def term(self, kind: Kind) -> Term:
        """Return what that kind is owed."""
        return next(term for term in self.terms if term.kind == kind)


def parse_kind(text: str) -> Kind:
    """Read the word for a kind. Raises ValueError, in words for whoever typed it, when it is none of them."""
    try:
        return Kind(text.strip())
    except ValueError:
        raise ValueError(f"«{text[:40]}» no es ninguno de: {', '.join(Kind)}") from None
