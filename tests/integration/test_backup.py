"""Backup while others write, and a restore after which nothing leaves by itself."""

import gzip
import os
import sqlite3
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from casework import holding
from casework.desk import Desk
from service.backup import HELD, backup, restore
from service.exits import Damaged, Misused, Refused, Temporary
from tests.databases import MADE_AT, Postgresql
from tests.desks import MONDAY_10, Clock, build, faults, letter, member, open_ticket, promise, put_out, ticket
from tickets import cases, journal, outgoing
from tickets.states import Role
from tickets.store import Store, open_store
from tickets.tables import Setting

LATER = MONDAY_10 + timedelta(hours=6)


def file_of(store: Store) -> Path:
    return Path(str(store.engine.url.database))


@contextmanager
def restored(url: str, source: Path) -> Iterator[Desk]:
    restore(url, source, now=LATER)
    store = open_store(url, now=LATER)
    try:
        yield build(store, Clock(LATER))
    finally:
        store.close()


def in_flight(desk: Desk, letter_id: int) -> None:
    with desk.store.write() as session:
        [claimed] = outgoing.claim(session, now=desk.clock(), limit=1, owner="host:1", lease=timedelta(minutes=10))
        assert claimed.id == letter_id
        outgoing.begin(claimed, now=desk.clock(), lease=timedelta(minutes=10))


def check_restored(desk: Desk, ref: str, flying: int, waiting: int) -> None:
    """What must hold after every restore, on both databases."""
    assert (ticket(desk, ref).requester_name, promise(desk, ref).state) == ("Rosa Quispe", "open")
    assert (letter(desk, flying).state, letter(desk, waiting).state) == ("uncertain", "waiting")
    with desk.store.write() as session:
        assert outgoing.held(session) == HELD
        assert outgoing.claim(session, now=LATER, limit=9, owner="host:2", lease=timedelta(minutes=1)) == []
        [entry] = journal.entries_of(session, journal.DESK)[-1:]
    assert (entry.event, entry.facts) == ("restored", {"uncertain": 1})
    assert faults(desk.store) == []
    assert desk.signer.ticket_of_subject(f"Re: {desk.signer.tag(ref)}") == ref
    holding.release(desk, member(desk, Role.ADMINISTRATOR))
    with desk.store.write() as session:
        released = outgoing.claim(session, now=LATER, limit=9, owner="host:2", lease=timedelta(minutes=1))
        assert [one.id for one in released] == [waiting]


