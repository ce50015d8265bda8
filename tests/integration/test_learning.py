"""What the desk's people say of its letters: lessons for the judge, and a watch on how it does."""

import json
from datetime import datetime, timedelta

import pytest

from casework.classify import Judgement, judge
from casework.desk import Desk
from casework.learn import LEAST, drifting, examples, rises
from tests.desks import MONDAY_10, Clock, member, open_ticket, ticket
from tickets import rows
from tickets.drift import Share, drift
from tickets.tables import Verdict


def judged(desk: Desk, *, at: datetime, confident: bool = True, version: str = "m1", text: str = "") -> str:
    """Open a case as intake does, with the judge's verdict on it."""
    ref = open_ticket(desk, received_at=MONDAY_10, text=text or "Vivo en Iquique y quiero saber de mi pensión.")
    row = {
        "ticket_id": ticket(desk, ref).id, "at": at, "line": 2, "confidence": 0.9, "confident": confident,
        "enough": True, "kind": "consulta", "on_behalf": False, "trafficking_risk": False, "language": "es",
        "countries": ["CL"], "reasons": [], "model_version": version,
    }  # fmt: skip
    with desk.store.write() as session:
        rows.add_all(session, Verdict, [row])
    return ref


def say(desk: Desk, ref: str, **what: object) -> None:
    judge(desk, member(desk), ref, Judgement(**what))  # type: ignore[arg-type]


def lessons(desk: Desk) -> list[dict[str, object]]:
    with desk.store.read() as session:
        return list(examples(session))


class TestLessons:
    def test_a_correction_becomes_an_example_without_personal_data(self, desk: Desk) -> None:
        text = (
            "Soy Rosa Quispe, DNI 45678912, cel 999 000 123, vivo en Jr. Puno 45. Quiero trabajar en Chile.\n\n> hola"
        )
        ref = judged(desk, at=MONDAY_10, text=text)
        say(desk, ref, line=1)
        [lesson] = lessons(desk)
        written = json.dumps(lesson, ensure_ascii=False)
        for secret in ("Rosa", "Quispe", "45678912", "000 123", "Puno 45", "rosa@"):
            assert secret not in written
        assert "Quiero trabajar en Chile" in str(lesson["body"])
        assert lesson["line"] == 1

    def test_nobody_vouches_for_what_was_not_confirmed(self, desk: Desk) -> None:
        say(desk, judged(desk, at=MONDAY_10), line=1)
        [lesson] = lessons(desk)
        assert (lesson["kind"], lesson["on_behalf"], lesson["trafficking_risk"]) == (None, None, None)

    def test_a_full_confirmation_vouches_for_everything(self, desk: Desk) -> None:
        say(desk, judged(desk, at=MONDAY_10))
        [lesson] = lessons(desk)
        assert (lesson["line"], lesson["kind"], lesson["on_behalf"]) == (2, "consulta", False)

    def test_a_corrected_risk_is_a_label_of_its_own(self, desk: Desk) -> None:
        say(desk, judged(desk, at=MONDAY_10), trafficking_risk=True)
        [lesson] = lessons(desk)
        assert (lesson["line"], lesson["trafficking_risk"]) == (None, True)

    def test_the_last_word_counts_and_the_unjudged_teach_nothing(self, desk: Desk) -> None:
        ref = judged(desk, at=MONDAY_10)
        judged(desk, at=MONDAY_10)
        say(desk, ref, line=1)
        say(desk, ref, line=3)
        assert [lesson["line"] for lesson in lessons(desk)] == [3]

    def test_pages_follow_each_other(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("tickets.lessons.PAGE", 2)
        for line in (1, 3, 4, 5, 0):
            say(desk, judged(desk, at=MONDAY_10), line=line)
        assert [lesson["line"] for lesson in lessons(desk)] == [1, 3, 4, 5, 0]


class TestDrift:
    def test_shares_of_proposals_and_corrections_inside_the_period(self, desk: Desk, clock: Clock) -> None:
        early = MONDAY_10 - timedelta(days=1)
        judged(desk, at=early, confident=False)
        agreed, corrected = judged(desk, at=MONDAY_10), judged(desk, at=MONDAY_10, confident=False)
        judged(desk, at=MONDAY_10, version="")  # triage failed: no judgement at all
        say(desk, agreed)
        say(desk, corrected, line=5)
        with desk.store.read() as session:
            shares = drift(session, MONDAY_10, MONDAY_10 + timedelta(seconds=1))
            before = drift(session, early, MONDAY_10)
        assert shares.proposed == Share(count=1, of=2)
        assert shares.corrected == Share(count=1, of=2)
        assert (before.proposed, before.corrected.of) == (Share(count=1, of=1), 0)

    def test_taking_a_correction_back_is_no_correction(self, desk: Desk) -> None:
        ref = judged(desk, at=MONDAY_10)
        say(desk, ref, line=5)
        say(desk, ref, line=2)
        with desk.store.read() as session:
            assert drift(session, MONDAY_10, MONDAY_10 + timedelta(days=1)).corrected == Share(count=0, of=1)

    def test_too_little_to_tell(self, desk: Desk) -> None:
        judged(desk, at=MONDAY_10)
        with desk.store.read() as session:
            assert drifting(desk, session, MONDAY_10 + timedelta(days=1)) is None

    @pytest.mark.parametrize(("wrong", "alarmed"), [(2, False), (25, True)])
    def test_the_alarm_goes_off_when_people_correct_more_than_usual(
        self, desk: Desk, wrong: int, alarmed: bool
    ) -> None:
        for number in range(LEAST):
            ref = judged(desk, at=MONDAY_10)
            say(desk, ref, line=5 if number < wrong else 2)
        with desk.store.read() as session:
            seen = drifting(desk, session, MONDAY_10 + timedelta(days=1))
        assert seen is not None
        assert bool(seen.alarms) is alarmed
        assert f"corrigió {wrong} de los {LEAST}" in seen.summary

    def test_a_desk_is_measured_by_its_own_past(self, desk: Desk) -> None:
        for _ in range(LEAST):
            judged(desk, at=MONDAY_10 - timedelta(days=40), confident=False)
            judged(desk, at=MONDAY_10, confident=False)
        with desk.store.read() as session:
            seen = drifting(desk, session, MONDAY_10 + timedelta(days=1))
        assert seen is not None
        assert seen.usual.proposed.rate == 1.0
        assert not seen.alarms


@pytest.mark.parametrize(
    ("recent", "usual", "does"),
    [
        (Share(count=20, of=100), Share(count=15, of=100), False),
        (Share(count=40, of=100), Share(count=15, of=100), True),
        (Share(count=5, of=100), Share(count=40, of=100), False),
        (Share(count=20, of=20), Share(count=15, of=100), False),
        (Share(count=0, of=100), Share(count=0, of=100), False),
        (Share(count=30, of=30), Share(count=0, of=0), False),
    ],
)
def test_a_share_rises_only_beyond_chance(recent: Share, usual: Share, does: bool) -> None:
    assert rises(recent, usual) is does
