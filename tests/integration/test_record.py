"""Rows changed, made up or taken away by hand in any table that the journal tells of: each is found and named."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlmodel import SQLModel

from calendar_pe import Effect, Row, Scope
from calendar_pe.clock import at_lima
from casework import publication, recalendar, remedy, survey
from casework.answer import answer, undo
from casework.assign import assign, take
from casework.classify import Judgement, judge
from casework.close import close, reopen
from casework.commitments import check_months
from casework.deliver import settle
from casework.desk import Desk
from casework.merge import merge
from casework.note import note
from casework.receive import keep, process
from casework.split import split
from casework.sweep import sweep
from oversight.proof import prove, sentence
from tests.arriving import arrive
from tests.databases import sqlite_database
from tests.desks import Clock, build, member, promises, ticket, words
from tests.months import MONDAY, october, respond
from tickets import cases, intake, joining, outgoing
from tickets.intake import Arrival
from tickets.states import OutboxState, Role
from tickets.store import Store, open_store


def everything(store: Store, clock: Clock) -> Desk:
    """A desk at which everything has happened once: cases 1 to 30 are October's, 28 to 30 late or never answered."""
    desk = october(build(store, clock, survey=True, automatic_per_address=99), clock)
    rosa, boss = member(desk), member(desk, Role.SUPERVISOR)
    clock.now = at_lima(date(2026, 10, 12), 10)
    sweep(desk)
    row = next(one.id for one in remedy.forms(desk) if one.answered_at is not None)
    written = remedy.Amends(
        cause="sistema", cause_text="Cayó la red.", corrective="Se respondió.", preventive="Otra red.", responsible="J"
    )
    remedy.edit(desk, boss, row, written)
    remedy.apologise(desk, boss, row)
    remedy.take_back(desk, boss, row)
    remedy.apologise(desk, boss, row)
    with desk.store.write() as session:  # no courier works here: the apology leaves by a person's word
        [leaving] = [one for one in outgoing.listing(session) if one.kind == "apology" and one.state == "waiting"]
        leaving.state, leaving.attempted_at = OutboxState.UNCERTAIN, clock.now
    settle(desk, boss, leaving.id or 0, sent=True)
    remedy.close(desk, boss, row)
    judge(desk, rosa, "SOM-2026-000030", Judgement(line=1, kind="reclamo"))
    close(desk, rosa, "SOM-2026-000001", "oriented")
    reopen(desk, rosa, "SOM-2026-000001")
    close(desk, rosa, "SOM-2026-000002", "no_reply")
    take(desk, rosa, "SOM-2026-000003")
    assign(desk, boss, "SOM-2026-000003", "supervisor")
    note(desk, rosa, "SOM-2026-000004", "Llamó también.")
    undo(desk, rosa, answer(desk, rosa, "SOM-2026-000030", words()).outgoing_id)
    subject = f"Encuesta {survey.token(desk.signer, 'SOM-2026-000005')} 5"
    raw = f"From: x@example.org\r\nMessage-ID: <e@example.org>\r\nSubject: {subject}\r\n\r\n".encode()
    respond(desk, clock, [], at=at_lima(date(2026, 10, 14), 10))
    keep(desk, [Arrival(mailbox="s", uidvalidity=1, uid=1, body=raw, size=len(raw), arrived_at=clock.now)])
    process(desk)
    _joined_and_parted(desk, clock)
    check_months(desk, at_lima(date(2026, 12, 1), 9))
    day = Row(
        date=date(2026, 12, 24),
        scope=Scope.PUBLIC_SECTOR,
        effect=Effect.NONWORKING,
        name="x",
        legal_basis="DS 999-2026-PCM",
    )
    recalendar.add(desk, boss, day)
    publication.write_note(desk, boss, "2026-10", "Faltó personal.")
    assert [sentence(one) for one in prove(desk).findings] == []
    return desk


def _joined_and_parted(desk: Desk, clock: Clock) -> None:
    """Case 31 with a later letter that becomes case 32; cases 33 and 34 made one."""
    rosa = member(desk)
    first = arrive(desk, "1 consulta es yo CL").reference
    clock.forward(hours=1)
    arrive(desk, "2 consulta es otro IT", answers=f"<carta.{_last(desk)}@example.org>")
    with desk.store.read() as session:
        later = joining.letters(session, ticket(desk, first).id or 0)[1].id or 0
    split(desk, rosa, first, later)
    one = arrive(desk, "3 consulta es yo AR", sender="dos@example.org").reference
    other = arrive(desk, "3 consulta es yo ES", sender="dos@example.org", subject="Otra").reference
    take(desk, rosa, other)
    merge(desk, rosa, other, one)
    respond(desk, clock, [one], at=clock.now + timedelta(minutes=5))


