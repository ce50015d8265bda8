"""National holidays by their own rules: a fixed date or a distance from Easter, from the first year observed."""

from dataclasses import dataclass
from datetime import date, timedelta

from calendar_pe.rows import Effect, Row, Scope


def easter_sunday(year: int) -> date:
    """Return Easter Sunday of the Gregorian calendar (the anonymous algorithm; Meeus, Astronomical Algorithms, 8)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    f = (b + 8) // 25
    g = (b - f + 1) // 3
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One national holiday: ``month`` and ``day``, or ``easter`` days from Easter Sunday; ``since`` its first year."""

    name: str
    legal_basis: str
    month: int = 0
    day: int = 0
    easter: int | None = None
    since: int = 0
    effect: Effect = Effect.NONWORKING
    published_on: date | None = None
    source: str = ""
    note: str = ""

    def in_year(self, year: int) -> Row | None:
        """Return the row of that year, or None before the first year in which it is observed."""
        if year < self.since:
            return None
        on = (
            date(year, self.month, self.day)
            if self.easter is None
            else easter_sunday(year) + timedelta(days=self.easter)
        )
        return Row(
            id=f"nacional-{on}" if self.effect is Effect.NONWORKING else f"info-{on}",
            date=on,
            scope=Scope.NATIONAL,
            effect=self.effect,
            territory="Perú",
            name=self.name,
            legal_basis=self.legal_basis,
            published_on=self.published_on,
            source=self.source,
            note=self.note,
        )
