"""Where a letter belongs: the same letter again, a follow-up, a new ticket, or nowhere.

Order of belief: a Message-ID that we signed, a letter that we hold, a signed tag in the subject, a bare reference.
Only a sender who belongs to the ticket enters it; anybody else opens a new ticket with a suggested link and learns
nothing.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from casework.reading import Reading
from casework.survey import says_more, sent_back
from tickets import cases, clocks, intake, outgoing
from tickets.cases import Known
from tickets.references import Signer, find_reference
from tickets.store import Session


@dataclass(slots=True, eq=False)
class NewTicket:
    """A ticket that this batch opens; its id and reference come when it is written."""

    reading: Reading
    related_id: int | None = None
    repeated_id: bool = False
    later_danger: bool = False  # a further letter of the same batch shows signs that this one does not
    id: int = 0
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Duplicate:
    """The same letter again, by another way."""

    reading: Reading
    ticket: "int | NewTicket | None"


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A further letter of a ticket by someone who belongs to it."""

    reading: Reading
    ticket: "Known | NewTicket"
    reopens: bool  # nothing was owed any more: a new promise begins


@dataclass(frozen=True, slots=True)
class Recovered:
    """A letter that was in quarantine and can be analysed now; its ticket and its promise go on."""

    reading: Reading
    ticket: Known


@dataclass(frozen=True, slots=True)
class MachineMail:
    """An automatic letter; noted in the ticket it answers, if any."""

    reading: Reading
    ticket: Known | None


@dataclass(frozen=True, slots=True)
class Bounce:
    """A delivery failure of a letter of ours, or backscatter (no ticket)."""

    reading: Reading
    outgoing_id: int | None
    ticket: Known | None


@dataclass(frozen=True, slots=True)
class SurveyAnswer:
    """A satisfaction survey sent back, by whoever holds its token; it opens nothing and changes no clock."""

    reading: Reading
    ticket: Known
    outgoing_id: int
    score: int


Placement = NewTicket | Duplicate | FollowUp | Recovered | MachineMail | Bounce | SurveyAnswer


@dataclass(slots=True)
class Lookup:
    """What the record knows that placing a batch needs, fetched in few questions; grows as the batch is placed."""

    signer: Signer
    contents: dict[str, int | NewTicket | None] = field(default_factory=dict)
    rfc_ids: dict[str, tuple[int, str]] = field(default_factory=dict)
    ours: dict[str, tuple[int, int | None]] = field(default_factory=dict)
    by_reference: dict[str, Known] = field(default_factory=dict)
    by_id: dict[int, Known] = field(default_factory=dict)
    owing: set[int] = field(default_factory=set)
    fresh: dict[str, NewTicket] = field(default_factory=dict)
    surveys: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, session: Session, signer: Signer, readings: Iterable[Reading]) -> "Lookup":
        """Ask the record everything about a batch."""
        readings = list(readings)
        thread = {one for reading in readings for one in _thread(reading)}
        own_ids = {reading.letter.message_id for reading in readings if reading.letter.message_id}
        bounced = {r.bounce.original_message_id for r in readings if r.bounce.original_message_id}
        references = {signer.ticket_of(one) for one in thread | bounced}
        references |= {find_reference(reading.letter.subject) for reading in readings}
        lookup = cls(signer)
        lookup.contents.update(intake.by_content(session, {reading.content_key for reading in readings}))
        lookup.rfc_ids = cases.messages_by_rfc_id(session, thread | own_ids)
        lookup.ours = outgoing.by_message_id(session, bounced)
        lookup.by_reference = cases.known_by_reference(session, {one for one in references if one})
        wanted = {ticket_id for ticket_id, _ in lookup.rfc_ids.values()}
        wanted |= {ticket_id for _, ticket_id in lookup.ours.values() if ticket_id is not None}
        wanted |= {reading.pending.ticket_id for reading in readings if reading.pending.ticket_id is not None}
        lookup.by_id = cases.known_by_id(session, wanted)
        lookup.by_id.update({one.id: one for one in lookup.by_reference.values()})
        lookup.owing = set(clocks.owed(session, lookup.by_id))
        returned = {found[0] for one in readings if (found := sent_back(signer, one.letter.subject)) is not None}
        lookup.surveys = outgoing.surveys(session, returned)
        return lookup


