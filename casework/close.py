"""Ending a case with an outcome, and opening it again."""

from casework.desk import WRITERS, Actor, Desk, require
from casework.refusals import Refusal
from tickets import cases, clocks, journal
from tickets.journal import Event
from tickets.states import TicketEvent, TicketState, after
from tickets.store import Session
from tickets.tables import Ticket

OUTCOMES = {
    "oriented": "Orientación dada",
    "referred": "Derivado a otra entidad",
    "no_reply": "La persona no volvió a escribir",
    "out_of_scope": "Ajeno al servicio",
    "thanks": "Agradecimiento",
    "duplicate": "Repetido",
}
"""Why a case ends: the word in the record and its label for people."""


UNSOLVED = ("referred", "duplicate")
"""The outcomes that do not say that a case is solved, the only ones where signs of trafficking show."""


class CannotClose(Refusal):
    """The case cannot end like that."""


def possible(desk: Desk, actor: Actor, reference: str) -> dict[str, str]:
    """Return the outcomes with which a case can end now, each with its label.

    Raises what ``close`` would raise whatever the outcome: for a screen, before anything is asked.
    """
    require(actor, *WRITERS)
    with desk.store.read() as session:
        ticket = cases.find(session, reference)
        _check_end(session, ticket)
    return {one: said for one, said in OUTCOMES.items() if not ticket.trafficking_risk or one in UNSOLVED}


def close(desk: Desk, actor: Actor, reference: str, outcome: str) -> None:
    """End a case. Raises ``CannotClose`` while an answer is owed, for an unknown outcome, or to call danger solved."""
    require(actor, *WRITERS)
    if outcome not in OUTCOMES:
        raise CannotClose(f"«{outcome}» no es un resultado; use uno de: {', '.join(OUTCOMES)}")
    now = desk.clock()
    with desk.store.write() as session:
        ticket = cases.find(session, reference, lock=True)
        assert ticket.id is not None
        if ticket.trafficking_risk and outcome not in UNSOLVED:
            raise CannotClose(
                f"{ticket.reference} tiene riesgo de trata: no se cierra como resuelto; "
                "derívelo a quien puede intervenir o, si no hay riesgo, quite antes la marca"
            )
        ticket.state = _check_end(session, ticket)
        ticket.outcome = outcome
        ticket.closed_at = ticket.updated_at = now
        ticket.version += 1
        journal.append(session, [Event(ticket.id, now, actor.journal_name, "closed", {"outcome": outcome})])


def _check_end(session: Session, ticket: Ticket) -> TicketState:
    """Return the state of a case once it has ended. Raises ``CannotClose``, ``ImpossibleMove``."""
    if clocks.owed(session, [ticket.id or 0]):
        raise CannotClose(f"{ticket.reference} todavía espera respuesta; respóndalo o derívelo primero")
    return after(TicketState(ticket.state), TicketEvent.CLOSED)


def reopen(desk: Desk, actor: Actor, reference: str) -> None:
    """Open an ended case again; no new promise begins, because the citizen has asked nothing new."""
    require(actor, *WRITERS)
    now = desk.clock()
    with desk.store.write() as session:
        ticket = cases.find(session, reference, lock=True)
        assert ticket.id is not None
        ticket.state = after(TicketState(ticket.state), TicketEvent.REOPENED)
        ticket.closed_at, ticket.updated_at = None, now
        ticket.version += 1
        journal.append(session, [Event(ticket.id, now, actor.journal_name, "reopened", {})])
