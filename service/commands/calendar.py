"""``som calendar``: the working calendar of a year, with the legal basis of every day that does not count."""

import json
from typing import TYPE_CHECKING

import typer

from service.commands.spanish import OrdersOr
from service.exits import Misused, Refused

if TYPE_CHECKING:
    from calendar_pe import Calendar, CalendarDataError, Row
    from casework.recalendar import Outlook

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
_OPTIONS = {
    "date": "FECHA",
    "start_time": "--start",
    "end_time": "--end",
    "legal_basis": "--basis",
    "published_on": "--published",
}
_DAYS = ("lun", "mar", "mié", "jue", "vie", "sáb", "dom")


class YearOrOrder(OrdersOr):
    """Lets ``som calendar 2026`` stand beside ``som calendar add``: what is no subcommand is a year to show."""

    otherwise = "show"


def register(app: typer.Typer) -> None:
    """Add ``calendar`` with its subcommands."""
    group = typer.Typer(
        cls=YearOrOrder, no_args_is_help=True, help="El calendario de días hábiles: som calendar AÑO [--json]."
    )
    group.command("show", hidden=True)(show)
    group.command("add")(add)
    app.add_typer(group, name="calendar")


def show(
    year: int = typer.Argument(..., metavar="AÑO", help="El año que se muestra."),
    as_json: bool = typer.Option(False, "--json", help="Un solo documento JSON."),
) -> None:
    """Muestra los días de semana no hábiles de un año, y el 5.º y el 15.º día hábil de cada mes."""
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


def add(
    date: str = typer.Argument("", metavar="FECHA", help="El día, como 2026-12-24."),
    scope: str = typer.Option("", metavar="ÁMBITO", help="national, public_sector, lima o entity."),
    effect: str = typer.Option(
        "", metavar="EFECTO", help="nonworking, working o info (teletrabajo, tolerancia: no cambia la cuenta)."
    ),
    name: str = typer.Option("", metavar="NOMBRE", help="Cómo se llama el día."),
    basis: str = typer.Option("", metavar="NORMA", help="Base legal, como «DS 110-2024-PCM»."),
    territory: str = typer.Option("", metavar="LUGAR", help="Dónde rige, como lo dice la norma."),
    start: str = typer.Option("", metavar="HH:MM", help="Medio día: desde qué hora no se atiende."),
    end: str = typer.Option("", metavar="HH:MM", help="Medio día: hasta qué hora no se atiende."),
    published: str = typer.Option("", metavar="FECHA", help="Día en que se publicó en El Peruano."),
    source: str = typer.Option("", metavar="URL", help="Dónde se puede leer."),
    supersedes: str = typer.Option("", metavar="FILA", help="Fila a la que esta reemplaza."),
    note: str = typer.Option("", metavar="TEXTO", help="Cualquier otra cosa."),
    yes: bool = typer.Option(False, "--yes", help="No pregunta antes de escribir."),
) -> None:
    """Agrega un día decretado a última hora; antes de escribir muestra qué plazos abiertos se mueven.

    Ejemplo: som calendar add 2026-12-24 --scope public_sector --effect nonworking --name "Día no laborable" --basis
    "DS 110-2026-PCM"
    """
    from calendar_pe import CalendarDataError, CalendarRangeError, parse_row

    fields = {
        "date": date,
        "scope": scope,
        "effect": effect,
        "name": name,
        "legal_basis": basis,
        "territory": territory,
        "start_time": start,
        "end_time": end,
        "published_on": published,
        "source": source,
        "supersedes": supersedes,
        "note": note,
    }
    try:
        _add(parse_row(fields), yes=yes)
    except CalendarDataError as error:
        raise Refused(_faults(error)) from error
    except CalendarRangeError as error:
        raise Refused(str(error)) from error


def _add(row: "Row", *, yes: bool) -> None:
    from casework import recalendar
    from service.commands.common import desk, me

    with desk() as opened:
        actor = me(opened)
        _show(recalendar.outlook(opened, actor, row))
        if not yes:
            _ask()
        added = recalendar.add(opened, actor, row)
    typer.echo(f"Se agregó la fila {added.row.id}; promesas que se movieron: {added.moved}", err=True)


def _show(outlook: "Outlook") -> None:
    from calendar_pe.clock import to_lima
    from service.commands.common import table

    said = f"{outlook.row.date:%d/%m/%Y}  {outlook.row.name} · {outlook.row.legal_basis}"
    typer.echo(f"{said}\nPromesas abiertas que se mueven: {outlook.moved} (retenidas: {outlook.held})")
    if outlook.first:
        table(
            ["caso", "vence ahora", "vencería", ""],
            [
                [
                    one.reference,
                    f"{to_lima(one.old_due_at):%d/%m/%Y %H:%M}",
                    f"{to_lima(one.new_due_at):%d/%m/%Y %H:%M}",
                    "retenida: ya se le dijo al ciudadano" if one.held else "",
                ]
                for one in outlook.first
            ],
        )
    if rest := outlook.moved - len(outlook.first):
        typer.echo(f"… y {rest} más")


def _ask() -> None:
    from service.commands.common import agreed, somebody_there

    if not somebody_there():
        raise Misused("no hay quien confirme: agregue --yes (no se escribió nada)")
    if not agreed("¿Agregar la fila?"):
        raise Refused("no se escribió nada")


def _faults(error: "CalendarDataError") -> str:
    """Say every fault with the name that its field has on the command line."""
    return "; ".join(f"{_OPTIONS.get(one.column, f'--{one.column}')}: {one.what}" for one in error.faults)


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