def _last(desk: Desk) -> int:
    with desk.store.read() as session:
        return intake.last_id(session)


def test_what_the_use_cases_leave_is_what_the_journal_tells(store: Store, clock: Clock) -> None:
    desk = everything(store, clock)
    assert ticket(desk, "SOM-2026-000034").outcome == "merged"
    assert ticket(desk, "SOM-2026-000032").state == "new"


@pytest.fixture(scope="module")
def made(sqlite_template: Path) -> Iterator[Path]:
    """The database in which everything has happened, made once."""
    with sqlite_database(sqlite_template) as url:
        store = open_store(url, now=MONDAY)
        everything(store, Clock())
        store.close()
        yield Path(url.removeprefix("sqlite:///"))


@pytest.fixture
def said(made: Path, tmp_path: Path) -> Callable[..., list[str]]:
    """Runs statements in a copy, behind the service's back; returns what the proof says of it."""

    def run(*statements: str) -> list[str]:
        shutil.copy(made, tmp_path / "som.db")
        with closing(sqlite3.connect(tmp_path / "som.db")) as by_hand, by_hand:  # which heeds no foreign keys
            for statement in statements:
                assert by_hand.execute(statement).rowcount == 1, statement
        store = open_store(f"sqlite:///{tmp_path}/som.db", now=MONDAY)
        found = [sentence(one) for one in prove(build(store, Clock(at_lima(date(2026, 12, 1), 9)))).findings]
        store.close()
        return found

    return run


CHANGED = [
    (
        "tickets SET state = 'closed' WHERE id = 30",
        "SOM-2026-000030: otra tabla: el caso, estado: su fila dice «closed»",
    ),
    (
        "tickets SET line = 5 WHERE id = 7",
        "SOM-2026-000007: otra tabla: el caso, línea: su fila dice «5» y el diario «1»",
    ),
    ("tickets SET kind = 'consulta' WHERE id = 30", "su fila dice «consulta» y el diario «reclamo»"),
    ("tickets SET countries = 'VE' WHERE id = 2", "el caso, países: su fila dice «VE» y el diario «CL»"),
    ("tickets SET office = 'Tacna' WHERE id = 2", "el caso, oficina"),
    ("tickets SET outcome = 'oriented' WHERE id = 2", "su fila dice «oriented» y el diario «no_reply»"),
    ("tickets SET assignee_id = 1 WHERE id = 3", "el caso, responsable: su fila dice «1» y el diario «2»"),
    ("tickets SET opened_at = '2026-10-06 10:00:00' WHERE id = 3", "SOM-2026-000003: otra tabla: el caso, llegada"),
    ("tickets SET requester_address = 'otra@example.org' WHERE id = 3", "no es la que escribió la carta"),
    ("promises SET state = 'kept', broken_at = NULL WHERE id = 30", "la promesa 30, estado: su fila dice «kept»"),
    ("promises SET due_at = '2026-10-09 22:00:00' WHERE id = 4", "la promesa 4, plazo"),
    ("promises SET received_at = 'ayer' WHERE id = 4", "la promesa 4, llegada: su fila dice «ayer»"),
    ("promises SET answered_at = '2026-10-06 18:00:00' WHERE id = 28", "la promesa 28, respuesta"),
    ("promises SET kind = 'reclamo' WHERE id = 4", "la promesa 4, tipo: su fila dice «reclamo» y el diario «consulta»"),
    ("promises SET ticket_id = 5 WHERE id = 4", "SOM-2026-000004: otra tabla: la promesa 4 está en el diario y ya no"),
    ("remediation SET preventive = 'Nada.' WHERE state = 'closed'", "lo escrito no es lo que se registró"),
    ("messages SET text = 'No.' WHERE kind = 'apology'", "la disculpa (mensaje"),
    ("remediation SET state = 'open' WHERE state = 'closed'", "estado: su fila dice «open» y el diario «closed»"),
    ("remediation SET cause = 'otro' WHERE id = 1", "la medida de subsanación 1"),
    ("remediation SET apology_outgoing_id = NULL WHERE state = 'closed'", "envío de la disculpa: su fila dice «nada»"),
    (
        "remediation SET broken_at = '2026-11-09' WHERE commitment = 'publicacion' AND month = '2026-10'",
        "incumplimiento",
    ),
    ("messages SET kind = 'survey' WHERE id = 1", "la carta (entrada 1) está en el diario y su mensaje no está"),
    (
        "outbox SET state = 'waiting' WHERE id = (SELECT min(id) FROM outbox WHERE kind = 'answer')",
        "según el diario, salió",
    ),
    ("messages SET ticket_id = 2 WHERE id = 1", "la carta (mensaje 1) es de otro caso, según el diario"),
    ("messages SET ticket_id = 1 WHERE kind = 'note'", "es de otro caso, según el diario"),
    (
        "messages SET ticket_id = 9 WHERE id = (SELECT min(id) FROM messages WHERE kind = 'answer')",
        "es de otro caso, según el diario",
    ),
    (
        "messages SET ticket_id = 31 WHERE ticket_id = 32 AND intake_id IS NOT NULL",
        "es de otro caso, según el diario",
    ),
    (
        "outbox SET ticket_id = 9 WHERE id = (SELECT min(id) FROM outbox WHERE kind = 'answer')",
        "es de otro caso, según el diario",
    ),
    (
        "outbox SET sent_at = '2026-10-05 13:30:00' WHERE id = (SELECT min(id) FROM outbox WHERE kind = 'answer')",
        "salió en otro momento, según el diario",
    ),
    ("satisfaction_answers SET score = 1", "su fila dice «1» y el diario «5»"),
    ("attentions SET satisfaction = 5 WHERE id = 1", "la atención 1, satisfacción: su fila dice «5» y el diario «2»"),
    ("attentions SET channel = 'video' WHERE id = 2", "la atención 2, canal"),
    ("calendar_rows SET day = '2026-12-23'", "el día 2026-12-23 del calendario, día: su fila dice «2026-12-23»"),
    (
        "staff SET role = 'administrator' WHERE id = 1",
        "«administrator, con acceso» y el diario «consultant, con acceso»",
    ),
    ("staff SET active = 0 WHERE id = 1", "su fila dice «consultant, sin acceso»"),
    ("settings SET value = 'Sobró.' WHERE name LIKE 'note:%'", "las notas de gestión «2026-10:Lima» no son las que"),
]


