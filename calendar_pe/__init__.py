"""Working days of Peru for a public service in Lima: the shipped calendar, and the rows a late decree adds to it."""

from calendar_pe.crosscheck import Difference, differences
from calendar_pe.days import Calendar, CalendarRangeError
from calendar_pe.package import shipped
from calendar_pe.review import check_addition, complaints, unexplained
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
    "check_addition",
    "complaints",
    "differences",
    "parse_row",
    "read_rows",
    "shipped",
    "unexplained",
]
