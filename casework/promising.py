"""A promise as the record keeps it."""

from functools import lru_cache

from casework.desk import Desk
from sla.reckon import Reckoning, TraceStep, breaks_after
from tickets.states import PromiseState


def promise_row(desk: Desk, ticket_id: int, message_id: int, reckoned: Reckoning, *, told: bool) -> dict[str, object]:
    """Return the row of a promise; ``told`` when the citizen is being told its due instant."""
    return {
        "ticket_id": ticket_id,
        "message_id": message_id,
        "kind": reckoned.kind,
        "state": PromiseState.OPEN,
        "received_at": reckoned.received_at,
        "clock_starts_on": reckoned.clock_starts_on,
        "due_on": reckoned.due_on,
        "due_at": reckoned.due_at,
        "legal_due_at": reckoned.legal_due_at,
        "target_at": reckoned.target_at,
        "last_second_at": breaks_after(reckoned, desk.promises),
        "reading": reckoned.reading,
        "calendar_version": reckoned.calendar_version,
        "provisional": reckoned.provisional,
        "trace": trace_document(reckoned.trace),
        "told_due_at": reckoned.due_at if told else None,
    }


@lru_cache(maxsize=1024)
def trace_document(trace: tuple[TraceStep, ...]) -> list[dict[str, object]]:
    """Return a trace as it is stored; letters of one day share theirs."""
    return [{"date": step.date.isoformat(), "working": step.working, "why": step.why} for step in trace]
