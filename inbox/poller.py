"""One pass over one mailbox: list, fetch, have it kept, and only then settle on the server.

Nothing on the server changes before the bytes are committed here, so a crash at any point repeats harmlessly: letters
already kept are recognised by (mailbox, uidvalidity, uid) and merely settled again.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeVar

from inbox.sources import Listed, Source, SourceError, SourceTemporary

KILL_POINTS = ("poll.opened", "poll.listed", "poll.described", "poll.fetched", "poll.kept", "poll.settled")
"""Every step boundary that ``at`` is told of, in the order of a pass; the last four repeat."""

_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True, kw_only=True)
class PollSettings:
    """How much a pass takes at once. Memory is bounded by ``batch_bytes`` or by one letter of ``letter_cap``."""

    batch_letters: int = 100
    batch_bytes: int = 8_000_000
    letter_cap: int = 25_000_000
    """Letters larger than this many bytes are kept as oversize: header block only."""
    head_cap: int = 262_144
    window: int = 500
    """Letters described and compared with the ledger at a time."""
    full: bool = True
    """False looks at a folder whose letters stay only from the newest back, until a whole window is known: for the
    passes between two full ones."""
    pass_seconds: float = 600.0
    """A pass ends between two batches after this long; the next one goes on where it stopped."""
    losses: int = 10
    """Connections lost in one pass before it gives up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """One letter as the server gave it, not yet read.

    ``raw`` is None when the letter is larger than the cap and was not loaded; then ``head`` holds its header block
    (cut at the cap). ``arrived_at`` is an aware UTC instant, and ``arrival`` says who vouches for it (see ``Listed``).
    ``uid`` needs 63 bits.
    """

    mailbox: str
    uidvalidity: int
    uid: int
    raw: bytes | None
    head: bytes = b""
    size: int
    arrived_at: datetime
    arrival: str = "server"


