"""som doctor: what a person should look at."""

import typer

from service.commands.common import JSON, desk, document, settings
from service.exits import Refused

_MARKS = {"ok": "bien ", "warning": "OJO  ", "error": "FALLA"}


def register(app: typer.Typer) -> None:
    """Add ``som doctor``."""

    @app.command()
    def doctor(as_json: bool = JSON) -> None:
        """Revisa el calendario, los textos, los buzones y la bandeja de salida; sale con 1 si algo falla."""
        from service.doctor import examine

        with desk() as opened:
            findings = examine(opened, settings())
        if as_json:
            document([{"what": one.what, "level": one.level, "said": one.said} for one in findings])
        else:
            for one in findings:
                typer.echo(f"{_MARKS[one.level]}  {one.what}: {one.said}")
        if any(one.level == "error" for one in findings):
            raise Refused("hay fallas; están señaladas arriba")
