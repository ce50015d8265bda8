"""Says in Spanish how a row differs from what the journal tells of it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from tickets.told import ToldPromise, instant
from tickets.told import number as as_number

Contradiction = tuple[int, int, str]
"""The case (0 for the desk), the number of the row, and what does not fit, in Spanish."""

Ends = Callable[[datetime], tuple[str, frozenset[datetime], datetime]]
"""Returns, of a promise due at an instant, its date, the last seconds that it may have, and its legal end."""

NAMES = {
    "state": "estado",
    "line": "línea",
    "kind": "tipo",
    "on_behalf": "por otra persona",
    "language": "idioma",
    "countries": "países",
    "country": "país",
    "office": "oficina",
    "outcome": "resultado",
    "assignee_id": "responsable",
    "opened_at": "llegada",
    "received_at": "llegada",
    "due_at": "plazo",
    "answered_at": "respuesta",
    "kept_by": "cómo se cumplió",
    "broken_at": "incumplimiento",
    "at": "fecha",
    "channel": "canal",
    "satisfaction": "satisfacción",
    "gender": "género",
    "cause": "motivo",
    "day": "día",
    "scope": "alcance",
    "effect": "efecto",
    "legal_basis": "norma",
    "supersedes": "reemplaza a",
}


def of_promises(
    chain: int, rows: Sequence[Any], told: Mapping[object, ToldPromise], ends: Ends
) -> Iterator[Contradiction]:
    """Yield how the promises of a case differ from those that its chain tells of."""
    missing = dict(told)
    for row in rows:
        number = row.id
        expected = missing.pop(number, None)
        if expected is None:
            yield chain, number, f"la promesa {number} no está en el diario de este caso: fue insertada o movida"
            continue
        for name in ("kind", "state", "received_at", "due_at", "answered_at", "kept_by", "broken_at"):
            if (said := differs(getattr(row, name), getattr(expected, name))) is not None:
                yield chain, number, f"la promesa {number}, {NAMES[name]}: {said}"
        if expected.due_at is not None:
            yield from ((chain, number, f"la promesa {number}, {said}") for said in _ending(row, ends(expected.due_at)))
    for number in missing:
        yield (
            chain,
            as_number(number),
            f"la promesa {number} está en el diario y ya no en su caso: fue borrada o movida",
        )


def _ending(row: Any, ends: tuple[str, frozenset[datetime], datetime]) -> Iterator[str]:
    """Say how the end of a promise differs from what follows from the instant at which it is due."""
    due_on, last_seconds, legal_due_at = ends
    if instant(row.last_second_at) not in last_seconds:
        yield f"último segundo en que se cumple: {against(row.last_second_at, max(last_seconds))}"
    if instant(row.legal_due_at) != legal_due_at:
        yield f"plazo legal: {against(row.legal_due_at, legal_due_at)}"
    if str(row.due_on) != due_on:
        yield f"día del plazo: {against(row.due_on, due_on)}"


def differs(found: object, told: object) -> str | None:
    """Say how a cell differs from what was told, None when it does not."""
    if found == told or (found in ("", None) and told in ("", None)):
        return None
    return None if isinstance(told, datetime) and instant(found) == told else against(found, told)


def against(found: object, told: object) -> str:
    """Say what a cell holds and what was told of it."""
    return f"su fila dice «{_said(found)}» y el diario «{_said(told)}»"


def _said(value: object) -> str:
    return "nada" if value in ("", None) else str(value)[:60]
