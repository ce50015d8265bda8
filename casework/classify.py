"""A person's judgement: confirming or correcting line, kind, on-behalf and risk, and what that does to the promise.

Only a person's word lengthens a term (sugerencia, reclamo) or ends it (agradecimiento, ajeno); a model's guess never
does.
"""

from dataclasses import dataclass
from datetime import datetime

from casework import survey
from casework.desk import WRITERS, Actor, Desk, require
from casework.kind_letters import tell_received
from casework.promising import promise_row
from casework.refusals import Refusal
from sla.reckon import reckon
from tickets import cases, clocks, journal, rows
from tickets.journal import Event
from tickets.states import PromiseState
from tickets.store import Session
from tickets.tables import Promise, Ticket, Verdict

KINDS = {
    "consulta": "Consulta",
    "sugerencia": "Sugerencia",
    "reclamo": "Reclamo",
    "agradecimiento": "Agradecimiento",
    "ajeno": "Ajeno al servicio",
}
"""What a letter may be, with the word that staff read."""
PROMISED = ("consulta", "sugerencia", "reclamo")
"""The kinds that carry a promise."""


class BadJudgement(Refusal):
    """The judgement names something that does not exist."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What a person says of a case. None leaves a field as it is; with nothing named, everything is confirmed.

    Naming the line alone does not confirm the kind that the model guessed, and so changes no promise.
    """

    line: int | None = None
    kind: str | None = None
    on_behalf: bool | None = None
    trafficking_risk: bool | None = None


def judge(desk: Desk, actor: Actor, reference: str, judgement: Judgement) -> None:
    """Confirm or correct the judgement of a case. Raises ``BadJudgement``."""
    require(actor, *WRITERS)
    if judgement.line is not None and judgement.line not in range(6):
        raise BadJudgement(f"la línea {judgement.line} no existe; van de 0 a 5")
    if judgement.kind is not None and judgement.kind not in KINDS:
        raise BadJudgement(f"el tipo «{judgement.kind}» no existe; son {', '.join(KINDS)}")
    now = desk.clock()
    with desk.store.write() as session:
        ticket = cases.find(session, reference, lock=True)
        assert ticket.id is not None
        before = (ticket.line, ticket.kind, ticket.on_behalf, ticket.trafficking_risk)
        ticket.line = ticket.line if judgement.line is None else judgement.line
        ticket.kind = judgement.kind or ticket.kind
        ticket.on_behalf = ticket.on_behalf if judgement.on_behalf is None else judgement.on_behalf
        if judgement.trafficking_risk is not None:
            ticket.trafficking_risk = judgement.trafficking_risk
        if ticket.trafficking_risk:
            survey.withdraw(session, [ticket.id])
        everything = judgement == Judgement()
        if everything or judgement.line is not None:
            ticket.line_confirmed, ticket.proposed = True, False
        if everything or judgement.kind is not None:
            ticket.kind_confirmed = True
        ticket.version += 1
        ticket.updated_at = now
        agreed = before == (ticket.line, ticket.kind, ticket.on_behalf, ticket.trafficking_risk)
        session.add(_verdict(ticket, actor, session, now=now))
        events = [
            Event(
                ticket.id,
                now,
                actor.journal_name,
                "judged",
                {
                    "line": ticket.line,
                    "kind": ticket.kind,
                    "on_behalf": ticket.on_behalf,
                    "trafficking_risk": ticket.trafficking_risk,
                    "agreed": agreed,
                },
            )
        ]
        if ticket.kind_confirmed:
            events += _change_promise(desk, session, ticket, actor)
        journal.append(session, events)
        if ticket.kind_confirmed:
            tell_received(desk, session, ticket, now)


def _verdict(ticket: Ticket, actor: Actor, session: Session, *, now: datetime) -> Verdict:
    assert ticket.id is not None
    last = cases.latest_verdict(session, ticket.id)
    return Verdict(
        ticket_id=ticket.id,
        staff_id=actor.staff_id,
        at=now,
        line=ticket.line,
        confidence=1.0,
        confident=True,
        enough=True,
        kind=ticket.kind,
        on_behalf=ticket.on_behalf,
        trafficking_risk=ticket.trafficking_risk,
        language=ticket.language,
        countries=ticket.countries.split(),
        reasons=["lo confirmó una persona"],
        model_version=last.model_version if last is not None else "",
    )


def _change_promise(desk: Desk, session: Session, ticket: Ticket, actor: Actor) -> list[Event]:
    """Replace the open promise when the confirmed kind carries another one, or none.

    A promise that an earlier judgement ended comes back, from its letter's arrival, when a person takes that back.
    """
    assert ticket.id is not None
    now = desk.clock()
    events: list[Event] = []
    owed = clocks.open_of(session, [ticket.id]).get(ticket.id, [])
    if not owed and ticket.kind in PROMISED:
        for last in clocks.of_ticket(session, ticket.id)[-1:]:
            if last.state == PromiseState.VOID and not _answered_since(ticket, last):
                events.append(_promise_anew(desk, session, ticket, actor, last))
    for promise in owed:
        if promise.state != PromiseState.OPEN or promise.kind == ticket.kind:
            continue
        promise.state = PromiseState.VOID
        events.append(
            Event(ticket.id, now, actor.journal_name, "promise_void", {"promise": promise.id, "kind": ticket.kind})
        )
        if ticket.kind in PROMISED:
            events.append(_promise_anew(desk, session, ticket, actor, promise))
    session.flush()
    clocks.refresh_target(session, [ticket.id])
    return events


def _promise_anew(desk: Desk, session: Session, ticket: Ticket, actor: Actor, before: Promise) -> Event:
    """Promise what the ticket's kind is owed, from the arrival of the letter that the promise before it was about."""
    assert ticket.id is not None
    reckoned = reckon(before.received_at, ticket.kind, desk.calendar, desk.promises)
    row = promise_row(desk, ticket.id, before.message_id or 0, reckoned, told=False)
    [promise_id] = rows.add_all_with_ids(session, Promise, [row])
    return Event(
        ticket.id,
        desk.clock(),
        actor.journal_name,
        "promised",
        {
            "promise": promise_id,
            "kind": reckoned.kind,
            "received_at": reckoned.received_at.isoformat(),
            "due_at": reckoned.due_at.isoformat(),
            "reading": reckoned.reading,
            "calendar": reckoned.calendar_version,
        },
    )


def _answered_since(ticket: Ticket, promise: Promise) -> bool:
    return ticket.answered_at is not None and ticket.answered_at >= promise.received_at
