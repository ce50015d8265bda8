"""The sweep: everything that is due, once, with the right instants, and staff told in their hours only."""

from datetime import datetime, timedelta

import pytest

from calendar_pe.clock import at_lima
from casework.desk import Desk
from casework.sweep import PAGE, Swept, sweep
from tests.desks import (
    MONDAY,
    MONDAY_10,
    TUESDAY,
    TUESDAY_17,
    Clock,
    build,
    events,
    faults,
    letter,
    member,
    open_ticket,
    promise,
    settle_promises,
    ticket,
)
from tickets import amends, outgoing
from tickets.states import Role
from tickets.store import Store
from tickets.tables import Notice, Outgoing, Remediation

SECOND = timedelta(seconds=1)
WEDNESDAY = TUESDAY + timedelta(days=1)


def remediations(desk: Desk) -> list[Remediation]:
    with desk.store.read() as session:
        return [row for row, _, _ in amends.listing(session)]


def letters_to_staff(desk: Desk) -> list[Outgoing]:
    with desk.store.read() as session:
        return [one for one in outgoing.listing(session) if one.kind == "notice"]


class TestBreaking:
    @pytest.mark.parametrize("fraction", [0, 999_999])
    def test_at_its_last_second_a_promise_stands(self, desk: Desk, clock: Clock, fraction: int) -> None:
        ref = open_ticket(desk)
        clock.now = TUESDAY_17 + timedelta(microseconds=fraction)
        assert sweep(desk).broken == 0
        assert (promise(desk, ref).state, remediations(desk)) == ("open", [])

    def test_one_second_later_it_is_broken_once(self, desk: Desk, clock: Clock) -> None:
        ref = open_ticket(desk)
        clock.now = TUESDAY_17 + SECOND
        assert sweep(desk).broken == 1
        broken = promise(desk, ref)
        assert (broken.state, broken.broken_at, broken.answered_at) == ("broken", TUESDAY_17 + SECOND, None)
        [row] = remediations(desk)
        assert (row.commitment, row.promise_id, row.state) == ("respuesta", broken.id, "open")
        assert (row.opened_at, row.broken_at, row.lateness_seconds) == (clock.now, TUESDAY_17 + SECOND, None)
        for _ in range(2):
            clock.forward(hours=20)
            assert sweep(desk).broken == 0
        assert len(remediations(desk)) == 1
        assert events(desk, ref).count("promise_broken") == 1
        assert faults(desk.store) == []

    def test_a_broken_promise_is_still_owed_and_still_first(self, desk: Desk, clock: Clock) -> None:
        ref = open_ticket(desk)
        clock.now = TUESDAY_17 + SECOND
        sweep(desk)
        assert ticket(desk, ref).target_at == TUESDAY_17

    def test_a_kept_promise_never_breaks(self, desk: Desk, clock: Clock) -> None:
        ref = open_ticket(desk)
        settle_promises(desk, ref)
        clock.forward(days=30)
        assert sweep(desk) == Swept(warned=0, broken=0, told=0)
        assert promise(desk, ref).state == "kept"

    def test_after_a_week_away_every_instant_is_the_right_one(self, desk: Desk, clock: Clock) -> None:
        refs = [open_ticket(desk, received_at=MONDAY_10 + timedelta(days=number)) for number in range(3)]
        late = open_ticket(desk, received_at=MONDAY_10 + timedelta(days=9))
        clock.now = at_lima(WEDNESDAY + timedelta(days=7), 9)
        assert sweep(desk).broken == 3
        expected = [at_lima(TUESDAY + timedelta(days=number), 17, 0, 1) for number in range(3)]
        assert [promise(desk, ref).broken_at for ref in refs] == expected
        assert {row.broken_at for row in remediations(desk)} == set(expected)
        assert {row.opened_at for row in remediations(desk)} == {clock.now}
        assert promise(desk, late).state == "open"

    def test_more_than_a_page(self, sqlite_store: Store, clock: Clock) -> None:
        desk = build(sqlite_store, clock)
        refs = [open_ticket(desk) for _ in range(PAGE + 3)]
        clock.now = at_lima(WEDNESDAY, 9)
        assert sweep(desk).broken == PAGE + 3
        with desk.store.read() as session:
            assert session.query(Remediation).count() == PAGE + 3
        assert sweep(desk).broken == 0
        told = b"".join(one.payload.replace(b"=\r\n", b"") for one in letters_to_staff(desk))
        assert len(letters_to_staff(desk)) > 2, "a letter has room for so many"
        assert all(told.count(f"{ref}: Promesa rota".encode()) >= 1 for ref in refs)


