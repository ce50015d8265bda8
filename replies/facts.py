"""What the texts rest on: facts with their confidence, the official channels, and the variables filled for everyone."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from replies.template import Variable, variable

Confidence = Literal["alta", "media", "baja"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing known, with where it was read. Nothing ``baja`` is ever stated; ``caution`` names its doubtful part."""

    text: str
    source: str
    confidence: Confidence
    caution: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """An official channel. ``url`` is "" when no official address has been checked.

    ``entity`` says whether it is an entity to which a case can be referred, and not a procedure of one, or ourselves.
    """

    id: str
    name: str
    competence: str
    how: str
    url: str
    source: str
    confidence: Confidence
    reviewed_on: date
    entity: bool = True


@cache
def facts() -> dict[str, Fact]:
    """Return every fact by its id."""
    return {fact_id: Fact(**row) for fact_id, row in _read("facts.toml").items()}


@cache
def channels() -> dict[str, Channel]:
    """Return the channels that may be offered, by id: those whose confidence is not baja."""
    rows = {channel_id: Channel(id=channel_id, **row) for channel_id, row in _read("channels.toml").items()}
    return {channel_id: channel for channel_id, channel in rows.items() if channel.confidence != "baja"}


@cache
def entities() -> tuple[Channel, ...]:
    """Return the entities to which a person can be sent, by name."""
    return tuple(sorted((one for one in channels().values() if one.entity), key=lambda one: one.name.casefold()))


@cache
def automatic() -> dict[str, Variable]:
    """Return the variables that the service fills in any text, by name."""
    return {name: variable({"name": name, **row}) for name, row in _read("variables.toml").items()}


def cause_words(cause: str, language: str) -> str:
    """Say to a citizen, in es, en or pt, why our answer was late; "" for a reason that has no sentence of its own."""
    return _causes().get(cause, {}).get(language, "")


@cache
def _causes() -> dict[str, dict[str, str]]:
    return _read("causes.toml")


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(files("templates").joinpath(name).read_text(encoding="utf-8"))
