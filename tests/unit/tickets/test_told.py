"""What the journal tells: nonsense tells nothing, and absurd numbers take no memory."""

from datetime import UTC, datetime

from tickets.states import TicketState
from tickets.told import MOST_MARKS, Marks, Told, ToldCase, instant


def test_marks_hold_small_numbers_and_pass_over_absurd_ones() -> None:
    marks = Marks()
    marks[3], marks[5000], marks[7] = 1, 1, 2
    assert (marks[3], marks[7], marks[8], marks[10**9], marks[-1], marks["x"], marks[None]) == (1, 2, 0, 0, 0, 0, 0)
    for absurd in (MOST_MARKS, 10**30, -4, "x", None):
        marks[absurd] = 1
    assert marks.those(1, 10) == [3, 5000]
    assert marks.those(1, 1) == [3]


def test_a_case_follows_the_table_of_states() -> None:
    told, case = Told(), ToldCase()

    def tell(event: str, actor: str = "desk", **facts: object) -> object:
        told.take(case, 1, event, actor, facts)
        return case.known.get("state")

    assert tell("opened", line=2, kind="consulta", on_behalf=False) == TicketState.NEW
    assert tell("answer_written", "staff:4", outgoing=9) == TicketState.OPEN
    assert case.known["assignee_id"] == 4
    assert tell("sent", outgoing=8, kind="answer") == TicketState.OPEN, "no person wrote that one"
    assert tell("sent", outgoing=9, kind="referral") == TicketState.REFERRED
    assert tell("closed", outcome="oriented") == TicketState.CLOSED
    assert tell("follow_up", intake=3) == TicketState.OPEN
    assert tell("merged_in") is None, "what the other case brought is not told here"
    assert tell("reopened") is None
    assert tell("merged") == TicketState.CLOSED
    assert case.known["outcome"] == "merged"
    assert tell("released") is None, "a closed case has nobody to give it back: then nothing is certain"


def test_instants_from_the_journal_and_the_database() -> None:
    at = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
    assert instant("2026-11-23T10:00:00-05:00") == at
    assert instant("2026-11-23 15:00:00.000000") == at
    assert instant(at.replace(tzinfo=None)) == at
    assert (instant("ayer"), instant(None), instant(7)) == (None, None, None)


def test_a_letter_tried_again_in_vain_begins_no_case_anew() -> None:
    told, case = Told(), ToldCase()
    arrived = {"intake": 3, "office": "Lima", "requester": "clave", "received_at": "2026-11-23T10:00:00-05:00"}
    told.take(case, 1, "quarantined", "desk", arrived)
    told.take(case, 2, "reopened", "staff:1", {})
    told.take(case, 3, "merged_in", "staff:1", {"from": 1})
    told.take(case, 4, "assigned", "staff:2", {"to": 2})
    told.take(case, 5, "quarantined", "desk", {"intake": 3, "tries": 3})
    assert "state" not in case.known, "what the other case brought is not told here"
    assert case.known["assignee_id"] == 2
    assert case.sender == "clave"
