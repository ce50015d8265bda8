"""The closed lists of states and the one table of (state, event) -> state."""

from enum import StrEnum


class TicketState(StrEnum):
    """Where a case stands."""

    NEW = "new"  # nobody has taken it
    OPEN = "open"  # a consultant has it, or the citizen wrote again
    ANSWERED = "answered"  # the relay accepted a person's answer
    REFERRED = "referred"  # answered by pointing to the entity that decides
    CLOSED = "closed"  # a person ended it with an outcome
    QUARANTINED = "quarantined"  # the letter could not be analysed; a person must read the raw letter


class TicketEvent(StrEnum):
    """What can happen to a case."""

    TAKEN = "taken"
    RELEASED = "released"
    FOLLOW_UP = "follow_up"
    ANSWERED = "answered"
    REFERRED = "referred"
    CLOSED = "closed"
    REOPENED = "reopened"


_S, _E = TicketState, TicketEvent
TRANSITIONS: dict[tuple[TicketState, TicketEvent], TicketState] = {
    (_S.NEW, _E.TAKEN): _S.OPEN,
    (_S.NEW, _E.FOLLOW_UP): _S.NEW,
    (_S.NEW, _E.ANSWERED): _S.ANSWERED,
    (_S.NEW, _E.REFERRED): _S.REFERRED,
    (_S.NEW, _E.CLOSED): _S.CLOSED,
    (_S.OPEN, _E.TAKEN): _S.OPEN,
    (_S.OPEN, _E.RELEASED): _S.NEW,
    (_S.OPEN, _E.FOLLOW_UP): _S.OPEN,
    (_S.OPEN, _E.ANSWERED): _S.ANSWERED,
    (_S.OPEN, _E.REFERRED): _S.REFERRED,
    (_S.OPEN, _E.CLOSED): _S.CLOSED,
    (_S.ANSWERED, _E.TAKEN): _S.ANSWERED,
    (_S.ANSWERED, _E.RELEASED): _S.ANSWERED,
    (_S.ANSWERED, _E.FOLLOW_UP): _S.OPEN,
    (_S.ANSWERED, _E.ANSWERED): _S.ANSWERED,
    (_S.ANSWERED, _E.REFERRED): _S.REFERRED,
    (_S.ANSWERED, _E.CLOSED): _S.CLOSED,
    (_S.ANSWERED, _E.REOPENED): _S.OPEN,
    (_S.REFERRED, _E.TAKEN): _S.REFERRED,
    (_S.REFERRED, _E.RELEASED): _S.REFERRED,
    (_S.REFERRED, _E.FOLLOW_UP): _S.OPEN,
    (_S.REFERRED, _E.ANSWERED): _S.ANSWERED,
    (_S.REFERRED, _E.REFERRED): _S.REFERRED,
    (_S.REFERRED, _E.CLOSED): _S.CLOSED,
    (_S.REFERRED, _E.REOPENED): _S.OPEN,
    (_S.CLOSED, _E.FOLLOW_UP): _S.OPEN,
    (_S.CLOSED, _E.ANSWERED): _S.CLOSED,
    (_S.CLOSED, _E.REFERRED): _S.CLOSED,
    (_S.CLOSED, _E.REOPENED): _S.OPEN,
    (_S.QUARANTINED, _E.TAKEN): _S.QUARANTINED,
    (_S.QUARANTINED, _E.RELEASED): _S.QUARANTINED,
    (_S.QUARANTINED, _E.FOLLOW_UP): _S.QUARANTINED,
    (_S.QUARANTINED, _E.ANSWERED): _S.ANSWERED,
    (_S.QUARANTINED, _E.REFERRED): _S.REFERRED,
    (_S.QUARANTINED, _E.CLOSED): _S.CLOSED,
    (_S.QUARANTINED, _E.REOPENED): _S.NEW,
}


class ImpossibleMove(Exception):
    """An event does not fit the state that the case is in."""


def after(state: TicketState, event: TicketEvent) -> TicketState:
    """Return the state that follows. Raises ``ImpossibleMove`` when the table has no such row."""
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        raise ImpossibleMove(f"un caso en estado {state} no admite {event}") from None


class PromiseState(StrEnum):
    """What became of a promise."""

    OPEN = "open"
    KEPT = "kept"
    BROKEN = "broken"
    VOID = "void"  # a person confirmed a kind that carries another promise, or none


class OutboxState(StrEnum):
    """Where an outgoing letter stands."""

    WAITING = "waiting"  # due at ``next_attempt_at``
    SENDING = "sending"  # claimed under a lease; an attempt has been recorded
    SENT = "sent"  # the relay accepted it
    DEFERRED = "deferred"  # a temporary failure; due again at ``next_attempt_at``
    REFUSED = "refused"  # a permanent failure, or given up
    UNCERTAIN = "uncertain"  # the relay may have it; only a person may say what to do


class IntakeState(StrEnum):
    """Where a letter stands on its way in."""

    RECEIVED = "received"  # bytes are safe, nothing judged yet
    PROCESSED = "processed"
    QUARANTINED = "quarantined"


class IntakeOutcome(StrEnum):
    """What a processed letter turned out to be."""

    TICKET = "ticket"
    FOLLOW_UP = "follow_up"
    MACHINE = "machine"
    BOUNCE = "bounce"
    DUPLICATE = "duplicate"
    QUARANTINE = "quarantine"


class Role(StrEnum):
    """What a member of staff may do."""

    CONSULTANT = "consultant"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


class OutgoingKind(StrEnum):
    """What an outgoing letter is for."""

    ACKNOWLEDGEMENT = "acknowledgement"
    ANSWER = "answer"
    ASK_BACK = "ask_back"
    REFERRAL = "referral"
    APOLOGY = "apology"
    SURVEY = "survey"
    NOTICE = "notice"
    DIGEST = "digest"


KEEPS_PROMISE = frozenset({OutgoingKind.ANSWER, OutgoingKind.ASK_BACK, OutgoingKind.REFERRAL})
"""What a person writes and what keeps the promise once the relay accepts it (an ask-back is counted apart)."""


class MessageKind(StrEnum):
    """What a message of a ticket is."""

    LETTER = "letter"
    FOLLOW_UP = "follow_up"
    MACHINE = "machine"
    BOUNCE = "bounce"
    NOTE = "note"
    ACKNOWLEDGEMENT = "acknowledgement"
    ANSWER = "answer"
    ASK_BACK = "ask_back"
    REFERRAL = "referral"
    APOLOGY = "apology"
    SURVEY = "survey"


class Direction(StrEnum):
    """Which way a message went."""

    IN = "in"
    OUT = "out"
    NOTE = "note"


class RemediationState(StrEnum):
    """Whether amends have been made."""

    OPEN = "open"
    CLOSED = "closed"
