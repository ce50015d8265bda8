"""The satisfaction survey: asked once, sent back by a touch on a link, counted once."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from urllib.parse import unquote, urlsplit

import pytest

from calendar_pe.clock import at_lima
from casework.answer import answer
from casework.classify import Judgement, judge
from casework.deliver import deliver
from casework.desk import Desk
from casework.merge import merge
from casework.receive import keep, process
from replies.courier import Courier
from replies.smtp import SmtpSettings
from service.demo.servers import Received, smtp_server
from tests.desks import (
    CITIZEN,
    MONDAY_10,
    TUESDAY_17,
    Clock,
    Judge,
    build,
    events,
    faults,
    member,
    open_ticket,
    promises,
    ticket,
    words,
)
from tickets import cases, months, outgoing
from tickets.intake import Arrival
from tickets.states import OutgoingKind
from tickets.store import Store
from tickets.tables import Outgoing, SatisfactionAnswer
from triage import Text, Verdict

WEDNESDAY_11 = at_lima(date(2026, 11, 25), 11)
FRIDAY_9 = at_lima(date(2026, 11, 27), 9)
LINK = re.compile(r"mailto:(\S+)")


@pytest.fixture
def asking(store: Store, clock: Clock) -> Desk:
    """A desk that asks how it was, two days after an answer."""
    return build(store, clock, survey=True)


def carry(desk: Desk) -> list[Received]:
    taken: list[Received] = []
    with smtp_server(taken.append) as (host, port):
        deliver(desk, Courier(SmtpSettings(host=host, port=port, security="plain")), owner="host:1")
    return taken


def answered(desk: Desk, clock: Clock, *, kind: OutgoingKind = OutgoingKind.ANSWER, **case: object) -> str:
    """Answer a case on Monday at eleven."""
    ref = open_ticket(desk, **case)  # type: ignore[arg-type]
    clock.now = MONDAY_10 + timedelta(hours=1)
    answer(desk, member(desk), ref, words(), kind=kind, send_now=True)
    carry(desk)
    return ref


def survey(desk: Desk, ref: str) -> Outgoing | None:
    with desk.store.read() as session:
        return outgoing.survey_of(session, cases.find(session, ref).id or 0)


def links(desk: Desk, clock: Clock) -> dict[int, tuple[str, str]]:
    """Let the survey leave; returns score -> (address, subject) of its links, as a mail program reads them."""
    clock.now = WEDNESDAY_11
    [received] = carry(desk)
    assert received.sender == "", "no machine answers it"
    message = message_from_bytes(received.raw, policy=default)
    assert message["Auto-Submitted"] == "auto-generated"
    text = message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    found = {}
    for link in LINK.findall(text):
        address, subject = urlsplit(f"mailto:{link}").path, unquote(link.partition("?subject=")[2])
        found[int(subject[-1])] = (address, subject)
    return found


def arrive(desk: Desk, *letters: tuple[str, str, str], number: int = 1) -> None:
    """Take letters in: (sender, subject, text)."""
    for uid, (sender, subject, text) in enumerate(letters, start=number):
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = sender, "som@example.pe", subject
        message["Message-ID"] = f"<encuesta.{uid}@example.org>"
        message.set_content(text)
        raw = message.as_bytes()
        keep(desk, [Arrival(mailbox="m", uidvalidity=1, uid=uid, body=raw, size=len(raw), arrived_at=desk.clock())])
    process(desk)


def scores(desk: Desk) -> list[int]:
    with desk.store.read() as session:
        return [one.score for one in session.query(SatisfactionAnswer)]


def counts(desk: Desk) -> tuple[int, int]:
    """Return how many tickets and outgoing letters there are."""
    with desk.store.read() as session:
        return len(cases.recent(session, limit=100)), len(outgoing.listing(session))


class TestAsking:
    def test_two_days_after_the_answer(self, asking: Desk, clock: Clock) -> None:
        ref = answered(asking, clock)
        found = survey(asking, ref)
        assert found is not None
        assert (found.state, found.to_address, found.next_attempt_at) == ("waiting", CITIZEN, WEDNESDAY_11)
        assert sorted(links(asking, clock)) == [1, 2, 3, 4, 5]
        assert faults(asking.store) == []

    def test_the_days_are_a_setting_and_it_leaves_in_working_time(self, store: Store, clock: Clock) -> None:
        desk = build(store, clock, survey=True, survey_delay_days=5)
        found = survey(desk, answered(desk, clock))
        assert found is not None
        assert found.next_attempt_at == at_lima(date(2026, 11, 30), 8, 15), "Saturday is no working time"

    def test_not_unless_the_office_wants_it(self, desk: Desk, clock: Clock) -> None:
        assert survey(desk, answered(desk, clock)) is None

    def test_a_later_answer_puts_it_off_and_writes_no_second(self, asking: Desk, clock: Clock) -> None:
        ref = answered(asking, clock)
        clock.now = TUESDAY_17
        answer(asking, member(asking), ref, words("algo más"), send_now=True)
        carry(asking)
        found = survey(asking, ref)
        assert found is not None
        assert found.next_attempt_at == at_lima(date(2026, 11, 27), 8, 15)

    def test_it_waits_while_the_citizen_is_owed_an_answer(self, asking: Desk, clock: Clock) -> None:
        ref = answered(asking, clock)
        clock.now = TUESDAY_17 - timedelta(hours=1)
        arrive(asking, (CITIZEN, f"Re: {asking.signer.tag(ref)}", "¿Y puede pedirla mi hermana por mí?"))
        found = survey(asking, ref)
        assert found is not None
        assert found.next_attempt_at == clock.now + timedelta(days=2)
        clock.now = WEDNESDAY_11
        assert [one.sender for one in carry(asking)] == [], "it is not asked how we did before we have done it"

    def test_taken_back_when_signs_of_trafficking_show(self, asking: Desk, clock: Clock) -> None:
        ref = answered(asking, clock)
        judge(asking, member(asking), ref, Judgement(trafficking_risk=True))
        found = survey(asking, ref)
        assert found is not None
        assert (found.state, found.last_text) == ("refused", "retirada: hay riesgo de trata")
        clock.now = FRIDAY_9
        assert carry(asking) == []

    def test_taken_back_when_a_later_letter_shows_them(self, asking: Desk, clock: Clock) -> None:
        class Alarmed(Judge):
            def judge(self, texts: Sequence[Text]) -> list[Verdict]:
                return [replace(one, trafficking_risk=True) for one in super().judge(texts)]

        ref = answered(asking, clock)
        subject = f"Re: {asking.signer.tag(ref)}"
        arrive(replace(asking, classifier=Alarmed), (CITIZEN, subject, "No me dejan salir de la casa"))
        found = survey(asking, ref)
        assert found is not None
        assert found.state == "refused"

    @pytest.mark.parametrize(
        "case", [{"risk": True}, {"kind": OutgoingKind.ASK_BACK}], ids=["somebody may read it", "nothing answered yet"]
    )
    def test_not_where_it_would_be_wrong(self, asking: Desk, clock: Clock, case: dict[str, object]) -> None:
        assert survey(asking, answered(asking, clock, **case)) is None  # type: ignore[arg-type]


class TestCounting:
    def test_a_touch_on_a_link_is_counted_and_nothing_else_happens(self, asking: Desk, clock: Clock) -> None:
        ref = answered(asking, clock)
        address, subject = links(asking, clock)[4]
        assert address == asking.settings.from_address
        before = (counts(asking), ticket(asking, ref).state, len(promises(asking, ref)))
        arrive(asking, (CITIZEN, subject, ""))
        assert scores(asking) == [4]
        with asking.store.read() as session:
            assert [one.channel for one in session.query(SatisfactionAnswer)] == ["email"]
        assert (counts(asking), ticket(asking, ref).state, len(promises(asking, ref))) == before
        assert events(asking, ref)[-1] == "survey_answered"
        with asking.store.read() as session:
            shown = cases.conversation(session, ticket(asking, ref).id or 0)[-1]
            assert (shown.direction, shown.kind) == ("in", "survey")
            month = months.satisfaction(session, since=MONDAY_10, until=FRIDAY_9, satisfied_from=4)
        assert month == (1, 1)
        assert faults(asking.store) == []

    @pytest.mark.parametrize("apart", [True, False], ids=["one after the other", "in one batch"])
    def test_once_however_often_it_comes(self, asking: Desk, clock: Clock, apart: bool) -> None:
        answered(asking, clock)
        found = links(asking, clock)
        again = [(CITIZEN, found[2][1], ""), (CITIZEN, found[5][1], "me equivoqué"), (CITIZEN, found[2][1], "")]
        before = counts(asking)
        if apart:
            for number, one in enumerate(again, start=1):
                arrive(asking, one, number=number)
        else:
            arrive(asking, *again)
        assert scores(asking) == [2]
        assert counts(asking) == before

    @pytest.mark.parametrize("more", ["Sigo sin saber cómo pido mi tarjeta.", "¿y mi hijo?"])
    def test_what_is_asked_besides_is_not_lost(self, asking: Desk, clock: Clock, more: str) -> None:
        ref = answered(asking, clock)
        subject = links(asking, clock)[2][1]
        arrive(asking, (CITIZEN, subject, f"{more}\n\nEnviado desde mi iPhone"))
        assert scores(asking) == [2]
        assert ticket(asking, ref).state == "open"
        assert [one.state for one in promises(asking, ref)] == ["kept", "open"]
        assert events(asking, ref)[-3:] == ["follow_up", "promised", "survey_answered"]

    def test_what_somebody_else_asks_besides_is_a_case_of_theirs(self, asking: Desk, clock: Clock) -> None:
        answered(asking, clock)
        subject = links(asking, clock)[4][1]
        arrive(asking, ("prima@example.com", subject, "Y yo, ¿también puedo pedirla?"))
        assert scores(asking) == [4]
        assert ticket(asking, "SOM-2026-000002").requester_address == "prima@example.com"

    def test_of_a_case_that_was_joined_to_another(self, asking: Desk, clock: Clock) -> None:
        ref = answered(asking, clock)
        subject = links(asking, clock)[5][1]
        other = open_ticket(asking)
        merge(asking, member(asking), ref, other)
        arrive(asking, (CITIZEN, subject, ""))
        assert scores(asking) == [5]

    def test_from_whoever_holds_the_token(self, asking: Desk, clock: Clock) -> None:
        answered(asking, clock)
        subject = links(asking, clock)[5][1]
        before = counts(asking)
        arrive(asking, ("prima@example.com", f"RE: {subject.lower()}", "Enviado desde mi teléfono"))
        assert (scores(asking), counts(asking)) == ([5], before)

    @pytest.mark.parametrize(
        "forge",
        [
            lambda subject: subject[:-1] + "6",
            lambda subject: subject[:-1] + "55",
            lambda subject: subject[:-3] + ("0" if subject[-3] != "0" else "1") + subject[-2:],
            lambda subject: subject.replace("000001", "000002"),
            lambda subject: "Encuesta SOM-2026-000001 5",
        ],
        ids=["six", "fifty-five", "another token", "another case", "no token"],
    )
    def test_a_letter_without_the_token_is_a_letter(
        self, asking: Desk, clock: Clock, forge: Callable[[str], str]
    ) -> None:
        answered(asking, clock)
        subject = forge(links(asking, clock)[5][1])
        tickets, letters = counts(asking)
        arrive(asking, ("otra@example.com", subject, "Buenas tardes"))
        assert scores(asking) == []
        assert counts(asking) == (tickets + 1, letters + 1), "a new case, acknowledged"

    def test_a_cry_for_help_in_it_is_read_as_one(self, store: Store, clock: Clock) -> None:
        class Alarmed(Judge):
            def judge(self, texts: Sequence[Text]) -> list[Verdict]:
                return [replace(one, trafficking_risk=True) for one in super().judge(texts)]

        desk = build(store, clock, survey=True)
        answered(desk, clock)
        subject = links(desk, clock)[1][1]
        arrive(replace(desk, classifier=Alarmed), (CITIZEN, subject, "Me tienen encerrada"))
        assert scores(desk) == []
        assert ticket(desk, "SOM-2026-000002").trafficking_risk
