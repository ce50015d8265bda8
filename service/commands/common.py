"""What every command that works at the desk shares: opening it, naming the actor, printing documents."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer

from service.commands import Context
from service.exits import Misused, Refused

if TYPE_CHECKING:
    from datetime import datetime

    from casework.desk import Actor, Desk
    from service.settings import Settings

NOW = typer.Option(None, "--now", metavar="INSTANT", help="Move the clock of a simulated desk to this instant.")
JSON = typer.Option(False, "--json", help="Print one JSON document.")


def settings() -> "Settings":
    """Load the settings file that the command line names."""
    from service.settings import load

    return load(Context.config)


@contextmanager
def desk(now: str | None = None) -> Iterator["Desk"]:
    """Open the desk; what the use cases refuse becomes the end of the command."""
    from service.logs import configure
    from service.wiring import mapped_errors, opened_desk

    loaded = settings()
    configure(loaded.logging.level, loaded.logging.format)
    with opened_desk(loaded, now=instant(now)) as opened, mapped_errors(), refusals():
        yield opened


@contextmanager
def refusals() -> Iterator[None]:
    """Turn what a use case refuses into exit code 1 with its own words."""
    from casework.refusals import REFUSALS

    try:
        yield
    except REFUSALS as error:
        raise Refused(str(error)) from error


def me(opened: "Desk") -> "Actor":
    """Return who runs this command."""
    from service.wiring import actor

    return actor(opened)


def instant(text: str | None) -> "datetime | None":
    """Read an instant of the command line. Raises ``Misused``."""
    if text is None:
        return None
    from calendar_pe.clock import parse_instant

    try:
        return parse_instant(text)
    except ValueError as error:
        raise Misused(f"{text!r}: {error}") from None


def lima(at: "datetime | None") -> str | None:
    """Write an instant as the contract wants it, or None."""
    from calendar_pe.clock import format_instant

    return None if at is None else format_instant(at)


def agreed(question: str) -> bool:
    """Ask on the terminal, in Spanish; anything but a yes is a no."""
    said: str = typer.prompt(f"{question} [s/N]", default="n", show_default=False, err=True)
    return said.strip().lower() in {"s", "si", "sí"}


def document(value: Any) -> None:
    """Print one JSON document."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


def table(columns: list[str], rows: list[list[Any]]) -> None:
    """Print a table as wide as the terminal, or as wide as it needs when the output is not one."""
    import sys

    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(width=None if sys.stdout.isatty() else 200, highlight=False, markup=False)
    drawn = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        drawn.add_column(column, overflow="fold")
    for row in rows:
        drawn.add_row(*(cell if isinstance(cell, Text) else Text(str(cell)) for cell in row))
    console.print(drawn)
