"""The proof of the whole record: chains, seals, and published figures that come out of the journal again."""

import json
import re
from dataclasses import replace
from datetime import date, timedelta

import pytest

from calendar_pe.clock import at_lima
from casework import publication
from casework.desk import Desk
from oversight.digest import compose_digest
from oversight.proof import Proof, clean_seal, prove, sentence
from oversight.report import prepare
from oversight.targets import ReportSettings
from tests.desks import Clock, member, open_ticket, settle_promises, ticket
from tests.november import Reader, november
from tickets import journal, reports
from tickets.hashes import seal_hash
from tickets.states import Role
from tickets.tables import JournalEntry

SETTINGS = ReportSettings(carta_version="5")


@pytest.fixture
def desk(desk: Desk) -> Desk:
    return replace(desk, classifier=Reader)


def frozen_november(desk: Desk, clock: Clock) -> None:
    """A month of letters, frozen in December."""
    november(desk, clock)
    clock.now = at_lima(date(2026, 12, 10), 9)
    boss = member(desk, Role.SUPERVISOR)
    prepare(desk, lambda: boss, "2026-11", SETTINGS)


def behind_its_back(desk: Desk, statement: str) -> None:
    with desk.store.write() as session:
        session.connection().exec_driver_sql(statement)


def said(proof: Proof) -> list[str]:
    return [sentence(one) for one in proof.findings]


def test_a_sound_record(desk: Desk, clock: Clock) -> None:
    frozen_november(desk, clock)
    with desk.store.write() as session:
        assert compose_digest(desk, session, clock.now) is not None
        sealed = journal.seal(session, sealed_on=date(2026, 12, 10), now=clock.now)
    proof = prove(desk, sealed.hash[:12])
    assert said(proof) == []
    assert proof.reports == 1
    assert proof.seal is not None
    assert (proof.seal.hash, proof.seal.entries) == (sealed.hash, sealed.entries)
    assert proof.document()["sound"] is True
    json.dumps(proof.document())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("UPDATE reports SET sha256 = 'x'", "su huella en el diario es otra"),
        ("UPDATE reports SET published_on = '2026-12-01'", "otra fecha de publicación"),
        ("DELETE FROM reports", "ya no está guardada"),
        ("UPDATE reports SET version = 2", "nadie la cerró"),
    ],
)
def test_a_report_changed_by_hand(desk: Desk, clock: Clock, change: str, said: str) -> None:
    frozen_november(desk, clock)
    behind_its_back(desk, change)
    found = prove(desk).findings
    assert {(one.kind, one.where) for one in found} == {("figure", "indicadores de 2026-11")}
    assert any(said in one.what for one in found)
    assert prove(desk, figures=False).findings == ()


@pytest.mark.parametrize("reason", ["", "una consulta estaba en otra LÍNEA", "otro"])
def test_the_reason_of_a_correction_changed_by_hand(desk: Desk, clock: Clock, reason: str) -> None:
    """It stands on the public page beside the new figures."""
    frozen_november(desk, clock)
    boss = member(desk, Role.SUPERVISOR)
    prepare(desk, lambda: boss, "2026-11", SETTINGS, erratum="una consulta estaba en otra línea")
    assert said(prove(desk)) == []
    behind_its_back(desk, f"UPDATE reports SET erratum = '{reason}' WHERE version = 2")
    behind_its_back(desk, "UPDATE reports SET erratum = 'x' WHERE version = 1")
    assert said(prove(desk)) == [
        f"indicadores de 2026-11: la versión {number} da otro motivo de su corrección que el que se registró"
        for number in (1, 2)
    ]


def test_a_journal_that_cannot_be_read_is_not_blamed_on_the_figures(desk: Desk, clock: Clock) -> None:
    frozen_november(desk, clock)
    number = ticket(desk, "SOM-2026-000002").id
    behind_its_back(desk, f"UPDATE journal SET facts = '[]' WHERE chain = {number} AND event = 'promised'")
    assert any("la versión 1 no se puede volver a calcular: en el diario" in one for one in said(prove(desk)))


@pytest.mark.parametrize("forged", ['"cells": [987, ', '"cells": [987, 987, 987, 987, 987, 987, 987, '])
def test_a_figure_changed_with_its_fingerprint(desk: Desk, clock: Clock, forged: str) -> None:
    """Figures, fingerprint and journal entry made again to fit: the month itself says otherwise."""
    frozen_november(desk, clock)
    with desk.store.write() as session:
        [kept] = reports.of_month(session, "2026-11")
        kept.figures = json.loads(re.sub(r'"cells": \[[^,]+, ', forged, json.dumps(kept.figures), count=1))
        kept.sha256 = publication.fingerprint(kept.figures)
        entry = next(one for one in journal.entries_of(session, journal.DESK) if one.event == "report_frozen")
        entry.facts = {**entry.facts, "sha256": kept.sha256}
    assert {one.kind for one in prove(desk).findings} == {"edited", "figure"}


def test_a_published_month(desk: Desk, clock: Clock) -> None:
    frozen_november(desk, clock)
    publication.publish(desk, member(desk, Role.SUPERVISOR), "2026-11")
    assert said(prove(desk)) == []
    clock.now = at_lima(date(2026, 12, 11), 9)
    boss = member(desk, Role.SUPERVISOR)
    prepare(desk, lambda: boss, "2026-11", SETTINGS, erratum="una consulta estaba en otra línea")
    proof = prove(desk)
    assert (said(proof), proof.reports) == ([], 2)


