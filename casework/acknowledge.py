"""Acknowledgements: who gets one, when it may leave, and what it says.

At most one per sender in 24 hours and per ticket; never to a machine, nor to a sender whose DMARC failed; a ceiling per
hour delays an acknowledgement and never swallows it. It never repeats the writer's words (RFC 3834; open
acknowledgements are abused to send spam), and says the same to everybody: whoever reads it over the writer's shoulder
does not learn what was written, nor what we think of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from casework.desk import Desk
from casework.reading import Reading
from casework.writing import acknowledgement, sender
from replies.compose import Composed, Nature, Unaddressable, compose
from replies.page import to_html
from sla.reckon import Reckoning
from tickets import notices, outgoing
from tickets.states import Direction, MessageKind, OutboxState, OutgoingKind
from tickets.store import Session

if TYPE_CHECKING:
    from casework.placement import NewTicket

_HOLE = "\ue000"
"""Stands for the number in a page that letters share; a private character, which no text of ours has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """An acknowledgement decided on, ready to be written into the outbox."""

    intake_id: int
    ticket_id: int
    to_address: str
    from_address: str
    leaves_at: datetime
    created_at: datetime
    subject: str
    text: str
    composed: Composed

    def outgoing_row(self) -> dict[str, object]:
        """Return its row of the outbox."""
        return {
            "ticket_id": self.ticket_id,
            "kind": OutgoingKind.ACKNOWLEDGEMENT,
            "dedupe_key": f"acknowledgement:{self.intake_id}",
            "message_id": self.composed.message_id,
            "state": OutboxState.WAITING,
            "envelope_from": "",
            "to_address": self.to_address,
            "recipients": [self.to_address],
            "payload": self.composed.payload,
            "created_at": self.created_at,
            "next_attempt_at": self.leaves_at,
        }

    def message_row(self, outgoing_id: int) -> dict[str, object]:
        """Return its row of the conversation."""
        return {
            "ticket_id": self.ticket_id,
            "direction": Direction.OUT,
            "kind": MessageKind.ACKNOWLEDGEMENT,
            "at": self.created_at,
            "outgoing_id": outgoing_id,
            "from_address": self.from_address,
            "subject": self.subject,
            "text": self.text,
            "message_id": self.composed.message_id,
        }


def plan(
    desk: Desk,
    session: Session,
    promised: "Sequence[tuple[Reading, NewTicket | int, Reckoning]]",
    now: datetime,
) -> list[Acknowledgement]:
    """Decide on and compose the acknowledgements of a batch."""
    if not desk.settings.acknowledge:
        return []
    candidates = [
        (reading, target, reckoned)
        for reading, target, reckoned in promised
        if reading.machine.may_acknowledge and "@" in reading.letter.from_address and not reading.sender.failed
        if desk.settings.danger_acknowledge or reading.verdict is None or not reading.verdict.trafficking_risk
    ]
    addresses = {reading.letter.from_address.lower() for reading, _, _ in candidates}
    written = outgoing.acknowledged_since(session, addresses, now - timedelta(hours=24))
    automatic = outgoing.automatic_since(session, addresses, now - timedelta(hours=24))
    hours = _Hours(desk.settings.acknowledgements_per_hour, now, outgoing.acknowledgements_planned(session, _hour(now)))
    planned: list[Acknowledgement] = []
    for reading, target, reckoned in candidates:
        address = reading.letter.from_address.lower()
        if isinstance(target, int) or written.get(address, 0) >= desk.settings.acknowledgements_per_sender:
            continue  # a ticket is acknowledged once, when it opens
        if written.get(address, 0) and automatic.get(address, 0) >= desk.settings.automatic_per_address:
            continue  # the first of a day is never left out
        try:
            planned.append(_write(desk, reading, target, reckoned, leaves_at=hours.peek(), now=now))
        except Unaddressable:
            continue  # nobody can be written to at such an address; the ticket is shown to a person all the same
        written[address] = written.get(address, 0) + 1
        automatic[address] = automatic.get(address, 0) + 1
        hours.use()
    _tell_delayed(desk, session, [one for one in planned if one.leaves_at > now], now)
    return planned


def _tell_delayed(desk: Desk, session: Session, delayed: Sequence[Acknowledgement], now: datetime) -> None:
    """Tell staff, once an hour, that so many letters came that acknowledgements have to wait."""
    if not delayed:
        return
    said = (
        f"Llegaron más cartas de las que se acusan en una hora ({desk.settings.acknowledgements_per_hour}): "
        "los demás acuses saldrán después; revise si alguien está inundando el buzón"
    )
    key = f"ceiling:{_hour(now).isoformat()}"
    notices.add_once(session, kind="ceiling", key=key, text=said, now=now, leaves_at=desk.next_open(now))


def _write(
    desk: Desk, reading: Reading, ticket: "NewTicket", reckoned: Reckoning, *, leaves_at: datetime, now: datetime
) -> Acknowledgement:
    language = reading.verdict.language if reading.verdict is not None else "es"
    rendered = acknowledgement(desk, reckoned, reference=ticket.reference, language=language)
    composed = compose(
        message_id=desk.signer.message_id(ticket.reference, f"a{reading.pending.id:x}", desk.settings.message_domain),
        sender=sender(desk),
        recipient=reading.letter.from_address,
        subject=rendered.subject,
        text=rendered.text,
        html=_page(rendered.text.replace(ticket.reference, _HOLE), rendered.language).replace(_HOLE, ticket.reference),
        sent_at=now,
        nature=Nature.REPLIED,
        in_reply_to=reading.letter.message_id,
        references=reading.letter.references,
        language=rendered.language,
    )
    return Acknowledgement(
        intake_id=reading.pending.id,
        ticket_id=ticket.id,
        to_address=reading.letter.from_address.lower(),
        from_address=desk.settings.from_address,
        leaves_at=leaves_at,
        created_at=now,
        subject=rendered.subject,
        text=rendered.text,
        composed=composed,
    )


@lru_cache(maxsize=256)
def _page(text: str, language: str) -> str:
    """Return the HTML of an acknowledgement without its number; letters of one day share theirs."""
    return to_html(text, language=language)


def _hour(instant: datetime) -> datetime:
    return instant.replace(minute=0, second=0, microsecond=0)


class _Hours:
    """Hands out the instants at which acknowledgements may leave, so many an hour."""

    def __init__(self, per_hour: int, now: datetime, planned: Sequence[tuple[datetime, int]]) -> None:
        self._per_hour = per_hour
        self._now = now
        self._counts = dict(planned)
        self._hour = _hour(now)

    def peek(self) -> datetime:
        while self._counts.get(self._hour, 0) >= self._per_hour:
            self._hour += timedelta(hours=1)
        return max(self._now, self._hour)

    def use(self) -> None:
        self._counts[self._hour] = self._counts.get(self._hour, 0) + 1
