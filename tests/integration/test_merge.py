"""Two cases made one: nothing is lost, what was asked first is owed first, and both journals tell."""

from concurrent.futures import ThreadPoolExecutor
from email import message_from_bytes
from email.policy import default
from threading import Barrier

import pytest

from casework import remedy
from casework.answer import CannotAnswer, answer, save_draft
from casework.assign import take
from casework.classify import Judgement, judge
from casework.close import close, reopen
from casework.desk import Actor, Desk
from casework.merge import CannotMerge, OtherAddress, look, merge
from casework.note import note
from casework.sweep import sweep
from oversight.indicators import month
from tests.arriving import answered, arrive
from tests.desks import Clock, build, events, faults, letter, member, open_ticket, promises, ticket, words
from tickets import amends, cases, journal, outgoing
from tickets.cases import MergedTicket
from tickets.states import Role, TicketState
from tickets.store import Store


def two(desk: Desk, clock: Clock) -> tuple[str, str]:
    """Two letters of one person, an hour apart."""
    first = arrive(desk, "Quiero saber de mi pensión.").reference
    clock.forward(hours=1)
    second = arrive(desk, "Olvidé decir que vivo en Chile.", subject="Otra consulta").reference
    assert first != second
    return first, second


def texts(desk: Desk, ref: str) -> list[str]:
    with desk.store.read() as session:
        found = cases.conversation(session, cases.find(session, ref).id or 0)
    return [one.text.strip() for one in found if one.kind in ("letter", "note")]


@pytest.mark.parametrize("later_goes_on", [False, True])
def test_one_case_goes_on_with_everything_and_the_earlier_promise(
    desk: Desk, clock: Clock, later_goes_on: bool
) -> None:
    first, second = two(desk, clock)
    rosa = member(desk, login="rosa")
    note(desk, rosa, second, "Llamó también.")
    ended, kept = (first, second) if later_goes_on else (second, first)
    asked_first_at = promises(desk, first)[0].received_at
    due_at = promises(desk, first)[0].due_at
    assert merge(desk, rosa, ended, kept) == kept
    assert texts(desk, kept) == ["Quiero saber de mi pensión.", "Olvidé decir que vivo en Chile.", "Llamó también."]
    assert texts(desk, ended) == []
    owed = [one for one in promises(desk, kept) if one.state == "open"]
    assert [(one.received_at, one.due_at) for one in owed] == [(asked_first_at, due_at)]
    assert ticket(desk, kept).target_at == owed[0].target_at
    gone = ticket(desk, ended)
    assert (gone.state, gone.outcome, gone.target_at, gone.related_id) == (
        "closed",
        cases.MERGED,
        None,
        ticket(desk, kept).id,
    )
    assert events(desk, ended)[-1] == "merged"
    assert events(desk, kept)[-1] == "merged_in"
    assert faults(desk.store) == []


def test_the_names_stand_in_the_journal_and_not_the_person(desk: Desk, clock: Clock) -> None:
    first, second = two(desk, clock)
    rosa = member(desk, login="rosa")
    merge(desk, rosa, second, first)
    with desk.store.read() as session:
        last = journal.entries_of(session, ticket(desk, second).id or 0)[-1]
    assert (last.actor, last.facts) == (rosa.journal_name, {"into": ticket(desk, first).id})


def test_one_answer_keeps_the_one_promise_and_the_month_counts_it_once(desk: Desk, clock: Clock) -> None:
    first, second = two(desk, clock)
    merge(desk, member(desk), first, second)
    clock.forward(minutes=1)
    answered(desk, second)
    assert sorted(one.state for one in promises(desk, second)) == ["kept", "void"]
    figures = month(desk, 2026, 11, clock.forward(minutes=1)).total
    assert (figures.letters, figures.kept, figures.broken, figures.open) == (2, 1, 0, 0)


def test_a_broken_promise_stays_broken_and_takes_its_amends_along(desk: Desk, clock: Clock) -> None:
    first = arrive(desk).reference
    clock.forward(days=2)
    sweep(desk)
    second = arrive(desk, "¿Hola?", subject="Sigo esperando").reference
    merge(desk, member(desk), first, second)
    assert {(one.state, one.answered_at) for one in promises(desk, second)} == {("broken", None), ("void", None)}
    with desk.store.read() as session:
        [(row, _, found)] = amends.listing(session)
    assert found is not None
    assert (row.ticket_id, found.reference) == (ticket(desk, second).id, second)
    figures = month(desk, 2026, 11, clock.forward(minutes=1)).total
    assert (figures.kept, figures.broken, figures.open) == (0, 1, 0)


