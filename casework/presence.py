"""Who is answering a case at this moment, so that two people do not write the same answer.

Only a sign for colleagues: it stops nothing (the version of the case does that, when an answer is sent), stays out of
the journal, and runs out by itself when a terminal dies.
"""

from datetime import timedelta

from casework.desk import WRITERS, Actor, Desk, require
from tickets import leases, people
from tickets.store import Session

LASTS = timedelta(seconds=90)
"""How long the sign stands without being renewed; a screen renews it every 30 seconds."""


def begin(desk: Desk, actor: Actor, ticket_id: int) -> str:
    """Say, or say again, that somebody is answering; returns the name of the colleague who was first, or ""."""
    require(actor, *WRITERS)
    now = desk.clock()
    with desk.store.write() as session:
        if leases.take(session, _name(ticket_id), owner=actor.journal_name, now=now, for_=LASTS):
            return ""
        return _who(desk, session, ticket_id, except_for=actor)


def end(desk: Desk, actor: Actor, ticket_id: int) -> None:
    """Take the sign away."""
    require(actor, *WRITERS)
    with desk.store.write() as session:
        leases.forget(session, _name(ticket_id), owner=actor.journal_name, now=desk.clock())


def answering(desk: Desk, actor: Actor, session: Session, ticket_id: int) -> str:
    """Return the name of the colleague who is answering a case, or "" when nobody else is."""
    return _who(desk, session, ticket_id, except_for=actor)


def _who(desk: Desk, session: Session, ticket_id: int, *, except_for: Actor) -> str:
    owner = leases.holder(session, _name(ticket_id), now=desk.clock())
    number = owner.removeprefix("staff:")
    if not number.isdigit() or owner == except_for.journal_name:
        return ""
    return people.names(session, [int(number)]).get(int(number), "")


def _name(ticket_id: int) -> str:
    return f"{leases.ANSWERING}{ticket_id}"
