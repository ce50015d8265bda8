"""Running ``som`` in this process, in a folder of its own, with some of its command modules."""

import io
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import pytest
import structlog
import typer

from service.commands import Context
from service.exits import CommandError


class Ended(NamedTuple):
    code: int
    out: str
    err: str


Som = Callable[..., Ended]


def command_line(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes], *modules: str
) -> Som:
    """Return a function that runs ``som ARGUMENTS`` in the folder and tells how it ended."""
    monkeypatch.chdir(folder)
    monkeypatch.setattr(Context, "config", None)
    app = typer.Typer()
    for name in modules:
        import_module(f"service.commands.{name}").register(app)

    def run(*arguments: str, stdin: bytes = b"") -> Ended:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        said = ""
        try:
            app(args=list(arguments))
        except SystemExit as end:
            code = int(end.code or 0)
        except CommandError as error:
            code, said = int(error.code), str(error)
        finally:
            structlog.reset_defaults()  # a command lets the log go to this run's stderr
        out, err = capsysbinary.readouterr()
        return Ended(code, out.decode(), err.decode() + said)

    return run
