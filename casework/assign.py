"""Who has a case: take it, give it back, hand it to a colleague."""

from casework.desk import WRITERS, Actor, Desk, require
from casework.refusals import Refusal
from tickets import cases, journal, people
from tickets.journal import Event
from tickets.states import Role, TicketEvent, TicketState, after
from tickets.tables import Ticket


class CannotAssign(Refusal):
    """The case cannot change hands like that."""


def take(desk: Desk, actor: Actor, reference: str) -> None:
    """Take a case. Raises ``CannotAssign`` when a colleague has it."""
    require(actor, *WRITERS)
    now = desk.clock()
    with desk.store.write() as session:
        ticket = cases.find(session, reference, lock=True)
        if ticket.assignee_id not in (None, actor.staff_id):
            raise CannotAssign(f"{ticket.reference} lo tiene un colega; pida a un supervisor que lo reasigne")
        _give(ticket, actor.staff_id)
        ticket.updated_at = now
        journal.append(session, [_event(ticket, actor, desk, "taken", actor.staff_id)])


def release(desk: Desk, actor: Actor, reference: str) -> bool:
    """Give a case back to everybody; False, and nothing is done, when nobody had it.

    Raises ``CannotAssign`` when it is in somebody else's hands.
    """
    require(actor, *WRITERS)
    with desk.store.write() as session:
        ticket = cases.find(session, reference, lock=True)
        if ticket.assignee_id is None:
            return False
        if ticket.assignee_id != actor.staff_id and actor.role == Role.CONSULTANT:
            raise CannotAssign(f"{ticket.reference} no está en sus manos")
        ticket.assignee_id = None
        ticket.state = after(TicketState(ticket.state), TicketEvent.RELEASED) if ticket.state != "new" else ticket.state
        ticket.version += 1
        ticket.updated_at = desk.clock()
        journal.append(session, [_event(ticket, actor, desk, "released", None)])
        return True


def assign(desk: Desk, actor: Actor, reference: str, login: str) -> None:
    """Hand a case to a member of staff; supervisors and administrators only. Raises ``CannotAssign``."""
    require(actor, Role.SUPERVISOR, Role.ADMINISTRATOR)
    with desk.store.write() as session:
        member = people.by_login(session, login)
        if member is None or not member.active or member.role == Role.AUDITOR:
            raise CannotAssign(f"«{login}» no es del personal activo que responde cartas")
        ticket = cases.find(session, reference, lock=True)
        _give(ticket, member.id)
        ticket.updated_at = desk.clock()
        journal.append(session, [_event(ticket, actor, desk, "assigned", member.id)])


def _give(ticket: Ticket, staff_id: int | None) -> None:
    ticket.assignee_id = staff_id
    ticket.state = after(TicketState(ticket.state), TicketEvent.TAKEN)
    ticket.version += 1


def _event(ticket: Ticket, actor: Actor, desk: Desk, word: str, staff_id: int | None) -> Event:
    return Event(ticket.id or 0, desk.clock(), actor.journal_name, word, {"to": staff_id})
