"""What every command that works at the desk shares: opening it, naming the actor, printing documents."""

import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import typer

from service.commands import Context
from service.exits import Misused, Refused

if TYPE_CHECKING:
    from datetime import datetime

    from casework.desk import Actor, Desk
    from service.settings import Settings

NOW = typer.Option(None, "--now", metavar="INSTANTE", help="Pone en este instante el reloj de una mesa simulada.")
JSON = typer.Option(False, "--json", help="Un solo documento JSON.")


def settings() -> "Settings":
    """Load the settings file that the command line names."""
    from service.settings import load

    return load(Context.config)


def tell(said: str) -> None:
    """Say something beside the data, if there is anybody to hear it."""
    with suppress(OSError):
        typer.echo(f"som: {said}", err=True)


@contextmanager
def desk(now: str | None = None, tell: Callable[[str], None] = tell) -> Iterator["Desk"]:
    """Open the desk; what the use cases refuse becomes the end of the command. ``tell`` is as in ``opened_desk``."""
    from service.logs import configure
    from service.wiring import mapped_errors, opened_desk

    loaded = settings()
    configure(loaded.logging.level, loaded.logging.format)
    with opened_desk(loaded, now=instant(now), tell=tell) as opened, mapped_errors(), refusals():
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
        raise Misused(str(error)) from None


def month(text: str) -> tuple[int, int]:
    """Read a month of the command line, such as 2026-11. Raises ``Misused``."""
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", text):
        raise Misused(f"«{text}» no es un mes; se escribe como 2026-11")
    return int(text[:4]), int(text[5:])


def folder(path: Path) -> Path:
    """Check a folder to write into, which need not exist yet. Raises ``Misused`` where a file stands."""
    if path.exists() and not path.is_dir():
        raise Misused(f"{path}: no es una carpeta")
    return path


def lima(at: "datetime | None") -> str | None:
    """Write an instant as the contract wants it, or None."""
    from calendar_pe.clock import format_instant

    return None if at is None else format_instant(at)


def with_word(code: str, words: Mapping[str, str]) -> str:
    """Write a word of the contract with what it says in Spanish beside it."""
    word = words.get(code, "").lower()
    return f"{code} ({word})" if word and word != code else code


def given() -> BinaryIO:
    """Return what is piped into the command. Raises ``Misused`` where the input is closed."""
    if sys.stdin is None:
        raise Misused("-: la entrada está cerrada")
    return sys.stdin.buffer


def somebody_there() -> bool:
    """Tell whether a person can be asked."""
    return sys.stdin is not None and sys.stdin.isatty()


def at_terminal() -> bool:
    """Tell whether a person can be asked and shown."""
    return somebody_there() and sys.stdout.isatty()


def agreed(question: str) -> bool:
    """Ask on the terminal, in Spanish; anything but a yes is a no."""
    said: str = typer.prompt(f"{question} [s/N]", default="n", show_default=False, err=True)
    return said.strip().lower() in {"s", "si", "sí"}


def document(value: Any) -> None:
    """Print one JSON document."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


def table(columns: list[str], rows: list[list[Any]]) -> None:
    """Print a table as wide as the terminal, or as wide as it needs when the output is not one."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    shown = sys.stdout.isatty()
    console = Console(width=None if shown else 200, highlight=False, markup=False)
    drawn = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        drawn.add_column(column, overflow="fold")
    for row in rows:
        drawn.add_row(*(cell if isinstance(cell, Text) else Text(str(cell)) for cell in row))
    with console.capture() as captured:
        console.print(drawn)
    typer.echo(captured.get(), nl=False)
