"""A ledger on SQLite for the poller's tests: small, but durable and unique like the real one."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from inbox.poller import Fetched


class SqliteLedger:
    def __init__(self, path: Path | str = ":memory:") -> None:
        self._db = sqlite3.connect(path)
        self._db.execute(
            "create table if not exists letter (mailbox, uidvalidity, uid, raw, head, size, arrived_at,"
            " unique (mailbox, uidvalidity, uid))"
        )
        self.batches: list[int] = []

    def close(self) -> None:
        self._db.close()

    def known(self, mailbox: str, uidvalidity: int, uids: Sequence[int]) -> frozenset[int]:
        marks = ",".join("?" * len(uids))
        rows = self._db.execute(
            f"select uid from letter where mailbox = ? and uidvalidity = ? and uid in ({marks})",
            (mailbox, uidvalidity, *uids),
        )
        return frozenset(uid for (uid,) in rows)

    def keep(self, batch: Sequence[Fetched]) -> None:
        with self._db:
            self._db.executemany(
                "insert into letter values (?, ?, ?, ?, ?, ?, ?)",
                [
                    (one.mailbox, one.uidvalidity, one.uid, one.raw, one.head, one.size, one.arrived_at.isoformat())
                    for one in batch
                ],
            )
        self.batches.append(len(batch))

    def uidvalidity(self, mailbox: str) -> int | None:
        row = self._db.execute(
            "select uidvalidity from letter where mailbox = ? order by rowid desc", (mailbox,)
        ).fetchone()
        return None if row is None else row[0]

    def given_up(self, mailbox: str, uidvalidity: int, uids: Sequence[int]) -> frozenset[int]:
        return frozenset()

    def forget(self, uid: int) -> None:
        """Make a hole, as a pass that failed there would."""
        with self._db:
            self._db.execute("delete from letter where uid = ?", (uid,))

    def shift_epoch(self) -> None:
        """Remember everything as of another epoch, as if the server's folder had been made anew."""
        with self._db:
            self._db.execute("update letter set uidvalidity = uidvalidity - 1")

    def raws(self) -> list[bytes | None]:
        return [raw for (raw,) in self._db.execute("select raw from letter order by uid")]

    def rows(self) -> list[tuple[object, ...]]:
        return list(self._db.execute("select * from letter order by uid"))
