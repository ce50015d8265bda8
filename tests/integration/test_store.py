"""The store: making and opening a database, transactions, and one clear error for each way it can fail."""

import grp
import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import StatementError

from tests.databases import MADE_AT, Postgresql
from tickets import people, store
from tickets.states import Role
from tickets.store import (
    REVISIONS,
    Store,
    StoreDamaged,
    StoreNewer,
    StoreOutdated,
    StoreSettingsError,
    StoreUnavailable,
    connect,
    current_revision,
    open_store,
    signing_key,
)
from tickets.tables import Setting, Staff

NOON = datetime(2026, 11, 23, 17, 0, 0, 123456, tzinfo=UTC)


def set_word(one: Store, name: str, value: str, at: datetime = NOON) -> None:
    with one.write() as session:
        session.merge(Setting(name=name, value=value, changed_at=at))


def word(one: Store, name: str) -> str | None:
    with one.read() as session:
        found = session.get(Setting, name)
        return found.value if found is not None else None


@contextmanager
def opened(url: str) -> Iterator[Store]:
    one = open_store(url, now=MADE_AT)
    try:
        yield one
    finally:
        one.close()


class TestMaking:
    def test_an_empty_database_is_made_at_the_newest_revision(self, empty_database_url: str) -> None:
        with opened(empty_database_url) as one:
            assert current_revision(one.engine) == REVISIONS[-1]
            assert one.dialect in empty_database_url

    def test_what_was_written_is_there_when_it_is_opened_again(self, empty_database_url: str) -> None:
        with opened(empty_database_url) as one:
            set_word(one, "lema", "ñandú «1»")
            with one.read() as session:
                key = signing_key(session)
        with opened(empty_database_url) as one:
            assert word(one, "lema") == "ñandú «1»"
            with one.read() as session:
                assert signing_key(session) == key, "a desk keeps its key, or its own Message-IDs become strangers"
        assert len(key) == 32

    def test_every_desk_has_a_key_of_its_own(self, tmp_path: Path) -> None:
        keys = set()
        for name in ("one.db", "two.db"):
            with opened(f"sqlite:///{tmp_path / name}") as one, one.read() as session:
                keys.add(signing_key(session))
        assert len(keys) == 2

    def test_looking_at_an_empty_database_makes_nothing(self, empty_database_url: str) -> None:
        one = connect(empty_database_url)
        assert current_revision(one.engine) is None
        one.close()


class TestTransactions:
    def test_write_commits_at_the_end_of_the_block(self, store: Store) -> None:
        with store.write() as session:
            session.add(Setting(name="a", value="1", changed_at=NOON))
            session.flush()
            assert word(store, "a") is None, "nobody else sees it before"
        assert word(store, "a") == "1"

    def test_write_rolls_everything_back_when_the_block_raises(self, store: Store) -> None:
        def fail() -> None:
            with store.write() as session:
                session.add(Setting(name="a", value="1", changed_at=NOON))
                session.flush()
                session.add(Setting(name="b", value="1", changed_at=NOON))
                raise LookupError("in the middle")

        with pytest.raises(LookupError):
            fail()
        assert (word(store, "a"), word(store, "b")) == (None, None)

    def test_nothing_changed_while_reading_is_kept(self, store: Store) -> None:
        with store.read() as session:
            session.add(Setting(name="a", value="1", changed_at=NOON))
            session.flush()
        assert word(store, "a") is None

    def test_sqlite_takes_the_write_lock_with_the_first_question(self, sqlite_store: Store) -> None:
        file = sqlite_store.engine.url.database
        with closing(sqlite3.connect(str(file), timeout=0, isolation_level=None)) as other:
            with sqlite_store.write() as session:
                session.execute(text("SELECT 1 FROM settings"))  # only read, and still nobody else may begin to write
                with pytest.raises(sqlite3.OperationalError, match="locked"):
                    other.execute("BEGIN IMMEDIATE")
                assert other.execute("SELECT count(*) FROM settings").fetchone() == (0,), "readers go on"
            with sqlite_store.read() as session:
                session.execute(text("SELECT 1 FROM settings"))
                other.execute("BEGIN IMMEDIATE")  # reading keeps nobody from writing
                other.execute("ROLLBACK")

    def test_sqlite_runs_as_the_desk_needs_it(self, sqlite_store: Store) -> None:
        with sqlite_store.read() as session:
            told = {
                name: session.execute(text(f"PRAGMA {name}")).scalar_one()
                for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
            }
        assert told == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30000}


class TestInstants:
    def test_an_instant_comes_back_the_same_and_aware(self, store: Store) -> None:
        lima = NOON.astimezone(timezone(timedelta(hours=-5)))
        set_word(store, "a", "", at=lima)
        with store.read() as session:
            found = session.get_one(Setting, "a").changed_at
        assert found == NOON
        assert found.utcoffset() == timedelta(0)

    def test_a_naive_instant_is_refused(self, store: Store) -> None:
        with pytest.raises(StatementError, match="an instant needs a time zone"):
            set_word(store, "a", "", at=NOON.replace(tzinfo=None))
        assert word(store, "a") is None


class TestConstraints:
    def test_a_login_belongs_to_one_person(self, store: Store) -> None:
        with store.write() as session:
            people.add(session, login="ana", name="Ana", email="ana@example.org", role=Role.CONSULTANT, now=NOON)
        with store.write() as session:
            with pytest.raises(people.StaffExists):
                people.add(session, login="ana", name="Otra", email="o@example.org", role=Role.AUDITOR, now=NOON)
            people.add(session, login="luz", name="Luz", email="luz@example.org", role=Role.AUDITOR, now=NOON)
        with store.read() as session:
            assert [one.name for one in people.listing(session)] == ["Ana", "Luz"], "the transaction itself went on"

    def test_signing_key_lost(self, store: Store) -> None:
        with store.write() as session:
            session.execute(text("DELETE FROM keys"))
        with store.read() as session, pytest.raises(StoreDamaged, match="recupere una copia"):
            signing_key(session)


