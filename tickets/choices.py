"""Which canned replies consultants chose: read from the journal, which keeps it when texts and people are gone."""

from collections import Counter

from sqlalchemy import select
from sqlalchemy.orm import Session

from tickets.rows import core
from tickets.states import OutboxState
from tickets.tables import JournalEntry, Outgoing, Ticket

_ENTRY, _OUTBOX, _TICKET = core(JournalEntry), core(Outgoing), core(Ticket)
NEWEST = 2_000
"""Answers that are looked at: enough to know a habit, and few enough to count whenever a case is opened."""


def chosen(session: Session, *, newest: int = NEWEST) -> dict[tuple[int, str], int]:
    """Count (line, reply id) over the newest answers that the relay accepted; texts of one's own are left out."""
    written = session.execute(
        select(_ENTRY.c.facts, _TICKET.c.line)
        .join(_TICKET, _TICKET.c.id == _ENTRY.c.chain)
        .where(_ENTRY.c.event == "answer_written")
        .order_by(_ENTRY.c.at.desc(), _ENTRY.c.id.desc())
        .limit(newest)
    )
    answers = {int(facts["outgoing"]): (line, str(facts["template"])) for facts, line in written if facts["template"]}
    left = _sent(session, sorted(answers))
    return Counter(choice for outgoing_id, choice in answers.items() if outgoing_id in left)


def _sent(session: Session, ids: list[int]) -> set[int]:
    found: set[int] = set()
    for start in range(0, len(ids), 500):
        page = _OUTBOX.c.id.in_(ids[start : start + 500])
        found.update(session.execute(select(_OUTBOX.c.id).where(page, _OUTBOX.c.state == OutboxState.SENT)).scalars())
    return found
