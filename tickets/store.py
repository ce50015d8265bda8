"""The store: one engine, sessions that commit or roll back whole, and the shape of the database."""

import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from secrets import token_hex
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

from tickets.tables import Key

__all__ = [
    "REVISIONS",
    "Connection",
    "DatabaseAddress",
    "Line",
    "Session",
    "Store",
    "StoreDamaged",
    "StoreError",
    "StoreNewer",
    "StoreOutdated",
    "StoreSettingsError",
    "StoreUnavailable",
    "address_of",
    "connect",
    "current_revision",
    "open_existing",
    "open_store",
    "signing_key",
    "upgrade",
]

REVISIONS = ("0001", "0002")
"""The migrations that this code knows, oldest first; a test holds them against the folder."""

_TRIES, _PAUSE = 600, 0.05
"""How often, and seconds apart, a file is asked to become write-ahead: as long as any other lock is waited for."""


class StoreError(Exception):
    """The store cannot do what was asked."""


class StoreSettingsError(StoreError):
    """The database address cannot be used."""


class StoreUnavailable(StoreError):
    """The database does not answer now; the same call may succeed later."""


class StoreDamaged(StoreError):
    """The database file contradicts itself."""


class StoreOutdated(StoreError):
    """The database was made by an older version of the code and must be upgraded first."""


class StoreNewer(StoreError):
    """The database was made by a newer version of the code; this one must not touch it."""


class Store:
    """A database of the desk. Sessions come from ``write`` and ``read``; both end with the block."""

    def __init__(self, engine: Engine) -> None:
        """Wrap an engine made by ``open_store``."""
        self.engine = engine
        self.fresh = False  # True when it was ``open_store`` that made the tables
        self._writing = engine.execution_options(som_write=True)

    @property
    def dialect(self) -> str:
        """Return "sqlite" or "postgresql"."""
        return self.engine.dialect.name

    @property
    def place(self) -> str:
        """Return where the database is, for people: a SQLite file, or an address without its password."""
        url = self.engine.url
        if self.dialect == "sqlite":
            return str(Path(url.database or "").absolute())
        return url.render_as_string(hide_password=True)

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Open a transaction that commits at the end of the block and rolls back when the block raises.

        SQLite takes the write lock at the start (``BEGIN IMMEDIATE``), so that what was read is still true when
        it is written. Raises ``StoreUnavailable`` or ``StoreDamaged`` for the database's own failures.
        """
        with _mapped_errors(), Session(self._writing, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Open a transaction for reading; nothing that is changed in it is kept."""
        with _mapped_errors(), Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def snapshot(self) -> Iterator[Session]:
        """Open a transaction for reading that sees one instant, whatever is written meanwhile.

        What a SQLite file holds as text and is none is read all the same, with a mark for each byte that is not.
        """
        with self.read() as session:
            if self.dialect == "postgresql":  # SQLite's readers always see one instant
                session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
                yield session
                return
            driver: Any = session.connection().connection.driver_connection
            driver.text_factory = _any_text
            try:
                yield session
            finally:
                driver.text_factory = str

    @contextmanager
    def line(self) -> Iterator["Line"]:
        """Keep one connection for many short transactions of few statements, each cheaper than a session."""
        with _mapped_errors(), self._writing.connect() as connection:
            yield Line(connection)

    def close(self) -> None:
        """Give every connection back."""
        self.engine.dispose()


def _any_text(stored: bytes) -> str:
    return stored.decode("utf-8", "replace")