@pytest.mark.parametrize(("change", "sentence"), CHANGED)
def test_a_row_changed(said: Callable[..., list[str]], change: str, sentence: str) -> None:
    found = said(f"UPDATE {change}")
    assert any(sentence in one for one in found), found
    assert len(found) <= 2


@pytest.mark.parametrize(
    ("where", "sentence"),
    [
        ("promises WHERE id = 6", "SOM-2026-000006: otra tabla: la promesa 6 está en el diario y ya no en su caso"),
        ("remediation WHERE state = 'closed'", "está en el diario y fue borrada"),
        ("remediation WHERE promise_id = 30", "la promesa 30 se rompió y su medida de subsanación fue borrada"),
        ("remediation WHERE month = '2026-10' AND commitment = 'publicacion'", "de 2026-10 (publicacion) está en el"),
        ("messages WHERE kind = 'note'", "la nota (mensaje"),
        (
            "messages WHERE id = (SELECT min(id) FROM messages WHERE kind = 'answer')",
            "SOM-2026-000001: otra tabla: la resp",
        ),
        ("satisfaction_answers", "la respuesta a la encuesta"),
        ("attentions WHERE id = 3", "la mesa: otra tabla: la atención 3 está en el diario y fue borrada"),
        ("calendar_rows", "el día 2026-12-24 del calendario está en el diario y fue borrado"),
        ("staff WHERE id = 2", "la persona 2 del personal está en el diario y fue borrada"),
        (
            "settings WHERE name LIKE 'note:%'",
            "las notas de gestión «2026-10:Lima» están en el diario y fueron borradas",
        ),
        ("tickets WHERE id = 8", "el caso ya no está: su fila fue borrada"),
        ("outbox WHERE id = (SELECT min(id) FROM outbox WHERE kind = 'answer')", "su fila fue borrada"),
    ],
)
def test_a_row_taken_away(said: Callable[..., list[str]], where: str, sentence: str) -> None:
    found = said(f"DELETE FROM {where}")
    assert any(sentence in one for one in found), found