def test_a_history_in_which_the_figure_no_longer_is(desk: Desk, clock: Clock) -> None:
    frozen_november(desk, clock)
    number = ticket(desk, "SOM-2026-000002").id
    behind_its_back(desk, f"DELETE FROM journal WHERE chain = {number} AND event = 'promise_kept'")
    kinds = {one.kind for one in prove(desk).findings}
    assert "figure" in kinds, "the chain's last entry is gone: the figure shows it"


def test_faults_name_the_case_by_its_reference(desk: Desk, clock: Clock) -> None:
    ref = open_ticket(desk)
    settle_promises(desk, ref)
    number = ticket(desk, ref).id
    behind_its_back(desk, f"UPDATE journal SET actor = 'x' WHERE chain = {number} AND seq = 2")
    [first, *_] = said(prove(desk))
    assert first == f"{ref} (cadena {number}), asiento 2: editado: fue cambiado después de escribirse"
    behind_its_back(desk, "INSERT INTO journal (chain, seq, at, actor, event, facts, prev_hash, hash) "
                    "VALUES (0, 7, '2026-11-23', 'x', 'x', '{}', '', '')")  # fmt: skip
    assert any(one.startswith("la mesa (cadena 0), asiento 7: insertado") for one in said(prove(desk)))


def test_a_seal_that_this_journal_never_had(desk: Desk, clock: Clock) -> None:
    november(desk, clock)
    [found] = prove(desk, "0" * 64).findings
    assert found.kind == "rewritten"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("DELETE FROM seals WHERE sealed_on = '2026-12-11'", "sellos: sello: falta el sello del 11/12/2026"),
        ("DELETE FROM seals WHERE sealed_on = '2026-12-10'", "no sigue al sello anterior, que fue cambiado o borrado"),
        ("UPDATE seals SET sealed_on = '2026-12-12' WHERE sealed_on = '2026-12-11'", "sellos: sello: el sello del"),
        ("UPDATE seals SET hash = prev_hash WHERE sealed_on = '2026-12-11'", "el sello del 11/12/2026 no concuerda"),
        ("UPDATE seals SET entries = 3 WHERE sealed_on = '2026-12-11'", "el sello del 11/12/2026 no concuerda"),
    ],
)
def test_a_seal_gone_or_changed(desk: Desk, clock: Clock, change: str, sentence: str) -> None:
    november(desk, clock)
    for day in (10, 11):
        with desk.store.write() as session:
            journal.seal(session, sealed_on=date(2026, 12, day), now=at_lima(date(2026, 12, day), 9))
    assert said(prove(desk)) == []
    behind_its_back(desk, change)
    found = said(prove(desk))
    assert any(sentence in one for one in found), found


def test_all_seals_gone(desk: Desk, clock: Clock) -> None:
    november(desk, clock)
    for day in (10, 11):
        with desk.store.write() as session:
            journal.seal(session, sealed_on=date(2026, 12, day), now=at_lima(date(2026, 12, day), 9))
    behind_its_back(desk, "DELETE FROM seals")
    assert [one[:45] for one in said(prove(desk))] == [
        "sellos: sello: falta el sello del 10/12/2026 ",
        "sellos: sello: falta el sello del 11/12/2026 ",
    ]


def test_a_seal_made_up(desk: Desk, clock: Clock) -> None:
    """The last seal replaced by another that fits the journal: it is not the one that was noted."""
    november(desk, clock)
    with desk.store.write() as session:
        sealed = journal.seal(session, sealed_on=date(2026, 12, 10), now=at_lima(date(2026, 12, 10), 9))
        later_at = sealed.sealed_at + timedelta(hours=1)
        rows = session.query(JournalEntry).filter(JournalEntry.id <= sealed.last_entry_id).order_by(JournalEntry.id)
        sealed.hash = seal_hash("", sealed.sealed_on, later_at, [(one.id, one.hash) for one in rows])
        sealed.sealed_at = later_at
    assert said(prove(desk)) == ["sellos: sello: el sello del 10/12/2026 es otro que el que se anotó al hacerlo"]


def test_a_seal_as_people_copy_it() -> None:
    assert clean_seal(" 3F9C 0d5e\n7a1b ") == "3f9c0d5e7a1b"
    assert clean_seal("3f9c0d5") is None
    assert clean_seal("no es un sello") is None
    assert clean_seal("0" * 65) is None


@pytest.mark.parametrize("facts", ["{}", "[]", "null", '{"month": "2026-11", "version": "x"}'])
@pytest.mark.parametrize("event", ["report_frozen", "report_published"])
def test_nonsense_about_a_report_is_told_of_beside_every_other_finding(
    desk: Desk, clock: Clock, facts: str, event: str
) -> None:
    frozen_november(desk, clock)
    behind_its_back(desk, f"UPDATE journal SET event = '{event}', facts = '{facts}' WHERE event = 'report_frozen'")
    found = said(prove(desk))
    assert any("fue cambiado" in one for one in found), found
    assert any("indicadores de 2026-11" in one for one in found), found
