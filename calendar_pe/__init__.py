"""Working days of Peru for a public service in Lima: the shipped calendar, and the rows a late decree adds to it."""

from calendar_pe.crosscheck import Difference, differences
from calendar_pe.days import Calendar, CalendarRangeError
from calendar_pe.package import shipped
from calendar_pe.rows import CalendarDataError, Effect, Fault, Row, Scope, parse_row, read_rows

__all__ = [
    "Calendar",
    "CalendarDataError",
    "CalendarRangeError",
    "Difference",
    "Effect",
    "Fault",
    "Row",
    "Scope",
    "differences",
    "parse_row",
    "read_rows",
    "shipped",
]
