"""The day at a glance: what came in, was answered, falls due and broke, by line; what waits, and who has it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from rich.text import Text

from calendar_pe.clock import at_lima, lima_date
from casework.desk import Desk
from console import words
from console.clockwords import short_date
from console.outside import one_line
from tickets import cases, daybook, morning, outgoing, worklist
from tickets.daybook import Day, Load
from tickets.worklist import Asked, Pile

_LINES = (1, 2, 3, 4, 5, 0)
_MOST = 10_000
_BAR, _SMALL_BAR = 20, 5
_PAST_DAYS = 9
_EIGHTHS = " ▏▎▍▌▋▊▉█"


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """Counts as they stood on a Lima date. ``broken`` still owe an answer; counts stop at ``_MOST``."""

    on: date
    day: Day
    past: Sequence[morning.Day]
    waiting: Mapping[int, int]
    broken: int
    risk: int
    proposed: int
    loads: Sequence[Load]
    states: Mapping[str, int]
    sends: Mapping[str, int]


def look(desk: Desk) -> Glance:
    """Count now."""
    now = desk.clock()
    today = lima_date(now)
    since, until = at_lima(today), at_lima(today + timedelta(days=1))
    with desk.store.read() as session:
        people = daybook.loads(session, now=now)
        return Glance(
            on=today,
            day=daybook.of_day(session, since=since, until=until),
            past=morning.days(session, since=at_lima(today - timedelta(days=_PAST_DAYS)), until=since, now=now),
            waiting=daybook.waiting_by_line(session),
            broken=worklist.count(session, Asked(broken_at=now), most=_MOST),
            risk=sum(one.danger for one in people),
            proposed=worklist.count(session, Asked(pile=Pile.PROPOSED), most=_MOST),
            loads=people,
            states=cases.count_by_state(session),
            sends={**outgoing.count_by_state(session), "refused": outgoing.count_failed(session)},
        )


def glance_text(glance: Glance) -> Text:
    """Return the counts with a small bar beside each; every bar has its number."""
    shown = Text()
    shown.append(f"Esperan respuesta: {sum(glance.waiting.values())}", style="bold")
    shown.append(" · vencidas: ")
    shown.append(_capped(glance.broken), style="bold red" if glance.broken else "")
    shown.append(f" · con riesgo de trata: {glance.risk} · dudosas: {_capped(glance.proposed)}\n\n")
    _today(shown, glance)
    _past(shown, glance.past)
    shown.append(f"{'Quién tiene qué':<28}{'espera':>7}{'tarde':>7}{'trata':>7}\n", style="bold underline")
    most = max((one.waiting for one in glance.loads), default=0)
    for one in glance.loads:
        name = one_line(one.name, 26) or "sin tomar"
        shown.append(f"  {name:<26}{one.waiting:>7}{one.late:>7}{one.danger:>7}  {bar(one.waiting, most, _BAR)}\n")
    if not glance.loads:
        shown.append("  nada pendiente\n")
    found = ((said, glance.states.get(state, 0)) for state, said in words.STATES.items())
    states = " · ".join(f"{said.lower()}: {count}" for said, count in found if count) or "ninguno"
    shown.append("\nTodos los casos: ", style="bold")
    shown.append(f"{states}\n")
    uncertain, refused = glance.sends.get("uncertain", 0), glance.sends.get("refused", 0)
    shown.append("Envíos inciertos: ", style="bold")
    shown.append(f"{uncertain} · no salieron: {refused} · por salir: {glance.sends.get('waiting', 0)}")
    return shown


def _today(shown: Text, glance: Glance) -> None:
    columns = (
        ("entraron", glance.day.received, ""),
        ("respuestas", glance.day.answered, "green"),
        ("vencen", glance.day.due, "yellow"),
        ("vencidas", glance.day.broken, "red"),
        ("esperan", glance.waiting, ""),
    )
    titles = "".join(f"{title:>10}{'':{_SMALL_BAR - 4}}" for title, _, _ in columns)
    shown.append(f"{f'Hoy, {short_date(glance.on)}':<20}{titles}\n", style="bold underline")
    for line in _LINES:
        shown.append(f"{line} {words.LINES[line]:<17.17}")
        for _, counts, style in columns:
            count = counts.get(line, 0)
            shown.append(f"{count:>6} ")
            shown.append(
                f"{bar(count, max(counts.values(), default=0), _SMALL_BAR - 2):<{_SMALL_BAR - 1}}", style=style
            )
        shown.append("\n")
    shown.append(f"{'En total':<19}", style="bold")
    for _, counts, _ in columns:
        shown.append(f"{sum(counts.values()):>6} {'':{_SMALL_BAR - 1}}", style="bold")
    shown.append("\n\n")


def _past(shown: Text, days: Sequence[morning.Day]) -> None:
    if not days:
        return
    shown.append(f"{'Lo que vencía':<20}{'cumplidas':>10}{'incumplidas':>13}\n", style="bold underline")
    most = max(one.kept + one.broken for one in days)
    for one in days:
        shown.append(f"  {short_date(one.due_on):<18}{one.kept:>10}{one.broken:>13}  ")
        shown.append(bar(one.kept, most, _BAR), style="green")
        shown.append(bar(one.broken, most, _BAR), style="red")
        shown.append("\n")
    shown.append("\n")


def bar(count: int, most: int, width: int) -> str:
    """Return a bar of blocks, in eighths of a cell; what is there at all is seen."""
    eighths = max(1, round(8 * width * count / most)) if count and most else 0
    return "█" * (eighths // 8) + (_EIGHTHS[eighths % 8] if eighths % 8 else "")


def _capped(count: int) -> str:
    return f"{count} o más" if count >= _MOST else str(count)
