"""Letters that the service writes by itself: word of a suggestion or complaint, and how many one address may get."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from calendar_pe.clock import words as instant_words
from casework import answer
from casework.answer import CannotAnswer
from casework.classify import Judgement, judge
from casework.desk import Actor, Desk
from casework.receive import keep, process
from casework.remedy import Amends, CannotRemedy, apologise, close, edit, find, preview, take_back
from casework.sweep import sweep
from console.sight import see
from service.settings import load
from service.wiring import opened_desk
from sla.remediation import Cause
from tests.acceptance.first_letter import QUESTION, letter
from tests.arriving import answered
from tests.desks import (
    CITIZEN,
    MONDAY_10,
    Clock,
    Judge,
    build,
    faults,
    member,
    open_ticket,
    promises,
    settle_promises,
    ticket,
)
from tickets import cases, outgoing
from tickets.intake import Arrival
from tickets.states import OutboxState, Role
from tickets.store import Store
from tickets.tables import Outgoing
from triage import Text, Verdict


def say(desk: Desk, ref: str, kind: str) -> None:
    judge(desk, member(desk), ref, Judgement(kind=kind))


def letters(desk: Desk) -> list[Outgoing]:
    with desk.store.read() as session:
        return outgoing.listing(session)


def text(one: Outgoing) -> str:
    message = message_from_bytes(one.payload, policy=default)
    return f"{message['Subject']}\n{message.get_body(('plain',)).get_content()}"  # type: ignore[union-attr]


class TestWordOfAKind:
    @pytest.mark.parametrize(
        ("kind", "says"), [("sugerencia", "Recibimos su sugerencia"), ("reclamo", "Libro de Reclamaciones")]
    )
    def test_tells_the_new_term_once_a_person_has_confirmed_it(self, desk: Desk, kind: str, says: str) -> None:
        ref = open_ticket(desk)
        say(desk, ref, kind)
        [one] = letters(desk)
        promise = promises(desk, ref)[-1]
        assert (one.to_address, one.envelope_from, one.state) == (CITIZEN, "", "waiting")
        assert says in text(one)
        assert instant_words(promise.due_at).replace("\xa0", " ") in text(one).replace("\xa0", " ")
        assert desk.signer.tag(ref) in text(one)
        assert promise.told_due_at == promise.due_at, "a decree may not shorten it any more"
        with desk.store.read() as session:
            shown = cases.conversation(session, cases.find(session, ref).id or 0)[-1]
        assert shown.outgoing_id == one.id
        assert faults(desk.store) == []

    def test_only_once_whatever_people_say_afterwards(self, desk: Desk) -> None:
        ref = open_ticket(desk)
        for kind in ("reclamo", "consulta", "reclamo", "reclamo"):
            say(desk, ref, kind)
        assert len(letters(desk)) == 1

    def test_when_the_model_had_guessed_it_and_a_person_confirms(self, desk: Desk) -> None:
        ref = open_ticket(desk, kind="reclamo")
        judge(desk, member(desk), ref, Judgement(line=3))
        assert letters(desk) == [], "a line confirmed is no kind confirmed"
        judge(desk, member(desk), ref, Judgement())
        assert len(letters(desk)) == 1

    @pytest.mark.parametrize("case", [{"risk": True}, {"address": ""}], ids=["somebody may read it", "no address"])
    def test_not_where_it_cannot_or_must_not_be_told(self, desk: Desk, case: dict[str, object]) -> None:
        ref = open_ticket(desk, **case)  # type: ignore[arg-type]
        say(desk, ref, "reclamo")
        assert letters(desk) == []

    def test_not_when_it_has_been_answered(self, desk: Desk) -> None:
        ref = open_ticket(desk)
        settle_promises(desk, ref)
        before = len(letters(desk))
        say(desk, ref, "reclamo")
        assert len(letters(desk)) == before

    @pytest.mark.parametrize("kind", ["consulta", "agradecimiento", "ajeno"])
    def test_no_word_of_other_kinds(self, desk: Desk, kind: str) -> None:
        say(desk, open_ticket(desk), kind)
        assert letters(desk) == []


class TestCap:
    def test_what_is_too_much_for_a_day_leaves_the_next(self, store: Store, clock: Clock) -> None:
        desk = build(store, clock, automatic_per_address=2)
        for _ in range(4):
            say(desk, open_ticket(desk), "reclamo")
            clock.forward(hours=1)
        leaves = [one.next_attempt_at - MONDAY_10 for one in letters(desk)]
        assert leaves == [timedelta(), timedelta(hours=1), timedelta(hours=24), timedelta(hours=25)]

    def test_another_address_has_its_own(self, store: Store, clock: Clock) -> None:
        desk = build(store, clock, automatic_per_address=1)
        for address in (CITIZEN, "luz@example.org"):
            say(desk, open_ticket(desk, address=address), "reclamo")
        assert {one.next_attempt_at for one in letters(desk)} == {clock.now}

    def test_what_was_taken_out_does_not_count(self, store: Store, clock: Clock) -> None:
        desk = build(store, clock, automatic_per_address=1)
        say(desk, open_ticket(desk), "reclamo")
        with desk.store.write() as session:
            session.get_one(Outgoing, 1).state = OutboxState.REFUSED
        say(desk, open_ticket(desk), "reclamo")
        assert letters(desk)[1].next_attempt_at == clock.now

    @pytest.mark.parametrize(("most", "acknowledged"), [(1, 1), (2, 2), (5, 3)])
    def test_is_a_setting_and_holds_for_acknowledgements(self, tmp_path: Path, most: int, acknowledged: int) -> None:
        (tmp_path / "config.toml").write_text(
            '[smtp]\nfrom_address = "orientacionmigrante@trabajo.gob.pe"\n[data]\ndir = "."\n'
            "[acknowledgement]\nper_sender_per_day = 9\n[clock]\nsimulated = true\n"
            f"[outbox]\nper_address_per_day = {most}\n"
        )
        with opened_desk(load(tmp_path / "config.toml"), now=MONDAY_10) as desk:
            for number in range(3):
                raw = letter(f"consulta {number}", QUESTION, message_id=f"<{number}@example.com>")
                copy = Arrival(
                    mailbox="m", uidvalidity=1, uid=number + 1, body=raw, size=len(raw), arrived_at=MONDAY_10
                )
                keep(desk, [copy])
            process(desk)
            assert len(letters(desk)) == acknowledged

    def test_the_first_acknowledgement_of_a_day_is_never_left_out(self, store: Store, clock: Clock) -> None:
        desk = build(store, clock, automatic_per_address=1)
        with desk.store.write() as session:
            session.add(sent_before(desk, "rosa1@example.com"))
        take_in(desk, 1, "Pensión", "Viví en Chile, ¿me sirven mis aportes?")
        assert [one.kind for one in letters(desk)] == ["survey", "acknowledgement"]


def sent_before(desk: Desk, address: str) -> Outgoing:
    """Return a survey that the address has had today."""
    return Outgoing(
        kind="survey", dedupe_key="survey:0", message_id="<0@example.pe>", state=OutboxState.SENT, to_address=address,
        recipients=[address], payload=b"", created_at=desk.clock(), next_attempt_at=desk.clock(),
    )  # fmt: skip


def test_the_survey_is_a_setting(tmp_path: Path) -> None:
    def asked(extra: str) -> tuple[bool, int]:
        (tmp_path / "config.toml").write_text(
            f'[smtp]\nfrom_address = "som@example.pe"\n[data]\ndir = "."\n[clock]\nsimulated = true\n{extra}'
        )
        with opened_desk(load(tmp_path / "config.toml"), now=MONDAY_10) as desk:
            return desk.settings.survey, desk.settings.survey_delay_days

    assert asked("") == (False, 2)
    assert asked("[survey]\nenabled = true\ndelay_days = 7\n") == (True, 7)


class Alarmed(Judge):
    """Sees signs of trafficking in every letter."""

    def judge(self, texts: Sequence[Text]) -> list[Verdict]:
        return [replace(one, trafficking_risk=True) for one in super().judge(texts)]


def take_in(desk: Desk, number: int, subject: str, text: str) -> None:
    raw = letter(subject, text, address=f"rosa{number}@example.com", message_id=f"<{number}@example.com>")
    raw = raw.replace(b"orientacionmigrante@trabajo.gob.pe", b"som@example.pe")
    keep(desk, [Arrival(mailbox="m", uidvalidity=1, uid=number, body=raw, size=len(raw), arrived_at=MONDAY_10)])
    process(desk)


class TestAcknowledgement:
    def test_says_the_same_to_everybody(self, desk: Desk) -> None:
        """Whoever reads it over the writer's shoulder learns neither what was written nor what we think of it."""
        take_in(desk, 1, "Pensión", "Viví en Chile, ¿me sirven mis aportes?")
        take_in(replace(desk, classifier=Alarmed), 2, "Auxilio", "Me quitaron el pasaporte y no me dejan salir")
        assert ticket(desk, "SOM-2026-000002").trafficking_risk
        calm, alarmed = (one for one in letters(desk) if one.kind == "acknowledgement")
        for part in ("plain", "html"):
            said = [
                body(one, part).replace(ref, "")
                for one, ref in ((calm, "SOM-2026-000001"), (alarmed, "SOM-2026-000002"))
            ]
            assert said[0] == said[1]
            assert "1818" in said[0]
        subjects = [str(message_from_bytes(one.payload, policy=default)["Subject"]) for one in (calm, alarmed)]
        assert {one.partition(" [")[0] for one in subjects} == {"Hemos recibido su consulta"}

    @pytest.mark.parametrize(("wanted", "acknowledged"), [("true", 1), ("false", 0)])
    def test_the_office_may_leave_it_to_a_person(self, tmp_path: Path, wanted: str, acknowledged: int) -> None:
        (tmp_path / "config.toml").write_text(
            '[smtp]\nfrom_address = "som@example.pe"\n[data]\ndir = "."\n'
            f"[clock]\nsimulated = true\n[danger]\nacknowledge = {wanted}\n"
        )
        with opened_desk(load(tmp_path / "config.toml"), now=MONDAY_10) as opened:
            take_in(replace(opened, classifier=Alarmed), 1, "Auxilio", "No me dejan salir")
            assert [one.kind for one in letters(opened)] == ["acknowledgement"] * acknowledged
            assert [one.state for one in promises(opened, "SOM-2026-000001")] == ["open"]

    def test_reads_as_well_in_html_and_fetches_nothing(self, desk: Desk) -> None:
        take_in(desk, 1, "Pensión", "Viví en Chile, ¿me sirven mis aportes?")
        [one] = letters(desk)
        page = body(one, "html")
        assert "<li>Si le quitaron sus documentos" in page
        assert "SOM-2026-000001" in page
        assert not re.search(r"<(?:img|link|script|style|iframe)|src=|url\(", page)