def place(lookup: Lookup, reading: Reading) -> Placement:
    """Say where one letter belongs, and remember it for the letters after it in the batch."""
    if reading.content_key in lookup.contents:
        return Duplicate(reading, lookup.contents[reading.content_key])
    placement = _place_new(lookup, reading)
    match placement:
        case NewTicket():
            lookup.contents[reading.content_key] = placement
            if reading.letter.message_id:
                lookup.fresh.setdefault(reading.letter.message_id, placement)
        case FollowUp(ticket=NewTicket() as ticket):
            lookup.contents[reading.content_key] = ticket
            if reading.letter.message_id:
                lookup.fresh.setdefault(reading.letter.message_id, ticket)
        case FollowUp(ticket=Known() as ticket) | Recovered(ticket=ticket):
            lookup.contents[reading.content_key] = ticket.id
            lookup.owing.add(ticket.id)
            if reading.letter.message_id:
                lookup.rfc_ids.setdefault(reading.letter.message_id, (ticket.id, reading.letter.from_address))
        case SurveyAnswer():
            lookup.contents[reading.content_key] = placement.ticket.id
        case MachineMail() | Bounce():
            lookup.contents[reading.content_key] = placement.ticket.id if placement.ticket else None
        case Duplicate():
            pass
    return placement


def _place_new(lookup: Lookup, reading: Reading) -> Placement:
    quarantined = lookup.by_id.get(reading.pending.ticket_id or 0)
    if quarantined is not None and reading.by_person:
        return Recovered(reading, quarantined)
    if reading.bounce.is_bounce:
        outgoing_id, ticket_id = lookup.ours.get(reading.bounce.original_message_id, (None, None))
        known = lookup.by_id.get(ticket_id) if ticket_id is not None else None
        return Bounce(reading, outgoing_id, known)
    if (rating := rating_in(lookup, reading)) is not None and not says_more(reading.letter):
        return rating
    candidates = list(_candidates(lookup, reading))
    belongs = next((one for one in candidates if _is_participant(one, reading)), None)
    if reading.machine.is_machine:
        return MachineMail(reading, belongs if isinstance(belongs, Known) else None)
    if isinstance(belongs, Known):
        return FollowUp(reading, belongs, reopens=belongs.id not in lookup.owing)
    if isinstance(belongs, NewTicket):
        return FollowUp(reading, belongs, reopens=False)
    related = next((one.id for one in candidates if isinstance(one, Known)), None)
    if related is None:
        related = _bare_reference(lookup, reading)
    own_id = reading.letter.message_id
    return NewTicket(reading, related, repeated_id=own_id in lookup.rfc_ids or own_id in lookup.fresh)


def rating_in(lookup: Lookup, reading: Reading) -> SurveyAnswer | None:
    """Read a letter as a survey sent back, unless signs of trafficking show: then it is a letter and nothing else."""
    found = sent_back(lookup.signer, reading.letter.subject) if reading.by_person else None
    if found is None or (reading.verdict is not None and reading.verdict.trafficking_risk):
        return None
    ticket = lookup.by_reference.get(found[0])
    outgoing_id = lookup.surveys.get(found[0])
    if ticket is None or outgoing_id is None:
        return None
    return SurveyAnswer(reading, ticket, outgoing_id, found[1])


def _candidates(lookup: Lookup, reading: Reading) -> Iterator[Known | NewTicket]:
    for one in _thread(reading):
        reference = lookup.signer.ticket_of(one)
        if reference is not None and reference in lookup.by_reference:
            yield lookup.by_reference[reference]
        if one in lookup.rfc_ids and lookup.rfc_ids[one][0] in lookup.by_id:
            yield lookup.by_id[lookup.rfc_ids[one][0]]
        if one in lookup.fresh:
            yield lookup.fresh[one]
    rated = rating_in(lookup, reading)
    if rated is not None:
        yield rated.ticket
    tagged = lookup.signer.ticket_of_subject(reading.letter.subject)
    if tagged is not None and tagged in lookup.by_reference:
        yield lookup.by_reference[tagged]
    bare = find_reference(reading.letter.subject)
    if bare is not None and bare in lookup.by_reference and reading.sender.verified:
        yield lookup.by_reference[bare]


def _bare_reference(lookup: Lookup, reading: Reading) -> int | None:
    bare = find_reference(reading.letter.subject)
    known = lookup.by_reference.get(bare) if bare else None
    return known.id if known is not None else None


def _is_participant(ticket: Known | NewTicket, reading: Reading) -> bool:
    address = ticket.requester_address if isinstance(ticket, Known) else ticket.reading.letter.from_address.lower()
    return bool(address) and address == reading.letter.from_address.lower()


def _thread(reading: Reading) -> list[str]:
    """Return the ids that a letter answers, nearest first."""
    nearest = [reading.letter.in_reply_to, *reversed(reading.letter.references[-20:])]
    return list(dict.fromkeys(one for one in nearest if one))
