"""Who works at the desk: adding people and ending their access."""

from casework.desk import Actor, Desk, require
from casework.refusals import Refusal
from letters.clean import clean_line
from tickets import journal, people
from tickets.journal import Event
from tickets.states import Role


class LastAdministrator(Refusal):
    """Nobody else administers the desk."""


def add(desk: Desk, actor: Actor, *, login: str, name: str, email: str, role: Role) -> None:
    """Add a member of staff; administrators only. Raises ``StaffExists``."""
    require(actor, Role.ADMINISTRATOR)
    now = desk.clock()
    with desk.store.write() as session:
        member = people.add(
            session, login=clean_line(login), name=clean_line(name), email=clean_line(email), role=role, now=now
        )
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
        member.active = False
        journal.append(session, [Event(journal.DESK, now, actor.journal_name, "staff_disabled", {"staff": member.id})])
        return True
