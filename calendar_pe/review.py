"""Is the calendar still looked after? What a person must be told, and what speaks against a new row."""

from dataclasses import replace
from datetime import date, timedelta

from calendar_pe.crosscheck import differences
from calendar_pe.days import Calendar, CalendarRangeError
from calendar_pe.rows import CalendarDataError, Effect, Fault, Row

REVIEW_DAYS = 14
"""A decree can come four days before its first day, so the rows are compared with El Peruano at least this often."""
RANGE_DAYS = 60
"""A reclamo runs thirty business days; the calendar must reach further than that."""


def complaints(calendar: Calendar, today: date) -> tuple[str, ...]:
    """Return what is wrong with the care of the calendar on that Lima date, in Spanish; nothing when all is well."""
    found = []
    age = (today - calendar.reviewed_on).days
    if age > REVIEW_DAYS:
        found.append(
            f"el calendario se revisó por última vez el {calendar.reviewed_on}, hace {age} días: "
            f"compárelo con El Peruano (cada {REVIEW_DAYS} días)"
        )
    if calendar.reviewed_through - today < timedelta(days=RANGE_DAYS):
        found.append(
            f"el calendario revisado llega hasta el {calendar.reviewed_through}: "
            f"quedan menos de {RANGE_DAYS} días; desde el día siguiente no se podrá calcular ningún plazo"
        )
    for year in range(calendar.first_on.year, calendar.last_on.year + 1):
        found += unexplained(calendar, year)
    return tuple(found)


def unexplained(calendar: Calendar, year: int) -> tuple[str, ...]:
    """Return the differences with the package ``holidays`` that no row of ours explains, in Spanish."""
    return tuple(
        f"{one.date}: el paquete holidays la da por feriado ({one.theirs}) y este calendario no"
        if one.theirs
        else f"{one.date}: este calendario la da por feriado ({one.ours}) y el paquete holidays no"
        for one in differences(calendar, year)
        if not one.explained
    )


def check_addition(row: Row, calendar: Calendar) -> Row:
    """Check a new row against the calendar that it joins, and return it with an id if it has none.

    Raises CalendarDataError with every reason why it may not stand: a date beyond the calendar, a working weekend
    (Saturday is never a business day), a row that is already there, an id that is taken or not to be found.
    """
    faults = []
    try:
        present = calendar.rows_on(row.date)
    except CalendarRangeError as error:
        raise CalendarDataError([Fault(column="date", what=str(error))]) from error
    ids = {known.id for known in calendar.known_rows}
    if row.effect is Effect.WORKING and row.date.weekday() not in calendar.weekdays:
        faults.append(Fault(column="effect", what="el sábado y el domingo nunca son días hábiles"))
    if any(_says_the_same(row, known) for known in present):
        faults.append(Fault(column="date", what=f"el {row.date} ya tiene una fila igual"))
    if row.supersedes and row.supersedes not in ids:
        faults.append(Fault(column="supersedes", what=f"no hay ninguna fila «{row.supersedes}»"))
    if row.id and row.id in ids:
        faults.append(Fault(column="id", what=f"«{row.id}» ya existe"))
    if faults:
        raise CalendarDataError(faults)
    return row if row.id else _with_id(row, ids)


def _says_the_same(row: Row, known: Row) -> bool:
    def says(one: Row) -> tuple[object, ...]:
        return (one.scope, one.effect, one.start_time, one.end_time, one.legal_basis)

    return says(row) == says(known)


def _with_id(row: Row, taken: set[str]) -> Row:
    base = f"{row.scope}-{row.date}"
    number = 1
    while (name := f"{base}-{number}") in taken:
        number += 1
    return replace(row, id=name)
