"""A case made two: the later letter gets a case of its own, promised from its own arrival."""

from datetime import timedelta

import pytest

from casework.desk import Desk
from casework.split import CannotSplit, split
from casework.sweep import sweep
from oversight.indicators import month
from tests.arriving import answered, arrive
from tests.desks import MONDAY_10, Clock, events, faults, member, promises, ticket
from tickets import amends, cases, joining


def with_follow_up(desk: Desk, clock: Clock, **later: float) -> tuple[str, int]:
    """A case with a second letter, on Tuesday at nine unless said otherwise; returns it and that letter's id."""
    ref = arrive(desk).reference
    clock.forward(**(later or {"hours": 23}))
    arrive(desk, "Otra cosa: mi hermano quiere ir a Italia.", subject="Mi hermano", answers="<carta.1@example.org>")
    with desk.store.read() as session:
        letters = joining.letters(session, ticket(desk, ref).id or 0)
    assert [one.kind for one in letters] == ["letter", "follow_up"]
    return ref, letters[1].id or 0


def test_the_letter_gets_a_case_and_a_promise_from_its_own_arrival(desk: Desk, clock: Clock) -> None:
    ref, message_id = with_follow_up(desk, clock)
    rosa = member(desk, login="rosa")
    clock.forward(hours=1)
    parted = split(desk, rosa, ref, message_id)
    made = ticket(desk, parted.reference)
    assert (made.state, made.subject, made.proposed, made.related_id) == (
        "new",
        "Mi hermano",
        True,
        ticket(desk, ref).id,
    )
    [promise] = promises(desk, parted.reference)
    assert (promise.received_at, promise.due_at) == (MONDAY_10 + timedelta(hours=23), parted.due_at)
    assert promise.due_at == MONDAY_10 + timedelta(days=2, hours=7)
    assert made.target_at == promise.target_at
    assert [one.state for one in promises(desk, ref)] == ["open"], "the first letter is still owed its answer"
    with desk.store.read() as session:
        [letter] = cases.conversation(session, made.id or 0)
    assert (letter.kind, letter.text.strip()) == ("letter", "Otra cosa: mi hermano quiere ir a Italia.")
    assert "split_off" in events(desk, ref)
    assert events(desk, parted.reference) == ["opened", "promised"]
    assert faults(desk.store) == []


def test_the_month_counts_each_letter_once_and_each_promise(desk: Desk, clock: Clock) -> None:
    ref, message_id = with_follow_up(desk, clock)
    parted = split(desk, member(desk), ref, message_id)
    answered(desk, parted.reference)
    figures = month(desk, 2026, 11, clock.forward(minutes=1)).total
    assert (figures.letters, figures.promises, figures.kept, figures.open) == (2, 2, 1, 1)


def test_a_promise_that_the_letter_had_opened_goes_with_it(desk: Desk, clock: Clock) -> None:
    ref = arrive(desk).reference
    answered(desk, ref)
    clock.forward(hours=23)
    arrive(desk, "Otra cosa", subject="Mi hermano", answers="<carta.1@example.org>")
    with desk.store.read() as session:
        message_id = joining.letters(session, ticket(desk, ref).id or 0)[1].id or 0
    opened = promises(desk, ref)[1]
    clock.forward(days=3)
    sweep(desk)
    parted = split(desk, member(desk), ref, message_id)
    assert [one.state for one in promises(desk, ref)] == ["kept"]
    [moved] = promises(desk, parted.reference)
    assert (moved.id, moved.state) == (opened.id, "broken")
    with desk.store.read() as session:
        [(_, _, found)] = amends.listing(session)
    assert found is not None
    assert found.reference == parted.reference
    figures = month(desk, 2026, 11, clock.forward(minutes=1)).total
    assert (figures.kept, figures.broken, figures.open) == (1, 1, 0)


def test_an_answer_to_the_letter_finds_its_new_case(desk: Desk, clock: Clock) -> None:
    ref, message_id = with_follow_up(desk, clock)
    parted = split(desk, member(desk), ref, message_id)
    arrive(desk, "Un dato más", subject="Mi hermano", answers="<carta.2@example.org>")
    with desk.store.read() as session:
        assert len(joining.letters(session, ticket(desk, parted.reference).id or 0)) == 2
        assert len(joining.letters(session, ticket(desk, ref).id or 0)) == 1


def test_what_is_not_split(desk: Desk, clock: Clock) -> None:
    ref, message_id = with_follow_up(desk, clock)
    with desk.store.read() as session:
        found = cases.conversation(session, ticket(desk, ref).id or 0)
    for one in found:
        if one.id != message_id:
            with pytest.raises(CannotSplit):
                split(desk, member(desk), ref, one.id or 0)
    with pytest.raises(CannotSplit, match="solo se separa una carta"):
        split(desk, member(desk), ref, 999)
    assert ticket(desk, ref).version == 2
