"""A case made two: the later letter gets a case of its own, promised from its own arrival."""

from datetime import timedelta

import pytest

from casework.classify import Judgement, judge
from casework.desk import Desk
from casework.merge import merge
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


def test_what_was_joined_comes_apart_again_and_each_letter_is_owed_its_answer(desk: Desk, clock: Clock) -> None:
    """The earlier letter brought the promise along and takes it away; the letter that stays gets one of its own."""
    ended = arrive(desk, "Quiero saber de mi pensión.").reference
    clock.forward(hours=23)
    kept = arrive(desk, "Mi contrato en Italia.", subject="Italia", sender="jose@example.org").reference
    rosa = member(desk, login="rosa")
    merge(desk, rosa, ended, kept, same_person=True)
    with desk.store.read() as session:
        first, own = joining.letters(session, ticket(desk, kept).id or 0)
    with pytest.raises(CannotSplit, match="la del caso"):
        split(desk, rosa, kept, own.id or 0)
    parted = split(desk, rosa, kept, first.id or 0)
    assert ticket(desk, parted.reference).requester_address == "rosa@example.org"
    assert [(one.received_at, one.state) for one in promises(desk, parted.reference)] == [(MONDAY_10, "open")]
    [owed] = [one for one in promises(desk, kept) if one.state == "open"]
    assert (owed.message_id, owed.received_at) == (own.id, MONDAY_10 + timedelta(hours=23))
    assert ticket(desk, kept).target_at == owed.target_at
    assert faults(desk.store) == []
    figures = month(desk, 2026, 11, clock.forward(minutes=1)).total
    assert (figures.letters, figures.open) == (2, 2)


def test_a_letter_that_came_behind_the_one_that_leaves_is_owed_its_answer(desk: Desk, clock: Clock) -> None:
    ref = arrive(desk).reference
    answered(desk, ref)
    ids = []
    for text in ("Otra cosa", "Y una tercera"):
        clock.forward(hours=1)
        arrive(desk, text, subject="Mi hermano", answers="<carta.1@example.org>")
        with desk.store.read() as session:
            ids.append(joining.letters(session, ticket(desk, ref).id or 0)[-1].id or 0)
    rosa = member(desk)
    split(desk, rosa, ref, ids[0])
    [owed] = [one for one in promises(desk, ref) if one.state == "open"]
    assert (owed.message_id, owed.received_at) == (ids[1], MONDAY_10 + timedelta(hours=2))
    split(desk, rosa, ref, ids[1])
    assert [one.state for one in promises(desk, ref)] == ["kept"], "the first was answered"
    assert faults(desk.store) == []


def test_thanks_that_stay_behind_are_owed_nothing(desk: Desk, clock: Clock) -> None:
    ended = arrive(desk, "Quiero saber de mi pensión.").reference
    clock.forward(hours=1)
    kept = arrive(desk, "Muchas gracias.", subject="Gracias").reference
    rosa = member(desk)
    judge(desk, rosa, kept, Judgement(kind="agradecimiento", line=0))
    merge(desk, rosa, ended, kept)
    with desk.store.read() as session:
        moved = joining.letters(session, ticket(desk, kept).id or 0)[0].id or 0
    split(desk, rosa, kept, moved)
    assert [one.state for one in promises(desk, kept)] == ["void"]
