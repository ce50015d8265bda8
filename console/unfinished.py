"""What the person at the terminal has not finished, and what waits for anybody's word, beside the list of cases."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from rich.text import Text

from casework.desk import Actor, Desk
from console.hours import seconds_words
from tickets import unfinished, worklist
from tickets.states import OutboxState
from tickets.unfinished import Leaving
from tickets.worklist import Asked, Pile

SOON = timedelta(minutes=5)
"""An answer that leaves within this time is about to leave."""
_MOST = 100
LEAVES, DRAFT = "por salir", "borrador"
"""What the row of a case says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfinished:
    """One's own answers on their way out, what rows say (ticket -> mark), and counts of what is stuck."""

    own: tuple[Leaving, ...] = ()
    marks: Mapping[int, str] = field(default_factory=dict)
    uncertain: int = 0
    unread: int = 0

    @property
    def counts(self) -> Mapping[str, int]:
        """How many cases wait in the views that are empty on a good day, by view."""
        return {"uncertain": self.uncertain, "quarantine": self.unread}

    @property
    def undoable(self) -> tuple[Leaving, ...]:
        """One's own answers that can still be taken back."""
        return tuple(one for one in self.own if one.state is OutboxState.WAITING)


def look(desk: Desk, actor: Actor) -> Unfinished:
    """Read what stands unfinished now: a row tells of anybody's answer that leaves, and of one's own draft."""
    with desk.store.read() as session:
        me = -1 if actor.staff_id is None else actor.staff_id
        leaving = unfinished.leaving(session)
        own = unfinished.leaving(session, author_id=me)
        begun = unfinished.begun_by(session, me)
        return Unfinished(
            own=tuple(own),
            marks={**dict.fromkeys(begun, DRAFT), **{one.ticket_id: LEAVES for one in (*leaving, *own)}},
            uncertain=unfinished.uncertain(session, most=_MOST),
            unread=worklist.count(session, Asked(pile=Pile.UNREAD), most=_MOST),
        )


def standing_words(now: datetime, found: Unfinished) -> Text:
    """Say which of one's own answers have not left, and the key that takes one back; "" when there is none."""
    if not found.own:
        return Text()
    first, others = found.own[0], len(found.own) - 1
    said = Text(f"▲ Su respuesta a {first.reference} {leaves(first, now)}")
    said.append(f", y {others} más por salir" if others else "")
    if found.undoable:
        said.append(" · ")
        said.append("u retira una" if others else "u la retira", style="bold")
    return said


def leaves(one: Leaving, now: datetime) -> str:
    """Say when an answer leaves: «sale en 45 segundos»."""
    if one.state is OutboxState.SENDING:
        return "está saliendo"
    if one.state is OutboxState.DEFERRED:
        return "no pudo salir: se intentará otra vez"
    return f"sale {seconds_words(one.leaves_at, now)}" if one.leaves_at > now else "está por salir"


def about_to_leave(now: datetime, found: Unfinished) -> tuple[Leaving, ...]:
    """Return one's own answers that leave within moments and can still be taken back."""
    return tuple(one for one in found.undoable if one.leaves_at <= now + SOON)