EXPLAINED = Amends(cause="carga", preventive="Dos turnos de revisión.")


def test_no_apology_of_its_own_where_somebody_may_read_it(desk: Desk, clock: Clock) -> None:
    open_ticket(desk, risk=True)
    open_ticket(desk)
    clock.forward(days=7)
    sweep(desk)
    boss = member(desk, Role.SUPERVISOR, "jefa")
    with pytest.raises(CannotRemedy, match="dentro de la respuesta"):
        apologise(desk, boss, 1)
    edit(desk, boss, 2, EXPLAINED)
    apologise(desk, boss, 2)
    assert [one.kind for one in letters(desk) if one.to_address == CITIZEN] == ["apology"]


def test_an_apology_is_neither_taken_back_as_an_answer_nor_written_where_none_is_due(desk: Desk, clock: Clock) -> None:
    reference = open_ticket(desk)
    open_ticket(desk)
    clock.forward(days=7)
    sweep(desk)
    boss = member(desk, Role.SUPERVISOR, "jefa")
    edit(desk, boss, 1, Amends(cause="otro", preventive="Dos personas revisan el correo cada tarde."))
    apologise(desk, boss, 1)
    [apology] = [one for one in letters(desk) if one.kind == "apology"]
    assert "que no se repita: Dos personas revisan" in body(apology, "plain")
    with pytest.raises(CannotAnswer, match="se retira desde su medida"):
        answer.undo(desk, boss, apology.id or 0)
    assert see(desk, boss, reference).pending is None, "it does not stand in the way of the answer"
    edit(desk, boss, 2, Amends(apology_due=False))
    with pytest.raises(CannotRemedy, match="no corresponde"):
        apologise(desk, boss, 2)