class TestSqlite:
    @pytest.fixture
    def desk(self, sqlite_store: Store, clock: Clock) -> Desk:
        return build(sqlite_store, clock)

    def test_a_restored_desk_is_whole_and_holds_its_outbox(self, desk: Desk, tmp_path: Path) -> None:
        ref = open_ticket(desk)
        flying = put_out(desk, ref)
        in_flight(desk, flying)
        waiting = put_out(desk, ref)
        size = backup(str(desk.store.engine.url), tmp_path / "copia.som", now=LATER)
        assert size == (tmp_path / "copia.som").stat().st_size > 0
        with restored(f"sqlite:///{tmp_path / 'otra' / 'som.db'}", tmp_path / "copia.som") as other:
            check_restored(other, ref, flying, waiting)
            assert other.signer == desk.signer, "ids made before the backup are still ours"
        assert stat.S_IMODE((tmp_path / "otra" / "som.db").stat().st_mode) == 0o600

    def test_the_copy_is_of_one_moment_while_others_write(self, desk: Desk, tmp_path: Path) -> None:
        """Another connection writes pairs without pause; the copy holds whole pairs, and the backup ends."""
        url, stop, began = str(desk.store.engine.url), threading.Event(), threading.Event()
        written: list[int] = []

        def write() -> None:
            other = open_store(url, now=MADE_AT)
            while not stop.is_set():
                number = len(written)
                with other.write() as session:
                    for half in ("a", "b"):
                        name = f"{number}{half}"
                        session.add(Setting(name=name, value="x" * 3000, changed_at=MADE_AT))
                        session.flush()
                written.append(number)
                began.set()
            other.close()

        writer = threading.Thread(target=write)
        writer.start()
        try:
            assert began.wait(30)
            for number in range(3):
                backup(url, tmp_path / f"{number}.som", now=LATER)
        finally:
            stop.set()
            writer.join()
        counts = []
        for number in range(3):
            with (
                restored(f"sqlite:///{tmp_path / f'{number}.db'}", tmp_path / f"{number}.som") as other,
                other.store.read() as session,
            ):
                halves = [one.name[-1] for one in session.query(Setting) if one.name != outgoing.HOLD]
                assert halves.count("a") == halves.count("b") > 0
                counts.append(len(halves) // 2)
        assert counts == sorted(counts)
        assert counts[-1] <= len(written)

    def test_a_transaction_under_way_is_not_in_the_copy_and_is_not_disturbed(self, desk: Desk, tmp_path: Path) -> None:
        with desk.store.write() as session:
            session.add(Setting(name="a", value="1", changed_at=MADE_AT))
            session.flush()
            backup(str(desk.store.engine.url), tmp_path / "copia.som", now=LATER)
        copied = restored(f"sqlite:///{tmp_path / 'otra.db'}", tmp_path / "copia.som")
        with copied as other, other.store.read() as session:
            assert session.get(Setting, "a") is None
        with desk.store.read() as session:
            assert session.get(Setting, "a") is not None

    def test_a_path_with_signs_of_a_url(self, sqlite_template: Path, tmp_path: Path) -> None:
        folder = tmp_path / "50% ñ #1"
        folder.mkdir()
        (folder / "som.db").write_bytes(sqlite_template.read_bytes())
        backup(f"sqlite:///{folder / 'som.db'}", tmp_path / "copia.som", now=LATER)
        with restored(f"sqlite:///{tmp_path / 'otra.db'}", tmp_path / "copia.som") as other:
            open_ticket(other)

    def test_a_backup_never_overwrites_another(self, desk: Desk, tmp_path: Path) -> None:
        (tmp_path / "copia.som").write_text("la de ayer")
        with pytest.raises(Refused, match="ya existe"):
            backup(str(desk.store.engine.url), tmp_path / "copia.som", now=LATER)
        assert (tmp_path / "copia.som").read_text() == "la de ayer"

    def test_nothing_is_left_of_a_backup_that_failed(self, tmp_path: Path) -> None:
        with pytest.raises(Refused, match="nada que copiar"):
            backup(f"sqlite:///{tmp_path / 'nada.db'}", tmp_path / "copia.som", now=LATER)
        with pytest.raises(Misused):
            backup(f"sqlite:///{tmp_path / 'nada.db'}", tmp_path / "no hay" / "copia.som", now=LATER)
        assert list(tmp_path.iterdir()) == []

    def test_a_damaged_database_is_not_copied_silently(self, tmp_path: Path) -> None:
        (tmp_path / "som.db").write_bytes(b"this has never been a database\n" * 200)
        with pytest.raises(Damaged):
            backup(f"sqlite:///{tmp_path / 'som.db'}", tmp_path / "copia.som", now=LATER)
        assert not (tmp_path / "copia.som").exists()

    def test_a_desk_in_use_is_never_replaced(self, desk: Desk, tmp_path: Path) -> None:
        url = str(desk.store.engine.url)
        backup(url, tmp_path / "copia.som", now=LATER)
        ref = open_ticket(desk)
        with pytest.raises(Refused, match="no se cambió nada"):
            restore(url, tmp_path / "copia.som", now=LATER)
        assert ticket(desk, ref).reference == ref

    def test_an_empty_file_is_no_desk(self, desk: Desk, tmp_path: Path) -> None:
        backup(str(desk.store.engine.url), tmp_path / "copia.som", now=LATER)
        (tmp_path / "otra.db").touch()
        with restored(f"sqlite:///{tmp_path / 'otra.db'}", tmp_path / "copia.som") as other:
            open_ticket(other)

    @pytest.mark.parametrize("rest", ["som.db-wal", "som.db-shm"])
    def test_what_is_left_of_another_database_is_in_the_way(self, desk: Desk, tmp_path: Path, rest: str) -> None:
        """SQLite would write the log of the database that was moved away over the restored one."""
        backup(str(desk.store.engine.url), tmp_path / "copia.som", now=LATER)
        folder = tmp_path / "otra"
        folder.mkdir()
        (folder / rest).write_bytes(b"left")
        with pytest.raises(Refused, match=rest):
            restore(f"sqlite:///{folder / 'som.db'}", tmp_path / "copia.som", now=LATER)
        assert [one.name for one in folder.iterdir()] == [rest]

    def test_the_kind_of_database_must_fit(self, desk: Desk, tmp_path: Path) -> None:
        backup(str(desk.store.engine.url), tmp_path / "copia.som", now=LATER)
        with pytest.raises(Misused, match="copia de sqlite"):
            restore("postgresql://som@/som", tmp_path / "copia.som", now=LATER)


class TestDamagedCopies:
    @pytest.fixture
    def copy(self, sqlite_template: Path, tmp_path: Path) -> bytes:
        backup(f"sqlite:///{sqlite_template}", tmp_path / "whole.som", now=LATER)
        return (tmp_path / "whole.som").read_bytes()

    def try_(self, tmp_path: Path, body: bytes) -> None:
        (tmp_path / "copia.som").write_bytes(body)
        try:
            restore(f"sqlite:///{tmp_path / 'otra.db'}", tmp_path / "copia.som", now=LATER)
        finally:
            assert not (tmp_path / "otra.db").exists(), "half a desk is worse than none"

    @pytest.mark.parametrize("kept", [0.2, 0.5, 0.99])
    def test_cut_short(self, copy: bytes, tmp_path: Path, kept: float) -> None:
        with pytest.raises(Damaged):
            self.try_(tmp_path, copy[: int(len(copy) * kept)])

    @pytest.mark.parametrize("part", [0.3, 0.6, 0.9])
    def test_bytes_changed(self, copy: bytes, tmp_path: Path, part: float) -> None:
        at = int(len(copy) * part)
        with pytest.raises(Damaged):
            self.try_(tmp_path, copy[:at] + bytes(255 - one for one in copy[at : at + 64]) + copy[at + 64 :])

    def test_a_database_damaged_before_it_was_packed(self, copy: bytes, tmp_path: Path) -> None:
        head, body = copy.split(b"\n", 2)[:2], gzip.decompress(copy.split(b"\n", 2)[2])
        broken = body[:8192] + b"\xff" * 8192 + body[16384:]
        with pytest.raises(Damaged, match="no se recuperó nada"):
            self.try_(tmp_path, b"\n".join([*head, gzip.compress(broken)]))

    @pytest.mark.parametrize("body", [b"", b"hola\n", b"SQLite format 3\x00"])
    def test_something_else(self, tmp_path: Path, body: bytes) -> None:
        with pytest.raises(Refused, match="no es una copia"):
            self.try_(tmp_path, body)

    @pytest.mark.parametrize("head", [b"", b"{}", b"[1]", b"no json"])
    def test_a_head_that_cannot_be_read(self, tmp_path: Path, head: bytes) -> None:
        with pytest.raises(Damaged, match="no se pueden leer"):
            self.try_(tmp_path, b"som-backup-1\n" + head + b"\nbody")

    def test_no_such_file(self, tmp_path: Path) -> None:
        with pytest.raises(Misused):
            restore(f"sqlite:///{tmp_path / 'otra.db'}", tmp_path / "nada.som", now=LATER)


class TestPostgresql:
    @pytest.fixture(autouse=True)
    def programs(self, postgresql_server: Postgresql, monkeypatch: pytest.MonkeyPatch) -> None:
        """The server's own pg_dump: an older one refuses a newer server."""
        monkeypatch.setenv("PATH", f"{postgresql_server.programs}{os.pathsep}{os.environ['PATH']}")

    def test_a_restored_desk_is_whole_and_holds_its_outbox(
        self, postgresql_server: Postgresql, clock: Clock, tmp_path: Path
    ) -> None:
        with postgresql_server.database() as url, postgresql_server.database(empty=True) as target:
            store = open_store(url, now=MADE_AT)
            desk = build(store, clock)
            ref = open_ticket(desk)
            flying = put_out(desk, ref)
            in_flight(desk, flying)
            waiting = put_out(desk, ref)
            with store.write() as session:  # a transaction under way is not in the copy
                session.add(Setting(name="a", value="1", changed_at=MADE_AT))
                session.flush()
                backup(url, tmp_path / "copia.som", now=LATER)
            store.close()
            with restored(target, tmp_path / "copia.som") as other:
                with other.store.read() as session:
                    assert session.get(Setting, "a") is None
                check_restored(other, ref, flying, waiting)
                assert open_ticket(other) != ref, "numbers go on where they were"

    def test_a_desk_in_use_is_never_replaced(self, postgresql_server: Postgresql, tmp_path: Path, clock: Clock) -> None:
        with postgresql_server.database() as url:
            backup(url, tmp_path / "copia.som", now=LATER)
            store = open_store(url, now=MADE_AT)
            ref = open_ticket(build(store, clock))
            with pytest.raises(Refused, match="no se cambió nada"):
                restore(url, tmp_path / "copia.som", now=LATER)
            with store.read() as session:
                assert cases.find(session, ref).reference == ref
                assert outgoing.held(session) == ""
            store.close()

    def test_a_server_that_does_not_answer(self, tmp_path: Path) -> None:
        with pytest.raises(Temporary, match="pg_dump"):
            backup(f"postgresql://som@/som?host={tmp_path}", tmp_path / "copia.som", now=LATER)
        assert list(tmp_path.iterdir()) == []

    def test_a_server_that_does_not_answer_has_nothing_restored(self, tmp_path: Path) -> None:
        (tmp_path / "copia.som").write_bytes(b'som-backup-1\n{"database": "postgresql"}\n')
        with pytest.raises(Temporary, match="no responde"):
            restore(f"postgresql://som@/som?host={tmp_path}", tmp_path / "copia.som", now=LATER)

    def test_no_programs(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PATH", str(tmp_path))
        with pytest.raises(Refused, match="falta pg_dump"):
            backup("postgresql://som@/som", tmp_path / "copia.som", now=LATER)

    def test_a_truncated_copy(self, postgresql_server: Postgresql, tmp_path: Path) -> None:
        with postgresql_server.database() as url, postgresql_server.database(empty=True) as target:
            backup(url, tmp_path / "copia.som", now=LATER)
            body = (tmp_path / "copia.som").read_bytes()
            (tmp_path / "media.som").write_bytes(body[: len(body) // 2])
            with pytest.raises(Damaged):
                restore(target, tmp_path / "media.som", now=LATER)


def test_sqlite_can_read_a_copy_without_us(sqlite_template: Path, tmp_path: Path) -> None:
    """Whoever has the file and no som can still get at the desk: two lines, then a gzip of a plain SQLite file."""
    backup(f"sqlite:///{sqlite_template}", tmp_path / "copia.som", now=LATER)
    body = (tmp_path / "copia.som").read_bytes().split(b"\n", 2)[2]
    (tmp_path / "plain.db").write_bytes(gzip.decompress(body))
    with sqlite3.connect(tmp_path / "plain.db") as plain:
        assert plain.execute("SELECT count(*) FROM tickets").fetchone() == (0,)
    plain.close()