class TestWarning:
    @pytest.mark.parametrize(
        ("at", "warned"),
        [
            (TUESDAY_17 - timedelta(hours=2, seconds=1), 0),
            (TUESDAY_17 - timedelta(hours=2), 1),
            (TUESDAY_17, 1),
        ],
    )
    def test_two_working_hours_before(self, desk: Desk, clock: Clock, at: datetime, warned: int) -> None:
        ref = open_ticket(desk)
        clock.now = at
        assert sweep(desk).warned == warned
        assert promise(desk, ref).warned_at == (at if warned else None)
        assert promise(desk, ref).state == "open"

    def test_once(self, desk: Desk, clock: Clock) -> None:
        ref = open_ticket(desk)
        clock.now = TUESDAY_17 - timedelta(hours=1)
        assert [sweep(desk).warned, sweep(desk).warned] == [1, 0]
        assert events(desk, ref).count("promise_at_risk") == 1

    def test_a_promise_found_broken_is_not_warned_of_any_more(self, desk: Desk, clock: Clock) -> None:
        open_ticket(desk)
        clock.now = at_lima(WEDNESDAY, 9)
        assert sweep(desk) == Swept(warned=0, broken=1, told=1)


class TestTelling:
    def broken(self, desk: Desk, clock: Clock, at: datetime) -> str:
        ref = open_ticket(desk)
        clock.now = at
        sweep(desk)
        return ref

    def test_at_night_nobody_is_told_until_the_morning(self, desk: Desk, clock: Clock) -> None:
        ref = self.broken(desk, clock, at_lima(TUESDAY, 22))
        assert letters_to_staff(desk) == []
        with desk.store.read() as session:
            [news] = session.query(Notice).filter_by(kind="broken")
        assert (news.leaves_at, news.told_at) == (at_lima(WEDNESDAY, 8, 15), None)
        clock.now = at_lima(WEDNESDAY, 8, 14, 59)
        assert sweep(desk).told == 0
        clock.now = at_lima(WEDNESDAY, 8, 15)
        assert sweep(desk).told == 1
        [told] = letters_to_staff(desk)
        assert (told.to_address, told.author_id) == ("jefatura@example.pe", None)
        assert ref.encode() in told.payload

    def test_each_episode_once(self, desk: Desk, clock: Clock) -> None:
        self.broken(desk, clock, at_lima(WEDNESDAY, 9))
        assert len(letters_to_staff(desk)) == 1
        for _ in range(3):
            clock.forward(minutes=1)
            assert sweep(desk).told == 0
        assert len(letters_to_staff(desk)) == 1

    def test_everything_untold_in_one_letter_to_each(self, store: Store, clock: Clock) -> None:
        desk = build(store, clock, digest_recipients=("a@example.pe", "b@example.pe"))
        refs = [open_ticket(desk) for _ in range(3)]
        clock.now = at_lima(WEDNESDAY, 9)
        assert sweep(desk).told == 3
        told = letters_to_staff(desk)
        assert [one.to_address for one in told] == ["a@example.pe", "b@example.pe"]
        assert all(ref.encode() in one.payload for ref in refs for one in told)

    def test_without_addresses_the_supervisors_are_told(self, store: Store, clock: Clock) -> None:
        desk = build(store, clock, digest_recipients=())
        member(desk, Role.SUPERVISOR, "luz")
        member(desk, Role.CONSULTANT, "ana")
        self.broken(desk, clock, at_lima(WEDNESDAY, 9))
        assert [one.to_address for one in letters_to_staff(desk)] == ["luz@example.pe"]

    def test_without_anybody_the_news_waits(self, store: Store, clock: Clock) -> None:
        desk = build(store, clock, digest_recipients=())
        open_ticket(desk)
        clock.now = at_lima(WEDNESDAY, 9)
        assert sweep(desk).told == 0
        member(desk, Role.SUPERVISOR, "luz")
        assert sweep(desk).told == 1

    @pytest.mark.parametrize("day", [5, 6], ids=["Saturday", "Sunday"])
    def test_weekends_are_quiet(self, desk: Desk, clock: Clock, day: int) -> None:
        self.broken(desk, clock, at_lima(MONDAY + timedelta(days=day), 11))
        assert letters_to_staff(desk) == []

    def test_a_notice_says_nothing_of_the_citizen(self, desk: Desk, clock: Clock) -> None:
        self.broken(desk, clock, at_lima(WEDNESDAY, 9))
        [told] = letters_to_staff(desk)
        assert b"rosa" not in letter(desk, told.id or 0).payload.lower()
        assert b"pensi" not in told.payload


class Killed(BaseException):
    """Stands for the end of the process at that step."""


def test_a_sweep_that_ends_in_the_middle_is_done_whole_by_the_next(store: Store, clock: Clock) -> None:
    def kill(name: str) -> None:
        if name == "sweep.marked":
            raise Killed

    desk = build(store, clock)
    ref = open_ticket(desk)
    clock.now = at_lima(WEDNESDAY, 9)
    with pytest.raises(Killed):
        sweep(build(store, clock, at=kill))
    assert (promise(desk, ref).state, remediations(desk), events(desk, ref)) == ("open", [], ["opened"])
    assert sweep(desk) == Swept(warned=0, broken=1, told=1)
