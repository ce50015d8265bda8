"""Who is answering: seen by colleagues, renewed, over when it is over or nobody renews it."""

from casework import presence
from casework.desk import Actor, Desk
from tests.desks import Clock, events, member, open_ticket, ticket
from tickets import leases
from tickets.rows import core
from tickets.tables import Lease


def seen_by(desk: Desk, actor: Actor, ticket_id: int) -> str:
    with desk.store.read() as session:
        return presence.answering(desk, actor, session, ticket_id)


def rows(desk: Desk) -> int:
    with desk.store.read() as session:
        return len(session.execute(core(Lease).select()).all())


def test_colleagues_see_who_was_first(desk: Desk) -> None:
    ref = open_ticket(desk)
    number = ticket(desk, ref).id or 0
    rosa, luz = member(desk, login="rosa"), member(desk, login="luz")
    assert presence.begin(desk, rosa, number) == ""
    assert presence.begin(desk, rosa, number) == "", "renewing is not meeting oneself"
    assert seen_by(desk, rosa, number) == ""
    assert seen_by(desk, luz, number) == "Rosa"
    assert presence.begin(desk, luz, number) == "Rosa"
    assert seen_by(desk, luz, number + 1) == ""
    presence.end(desk, luz, number)
    assert seen_by(desk, luz, number) == "Rosa", "only one's own sign is taken away"
    presence.end(desk, rosa, number)
    assert presence.begin(desk, luz, number) == ""
    assert seen_by(desk, rosa, number) == "Luz"
    assert events(desk, ref) == ["opened"]


def test_the_sign_of_a_dead_terminal_runs_out(desk: Desk, clock: Clock) -> None:
    number = ticket(desk, open_ticket(desk)).id or 0
    rosa, luz = member(desk, login="rosa"), member(desk, login="luz")
    presence.begin(desk, rosa, number)
    clock.forward(seconds=60)
    presence.begin(desk, rosa, number)
    clock.forward(seconds=89)
    assert seen_by(desk, luz, number) == "Rosa"
    clock.forward(seconds=1)
    assert seen_by(desk, luz, number) == ""
    assert presence.begin(desk, luz, number) == ""


def test_no_rows_are_left_behind_and_no_job_is_touched(desk: Desk, clock: Clock) -> None:
    rosa = member(desk, login="rosa")
    with desk.store.write() as session:
        leases.take(session, "sweep", owner="host:1", now=clock.now, for_=presence.LASTS)
    for number in range(1, 6):
        presence.begin(desk, rosa, number)
    clock.forward(hours=1)
    presence.end(desk, rosa, 1)
    assert rows(desk) == 1
    with desk.store.read() as session:
        assert [one.name for one in leases.listing(session)] == ["sweep"]


def test_signs_are_no_jobs(desk: Desk) -> None:
    presence.begin(desk, member(desk), 1)
    with desk.store.read() as session:
        assert leases.listing(session) == []
