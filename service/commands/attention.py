"""som attention: attentions given by telephone, in person or by video."""

from typing import TYPE_CHECKING, Any

import typer

from service.commands import common
from service.commands.common import JSON, NOW, desk, document, instant, lima, me, table

if TYPE_CHECKING:
    from tickets.tables import Attention

_SPANISH = {"telefono": "telephone", "teléfono": "telephone", "presencial": "in_person", "videollamada": "video"}
_GENDERS = {"mujer": "female", "hombre": "male", "otro": "other"}


def register(app: typer.Typer) -> None:
    """Add ``som attention``."""
    attention = typer.Typer(
        no_args_is_help=True, help="Atenciones que no fueron por carta: por teléfono, presenciales, por videollamada."
    )
    app.add_typer(attention, name="attention")

    @attention.command()
    def add(
        channel: str = typer.Option(..., metavar="CANAL", help="telefono, presencial o videollamada."),
        line: int = typer.Option(..., min=0, max=5, metavar="N", help="Línea de acción, de 0 a 5."),
        outcome: str = typer.Option(
            "oriented", metavar="RESULTADO", help="oriented, referred, by_email, to_return u out_of_scope."
        ),
        country: str = typer.Option(
            "", metavar="PAÍS", help="País extranjero del que se trata, por su código o su nombre."
        ),
        on_behalf: bool = typer.Option(False, "--on-behalf", help="Preguntó por otra persona."),
        satisfaction: int | None = typer.Option(None, min=1, max=5, metavar="N", help="De 1 a 5, solo si lo dijo."),
        age: int | None = typer.Option(None, metavar="AÑOS", help="Solo si la dijo."),
        gender: str = typer.Option("", metavar="GÉNERO", help="mujer, hombre u otro; solo si lo dijo."),
        note: str = typer.Option("", metavar="TEXTO", help="Sin datos personales."),
        at: str | None = typer.Option(None, metavar="INSTANTE", help="Cuándo se atendió (si no: ahora)."),
        now: str | None = NOW,
    ) -> None:
        """Anota una atención y muestra su número.

        Ejemplo: som attention add --channel telefono --line 2 --country Chile
        """
        from casework import attention as use

        given = use.Attended(
            channel=_SPANISH.get(channel.lower(), channel.lower()),
            line=line,
            outcome=outcome,
            country=country,
            on_behalf=on_behalf,
            satisfaction=satisfaction,
            age=age,
            gender=_GENDERS.get(gender.lower(), gender.lower()),
            note=note,
            at=instant(at),
        )
        with desk(now) as opened:
            number = use.register(opened, me(opened), given)
        typer.echo(number)

    @attention.command("list")
    def listing(
        month: str = typer.Option("", metavar="AAAA-MM", help="Un mes (si no: las más recientes de todas)."),
        limit: int = typer.Option(200, min=1, max=100_000, metavar="N", help="Cuántas mostrar, las más recientes."),
        as_json: bool = JSON,
    ) -> None:
        """Muestra las atenciones anotadas, las más antiguas primero."""
        from casework import attention as use
        from tickets import attentions, people

        since, until = _bounds(month)
        with desk() as opened, opened.store.read() as session:
            me(opened)
            found = attentions.listing(session, since=since, until=until, limit=limit)
            names = people.names(session, {one.staff_id for one in found})
        if as_json:
            document([_summary(one, names) for one in found])
            return
        table(
            ["nº", "cuándo", "canal", "línea", "país", "resultado", "satisfacción", "por", "nota"],
            [
                [
                    one.id,
                    lima(one.at) or "",
                    use.CHANNELS.get(one.channel, one.channel),
                    one.line,
                    one.country,
                    use.OUTCOMES.get(one.outcome, one.outcome),
                    one.satisfaction or "",
                    names.get(one.staff_id, ""),
                    one.note,
                ]
                for one in found
            ],
        )


def _summary(one: "Attention", names: dict[int, str]) -> dict[str, Any]:
    return {
        "id": one.id,
        "at": lima(one.at),
        "channel": one.channel,
        "line": one.line,
        "country": one.country,
        "on_behalf": one.on_behalf,
        "outcome": one.outcome,
        "satisfaction": one.satisfaction,
        "age": one.age,
        "gender": one.gender,
        "office": one.office,
        "by": names.get(one.staff_id, ""),
        "note": one.note,
    }


def _bounds(month: str) -> tuple[Any, Any]:
    """Return the first instant of a month and that of the next, in Lima. Raises ``Misused``."""
    if not month:
        return None, None
    from datetime import date, timedelta

    from calendar_pe.clock import at_lima

    first_on = date(*common.month(month), 1)
    return at_lima(first_on), at_lima((first_on + timedelta(days=31)).replace(day=1))
