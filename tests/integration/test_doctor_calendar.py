"""What the doctor says of the calendar: its review, its range, and what the package ``holidays`` sees otherwise."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from calendar_pe import Effect, Row, Scope
from calendar_pe.clock import at_lima
from casework.desk import Desk
from service.doctor import Finding, examine
from service.settings import load
from tests.desks import Clock, build
from tickets.store import Store


@pytest.fixture
def found(sqlite_store: Store, tmp_path: Path):  # type: ignore[no-untyped-def]
    (tmp_path / "config.toml").write_text('[smtp]\nfrom_address = "som@example.pe"\n', encoding="utf-8")
    settings = load(tmp_path / "config.toml")

    def of(desk: Desk) -> list[Finding]:
        return [one for one in examine(desk, settings) if one.what == "calendario"]

    return of


@pytest.fixture
def desk(sqlite_store: Store) -> Desk:
    return build(sqlite_store, Clock(at_lima(date(2026, 12, 5), 10)))


def test_a_calendar_looked_after_is_well(desk: Desk, found) -> None:  # type: ignore[no-untyped-def]
    assert [one.level for one in found(desk)] == ["ok"]


@pytest.mark.parametrize(
    ("on", "said"), [(date(2026, 12, 6), "compárelo con El Peruano"), (date(2027, 11, 2), "quedan menos de 60 días")]
)
def test_an_old_review_and_a_near_end_are_told(desk: Desk, found, on: date, said: str) -> None:  # type: ignore[no-untyped-def]
    later = replace(desk, clock=Clock(at_lima(on, 10)))
    assert any(one.level == "warning" and said in one.said for one in found(later))


def test_a_difference_with_the_package_that_no_row_explains_is_told(desk: Desk, found) -> None:  # type: ignore[no-untyped-def]
    opened = Row(
        date=date(2026, 12, 8),
        scope=Scope.NATIONAL,
        effect=Effect.WORKING,
        name="Sin feriado",
        legal_basis="Ley 1",
    )
    closed = replace(opened, date=date(2026, 11, 30), effect=Effect.NONWORKING, name="Feriado nuevo")
    told = found(replace(desk, calendar=desk.calendar.with_rows([opened, closed])))
    assert [one.level for one in told] == ["warning"] * len(told)

    assert any("2026-11-30" in one.said and "holidays" in one.said for one in told)