def owed_an_apology(desk: Desk, clock: Clock, filled: Amends, language: str = "es") -> Actor:
    reference = open_ticket(desk)
    with desk.store.write() as session:
        cases.find(session, reference).language = language
    clock.forward(days=7)
    sweep(desk)
    boss = member(desk, Role.SUPERVISOR, "jefa")
    edit(desk, boss, 1, filled)
    return boss


INTERNAL = "Cayó en no deseados porque Luz no los revisa."


@pytest.mark.parametrize("language", ["es", "en", "pt"])
@pytest.mark.parametrize("cause", Cause)
def test_an_apology_explains_itself_in_words_meant_for_the_citizen(
    desk: Desk, clock: Clock, cause: Cause, language: str
) -> None:
    boss = owed_an_apology(desk, clock, Amends(cause=cause, cause_text=INTERNAL, preventive="Otra red."), language)
    seen = preview(desk, boss, 1)
    apologise(desk, boss, 1)
    [sent] = [one for one in letters(desk) if one.kind == "apology"]
    said = body(sent, "plain")
    assert "Luz" not in said
    assert "no deseados" not in said
    heading = {"es": "Qué pasó:", "en": "What happened:", "pt": "O que aconteceu:"}[language]
    assert (heading in said) == (cause is not Cause.OTRO)
    assert cause.label not in said, "the word of the register is no explanation"
    assert (seen.language, "Otra red." in said) == (language, language == "es")
    assert seen.text.split() == said.split()


