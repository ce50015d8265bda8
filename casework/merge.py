"""Making one case of two that are about the same thing: nothing is lost, and one answer is owed instead of two.

What was asked first is owed first: of the promises that nobody has answered yet, the earliest stands and later ones
that still hold are void, as if the second letter had come as a follow-up. A broken promise stays broken whatever
happens. Settled promises, verdicts, surveys and the journal stay with the case they belong to, which ends and points
to the other; later letters to it enter the other.

Two addresses are two mailboxes, and nobody but a person can know that they are one person's. Cases of different
addresses are merged only on that person's explicit word, which the journal keeps, and never where signs of trafficking
show: whoever reads the other mailbox would learn of it. The answer then goes to the address of the case that goes on
and quotes no letter of the other address; a later letter from there opens a case of its own.
"""

from dataclasses import dataclass
from datetime import datetime

from casework.desk import WRITERS, Actor, Desk, require
from casework.moving import told_of_move
from casework.refusals import Refusal
from tickets import cases, clocks, joining, journal
from tickets.journal import Event
from tickets.states import PromiseState, TicketEvent, TicketState, after
from tickets.store import Session
from tickets.tables import Ticket


class CannotMerge(Refusal):
    """The two cases stay two; the message says why and what to do."""


class OtherAddress(CannotMerge):
    """The two cases are of different addresses, and nobody has said that they are the same person's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Joining:
    """Two cases that can be merged: the one that ends and the one that goes on, each with the address it is of."""

    ended: str
    kept: str
    ended_address: str
    kept_address: str

    @property
    def is_of_two_addresses(self) -> bool:
        """Whether the letters of the case that ends came from another address."""
        return self.ended_address.lower() != self.kept_address.lower()


def ready(desk: Desk, actor: Actor, reference: str) -> None:
    """Raise what ``merge`` would raise of one case, whatever the other: for a screen, before anything is asked."""
    require(actor, *WRITERS)
    with desk.store.read() as session:
        _check_one(session, cases.find(session, reference))


def look(desk: Desk, actor: Actor, reference: str, into: str) -> Joining:
    """Return what merging two cases would join. Raises what ``merge`` would, but for ``OtherAddress``."""
    require(actor, *WRITERS)
    with desk.store.read() as session:
        return _check(session, cases.find(session, reference), cases.find(session, into))


def merge(desk: Desk, actor: Actor, reference: str, into: str, *, same_person: bool = False) -> str:
    """Merge a case into another one of the same person; returns the reference of the case that goes on.

    ``same_person`` is the actor's word that two different addresses are one person's. Raises ``CannotMerge``
    (``OtherAddress`` without that word), ``UnknownTicket``.
    """
    require(actor, *WRITERS)
    now = desk.clock()
    with desk.store.write() as session:
        ended, kept = _both(session, reference, into)
        joined = _check(session, ended, kept)
        if joined.is_of_two_addresses and not same_person:
            raise OtherAddress(
                f"{ended.reference} y {kept.reference} son de direcciones distintas; "
                "alguien tiene que decir que son de la misma persona"
            )
        assert ended.id is not None
        assert kept.id is not None
        events = _promises(session, actor, ended, kept, now)
        joining.move_letters(session, ended.id, kept.id)
        joining.move_drafts(session, ended.id, kept.id)
        kept.trafficking_risk = kept.trafficking_risk or ended.trafficking_risk
        kept.flags = " ".join(dict.fromkeys(f"{kept.flags} {ended.flags}".split()))[:200]
        kept.assignee_id = kept.assignee_id or ended.assignee_id
        if kept.state not in (TicketState.NEW, TicketState.OPEN) and clocks.owed(session, [kept.id]):
            kept.state, kept.closed_at = after(TicketState(kept.state), TicketEvent.FOLLOW_UP), None
        elif kept.state == TicketState.NEW and kept.assignee_id is not None:
            kept.state = after(TicketState(kept.state), TicketEvent.TAKEN)
        if ended.state != TicketState.CLOSED:
            ended.state = after(TicketState(ended.state), TicketEvent.CLOSED)
        ended.outcome, ended.related_id, ended.closed_at = cases.MERGED, kept.id, now
        for one in (ended, kept):
            one.version += 1
            one.updated_at = now
        session.flush()
        clocks.refresh_target(session, [ended.id, kept.id])
        said: dict[str, journal.Fact] = {"two_addresses": True} if joined.is_of_two_addresses else {}
        events += [
            Event(ended.id, now, actor.journal_name, "merged", {"into": kept.id, **said}),
            Event(kept.id, now, actor.journal_name, "merged_in", {"from": ended.id, **said}),
        ]
        journal.append(session, events)
        return kept.reference


def _both(session: Session, reference: str, into: str) -> tuple[Ticket, Ticket]:
    """Return both cases, locked in the order of their ids, so that two people merging crosswise do not wait forever."""
    ids = [cases.find(session, one).id or 0 for one in (reference, into)]
    session.expire_all()  # what was read before the locks may have changed since
    locked = {one: cases.load(session, one, lock=True) for one in sorted(set(ids))}
    return locked[ids[0]], locked[ids[1]]


def _check(session: Session, ended: Ticket, kept: Ticket) -> Joining:
    if ended.id == kept.id:
        raise CannotMerge(f"{ended.reference} es el mismo caso; escriba el número del otro")
    for one in (ended, kept):
        _check_one(session, one)
    joined = Joining(
        ended=ended.reference,
        kept=kept.reference,
        ended_address=ended.requester_address,
        kept_address=kept.requester_address,
    )
    if joined.is_of_two_addresses:
        if not kept.requester_address:
            raise CannotMerge(f"{kept.reference} no tiene dirección a la cual responder; una ese caso a este")
        if ended.trafficking_risk or kept.trafficking_risk:
            raise CannotMerge(
                "con riesgo de trata no se unen casos de direcciones distintas: quien lea la otra dirección se "
                "enteraría; responda cada uno"
            )
    return joined


def _check_one(session: Session, one: Ticket) -> None:
    if one.outcome == cases.MERGED:
        raise CannotMerge(f"{one.reference} ya se unió a otro caso")
    if one.state == TicketState.QUARANTINED:
        raise CannotMerge(f"la carta de {one.reference} todavía no se pudo analizar; no se sabe de quién es")
    if joining.in_flight(session, one.id or 0):
        raise CannotMerge(
            f"{one.reference} tiene una carta por salir o un envío incierto; espere o retírela antes de unir"
        )


def _promises(session: Session, actor: Actor, ended: Ticket, kept: Ticket, now: datetime) -> list[Event]:
    """Bring what is still owed to the case that goes on; void what an earlier promise makes superfluous."""
    assert ended.id is not None
    assert kept.id is not None
    owed = [one for found in clocks.open_of(session, [ended.id, kept.id]).values() for one in found]
    owed.sort(key=lambda one: (one.received_at, one.id or 0))
    events: list[Event] = []
    for place, promise in enumerate(owed):
        if place and promise.state == PromiseState.OPEN:
            promise.state = PromiseState.VOID
            facts: dict[str, journal.Fact] = {"promise": promise.id, "kind": promise.kind, "merged": True}
            events.append(Event(promise.ticket_id, now, actor.journal_name, "promise_void", facts))
        elif promise.ticket_id == ended.id:
            events += told_of_move(promise, actor, now, kept.id)
            promise.ticket_id = kept.id
            joining.move_amends(session, promise.id or 0, kept.id)
    return events
