"""The command line of ``som``: one module per group, stdout for data, stderr for talk.

Command modules import the rooms inside their functions, so that a small command starts fast.
"""

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import typer

from service.exits import Code, CommandError

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

DEFAULT_CONFIG = Path("config.toml")


class Context:
    """What every command can ask of the command line: which settings file was named."""

    config: Path | None = None


def build() -> typer.Typer:
    """Assemble the whole command line."""
    app = typer.Typer(
        name="som",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        help="Desk of the Servicio de Orientación para el Migrante.",
    )

    @app.callback()
    def root(
        config: Path | None = typer.Option(None, "--config", help="Settings file (default: ./config.toml)."),
    ) -> None:
        Context.config = config

    for name in MODULES:
        import_module(f"service.commands.{name}").register(app)
    return app


def hoist_config(arguments: Sequence[str]) -> list[str]:
    """Move ``--config FILE`` to the front, so that it may stand before or after the subcommand."""
    front: list[str] = []
    rest: list[str] = []
    waiting = iter(arguments)
    for argument in waiting:
        if argument == "--":
            rest += [argument, *waiting]
        elif argument == "--config":
            front += [argument, *([value] if (value := next(waiting, None)) is not None else [])]
        elif argument.startswith("--config="):
            front.append(argument)
        else:
            rest.append(argument)
    return front + rest


def main() -> None:
    """Entry point of the ``som`` command."""
    os.umask(0o077)
    try:
        build()(args=hoist_config(sys.argv[1:]), standalone_mode=True)
    except CommandError as error:
        print(f"som: {error}", file=sys.stderr)  # noqa: T201
        sys.exit(error.code)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(Code.DONE)
