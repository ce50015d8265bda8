"""Letters whose judgement a person confirmed or corrected: what a judge can learn from."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session, aliased

from tickets.states import MessageKind
from tickets.tables import Message, Ticket, Verdict

PAGE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedLetter:
    """The letter that opened a ticket, and what people said of it; None where nobody did."""

    ticket_id: int
    from_name: str
    requester_name: str
    subject: str
    text: str
    line: int | None
    kind: str | None
    on_behalf: bool | None
    trafficking_risk: bool | None
    language: str
    countries: list[str]


def judged_by_people(session: Session) -> Iterator[JudgedLetter]:
    """Yield every ticket that a person judged, oldest first, a page of rows at a time."""
    after = 0
    while page := session.execute(_page(after)).all():
        for row in page:
            yield _letter(row)
        after = page[-1].ticket_id


def _page(after: int) -> Any:
    person: Any = aliased(Verdict)
    judge: Any = aliased(Verdict)
    message: Any = Message
    ticket: Any = Ticket
    said = (
        select(person.ticket_id, func.max(person.id).label("last"))
        .where(person.staff_id.is_not(None), person.ticket_id > after)
        .group_by(person.ticket_id)
        .order_by(person.ticket_id)
        .limit(PAGE)
        .subquery()
    )
    last: Any = aliased(Verdict)
    first_judged = (
        select(func.min(judge.id))
        .where(judge.ticket_id == said.c.ticket_id, judge.staff_id.is_(None), judge.model_version != "")
        .correlate(said)
        .scalar_subquery()
    )
    first: Any = aliased(Verdict)
    opening = (
        select(func.min(message.id))
        .where(message.ticket_id == said.c.ticket_id, message.kind == MessageKind.LETTER)
        .correlate(said)
        .scalar_subquery()
    )
    return (
        select(
            said.c.ticket_id,
            message.from_name,
            ticket.requester_name,
            message.subject,
            message.text,
            message.newest_text,
            ticket.line_confirmed,
            ticket.kind_confirmed,
            last.line,
            last.kind,
            last.on_behalf,
            last.trafficking_risk,
            last.language,
            last.countries,
            first.on_behalf.label("guessed_behalf"),
            first.trafficking_risk.label("guessed_risk"),
        )
        .select_from(said)
        .join(ticket, ticket.id == said.c.ticket_id)
        .join(last, last.id == said.c.last)
        .join(message, message.id == opening)
        .outerjoin(first, and_(first.ticket_id == said.c.ticket_id, first.id == first_judged))
        .order_by(said.c.ticket_id)
    )


def _letter(row: Any) -> JudgedLetter:
    """A person vouches for what they corrected, and for everything once line and kind are both confirmed."""
    everything = row.line_confirmed and row.kind_confirmed
    behalf_said = everything or (row.guessed_behalf is not None and row.guessed_behalf != row.on_behalf)
    risk_said = everything or (row.guessed_risk is not None and row.guessed_risk != row.trafficking_risk)
    return JudgedLetter(
        ticket_id=row.ticket_id,
        from_name=row.from_name,
        requester_name=row.requester_name,
        subject=row.subject,
        text=row.text if row.newest_text is None else row.newest_text,
        line=row.line if row.line_confirmed else None,
        kind=row.kind if row.kind_confirmed else None,
        on_behalf=row.on_behalf if behalf_said else None,
        trafficking_risk=row.trafficking_risk if risk_said else None,
        language=row.language,
        countries=list(row.countries),
    )
