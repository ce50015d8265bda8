"""How the process of a command ends: whatever happened becomes an exit code and, where needed, a word on stderr.

Nobody who reads our output through a pipe owes us the rest of it: a pipe that is closed early ends a command quietly.
Output that cannot be written is a failure all the same, and a temporary one.
"""

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import typer
from typer.exceptions import TyperException

from service.commands.spanish import in_spanish
from service.exits import NO_ROOM, Code, CommandError, said


def run(app: Callable[..., Any], arguments: Sequence[str]) -> int:
    """Run the command line on its arguments and return the exit code."""
    try:
        try:
            ended = app(args=list(arguments), standalone_mode=False)
        finally:
            sys.stdout.flush()
    except CommandError as error:
        return _tell(f"som: {error}", error.code)
    except TyperException as error:
        return _tell(_usage(error), Code.USAGE)
    except typer.Abort:
        return _tell("som: no se siguió adelante", Code.REFUSED)
    except SystemExit as end:
        if isinstance(end.__context__, BrokenPipeError):  # which typer made of it
            _silence(sys.stdout)
            return Code.DONE
        return end.code if isinstance(end.code, int) else Code.DONE
    except BrokenPipeError:
        _silence(sys.stdout)
        return Code.DONE
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        _silence(sys.stdout)
        if isinstance(error.__context__, CommandError):
            _tell(f"som: {error.__context__}", Code.DONE)
        return _tell(f"som: la salida quedó incompleta: {said(error)}", Code.TEMPORARY)
    return ended if isinstance(ended, int) else Code.DONE


def _tell(text: str, code: int) -> int:
    try:
        print(text, file=sys.stderr, flush=True)  # noqa: T201
    except OSError:
        _silence(sys.stderr)
    return code


def _usage(error: TyperException) -> str:
    """Say what was typed wrong, and where the help is."""
    context = getattr(error, "ctx", None)
    said = in_spanish(error.format_message())
    if said.startswith("Uso:"):
        return said
    if context is None:
        return f"som: {said}"
    return f"som: {said}\n{in_spanish(context.get_usage())}\nAyuda: {context.command_path} --help"


def _silence(stream: Any) -> None:
    """Let go of what a stream still holds, so that the interpreter does not try to write it once more."""
    with suppress(OSError, AttributeError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
