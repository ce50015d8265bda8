"""Who may do what: every use case that acts for somebody, against every role."""

import importlib
import inspect
import pkgutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

import casework
from calendar_pe import Effect, Row, Scope
from casework import (
    answer,
    assign,
    attachments,
    attention,
    classify,
    close,
    deliver,
    holding,
    merge,
    note,
    presence,
    publication,
    quarantine,
    recalendar,
    reconcile,
    remedy,
    split,
    staff,
)
from casework.desk import SERVICE, Actor, Desk, NotAllowed
from casework.sweep import sweep
from tests.arriving import arrive
from tests.desks import MONDAY_10, Clock, build, member, open_ticket, promises, settle_promises, ticket, words
from tickets import amends, cases, intake, joining, journal, outgoing, rows
from tickets.intake import Arrival
from tickets.states import IntakeState, OutboxState, Role
from tickets.store import Store
from tickets.tables import Attachment, Message

WRITERS = {Role.CONSULTANT, Role.SUPERVISOR, Role.ADMINISTRATOR}
CHIEFS = {Role.SUPERVISOR, Role.ADMINISTRATOR}
ADMINISTRATORS = {Role.ADMINISTRATOR}

DECREE = Row(
    date=date(2026, 12, 24),
    scope=Scope.PUBLIC_SECTOR,
    effect=Effect.NONWORKING,
    name="Día no laborable",
    legal_basis="DS 999-2026-PCM",
    source="https://www.gob.pe/",
    known_at=MONDAY_10,
)


@dataclass(frozen=True, slots=True)
class UseCase:
    """One use case: who may do it, how a case is made ready for it, and the doing."""

    roles: set[Role]
    do: Callable[[Desk, Actor, str], object]
    ready: Callable[[Desk, str], object] = lambda desk, ref: None


def written(desk: Desk, ref: str) -> int:
    return answer.answer(desk, member(desk, Role.CONSULTANT), ref, words()).outgoing_id


def last_letter(desk: Desk, ref: str, state: OutboxState) -> int:
    outgoing_id = written(desk, ref)
    with desk.store.write() as session:
        found = outgoing.load(session, outgoing_id)
        assert found is not None
        found.state, found.attempted_at = state, desk.clock()
    return outgoing_id


def newest(desk: Desk) -> int:
    with desk.store.read() as session:
        [last] = outgoing.listing(session, limit=1)
        return last.id or 0


def break_promises(desk: Desk, ref: str) -> None:
    assert isinstance(desk.clock, Clock)
    desk.clock.now = promises(desk, ref)[0].due_at + timedelta(seconds=1)
    sweep(desk)


def row_of(desk: Desk) -> int:
    with desk.store.read() as session:
        return amends.listing(session, limit=1)[0][0].id or 0


def make_closable(desk: Desk, ref: str) -> None:
    break_promises(desk, ref)
    settle_promises(desk, ref)
    filled = remedy.Amends(
        cause="carga", corrective="Respondimos.", preventive="Más turnos.", responsible="Luz Paz", apology_due=False
    )
    remedy.edit(desk, member(desk, Role.SUPERVISOR), row_of(desk), filled)


def make_explained(desk: Desk, ref: str) -> None:
    break_promises(desk, ref)
    explained = remedy.Amends(cause="carga", preventive="Más turnos.")
    remedy.edit(desk, member(desk, Role.SUPERVISOR), row_of(desk), explained)


def make_apologised(desk: Desk, ref: str) -> None:
    make_explained(desk, ref)
    boss = member(desk, Role.SUPERVISOR)
    remedy.apologise(desk, boss, row_of(desk))


def give_back(desk: Desk, who: Actor, ref: str) -> None:
    if who.role in WRITERS:
        assign.take(desk, who, ref)
    assign.release(desk, who, ref)


def quarantined_letter(desk: Desk, ref: str) -> None:
    now = desk.clock()
    with desk.store.write() as session:
        uid = intake.last_id(session) + 1
        one = Arrival(mailbox="som", uidvalidity=1, uid=uid, body=b"%d" % uid, size=1, arrived_at=now)
        intake.keep(session, [one], now)
        row = {"id": intake.last_id(session), "state": IntakeState.QUARANTINED, "ticket_id": ticket(desk, ref).id}
        intake.settle(session, [row])


def last_intake(desk: Desk) -> int:
    with desk.store.read() as session:
        return intake.last_id(session)


def save_attachment(desk: Desk, who: Actor) -> None:
    with desk.store.read() as session:
        newest = max(one.id or 0 for one in session.query(Attachment))
    with TemporaryDirectory() as folder:
        attachments.save(desk, who, newest, Path(folder))


def newest_reference(desk: Desk) -> str:
    with desk.store.read() as session:
        return cases.recent(session, limit=1)[0].reference


def differing(desk: Desk, ref: str) -> None:
    now = desk.clock()
    reconcile.reconcile(desk, "som", reconcile.Span(now - timedelta(days=1), now), Counter([now - timedelta(hours=1)]))


