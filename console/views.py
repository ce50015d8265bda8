"""The views of the queue and their filters: which cases each one shows, read a page at a time."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from calendar_pe.clock import at_lima, lima_date
from casework.desk import Actor, Desk
from console import words
from console.outside import one_line
from tickets import outgoing, worklist
from tickets.states import OutboxState
from tickets.tables import Outgoing, Ticket
from tickets.worklist import Asked, Pile, Place, QueueRow

PAGE = 100
"""Cases read at a time."""
EVERYTHING = "all"
"""The view that leaves nothing out."""
_MOST_BEYOND = 100


@dataclass(frozen=True, slots=True)
class View:
    """One way of looking at the queue; ``key`` chooses it."""

    key: str
    id: str
    name: str
    explained: str
    empty: str


VIEWS: tuple[View, ...] = (
    View("1", "waiting", "Todo", "todo lo que espera respuesta", "No hay nada pendiente. Buen trabajo."),
    View("2", "mine", "Mías", "los casos que tomé", "No tiene casos tomados. Con t toma el que elija."),
    View("3", "free", "Libres", "los que nadie ha tomado", "No hay casos sin tomar."),
    View("4", "today", "Hoy", "los que conviene responder hoy", "No queda nada para hoy."),
    View("5", "broken", "Vencido", "promesas incumplidas que se siguen debiendo", "No hay promesas vencidas."),
    View("6", "proposed", "Dudosas", "líneas que una persona debe confirmar", "No hay líneas por confirmar."),
    View("7", "uncertain", "Envíos", "cartas que quizá no llegaron: falta decirlo", "No hay envíos inciertos."),
    View("8", "quarantine", "Ilegibles", "cartas que no se pudieron analizar", "No hay cartas sin analizar."),
    View("9", "closed", "Hechas", "casos respondidos, derivados y cerrados", "Todavía no hay casos respondidos."),
    View("0", EVERYTHING, "Archivo", "todos los casos que hubo, el más nuevo primero", "Todavía no hay casos."),
)


@dataclass(frozen=True, slots=True)
class Filter:
    """What narrows a view; parts combine. ``line`` None and "" are no filter."""

    line: int | None = None
    kind: str = ""
    country: str = ""
    text: str = ""

    def __bool__(self) -> bool:
        return self.line is not None or bool(self.kind or self.country or self.text)

    @property
    def words(self) -> str:
        """Say the filter in words."""
        said = []
        if self.line is not None:
            said.append(f"línea {self.line}")
        if self.kind:
            said.append(words.KINDS[self.kind].lower())
        if self.country:
            said.append(words.country(self.country))
        if self.text:
            said.append(f"«{one_line(self.text, 40)}»")
        return ", ".join(said)

    def kept(self) -> dict[str, str]:
        """Return the filter as it is remembered."""
        return {
            "line": "" if self.line is None else str(self.line),
            "kind": self.kind,
            "country": self.country,
            "text": self.text,
        }

    @staticmethod
    def recalled(kept: Mapping[str, str]) -> "Filter":
        """Return a remembered filter; what makes no sense is left out."""
        line, kind, country = kept.get("line", ""), kept.get("kind", ""), kept.get("country", "")
        return Filter(
            int(line) if line in ("0", "1", "2", "3", "4", "5") else None,
            kind if kind in words.KINDS else "",
            country if words.is_country(country) else "",
            kept.get("text", "")[:300],
        )


@dataclass(frozen=True, slots=True)
class Page:
    """Some cases of a view, as they stood at ``now``. ``after`` is where the next page begins, None at the end."""

    rows: tuple[QueueRow, ...]
    after: Place | None
    now: datetime


def page(
    desk: Desk, actor: Actor, view: str, narrowed: Filter, after: Place | None = None, *, limit: int = PAGE
) -> Page:
    """Read one page of a view."""
    now = desk.clock()
    with desk.store.read() as session:
        found = worklist.page(session, asked(actor, view, narrowed, now), limit=limit, after=after)
    return Page(found.rows, found.after, now)


def beyond_words(desk: Desk, actor: Actor, view: str, narrowed: Filter) -> str:
    """Say whether the words that are looked for are found outside the view too; "" when they are not."""
    if not narrowed.text or view == EVERYTHING:
        return ""
    with desk.store.read() as session:
        looked_for = asked(actor, view, narrowed, desk.clock())
        count, sure = worklist.beyond(session, looked_for, most=_MOST_BEYOND)
    if not count:
        return "" if sure else "Fuera de esta vista puede haber más"
    few = "" if sure else "al menos "
    return f"Fuera de esta vista hay {few}{count} {'caso' if count == 1 else 'casos'}"


def asked(actor: Actor, view: str, narrowed: Filter, now: datetime) -> Asked:
    """Return what a view with its filter asks of the record."""
    plain = Asked(line=narrowed.line, kind=narrowed.kind, country=narrowed.country, text=narrowed.text)
    match view:
        case "mine":
            return replace(plain, assignee_id=-1 if actor.staff_id is None else actor.staff_id)
        case "free":
            return replace(plain, unassigned=True)
        case "today":
            return replace(plain, due_before=at_lima(lima_date(now) + timedelta(days=1)))
        case "broken":
            return replace(plain, broken_at=now)
        case "proposed":
            return replace(plain, pile=Pile.PROPOSED)
        case "quarantine":
            return replace(plain, pile=Pile.UNREAD)
        case "closed":
            return replace(plain, pile=Pile.ENDED)
        case _ if view == EVERYTHING:
            return replace(plain, pile=Pile.ALL)
        case _:
            return plain


@dataclass(frozen=True, slots=True)
class UncertainSend:
    """A letter of which nobody knows whether it left, and the case it belongs to."""

    letter: Outgoing
    reference: str
    subject: str


def uncertain_sends(desk: Desk) -> list[UncertainSend]:
    """Return the outgoing letters that wait for a person's word."""
    with desk.store.read() as session:
        found = []
        for letter in outgoing.listing(session, states=(OutboxState.UNCERTAIN,)):
            ticket = session.get(Ticket, letter.ticket_id) if letter.ticket_id is not None else None
            found.append(
                UncertainSend(
                    letter, ticket.reference if ticket else "—", ticket.subject if ticket else "(al personal)"
                )
            )
        return found
