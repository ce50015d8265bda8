"""What keeps a promise, and when: from a consultant's answer over a real relay to the record."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from calendar_pe.clock import at_lima
from casework import holding
from casework.answer import answer
from casework.deliver import NotUncertain, deliver, retry, settle
from casework.desk import Desk
from casework.sweep import sweep
from replies.courier import Courier, RoundResult
from replies.smtp import SmtpSettings
from tests.desks import (
    TUESDAY,
    TUESDAY_17,
    Clock,
    build,
    events,
    faults,
    letter,
    member,
    open_ticket,
    promise,
    put_out,
    ticket,
    words,
)
from tests.servers.faulty_smtp import FaultySmtp, faulty_smtp
from tickets import amends
from tickets.states import OutgoingKind, Role
from tickets.store import Store
from tickets.tables import Notice, Remediation

SECOND = timedelta(seconds=1)


@pytest.fixture
def relay() -> Iterator[FaultySmtp]:
    with faulty_smtp() as server:
        yield server


def carry(desk: Desk, relay: FaultySmtp, owner: str = "host:1") -> RoundResult:
    settings = SmtpSettings(
        host=relay.host,
        port=relay.port,
        security="plain",
        timeout_seconds=5.0,
        final_seconds=5.0,
        greeting_name="som",
    )
    return deliver(desk, Courier(settings, batch=desk.settings.courier_batch), owner=owner)


def send(desk: Desk, relay: FaultySmtp, ref: str, kind: OutgoingKind = OutgoingKind.ANSWER) -> int:
    """Answer a case at once, and let a courier carry the answer."""
    queued = answer(desk, member(desk), ref, words(), kind=kind, send_now=True)
    carry(desk, relay)
    return queued.outgoing_id


def when(clock: Clock, name: str, change: Callable[[], object]) -> Callable[[str], None]:
    """Return a hook that makes a change once, at that step."""
    left = [change]

    def at(reached: str) -> None:
        if reached == name and left:
            left.pop()()

    return at


def remediations(desk: Desk) -> list[Remediation]:
    with desk.store.read() as session:
        return [row for row, _, _ in amends.listing(session)]


def notices(desk: Desk) -> list[str]:
    with desk.store.read() as session:
        return [one.kind for one in session.query(Notice).order_by(Notice.id)]  # type: ignore[arg-type]


class TestTheLastSecond:
    @pytest.mark.parametrize("fraction", [0, 1, 999_999])
    def test_accepted_in_the_last_second_is_kept(
        self, store: Store, clock: Clock, relay: FaultySmtp, fraction: int
    ) -> None:
        accepted_at = TUESDAY_17 + timedelta(microseconds=fraction)
        desk = build(store, clock, at=when(clock, "courier.submitted", lambda: setattr(clock, "now", accepted_at)))
        ref = open_ticket(desk)
        clock.now = TUESDAY_17 - SECOND
        send(desk, relay, ref)
        kept = promise(desk, ref)
        assert (kept.state, kept.answered_at, kept.kept_by, kept.broken_at) == ("kept", accepted_at, "answer", None)
        assert (ticket(desk, ref).state, ticket(desk, ref).target_at) == ("answered", None)
        assert remediations(desk) == []

    def test_one_second_later_it_is_broken(self, store: Store, clock: Clock, relay: FaultySmtp) -> None:
        accepted_at = TUESDAY_17 + SECOND
        desk = build(store, clock, at=when(clock, "courier.submitted", lambda: setattr(clock, "now", accepted_at)))
        ref = open_ticket(desk)
        clock.now = TUESDAY_17 - SECOND
        send(desk, relay, ref)
        broken = promise(desk, ref)
        assert (broken.state, broken.answered_at, broken.kept_by) == ("broken", accepted_at, "")
        assert broken.broken_at == TUESDAY_17 + SECOND
        [row] = remediations(desk)
        assert (row.state, row.promise_id, row.broken_at, row.lateness_seconds) == ("open", broken.id, accepted_at, 0)
        assert ticket(desk, ref).state == "answered", "it is late, and it is answered"
        assert events(desk, ref)[-3:] == ["sent", "promise_broken", "promise_answered_late"]

    def test_midnight_may_end_the_day_instead(self, store: Store, clock: Clock, relay: FaultySmtp) -> None:
        from sla.promises import DayEnds, PromiseSettings

        desk = replace(build(store, clock), promises=PromiseSettings(day_ends=DayEnds.MIDNIGHT))
        ref = open_ticket(desk)
        clock.now = at_lima(TUESDAY, 23, 59, 59)
        send(desk, relay, ref)
        assert promise(desk, ref).state == "kept"

    def test_an_answer_after_the_sweep_is_late_by_working_time(
        self, desk: Desk, clock: Clock, relay: FaultySmtp
    ) -> None:
        ref = open_ticket(desk)
        clock.now = at_lima(TUESDAY, 20)
        assert sweep(desk).broken == 1
        clock.now = at_lima(TUESDAY + timedelta(days=1), 9, 15)
        send(desk, relay, ref)
        assert (promise(desk, ref).state, promise(desk, ref).answered_at) == ("broken", clock.now)
        [row] = remediations(desk)
        assert row.lateness_seconds == 3600, "from 8:15 to 9:15; the night is not working time"
        assert (ticket(desk, ref).state, ticket(desk, ref).target_at) == ("answered", None)


class TestWhatKeepsAPromise:
    @pytest.mark.parametrize(
        ("kind", "state"),
        [
            (OutgoingKind.ANSWER, "answered"),
            (OutgoingKind.ASK_BACK, "answered"),
            (OutgoingKind.REFERRAL, "referred"),
        ],
    )
    def test_what_a_person_wrote(
        self, desk: Desk, clock: Clock, relay: FaultySmtp, kind: OutgoingKind, state: str
    ) -> None:
        ref = open_ticket(desk)
        clock.forward(hours=2)
        send(desk, relay, ref, kind)
        kept = promise(desk, ref)
        assert (kept.state, kept.kept_by, kept.answered_at) == ("kept", kind, clock.now)
        assert ticket(desk, ref).state == state
        with desk.store.read() as session:
            from tickets import journal

            [entry] = [
                one for one in journal.entries_of(session, ticket(desk, ref).id or 0) if one.event == "promise_kept"
            ]
        assert (entry.facts["by"], entry.facts["business_seconds"]) == (kind, 7200)
        assert faults(desk.store) == []

    def test_an_acknowledgement_never_does(self, desk: Desk, relay: FaultySmtp) -> None:
        ref = open_ticket(desk)
        sent = put_out(desk, ref, kind=OutgoingKind.ACKNOWLEDGEMENT)
        carry(desk, relay)
        assert letter(desk, sent).state == "sent"
        assert (promise(desk, ref).state, promise(desk, ref).answered_at) == ("open", None)
        assert ticket(desk, ref).state == "new"

    def test_a_machine_does_not_even_with_the_word_answer(self, desk: Desk, relay: FaultySmtp) -> None:
        ref = open_ticket(desk)
        sent = put_out(desk, ref, kind=OutgoingKind.ANSWER)  # nobody wrote it
        carry(desk, relay)
        assert (letter(desk, sent).state, promise(desk, ref).state) == ("sent", "open")

    def test_an_answer_in_the_outbox_has_kept_nothing_yet(self, desk: Desk, clock: Clock) -> None:
        ref = open_ticket(desk)
        answer(desk, member(desk), ref, words(), send_now=True)
        assert (promise(desk, ref).state, ticket(desk, ref).state) == ("open", "open")

    def test_every_promise_of_the_case_is_kept_by_one_answer(self, desk: Desk, clock: Clock, relay: FaultySmtp) -> None:
        ref, other = open_ticket(desk), open_ticket(desk)
        send(desk, relay, ref)
        assert (promise(desk, ref).state, promise(desk, other).state) == ("kept", "open")

    def test_a_closed_case_may_be_answered_and_stays_closed(self, desk: Desk, relay: FaultySmtp) -> None:
        from casework import close
        from casework.classify import Judgement, judge

        ref, who = open_ticket(desk), member(desk)
        judge(desk, who, ref, Judgement(kind="agradecimiento"))
        close.close(desk, who, ref, "thanks")
        sent = send(desk, relay, ref)
        assert (letter(desk, sent).state, ticket(desk, ref).state) == ("sent", "closed")


class TestWhatTheRelaySays:
    @pytest.mark.parametrize(
        ("fault", "state", "told"),
        [
            ("dot-451", "deferred", []),
            ("dot-554", "refused", ["refused"]),
            ("dot-drop", "uncertain", ["uncertain"]),
            ("greeting-421", "waiting", []),
        ],
    )
    def test_without_acceptance_the_promise_stays_open(
        self, desk: Desk, clock: Clock, relay: FaultySmtp, fault: str, state: str, told: list[str]
    ) -> None:
        relay.fault = fault
        ref = open_ticket(desk)
        sent = send(desk, relay, ref)
        assert letter(desk, sent).state == state
        assert (promise(desk, ref).state, promise(desk, ref).answered_at) == ("open", None)
        assert ticket(desk, ref).state == "open"
        assert notices(desk) == told

    def test_a_deferred_letter_goes_out_later(self, desk: Desk, clock: Clock, relay: FaultySmtp) -> None:
        relay.fault, relay.strikes = "dot-451", 1
        ref = open_ticket(desk)
        sent = send(desk, relay, ref)
        assert (letter(desk, sent).attempts, letter(desk, sent).last_code) == (1, 451)
        assert carry(desk, relay) == RoundResult(), "not before its time"
        clock.now = letter(desk, sent).next_attempt_at
        carry(desk, relay)
        assert (letter(desk, sent).state, letter(desk, sent).attempts, len(relay.taken)) == ("sent", 2, 1)
        assert promise(desk, ref).answered_at == clock.now

    def test_a_letter_never_offered_uses_up_no_attempt(self, desk: Desk, clock: Clock, relay: FaultySmtp) -> None:
        relay.fault, relay.strikes = "greeting-421", 1
        ref = open_ticket(desk)
        sent = send(desk, relay, ref)
        assert (letter(desk, sent).attempts, letter(desk, sent).lease_until) == (0, None)
        clock.forward(minutes=2)
        carry(desk, relay)
        assert letter(desk, sent).state == "sent"

    def test_a_letter_is_given_up_in_the_end(self, desk: Desk, clock: Clock, relay: FaultySmtp) -> None:
        relay.fault = "dot-451"
        sent = send(desk, relay, open_ticket(desk))
        while letter(desk, sent).state == "deferred":
            clock.now = letter(desk, sent).next_attempt_at
            carry(desk, relay)
        assert letter(desk, sent).state == "refused"
        assert notices(desk) == ["refused"]
        retry(desk, member(desk), sent)
        relay.fault = ""
        carry(desk, relay)
        assert letter(desk, sent).state == "sent"


class TestUncertain:
    def uncertain(self, desk: Desk, relay: FaultySmtp, ref: str) -> int:
        relay.fault, relay.strikes = "dot-drop", 1
        sent = send(desk, relay, ref)
        assert letter(desk, sent).state == "uncertain"
        return sent

    def test_it_is_never_sent_again_by_itself(self, desk: Desk, clock: Clock, relay: FaultySmtp) -> None:
        self.uncertain(desk, relay, open_ticket(desk))
        clock.forward(days=3)
        assert carry(desk, relay) == RoundResult()
        assert len(relay.taken) == 1

    def test_confirmed_it_counts_from_its_attempt(self, desk: Desk, clock: Clock, relay: FaultySmtp) -> None:
        ref = open_ticket(desk)
        clock.now = attempted_at = TUESDAY_17
        sent = self.uncertain(desk, relay, ref)
        clock.forward(minutes=30)
        settle(desk, member(desk), sent, sent=True)
        kept = promise(desk, ref)
        assert (kept.state, kept.answered_at, letter(desk, sent).sent_at) == ("kept", attempted_at, attempted_at)

    def test_confirmed_after_the_promise_was_marked_broken(self, desk: Desk, clock: Clock, relay: FaultySmtp) -> None:
        ref = open_ticket(desk)
        clock.now = attempted_at = TUESDAY_17 - SECOND
        sent = self.uncertain(desk, relay, ref)
        clock.now = at_lima(TUESDAY, 20)
        assert sweep(desk).broken == 1
        assert len(remediations(desk)) == 1
        settle(desk, member(desk), sent, sent=True)
        kept = promise(desk, ref)
        assert (kept.state, kept.answered_at, kept.broken_at) == ("kept", attempted_at, None)
        assert remediations(desk) == [], "nothing was broken, so nothing is to be mended"
        assert "promise_broken" in events(desk, ref), "the journal forgets nothing"
        assert faults(desk.store) == []

    def test_attempted_too_late_it_stays_broken(self, desk: Desk, clock: Clock, relay: FaultySmtp) -> None:
        ref = open_ticket(desk)
        clock.now = TUESDAY_17 + SECOND
        sent = self.uncertain(desk, relay, ref)
        settle(desk, member(desk), sent, sent=True)
        assert promise(desk, ref).state == "broken"
        assert len(remediations(desk)) == 1

    def test_a_person_may_send_it_again(self, desk: Desk, clock: Clock, relay: FaultySmtp) -> None:
        ref = open_ticket(desk)
        sent = self.uncertain(desk, relay, ref)
        settle(desk, member(desk), sent, sent=False)
        clock.forward(minutes=5)
        carry(desk, relay)
        assert (letter(desk, sent).state, promise(desk, ref).answered_at) == ("sent", clock.now)
        first, second = relay.taken
        assert first.payload == second.payload, "the same bytes and Message-ID, so that it is recognised"

    def test_only_an_uncertain_letter_can_be_settled(self, desk: Desk, relay: FaultySmtp) -> None:
        sent = send(desk, relay, open_ticket(desk))
        for wrong in (sent, 999):
            with pytest.raises(NotUncertain):
                settle(desk, member(desk), wrong, sent=True)
            with pytest.raises(NotUncertain):
                retry(desk, member(desk), wrong)


class Killed(BaseException):
    """Stands for the end of the process at that step."""


class TestCouriers:
    def kill(self) -> None:
        raise Killed

    def test_a_dead_couriers_letter_is_uncertain_and_only_that_one(
        self, store: Store, clock: Clock, relay: FaultySmtp
    ) -> None:
        dying = build(store, clock, at=when(clock, "deliver.claimed", self.kill))
        first, second = put_out(dying), put_out(dying)
        with pytest.raises(Killed):
            carry(dying, relay)
        desk = build(store, clock)
        carry(desk, relay, "host:2")
        assert relay.taken == [], "the lease still runs"
        clock.forward(minutes=10, seconds=1)
        carry(desk, relay, "host:2")
        assert (letter(desk, first).state, letter(desk, second).state) == ("uncertain", "sent")
        assert len(relay.taken) == 1
        assert notices(desk) == ["uncertain"]

    def test_a_crash_after_acceptance_leaves_the_letter_uncertain(
        self, store: Store, clock: Clock, relay: FaultySmtp
    ) -> None:
        dying = build(store, clock, at=when(clock, "deliver.recording", self.kill))
        ref = open_ticket(dying)
        with pytest.raises(Killed):
            send(dying, relay, ref)
        desk = build(store, clock)
        clock.forward(minutes=11)
        carry(desk, relay, "host:2")
        assert len(relay.taken) == 1, "nothing is sent twice silently"
        assert promise(desk, ref).state == "open"
        assert notices(desk) == ["uncertain"]

    def test_a_slow_courier_does_not_offer_what_another_has_taken(
        self, store: Store, clock: Clock, relay: FaultySmtp
    ) -> None:
        other = build(store, clock)

        def overtaken() -> None:
            clock.forward(minutes=11)
            with ThreadPoolExecutor(1) as elsewhere:
                elsewhere.submit(carry, other, relay, "host:2").result()

        slow = build(store, clock, at=when(clock, "deliver.recording", overtaken))
        ids = [put_out(slow) for _ in range(4)]
        result = carry(slow, relay, "host:1")
        assert "another courier" in result.trouble
        assert sorted(one.recipients for one in relay.taken) == [("rosa@example.org",)] * 4, "each letter left once"
        assert [letter(other, one).state for one in ids] == ["uncertain", "sent", "sent", "sent"]

    def test_held_nothing_leaves(self, desk: Desk, clock: Clock, relay: FaultySmtp) -> None:
        chief = member(desk, Role.SUPERVISOR)
        sent = put_out(desk)
        holding.hold(desk, chief, "revisión")
        clock.forward(days=1)
        assert carry(desk, relay) == RoundResult()
        holding.release(desk, chief)
        carry(desk, relay)
        assert letter(desk, sent).state == "sent"
