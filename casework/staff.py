"""Who works at the desk: adding people, ending their access and giving it back."""

import re

from casework.desk import Actor, Desk, require
from casework.refusals import Refusal
from letters.clean import NAME_LIMIT, clean_line
from tickets import journal, people
from tickets.journal import Event
from tickets.states import Role


class LastAdministrator(Refusal):
    """Nobody else administers the desk."""


class BadMember(Refusal):
    """A login, a name or an address that nobody can have."""


class NoAccess(Refusal):
    """That login belongs to somebody whose access was ended."""


_LOGIN = re.compile(r"[^\s:/]{1,64}")
_ADDRESS = re.compile(r"[^\s<>@,;:\"()]{1,64}@[^\s<>@,;:\"().]+(?:\.[^\s<>@,;:\"().]+)*")


def add(desk: Desk, actor: Actor, *, login: str, name: str, email: str, role: Role) -> None:
    """Add a member of staff; administrators only. Raises ``BadMember``, ``NoAccess`` or ``StaffExists``."""
    require(actor, Role.ADMINISTRATOR)
    login, name, email = clean_line(login), clean_line(name, NAME_LIMIT), clean_line(email)
    if not _LOGIN.fullmatch(login):
        raise BadMember(f"«{login}» no es un usuario del sistema: va sin espacios, «:» ni «/», y no puede estar vacío")
    if not name:
        raise BadMember("falta el nombre: es el que leen los colegas y los ciudadanos")
    if not _ADDRESS.fullmatch(email) or len(email) > 320:
        raise BadMember(f"«{email}» no es una dirección de correo como nombre@example.org")
    now = desk.clock()
    with desk.store.write() as session:
        known = people.by_login(session, login)
        if known is not None and not known.active:
            raise NoAccess(f"«{login}» está en el personal, sin acceso; para devolvérselo: som staff enable {login}")
        member = people.add(session, login=login, name=name, email=email, role=role, now=now)
        session.flush()
        facts: dict[str, journal.Fact] = {"staff": member.id, "role": role}
        journal.append(session, [Event(journal.DESK, now, actor.journal_name, "staff_added", facts)])


def disable(desk: Desk, actor: Actor, login: str) -> bool:
    """End somebody's access; administrators only. Returns False when there is no such login.

    Raises ``LastAdministrator`` rather than leave the desk with nobody who can let people in.
    """
    require(actor, Role.ADMINISTRATOR)
    now = desk.clock()
    with desk.store.write() as session:
        member = people.by_login(session, login)
        if member is None:
            return False
        if member.role == Role.ADMINISTRATOR and people.active_administrators(session) == [member.login]:
            raise LastAdministrator(f"«{login}» es quien administra esta mesa; agregue primero a otra persona")
        if member.active:
            member.active = False
            facts: dict[str, journal.Fact] = {"staff": member.id}
            journal.append(session, [Event(journal.DESK, now, actor.journal_name, "staff_disabled", facts)])
        return True


def enable(desk: Desk, actor: Actor, login: str) -> bool:
    """Give somebody's access back, with the role they had; administrators only. Returns False for no such login."""
    require(actor, Role.ADMINISTRATOR)
    now = desk.clock()
    with desk.store.write() as session:
        member = people.by_login(session, login)
        if member is None:
            return False
        if not member.active:
            member.active = True
            facts: dict[str, journal.Fact] = {"staff": member.id, "role": member.role}
            journal.append(session, [Event(journal.DESK, now, actor.journal_name, "staff_enabled", facts)])
        return True
