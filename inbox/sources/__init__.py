"""Where letters lie before they are ours: one protocol for every place, and its two failures."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


class SourceError(Exception):
    """A place of letters cannot serve; the message says which, what happened and what to do.

    ``connected`` tells whether the same connection may be asked again (the server said no) or is gone. ``uids`` (of the
    epoch ``uidvalidity``) are the letters over which it broke, when a pass failed over letters alone.
    """

    uidvalidity: int = 0
    uids: tuple[int, ...] = ()

    def __init__(self, message: str, *, connected: bool = False) -> None:
        super().__init__(message)
        self.connected = connected


class SourceTemporary(SourceError):
    """It may work later without anybody doing anything: network, time limit, server in trouble."""


class SourcePermanent(SourceError):
    """It will fail again until a person changes something: password, folder, certificate, settings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a folder stands when it is opened: its epoch (RFC 9051, 2.3.1.1) and the number of letters in it."""

    uidvalidity: int
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A letter that lies in a folder, not yet loaded: ``size`` in bytes and the server's arrival instant in UTC.

    ``arrival`` tells who vouches for ``arrived_at``: "server", "received" (topmost Received header), "stated" (the
    caller) or "file" (the file's own time).
    """

    uid: int
    size: int
    arrived_at: datetime
    arrival: str = "server"


class Source(Protocol):
    """A folder of letters. Reading changes nothing in it; only ``settle`` does, after the bytes are safe with us."""

    @property
    def name(self) -> str:
        """The mailbox's name in the settings; part of every letter's identity."""

    @property
    def settles(self) -> bool:
        """True when ``settle`` takes letters out of the folder; False when they stay where they are."""

    def open(self) -> Standing:
        """Connect where needed and look at the folder anew."""

    def uids(self, first: int = 1, last: int | None = None) -> list[int]:
        """Return the uid of every letter in the folder, the longest there first.

        ``first`` and ``last`` are places in that order, counted from 1; without ``last`` the list goes to the end.
        """

    def describe(self, uids: Sequence[int]) -> list[Listed]:
        """Return size and arrival of these letters in that order; those that are gone are left out."""

    def fetch(self, uids: Sequence[int], size: int) -> list[tuple[int, bytes]]:
        """Return the bytes of these letters; ``size`` is their sum as described, in bytes."""

    def head(self, uid: int, limit: int) -> bytes:
        """Return at most ``limit`` bytes of the header block of one letter."""

    def settle(self, uids: Sequence[int]) -> int:
        """Take these letters out of the folder and return how many were asked for; may be repeated."""

    def close(self) -> None:
        """End the connection; never raises."""
