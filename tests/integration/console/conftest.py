"""The desk at which the console is tried, and the people at it."""

import pytest

from casework.desk import Actor, Desk
from tests.desks import Clock, build, member
from tickets.states import Role
from tickets.store import Store


@pytest.fixture
def desk(sqlite_store: Store, clock: Clock) -> Desk:
    return build(sqlite_store, clock)


@pytest.fixture
def rosa(desk: Desk) -> Actor:
    return member(desk, Role.CONSULTANT, "rosa")


@pytest.fixture
def luz(desk: Desk) -> Actor:
    return member(desk, Role.CONSULTANT, "luz")
