"""Acting on several cases at once: what will happen to each is shown, and asked once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from textual.app import App

from casework import assign
from casework.classify import Judgement, judge
from casework.desk import NotAllowed
from console import words
from console.dialogs import Choice, Choose, Confirm
from console.lines import sender_of
from console.outside import one_line
from console.refusals import REFUSED, explain
from console.screens.base import DeskScreen, Workplace
from tickets import people
from tickets.states import Role
from tickets.store import StoreUnavailable
from tickets.worklist import QueueRow

_TOLD = 2
"""Refusals told one by one, at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """Something to do to cases: its verb, what is said of one that is done, what it will do to one, and the doing.

    ``what`` is what was done to several, where that says more than how many; ``does`` returns False for a case that
    stays as it was, of which ``stays`` is said.
    """

    verb: str
    done: str
    what: str = ""
    tells: Callable[[QueueRow], str]
    does: Callable[[str], object]
    stays: str = "queda igual"


def take(place: Workplace) -> Deed:
    """Return the deed of taking cases."""
    return Deed(
        verb="tomar",
        done="tomado",
        tells=lambda row: f"pasa de {row.assignee} a usted" if row.assignee else "queda a su cargo",
        does=lambda reference: assign.take(place.desk, place.actor, reference),
    )


def release(place: Workplace) -> Deed:
    """Return the deed of giving cases back to everybody."""
    return Deed(
        verb="soltar",
        done="devuelto a la bandeja",
        tells=lambda row: f"deja de estar a cargo de {row.assignee}" if row.assignee else "nadie lo tiene: queda igual",
        does=lambda reference: assign.release(place.desk, place.actor, reference),
        stays="nadie lo tenía: queda igual",
    )


def confirm(place: Workplace) -> Deed:
    """Return the deed of confirming what the model judged."""
    return Deed(
        verb="confirmar",
        done="confirmado",
        tells=lambda row: f"línea {row.line}, {words.KINDS.get(row.kind, row.kind).lower()}: confirmado",
        does=lambda reference: judge(place.desk, place.actor, reference, Judgement()),
    )


async def ask_line(place: Workplace, app: App[object], current: int | None = None) -> Deed | None:
    """Ask for the right line, and return the deed of putting cases into it."""
    choices = [Choice(str(n), f"Línea {n}: {said}", str(n)) for n, said in sorted(words.LINES_IN_FULL.items())]
    chosen = await app.push_screen_wait(Choose("¿Cuál es su línea?", choices, "" if current is None else str(current)))
    if chosen is None:
        return None
    line = int(chosen)
    return Deed(
        verb=f"pasar a la línea {line}",
        done=f"línea {line}",
        tells=lambda row: (
            f"queda confirmado en la línea {line}" if row.line == line else f"de la línea {row.line} a la {line}"
        ),
        does=lambda reference: judge(place.desk, place.actor, reference, Judgement(line=line)),
    )


async def ask_whom(place: Workplace, screen: DeskScreen[Any]) -> Deed | None:
    """Ask who shall have them, and return the deed of handing cases over."""
    if place.actor.role not in (Role.SUPERVISOR, Role.ADMINISTRATOR):
        screen.tell(explain(NotAllowed()), wrong=True)
        return None

    def colleagues() -> list[Choice]:
        with place.desk.store.read() as session:
            staff = [one for one in people.listing(session) if one.active and one.role != Role.AUDITOR]
        return [Choice(one.login, f"{one.name} ({words.ROLES[one.role]})") for one in staff]

    choices = await screen.fetch(colleagues)
    chosen = await screen.app.push_screen_wait(Choose("¿A quién?", choices)) if choices else None
    if not chosen or choices is None:
        return None
    name = next(one.words for one in choices if one.value == chosen).partition(" (")[0]
    return Deed(
        verb=f"dar a {one_line(name, 30)}",
        done=f"reasignado a {one_line(name, 30)}",
        what=f"reasignados a {one_line(name, 30)}",
        tells=lambda row: f"pasa de {row.assignee or 'nadie'} a {name}",
        does=lambda reference: assign.assign(place.desk, place.actor, reference, chosen),
    )


async def do(screen: DeskScreen[Any], deed: Deed, chosen: Sequence[QueueRow]) -> bool:
    """Do it to every case, after showing what will happen when there are several; True when anything was done.

    The refusal of one does not stop the others.
    """
    if len(chosen) == 1:
        reference = chosen[0].reference
        changed = await screen.fetch(lambda: deed.does(reference) is not False)
        if changed is None:
            return False
        screen.tell(f"{reference}: {deed.done if changed else deed.stays}")
        return True
    listed = "\n".join(
        f"{row.reference} · {one_line(sender_of(row), 20)} · {one_line(deed.tells(row), 60)}" for row in chosen
    )
    if not await screen.app.push_screen_wait(Confirm(f"Va a {deed.verb} {len(chosen)} casos. ¿Continúa?", listed)):
        return False

    def all_of_them() -> tuple[list[str], int]:
        refused, stayed = [], 0
        for row in chosen:
            try:
                stayed += deed.does(row.reference) is False
            except StoreUnavailable:
                raise
            except REFUSED as error:
                refused.append(f"{row.reference}: {explain(error)}")
        return refused, stayed

    came = await screen.fetch(all_of_them)
    if came is None:
        return True  # some may be done: the list is read again
    refused, stayed = came
    done = len(chosen) - len(refused) - stayed
    said = f"{done} {'hecho' if done == 1 else 'hechos'}"
    if deed.what and done:
        said = f"{said}: {deed.done if done == 1 else deed.what}"
    if stayed:
        said = f"{said}; {stayed} {'queda' if stayed == 1 else 'quedan'} igual"
    if refused:
        more = f" Y {len(refused) - _TOLD} más." if len(refused) > _TOLD else ""
        said = f"{said}; {len(refused)} no: {' '.join(refused[:_TOLD])}{more}"
    screen.tell(said, wrong=bool(refused))
    return True
