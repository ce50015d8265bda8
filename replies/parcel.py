"""What the courier is given, and what it says became of it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One outgoing letter, rendered and fixed. ``sender`` is the envelope's, "" for the null path."""

    id: int
    message_id: str
    sender: str
    recipients: tuple[str, ...]
    payload: bytes
    attempts: int


@dataclass(frozen=True, slots=True)
class Accepted:
    """The relay took the letter; ``refused`` are recipients it did not take: (address, code, text)."""

    response: str
    refused: tuple[tuple[str, int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Temporary:
    """Not sent; try again.

    ``counted`` is False when the letter was never offered (no connection, no login, stopped): then the attempt does
    not use up the letter's patience.
    """

    code: int | None
    text: str
    counted: bool = True


@dataclass(frozen=True, slots=True)
class Permanent:
    """Not sent, and the same letter would be refused again."""

    code: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Uncertain:
    """The connection was lost when the whole letter may have arrived: sent or not, only a person can tell."""

    text: str


Outcome = Accepted | Temporary | Permanent | Uncertain