def test_an_apology_taken_back_in_one_case_is_written_anew_in_the_other(desk: Desk, clock: Clock) -> None:
    """Both cases have been changed as often when each apology is written: the two are not the same decision."""
    first, second = two(desk, clock)
    take(desk, member(desk), first)
    clock.forward(days=3)
    sweep(desk)
    boss = member(desk, Role.SUPERVISOR)
    remedy.edit(desk, boss, 1, remedy.Amends(cause="carga", preventive="Más turnos."))
    remedy.apologise(desk, boss, 1)
    remedy.take_back(desk, boss, 1)
    merge(desk, member(desk), first, second)
    remedy.apologise(desk, boss, 1)
    with desk.store.read() as session:
        row = amends.load(session, 1)
    assert row is not None
    assert letter(desk, row.apology_outgoing_id or 0).ticket_id == ticket(desk, second).id == row.ticket_id


def test_a_promise_owed_after_an_answer_opens_the_case_again(desk: Desk, clock: Clock) -> None:
    first = arrive(desk).reference
    answered(desk, first)
    assert ticket(desk, first).state == TicketState.ANSWERED
    clock.forward(hours=1)
    second = arrive(desk, "Otra cosa", subject="Nueva").reference
    merge(desk, member(desk), second, first)
    assert ticket(desk, first).state == TicketState.OPEN
    assert sorted(one.state for one in promises(desk, first)) == ["kept", "open"]


def test_danger_in_either_is_danger_in_both(desk: Desk, clock: Clock) -> None:
    first, second = two(desk, clock)
    judge(desk, member(desk), second, Judgement(trafficking_risk=True))
    merge(desk, member(desk), second, first)
    assert ticket(desk, first).trafficking_risk


def test_what_both_had_begun_to_write_is_kept(desk: Desk, clock: Clock) -> None:
    first, second = two(desk, clock)
    rosa, luz = member(desk, login="rosa"), member(desk, login="luz")
    save_draft(desk, rosa, first, "Uno")
    save_draft(desk, rosa, second, "Dos")
    save_draft(desk, luz, second, "De Luz")
    merge(desk, rosa, second, first)
    with desk.store.read() as session:
        number = ticket(desk, first).id or 0
        kept = [cases.draft_of(session, number, who.staff_id or 0) for who in (rosa, luz)]
    assert [one.text if one else "" for one in kept] == ["Uno\n\nDos", "De Luz"]


def test_a_later_letter_to_the_ended_case_enters_the_one_that_goes_on(desk: Desk, clock: Clock) -> None:
    first, second = two(desk, clock)
    merge(desk, member(desk), second, first)
    tag = desk.signer.tag(second)
    arrive(desk, "Gracias, un dato más.", subject=f"Re: Otra consulta {tag}")
    with desk.store.read() as session:
        found = cases.conversation(session, ticket(desk, first).id or 0)
    assert [one.kind for one in found if one.direction == "in"] == ["letter", "letter", "follow_up"]
    assert [one.state for one in promises(desk, first) if one.state == "open"] == ["open"], "no second clock"


def test_a_chain_of_mergers_is_followed_to_its_end(desk: Desk, clock: Clock) -> None:
    first, second = two(desk, clock)
    third = arrive(desk, "Y otra más", subject="Tercera").reference
    merge(desk, member(desk), third, second)
    merge(desk, member(desk), second, first)
    arrive(desk, "Dato", subject=f"Re: Tercera {desk.signer.tag(third)}")
    with desk.store.read() as session:
        found = cases.conversation(session, ticket(desk, first).id or 0)
    assert found[-1].text.strip() == "Dato" or found[-2].text.strip() == "Dato"


def test_a_merged_case_changes_no_more(desk: Desk, clock: Clock) -> None:
    first, second = two(desk, clock)
    rosa = member(desk)
    merge(desk, rosa, second, first)
    for act in (
        lambda: answer(desk, rosa, second, words()),
        lambda: judge(desk, rosa, second, Judgement()),
        lambda: reopen(desk, rosa, second),
        lambda: note(desk, rosa, second, "x"),
        lambda: close(desk, rosa, second, "oriented"),
    ):
        with pytest.raises(MergedTicket, match=f"{second} se unió a {first}"):
            act()
    with pytest.raises(CannotMerge, match="ya se unió"):
        merge(desk, rosa, second, first)


def test_what_is_not_merged(desk: Desk, clock: Clock) -> None:
    first, second = two(desk, clock)
    rosa = member(desk)
    with pytest.raises(CannotMerge, match="es el mismo caso"):
        merge(desk, rosa, first, first)
    unread = open_ticket(desk, state=TicketState.QUARANTINED)
    with pytest.raises(CannotMerge, match="no se pudo analizar"):
        merge(desk, rosa, unread, first)
    answer(desk, rosa, second, words())
    with pytest.raises(CannotMerge, match="por salir"):
        merge(desk, rosa, second, first)
    assert ticket(desk, first).version == 1
    with pytest.raises(CannotAnswer):
        answer(desk, rosa, second, words())


