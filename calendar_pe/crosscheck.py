"""A second opinion on the national holidays: the PyPI package ``holidays``, compared day by day."""

import datetime as dt
from dataclasses import dataclass

from calendar_pe.days import Calendar
from calendar_pe.rows import Effect, Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A day that one side calls a national holiday and the other does not.

    ``ours`` and ``theirs`` are the names ("" on the side that has none); ``explanation`` is the row of ours that
    explains it, "" when nobody has looked at it yet.
    """

    date: dt.date
    ours: str
    theirs: str
    explanation: str

    @property
    def explained(self) -> bool:
        """Whether the calendar data accounts for the difference."""
        return bool(self.explanation)


def differences(calendar: Calendar, year: int) -> tuple[Difference, ...]:
    """Compare the national holidays of a year with the package ``holidays``, by date.

    The package knows no public-sector or Lima day, so only the national scope is compared. Its names follow the
    machine's locale unless a language is given.
    """
    from holidays import country_holidays  # slow to load, and only the comparison needs it

    theirs = {day: str(name) for day, name in country_holidays("PE", years=year, language="es").items()}
    rows = [row for row in calendar.known_rows if row.scope is Scope.NATIONAL and row.date.year == year]
    ours = {row.date: row.name for row in rows if row.effect is Effect.NONWORKING}
    explanations = {row.date: f"{row.name}: {row.note or row.legal_basis}" for row in rows if row.effect is Effect.INFO}
    return tuple(
        Difference(
            date=day,
            ours=ours.get(day, ""),
            theirs=theirs.get(day, ""),
            explanation=explanations.get(day, ""),
        )
        for day in sorted(ours.keys() ^ theirs.keys())
    )
