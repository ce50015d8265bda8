"""The command line of ``som``: one module per group, stdout for data, stderr for talk.

Command modules import the rooms inside their functions, so that a small command starts fast.
"""

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import typer

from service.commands.ending import run
from service.commands.spanish import Orders, speak_spanish

MODULES: tuple[str, ...] = (
    "demo",
    "run",
    "queue",
    "staff",
    "due",
    "calendar",
    "inspect",
    "triage",
    "replies",
    "ingest",
    "ticket",
    "answer",
    "outbox",
    "letters",
    "attention",
    "sweep",
    "oversight",
    "indicators",
    "report",
    "public",
    "authorize",
    "doctor",
    "database",
)
"""The command modules, in the order of the help page; each offers ``register(app)``."""

SHELVES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Atender", ("queue", "ticket", "answer", "attention", "outbox", "letters", "suggest", "replies")),
    ("Plazos y calendario", ("due", "calendar", "sweep", "remediation")),
    ("Supervisar y publicar", ("digest", "indicators", "report", "bank", "journal")),
    ("Cartas sueltas y clasificación", ("inspect", "ingest", "triage")),
    ("Administrar el servicio", ("run", "staff", "authorize", "doctor", "backup", "restore", "db", "demo")),
)
"""The commands as the help page shows them: by what somebody came to do."""

DEFAULT_CONFIG = Path("config.toml")


class Context:
    """What every command can ask of the command line: which settings file was named."""

    config: Path | None = None


class Root(Orders):
    """``som`` itself: its help page shows the commands by what they are for."""

    def shelves(self) -> Sequence[tuple[str, Sequence[str]]]:
        """Return the titles of the help page and the commands below each."""
        return SHELVES


def build() -> typer.Typer:
    """Assemble the whole command line."""
    app = typer.Typer(
        name="som",
        cls=Root,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        help="Mesa de correo del Servicio de Orientación para el Migrante.\n\n"
        "Cada orden explica la suya: som ORDEN --help. Sale con código 0 si se hizo, 1 si la mesa no lo admite, 2 si "
        "lo escrito o la configuración están mal, 3 si conviene volver a intentar y 4 si los datos guardados están "
        "dañados.",
    )

    @app.callback()
    def root(
        config: Path | None = typer.Option(
            None, "--config", metavar="ARCHIVO", help="Archivo de configuración (si no: ./config.toml)."
        ),
        _version: bool = typer.Option(
            False, "--version", is_eager=True, callback=_tell_version, help="Muestra la versión y termina."
        ),
    ) -> None:
        Context.config = config

    for name in MODULES:
        import_module(f"service.commands.{name}").register(app)
    speak_spanish(app)
    return app


def _tell_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"som {version('som-desk')}")
        raise typer.Exit


def hoist_config(arguments: Sequence[str]) -> list[str]:
    """Move ``--config FILE`` to the front, so that it may stand before or after the subcommand."""
    front: list[str] = []
    rest: list[str] = []
    waiting = iter(arguments)
    for argument in waiting:
        if argument == "--":
            rest += [argument, *waiting]
        elif argument == "--config":
            if (value := next(waiting, None)) is None:
                return [argument]  # what follows must not be taken for its value
            front += [argument, value]
        elif argument.startswith("--config="):
            front.append(argument)
        else:
            rest.append(argument)
    return front + rest


def main() -> None:
    """Entry point of the ``som`` command."""
    os.umask(0o077)
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by the caller: what is said goes nowhere
            setattr(sys, name, open(os.devnull, "w"))  # noqa: SIM115  (it stays open as long as the process)
    sys.exit(run(build(), hoist_config(sys.argv[1:])))
