"""som indicators: the figures of a month, from the journal."""

from typing import TYPE_CHECKING, Any

import typer

from service.commands import common
from service.commands.common import JSON, desk, instant, table
from service.exits import Refused

if TYPE_CHECKING:
    from sla.indicators import Figures, Month
    from sla.working_time import WorkingTimeSettings


def register(app: typer.Typer) -> None:
    """Add ``som indicators``."""

    @app.command()
    def indicators(
        month: str = typer.Argument(..., metavar="AAAA-MM", help="El mes."),
        as_of: str | None = typer.Option(
            None, "--as-of", metavar="INSTANTE", help="Como estaba entonces (si no: el 5.º día hábil siguiente)."
        ),
        as_json: bool = JSON,
    ) -> None:
        """Muestra los indicadores de un mes; el mismo mes da siempre las mismas cifras."""
        from calendar_pe import CalendarRangeError
        from oversight.indicators import month as work_out
        from oversight.indicators import stands_at as when_it_stands
        from sla.indicators import to_json

        year, number = common.month(month)
        with desk() as opened:
            try:
                now = opened.clock()
                stands_at = instant(as_of) or when_it_stands(opened, year, number, now)
                found = work_out(opened, year, number, min(stands_at, now))
            except CalendarRangeError as error:
                raise Refused(str(error)) from error
            if now < stands_at:
                typer.echo("som: cifras provisionales: el mes todavía puede cambiar", err=True)
            if as_json:
                typer.echo(to_json(found).decode(), nl=False)
            else:
                _tell(found, opened.working_time)


_COLUMNS = ["", "cartas", "promesas", "cumplidas", "rotas", "abiertas", "a tiempo", "mediana", "p90"]
_PARTS = {
    "by_line": "línea",
    "by_kind": "tipo",
    "by_country": "país",
    "by_language": "idioma",
    "by_on_behalf": "por otra persona:",
    "by_outcome": "resultado",
    "by_office": "oficina",
}


def _tell(found: "Month", working_time: "WorkingTimeSettings") -> None:
    typer.echo(f"Indicadores de {found.month}, al {found.as_of} (calendario {found.calendar_version})")
    rows = [_row("total", found.total, working_time)]
    for name, label in _PARTS.items():
        rows += [_row(f"{label} {key}", one, working_time) for key, one in getattr(found, name).items()]
    table(_COLUMNS, rows)


def _row(label: str, one: "Figures", working_time: "WorkingTimeSettings") -> list[Any]:
    from sla.working_time import say

    times = ["—" if each is None else say(each, working_time) for each in (one.median_seconds, one.p90_seconds)]
    percent = "—" if one.within_percent is None else f"{one.within_percent} %"
    return [label, one.letters, one.promises, one.kept, one.broken, one.open, percent, *times]
