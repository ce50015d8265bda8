"""Everything a consultant sees of one case, read in one go and handed to the screen as a value."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from casework import presence
from casework.desk import WRITERS, Actor, Desk
from casework.suggesting import suggest_for
from console.senders import checks_senders
from replies.template import Template
from tickets import cases, clocks, journal, outgoing, people
from tickets.states import KEEPS_PROMISE, Direction, OutboxState
from tickets.tables import Attachment, Draft, JournalEntry, Message, Outgoing, Promise, Ticket, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """One case as it stood at ``seen_at``; messages oldest first, other cases of the person newest first.

    ``verdict`` is the classifier's own of the letter that opened the case, ``warning`` that of the first letter in
    which it saw danger, ``judged_by`` the name of whoever judged after it; ``merged_into`` is the case that goes on
    for this one, ``answering`` the colleague who is answering it now; "" stands for none.
    ``checked``: this service checks senders.
    """

    seen_at: datetime
    ticket: Ticket
    messages: tuple[Message, ...]
    attachments: Mapping[int, tuple[Attachment, ...]]
    promises: tuple[Promise, ...]
    verdict: Verdict | None
    warning: Verdict | None
    judged_by: str
    others: tuple[Ticket, ...]
    related: str
    merged_into: str
    answering: str
    draft: Draft | None
    outgoing: tuple[Outgoing, ...]
    journal: tuple[JournalEntry, ...]
    staff: Mapping[int, str]
    checked: bool

    @property
    def owed(self) -> Promise | None:
        """The earliest promise that still owes an answer, or None."""
        owed = [one for one in self.promises if one.state in ("open", "broken") and one.answered_at is None]
        return min(owed, key=lambda one: one.target_at, default=None)

    @property
    def pending(self) -> Outgoing | None:
        """A person's answer that has not left yet, or None."""
        leaving = (OutboxState.WAITING, OutboxState.DEFERRED, OutboxState.SENDING)
        answers = (one for one in self.outgoing if one.kind in KEEPS_PROMISE and one.author_id is not None)
        return next((one for one in answers if one.state in leaving), None)

    @property
    def answers(self) -> tuple[Message, ...]:
        """What a person has answered in this case, the oldest first."""
        return tuple(one for one in self.messages if one.direction == Direction.OUT and one.kind in KEEPS_PROMISE)

    @property
    def last_letter(self) -> Message | None:
        """The newest letter of the person, or None."""
        return next((one for one in reversed(self.messages) if one.kind in ("letter", "follow_up")), None)

    @property
    def files(self) -> tuple[Attachment, ...]:
        """Everything that came with the letters, in their order."""
        return tuple(one for message in self.messages for one in self.attachments.get(message.id or 0, ()))

    def who(self, staff_id: int | None) -> str:
        """Return the name of a member of staff; the service itself has none."""
        return "el servicio" if staff_id is None else self.staff.get(staff_id, f"personal {staff_id}")


@dataclass(frozen=True, slots=True)
class Offer:
    """A canned reply on offer, and why."""

    template: Template
    why: str
    suggested: bool


def see(desk: Desk, actor: Actor, reference: str) -> Sight:
    """Read one case whole. Raises ``UnknownTicket``."""
    with desk.store.read() as session:
        ticket = cases.find(session, reference)
        assert ticket.id is not None
        messages = tuple(cases.conversation(session, ticket.id))
        hanging: dict[int, list[Attachment]] = {}
        for one in cases.attachments_of(session, [message.id for message in messages if message.id is not None]):
            hanging.setdefault(one.message_id, []).append(one)
        related = session.get(Ticket, ticket.related_id) if ticket.related_id is not None else None
        merged = ticket.outcome == cases.MERGED and related is not None
        newest = cases.latest_verdict(session, ticket.id)
        staff = {one.id: one.name for one in people.listing(session) if one.id is not None}
        return Sight(
            seen_at=desk.clock(),
            ticket=ticket,
            messages=messages,
            attachments={message_id: tuple(found) for message_id, found in hanging.items()},
            promises=tuple(clocks.of_ticket(session, ticket.id)),
            verdict=cases.first_verdict(session, ticket.id),
            warning=cases.first_verdict(session, ticket.id, danger=True),
            judged_by="" if newest is None or newest.staff_id is None else staff.get(newest.staff_id, ""),
            others=tuple(cases.other_tickets(session, ticket.requester_address, except_id=ticket.id)),
            related=related.reference if related is not None and not merged else "",
            merged_into=related.reference if related is not None and merged else "",
            answering=presence.answering(desk, actor, session, ticket.id),
            draft=cases.draft_of(session, ticket.id, actor.staff_id) if actor.staff_id is not None else None,
            outgoing=tuple(outgoing.of_ticket(session, ticket.id)),
            journal=tuple(journal.entries_of(session, ticket.id)),
            staff=staff,
            checked=checks_senders(desk),
        )


def offers(desk: Desk, sight: Sight) -> list[Offer]:
    """Return the canned replies for a case: the suggested ones first, then the others of its line, then the rest."""
    ticket = sight.ticket
    with desk.store.read() as session:
        suggested = suggest_for(session, ticket, limit=5)
    chosen = [
        Offer(desk.catalogue.get(one.template), one.why, suggested=True)
        for one in suggested
        if one.template in desk.catalogue.replies
    ]
    taken = {one.template.id for one in chosen}
    others = [template for template in desk.catalogue.published() if template.id not in taken]
    others.sort(key=lambda one: (one.line != ticket.line, ticket.line not in one.lines, one.line, one.title))
    return chosen + [Offer(template, f"línea {template.line}", suggested=False) for template in others]


def may_write(actor: Actor) -> bool:
    """Whether that person may change a case at all (the use cases decide; a screen only says so beforehand)."""
    return actor.role in WRITERS