class Ledger(Protocol):
    """What was taken in before; the caller's, on whatever store it has."""

    def known(self, mailbox: str, uidvalidity: int, uids: Sequence[int]) -> frozenset[int]:
        """Return those of the uids that are already kept."""

    def keep(self, batch: Sequence[Fetched]) -> None:
        """Keep the batch; returns only after the commit. A letter already kept is a normal case."""

    def uidvalidity(self, mailbox: str) -> int | None:
        """Return the epoch last seen for this mailbox, or None the first time."""

    def given_up(self, mailbox: str, uidvalidity: int, uids: Sequence[int]) -> frozenset[int]:
        """Return those of the uids that broke the connection so often that people know of them already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PassResult:
    """What one pass did.

    ``seen`` letters were listed and ``server_count`` were in the folder when it was opened (for the daily
    reconciliation); ``kept`` were handed to the ledger, ``oversize`` of them without their body; ``settled`` were
    taken out of the folder. ``unreadable`` are uids that the server lists but does not give, and ``lost`` those of
    them over which the connection broke; they stay there and are asked for again in the next pass. ``trouble`` holds
    one line per refused step that did not stop the pass.
    ``complete`` is False when the pass was stopped or ran out of time.
    """

    mailbox: str
    seen: int
    kept: int
    oversize: int
    settled: int
    uidvalidity: int
    uidvalidity_changed: bool
    server_count: int
    unreadable: tuple[int, ...] = ()
    lost: tuple[int, ...] = ()
    trouble: tuple[str, ...] = ()
    complete: bool = True


def never() -> bool:
    """Do not stop."""
    return False


def nothing(name: str) -> None:
    """Pass the kill point by."""


def poll(
    source: Source,
    ledger: Ledger,
    *,
    settings: PollSettings = PollSettings(),
    stop: Callable[[], bool] = never,
    at: Callable[[str], None] = nothing,
) -> PassResult:
    """Make one pass and return what it did.

    ``stop`` is asked between batches; ``at`` is told the name of each step boundary (``KILL_POINTS``). The source is
    left open for the next pass, and closed when the pass fails.

    Raises ``SourceTemporary`` or ``SourcePermanent``, and whatever the ledger raises: then nothing was settled that
    was not kept.
    """
    try:
        return _Pass(source, ledger, settings, stop, at).run()
    except BaseException:
        source.close()
        raise


@dataclass(slots=True)
class _Pass:
    source: Source
    ledger: Ledger
    settings: PollSettings
    stop: Callable[[], bool]
    at: Callable[[str], None]
    uidvalidity: int = 0
    kept: int = 0
    oversize: int = 0
    settled: int = 0
    losses: int = 0
    loss: SourceError | None = None
    unreadable: list[int] = field(default_factory=list)
    lost: list[int] = field(default_factory=list)
    trouble: list[str] = field(default_factory=list)

    def run(self) -> PassResult:
        ends = time.monotonic() + self.settings.pass_seconds
        name = self.source.name
        before = self.ledger.uidvalidity(name)
        standing = self.source.open()
        self.uidvalidity = standing.uidvalidity
        self.at("poll.opened")
        changed = before is not None and before != self.uidvalidity
        full = self.settings.full or self.source.settles or before is None or changed
        uids = self.source.uids() if full else self._newest(standing.count)
        self.at("poll.listed")
        complete = True
        for chunk in _chunks(uids, self.settings.window):
            known = self.ledger.known(name, self.uidvalidity, chunk)
            if known and self.source.settles:
                self._settle([uid for uid in chunk if uid in known])
            for batch in self._batches([uid for uid in chunk if uid not in known]):
                if self.stop() or time.monotonic() > ends:
                    complete = False
                    break
                self._take(batch)
            if not complete:
                break
        if self.loss is not None and not self.kept and not self._all_given_up():
            # Not one letter came through: it is the connection, not the letters.
            self.loss.uidvalidity, self.loss.uids = self.uidvalidity, tuple(self.lost)
            raise self.loss
        return PassResult(
            mailbox=name,
            seen=len(uids),
            kept=self.kept,
            oversize=self.oversize,
            settled=self.settled,
            uidvalidity=self.uidvalidity,
            uidvalidity_changed=changed,
            server_count=standing.count,
            unreadable=tuple(self.unreadable),
            lost=tuple(self.lost),
            trouble=tuple(dict.fromkeys(self.trouble)),
            complete=complete,
        )

    def _newest(self, last: int) -> list[int]:
        """List letters from the newest back until a whole window is known.

        Windows are taken in from the oldest on, so a pass that breaks off leaves nothing new below a known window.
        """
        uids: list[int] = []
        while last > 0:
            first = max(1, last - self.settings.window + 1)
            window = self.source.uids(first, last)
            if len(window) != last - first + 1:
                # Letters went meanwhile, or the server counts places in its own way: better look at everything.
                return self.source.uids()
            if len(self.ledger.known(self.source.name, self.uidvalidity, window)) == len(window):
                break
            uids = window + uids
            last = first - 1
        return uids

    def _batches(self, uids: Sequence[int]) -> Iterator[list[Listed]]:
        """Group new letters so that a batch stays under both limits; a letter beyond them goes alone."""
        listed = self._each(self.source.describe, uids) if uids else []
        self.at("poll.described")
        batch: list[Listed] = []
        weight = 0
        for letter in listed:
            load = min(letter.size, self.settings.head_cap) if self._too_large(letter) else letter.size
            if batch and (len(batch) >= self.settings.batch_letters or weight + load > self.settings.batch_bytes):
                yield batch
                batch, weight = [], 0
            batch.append(letter)
            weight += load
        if batch:
            yield batch

    def _take(self, batch: Sequence[Listed]) -> None:
        """Fetch a batch, have it kept, and settle it."""
        fetched = self._load(batch)
        self.at("poll.fetched")
        if not fetched:
            return
        self.ledger.keep(fetched)
        self.kept += len(fetched)
        self.oversize += sum(letter.raw is None for letter in fetched)
        self.at("poll.kept")
        if self.source.settles:
            self._settle([letter.uid for letter in fetched])
        self.at("poll.settled")

    def _load(self, batch: Sequence[Listed]) -> list[Fetched]:
        sizes = {letter.uid: letter.size for letter in batch}
        small = [letter.uid for letter in batch if not self._too_large(letter)]
        bodies = dict(self._each(lambda uids: self.source.fetch(uids, sum(sizes[uid] for uid in uids)), small))
        heads = dict(
            self._each(
                lambda uids: [(uid, self.source.head(uid, self.settings.head_cap)) for uid in uids],
                [letter.uid for letter in batch if self._too_large(letter)],
            )
        )
        missing = [uid for uid in sizes if uid not in bodies and uid not in heads and uid not in self.unreadable]
        if missing:
            # Gone since it was listed, or listed and withheld: only the second is worth a word.
            self.unreadable += [letter.uid for letter in self._each(self.source.describe, missing)]
        return [
            Fetched(
                mailbox=self.source.name,
                uidvalidity=self.uidvalidity,
                uid=letter.uid,
                raw=bodies.get(letter.uid),
                head=heads.get(letter.uid, b""),
                size=letter.size,
                arrived_at=letter.arrived_at,
                arrival=letter.arrival,
            )
            for letter in batch
            if letter.uid in bodies or letter.uid in heads
        ]

    def _each(self, ask: Callable[[Sequence[int]], list[_Answer]], uids: Sequence[int]) -> list[_Answer]:
        """Ask for all at once; when that fails, one by one, so that one bad letter costs only itself."""
        if not uids:
            return []
        try:
            return ask(uids)
        except SourceError as error:
            self._recover(error)
        answers: list[_Answer] = []
        for uid in uids:
            try:
                answers += ask([uid])
            except SourceError as error:
                self._recover(error)
                self.unreadable.append(uid)
                self.trouble.append(str(error))
                if not error.connected:
                    self.loss = error
                    self.lost.append(uid)
        return answers

    def _recover(self, error: SourceError) -> None:
        """Get the connection back after a failed step, or pass the failure on."""
        if error.connected:
            return
        self.losses += 1
        if self.losses > self.settings.losses:
            raise error
        if self.source.open().uidvalidity != self.uidvalidity:
            raise SourceTemporary(f"La carpeta del buzón «{self.source.name}» se recreó durante la lectura.")

    def _all_given_up(self) -> bool:
        """Tell whether the connection broke only over letters that are known to break it."""
        return set(self.lost) <= self.ledger.given_up(self.source.name, self.uidvalidity, self.lost)

    def _settle(self, uids: Sequence[int]) -> None:
        """Settle kept letters. A refusal is noted and the pass goes on: they are safe, and settled next time."""
        try:
            self.settled += self.source.settle(uids)
        except SourceError as error:
            if not error.connected:
                raise
            self.trouble.append(str(error))

    def _too_large(self, letter: Listed) -> bool:
        return letter.size > self.settings.letter_cap


def _chunks(uids: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    for start in range(0, len(uids), size):
        yield uids[start : start + size]
