"""A whole year, hour by hour: letters at all hours, decrees at short notice, sweeps that sometimes sleep."""

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random

from freezegun import freeze_time

from calendar_pe import Calendar, Effect, Row, Scope, shipped
from calendar_pe.clock import LIMA, format_instant, lima_date, now, to_lima
from sla.promises import Kind, PromiseSettings
from sla.recalendar import Standing, moves
from sla.reckon import reckon
from sla.watch import Break, OpenPromise, Warn, watch
from sla.working_time import WorkingTimeSettings, inside, next_open

HOURS = WorkingTimeSettings()
SETTINGS = PromiseSettings()
DECREES = {  # the day on which it is learned, and the day that it closes
    date(2026, 2, 9): date(2026, 2, 13),
    date(2026, 6, 17): date(2026, 6, 19),
    date(2026, 12, 21): date(2026, 12, 24),
    date(2026, 12, 30): date(2026, 12, 31),
}


def opened(number: int, received_at: datetime, calendar: Calendar) -> OpenPromise:
    found = reckon(received_at, Kind.CONSULTA, calendar, SETTINGS)
    return OpenPromise(
        id=number,
        ticket_id=number,
        kind=found.kind,
        received_at=received_at,
        due_at=found.due_at,
        legal_due_at=found.legal_due_at,
        target_at=found.target_at,
    )


def moved(promise: OpenPromise, calendar: Calendar) -> OpenPromise:
    standing = Standing(
        id=promise.id,
        ticket_id=promise.ticket_id,
        kind=promise.kind,
        received_at=promise.received_at,
        due_at=promise.due_at,
        legal_due_at=promise.legal_due_at,
        target_at=promise.target_at,
        reading=SETTINGS.reading,
        told_due_at=promise.due_at,
    )
    for move in moves([standing], calendar, SETTINGS):
        assert move.new.due_at >= move.old.due_at
        new = move.new
        return replace(promise, due_at=new.due_at, legal_due_at=new.legal_due_at, target_at=new.target_at)
    return promise


def test_no_notice_leaves_outside_working_time_and_each_leaves_once() -> None:
    chance = Random(2026)
    calendar = shipped()
    waiting: dict[int, OpenPromise] = {}
    warnings: Counter[int] = Counter()
    breaches: dict[int, datetime] = {}
    notices: list[datetime] = []
    number = 0
    with freeze_time(datetime(2026, 1, 5, tzinfo=LIMA)) as frozen:
        while lima_date(now()) < date(2027, 1, 4):
            frozen.tick(timedelta(minutes=chance.choice((7, 31, 60, 60, 60, 95))))
            if chance.random() < 0.002:  # the machine was off for days
                frozen.tick(timedelta(days=chance.randint(1, 7)))
            at = now()
            for learned_on, closed_on in DECREES.items():
                if learned_on <= lima_date(at) and calendar.is_business_day(closed_on):
                    row = Row(
                        date=closed_on,
                        scope=Scope.PUBLIC_SECTOR,
                        effect=Effect.NONWORKING,
                        name="Decreto a última hora",
                        legal_basis="DS de prueba",
                        known_at=at,
                    )
                    calendar = calendar.with_rows([row])
                    waiting = {key: moved(promise, calendar) for key, promise in waiting.items()}
            for verdict in watch(waiting.values(), at, calendar, HOURS, SETTINGS):
                promise = waiting[verdict.promise_id]
                match verdict:
                    case Warn():
                        warnings[verdict.promise_id] += 1
                        waiting[verdict.promise_id] = replace(promise, warned_at=at)
                        assert promise.received_at <= verdict.at
                    case Break():
                        assert verdict.promise_id not in breaches
                        assert verdict.at == promise.due_at + timedelta(seconds=1) <= at
                        breaches[verdict.promise_id] = verdict.at
                        del waiting[verdict.promise_id]
                notices.append(next_open(at, calendar, HOURS))
                assert inside(notices[-1], calendar, HOURS), format_instant(notices[-1])
            for key in [key for key in waiting if chance.random() < 0.06]:
                del waiting[key]
            if chance.random() < 0.4:
                number += 1
                waiting[number] = opened(number, at, calendar)

    assert number > 1000
    assert len(breaches) > 20
    assert max(warnings.values()) == 1
    assert len(notices) > 100
    closed = {*DECREES.values(), date(2026, 7, 27), date(2026, 4, 2)}
    for notice in notices:
        local = to_lima(notice)
        assert HOURS.opening <= local.time() < HOURS.closing
        assert local.weekday() < 5
        assert local.date() not in closed
    for breach in breaches.values():
        assert to_lima(breach).strftime("%H:%M:%S") == "17:00:01"
        assert to_lima(breach).date() not in closed
