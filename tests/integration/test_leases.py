"""Leases: a job runs once at a time, whoever else shares the database, and a dead daemon's lease ends by itself."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from tickets import leases
from tickets.store import Store

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
QUARTER = timedelta(minutes=15)


def take(store: Store, owner: str, name: str = "sweep", now: datetime = NOW) -> bool:
    with store.write() as session:
        return leases.take(session, name, owner=owner, now=now, for_=QUARTER)


def give_back(store: Store, owner: str, error: str = "", now: datetime = NOW) -> int:
    with store.write() as session:
        return leases.give_back(session, "sweep", owner=owner, now=now, error=error)


def test_one_owner_at_a_time(store: Store) -> None:
    assert take(store, "a:1")
    assert not take(store, "b:2")
    assert take(store, "b:2", name="digest"), "another job is another lease"


def test_an_owner_may_renew(store: Store) -> None:
    assert take(store, "a:1")
    assert take(store, "a:1", now=NOW + timedelta(minutes=10))
    assert not take(store, "b:2", now=NOW + timedelta(minutes=20))


def test_a_dead_owners_lease_ends_by_itself(store: Store) -> None:
    assert take(store, "a:1")
    assert not take(store, "b:2", now=NOW + QUARTER - timedelta(seconds=1))
    assert take(store, "b:2", now=NOW + QUARTER)
    give_back(store, "a:1", now=NOW + QUARTER)
    assert not take(store, "c:3", now=NOW + QUARTER), "who lost a lease cannot give it back"


def test_given_back_it_is_free_at_once(store: Store) -> None:
    take(store, "a:1")
    assert give_back(store, "a:1") == 0
    assert take(store, "b:2")


def test_failures_in_a_row_are_counted_until_a_success(store: Store) -> None:
    failures = []
    for number, error in enumerate(["apagado", "apagado", "", "otra vez"]):
        now = NOW + timedelta(minutes=number)
        take(store, "a:1", now=now)
        failures.append(give_back(store, "a:1", error, now))
    assert failures == [1, 2, 0, 1]
    with store.read() as session:
        [lease] = leases.listing(session)
    assert (lease.last_error, lease.finished_at) == ("otra vez", NOW + timedelta(minutes=2))


def test_of_many_daemons_one_takes_it(store: Store) -> None:
    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(lambda number: take(store, f"host:{number}"), range(8)))
    assert taken.count(True) == 1
