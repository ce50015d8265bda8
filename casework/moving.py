"""A promise that goes from one case to another with its letter: what both journals say of it."""

from datetime import datetime

from casework.desk import Actor
from tickets.journal import Event, Fact
from tickets.states import PromiseState
from tickets.tables import Promise


def told_of_move(promise: Promise, actor: Actor, now: datetime, target: int) -> list[Event]:
    """Return the events of a promise still owed that moves to the case ``target``, before it has moved.

    In the chain that it leaves it is void, with ``moved_to``, so that nobody counts it twice; the chain it enters is
    told of it as if it had begun there, and that it is broken when it is.
    """
    left: dict[str, Fact] = {"promise": promise.id, "kind": promise.kind, "moved_to": target}
    events = [
        Event(promise.ticket_id, now, actor.journal_name, "promise_void", left),
        Event(target, now, actor.journal_name, "promised", {**begun(promise), "moved_from": promise.ticket_id}),
    ]
    if promise.state == PromiseState.BROKEN and promise.broken_at is not None:
        broken: dict[str, Fact] = {
            "promise": promise.id,
            "kind": promise.kind,
            "broken_at": promise.broken_at.isoformat(),
        }
        events.append(Event(target, now, actor.journal_name, "promise_broken", broken))
    return events


def begun(promise: Promise) -> dict[str, Fact]:
    """Return what the journal says of a promise that begins."""
    return {
        "promise": promise.id,
        "kind": promise.kind,
        "received_at": promise.received_at.isoformat(),
        "due_at": promise.due_at.isoformat(),
        "reading": promise.reading,
        "calendar": promise.calendar_version,
    }
