"""The views of the queue and their filters: which cases each one shows, read a page at a time."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from calendar_pe.clock import at_lima, lima_date
from casework.desk import Actor, Desk
from console.clockwords import Urgency, left
from tickets import cases, outgoing
from tickets.cases import WAITING_STATES, QueueRow
from tickets.states import OutboxState, TicketState
from tickets.tables import Outgoing, Ticket

PAGE = 100
"""Cases read at a time."""
_SCANNED_PAGES = 20
"""Pages looked through, at most, for one page of cases that a filter of our own keeps."""


@dataclass(frozen=True, slots=True)
class View:
    """One way of looking at the queue."""

    id: str
    name: str
    explained: str
    empty: str


VIEWS: tuple[View, ...] = (
    View("waiting", "Todas", "todo lo que espera respuesta", "No hay nada pendiente. Buen trabajo."),
    View("mine", "Mías", "los casos que tomé", "No tiene casos tomados. Con t toma el que elija."),
    View("free", "Libres", "los que nadie ha tomado", "No hay casos sin tomar."),
    View("today", "Hoy", "los que conviene responder hoy", "No queda nada para hoy."),
    View("broken", "Vencidas", "promesas incumplidas que se siguen debiendo", "No hay promesas vencidas."),
    View("proposed", "Dudosas", "líneas que una persona debe confirmar", "No hay líneas por confirmar."),
    View("uncertain", "Envíos", "envíos inciertos: falta decir si llegaron", "No hay envíos inciertos."),
    View("quarantine", "Sin leer", "cartas que no se pudieron analizar", "No hay cartas sin analizar."),
    View("closed", "Hechas", "casos respondidos, derivados y cerrados", "Todavía no hay casos respondidos."),
)


@dataclass(frozen=True, slots=True)
class Filter:
    """What narrows a view. ``line`` None and "" are no filter."""

    line: int | None = None
    kind: str = ""
    text: str = ""

    def __bool__(self) -> bool:
        return self.line is not None or bool(self.kind or self.text)

    @property
    def words(self) -> str:
        """Say the filter in words."""
        said = []
        if self.line is not None:
            said.append(f"línea {self.line}")
        if self.kind:
            said.append(self.kind)
        if self.text:
            said.append(f"«{self.text}»")
        return ", ".join(said)

    def without(self, name: str) -> "Filter":
        """Return the filter with one part taken off."""
        return replace(self, **{name: None if name == "line" else ""})  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Page:
    """Some cases of a view. ``next_offset`` is where the next page begins, None at the end."""

    rows: tuple[QueueRow, ...]
    next_offset: int | None
    now: datetime


def page(desk: Desk, actor: Actor, view: str, narrowed: Filter, offset: int = 0) -> Page:
    """Read one page of a view."""
    now = desk.clock()
    keep = _keep(desk, view, narrowed, now)
    arguments = _arguments(actor, view, narrowed, now)
    found: list[QueueRow] = []
    with desk.store.read() as session:
        for _ in range(_SCANNED_PAGES):
            rows = cases.queue(session, limit=PAGE, offset=offset, **arguments)
            found += [row for row in rows if keep(row)]
            offset += len(rows)
            if len(rows) < PAGE:
                return Page(tuple(found), None, now)
            if len(found) >= PAGE:
                break
    return Page(tuple(found), offset, now)


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


def _arguments(actor: Actor, view: str, narrowed: Filter, now: datetime) -> dict[str, Any]:
    tomorrow = at_lima(lima_date(now) + timedelta(days=1))
    own: dict[str, dict[str, Any]] = {
        "waiting": {},
        "mine": {"assignee_id": -1 if actor.staff_id is None else actor.staff_id},
        "free": {"unassigned": True},
        "today": {"due_before": tomorrow},
        "broken": {"due_before": now},
        "proposed": {"proposed": True, "states": (TicketState.NEW, TicketState.OPEN)},
        "quarantine": {"states": (TicketState.QUARANTINED,)},
        "closed": {"states": (TicketState.ANSWERED, TicketState.REFERRED, TicketState.CLOSED)},
    }
    return {"states": WAITING_STATES, "line": narrowed.line, "text": narrowed.text, **own[view]}


def _keep(desk: Desk, view: str, narrowed: Filter, now: datetime) -> Callable[[QueueRow], bool]:
    def keep(row: QueueRow) -> bool:
        if narrowed.kind and row.kind != narrowed.kind:
            return False
        return view != "broken" or left(desk, now, row.target_at, row.due_at).urgency is Urgency.BROKEN

    return keep
