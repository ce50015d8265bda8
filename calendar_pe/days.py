"""The working calendar itself: which days count, why the others do not, and the n-th one from here."""

import hashlib
import json
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property

from calendar_pe.clock import lima_date
from calendar_pe.national import Rule
from calendar_pe.rows import Effect, Row, Scope, canonical

MONDAY_TO_FRIDAY = frozenset(range(5))
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_DAY_NAMES = ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo")
_CLOSED = {
    Scope.NATIONAL: "feriado nacional",
    Scope.PUBLIC_SECTOR: "no laborable",
    Scope.LIMA: "no laborable",
    Scope.ENTITY: "sin atención",
}


class CalendarRangeError(ValueError):
    """A date outside the reviewed calendar was asked for; there is no such thing as a year without holidays."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Calendar:
    """The days on which the service works, from ``first_on`` to ``last_on``; every other date is an error.

    A day counts when its weekday is in ``weekdays`` and no row closes it. Of several rows on a day the narrower scope
    wins (entity, lima, public_sector, national), within a scope the one known last. A row never opens a day outside
    ``weekdays``. A half day counts as a day, but no term ends on it (Ley 27444, art. 134.2): see ``closing_day``.
    """

    first_on: date
    last_on: date
    reviewed_through: date
    reviewed_on: date
    provisional_from: date
    rules: tuple[Rule, ...] = ()
    rows: tuple[Row, ...] = ()
    weekdays: frozenset[int] = MONDAY_TO_FRIDAY
    known_on: date | None = None

    def with_rows(self, rows: Iterable[Row], known_at: datetime | None = None) -> "Calendar":
        """Return this calendar with more dated rows; ``known_at`` fills in for rows that do not say it."""
        added = tuple(replace(row, known_at=known_at) if row.known_at is None else row for row in rows)
        return replace(self, rows=self.rows + added)

    def as_known_on(self, day: date) -> "Calendar":
        """Return the calendar as it was known at the end of that day in Lima.

        A row counts as known when its ``known_at`` is not later; of one whose ``known_at`` is unknown it is certain
        only that nobody knew it before ``published_on``.
        """
        return replace(self, known_on=day if self.known_on is None else min(day, self.known_on))

    # -- the questions

    def is_business_day(self, day: date) -> bool:
        """Whether the service works on that day (a half day counts)."""
        return self._check(day).toordinal() in self._open

    def closed_hours(self, day: date) -> tuple[time, time] | None:
        """Return the hours without service of a half day, None on any other day."""
        row = self._half.get(self._check(day))
        return (row.start_time, row.end_time) if row and row.start_time and row.end_time else None

    def business_days(self) -> tuple[date, ...]:
        """Return every business day of the range, ascending."""
        return tuple(date.fromordinal(ordinal) for ordinal in self._ordinals)

    def next_business_day(self, day: date) -> date:
        """Return the first business day strictly after ``day``."""
        return self.nth_business_day_after(day, 1)

    def nth_business_day_after(self, day: date, n: int) -> date:
        """Return the ``n``-th business day (from 1) strictly after ``day``, which itself is not counted."""
        if n < 1:
            raise ValueError("se cuenta desde el primer día hábil")
        ordinals = self._ordinals
        index = bisect_right(ordinals, self._check(day).toordinal()) + n - 1
        if index >= len(ordinals):
            raise CalendarRangeError(
                f"el plazo que empieza el {day} pasa del {self.last_on}, último día del calendario revisado"
            )
        return date.fromordinal(ordinals[index])

    def closing_day(self, day: date) -> date:
        """Return ``day``, or the next business day with full hours when that day has none (Ley 27444, art. 134.2)."""
        while not self.is_business_day(day) or day in self._half:
            day = self.next_business_day(day)
        return day

    def nth_business_day_of_month(self, year: int, month: int, n: int) -> date:
        """Return the ``n``-th business day of a month, counted within it. Raises ValueError when it has fewer."""
        if not self.first_on.year <= year <= self.last_on.year:
            raise self._beyond(str(year))
        first = self._check(date(year, month, 1))
        index = bisect_left(self._ordinals, first.toordinal()) + n - 1
        found = date.fromordinal(self._ordinals[index]) if n >= 1 and index < len(self._ordinals) else None
        if found is None or (found.year, found.month) != (year, month):
            raise ValueError(f"{year}-{month:02} no tiene {n} días hábiles")
        return found

    def provisional(self, day: date) -> bool:
        """Whether that day lies where no decree is known yet: it counts, and whoever shows it says so."""
        return self._check(day) >= self.provisional_from

    def why(self, day: date) -> str:
        """Say in Spanish why the day counts or not, with the legal basis."""
        self._check(day)
        weekday = _DAY_NAMES[day.weekday()]
        row = self._closed.get(day)
        if day.weekday() not in self.weekdays:
            basis = f"{_CLOSED[row.scope]}: {row.name}, {row.legal_basis}" if row else "Ley 27444, art. 134"
            return f"{weekday}, no es día hábil ({basis})"
        if row:
            return f"{weekday}, {_CLOSED[row.scope]}: {row.name}, {row.legal_basis}"
        if half := self._half.get(day):
            return (
                f"{weekday}, día hábil sin atención de {half.start_time:%H:%M} a {half.end_time:%H:%M}: "
                f"{half.name}, {half.legal_basis}"
            )
        if opened := self._opened.get(day):
            return f"{weekday}, día hábil: {opened.name}, {opened.legal_basis}"
        return f"{weekday}, día hábil"

    def nonworking(self, year: int) -> tuple[Row, ...]:
        """Return the rows that close a working weekday of that year, by date, one per day."""
        if not self.first_on.year <= year <= self.last_on.year:
            raise self._beyond(str(year))
        return tuple(
            row for day, row in sorted(self._closed.items()) if day.year == year and day.weekday() in self.weekdays
        )

    def rows_on(self, day: date) -> tuple[Row, ...]:
        """Return every known row of that day, superseded ones apart, the deciding order last."""
        return self._live.get(self._check(day), ())

    @cached_property
    def version(self) -> str:
        """The hash of all that can change an answer: range, weekdays and every known row."""
        content = {
            "range": [self.first_on.isoformat(), self.last_on.isoformat(), self.provisional_from.isoformat()],
            "weekdays": sorted(self.weekdays),
            "rows": sorted(json.dumps(canonical(row), sort_keys=True) for row in self.known_rows),
        }
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]

    # -- worked out once

    @cached_property
    def known_rows(self) -> tuple[Row, ...]:
        """Every row in range that was known, in deciding order: what was learned later stands later."""
        years = range(self.first_on.year, self.last_on.year + 1)
        by_rule = (row for year in years for rule in self.rules if (row := rule.in_year(year)))
        rows = (row for row in (*by_rule, *self.rows) if self.first_on <= row.date <= self.last_on)
        return tuple(sorted((row for row in rows if self._was_known(row)), key=lambda row: row.known_at or _LONG_AGO))

    def _was_known(self, row: Row) -> bool:
        if self.known_on is None:
            return True
        learned_on = lima_date(row.known_at) if row.known_at else row.published_on
        return learned_on is None or learned_on <= self.known_on

    @cached_property
    def _live(self) -> dict[date, tuple[Row, ...]]:
        replaced = {row.supersedes for row in self.known_rows} - {""}
        live: dict[date, tuple[Row, ...]] = {}
        for row in self.known_rows:
            if row.id not in replaced:
                live[row.date] = (*live.get(row.date, ()), row)
        return live

    @cached_property
    def _rulings(self) -> tuple[dict[date, Row], dict[date, Row], dict[date, Row]]:
        """The deciding row of each day that has one: closed days, half days, days opened against a wider scope."""
        closed: dict[date, Row] = {}
        half: dict[date, Row] = {}
        opened: dict[date, Row] = {}
        for day, rows in self._live.items():
            latest = {row.scope: row for row in rows if row.effect is not Effect.INFO}
            partial: Row | None = None
            for scope in reversed(Scope):
                row = latest.get(scope)
                if row is None:
                    continue
                if row.partial:
                    partial = partial or row
                    continue
                (closed if row.effect is Effect.NONWORKING else opened)[day] = row
                break
            if partial and day not in closed and day.weekday() in self.weekdays:
                half[day] = partial
        return closed, half, opened

    @property
    def _closed(self) -> dict[date, Row]:
        return self._rulings[0]

    @property
    def _half(self) -> dict[date, Row]:
        return self._rulings[1]

    @property
    def _opened(self) -> dict[date, Row]:
        return self._rulings[2]

    @cached_property
    def _ordinals(self) -> list[int]:
        """The business days of the range as ordinals, ascending."""
        span = (self.last_on - self.first_on).days + 1
        days = (self.first_on + timedelta(days=offset) for offset in range(span))
        return [day.toordinal() for day in days if day.weekday() in self.weekdays and day not in self._closed]

    @cached_property
    def _open(self) -> frozenset[int]:
        return frozenset(self._ordinals)

    def _check(self, day: date) -> date:
        if not self.first_on <= day <= self.last_on:
            raise self._beyond(str(day))
        return day

    def _beyond(self, asked: str) -> CalendarRangeError:
        return CalendarRangeError(f"el {asked} queda fuera del calendario revisado ({self.first_on} a {self.last_on})")
