"""The state table: complete for what can happen, closed for what cannot."""

from itertools import product

import pytest

from tickets.states import (
    KEEPS_PROMISE,
    TRANSITIONS,
    ImpossibleMove,
    MessageKind,
    OutboxState,
    OutgoingKind,
    PromiseState,
    TicketEvent,
    TicketState,
    after,
)

S, E = TicketState, TicketEvent


@pytest.mark.parametrize(("state", "event"), list(product(TicketState, TicketEvent)))
def test_every_move_is_in_the_table_or_impossible(state: TicketState, event: TicketEvent) -> None:
    if (state, event) in TRANSITIONS:
        assert after(state, event) is TRANSITIONS[state, event]
    else:
        with pytest.raises(ImpossibleMove, match=f"{state} no admite {event}"):
            after(state, event)


@pytest.mark.parametrize(
    ("events", "end"),
    [
        ([E.TAKEN, E.ANSWERED, E.CLOSED], S.CLOSED),
        ([E.TAKEN, E.RELEASED], S.NEW),
        ([E.ANSWERED, E.FOLLOW_UP, E.REFERRED, E.FOLLOW_UP], S.OPEN),
        ([E.ANSWERED, E.CLOSED, E.FOLLOW_UP], S.OPEN),
        ([E.CLOSED, E.REOPENED, E.ANSWERED], S.ANSWERED),
        ([E.FOLLOW_UP, E.FOLLOW_UP], S.NEW),
    ],
)
def test_the_ways_of_a_case(events: list[TicketEvent], end: TicketState) -> None:
    state = S.NEW
    for event in events:
        state = after(state, event)
    assert state is end


@pytest.mark.parametrize("state", TicketState)
def test_a_letter_never_finds_a_case_shut(state: TicketState) -> None:
    assert after(state, E.FOLLOW_UP) is not S.CLOSED


@pytest.mark.parametrize("state", TicketState)
def test_an_answer_on_its_way_is_never_impossible(state: TicketState) -> None:
    """The relay's word comes when it comes, whatever became of the case meanwhile."""
    assert after(state, E.ANSWERED) in (S.ANSWERED, S.CLOSED)
    assert after(state, E.REFERRED) in (S.REFERRED, S.CLOSED)


@pytest.mark.parametrize(
    ("state", "event"), [(S.NEW, E.REOPENED), (S.OPEN, E.REOPENED), (S.CLOSED, E.TAKEN), (S.CLOSED, E.CLOSED)]
)
def test_moves_that_make_no_sense(state: TicketState, event: TicketEvent) -> None:
    with pytest.raises(ImpossibleMove):
        after(state, event)


def test_the_words_that_every_output_uses() -> None:
    assert [*TicketState] == ["new", "open", "answered", "referred", "closed", "quarantined"]
    assert [*PromiseState] == ["open", "kept", "broken", "void"]
    assert [*OutboxState] == ["waiting", "sending", "sent", "deferred", "refused", "uncertain"]


def test_only_what_a_person_writes_keeps_a_promise() -> None:
    assert {"answer", "ask_back", "referral"} == KEEPS_PROMISE
    assert set(MessageKind) >= {*KEEPS_PROMISE, OutgoingKind.ACKNOWLEDGEMENT, OutgoingKind.APOLOGY}
