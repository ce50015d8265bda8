"""Turns a template and its variables into a subject and plain text, and plain text into simple HTML.

Templates come from the package alone; what comes from outside is a variable and stays data. Values are copied into
plain strings first, because a sandbox lets a template call the methods of an object it is given.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from jinja2 import FunctionLoader, StrictUndefined, meta
from jinja2 import Template as Compiled
from jinja2.sandbox import ImmutableSandboxedEnvironment

from letters.clean import clean_line, clean_text
from replies.facts import automatic, channels
from replies.template import Template, Variable
from replies.words import date_words

LONGEST = {"line": 300, "name": 60, "url": 500, "date": 10, "channel": 40, "text": 8_000, "items": 4_000}
"""The most characters a value of each type may have."""

_NAME = re.compile(r"[^\W\d_]+(?:[ .'’-]{1,2}[^\W\d_]+){0,5}\.?")
_URL = re.compile(r"(?:https?://|mailto:)[^\s<>\"']+")
_LONGEST_PLACE = 60
_BRACKETS = re.compile(r"[\[\]]")
_PENDING = re.compile(r"\[\[\s*([^\[\]\n]{1,60}?)\s*\]\]|\{\{\s*([^{}\n]{1,60}?)\s*\}\}|(\{%[^\n]{0,60}?%\})")
_BLANKS = re.compile(r"\n{3,}")

Value = str | Sequence[Mapping[str, str]]


class UnresolvedVariables(ValueError):
    """A text cannot go out: these variables are missing or empty. ``names`` lists them."""

    def __init__(self, missing: Sequence[Variable]):
        self.names = tuple(variable.name for variable in missing)
        said = "; ".join(f"{variable.name} ({variable.label})" for variable in missing)
        super().__init__(f"faltan datos para este texto: {said}")


class BadVariable(ValueError):
    """A variable does not exist, or its value is not of its type; the message says which and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A text ready to be read by a person. ``html`` is "" when ``to_html(text)`` is all there is."""

    subject: str
    text: str
    language: str
    html: str = ""


def render(template: Template, language: str, variables: Mapping[str, Value]) -> Rendered:
    """Render the template in that language (KeyError if it has none).

    Variables that the service fills by itself (reference, name, consultant) are taken when the text uses them.
    Raises UnresolvedVariables when a required one is missing or empty, BadVariable for an unknown or wrong one.
    """
    values, missing = _values(template, language, variables)
    if missing:
        raise UnresolvedVariables(missing)
    return _fill(template, language, values)


def draft(template: Template, language: str, variables: Mapping[str, Value]) -> Rendered:
    """Render for a person to complete: each missing variable stands as ``[[its place_name]]``. See ``pending``."""
    values, missing = _values(template, language, variables)
    return _fill(template, language, values | {variable.name: _blank(variable) for variable in missing})


def pending(text: str) -> tuple[str, ...]:
    """Return what still stands open in a draft, in its order: it must not be sent like that.

    That is ``[[place_name]]`` of a draft, and ``{{ name }}`` or ``{% ... %}`` of a text that somebody pasted.
    """
    return tuple(dict.fromkeys("".join(found) for found in _PENDING.findall(text)))


def place_name(variable: Variable) -> str:
    """Return the words that hold a variable's place in a draft: its label, without what the label adds after a «;»."""
    said = _BRACKETS.sub(" ", clean_line(variable.label.partition(";")[0]))
    return said[:_LONGEST_PLACE].strip() or variable.name


def example_values(template: Template) -> dict[str, Value]:
    """Return the examples of the template's own and automatic variables, enough to render it."""
    asked = [*template.variables, *automatic().values()]
    return {variable.name: variable.example for variable in asked}


def plain_name(name: str) -> str:
    """Return a name fit for a greeting, or "" when it holds anything but a few words of letters.

    The name is chosen by the sender: an address, a link or a slogan must not come back in our letter.
    """
    said = clean_line(name)
    return said if len(said) <= LONGEST["name"] and _NAME.fullmatch(said) else ""


def _values(template: Template, language: str, given: Mapping[str, Value]) -> tuple[dict[str, Any], list[Variable]]:
    asked = {variable.name: variable for variable in template.variables}
    if unknown := sorted(set(given) - set(asked) - set(automatic())):
        near = get_close_matches(unknown[0], asked, n=1)
        has = f"¿quiso decir «{near[0]}»?" if near else f"tiene: {', '.join(asked) or 'ninguna'}"
        raise BadVariable(f"la plantilla «{template.id}» no tiene la variable «{unknown[0]}»; {has}")
    values: dict[str, Any] = {}
    missing: list[Variable] = []
    used = asked_for(template, language) | set(asked)
    for variable in (*automatic().values(), *asked.values()):
        value = _value(variable, given.get(variable.name, ""), language)
        if variable.required and not value and variable.name in used:
            missing.append(variable)
        values[variable.name] = value
    return values, missing


