"""Suggested replies for a case: what fits its letter, and what the consultants of this desk have been choosing."""

from functools import lru_cache

from replies.catalogue import load
from replies.suggest import Asked, Suggester, Suggestion, shipped_choices, with_choices
from tickets import cases, choices
from tickets.store import Session
from tickets.tables import Ticket

Counts = tuple[tuple[tuple[int, str], int], ...]


def suggest_for(session: Session, ticket: Ticket, *, limit: int = 3) -> list[Suggestion]:
    """Return the best replies for a case with the reason of each, best first, at most ``limit``."""
    assert ticket.id is not None
    letter = cases.last_letter(session, ticket.id)
    body = "" if letter is None else (letter.text if letter.newest_text is None else letter.newest_text)
    asked = Asked(
        body=body,
        subject=ticket.subject,
        line=ticket.line,
        kind=ticket.kind,
        countries=tuple(ticket.countries.split()),
        trafficking_risk=ticket.trafficking_risk,
        enough=ticket.enough,
    )
    return _suggester(_counts(session)).suggest(asked, limit)


def _counts(session: Session) -> Counts:
    known = load().replies
    return tuple(sorted((choice, times) for choice, times in choices.chosen(session).items() if choice[1] in known))


@lru_cache(maxsize=2)
def _suggester(counts: Counts) -> Suggester:
    """Make a suggester; it costs some 50 ms, and is made again only when another answer has left."""
    return Suggester(load(), with_choices(shipped_choices(), dict(counts)))