def copied(table: str, row: str, **other: object) -> str:
    """Return the statement that copies a row with some columns changed."""
    columns = {column.name: column.name for column in SQLModel.metadata.tables[table].columns} | {"id": "NULL"}
    values = columns | {name: repr(value) for name, value in other.items()}
    return f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values.values())} FROM {table} WHERE {row}"


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        (copied("promises", "id = 3"), "no está en el diario de este caso: fue insertada o movida"),
        (copied("messages", "id = 1", intake_id=9999), "la carta (mensaje"),
        (copied("remediation", "promise_id = 30", promise_id=1), "según el diario, no se rompió"),
        (
            copied("remediation", "month = '2026-10' AND commitment = 'publicacion'", month="2026-09"),
            "no está en el diario: fue insertada",
        ),
        (copied("calendar_rows", "id = 1", row_id="otro"), "el día 2026-12-24 del calendario no está en el diario"),
        (copied("staff", "id = 1", login="otra"), "la persona 3 del personal no está en el diario: fue insertada"),
        (copied("attentions", "id = 1"), "la atención 9 no está en el diario: fue insertada"),
    ],
)
def test_a_row_made_up(said: Callable[..., list[str]], statement: str, sentence: str) -> None:
    assert any(sentence in one for one in said(statement))


FIRST = "journal SET facts = '{}' WHERE id = (SELECT min(id) FROM journal WHERE event = '%s')"

NONSENSE = [
    (FIRST.replace("{}", '{"role":"x"}') % "staff_added", "fue cambiado"),
    (FIRST % "attention", "fue cambiado"),
    (FIRST % "remediation_edited", "fue cambiado"),
    (FIRST % "promised", "fue cambiado"),
    ("promises SET ticket_id = 'abc' WHERE id = 6", "la promesa 6 es de un caso del que no hay diario"),
    ("promises SET ticket_id = 9999 WHERE id = 6", "la promesa 6 es de un caso del que no hay diario"),
    ("remediation SET ticket_id = 'x', cause = 'otro' WHERE state = 'closed'", "lo escrito no es lo que se registró"),
    ("messages SET ticket_id = 'x' WHERE id = 1", "la carta (mensaje 1) es de otro caso"),
]


@pytest.mark.parametrize(("change", "sentence"), NONSENSE)
def test_nonsense_is_told_of_beside_every_other_finding(
    said: Callable[..., list[str]], change: str, sentence: str
) -> None:
    found = said("UPDATE tickets SET line = 5 WHERE id = 7", f"UPDATE {change}")
    assert any("SOM-2026-000007: otra tabla: el caso, línea" in one for one in found), found
    assert any(sentence in one for one in found), found


def test_an_answer_on_its_way_is_not_sent_to_somebody_else(store: Store, clock: Clock) -> None:
    desk = build(store, clock, acknowledge=False)
    number = answer(desk, member(desk), arrive(desk).reference, words()).outgoing_id
    assert [sentence(one) for one in prove(desk).findings] == []
    for change in ("recipients = '[\"otra@example.org\"]'", "to_address = 'otra@example.org'"):
        with store.write() as session:
            session.connection().exec_driver_sql(f"UPDATE outbox SET {change}")
        assert [sentence(one) for one in prove(desk).findings] == [
            f"SOM-2026-000001: otra tabla: el envío {number}: no lleva lo que se escribió, o va a otra persona",
            f"SOM-2026-000001: otra tabla: el envío {number}: no va a la dirección de la persona del caso",
        ]


def test_a_breach_taken_back_takes_its_amends_along(store: Store, clock: Clock) -> None:
    """An uncertain letter that a person confirms after the promise's end: broken meanwhile, and kept after all."""
    desk = build(store, clock, acknowledge=False)
    ref = arrive(desk).reference
    queued = answer(desk, member(desk), ref, words(), send_now=True)
    with store.write() as session:
        [sending] = outgoing.claim(session, now=clock.now, limit=1, owner="r", lease=timedelta(minutes=1))
        outgoing.begin(sending, now=clock.now, lease=timedelta(minutes=1))
        sending.state = OutboxState.UNCERTAIN
    clock.forward(days=3)
    assert sweep(desk).broken == 1
    assert [sentence(one) for one in prove(desk).findings] == []
    settle(desk, member(desk), queued.outgoing_id, sent=True)
    assert [one.state for one in promises(desk, ref)] == ["kept"]
    assert list(remedy.forms(desk)) == []
    assert [sentence(one) for one in prove(desk).findings] == []


def test_a_proof_sees_one_instant_of_a_desk_at_work(store: Store, clock: Clock) -> None:
    desk = build(store, clock)
    arrive(desk)
    with store.snapshot() as session:
        before = len(cases.recent(session, limit=9))
        arrive(desk, "Otra consulta.", sender="dos@example.org")
        session.expunge_all()
        assert len(cases.recent(session, limit=9)) == before
    with store.read() as session:
        assert len(cases.recent(session, limit=9)) == before + 1
