"""The frame of the help pages and of usage errors in Spanish; what stands in the frame, each command says itself."""

import re
from collections.abc import Sequence
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

_WORDS = (
    (r"^Usage: ", "Uso: "),
    (r"\[OPTIONS\]", "[OPCIONES]"),
    (r"COMMAND \[ARGS\]\.\.\.", "ORDEN ..."),
    (r"^Arguments:$", "Argumentos:"),
    (r"^Options:$", "Opciones:"),
    (r"Show this message and exit\.", "Muestra esta ayuda."),
    (r"\[default: ([^\]]*)\]", r"[si no: \1]"),
    (r"\[required\]", "[obligatorio]"),
    (r"; required\]", "; obligatorio]"),
    (r"^Missing argument ", "falta el argumento "),
    (r"^Missing option ", "falta la opción "),
    (r"^Missing command\.", "falta la orden"),
    (r"^No such option: (\S+)", r"no existe la opción \1"),
    (r"^No such command ('[^']*')\.?", r"no existe la orden \1."),
    (r"^Invalid value for (.+?): ", r"valor no válido para \1: "),
    (r"^Got unexpected extra argument(?:s|\(s\))? \((.*)\)", r"sobra: \1"),
    (r"^Option ('[^']*') requires an argument\.?", r"la opción \1 necesita un valor"),
    (r"^Option ('[^']*') does not take a value\.?", r"la opción \1 no lleva valor"),
    (r"Did you mean one of: (.*)\?", r"¿Quiso decir: \1?"),
    (r"Did you mean (.*)\?", r"¿Quiso decir \1?"),
    (r"\(Possible options: (.*)\)", r"(hay: \1)"),
    (r"path ('.*') is not readable\.", r"no hay permiso para leer \1"),
    (r"Input should be a valid integer.*$", "debe ser un número entero"),
    (r"Input should be greater than or equal to (\S+)", r"debe ser \1 o más"),
    (r"Input should be less than or equal to (\S+)", r"debe ser \1 o menos"),
)
_SENTENCE = 160
"""Characters of a command's first sentence that a list of commands shows."""
_FRAME = tuple((re.compile(pattern, re.MULTILINE), words) for pattern, words in _WORDS)


def in_spanish(text: str) -> str:
    """Return a help page or a usage error of the command line's library with its own words in Spanish."""
    for pattern, words in _FRAME:
        text = pattern.sub(words, text)
    return text


class Order(TyperCommand):
    """A command whose help page is in Spanish."""

    def get_help(self, ctx: Any) -> str:
        """Return the help page."""
        return in_spanish(super().get_help(ctx))


class Orders(TyperGroup):
    """A group of commands whose help page is in Spanish."""

    def get_help(self, ctx: Any) -> str:
        """Return the help page."""
        return in_spanish(super().get_help(ctx))

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the list of commands, each with its whole first sentence."""
        for title, names in self.shelves():
            with formatter.section(title):
                formatter.write_dl([(name, self.commands[name].get_short_help_str(_SENTENCE)) for name in names])

    def shelves(self) -> Sequence[tuple[str, Sequence[str]]]:
        """Return the titles of the help page and the commands below each."""
        return [("Órdenes", [name for name, command in self.commands.items() if not command.hidden])]


class OrdersOr(Orders):
    """A group that may be given what is no subcommand of it: that is for its hidden subcommand ``otherwise``."""

    otherwise = ""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the hidden subcommand in front of anything that names no subcommand."""
        if args and args[0] not in self.commands and args[0] != "--help":
            args = [self.otherwise, *args]
        return super().parse_args(ctx, args)


def speak_spanish(app: typer.Typer) -> None:
    """Give every command and group of an assembled command line its help page in Spanish."""
    for command in app.registered_commands:
        command.cls = Order
    for group in app.registered_groups:
        inner = group.typer_instance
        if inner is not None:
            if not (isinstance(inner.info.cls, type) and issubclass(inner.info.cls, Orders)):
                inner.info.cls = Orders
            speak_spanish(inner)
