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
_LEAST_BAR = 4
_TITLE = "bold underline"
_WIDE = 74
"""From so many letters on, a line of the table of today has room for whole titles and for bars."""
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


def glance_text(glance: Glance, width: int) -> Text:
    """Return the counts for that width, with a small bar beside each where there is room; every bar has its number."""
    shown = Text()
    asked = (
        Text.assemble((f"Esperan respuesta: {sum(glance.waiting.values())}", "bold")),
        Text.assemble("vencidas: ", (_capped(glance.broken), "bold red" if glance.broken else "")),
        Text(f"con riesgo de trata: {glance.risk}"),
        Text(f"dudosas: {_capped(glance.proposed)}"),
    )
    shown.append_text(_flow(asked, width)).append("\n")
    _today(shown, glance, width)
    _past(shown, glance.past, width)
    _people(shown, glance.loads, width)
    found = ((said, glance.states.get(state, 0)) for state, said in words.STATES.items())
    states = [f"{said.lower()}: {count}" for said, count in found if count] or ["ninguno"]
    shown.append("\n")
    shown.append_text(_flow(_titled("Todos los casos: ", states), width))
    uncertain, refused = glance.sends.get("uncertain", 0), glance.sends.get("refused", 0)
    sends = [str(uncertain), f"no salieron: {refused}", f"por salir: {glance.sends.get('waiting', 0)}"]
    shown.append_text(_flow(_titled("Envíos inciertos: ", sends), width))
    shown.rstrip()
    return shown


def _titled(title: str, said: Sequence[str]) -> list[Text]:
    return [Text.assemble((title, "bold"), said[0]), *(Text(one) for one in said[1:])]


def _flow(said: Sequence[Text], width: int) -> Text:
    """Return several things to say, a dot between two of one line; none is parted between lines."""
    shown, used = Text(), 0
    for one in said:
        if used and used + 3 + len(one) > width:
            shown.append("\n")
            used = 0
        shown.append(" · " if used else "").append_text(one)
        used += len(one) + (3 if used else 0)
    return shown.append("\n")


def _today(shown: Text, glance: Glance, width: int) -> None:
    columns = (
        ("entraron", "entró", glance.day.received, ""),
        ("respuestas", "resp.", glance.day.answered, "green"),
        ("vencen", "vence", glance.day.due, "yellow"),
        ("vencidas", "venció", glance.day.broken, "red"),
        ("esperan", "espera", glance.waiting, ""),
    )
    wide = width >= _WIDE
    after, named = _SMALL_BAR - 1 if wide else 0, 17 if wide else max(1, min(17, width - 37))
    titles = "".join(f"{title:>10} " if wide else f"{brief:>7}" for title, brief, _, _ in columns)
    today = f"{f'Hoy, {short_date(glance.on)}'[: named + 2]:<{named + (3 if wide else 2)}}"
    shown.append(f"{today}{titles}\n", style=_TITLE)
    for line in _LINES:
        shown.append(f"{line} {words.LINES[line]:<{named}.{named}}")
        for _, _, counts, style in columns:
            count = counts.get(line, 0)
            shown.append(f"{count:>6} " if wide else f"{count:>7}")
            if wide:
                drawn = bar(count, max(counts.values(), default=0), _SMALL_BAR - 2)
                shown.append(f"{drawn:<{after}}", style=style)
        shown.append("\n")
    shown.append(f"{'En total':<{named + 2}.{named + 2}}", style="bold")
    for _, _, counts, _ in columns:
        shown.append(f"{sum(counts.values()):>6} {'':{after}}" if wide else f"{sum(counts.values()):>7}", style="bold")
    shown.append("\n\n")


def _past(shown: Text, days: Sequence[morning.Day], width: int) -> None:
    if not days:
        return
    named = max(14, min(20, width - 23))
    shown.append(f"{'Lo que vencía':<{named}}{'cumplidas':>10}{'incumplidas':>13}\n", style=_TITLE)
    most, room = max(one.kept + one.broken for one in days), _room(width, named + 25)
    for one in days:
        shown.append(f"  {short_date(one.due_on):<{named - 2}}{one.kept:>10}{one.broken:>13}")
        if room:
            shown.append("  ").append(bar(one.kept, most, room), style="green")
            shown.append(bar(one.broken, most, room), style="red")
        shown.append("\n")
    shown.append("\n")


def _people(shown: Text, loads: Sequence[Load], width: int) -> None:
    named = max(10, min(26, width - 23))
    shown.append(f"{'Quién tiene qué':<{named + 2}}{'espera':>7}{'tarde':>7}{'trata':>7}\n", style=_TITLE)
    most, room = max((one.waiting for one in loads), default=0), _room(width, named + 25)
    for one in loads:
        name = one_line(one.name, named) or "sin tomar"
        drawn = f"  {bar(one.waiting, most, room)}" if room else ""
        shown.append(f"  {name:<{named}}{one.waiting:>7}{one.late:>7}{one.danger:>7}{drawn}\n")
    if not loads:
        shown.append("  nada pendiente\n")


def _room(width: int, used: int) -> int:
    """Return how long a bar may be beside so many letters; 0 when it would say nothing."""
    return min(_BAR, width - used) if width - used >= _LEAST_BAR else 0


def bar(count: int, most: int, width: int) -> str:
    """Return a bar of blocks, in eighths of a cell; what is there at all is seen."""
    eighths = max(1, round(8 * width * count / most)) if count and most else 0
    return "█" * (eighths // 8) + (_EIGHTHS[eighths % 8] if eighths % 8 else "")


def _capped(count: int) -> str:
    return f"{count} o más" if count >= _MOST else str(count)
