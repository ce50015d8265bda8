"""The day at a glance: what waits, by how pressing it is, by line and by person, counted from the queue itself."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from rich.text import Text

from casework.desk import Desk
from console import words
from console.clockwords import Urgency, left
from console.lines import STYLES
from console.outside import one_line
from tickets import cases, outgoing

MOST = 5_000
"""Waiting cases that are counted; beyond them the screen says so."""
_BAR = 24
_URGENCIES = {
    Urgency.BROKEN: "Vencidas",
    Urgency.PASSED: "Meta pasada",
    Urgency.SOON: "Vencen muy pronto",
    Urgency.TODAY: "Para hoy",
    Urgency.LATER: "Para después",
    Urgency.NONE: "Sin plazo",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """Counts of what waits. ``more`` when there was more than is counted."""

    waiting: int
    more: bool
    by_urgency: Mapping[Urgency, int]
    by_line: Mapping[int, int]
    by_person: Mapping[str, int]
    risk: int
    proposed: int
    states: Mapping[str, int]
    sends: Mapping[str, int]


def look(desk: Desk) -> Glance:
    """Count what waits now."""
    now = desk.clock()
    with desk.store.read() as session:
        rows = cases.queue(session, limit=MOST + 1)
        states, sends = cases.count_by_state(session), outgoing.count_by_state(session)
    counted = rows[:MOST]
    return Glance(
        waiting=len(counted),
        more=len(rows) > MOST,
        by_urgency=Counter(left(desk, now, row.target_at, row.due_at).urgency for row in counted),
        by_line=Counter(row.line for row in counted if row.state != "quarantined"),
        by_person=Counter(row.assignee for row in counted),
        risk=sum(row.trafficking_risk for row in counted),
        proposed=sum(row.proposed and row.state != "quarantined" for row in counted),
        states=states,
        sends=sends,
    )


def glance_text(glance: Glance) -> Text:
    """Return the counts with a small bar beside each; every bar has its number."""
    shown = Text()
    shown.append(f"Esperan respuesta: {glance.waiting}{' o más' if glance.more else ''}", style="bold")
    shown.append(f" · con riesgo de trata: {glance.risk} · líneas por confirmar: {glance.proposed}\n\n")
    _bars(shown, "Por plazo", [(said, glance.by_urgency.get(one, 0), STYLES[one]) for one, said in _URGENCIES.items()])
    _bars(shown, "Por línea", [(f"{n} {words.LINES[n]}", glance.by_line.get(n, 0), "") for n in (1, 2, 3, 4, 5, 0)])
    people = sorted(glance.by_person.items(), key=lambda one: (one[0] == "", -one[1]))
    _bars(shown, "Por persona", [(one_line(name, 26) or "sin tomar", count, "") for name, count in people])
    states = [(said, glance.states.get(state, 0), "") for state, said in words.STATES.items()]
    _bars(shown, "Todos los casos", states)
    uncertain, refused = glance.sends.get("uncertain", 0), glance.sends.get("refused", 0)
    shown.append("Envíos inciertos: ", style="bold")
    shown.append(f"{uncertain} · no salieron: {refused} · por salir: {glance.sends.get('waiting', 0)}")
    return shown


def _bars(shown: Text, title: str, rows: list[tuple[str, int, str]]) -> None:
    most = max((count for _, count, _ in rows), default=0)
    shown.append(f"{title}\n", style="bold underline")
    for said, count, style in rows:
        bar = "█" * (max(1, round(_BAR * count / most)) if count else 0)
        shown.append(f"  {said:<28}{count:>7}  ")
        shown.append(f"{bar}\n", style=style)
    shown.append("\n")
