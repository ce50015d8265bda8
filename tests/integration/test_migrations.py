"""Migrations: their sum is what the models say, the code knows them all, and making a database is safe for several."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text
from sqlmodel import SQLModel

import tickets.tables  # noqa: F401  (registers every table)
from tests.databases import MADE_AT
from tickets.migrate import configuration
from tickets.store import REVISIONS, Store, connect, open_store


def test_the_code_knows_every_migration_in_the_folder() -> None:
    found = [one.revision for one in ScriptDirectory.from_config(configuration()).walk_revisions()]
    assert tuple(reversed(found)) == REVISIONS


def test_models_are_the_sum_of_the_migrations(store: Store) -> None:
    with store.engine.connect() as connection:
        options = {"compare_type": True, "compare_server_default": True, "include_name": _is_modelled}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, SQLModel.metadata) == []


def _is_modelled(name: str | None, kind: str, _parents: object) -> bool:
    """Return False for the index of words: it is the database's own (test_search.py holds it to its work)."""
    return kind not in ("table", "index") or not (name or "").startswith("message_words")


def test_the_models_checks_are_in_the_database_too(store: Store) -> None:
    """Alembic does not compare CHECKs, so they are compared here."""
    with store.engine.connect() as connection:
        for table in SQLModel.metadata.sorted_tables:
            said = {str(one.name) for one in table.constraints if type(one).__name__ == "CheckConstraint"}
            assert {str(one["name"]) for one in inspect(connection).get_check_constraints(table.name)} == said, table


def test_every_list_of_words_is_the_same_in_the_database(store: Store) -> None:
    with store.engine.connect() as connection:
        for table in SQLModel.metadata.sorted_tables:
            stored = {one["name"]: one["sqltext"] for one in inspect(connection).get_check_constraints(table.name)}
            for constraint in table.constraints:
                if type(constraint).__name__ == "CheckConstraint" and str(constraint.name).endswith("_words"):
                    meant = _words(str(constraint.sqltext))  # type: ignore[attr-defined]
                    assert _words(str(stored[str(constraint.name)])) == meant, (table.name, constraint.name)


def _words(check: str) -> set[str]:
    return set(check.split("'")[1::2])


def test_several_processes_may_make_the_database_at_once(empty_database_url: str) -> None:
    program = (
        "import sys; from datetime import datetime, UTC\n"
        "from tickets.store import open_store\n"
        "import tickets.migrate\n"
        "print('ready', flush=True); sys.stdin.readline()\n"
        "open_store(sys.argv[1], now=datetime(2026, 11, 2, tzinfo=UTC)).close()\n"
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", program, empty_database_url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    try:
        for one in processes:
            assert one.stdout is not None
            assert one.stdout.readline() == "ready\n"
        for one in processes:
            assert one.stdin is not None
            one.stdin.write("go\n")
            one.stdin.flush()
        ends = [(one.communicate()[1], one.returncode) for one in processes]
    finally:
        for one in processes:
            one.kill()
            one.wait()
    assert ends == [("", 0)] * 2
    made = open_store(empty_database_url, now=MADE_AT)
    with made.engine.connect() as connection:
        assert _count(connection, "alembic_version") == 1
        assert _count(connection, "keys") == 1
    made.close()


def test_connections_that_make_one_file_together_all_succeed(tmp_path: Path) -> None:
    """The change to write-ahead logging is the one lock that SQLite does not wait for; once in ~15 it collided."""
    for number in range(60):
        together = Barrier(6)

        def use(url: str = f"sqlite:///{tmp_path}/{number}.db", together: Barrier = together) -> str:
            store = connect(url)
            together.wait()
            with store.engine.connect() as connection:
                mode = str(connection.execute(text("PRAGMA journal_mode")).scalar_one())
            store.close()
            return mode

        with ThreadPoolExecutor(6) as threads:
            modes = [one.result() for one in [threads.submit(use) for _ in range(6)]]
        assert modes == ["wal"] * 6


def _count(connection: Connection, table: str) -> int:
    return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())
