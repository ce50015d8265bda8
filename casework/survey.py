"""The satisfaction survey: scheduled once per case after its answer, counted once whoever sends it back.

It is one question with five mailto links. Each link holds a token that only this desk can make, so that a score needs
neither login nor web page, and a letter without a token is a letter like any other.
"""

import re
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from casework.citizen_mail import citizen_letter
from casework.desk import SERVICE, Desk
from letters.letter import Letter
from replies.render import render
from tickets import journal, outgoing, rows
from tickets.journal import Event
from tickets.references import Signer
from tickets.states import OutboxState, OutgoingKind
from tickets.store import Session
from tickets.tables import SatisfactionAnswer, Ticket

if TYPE_CHECKING:
    from casework.placement import SurveyAnswer

_DEVICE = re.compile(r"\s*(?:enviado|sent|obtener|get|descargar)\b.{0,60}", re.IGNORECASE)
"""The line that a telephone or a mail program puts under every letter."""
_FEW_WORDS = 4
_SENT_BACK = re.compile(r"\bEncuesta\s+(SOM-\d{4}-\d{6,9})\.([0-9a-f]{16})\s+([1-5])(?!\d)", re.IGNORECASE | re.ASCII)


def token(signer: Signer, reference: str) -> str:
    """Return what the links of a case's survey carry."""
    return f"{reference}.{signer.token('survey', reference)[:16]}"


def sent_back(signer: Signer, subject: str) -> tuple[str, int] | None:
    """Return (reference, score) when the subject holds a token of this desk, else None."""
    found = _SENT_BACK.search(subject)
    if found is None:
        return None
    reference = found.group(1).upper()
    if not signer.is_token("survey", reference, found.group(2).lower()):
        return None
    return reference, int(found.group(3))


def says_more(letter: Letter) -> bool:
    """Return whether a survey that came back also says, asks or brings something that a person must see."""
    own = [line for line in letter.newest_text.splitlines() if not _DEVICE.fullmatch(line)]
    return bool(letter.attachments) or any("?" in line for line in own) or len(" ".join(own).split()) >= _FEW_WORDS


def schedule(desk: Desk, session: Session, ticket: Ticket, answered_at: datetime, now: datetime) -> None:
    """Put the survey of an answered case into the outbox, once; a later answer puts off one that has not left.

    Never where signs of trafficking show: nobody else shall learn that the person wrote to us.
    """
    if not desk.settings.survey or ticket.trafficking_risk or not ticket.requester_address:
        return
    assert ticket.id is not None
    leaves_at = desk.next_open(answered_at + timedelta(days=desk.settings.survey_delay_days))
    asked = outgoing.survey_of(session, ticket.id)
    if asked is not None:
        if asked.state == OutboxState.WAITING and asked.lease_until is None:
            asked.next_attempt_at = leaves_at
        return
    template = desk.catalogue.letter("satisfaction_survey")
    rendered = render(
        template,
        template.language_for(ticket.language),
        {
            "reference": ticket.reference,
            "mailbox": desk.settings.from_address,
            "token": token(desk.signer, ticket.reference),
        },
    )
    citizen_letter(
        desk,
        session,
        ticket,
        kind=OutgoingKind.SURVEY,
        dedupe_key=f"survey:{ticket.id}",
        rendered=rendered,
        author_id=None,
        now=now,
        leaves_at=leaves_at,
    )


def put_off(desk: Desk, session: Session, asked_again: Collection[int], now: datetime) -> None:
    """Let the surveys of cases whose citizen wrote again wait: the answer that is owed now comes first."""
    leaves_at = desk.next_open(now + timedelta(days=max(1, desk.settings.survey_delay_days)))
    outgoing.put_off_surveys(session, asked_again, leaves_at)


def withdraw(session: Session, ticket_ids: Collection[int]) -> None:
    """Take back the surveys that have not left of cases in which signs of trafficking show now."""
    outgoing.withdraw_surveys(session, ticket_ids, f"{outgoing.TAKEN_BACK}: hay riesgo de trata")


def count(session: Session, answers: Sequence["SurveyAnswer"], now: datetime) -> list[Event]:
    """Count each survey that came back for the first time; returns the journal's events."""
    known = outgoing.surveys_counted(session, {one.outgoing_id for one in answers})
    fresh: dict[int, SurveyAnswer] = {}
    for one in answers:
        if one.outgoing_id not in known:
            fresh.setdefault(one.outgoing_id, one)
    rows.add_all(
        session,
        SatisfactionAnswer,
        [
            {
                "outgoing_id": one.outgoing_id,
                "ticket_id": one.ticket.id,
                "score": one.score,
                "at": one.reading.pending.arrived_at,
            }
            for one in fresh.values()
        ],
    )
    return [_event(one, now) for one in fresh.values()]


def _event(one: "SurveyAnswer", now: datetime) -> Event:
    facts: dict[str, journal.Fact] = {
        "outgoing": one.outgoing_id,
        "score": one.score,
        "channel": "email",
        "received_at": one.reading.pending.arrived_at.isoformat(),
    }
    return Event(one.ticket.id, now, SERVICE.journal_name, "survey_answered", facts)
