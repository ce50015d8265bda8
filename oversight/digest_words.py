"""The rows of the digest, in words: why a promise was due, how late it is, what mends it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time
from itertools import groupby

from calendar_pe import CalendarRangeError
from calendar_pe.clock import lima_date, time_words, to_lima, words
from casework.desk import Desk
from oversight.digest_chart import WEEKDAYS
from sla.working_time import WorkingTimeSettings, business_seconds
from tickets.morning import Owed, Unread, Unreconciled, Unsure

LINES = (
    "sin línea",
    "Línea 1, trabajar fuera",
    "Línea 2, viven fuera",
    "Línea 3, retorno",
    "Línea 4, andinos en el Perú",
    "Línea 5, otros extranjeros",
)
"""Short names of the lines of action."""

LONG = 8
"""Lines from which on a count is long."""

SEPARATOR = " · "
"""Between the steps of a count."""

_COUNTED = re.compile(r"\w+, día hábil; día (\d+) de (\d+)")
_HOUR = re.compile(r"\b([01]\d|2[0-3]):([0-5]\d)(?::00)?\b")
_WEEKEND = re.compile(r"(?:sábado|domingo), no es día hábil \([^)]*\)")

Step = tuple[date, str]


def broken_row(desk: Desk, one: Owed, now: datetime) -> dict[str, str]:
    """Return a broken promise as the template shows it."""
    return _owed(one) | {
        "received": words(one.received_at),
        "due": words(one.due_at),
        "late": _late(desk, one, now),
        "why": SEPARATOR.join(steps(one.trace)),
        "remediation": str(one.remediation or ""),
    }


def due_row(one: Owed, now: datetime) -> dict[str, str]:
    """Return a promise that falls due today."""
    local = to_lima(one.due_at)
    due = time_words(local.time()) if local.date() == lima_date(now) else words(one.due_at)
    return _owed(one) | {"due": due}


def uncertain_row(one: Unsure) -> dict[str, str]:
    """Return a letter of which nobody knows whether it arrived."""
    return _case(one.reference or "Carta al equipo", one.line if one.reference else None, one.assignee) | {
        "outgoing": str(one.outgoing),
        "at": words(one.attempted_at) if one.attempted_at is not None else "",
        "said": one.said[:160],
    }


def quarantined_row(one: Unread) -> dict[str, str]:
    """Return a case whose letter could not be analysed."""
    return _case(one.reference, None, one.assignee) | {
        "at": words(one.opened_at),
        "letter": str(one.letter) if one.letter is not None else "",
    }


def unreconciled_row(one: Unreconciled) -> dict[str, str]:
    """Return a mailbox in which the server and the ledger do not hold the same letters."""
    return {
        "mailbox": one.mailbox,
        "server": str(one.server_count),
        "ledger": str(one.ledger_count),
        "missing_here": str(one.missing_here),
        "missing_there": str(one.missing_there),
        "since": words(one.noticed_at),
    }


def steps(trace: Sequence[Mapping[str, object]]) -> list[str]:
    """Return a count day by day in few words: weekends and runs of counted days are said together.

    In a long count the weekends are said once for all.
    """
    days = [(date.fromisoformat(str(step["date"])), _hours(str(step["why"]))) for step in trace]
    runs = [(kind, said) for kind, run in groupby(days, key=_kind) for said in _run(kind, list(run))]
    if len(runs) <= LONG:
        return [said for _, said in runs]
    first, *rest = [said for kind, said in runs if kind != "weekend"]
    return [first, "los sábados y domingos no se cuentan", *rest]


def _hours(why: str) -> str:
    """Say the hours as the rest of the letter does: «5:00 p. m.» for ``17:00:00``."""
    return _HOUR.sub(lambda found: time_words(time(int(found[1]), int(found[2]))), why)


def how_late(seconds: int, settings: WorkingTimeSettings) -> str:
    """Say a delay in working time: «1 día hábil y 2 h 15 min», «2 h 15 min hábiles»; whole minutes, rounded down."""
    days, rest = divmod(max(0, seconds), settings.day_seconds)
    hours, minutes = rest // 3600, rest % 3600 // 60
    parts = [f"{hours} h" if hours else "", f"{minutes} min" if minutes else ""]
    said = " ".join(part for part in parts if part)
    if days:
        return f"{days} {'día hábil' if days == 1 else 'días hábiles'}" + (f" y {said}" if said else "")
    return f"{said} hábiles" if said else "menos de 1 min hábil"


def _owed(one: Owed) -> dict[str, str]:
    return _case(one.reference, one.line, one.assignee) | {
        "kind": one.kind.capitalize(),
        "danger": "Posible riesgo de trata" if one.trafficking_risk else "",
    }


def _case(reference: str, line: int | None, assignee: str) -> dict[str, str]:
    return {
        "reference": reference,
        "line": LINES[line] if line is not None and 0 <= line < len(LINES) else "",
        "who": f"Responsable: {assignee[:80]}" if assignee else "Sin responsable",
    }


def _late(desk: Desk, one: Owed, now: datetime) -> str:
    try:
        return how_late(business_seconds(one.last_second_at, now, desk.calendar, desk.working_time), desk.working_time)
    except CalendarRangeError:
        return "fuera del calendario revisado"


def _kind(step: Step) -> str:
    _, why = step
    if _WEEKEND.fullmatch(why):
        return "weekend"
    return "counted" if _COUNTED.fullmatch(why) else "other"


def _run(kind: str, run: Sequence[Step]) -> Iterator[str]:
    """Say a run of like days, or each of them when they are not alike."""
    (first, why), (last, last_why) = run[0], run[-1]
    if kind == "weekend":
        yield f"{_day(first)} y {_day(last)}: fin de semana" if first != last else f"{_day(first)}: fin de semana"
    elif kind == "counted" and len(run) > 1:
        begin, end = _COUNTED.fullmatch(why), _COUNTED.fullmatch(last_why)
        assert begin is not None
        assert end is not None
        yield f"{_day(first)} a {_day(last)}: hábiles, días {begin[1]} a {end[1]} de {end[2]}"
    else:
        for day, said in run:
            yield f"{_day(day)}: {said.partition(', ')[2] or said}"


def _day(day: date) -> str:
    return f"{WEEKDAYS[day.weekday()]} {day:%d/%m}"
