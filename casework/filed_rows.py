"""The rows that a judged letter becomes: its ticket, message, attachments, verdict and settled intake."""

from collections.abc import Sequence
from datetime import datetime

from casework.desk import Desk
from casework.placement import NewTicket
from casework.reading import Reading
from sla.reckon import Reckoning
from tickets.cases import Known
from tickets.states import Direction, IntakeOutcome, IntakeState, MessageKind, TicketEvent, TicketState, after
from triage import Verdict

Filed = tuple[Reading, NewTicket | int, MessageKind]
"""A letter, the ticket it belongs to (new, or the id of a known one) and what it is there."""


def ticket_id_of(target: NewTicket | int) -> int:
    """Return the id of a ticket of this batch, or of one known before."""
    return target if isinstance(target, int) else target.id


def verdict_of(reading: Reading) -> Verdict:
    """Return the verdict of a person's letter; every one has been judged before it is filed."""
    assert reading.verdict is not None, "a person's letter was filed without a verdict"
    return reading.verdict


def ticket_row(desk: Desk, ticket: NewTicket, reckoned: Reckoning, now: datetime) -> dict[str, object]:
    """Return the row of a ticket that opens; its flags say what a consultant must know of the letter."""
    reading = ticket.reading
    marks = (
        ("id_repetido", ticket.repeated_id),
        ("relacionado", ticket.related_id),
        ("sin_remitente", "@" not in reading.letter.from_address),  # nobody can be written to
        ("buzon_propio", reading.letter.from_address.lower() in desk.settings.own_addresses),  # forged, or one of us
        ("hora_supuesta", reading.pending.arrival_source == "file"),  # only a file's own time tells when it arrived
    )
    flags = [word for word, holds in marks if holds]
    return {
        "reference": ticket.reference,
        "year": int(ticket.reference[4:8]),
        "number": int(ticket.reference[9:]),
        "office": desk.settings.office,
        "state": TicketState.NEW,
        **_judged(reading),
        "trafficking_risk": verdict_of(reading).trafficking_risk or ticket.later_danger,
        "flags": " ".join(flags),
        "related_id": ticket.related_id,
        "opened_at": reading.pending.arrived_at,
        "updated_at": now,
        "target_at": reckoned.target_at,
    }


def recovered_row(known: Known, reading: Reading, now: datetime) -> dict[str, object]:
    """Return what changes on a quarantined ticket whose letter could be read after all."""
    state = TicketState(known.state)  # somebody may have answered the raw letter meanwhile
    return {
        "id": known.id,
        "state": after(state, TicketEvent.REOPENED) if state == TicketState.QUARANTINED else state,
        "flags": "",
        "updated_at": now,
        **_judged(reading),
    }


def _judged(reading: Reading) -> dict[str, object]:
    """Return what the letter itself says of its ticket."""
    verdict = verdict_of(reading)
    return {
        "line": verdict.line,
        "kind": verdict.kind,
        "proposed": not verdict.confident,
        "enough": verdict.enough,
        "on_behalf": verdict.on_behalf,
        "trafficking_risk": verdict.trafficking_risk,
        "language": verdict.language,
        "countries": " ".join(verdict.countries),
        "confidence": verdict.confidence,
        "verified": reading.sender.verified,
        "subject": reading.letter.subject,
        "requester_address": reading.letter.from_address.lower(),
        "requester_name": reading.letter.from_name[:200],
    }


def message_row(reading: Reading, target: NewTicket | int, kind: MessageKind) -> dict[str, object]:
    """Return the row of a letter in the conversation of its ticket."""
    letter = reading.letter
    return {
        "ticket_id": ticket_id_of(target),
        "direction": Direction.IN,
        "kind": kind,
        "at": reading.pending.arrived_at,
        "intake_id": reading.pending.id,
        "from_address": letter.from_address[:320],
        "from_name": letter.from_name[:200],
        "subject": letter.subject,
        "text": letter.text,
        "newest_text": None if letter.newest_text == letter.text else letter.newest_text,
        "message_id": letter.message_id[:998],
        "sent_on_claim": letter.date,
        "verified": reading.sender.verified,
        "sender_note": reading.sender.why[:200],
        "defects": "\n".join(letter.defects),
    }


def attachment_rows(letters: Sequence[Filed], message_of: dict[int, int]) -> list[dict[str, object]]:
    """Return a row for each attachment; ``message_of`` maps intake ids to message ids."""
    return [
        {
            "message_id": message_of[reading.pending.id],
            "position": position,
            "name": one.name[:200],
            "type": one.type[:100],
            "sniffed": one.sniffed[:100],
            "size": one.size,
            "sha256": one.sha256,
            "danger": one.danger[:200],
        }
        for reading, _, _ in letters
        for position, one in enumerate(reading.letter.attachments)
    ]


def verdict_rows(letters: Sequence[Filed], message_of: dict[int, int], now: datetime) -> list[dict[str, object]]:
    """Return a row for each verdict; ``message_of`` maps intake ids to message ids."""
    return [
        {
            "ticket_id": ticket_id_of(target),
            "message_id": message_of[reading.pending.id],
            "at": now,
            "line": verdict.line,
            "confidence": verdict.confidence,
            "confident": verdict.confident,
            "enough": verdict.enough,
            "kind": verdict.kind,
            "on_behalf": verdict.on_behalf,
            "trafficking_risk": verdict.trafficking_risk,
            "language": verdict.language,
            "countries": list(verdict.countries),
            "reasons": list(verdict.reasons),
            "model_version": verdict.model_version,
        }
        for reading, target, kind in letters
        if (verdict := reading.verdict) is not None and kind is not MessageKind.SURVEY
    ]


def settled_row(
    reading: Reading, outcome: IntakeOutcome, target: NewTicket | int | None, now: datetime
) -> dict[str, object]:
    """Return what the intake row of a filed letter becomes."""
    return {
        "id": reading.pending.id,
        "state": IntakeState.PROCESSED,
        "outcome": outcome,
        "ticket_id": None if target is None else ticket_id_of(target),
        "content_key": reading.content_key,
        "last_error": "",
        "processed_at": now,
    }
