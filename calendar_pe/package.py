"""The calendar that ships with the program, read from the package data beside this file and checked on reading."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from calendar_pe.days import Calendar
from calendar_pe.national import Rule
from calendar_pe.rows import Effect, read_rows

HEADER = "calendar.toml"
DECLARED = "declared_days.csv"


@cache
def shipped() -> Calendar:
    """Return the shipped calendar (read once). Raises CalendarDataError when the package data is malformed."""
    beside = files("calendar_pe")
    header: dict[str, Any] = tomllib.loads(beside.joinpath(HEADER).read_text("utf-8"))
    rules = tuple(
        Rule(**{**rule, "effect": Effect(rule.get("effect", Effect.NONWORKING))}) for rule in header.pop("national")
    )
    declared = beside.joinpath(DECLARED).read_text("utf-8")
    return Calendar(rules=rules, rows=read_rows(declared.splitlines(keepends=True), DECLARED), **header)