def _value(variable: Variable, raw: Value, language: str) -> Any:
    if variable.type == "rows":
        if isinstance(raw, str):
            return []
        return [{str(key): clean_line(cell) for key, cell in row.items()} for row in raw]
    if not isinstance(raw, str):
        raise BadVariable(f"«{variable.name}» no es un texto")
    if len(raw) > LONGEST[variable.type]:
        raise BadVariable(f"«{variable.name}» pasa de {LONGEST[variable.type]} caracteres")
    match variable.type:
        case "name":
            return plain_name(raw)
        case "text":
            return clean_text(raw).strip()
        case "items":
            return [line for part in clean_text(raw).splitlines() if (line := clean_line(part).removeprefix("- "))]
    value = clean_line(raw)
    if not value:
        return ""
    match variable.type:
        case "url" if not _URL.fullmatch(value):
            raise BadVariable(f"«{variable.name}» no es una dirección web: {value}")
        case "date":
            return _date(variable.name, value, language)
        case "channel":
            return _channel(variable.name, value)
    return value


def _date(name: str, value: str, language: str) -> str:
    try:
        return date_words(date.fromisoformat(value), language)
    except ValueError:
        raise BadVariable(f"«{name}» no es una fecha como 2026-11-24: {value}") from None


def _channel(name: str, value: str) -> dict[str, str]:
    channel = channels().get(value)
    if channel is None:
        near = get_close_matches(value, channels(), n=1)
        hint = f"¿quiso decir «{near[0]}»?" if near else f"las que hay: {', '.join(channels())}"
        raise BadVariable(f"«{name}» no es una entidad conocida: {value}; {hint}")
    return {"name": channel.name, "competence": channel.competence, "how": channel.how, "url": channel.url}


def _blank(variable: Variable) -> Any:
    mark = f"[[{place_name(variable)}]]"
    match variable.type:
        case "items":
            return [mark]
        case "channel":
            return {"name": mark, "competence": "", "how": "[[cómo se llega a ella]]", "url": ""}
        case "rows":
            return []
    return mark


def _fill(template: Template, language: str, values: dict[str, Any]) -> Rendered:
    text = template.texts[language]
    body = _compiled(template.frame, language, text.body).render(values)
    return Rendered(
        subject=clean_line(_compiled("", language, text.subject).render(values)),
        text=tidy(body),
        language=language,
        html=_compiled_html(text.html).render(values) if text.html else "",
    )


def tidy(text: str) -> str:
    """Drop blanks at line ends and surplus empty lines, and end with one newline."""
    lines = "\n".join(line.rstrip() for line in text.splitlines())
    return _BLANKS.sub("\n\n", lines).strip("\n") + "\n"


@cache
def environment() -> ImmutableSandboxedEnvironment:
    """Return the sandbox in which texts are filled; ``links`` holds the official addresses by channel."""
    return _environment(escape=False)


@cache
def _html_environment() -> ImmutableSandboxedEnvironment:
    return _environment(escape=True)


def _environment(*, escape: bool) -> ImmutableSandboxedEnvironment:
    made = ImmutableSandboxedEnvironment(
        loader=FunctionLoader(_frame),
        undefined=StrictUndefined,
        autoescape=escape,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals = {"links": {key: channel.url for key, channel in channels().items() if channel.url}}
    return made


def _frame(name: str) -> str | None:
    place = files("templates").joinpath("frames", f"{name}.j2")
    return place.read_text(encoding="utf-8") if place.is_file() else None


@lru_cache(maxsize=512)
def _compiled(frame: str, language: str, body: str) -> Compiled:
    if not frame or frame == "bare":
        return environment().from_string(body)
    extends = f"{{% extends '{frame}.{language}' %}}{{% block body %}}\n"
    return environment().from_string(f"{extends}{body}\n{{% endblock %}}")


@lru_cache(maxsize=16)
def _compiled_html(body: str) -> Compiled:
    return _html_environment().from_string(body)


@lru_cache(maxsize=512)
def _names(frame: str, language: str, subject: str, body: str) -> frozenset[str]:
    around = "" if frame == "bare" else _frame(f"{frame}.{language}") or ""
    parse = environment().parse
    found = (meta.find_undeclared_variables(parse(source)) for source in (subject, body, around))
    return frozenset().union(*found) - set(environment().globals)


def asked_for(template: Template, language: str) -> frozenset[str]:
    """Return the names of the variables that its subject, body and frame use in that language."""
    text = template.texts[language]
    return _names(template.frame, language, text.subject, text.body) | (
        _names("bare", language, "", text.html) if text.html else frozenset()
    )