def test_an_apology_waits_for_the_undo_window_and_may_be_taken_back(desk: Desk, clock: Clock) -> None:
    boss = owed_an_apology(desk, clock, EXPLAINED)
    leaves_at = apologise(desk, boss, 1)
    assert leaves_at == clock.now + desk.settings.undo
    [first] = [one for one in letters(desk) if one.kind == "apology"]
    assert first.next_attempt_at == leaves_at
    with desk.store.read() as session:
        message = cases.message_of_outgoing(session, first.id or 0)
        assert message is not None
        assert message.from_name == boss.name
    take_back(desk, boss, 1)
    with desk.store.read() as session:
        assert cases.message_of_outgoing(session, first.id or 0) is None
        assert outgoing.count_failed(session) == 0, "taken back is not failed"
    row = find(desk, 1)
    assert (row.apology_due, row.apology_message_id) == (True, "")
    with pytest.raises(CannotRemedy, match="no tiene una disculpa que retirar"):
        take_back(desk, boss, 1)
    apologise(desk, boss, 1)
    first, second = (one for one in letters(desk) if one.kind == "apology")
    assert (first.state, second.state) == (OutboxState.REFUSED, OutboxState.WAITING)
    assert find(desk, 1).apology_message_id == second.message_id


def test_an_apology_on_its_way_is_not_taken_back(desk: Desk, clock: Clock) -> None:
    boss = owed_an_apology(desk, clock, EXPLAINED)
    clock.now = apologise(desk, boss, 1)
    with desk.store.write() as session:
        assert outgoing.claim(session, now=clock.now, limit=9, owner="x", lease=timedelta(minutes=5))
    with pytest.raises(CannotRemedy, match="salió o está saliendo"):
        take_back(desk, boss, 1)


