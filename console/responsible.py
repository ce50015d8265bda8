"""Who is in charge of a measure: somebody of the staff with one key, or anybody else on one line."""

from typing import Any

from casework.desk import Desk
from console import words
from console.dialogs import AskLine, Choice, Choose
from console.outside import one_line
from console.screens.base import DeskScreen
from tickets import people
from tickets.search import fold
from tickets.states import Role

_ASKED = "¿Quién se encarga de la medida?"
_SOMEBODY_ELSE = "…"
_KEYS = "123456789"


def colleagues(desk: Desk) -> dict[str, str]:
    """Return name -> role of whoever is active and may be in charge, by name."""
    with desk.store.read() as session:
        staff = [one for one in people.listing(session) if one.active and one.role != Role.AUDITOR]
    named = {one_line(one.name, 60): words.ROLES.get(one.role, one.role) for one in staff}
    return {name: named[name] for name in sorted(named, key=fold)}


async def ask_responsible(screen: DeskScreen[Any], now: str, held: str, begun: str = "") -> str | None:
    """Ask who is in charge; None when it was left.

    Enter takes whoever is named ``now``, else who holds the case, else the person at the terminal. ``begun`` is a
    name that was half written.
    """
    staff = await screen.fetch(lambda: colleagues(screen.desk))
    if staff is None:
        return None
    choices = [] if not now or now in staff else [Choice(now, now)]
    for name, key in zip(staff, [*_KEYS, *[""] * len(staff)], strict=False):
        holds = ", tiene el caso" if name == held else ""
        choices.append(Choice(name, f"{name} ({staff[name]}{holds})", key))
    choices.append(Choice(_SOMEBODY_ELSE, "Otra persona…", "0"))
    known = [one.value for one in choices]
    start = next((one for one in (now, held, one_line(screen.actor.name, 60)) if one in known), "")
    said: str | None = await screen.app.push_screen_wait(Choose(_ASKED, choices, now, start))
    if said == _SOMEBODY_ELSE:
        hint = "Nombre y, si hace falta, su cargo o entidad."
        said = await screen.app.push_screen_wait(AskLine(_ASKED, hint, begun or ("" if now in staff else now)))
    return said.strip() or None if said is not None else None
