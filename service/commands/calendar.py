"""``som calendar``: the working calendar of a year, with the legal basis of every day that does not count."""

import json
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperGroup

from service.exits import Refused

if TYPE_CHECKING:
    from calendar_pe import Calendar

_MONTHS = (
    "Enero",
    "Febrero",
    "Marzo",
    "Abril",
    "Mayo",
    "Junio",
    "Julio",
    "Agosto",
    "Setiembre",
    "Octubre",
    "Noviembre",
    "Diciembre",
)
_DAYS = ("lun", "mar", "mié", "jue", "vie", "sáb", "dom")


class YearOrCommand(TyperGroup):
    """Lets ``som calendar 2026`` stand beside ``som calendar add``: what is no subcommand is a year to show."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the hidden subcommand ``show`` in front of anything that names no subcommand."""
        if args and args[0] not in self.commands and args[0] != "--help":
            args = ["show", *args]
        return super().parse_args(ctx, args)


def register(app: typer.Typer) -> None:
    """Add ``calendar`` with its subcommands."""
    group = typer.Typer(
        cls=YearOrCommand, no_args_is_help=True, help="The working calendar: som calendar YEAR [--json]."
    )
    group.command("show", hidden=True)(show)
    app.add_typer(group, name="calendar")


def show(
    year: int = typer.Argument(..., help="The year to show."),
    as_json: bool = typer.Option(False, "--json", help="Print one JSON document."),
) -> None:
    """Show each non-working weekday of a year, and the 5th and 15th business day of each month."""
    from calendar_pe import CalendarRangeError, unexplained
    from service.clockwork import clockwork

    calendar = clockwork().calendar
    try:
        document = _document(calendar, year)
    except CalendarRangeError as error:
        raise Refused(str(error)) from error
    for line in unexplained(calendar, year):
        typer.echo(f"som: {line}", err=True)
    typer.echo(json.dumps(document, ensure_ascii=False, indent=2) if as_json else _told(calendar, year))


def _document(calendar: "Calendar", year: int) -> dict[str, object]:
    return {
        "year": year,
        "calendar_version": calendar.version,
        "reviewed_through": calendar.reviewed_through.isoformat(),
        "nonworking": [
            {
                "date": row.date.isoformat(),
                "name": row.name,
                "scope": row.scope.value,
                "legal_basis": row.legal_basis,
                "source": row.source,
            }
            for row in calendar.nonworking(year)
        ],
        "months": [
            {
                "month": f"{year:04}-{month:02}",
                "business_day_5": calendar.nth_business_day_of_month(year, month, 5).isoformat(),
                "business_day_15": calendar.nth_business_day_of_month(year, month, 15).isoformat(),
            }
            for month in range(1, 13)
        ],
    }


def _told(calendar: "Calendar", year: int) -> str:
    from datetime import date

    def short(day: date) -> str:
        return f"{_DAYS[day.weekday()]} {day:%d/%m}"

    lines = [
        f"Calendario {year} · versión {calendar.version} · revisado el {calendar.reviewed_on:%d/%m/%Y}",
    ]
    if calendar.provisional(date(year, 12, 31)):
        lines.append("Provisional: para este año todavía no se conoce ningún decreto.")
    closed = calendar.nonworking(year)
    for month, name in enumerate(_MONTHS, 1):
        fifth, fifteenth = (calendar.nth_business_day_of_month(year, month, n) for n in (5, 15))
        lines += ["", f"{name:<11} 5.º día hábil: {short(fifth)}   15.º: {short(fifteenth)}"]
        lines += [f"  {short(row.date)}  {row.name} · {row.legal_basis}" for row in closed if row.date.month == month]
    return "\n".join(lines)
