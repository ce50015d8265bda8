"""Letters in files: a Maildir or a folder of .eml, for migration and for taking in what somebody saved.

Nothing in the folder is moved or changed. A letter's uid comes from what does not change when the folder is read
again: the unique name that Maildir gives it, or for .eml files the bytes themselves.
"""

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from hashlib import file_digest, sha256
from pathlib import Path

from inbox.sources import Listed, SourcePermanent, SourceTemporary, Standing

_EPOCH = 1
"""Files know no epochs: a uid never comes to mean another letter."""

_HEAD = 262_144
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_RECEIVED = re.compile(rb"^received:(?P<value>.*(?:\r?\n[ \t].*)*)", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class _Letter:
    path: Path
    listed: Listed


class FilesSource:
    """Letters in files, oldest first. Make one with ``open_files``."""

    def __init__(self, name: str, files: Iterable[Path], *, by_content: bool, stated_at: datetime | None) -> None:
        self._name = name
        self._files = files
        self._by_content = by_content
        self._stated_at = stated_at
        self._letters: dict[int, _Letter] = {}
        self._files_seen = 0

    @property
    def name(self) -> str:
        """The mailbox's name; part of every letter's identity."""
        return self._name

    @property
    def files(self) -> int:
        """How many files were looked at; two that hold the same letter count twice."""
        return self._files_seen

    @property
    def settles(self) -> bool:
        """False: the files stay."""
        return False

    def open(self) -> Standing:
        """Look at every file once: its identity, size and arrival."""
        looked = sorted(map(self._look, self._files), key=lambda one: one.listed.arrived_at)
        self._files_seen = len(looked)
        self._letters = {}
        for letter in looked:
            self._letters.setdefault(letter.listed.uid, letter)
        return Standing(uidvalidity=_EPOCH, count=len(self._letters))

    def uids(self, first: int = 1, last: int | None = None) -> list[int]:
        """Return every letter's uid between two places, by arrival."""
        return list(self._letters)[first - 1 : last]

    def describe(self, uids: Sequence[int]) -> list[Listed]:
        """Return size and arrival of these letters, in the order asked for."""
        return [self._letters[uid].listed for uid in uids if uid in self._letters]

    def fetch(self, uids: Sequence[int], size: int) -> list[tuple[int, bytes]]:
        """Return the letters' bytes."""
        return [(uid, _read(self._letters[uid].path, None)) for uid in uids if uid in self._letters]

    def head(self, uid: int, limit: int) -> bytes:
        """Return at most ``limit`` bytes of the header block."""
        return _header_block(_read(self._letters[uid].path, limit))

    def settle(self, uids: Sequence[int]) -> int:
        """Do nothing: the files stay."""
        return 0

    def close(self) -> None:
        """Forget what was looked at."""
        self._letters = {}

    def _look(self, path: Path) -> _Letter:
        """Identify one file; an unreadable one is listed too, so that the pass can report it."""
        status = path.stat()
        digest = sha256(path.name.partition(":")[0].encode("utf-8", "surrogateescape"))
        head = b""
        with suppress(OSError), path.open("rb") as file:
            head = _header_block(file.read(_HEAD))
            if self._by_content:
                file.seek(0)
                digest = file_digest(file, "sha256")
        received_at = received_instant(head)
        if received_at is not None:
            arrived_at, arrival = received_at, "received"
        elif self._stated_at is not None:
            arrived_at, arrival = self._stated_at.astimezone(UTC), "stated"
        else:
            arrived_at, arrival = datetime.fromtimestamp(status.st_mtime, UTC), "file"
        uid = int.from_bytes(digest.digest()[:8], "big") >> 1
        return _Letter(path, Listed(uid=uid, size=status.st_size, arrived_at=arrived_at, arrival=arrival))


def open_files(path: Path, name: str, stated_at: datetime | None = None) -> FilesSource:
    """Return the letters of whatever lies at ``path``: a Maildir, a folder of .eml files, or one file."""
    is_maildir = (path / "cur").is_dir() and (path / "new").is_dir()
    return maildir(path, name, stated_at) if is_maildir else eml_files(path, name, stated_at)


def maildir(folder: Path, name: str, stated_at: datetime | None = None) -> FilesSource:
    """Return the letters of a Maildir, delivered and seen, but not those still being written.

    ``stated_at`` (aware) is the arrival of letters without a usable Received header. Raises ``SourcePermanent`` when
    the folder is no Maildir.
    """
    if not (folder / "cur").is_dir() or not (folder / "new").is_dir():
        raise SourcePermanent(f"{folder} no es un Maildir: le faltan las carpetas cur y new.")
    return FilesSource(name, _Under(folder, ("new/*", "cur/*")), by_content=False, stated_at=stated_at)


def eml_files(path: Path, name: str, stated_at: datetime | None = None) -> FilesSource:
    """Return the letter in a file, or all ``*.eml`` files in and below a folder; see ``maildir``."""
    if not path.exists():
        raise SourcePermanent(f"No existe {path}.")
    return FilesSource(name, _Below(path), by_content=True, stated_at=stated_at)


def received_instant(head: bytes) -> datetime | None:
    """Return when the topmost Received header says the letter came (RFC 5321, 4.4), in UTC, or None."""
    found = _RECEIVED.search(head)
    if found is None:
        return None
    _, semicolon, date = found["value"].decode("ascii", "replace").rpartition(";")
    if not semicolon:
        return None
    try:
        instant = parsedate_to_datetime(" ".join(date.split()))
        instant = instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return instant if 1990 <= instant.year < 9000 else None


@dataclass(frozen=True, slots=True)
class _Under:
    """The files below a path that match one of the patterns, found anew at each iteration."""

    path: Path
    patterns: tuple[str, ...]

    def __iter__(self) -> Iterator[Path]:
        return iter(sorted(path for pattern in self.patterns for path in self.path.glob(pattern) if path.is_file()))


@dataclass(frozen=True, slots=True)
class _Below:
    """One file, or every ``*.eml`` in and below a folder; one that cannot be looked into is an error, not empty."""

    path: Path

    def __iter__(self) -> Iterator[Path]:
        if self.path.is_file():
            return iter([self.path])
        found = (
            Path(folder, name)
            for folder, _, names in os.walk(self.path, onerror=_refuse)
            for name in names
            if name.lower().endswith(".eml")
        )
        return iter(sorted(path for path in found if path.is_file()))


def _refuse(error: OSError) -> None:
    raise error


def _header_block(data: bytes) -> bytes:
    end = _BLANK_LINE.search(data)
    return data if end is None else data[: end.end()]


def _read(path: Path, limit: int | None) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read() if limit is None else file.read(limit)
    except OSError as error:
        raise SourceTemporary(f"No se pudo leer {path}: {error.strerror}", connected=True) from None
