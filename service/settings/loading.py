"""Reads ``config.toml`` and the environment into ``Settings``, or says everything that is wrong with them."""

import os
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from letters.loopback import is_loopback
from service.exits import Misused
from service.settings.model import DELIMITER, PREFIX, Settings
from service.settings.problems import Location, Problem, dotted, nearest, refuse, section_of, unknown_key

DEFAULT_FILE = Path("config.toml")

_URL_PASSWORD = re.compile(r"^\w+(?:\+\w+)?://[^/@:]*:[^/@]+@(\[[^\]]+\]|[^/:?]*)")


def load(path: Path | None = None) -> Settings:
    """Read a settings file (default ``./config.toml``), with ``SOM_<SECTION>__<KEY>`` from the environment above it.

    Raises ``Misused`` when there is no such file or anything in it, or in the environment, is wrong; every problem
    is listed with its file or variable, its dotted key and what is wrong.
    """
    file = path if path is not None else DEFAULT_FILE
    return _settings(_table(file), file)


def load_or_default(path: Path | None = None) -> Settings:
    """Do as ``load``, but run on the built-in defaults when no file was named and none lies in the current folder."""
    if path is None and not DEFAULT_FILE.exists():
        return _settings({}, None)
    return load(path)


def _table(file: Path) -> dict[str, Any]:
    try:
        text = file.read_bytes().decode("utf-8")
        return tomllib.loads(text)
    except FileNotFoundError:
        raise Misused(f"{file}: there is no such settings file; name one with --config") from None
    except OSError as error:
        raise Misused(f"{file}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise Misused(f"{file}: is not UTF-8 text") from None
    except tomllib.TOMLDecodeError as error:
        raise Misused(f"{file}: is not TOML: {error}") from None


def _settings(table: dict[str, Any], file: Path | None) -> Settings:
    problems = [*_stray_variables(), *_readable_secret(table, file)]
    try:
        settings = Settings(**table)
    except ValidationError as error:
        problems += [_problem(detail, table, file) for detail in error.errors(include_url=False)]
    if problems:
        raise refuse(problems)
    return settings.at(file)


def _problem(detail: ErrorDetails, table: dict[str, Any], file: Path | None) -> Problem:
    location: Location = detail["loc"]
    variable = _variable(location)
    if detail["type"] == "extra_forbidden":
        message = unknown_key(Settings, location)
    elif detail["type"] == "missing":
        message = "is missing"
    elif detail["type"] in ("tuple_type", "model_type", "model_attributes_type") and variable:
        message = "must be JSON, such as " + ('["a@example.org"]' if len(location) > 1 else "a list or an object")
    else:
        message = detail["msg"].removeprefix("Value error, ").replace("Input should be", "must be")
        if not isinstance(detail["input"], dict | list | tuple) and "value_error" not in detail["type"]:
            message = f"{message}, not {detail['input']!r:.80}"
    source = variable or (str(file) if file else "settings")
    return Problem(source=source, key=dotted(location), message=message)


def _variable(location: Location) -> str:
    """Return the environment variable that a value at this place came from, or ""."""
    set_here = {name.upper(): name for name in os.environ}
    names = [str(part).upper() for part in location if isinstance(part, str)]
    for length in range(len(names), 0, -1):
        if (name := PREFIX + DELIMITER.join(names[:length])) in set_here:
            return set_here[name]
    return ""


def _stray_variables() -> Iterator[Problem]:
    """Find ``SOM_<SECTION>__<KEY>`` variables whose section does not exist; they would be ignored."""
    for name in sorted(os.environ):
        if not name.upper().startswith(PREFIX) or DELIMITER not in name[len(PREFIX) :]:
            continue
        section = name[len(PREFIX) :].split(DELIMITER, 1)[0].lower()
        field = Settings.model_fields.get(section)
        if field is None or section_of(field.annotation) is None:
            yield Problem(
                source=name, key=section, message=f"unknown section; {nearest(section, list(Settings.model_fields))}"
            )


def _readable_secret(table: dict[str, Any], file: Path | None) -> Iterator[Problem]:
    """Refuse a database password in a file that other logins can read, unless it opens this machine's database only."""
    database = table.get("database")
    url = database.get("url") if isinstance(database, dict) else None
    if file is None or not isinstance(url, str) or (match := _URL_PASSWORD.match(url)) is None:
        return
    if file.stat().st_mode & 0o077 and not is_loopback(match.group(1) or "localhost"):
        yield Problem(
            source=str(file),
            key="database.url",
            message="holds a password that other logins can read; use database.password_env, or chmod 600 the file",
        )
