"""Everything a consultant sees of one case, read in one go and handed to the screen as a value."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from casework.desk import WRITERS, Actor, Desk
from replies import suggest
from replies.template import Template
from tickets import cases, clocks, journal, outgoing, people
from tickets.states import OutboxState
from tickets.tables import Attachment, Draft, JournalEntry, Message, Outgoing, Promise, Ticket, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """One case as it stood at ``seen_at``; messages oldest first, earlier cases newest first."""

    seen_at: datetime
    ticket: Ticket
    messages: tuple[Message, ...]
    attachments: Mapping[int, tuple[Attachment, ...]]
    promises: tuple[Promise, ...]
    verdict: Verdict | None
    earlier: tuple[Ticket, ...]
    related: str
    draft: Draft | None
    outgoing: tuple[Outgoing, ...]
    journal: tuple[JournalEntry, ...]
    staff: Mapping[int, str]

    @property
    def owed(self) -> Promise | None:
        """The earliest promise that still owes an answer, or None."""
        owed = [one for one in self.promises if one.state in ("open", "broken") and one.answered_at is None]
        return min(owed, key=lambda one: one.target_at, default=None)

    @property
    def pending(self) -> Outgoing | None:
        """A person's letter that has not left yet, or None."""
        leaving = (OutboxState.WAITING, OutboxState.DEFERRED, OutboxState.SENDING)
        return next((one for one in self.outgoing if one.author_id is not None and one.state in leaving), None)

    @property
    def last_letter(self) -> Message | None:
        """The newest letter of the person, or None."""
        return next((one for one in reversed(self.messages) if one.kind in ("letter", "follow_up")), None)

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
        return Sight(
            seen_at=desk.clock(),
            ticket=ticket,
            messages=messages,
            attachments={message_id: tuple(found) for message_id, found in hanging.items()},
            promises=tuple(clocks.of_ticket(session, ticket.id)),
            verdict=cases.latest_verdict(session, ticket.id),
            earlier=tuple(cases.earlier_tickets(session, ticket.requester_address, before_id=ticket.id)),
            related=related.reference if related is not None else "",
            draft=cases.draft_of(session, ticket.id, actor.staff_id) if actor.staff_id is not None else None,
            outgoing=tuple(outgoing.of_ticket(session, ticket.id)),
            journal=tuple(journal.entries_of(session, ticket.id)),
            staff={one.id: one.name for one in people.listing(session) if one.id is not None},
        )


def offers(desk: Desk, sight: Sight) -> list[Offer]:
    """Return the canned replies for a case: the suggested ones first, then the others of its line, then the rest."""
    ticket = sight.ticket
    letter = sight.last_letter
    body = "" if letter is None else (letter.text if letter.newest_text is None else letter.newest_text)
    asked = suggest.Asked(
        body=body,
        subject=ticket.subject,
        line=ticket.line,
        kind=ticket.kind,
        countries=tuple(ticket.countries.split()),
        trafficking_risk=ticket.trafficking_risk,
        enough=ticket.enough,
    )
    chosen = [
        Offer(desk.catalogue.get(one.template), one.why, suggested=True)
        for one in suggest.suggest(asked, 5)
        if one.template in desk.catalogue.replies
    ]
    taken = {one.template.id for one in chosen}
    others = [template for template in desk.catalogue.published() if template.id not in taken]
    others.sort(key=lambda one: (one.line != ticket.line, ticket.line not in one.lines, one.line, one.title))
    return chosen + [Offer(template, f"línea {template.line}", suggested=False) for template in others]


def may_write(actor: Actor) -> bool:
    """Whether that person may change a case at all (the use cases decide; a screen only says so beforehand)."""
    return actor.role in WRITERS
