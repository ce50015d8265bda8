"""som queue: the terminal queue of the consultants."""

import hashlib
import json
import os
import pwd
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from service.commands.common import NOW, at_terminal, instant, settings, somebody_there, table, tell

if TYPE_CHECKING:
    from service.settings import Settings


def register(app: typer.Typer) -> None:
    """Add ``som queue``."""

    @app.command()
    def queue(
        plain: bool = typer.Option(
            False,
            "--plain",
            help="La bandeja en líneas, para lectores de pantalla y tuberías: muestra, pregunta y responde.",
        ),
        pictures: Path | None = typer.Option(
            None, metavar="CARPETA", help="Guarda imágenes (SVG) de las pantallas principales."
        ),
        now: str | None = NOW,
    ) -> None:
        """Abre la bandeja: leer, responder, derivar, confirmar."""
        loaded = settings()
        if pictures is not None:
            save_pictures(loaded, pictures, instant(now))
        elif plain and somebody_there():
            talk(loaded, instant(now))
        elif plain or not at_terminal():
            print_queue(loaded, instant(now), plain=plain)
        else:
            open_console(loaded, instant(now))


def open_console(
    settings: "Settings",
    now: datetime | None = None,
    *,
    running: bool = False,
    tell: Callable[[str], None] = tell,
) -> None:
    """Open the full-screen queue until the person leaves it. Clock, ``tell`` and errors are as in ``opened_desk``."""
    from console.app import make_console
    from service.logs import configure
    from service.wiring import actor, mapped_errors, opened_desk

    configure("critical", settings.logging.format)  # the screen belongs to the queue
    with opened_desk(settings, now=now, running=running, tell=tell) as desk, mapped_errors():
        me = actor(desk)
        memory = _memory(settings)
        remembered = _recall(memory)
        editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or ""
        try:
            make_console(
                desk,
                me,
                editor=editor,
                remembered=remembered,
                folder=memory.parent,
                keep=lambda: _keep(memory, remembered),
            ).run()
        finally:
            if not _keep(memory, remembered):
                typer.echo("No se pudo recordar la vista para la próxima vez.", err=True)


def print_queue(settings: "Settings", now: datetime | None = None, *, plain: bool = False) -> None:
    """Print what waits for an answer, the most pressing first: as a table, or ``plain``, one case a line."""
    from console.lines import HEADINGS, queue_lines
    from service.wiring import actor, mapped_errors, opened_desk

    with opened_desk(settings, now=now, tell=tell) as desk, mapped_errors():
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


def talk(settings: "Settings", now: datetime | None = None) -> None:
    """Hold the queue as a conversation in lines, until the person leaves it or the input ends."""
    from console.plain import Conversation
    from service.logs import configure
    from service.wiring import actor, mapped_errors, opened_desk

    configure("critical", settings.logging.format)
    with opened_desk(settings, now=now, tell=tell) as desk, mapped_errors():
        if desk.settings.simulated:
            typer.echo("SIMULADO: el reloj y las cartas de esta mesa son de prueba.")
        Conversation(desk, actor(desk), _hear, typer.echo).run()


def _hear(question: str) -> str | None:
    typer.echo(f"{question}: ", nl=False)
    said = sys.stdin.readline()
    return said if said else None


def save_pictures(settings: "Settings", folder: Path, now: datetime | None = None) -> None:
    """Save pictures of the main screens of this desk, for the manual."""
    from console.screenshots import save
    from service.wiring import actor, mapped_errors, opened_desk

    with opened_desk(settings, now=now, tell=tell) as desk, mapped_errors():
        for path in save(desk, actor(desk), folder):
            typer.echo(path)


def _memory(settings: "Settings") -> Path:
    """Return the file in which a person's last view of this desk is kept: in their own folder, for nobody else."""
    base = os.environ.get("XDG_STATE_HOME", "")
    folder = Path(base) if base.startswith("/") else Path(pwd.getpwuid(os.getuid()).pw_dir) / ".local" / "state"
    desk = hashlib.sha256(f"{settings.database.url} {settings.data_dir}".encode()).hexdigest()[:12]
    return folder / "som" / f"{desk}.json"


def _recall(path: Path) -> dict[str, str]:
    """Return how the person left the queue; a file that cannot be read is as good as none."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(key): value for key, value in kept.items() if isinstance(value, str)} if isinstance(kept, dict) else {}


def _keep(path: Path, remembered: dict[str, str]) -> bool:
    """Write down how the person leaves the queue, for nobody else to read; say whether it could be done."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = path.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            json.dump(remembered, file, ensure_ascii=False)
        fresh.replace(path)
    except OSError:
        return False
    return True
