"""Holding the outbox: nothing leaves until a person releases it."""

from casework.desk import Actor, Desk, require
from tickets import journal, outgoing
from tickets.journal import Event
from tickets.states import Role


def hold(desk: Desk, actor: Actor, why: str) -> None:
    """Hold every outgoing letter."""
    _switch(desk, actor, why or "held", "outbox_held")


def release(desk: Desk, actor: Actor) -> None:
    """Let outgoing letters leave again."""
    _switch(desk, actor, "", "outbox_released")


def _switch(desk: Desk, actor: Actor, why: str, event: str) -> None:
    require(actor, Role.SUPERVISOR, Role.ADMINISTRATOR)
    now = desk.clock()
    with desk.store.write() as session:
        outgoing.hold(session, why, now)
        journal.append(session, [Event(journal.DESK, now, actor.journal_name, event, {})])