def test_a_measure_is_not_closed_before_its_apology_has_left(desk: Desk, clock: Clock) -> None:
    whole = replace(EXPLAINED, corrective="Se respondió.", responsible="Luz Paz")
    boss = owed_an_apology(desk, clock, whole)
    answered(desk, "SOM-2026-000001")
    apologise(desk, boss, 1)
    clock.forward(seconds=10)
    with pytest.raises(CannotRemedy, match=f"la disculpa sale en {desk.settings.undo.seconds - 10} segundos"):
        close(desk, boss, 1)
    take_back(desk, boss, 1)
    clock.now = apologise(desk, boss, 1)
    for state in (OutboxState.WAITING, OutboxState.SENDING, OutboxState.DEFERRED):
        with desk.store.write() as session:
            *_, leaving = [one for one in outgoing.listing(session) if one.kind == "apology"]
            leaving.state = state
        with pytest.raises(CannotRemedy, match="la disculpa todavía no ha salido"):
            close(desk, boss, 1)
    with desk.store.write() as session:
        *_, leaving = [one for one in outgoing.listing(session) if one.kind == "apology"]
        leaving.state, leaving.sent_at = OutboxState.SENT, clock.now
    close(desk, boss, 1)
    assert find(desk, 1).closed_at == clock.now


@pytest.mark.parametrize(
    ("filled", "lacking"),
    [
        (Amends(), "motivo, medida preventiva$"),
        (Amends(cause="carga"), "medida preventiva$"),
        (Amends(preventive="Dos turnos."), "motivo$"),
    ],
)
def test_an_apology_that_explains_nothing_is_not_written(
    desk: Desk, clock: Clock, filled: Amends, lacking: str
) -> None:
    boss = owed_an_apology(desk, clock, filled)
    for act in (preview, apologise):
        with pytest.raises(CannotRemedy, match=f"la medida 1 debe decir: {lacking}"):
            act(desk, boss, 1)
    assert "apology" not in [one.kind for one in letters(desk)]


@pytest.mark.parametrize(
    ("kind", "days", "language", "term", "owed"),
    [
        ("consulta", 7, "es", "cumplir: un día hábil.", "su consulta se atiende ahora"),
        ("sugerencia", 20, "es", "cumplir: 7 días hábiles.", "su sugerencia se atiende ahora"),
        ("reclamo", 60, "es", "cumplir: 30 días hábiles.", "su reclamo se atiende ahora"),
        ("sugerencia", 20, "en", "commit to: 7 working days.", "your suggestion is now"),
        ("reclamo", 60, "pt", "cumprir: 30 dias úteis.", "a sua reclamação está"),
    ],
)
def test_an_apology_names_what_was_written_and_its_term_and_promises_only_an_answer_that_is_owed(
    desk: Desk, clock: Clock, kind: str, days: int, language: str, term: str, owed: str
) -> None:
    reference = open_ticket(desk)
    say(desk, reference, kind)
    with desk.store.write() as session:
        cases.find(session, reference).language = language
    clock.forward(days=days)
    sweep(desk)
    boss = member(desk, Role.SUPERVISOR, "jefa")
    edit(desk, boss, 1, EXPLAINED)
    before = preview(desk, boss, 1).text
    assert (term in before, owed in before) == (True, True), before
    assert ("su consulta" in before) == (kind == "consulta")
    assert "Qué cambiamos para que no se repita: Dos turnos" in before or language != "es"
    answered(desk, reference)
    after = preview(desk, boss, 1).text
    assert (term in after, owed in after) == (True, False), after
    assert "\n\n\n" not in before + after


def body(one: Outgoing, part: str) -> str:
    found = message_from_bytes(one.payload, policy=default).get_body((part,))
    assert found is not None
    return str(found.get_content())
