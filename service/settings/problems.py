"""What is wrong with the settings, told all at once: where, which key, what, and the name that was probably meant."""

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import BaseModel

from service.exits import Misused

Location = tuple[int | str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One fault: ``source`` is a file or an environment variable, ``key`` the dotted key ("" for the whole source)."""

    source: str
    key: str = ""
    message: str

    def __str__(self) -> str:
        return ": ".join(part for part in (self.source, self.key, self.message) if part)


def refuse(problems: Sequence[Problem]) -> Misused:
    """Make the error that lists every problem, one a line."""
    lines = [str(problem) for problem in problems]
    if len(lines) == 1:
        return Misused(lines[0])
    return Misused("\n  ".join([f"{len(lines)} problems in the settings", *lines]))


def dotted(location: Location) -> str:
    """Write a location as people do: ``mailbox[0].port``."""
    parts = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location)
    return parts.removeprefix(".")


def nearest(name: str, known: Sequence[str]) -> str:
    """Return a hint that names the nearest known word, or all of them when none is near."""
    close = difflib.get_close_matches(name.lower(), known, n=1, cutoff=0.6)
    return f'did you mean "{close[0]}"?' if close else f"known here: {', '.join(sorted(known))}"


def unknown_key(model: type[BaseModel], location: Location) -> str:
    """Say what may have been meant by an unknown key: a name at its place, or the same name in another section."""
    *above, last = location
    name = str(last)
    here = list(_model_at(model, above).model_fields)
    elsewhere = [path for path in every_key(model) if path[-1] == name.lower() and len(path) > 1]
    if elsewhere and name.lower() not in here:
        return f'unknown key; did you mean "{dotted(elsewhere[0])}"?'
    return f"unknown key; {nearest(name, here)}"


def every_key(model: type[BaseModel], above: Location = ()) -> Iterator[Location]:
    """Walk the path of each key that the model knows, sections left out."""
    for name, field in model.model_fields.items():
        below = section_of(field.annotation)
        if below is None:
            yield (*above, name)
        else:
            yield from every_key(below, (*above, name))


def section_of(annotation: Any) -> type[BaseModel] | None:
    """Return the model inside a field's type, or None for a plain value."""
    for candidate in (annotation, *get_args(annotation)):
        if isinstance(candidate, type) and issubclass(candidate, BaseModel):
            return candidate
    return None


def _model_at(model: type[BaseModel], path: Sequence[int | str]) -> type[BaseModel]:
    for part in path:
        if isinstance(part, str) and part in model.model_fields:
            model = section_of(model.model_fields[part].annotation) or model
    return model
