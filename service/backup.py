"""Backup and restore: one file that holds the desk, taken while the daemon runs.

A restored desk holds its outbox until a person releases it: letters that left after the backup was taken would
otherwise leave again. Letters that were on the wire at that moment become uncertain.
"""

import gzip
import json
import os
import shutil
import sqlite3
import subprocess
import tempfile
import zlib
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path

from service.exits import Damaged, Misused, Refused, Temporary, path_error
from tickets import journal, outgoing
from tickets.journal import Event
from tickets.store import DatabaseAddress, Store, StoreError, address_of, connect, current_revision, open_store

HELD = "restaurada de una copia: revise qué salió después y suéltela con «som outbox release»"
_MAGIC = b"som-backup-1\n"


def backup(url: str, to: Path, *, now: datetime) -> int:
    """Write a consistent copy of the database to a file that does not exist yet; returns its size in bytes.

    SQLite is copied by its own backup interface while others write; PostgreSQL by ``pg_dump``, which must be installed.
    """
    address = address_of(url)
    if os.path.lexists(to):
        raise Refused(f"{to}: ya existe; una copia nunca reemplaza a otra")
    partial = to.with_name(f".{to.name}.partial")
    try:
        with tempfile.TemporaryDirectory(dir=to.parent, prefix=".som-backup-") as folder:
            copy = Path(folder) / "copy"
            if address.kind == "sqlite":
                _copy_sqlite(Path(address.path), copy)
            else:
                _dump_postgresql(address, copy)
            with partial.open("xb") as file, copy.open("rb") as body:
                head = {"database": address.kind, "taken_at": now.isoformat()}
                file.write(_MAGIC + json.dumps(head).encode() + b"\n")
                with gzip.GzipFile(fileobj=file, mode="wb", compresslevel=6, mtime=0) as packed:
                    shutil.copyfileobj(body, packed)
                file.flush()
                os.fsync(file.fileno())
        partial.rename(to)
    except OSError as error:
        with suppress(OSError):
            partial.unlink()
        raise path_error(to, error) from None
    return to.stat().st_size


def restore(url: str, source: Path, *, now: datetime, group: str = "") -> None:
    """Put a backup in the place of a database that does not exist yet or is empty, and hold its outbox."""
    address = address_of(url)
    kind = _kind_of(source)
    if kind != address.kind:
        raise Misused(f"{source} es una copia de {kind}; [database] url es de {address.kind}")
    if kind == "sqlite":
        target = Path(address.path)
        if target.exists() and target.stat().st_size:
            raise Refused(f"{target}: ya existe; muévalo antes a otro lugar; no se cambió nada")
        for rest in (target.with_name(f"{target.name}-wal"), target.with_name(f"{target.name}-shm")):
            if rest.exists():  # SQLite would write what is left of another database over this one
                raise Refused(f"{rest} quedó de otra base; muévalo antes a otro lugar; no se cambió nada")
        target.unlink(missing_ok=True)
        target.parent.mkdir(parents=True, exist_ok=True)
        _unpack(source, target)
        _check_sqlite(target)
    else:
        _check_empty(url, address)
        _load_postgresql(address, source)
    store = open_store(url, now=now, group=group)
    try:
        _hold(store, now)
    finally:
        store.close()


def _hold(store: Store, now: datetime) -> None:
    with store.write() as session:
        outgoing.hold(session, HELD, now)
        in_flight = outgoing.uncertain_all_in_flight(session, now)
        restored = Event(journal.DESK, now, "desk", "restored", {"uncertain": in_flight})
        journal.append(session, [restored])


def _copy_sqlite(source: Path, to: Path) -> None:
    if not source.exists():
        raise Refused(f"{source}: no existe; no hay nada que copiar")
    address = f"{source.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(address, uri=True)) as live, closing(sqlite3.connect(to)) as copy:
        try:
            live.backup(copy)  # in one step: page by page it would begin again whenever the daemon writes
            copy.execute("PRAGMA journal_mode=DELETE")
        except sqlite3.DatabaseError as error:
            raise Damaged(f"{source}: {error}") from None


def _check_empty(url: str, address: DatabaseAddress) -> None:
    store = connect(url)
    try:
        if current_revision(store.engine) is not None:
            raise Refused(f"la base {address.path} ya tiene una mesa; haga una vacía; no se cambió nada")
    except StoreError as error:
        raise Temporary(str(error)) from error
    finally:
        store.close()


def _check_sqlite(path: Path) -> None:
    with closing(sqlite3.connect(path)) as restored:
        try:
            (said,) = restored.execute("PRAGMA quick_check").fetchone()
        except sqlite3.DatabaseError as error:
            said = str(error)
    if said != "ok":
        path.unlink()
        raise Damaged(f"la copia está dañada: {said}; no se recuperó nada")


def _kind_of(source: Path) -> str:
    try:
        with source.open("rb") as file:
            if file.readline() != _MAGIC:
                raise Refused(f"{source} no es una copia hecha con som")
            return str(json.loads(file.readline())["database"])
    except OSError as error:
        raise path_error(source, error) from None
    except (ValueError, KeyError, TypeError):
        raise Damaged(f"{source}: no se pueden leer sus primeras líneas") from None


def _unpack(source: Path, to: Path) -> None:
    try:
        with source.open("rb") as file, to.open("xb") as target:
            file.readline()
            file.readline()
            os.chmod(to, 0o600)
            with gzip.GzipFile(fileobj=file, mode="rb") as packed:
                shutil.copyfileobj(packed, target)
            target.flush()
            os.fsync(target.fileno())
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        to.unlink(missing_ok=True)
        raise Damaged(f"{source} está dañado: {error}; no se recuperó nada") from None
    except OSError as error:
        raise path_error(to, error) from None


def _dump_postgresql(address: DatabaseAddress, to: Path) -> None:
    _run_postgresql(["pg_dump", "--format=custom", f"--file={to}", address.plain], address)


def _load_postgresql(address: DatabaseAddress, source: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="som-restore-") as folder:
        dump = Path(folder) / "dump"
        _unpack(source, dump)
        _run_postgresql(
            [
                "pg_restore",
                "--exit-on-error",
                "--single-transaction",
                "--no-owner",
                f"--dbname={address.plain}",
                str(dump),
            ],
            address,
        )


def _run_postgresql(command: list[str], address: DatabaseAddress) -> None:
    environment = {**os.environ}
    if address.password:
        environment["PGPASSWORD"] = address.password
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=3600)
    except FileNotFoundError:
        raise Refused(f"falta {command[0]}: instale los programas cliente de PostgreSQL") from None
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["sin decir por qué"])[0]
        raise Temporary(f"{command[0]}: {said}")
