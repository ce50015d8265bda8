"""The closed lists of words are kept by the database itself, whoever writes to it."""

from datetime import date, timedelta

import pytest
from sqlalchemy import CheckConstraint, insert, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import SQLModel

from tests.desks import MONDAY, MONDAY_10, Clock, build, open_ticket, put_out
from tickets.rows import core
from tickets.states import (
    Direction,
    IntakeOutcome,
    IntakeState,
    MessageKind,
    OutboxState,
    OutgoingKind,
    PromiseState,
    RemediationState,
    Role,
    TicketState,
)
from tickets.store import Store
from tickets.tables import Intake, Message, Outgoing, Promise, Remediation, Staff, Ticket

COLUMNS = [
    (Ticket, "state", TicketState),
    (Message, "kind", MessageKind),
    (Message, "direction", Direction),
    (Promise, "state", PromiseState),
    (Outgoing, "state", OutboxState),
    (Outgoing, "kind", OutgoingKind),
    (Remediation, "state", RemediationState),
    (Staff, "role", Role),
    (Intake, "state", IntakeState),
    (Intake, "outcome", IntakeOutcome),
]


def fill(store: Store) -> None:
    """Put one row into every table of the list."""
    desk = build(store, Clock())
    put_out(desk, open_ticket(desk))
    arrived = {"sha256": "", "size": 0, "partial": False, "arrived_at": MONDAY_10, "kept_at": MONDAY_10, "attempts": 0}
    with store.write() as session:
        session.add(Staff(login="ana", name="Ana", email="ana@example.pe", role="auditor", created_at=MONDAY_10))
        session.add(Remediation(commitment="respuesta", opened_at=MONDAY_10, broken_at=MONDAY_10, ticket_id=1))
        session.execute(
            insert(core(Intake)).values(
                mailbox="som", uidvalidity=1, uid=1, state="received", last_error="", arrival_source="server", **arrived
            )
        )


@pytest.mark.parametrize(("table", "column", "words"), COLUMNS, ids=[f"{t.__name__}.{c}" for t, c, _ in COLUMNS])
def test_known_words_are_taken_and_others_refused(
    store: Store, table: type[SQLModel], column: str, words: list[str]
) -> None:
    fill(store)
    for word in words:
        with store.write() as session:
            assert session.execute(update(core(table)).values(**{column: word})).rowcount >= 1  # type: ignore[attr-defined]

    def write(word: str) -> None:
        with store.write() as session:
            session.execute(update(core(table)).values(**{column: word}))

    for word in ("", "no", str(next(iter(words))).upper()):
        with pytest.raises(IntegrityError):
            write(word)


def test_every_list_of_words_is_tried_here() -> None:
    kept = {
        (table.name, str(one.name).removesuffix("_words"))
        for table in SQLModel.metadata.sorted_tables
        for one in table.constraints
        if isinstance(one, CheckConstraint) and str(one.name).endswith("_words")
    }
    tried = {(core(table).name, column) for table, column, _ in COLUMNS}  # type: ignore[arg-type]
    assert kept - tried == {("remediation", "commitment"), ("attentions", "channel")}


def test_a_row_that_points_nowhere_is_refused(store: Store) -> None:
    def write() -> None:
        with store.write() as session:
            session.add(
                Promise(
                    ticket_id=999,
                    kind="consulta",
                    received_at=MONDAY_10,
                    clock_starts_on=MONDAY,
                    due_on=date(2026, 11, 24),
                    due_at=MONDAY_10 + timedelta(days=1),
                    legal_due_at=MONDAY_10,
                    target_at=MONDAY_10,
                    last_second_at=MONDAY_10,
                    reading="deemed-receipt",
                    calendar_version="",
                    trace=[],
                )
            )

    with pytest.raises(IntegrityError):
        write()