def follow_up(desk: Desk, ref: str) -> None:
    row = {"ticket_id": ticket(desk, ref).id, "direction": "in", "kind": "follow_up", "at": desk.clock()}
    with desk.store.write() as session:
        rows.add_all(session, Message, [row])


def last_letter_of(desk: Desk, ref: str) -> int:
    with desk.store.read() as session:
        return joining.letters(session, ticket(desk, ref).id or 0)[-1].id or 0


def freeze(desk: Desk, who: Actor) -> None:
    publication.freeze(desk, who, "2026-10", {"total": 1}, as_of=desk.clock(), calendar_version="prueba")


USE_CASES = {
    "answer.answer": UseCase(WRITERS, lambda desk, who, ref: answer.answer(desk, who, ref, words())),
    "answer.undo": UseCase(WRITERS, lambda desk, who, ref: answer.undo(desk, who, newest(desk)), written),
    "answer.save_draft": UseCase(WRITERS, lambda desk, who, ref: answer.save_draft(desk, who, ref, "hola")),
    "assign.take": UseCase(WRITERS, lambda desk, who, ref: assign.take(desk, who, ref)),
    "assign.release": UseCase(WRITERS, lambda desk, who, ref: give_back(desk, who, ref)),
    "assign.assign": UseCase(
        CHIEFS,
        lambda desk, who, ref: assign.assign(desk, who, ref, "luz"),
        lambda desk, ref: member(desk, login="luz"),
    ),
    "attachments.save": UseCase(
        WRITERS,
        lambda desk, who, ref: save_attachment(desk, who),
        lambda desk, ref: arrive(desk, attached=(("a.pdf", b"%PDF-"),)),
    ),
    "attention.register": UseCase(
        WRITERS,
        lambda desk, who, ref: attention.register(
            desk, who, attention.Attended(channel="telephone", line=2, outcome="oriented")
        ),
    ),
    "classify.judge": UseCase(
        WRITERS, lambda desk, who, ref: classify.judge(desk, who, ref, classify.Judgement(line=1))
    ),
    "close.close": UseCase(WRITERS, lambda desk, who, ref: close.close(desk, who, ref, "oriented"), settle_promises),
    "close.possible": UseCase(WRITERS, lambda desk, who, ref: close.possible(desk, who, ref), settle_promises),
    "close.reopen": UseCase(WRITERS, lambda desk, who, ref: close.reopen(desk, who, ref), settle_promises),
    "deliver.settle": UseCase(
        WRITERS,
        lambda desk, who, ref: deliver.settle(desk, who, newest(desk), sent=False),
        lambda desk, ref: last_letter(desk, ref, OutboxState.UNCERTAIN),
    ),
    "deliver.retry": UseCase(
        WRITERS,
        lambda desk, who, ref: deliver.retry(desk, who, newest(desk)),
        lambda desk, ref: last_letter(desk, ref, OutboxState.REFUSED),
    ),
    "holding.hold": UseCase(CHIEFS, lambda desk, who, ref: holding.hold(desk, who, "revisión")),
    "holding.release": UseCase(CHIEFS, lambda desk, who, ref: holding.release(desk, who)),
    "merge.ready": UseCase(WRITERS, lambda desk, who, ref: merge.ready(desk, who, ref)),
    "merge.look": UseCase(
        WRITERS,
        lambda desk, who, ref: merge.look(desk, who, ref, newest_reference(desk)),
        lambda desk, ref: open_ticket(desk),
    ),
    "merge.merge": UseCase(
        WRITERS,
        lambda desk, who, ref: merge.merge(desk, who, ref, newest_reference(desk)),
        lambda desk, ref: open_ticket(desk),
    ),
    "note.note": UseCase(WRITERS, lambda desk, who, ref: note.note(desk, who, ref, "llamó")),
    "presence.begin": UseCase(WRITERS, lambda desk, who, ref: presence.begin(desk, who, ticket(desk, ref).id or 0)),
    "presence.end": UseCase(WRITERS, lambda desk, who, ref: presence.end(desk, who, ticket(desk, ref).id or 0)),
    "publication.freeze": UseCase(CHIEFS, lambda desk, who, ref: freeze(desk, who)),
    "publication.publish": UseCase(
        CHIEFS,
        lambda desk, who, ref: publication.publish(desk, who, "2026-10"),
        lambda desk, ref: freeze(desk, member(desk, Role.SUPERVISOR)),
    ),
    "publication.write_note": UseCase(
        CHIEFS, lambda desk, who, ref: publication.write_note(desk, who, "2026-10", "Hubo feria.")
    ),
    "quarantine.retry": UseCase(
        WRITERS, lambda desk, who, ref: quarantine.retry(desk, who, last_intake(desk)), quarantined_letter
    ),
    "quarantine.export": UseCase(
        WRITERS, lambda desk, who, ref: quarantine.export(desk, who, last_intake(desk)), quarantined_letter
    ),
    "recalendar.outlook": UseCase(CHIEFS, lambda desk, who, ref: recalendar.outlook(desk, who, DECREE)),
    "recalendar.add": UseCase(CHIEFS, lambda desk, who, ref: recalendar.add(desk, who, DECREE)),
    "reconcile.accept": UseCase(WRITERS, lambda desk, who, ref: reconcile.accept(desk, who, "som"), differing),
    "remedy.edit": UseCase(
        CHIEFS,
        lambda desk, who, ref: remedy.edit(desk, who, row_of(desk), remedy.Amends(cause="carga")),
        break_promises,
    ),
    "remedy.close": UseCase(CHIEFS, lambda desk, who, ref: remedy.close(desk, who, row_of(desk)), make_closable),
    "remedy.apologise": UseCase(
        CHIEFS, lambda desk, who, ref: remedy.apologise(desk, who, row_of(desk)), make_explained
    ),
    "remedy.take_back": UseCase(
        CHIEFS, lambda desk, who, ref: remedy.take_back(desk, who, row_of(desk)), make_apologised
    ),
    "split.split": UseCase(
        WRITERS, lambda desk, who, ref: split.split(desk, who, ref, last_letter_of(desk, ref)), follow_up
    ),
    "staff.add": UseCase(
        ADMINISTRATORS,
        lambda desk, who, ref: staff.add(
            desk, who, login="nueva", name="Nueva", email="n@example.pe", role=Role.CONSULTANT
        ),
    ),
    "staff.enable": UseCase(
        ADMINISTRATORS,
        lambda desk, who, ref: staff.enable(desk, who, "luz"),
        lambda desk, ref: member(desk, login="luz"),
    ),
    "staff.disable": UseCase(
        ADMINISTRATORS,
        lambda desk, who, ref: staff.disable(desk, who, "luz"),
        lambda desk, ref: member(desk, login="luz"),
    ),
}
READING_ONLY = {
    *("compose_reply.from_template", "compose_reply.preview", "presence.answering"),
    *("remedy.check_closing", "remedy.preview"),
}
"""These are told who looks, and write nothing."""


