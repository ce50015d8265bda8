"""A test that needs something the machine lacks: skipped with the reason, or failed where everything is required."""

import os
import shutil
from typing import NoReturn

import pytest


def missing(what: str) -> NoReturn:
    """Skip the test because ``what`` is missing; with SOM_REQUIRE_ALL=1 in the environment fail it."""
    reason = f"needs {what}, which this machine does not have"
    if os.environ.get("SOM_REQUIRE_ALL") == "1":
        pytest.fail(f"{reason} (SOM_REQUIRE_ALL=1)", pytrace=False)
    pytest.skip(reason)


def program(name: str) -> str:
    """Return the path of a program, looking also where Debian puts servers; without it the test is ``missing``."""
    path = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin:/usr/local/sbin")
    return path or missing(name)
