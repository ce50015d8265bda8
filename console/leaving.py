"""Leaving the console: what would be lost, or is about to leave, is said and asked once; otherwise nothing is asked."""

from collections.abc import Iterable
from typing import Any

from textual.screen import Screen
from textual.widgets import TextArea

from console.dialogs import AskText, Confirm
from console.drafting import AskDraft
from console.screens.base import DeskScreen, Workplace
from console.unfinished import about_to_leave, leaves, look


class Leave(Confirm):
    """The question at the door."""


def would_be_lost(place: Workplace, screens: Iterable[Screen[Any]]) -> list[str]:
    """Name everything that nobody has kept: drafts the database would not take, and what stands half written."""
    lost = [f"El borrador de {one}, que no se pudo guardar" for one in place.unsaved]
    if not place.half_written.safe:
        lost += [f"Lo escrito en {one}, sin aceptar" for one in place.half_written.names()]
    for screen in screens:
        if isinstance(screen, DeskScreen) and (named := screen.half_done()):
            lost.append(named)
        elif isinstance(screen, AskText) and not isinstance(screen, AskDraft) and _was_written(screen):
            lost.append("Lo que está escribiendo")
    return lost


def _was_written(screen: AskText) -> bool:
    return any(one.text.strip() not in ("", screen.value.strip()) for one in screen.query(TextArea))


def about_to_go(place: Workplace) -> list[str]:
    """Name the person's own answers that are about to leave."""
    now = place.desk.clock()
    going = about_to_leave(now, look(place.desk, place.actor))
    return [f"Su respuesta a {one.reference} {leaves(one, now)}." for one in going]


def question(lost: list[str], going: list[str]) -> Leave | None:
    """Return what to ask before leaving, or None when leaving costs nothing."""
    said = ["\n".join(["Se perdería:", *lost])] if lost else []
    if going:
        said.append("\n".join([*going, "Saldrá aunque cierre la bandeja. Para retirarla: n, y después u."]))
    return Leave("¿Salir de la bandeja?", "\n\n".join(said)) if said else None
