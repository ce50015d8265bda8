"""Counting letters and promises as they pass by: nothing is kept of them but numbers."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What is counted for a month or a part of it.

    ``letters`` arrived in it; ``promises`` began in it, each ``kept``, ``broken``, ``open`` or ``void``.
    ``kept_by_ask_back`` is the part of ``kept`` that was kept by asking back, ``decided_by_ask_back`` that of kept
    and broken together. The percentages are of the promises decided (kept or broken), with one decimal, None when
    there are none; the second leaves every ask-back out of both sides. Times are working seconds from arrival to the
    first answer, late ones included and ask-backs apart: the median, and the 90th percentile by nearest rank.
    """

    letters: int
    promises: int
    kept: int
    kept_by_ask_back: int
    decided_by_ask_back: int
    broken: int
    open: int
    void: int
    within_percent: str | None
    answered_within_percent: str | None
    answered: int
    asked_back: int
    median_seconds: int | None
    p90_seconds: int | None
    ask_back_median_seconds: int | None
    ask_back_p90_seconds: int | None

    @property
    def decided(self) -> int:
        """The promises that were kept or broken."""
        return self.kept + self.broken


def _seconds() -> "array[int]":
    return array("q")


@dataclass(slots=True)
class Tally:
    """Figures in the making."""

    letters: int = 0
    kept: int = 0
    broken: int = 0
    open: int = 0
    void: int = 0
    asked_kept: int = 0
    asked_decided: int = 0
    answers: "array[int]" = field(default_factory=_seconds)
    ask_backs: "array[int]" = field(default_factory=_seconds)

    def promise(self, state: str, seconds: int | None, *, asked_back: bool) -> None:
        """Count one promise; ``seconds`` of working time is None when nobody has answered."""
        setattr(self, state, getattr(self, state) + 1)
        self.asked_kept += asked_back and state == "kept"
        self.asked_decided += asked_back and state in ("kept", "broken")
        if seconds is not None and state != "void":
            (self.ask_backs if asked_back else self.answers).append(seconds)

    def figures(self) -> Figures:
        """Return what was counted."""
        decided = self.kept + self.broken
        answers, ask_backs = sorted(self.answers), sorted(self.ask_backs)
        return Figures(
            letters=self.letters,
            promises=decided + self.open + self.void,
            kept=self.kept,
            kept_by_ask_back=self.asked_kept,
            decided_by_ask_back=self.asked_decided,
            broken=self.broken,
            open=self.open,
            void=self.void,
            within_percent=percent(self.kept, decided),
            answered_within_percent=percent(self.kept - self.asked_kept, decided - self.asked_decided),
            answered=len(answers),
            asked_back=len(ask_backs),
            median_seconds=median(answers),
            p90_seconds=nearest_rank(answers, 90),
            ask_back_median_seconds=median(ask_backs),
            ask_back_p90_seconds=nearest_rank(ask_backs, 90),
        )


def percent(part: int, whole: int) -> str | None:
    """Return a percentage with one decimal, halves up, as text; None of nothing."""
    if not whole:
        return None
    return str((Decimal(part) * 100 / Decimal(whole)).quantize(Decimal("0.1"), ROUND_HALF_UP))


def median(ordered: Sequence[int]) -> int | None:
    """Return the median of ordered values in whole units, halves up; None of nothing."""
    if not ordered:
        return None
    return (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2] + 1) // 2


def nearest_rank(ordered: Sequence[int], per_cent: int) -> int | None:
    """Return the smallest of ordered values that at least so many per cent do not exceed; None of nothing."""
    return ordered[-(-len(ordered) * per_cent // 100) - 1] if ordered else None
