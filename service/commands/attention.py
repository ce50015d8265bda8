"""som attention: attentions given by telephone, in person or by video."""

import re
from typing import TYPE_CHECKING, Any

import typer

from service.commands.common import JSON, NOW, desk, document, instant, lima, me, table
from service.exits import Misused

if TYPE_CHECKING:
    from tickets.tables import Attention

_SPANISH = {"telefono": "telephone", "teléfono": "telephone", "presencial": "in_person", "videollamada": "video"}
_GENDERS = {"mujer": "female", "hombre": "male", "otro": "other"}


def register(app: typer.Typer) -> None:
    """Add ``som attention``."""
    attention = typer.Typer(
        no_args_is_help=True, help="Attentions that were not letters: by telephone, in person, by video."
    )
    app.add_typer(attention, name="attention")

    @attention.command()
    def add(
        channel: str = typer.Option(..., help="telephone, in_person or video (or telefono, presencial, videollamada)."),
        line: int = typer.Option(..., min=0, max=5, help="Line of action, 0 to 5."),
        outcome: str = typer.Option("oriented", help="oriented, referred, by_email, to_return or out_of_scope."),
        country: str = typer.Option("", help="Foreign country concerned, by code or Spanish name."),
        on_behalf: bool = typer.Option(False, "--on-behalf", help="They asked for somebody else."),
        satisfaction: int | None = typer.Option(None, min=1, max=5, help="1 to 5, only if they said it."),
        age: int | None = typer.Option(None, help="Only if volunteered."),
        gender: str = typer.Option("", help="female, male or other; only if volunteered."),
        note: str = typer.Option("", help="Without personal data."),
        at: str | None = typer.Option(None, metavar="INSTANT", help="When it was given (default: now)."),
        now: str | None = NOW,
    ) -> None:
        """Write an attention down; prints its number."""
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
        month: str = typer.Option("", metavar="YYYY-MM", help="One month (default: the newest of all)."),
        limit: int = typer.Option(200, min=1, max=100_000, help="Most attentions to show, the newest."),
        as_json: bool = JSON,
    ) -> None:
        """Show the attentions registered, oldest first."""
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
                    one.channel,
                    one.line,
                    one.country,
                    one.outcome,
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

    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", month):
        raise Misused(f"«{month}» no es un mes; se escribe como 2026-11")
    first_on = date(int(month[:4]), int(month[5:]), 1)
    return at_lima(first_on), at_lima((first_on + timedelta(days=31)).replace(day=1))
