"""som queue: the terminal queue of the consultants."""

import json
import os
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from service.commands.common import NOW, instant, settings, table

if TYPE_CHECKING:
    from service.settings import Settings


def register(app: typer.Typer) -> None:
    """Add ``som queue``."""

    @app.command()
    def queue(
        plain: bool = typer.Option(False, "--plain", help="Print the queue as text, for screen readers and pipes."),
        pictures: Path | None = typer.Option(None, metavar="DIR", help="Save pictures (SVG) of the main screens."),
        now: str | None = NOW,
    ) -> None:
        """Open the queue: read, answer, refer, confirm."""
        loaded = settings()
        if pictures is not None:
            save_pictures(loaded, pictures, instant(now))
        elif plain or not (sys.stdin.isatty() and sys.stdout.isatty()):
            print_queue(loaded, instant(now), plain=plain)
        else:
            open_console(loaded, instant(now))


def open_console(settings: "Settings", now: datetime | None = None) -> None:
    """Open the full-screen queue until the person leaves it. Raises as ``service.wiring.opened_desk`` does."""
    from console.app import make_console
    from service.logs import configure
    from service.wiring import actor, mapped_errors, opened_desk

    configure("critical", settings.logging.format)  # the screen belongs to the queue
    with opened_desk(settings, now=now) as desk, mapped_errors():
        me = actor(desk)
        memory = _memory(settings, me.login)
        remembered = _recall(memory)
        make_console(
            desk, me, editor=os.environ.get("VISUAL") or os.environ.get("EDITOR") or "", remembered=remembered
        ).run()
        _keep(memory, remembered)


def print_queue(settings: "Settings", now: datetime | None = None, *, plain: bool = False) -> None:
    """Print what waits for an answer, the most pressing first: as a table, or ``plain``, one case a line."""
    from console.lines import HEADINGS, queue_lines
    from service.wiring import actor, mapped_errors, opened_desk

    with opened_desk(settings, now=now) as desk, mapped_errors():
        actor(desk)
        lines = queue_lines(desk)
        if desk.settings.simulated:
            typer.echo("SIMULADO: el reloj y las cartas de esta mesa son de prueba.", err=True)
    if not lines:
        typer.echo("No hay nada pendiente.", err=True)
    elif plain:
        for cells in lines:
            typer.echo(" · ".join(said for cell in cells if (said := str(cell).strip(" ·!✗"))))
    else:
        table(list(HEADINGS), lines)


def save_pictures(settings: "Settings", folder: Path, now: datetime | None = None) -> None:
    """Save pictures of the main screens of this desk, for the manual."""
    from console.screenshots import save
    from service.wiring import actor, mapped_errors, opened_desk

    with opened_desk(settings, now=now) as desk, mapped_errors():
        for path in save(desk, actor(desk), folder):
            typer.echo(path)


def _memory(settings: "Settings", login: str) -> Path:
    return settings.data_dir / "console" / f"{login}.json"


def _recall(path: Path) -> dict[str, str]:
    """Return how the person left the queue; a file that cannot be read is as good as none."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(key): value for key, value in kept.items() if isinstance(value, str)} if isinstance(kept, dict) else {}


def _keep(path: Path, remembered: dict[str, str]) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(remembered, ensure_ascii=False), encoding="utf-8")
    except OSError:
        typer.echo("No se pudo recordar la vista para la próxima vez.", err=True)
