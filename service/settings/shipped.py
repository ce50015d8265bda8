"""Writes the ``config.toml`` that ships with the desk: every key with its sentence and its default."""

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from service.settings.fields import OFFICIAL_ADDRESS
from service.settings.model import Settings
from service.settings.problems import section_of

EXAMPLES: dict[str, dict[str, Any]] = {
    "mailbox": {
        "name": "som",
        "address": OFFICIAL_ADDRESS,
        "host": "imap.example.org",
        "user": OFFICIAL_ADDRESS,
        "password_env": "SOM_MAILBOX_PASSWORD",
        "done_folder": "Procesados",
    },
    "smtp": {
        "host": "smtp.example.org",
        "user": OFFICIAL_ADDRESS,
        "password_env": "SOM_SMTP_PASSWORD",
        "from_address": OFFICIAL_ADDRESS,
    },
}
"""Values that show how a wire is set up; every other key ships with its default."""

HEADER = """\
# Settings of the desk of the Servicio de Orientación para el Migrante.
#
# Every key is here with its default; a key that is left out takes it. Times of day are Lima time.
# Any key can be set by an environment variable SOM_<SECTION>__<KEY>, such as SOM_INTAKE__POLL_SECONDS=30; lists are
# written as JSON, and the mailboxes together as a JSON list of objects in SOM_MAILBOX.
# No password belongs in this file: name the environment variable or the private file that holds it.
"""


def render() -> str:
    """Return the text of the shipped ``config.toml``."""
    return "\n".join([HEADER, *_sections()])


def literal(value: Any) -> str:
    """Write a value as TOML."""
    if isinstance(value, dt.time | dt.date):
        text = value.isoformat()
        return f'"{text[:5]}"' if isinstance(value, dt.time) and text.endswith(":00") else text
    if isinstance(value, str | bool | tuple | list):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def comment(field: FieldInfo) -> str:
    """Return the line above a key: what it is, and its default."""
    default = "Required." if field.is_required() else f"Default: {literal(field.default)}."
    return f"# {field.description} {default}"


def _sections() -> Iterator[str]:
    for name, field in Settings.model_fields.items():
        section = section_of(field.annotation)
        if section is None:
            continue
        opening = f"[[{name}]]" if name == "mailbox" else f"[{name}]"
        yield "\n".join([f"# {_sentence(section)}", opening, *_keys(section, EXAMPLES.get(name, {})), ""])


def _keys(section: type[BaseModel], example: dict[str, Any]) -> Iterator[str]:
    for name, field in section.model_fields.items():
        default = "" if field.is_required() else field.default
        yield comment(field)
        yield f"{name} = {literal(example.get(name, default))}"


def _sentence(section: type[BaseModel]) -> str:
    return (section.__doc__ or "").strip().splitlines()[0]
