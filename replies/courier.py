"""The courier carries claimed letters to the relay, one after the other over one connection.

It owns no storage: it is given letters whose attempt is already committed, and reports each outcome before it takes
the next letter, so that after a crash at most one letter's fate is unknown.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from replies.parcel import Accepted, Outcome, Parcel, Permanent, Temporary, Uncertain
from replies.smtp import SmtpError, SmtpSession, SmtpSettings, SmtpUnreachable

KILL_POINTS = ("courier.claimed", "courier.connected", "courier.submitted", "courier.reported")
"""Every step boundary that ``at`` is told of: rows claimed, relay ready, relay answered, outcome recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundResult:
    """What one round of the courier did, in letters. ``returned`` were claimed and given back untried."""

    accepted: int = 0
    temporary: int = 0
    permanent: int = 0
    uncertain: int = 0
    returned: int = 0
    trouble: str = ""


class Courier:
    """Submits letters to one relay. ``batch`` letters are claimed at a time."""

    def __init__(self, settings: SmtpSettings, *, batch: int = 20) -> None:
        self._settings = settings
        self._batch = batch

    def run(
        self,
        claim: Callable[[int], Sequence[Parcel]],
        on_outcome: Callable[[Parcel, Outcome], None],
        *,
        stop: Callable[[], bool] = lambda: False,
        at: Callable[[str], None] = lambda name: None,
    ) -> RoundResult:
        """Submit until ``claim`` returns nothing, ``stop`` says so, or the relay cannot be reached.

        ``claim(n)`` returns up to n letters whose state "sending" and attempt are committed. ``on_outcome`` records
        what became of each, once for every claimed letter. An unreachable relay gives the claimed letters back as
        ``Temporary(counted=False)`` and ends the round with ``trouble``.

        Raises ``SmtpRefusedLogin`` (after giving the letters back) when a person must change login or certificate,
        and whatever ``claim`` or ``on_outcome`` raise.
        """
        with asyncio.Runner() as runner:
            return runner.run(_Round(SmtpSession(self._settings), claim, on_outcome, stop, at).run(self._batch))


@dataclass(slots=True)
class _Round:
    session: SmtpSession
    claim: Callable[[int], Sequence[Parcel]]
    on_outcome: Callable[[Parcel, Outcome], None]
    stop: Callable[[], bool]
    at: Callable[[str], None]
    accepted: int = 0
    temporary: int = 0
    permanent: int = 0
    uncertain: int = 0
    returned: int = 0

    async def run(self, batch: int) -> RoundResult:
        trouble = ""
        try:
            while not self.stop() and (parcels := self.claim(batch)):
                self.at("courier.claimed")
                await self._carry(parcels)
        except SmtpUnreachable as error:
            trouble = str(error)
        finally:
            await self.session.close()
        return RoundResult(
            accepted=self.accepted,
            temporary=self.temporary,
            permanent=self.permanent,
            uncertain=self.uncertain,
            returned=self.returned,
            trouble=trouble,
        )

    async def _carry(self, parcels: Sequence[Parcel]) -> None:
        """Submit the claimed letters in order; those that cannot be offered any more are given back."""
        for done, parcel in enumerate(parcels):
            if done and self.stop():
                self._give_back(parcels[done:], "envío detenido")
                return
            try:
                if not self.session.connected:
                    await self.session.open()
                    self.at("courier.connected")
                outcome = await self.session.submit(parcel)
            except SmtpError as error:
                self._give_back(parcels[done:], str(error))
                raise
            self.at("courier.submitted")
            try:
                self.on_outcome(parcel, outcome)
            except BaseException:
                with suppress(Exception):
                    self._give_back(parcels[done + 1 :], "envío detenido")
                raise
            self._count(outcome)
            self.at("courier.reported")

    def _give_back(self, parcels: Sequence[Parcel], why: str) -> None:
        for parcel in parcels:
            self.on_outcome(parcel, Temporary(None, why, counted=False))
            self.returned += 1

    def _count(self, outcome: Outcome) -> None:
        match outcome:
            case Accepted():
                self.accepted += 1
            case Temporary():
                self.temporary += 1
            case Permanent():
                self.permanent += 1
            case Uncertain():
                self.uncertain += 1