class Line:
    """One connection, kept by whoever has many small changes to commit one by one."""

    def __init__(self, connection: Connection) -> None:
        """Wrap a connection that no transaction is open on."""
        self._connection = connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Open a transaction as ``Store.write`` does, without the objects of a session."""
        with _mapped_errors(), self._connection.begin():
            yield self._connection


def open_store(url: str, *, now: datetime, group: str = "") -> Store:
    """Open the database at a SQLAlchemy URL, making it when it does not exist.

    A SQLite file is made 0600, or 0660 in a folder of ``group`` when several logins share it. Raises
    ``StoreSettingsError``, ``StoreUnavailable``, ``StoreDamaged``, ``StoreOutdated`` or ``StoreNewer``.
    """
    store = connect(url, group=group)
    try:
        if not _is_made(store):
            upgrade(store, now=now)
            store.fresh = True
    except BaseException:
        store.close()
        raise
    return store


def open_existing(url: str) -> Store | None:
    """Open the database at a SQLAlchemy URL, or return None when none has been made there. Raises as ``open_store``."""
    if _file_is_missing(url):
        return None
    store = connect(url)
    try:
        if _is_made(store):
            return store
    except BaseException:
        store.close()
        raise
    store.close()
    return None


def connect(url: str, *, group: str = "") -> Store:
    """Make the engine, without looking at what the database holds."""
    try:
        address = make_url(url)
        if address.get_backend_name() == "postgresql":
            engine = create_engine(address.set(drivername="postgresql+psycopg"), pool_pre_ping=True)
        elif address.get_backend_name() == "sqlite":
            engine = create_engine(address, connect_args={"timeout": 30})
            if address.database and address.database != ":memory:":
                _prepare_file(Path(address.database), group)
            event.listen(engine, "connect", _prepare_sqlite)
            event.listen(engine, "begin", _begin_sqlite)
        else:
            raise StoreSettingsError(
                f"[database] url: {address.get_backend_name()} is not supported; use sqlite or postgresql"
            )
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
        raise StoreSettingsError(f"[database] url cannot be used: {error}") from None
    return Store(engine)


@dataclass(frozen=True, slots=True)
class DatabaseAddress:
    """Where a database is, for the programs that copy it: ``plain`` holds no password."""

    kind: str  # "sqlite" or "postgresql"
    path: str  # of a SQLite file
    plain: str
    password: str = field(repr=False)


def address_of(url: str) -> DatabaseAddress:
    """Take a SQLAlchemy URL apart. Raises ``StoreSettingsError``."""
    try:
        address = make_url(url)
    except ArgumentError as error:
        raise StoreSettingsError(f"[database] url cannot be used: {error}") from None
    plain = address.set(drivername=address.get_backend_name(), password=None)
    return DatabaseAddress(
        kind=address.get_backend_name(),
        path=address.database or "",
        plain=plain.render_as_string(hide_password=False),
        password=str(address.password or ""),
    )


def upgrade(store: Store, *, now: datetime) -> None:
    """Bring the database to the newest revision, making it when it is empty. Safe to call from several processes."""
    from tickets.migrate import to_newest  # Alembic is slow to import and rarely needed

    with _mapped_errors():
        to_newest(store.engine)
        insert = postgresql.insert if store.dialect == "postgresql" else sqlite.insert
        made = {"name": "signing", "secret": token_hex(32), "created_at": now}
        with store.write() as session:  # another process may be making the same database at this moment
            session.execute(insert(Key).values(made).on_conflict_do_nothing())


def current_revision(engine: Engine) -> str | None:
    """Return the revision that the database is at, or None when it is empty."""
    with _mapped_errors(), engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def signing_key(session: Session) -> bytes:
    """Return the key that signs references and hashes addresses."""
    key = session.get(Key, "signing")
    if key is None:
        raise StoreDamaged("a la base de datos le falta su clave de firma; recupere una copia")
    return bytes.fromhex(key.secret)


def _is_made(store: Store) -> bool:
    """Return False when the database is empty; raise when it is not one that this code works with."""
    with _mapped_errors():
        revision = current_revision(store.engine)
    if revision is None:
        return False
    if revision not in REVISIONS:
        raise StoreNewer(
            f"la base de datos está en la revisión {revision}, que esta versión no conoce; "
            "instale la versión de som que la hizo; no se cambió nada"
        )
    if revision != REVISIONS[-1]:
        raise StoreOutdated(f"la base de datos está en la revisión {revision}; ejecute: som db upgrade")
    return True


def _file_is_missing(url: str) -> bool:
    try:
        address = make_url(url)
    except ArgumentError as error:
        raise StoreSettingsError(f"[database] url cannot be used: {error}") from None
    return address.get_backend_name() == "sqlite" and not Path(address.database or "").is_file()


def _prepare_file(path: Path, group: str) -> None:
    try:
        if group:
            os.umask(0o007)  # SQLite gives its -wal and -shm files the mode of the database within the umask
        if not path.parent.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            if group:
                shutil.chown(path.parent, group=group)
                path.parent.chmod(0o2770)  # what is made in it belongs to the group
        if not path.exists():
            _make_file(path, group)
        elif path.is_file() and not path.stat().st_size:
            raise StoreDamaged(
                f"{path}: el archivo está vacío y una base nunca lo está; "
                "recupere una copia (som restore), o bórrelo si todavía no había nada en él"
            )
    except LookupError:
        raise StoreSettingsError(f"[database] group: there is no group {group!r} on this machine") from None
    except OSError as error:
        raise StoreSettingsError(f"[database] url: {path}: {error.strerror}") from None


def _make_file(path: Path, group: str) -> None:
    """Make a SQLite database in WAL mode under a name of its own and give it its place whole.

    So a file without a byte is never one that somebody is just making: it has lost what it held.
    """
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    os.close(handle)
    made = Path(name)
    try:
        with closing(sqlite3.connect(made)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
        made.chmod(0o660 if group else 0o600)
        if group:
            shutil.chown(made, group=group)
        try:
            os.link(made, path)
        except FileExistsError:
            pass  # another process was faster
        except OSError:  # a file system without hard links: nearly as good, and nobody overwrites what is there
            if not path.exists():
                made.rename(path)
    finally:
        made.unlink(missing_ok=True)


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    _write_ahead(connection)
    for pragma in (
        "synchronous=FULL",
        "foreign_keys=ON",
        "busy_timeout=30000",
        "wal_autocheckpoint=4000",
        "cache_size=-16000",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Put a database into WAL mode.

    That is written into the file once, under an exclusive lock for which SQLite does not wait as it does for the
    others: of two processes that open a new file together, one is refused at once and has to try again.
    """
    for waited in range(_TRIES):
        try:
            if connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
                connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or waited == _TRIES - 1:
                raise
            time.sleep(_PAUSE)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    writing = connection.get_execution_options().get("som_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


@contextmanager
def _mapped_errors() -> Iterator[None]:
    """Turn the database's own failures into ours, so that no room above needs to know them."""
    try:
        yield
    except OperationalError as error:
        raise StoreUnavailable(f"la base de datos no responde: {_first_line(error)}") from error
    except DBAPIError as error:
        if isinstance(error.orig, sqlite3.DatabaseError) and type(error.orig) is sqlite3.DatabaseError:
            said = f"el archivo de la base de datos está dañado: {_first_line(error)}; recupere una copia"
            raise StoreDamaged(said) from error
        if error.connection_invalidated:
            raise StoreUnavailable(f"se perdió la conexión con la base de datos: {_first_line(error)}") from error
        raise


def _first_line(error: SQLAlchemyError) -> str:
    original = getattr(error, "orig", None)
    lines = str(original or error).splitlines()
    return lines[0] if lines else type(error).__name__
