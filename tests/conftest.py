"""What every test starts from: no settings from the caller's environment, repeatable properties."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests.databases import MADE_AT, Postgresql, make_sqlite, postgresql, sqlite_database
from tickets.store import Store, open_store

if TYPE_CHECKING:
    from casework.desk import Desk
    from tests.desks import Clock

for name in [name for name in os.environ if name.startswith("SOM_") and name != "SOM_REQUIRE_ALL"]:
    del os.environ[name]

settings.register_profile("default", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "default")


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[Postgresql]:
    """One PostgreSQL for the whole session."""
    with postgresql() as server:
        yield server


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database as the migrations make it; tests copy it."""
    return make_sqlite(tmp_path_factory.mktemp("sqlite") / "made.db")


@pytest.fixture(params=("sqlite", "postgresql"))
def dialect(request: pytest.FixtureRequest) -> str:
    """Every test of the store runs on both databases."""
    return str(request.param)


@pytest.fixture
def empty_database_url(dialect: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a database in which nothing has been made."""
    if dialect == "sqlite":
        with sqlite_database() as url:
            yield url
    else:
        with request.getfixturevalue("postgresql_server").database(empty=True) as url:
            yield url


@pytest.fixture
def database_url(dialect: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a fresh database of the desk."""
    if dialect == "sqlite":
        with sqlite_database(request.getfixturevalue("sqlite_template")) as url:
            yield url
    else:
        with request.getfixturevalue("postgresql_server").database() as url:
            yield url


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """A fresh store, on SQLite and on PostgreSQL."""
    opened = open_store(database_url, now=MADE_AT)
    yield opened
    opened.close()


@pytest.fixture
def sqlite_store(sqlite_template: Path) -> Iterator[Store]:
    """A fresh store on SQLite alone, for what does not depend on the database."""
    with sqlite_database(sqlite_template) as url:
        opened = open_store(url, now=MADE_AT)
        yield opened
        opened.close()


@pytest.fixture
def postgresql_store(postgresql_server: Postgresql) -> Iterator[Store]:
    """A fresh store on PostgreSQL alone, for what only several writers at once can show."""
    with postgresql_server.database() as url:
        opened = open_store(url, now=MADE_AT)
        yield opened
        opened.close()


@pytest.fixture
def clock() -> "Clock":
    """A clock that stands on a Monday at ten until it is moved."""
    from tests.desks import Clock

    return Clock()


@pytest.fixture
def desk(store: Store, clock: "Clock") -> "Desk":
    """A desk on SQLite and on PostgreSQL, at the hour of ``clock``."""
    from tests.desks import build

    return build(store, clock)