class TestTwoAddresses:
    """One person who wrote from two mailboxes: only a person can know, and nobody's mailbox is told of the other."""

    OTHER = "otra@example.org"

    @pytest.fixture
    def pair(self, desk: Desk, clock: Clock) -> tuple[str, str]:
        theirs = arrive(desk, "Les escribo desde mi trabajo.", sender=self.OTHER).reference
        clock.forward(hours=1)
        return theirs, arrive(desk, "Les escribo desde mi casa.").reference

    def test_they_are_merged_on_a_persons_word_alone_and_the_journal_keeps_it(
        self, desk: Desk, pair: tuple[str, str]
    ) -> None:
        theirs, kept = pair
        rosa = member(desk, login="rosa")
        assert look(desk, rosa, theirs, kept).is_of_two_addresses
        with pytest.raises(OtherAddress, match="direcciones distintas"):
            merge(desk, rosa, theirs, kept)
        assert ticket(desk, theirs).version == 1
        merge(desk, rosa, theirs, kept, same_person=True)
        with desk.store.read() as session:
            told = [journal.entries_of(session, ticket(desk, one).id or 0)[-1] for one in pair]
        assert [(one.event, one.facts["two_addresses"]) for one in told] == [("merged", True), ("merged_in", True)]
        assert self.OTHER not in repr([one.facts for one in told])
        assert faults(desk.store) == []

    def test_the_answer_goes_to_one_mailbox_and_quotes_nothing_of_the_other(
        self, desk: Desk, pair: tuple[str, str], clock: Clock
    ) -> None:
        kept, theirs = pair  # the case that goes on is of the other address, the newest letter of the first
        rosa = member(desk, login="rosa")
        merge(desk, rosa, theirs, kept, same_person=True)
        queued = answer(desk, rosa, kept, words("Puede pedirla en Lima."))
        sent = letter(desk, queued.outgoing_id)
        assert (queued.to_address, sent.recipients) == (self.OTHER, [self.OTHER])
        read = message_from_bytes(sent.payload, policy=default).get_body(("plain",))
        assert read is not None
        assert "Puede pedirla en Lima." in read.get_content()
        assert "desde mi casa" not in read.get_content()
        with desk.store.read() as session:
            own = cases.thread_ids(session, ticket(desk, kept).id or 0, self.OTHER)
        headers = message_from_bytes(sent.payload, policy=default)
        named = {str(headers["In-Reply-To"]), *str(headers["References"]).split()}
        assert named <= set(own), "whoever reads one mailbox learns nothing of the other, not even an id"

    def test_a_later_letter_from_the_other_mailbox_gets_a_case_that_names_this_one(
        self, desk: Desk, pair: tuple[str, str]
    ) -> None:
        theirs, kept = pair
        merge(desk, member(desk), theirs, kept, same_person=True)
        tag = desk.signer.tag(theirs)
        opened = arrive(desk, "Otra vez desde el trabajo", sender=self.OTHER, subject=f"Re: Consulta {tag}").reference
        assert opened not in pair
        assert ticket(desk, opened).related_id == ticket(desk, kept).id

    def test_never_where_somebody_may_be_held(self, desk: Desk, pair: tuple[str, str]) -> None:
        theirs, kept = pair
        judge(desk, member(desk), kept, Judgement(trafficking_risk=True))
        for ended, goes_on in ((theirs, kept), (kept, theirs)):
            with pytest.raises(CannotMerge, match="riesgo de trata"):
                merge(desk, member(desk), ended, goes_on, same_person=True)

    def test_not_into_a_case_that_nobody_can_answer(self, desk: Desk, pair: tuple[str, str]) -> None:
        nowhere = open_ticket(desk, address="")
        with pytest.raises(CannotMerge, match="no tiene dirección"):
            merge(desk, member(desk), pair[0], nowhere, same_person=True)
        assert merge(desk, member(desk), nowhere, pair[0], same_person=True) == pair[0]


def test_the_letters_out_go_along_so_that_their_fate_is_told_in_one_place(desk: Desk, clock: Clock) -> None:
    first, second = two(desk, clock)
    merge(desk, member(desk), second, first)
    with desk.store.read() as session:
        kinds = [one.kind for one in outgoing.of_ticket(session, ticket(desk, first).id or 0)]
        assert outgoing.of_ticket(session, ticket(desk, second).id or 0) == []
    assert set(kinds) == {"acknowledgement"}


def test_two_people_merging_crosswise_end_with_one_case(postgresql_store: Store, clock: Clock) -> None:
    desk = build(postgresql_store, clock)
    for _ in range(5):
        first, second = two(desk, clock)
        rosa = member(desk)
        start = Barrier(2)

        def cross(pair: tuple[str, str], start: Barrier = start, rosa: Actor = rosa) -> str:
            start.wait()
            try:
                return merge(desk, rosa, *pair)
            except CannotMerge:
                return ""

        with ThreadPoolExecutor(2) as hands:
            kept = sorted(hands.map(cross, ((first, second), (second, first))))
        assert kept[0] == ""
        assert kept[1] in (first, second)
        assert sorted(ticket(desk, one).outcome for one in (first, second)) == ["", cases.MERGED]
    assert faults(desk.store) == []
