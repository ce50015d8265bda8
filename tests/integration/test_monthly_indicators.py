"""The indicators of a month from the journal that the use cases really write."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from calendar_pe import Effect, Row, Scope
from calendar_pe.clock import at_lima, format_instant
from casework import recalendar
from casework.added_days import effective_calendar
from casework.classify import Judgement, judge
from casework.desk import Desk
from casework.receive import keep, process
from casework.sweep import sweep
from oversight.indicators import frozen_at, month
from service.settings import load
from service.wiring import opened_desk
from sla.indicators import Month, to_json
from tests.commands import Som, command_line
from tests.desks import Clock, build, faults, member, ticket
from tests.november import Reader, arrive, november, respond
from tickets import cases, chains, clocks
from tickets.intake import Arrival
from tickets.states import Role
from tickets.store import Store
from tickets.tables import Promise

AS_OF = at_lima(date(2026, 12, 7), 17)


@pytest.fixture
def desk(store: Store, clock: Clock) -> Desk:
    return replace(build(store, clock), classifier=Reader)


def figures(desk: Desk, as_of: datetime = AS_OF, number: int = 11) -> Month:
    return month(desk, 2026, number, as_of)


def test_what_a_month_was(desk: Desk, clock: Clock) -> None:
    november(desk, clock)
    clock.now = AS_OF
    found = figures(desk)
    total = found.total
    assert (total.letters, total.promises) == (6, 6), "a letter after the answer opens a new promise"
    assert (total.kept, total.kept_by_ask_back, total.broken, total.open, total.void) == (3, 1, 3, 0, 0), "no sweep ran"
    assert (total.within_percent, total.answered_within_percent) == ("50.0", "40.0")
    day = desk.working_time.day_seconds
    assert (total.answered, total.asked_back) == (3, 1)
    assert (total.median_seconds, total.p90_seconds) == (day + 900, 2 * day)
    assert total.ask_back_median_seconds == 4 * 3600
    assert {key: one.letters for key, one in found.by_line.items()} == {"1": 3, "4": 1, "5": 2}
    assert {key: one.promises for key, one in found.by_kind.items()} == {"consulta": 6, "sugerencia": 0}
    assert {key: one.letters for key, one in found.by_language.items()} == {"en": 1, "es": 4, "pt": 1}
    assert {key: one.letters for key, one in found.by_on_behalf.items()} == {"no": 4, "yes": 2}
    assert figures(desk, number=10).total.kept == 1
    assert figures(desk, number=12).total.letters == 1
    assert figures(desk, number=9).total.letters == 0


def test_what_was_recorded_later_does_not_change_a_past_month(desk: Desk, clock: Clock) -> None:
    november(desk, clock)
    clock.now = AS_OF
    before = to_json(figures(desk))
    boss = member(desk, Role.SUPERVISOR)
    for day in (8, 14):
        clock.now = at_lima(date(2026, 12, day), 11)
        sweep(desk)
        judge(desk, boss, f"SOM-2026-00000{2 if day == 8 else 4}", Judgement(line=3, kind="reclamo", on_behalf=True))
    respond(desk, clock, "SOM-2026-000006", at_lima(date(2026, 12, 15), 9))
    recalendar.add(
        desk,
        boss,
        Row(date=date(2026, 11, 24), scope=Scope.ENTITY, effect=Effect.NONWORKING, name="Paro", legal_basis="RM 1"),
    )
    with desk.store.write() as session:  # by hand, past every door
        for row in session.query(Promise):
            row.state, row.answered_at = "kept", clock.now
        cases.find(session, "SOM-2026-000005").line = 2
    with desk.store.read() as session:
        aware = replace(desk, calendar=effective_calendar(session))
    assert to_json(figures(aware)) == before
    assert to_json(figures(aware, clock.now)) != before, "as of today it is another story"


def test_a_confirmed_uncertain_send_counts_from_its_attempt_once_it_is_confirmed(desk: Desk, clock: Clock) -> None:
    monday = at_lima(date(2026, 11, 23), 10)
    arrive(desk, clock, monday, "línea 1 consulta es yo", uid=1)
    clock.now = at_lima(date(2026, 11, 24), 17, 0, 1)
    in_time, confirmed_at = at_lima(date(2026, 11, 24), 16), at_lima(date(2026, 11, 26), 9)
    respond(desk, clock, "SOM-2026-000001", in_time, told_at=confirmed_at)
    early = figures(desk, confirmed_at - timedelta(seconds=1)).total
    assert (early.kept, early.broken) == (0, 1), "nobody knew it yet"
    late = figures(desk, confirmed_at).total
    assert (late.kept, late.median_seconds) == (1, desk.working_time.day_seconds + 6 * 3600)


def test_judgements_of_people_count(desk: Desk, clock: Clock) -> None:
    monday = at_lima(date(2026, 11, 23), 10)
    arrive(desk, clock, monday, "línea 1 consulta es yo", uid=1)
    arrive(desk, clock, monday, "línea 2 consulta es yo", uid=2)
    judge(desk, member(desk), "SOM-2026-000001", Judgement(line=4, kind="reclamo", on_behalf=True))
    judge(desk, member(desk), "SOM-2026-000002", Judgement(kind="agradecimiento"))
    found = figures(desk)
    assert (found.total.promises, found.total.void, found.total.open) == (3, 2, 1)
    assert found.by_kind["reclamo"].open == 1
    assert found.by_kind["agradecimiento"].letters == 1
    assert sorted(found.by_line) == ["2", "4"]


def test_a_letter_that_nothing_could_read_counts_too(desk: Desk, clock: Clock) -> None:
    head = b"From: a@example.org\r\nMessage-ID: <1@example.org>\r\n\r\n"
    large = Arrival(mailbox="som", uidvalidity=1, uid=1, body=head, partial=True, size=90_000_000, arrived_at=clock.now)
    keep(desk, [large])
    process(desk)
    assert ticket(desk, "SOM-2026-000001").state == "quarantined"
    found = figures(desk)
    assert (found.total.letters, found.total.promises, list(found.by_language)) == (1, 1, ["und"])


def test_the_day_that_a_month_stands(desk: Desk) -> None:
    assert frozen_at(2026, 11, desk.calendar) == AS_OF
    assert format_instant(frozen_at(2026, 12, desk.calendar)) == "2027-01-08T17:00:00-05:00"
    late = Row(
        date=date(2026, 12, 4),
        scope=Scope.LIMA,
        effect=Effect.NONWORKING,
        name="Tarde",
        legal_basis="DS 1",
        known_at=datetime(2026, 12, 3, 12, tzinfo=UTC),
    )
    assert frozen_at(2026, 11, desk.calendar.with_rows([late])) == AS_OF, "a decree of December moves nothing"


def test_the_journal_stays_sound_and_every_promise_is_named(desk: Desk, clock: Clock) -> None:
    november(desk, clock)
    assert faults(desk.store) == []
    with desk.store.read() as session:
        ids = {one.id for one in session.query(Promise)}
        entries = chains.entries(session, range(1, 20), until=AS_OF)
        named = {entry.facts["promise"] for entry in entries if entry.event == "promised"}
        assert clocks.open_ids(session)
    assert named == ids


def test_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    (tmp_path / "config.toml").write_text('[data]\ndir = "."\n[smtp]\nfrom_address = "som@example.pe"\n')
    clock = Clock(at_lima(date(2025, 11, 24), 10))
    with opened_desk(load(tmp_path / "config.toml")) as opened:
        desk = replace(opened, clock=clock, classifier=Reader)
        arrive(desk, clock, clock.now, "línea 1 consulta es yo", uid=1)
        respond(desk, clock, "SOM-2025-000001", clock.now + timedelta(hours=1))
    som: Som = command_line(tmp_path, monkeypatch, capsysbinary, "indicators", "due")
    ended = som("indicators", "2025-11", "--json")
    assert (ended.code, ended.err) == (0, "")
    document = json.loads(ended.out)
    assert (document["month"], document["as_of"]) == ("2025-11", "2025-12-05T17:00:00-05:00")
    assert document["total"]["kept"] == 1
    assert som("indicators", "2025-11", "--json").out == ended.out
    told = som("indicators", "2025-11").out
    assert "100.0 %" in told
    assert "línea 1" in told
    earlier = json.loads(som("indicators", "2025-11", "--as-of", "2025-11-24T10:15:00-05:00", "--json").out)
    assert (earlier["total"]["kept"], earlier["total"]["open"]) == (0, 1)
    for bad, code in (("2025-13", 2), ("noviembre", 2), ("2035-01", 1)):
        refused = som("indicators", bad)
        assert (refused.code, refused.out) == (code, "")
