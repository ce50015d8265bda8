"""What the desk learns from its own judgements: labelled examples for training, and whether the judge is drifting."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt
from typing import Any

from casework.desk import Desk
from tickets import drift, lessons
from tickets.drift import Share, Shares
from tickets.store import Session
from triage.masking import without_personal_data

RECENT = timedelta(days=30)
BEFORE = timedelta(days=120)
LEAST = 30
"""Letters, or judgements of people, below which a share says nothing."""
UNLIKELY = 2.33  # standard errors: chance alone goes so far once in a hundred
EXPECTED = Shares(proposed=Share(count=35, of=100), corrected=Share(count=15, of=100))
"""What the shipped judge did on letters that it had not seen; the yardstick until the desk has a past of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """How the judge did lately beside how it did before, and what about that calls for a person.

    ``alarms`` are sentences in Spanish; none means that all is as before.
    """

    since_at: datetime
    recent: Shares
    usual: Shares
    alarms: tuple[str, ...]

    @property
    def summary(self) -> str:
        """Return one line for the digest."""
        proposed, corrected = self.recent.proposed, self.recent.corrected
        return (
            f"En los últimos {RECENT.days} días la clasificación dejó en propuesta {proposed.count} de {proposed.of}"
            f" cartas ({_percent(proposed)}) y el equipo corrigió {corrected.count} de los {corrected.of} casos que"
            f" revisó ({_percent(corrected)})."
        )


def drifting(desk: Desk, session: Session, now: datetime) -> Drift | None:
    """Compare the last thirty days with the ninety before them; None when the judge has had too little to do.

    Without enough of a past the shipped judge's own figures take its place.
    """
    since_at = now - RECENT
    recent = drift.drift(session, since_at, now)
    if recent.proposed.of < LEAST:
        return None
    past = drift.drift(session, now - BEFORE, since_at)
    usual = Shares(
        proposed=past.proposed if past.proposed.of >= LEAST else EXPECTED.proposed,
        corrected=past.corrected if past.corrected.of >= LEAST else EXPECTED.corrected,
    )
    alarms: list[str] = []
    if rises(recent.proposed, usual.proposed):
        alarms.append(
            f"La clasificación duda más que antes: deja en propuesta {_percent(recent.proposed)} de las cartas;"
            f" lo usual es {_percent(usual.proposed)}. Tal vez llegan consultas de un tipo nuevo."
        )
    if rises(recent.corrected, usual.corrected):
        alarms.append(
            f"La clasificación se equivoca más que antes: el equipo corrige {_percent(recent.corrected)} de los casos"
            f" que revisa; lo usual es {_percent(usual.corrected)}. Convendría volver a entrenarla (som triage train)."
        )
    return Drift(since_at=since_at, recent=recent, usual=usual, alarms=tuple(alarms))


def rises(recent: Share, usual: Share) -> bool:
    """Tell whether a share grew by more than chance allows (one-sided test of two proportions)."""
    if recent.of < LEAST or not usual.of:
        return False
    pooled = (recent.count + usual.count) / (recent.of + usual.of)
    error = sqrt(pooled * (1 - pooled) * (1 / recent.of + 1 / usual.of))
    return recent.rate - usual.rate > UNLIKELY * error > 0


def _percent(share: Share) -> str:
    return f"{share.rate * 100:.0f} %"


def examples(session: Session) -> Iterator[dict[str, Any]]:
    """Yield what people of this desk confirmed or corrected, as labelled letters without personal data.

    One row a ticket, in the form of ``triage.corpus``; a label that nobody vouched for is None. The rows come from
    the database in pages, so memory does not grow with the desk.
    """
    for lesson in lessons.judged_by_people(session):
        names = (lesson.from_name, lesson.requester_name)
        yield {
            "id": f"desk-{lesson.ticket_id}",
            "subject": without_personal_data(lesson.subject, names),
            "body": without_personal_data(lesson.text, names),
            "line": lesson.line,
            "kind": lesson.kind,
            "on_behalf": lesson.on_behalf,
            "trafficking_risk": lesson.trafficking_risk,
            "language": lesson.language,
            "countries": lesson.countries,
        }