def acting() -> set[str]:
    """Return every public function of the use cases that is told who acts."""
    found = set()
    for module in pkgutil.iter_modules(casework.__path__):
        loaded = importlib.import_module(f"casework.{module.name}")
        for name, function in inspect.getmembers(loaded, inspect.isfunction):
            takes = list(inspect.signature(function).parameters)[:2]
            if function.__module__ == loaded.__name__ and not name.startswith("_") and takes == ["desk", "actor"]:
                found.add(f"{module.name}.{name}")
    return found


def test_every_use_case_is_tried_here() -> None:
    assert acting() - READING_ONLY == set(USE_CASES)


@pytest.mark.parametrize("name", USE_CASES)
def test_who_may(sqlite_store: Store, name: str) -> None:
    use_case = USE_CASES[name]
    for role in use_case.roles:
        clock = Clock()
        desk = build(sqlite_store, clock)
        ref = open_ticket(desk)
        use_case.ready(desk, ref)
        use_case.do(desk, member(desk, role), ref)
        forget(desk)


@pytest.mark.parametrize("name", USE_CASES)
def test_who_may_not(sqlite_store: Store, name: str) -> None:
    use_case = USE_CASES[name]
    desk = build(sqlite_store, Clock())
    ref = open_ticket(desk)
    use_case.ready(desk, ref)
    actors = [*(member(desk, role) for role in Role if role not in use_case.roles), SERVICE]
    before = state_of(desk, ref)
    for actor in actors:
        with pytest.raises(NotAllowed, match="esto necesita"):
            use_case.do(desk, actor, ref)
    assert state_of(desk, ref) == before, "whoever may not has changed nothing"


def state_of(desk: Desk, ref: str) -> object:
    with desk.store.read() as session:
        found = ticket(desk, ref)
        entries = len(journal.entries_of(session, found.id or 0)) + len(journal.entries_of(session, journal.DESK))
        return found.model_dump(), outgoing.count_by_state(session), outgoing.held(session), entries


def forget(desk: Desk) -> None:
    """Undo what one role did that stands in the way of the next."""
    from sqlalchemy import text

    with desk.store.write() as session:
        session.execute(text("DELETE FROM staff WHERE login = 'nueva'"))
        session.execute(text("DELETE FROM calendar_rows"))


def test_a_consultant_gives_back_only_what_is_in_their_hands(sqlite_store: Store) -> None:
    desk = build(sqlite_store, Clock())
    ref, luz, rosa = open_ticket(desk), member(desk, login="luz"), member(desk, login="rosa")
    assert not assign.release(desk, luz, ref), "nobody had it"
    assign.take(desk, rosa, ref)
    with pytest.raises(assign.CannotAssign):
        assign.release(desk, luz, ref)
    assert assign.release(desk, rosa, ref)