class TestVersions:
    def test_a_newer_database_is_left_alone(self, database_url: str) -> None:
        with opened(database_url) as one, one.write() as session:
            session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        with pytest.raises(StoreNewer, match=r"9999.*no se cambió nada"):
            open_store(database_url, now=MADE_AT)
        one = connect(database_url)
        assert current_revision(one.engine) == "9999"
        one.close()

    def test_an_older_database_must_be_upgraded_first(self, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(store, "REVISIONS", (*REVISIONS, "9998"))
        with pytest.raises(StoreOutdated, match="som db upgrade"):
            open_store(database_url, now=MADE_AT)


class TestFailures:
    def test_a_file_that_is_no_database(self, tmp_path: Path) -> None:
        path = tmp_path / "som.db"
        path.write_bytes(b"this has never been a database\n" * 200)
        with pytest.raises(StoreDamaged, match="recupere una copia"):
            open_store(f"sqlite:///{path}", now=MADE_AT)
        assert path.read_bytes().startswith(b"this has never"), "whatever it is, it is left as it was"

    def test_a_damaged_page(self, sqlite_store: Store) -> None:
        with sqlite_store.write() as session:
            session.add_all(
                [
                    Staff(
                        login=f"p{n}", name="x" * 180, email=f"{n}@example.org", role=Role.CONSULTANT, created_at=NOON
                    )
                    for n in range(400)
                ]
            )
        sqlite_store.close()  # the last to leave folds the write-ahead log in
        path = Path(str(sqlite_store.engine.url.database))
        body = bytearray(path.read_bytes())
        first = body.index(b"x" * 180)
        for page in range(first // 4096, len(body) // 4096):
            body[page * 4096 : page * 4096 + 64] = b"\xff" * 64
        path.write_bytes(body)

        def read_all() -> None:
            with sqlite_store.read() as session:
                session.execute(text("SELECT count(name), max(name) FROM staff")).all()

        with pytest.raises(StoreDamaged, match="dañado"):
            read_all()

    def test_a_postgresql_that_does_not_answer(self, tmp_path: Path) -> None:
        with pytest.raises(StoreUnavailable, match="no responde"):
            open_store(f"postgresql://som@/som?host={tmp_path}", now=MADE_AT)
        with pytest.raises(StoreUnavailable):
            open_store("postgresql+psycopg://som:secreto@127.0.0.1:1/som", now=MADE_AT)

    def test_no_password_is_told(self) -> None:
        with pytest.raises(StoreUnavailable) as told:
            open_store("postgresql://som:canario-9x@127.0.0.1:1/som", now=MADE_AT)
        assert "canario-9x" not in str(told.value)

    def test_a_connection_lost_on_the_way(self, postgresql_server: Postgresql) -> None:
        with postgresql_server.database() as url, opened(url) as one:
            name = str(one.engine.url.database)

            def use() -> None:
                with one.write() as session:
                    session.add(Setting(name="a", value="1", changed_at=NOON))
                    session.flush()
                    cut(postgresql_server.admin, name)
                    session.execute(text("SELECT 1"))

            with pytest.raises(StoreUnavailable):
                use()
            assert word(one, "a") is None, "the next transaction finds a connection by itself"

    @pytest.mark.parametrize(
        ("url", "said"),
        [
            ("", "cannot be used"),
            ("som.db", "cannot be used"),
            ("mysql://localhost/som", "mysql is not supported"),
            ("oracle://localhost/som", "oracle is not supported"),
            ("sqlite+nothing:///som.db", "cannot be used"),
        ],
    )
    def test_an_address_that_cannot_be_used(self, url: str, said: str) -> None:
        with pytest.raises(StoreSettingsError, match=said):
            open_store(url, now=MADE_AT)

    def test_a_folder_that_cannot_be(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        with pytest.raises(StoreSettingsError, match="file"):
            open_store(f"sqlite:///{tmp_path / 'file' / 'som.db'}", now=MADE_AT)


def cut(admin: psycopg.Connection[tuple[object, ...]], database: str) -> None:
    admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [database])


class TestFiles:
    def test_only_the_owner_reads_the_database(self, tmp_path: Path) -> None:
        with opened(f"sqlite:///{tmp_path / 'desk' / 'som.db'}") as one:
            set_word(one, "a", "1")
            files = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "desk").iterdir()}
        assert files == {"som.db": 0o600, "som.db-wal": 0o600, "som.db-shm": 0o600}

    def test_a_group_that_shares_a_desk_reads_and_writes_it(self, tmp_path: Path) -> None:
        before = os.umask(0o077)  # opening for a group changes it
        try:
            group = grp.getgrgid(os.getgid()).gr_name
            one = open_store(f"sqlite:///{tmp_path / 'desk' / 'som.db'}", now=MADE_AT, group=group)
            set_word(one, "a", "1")
            files = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "desk").iterdir()}
            one.close()
        finally:
            os.umask(before)
        assert files == {"som.db": 0o660, "som.db-wal": 0o660, "som.db-shm": 0o660}
        assert stat.S_IMODE((tmp_path / "desk").stat().st_mode) == 0o2770
        with pytest.raises(StoreSettingsError, match="no-such-group"):
            open_store(f"sqlite:///{tmp_path / 'other' / 'som.db'}", now=MADE_AT, group="no-such-group")
