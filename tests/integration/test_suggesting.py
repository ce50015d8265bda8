"""Suggested replies learn from what the consultants of this desk chose."""

import pytest

from casework.answer import answer, undo
from casework.compose_reply import from_template
from casework.deliver import deliver
from casework.desk import Desk
from casework.suggesting import suggest_for
from replies.courier import Courier
from replies.smtp import SmtpSettings
from service.demo.servers import smtp_server
from tests.desks import member, open_ticket, words
from tickets import cases, choices

LETTER = "Buenas tardes, tengo una pregunta sobre mi caso."
"""Says nothing that would call for one text: habit decides."""
TEMPLATE = "servicio-gratuito"


def suggested(desk: Desk, ref: str, limit: int = 3) -> list[str]:
    with desk.store.read() as session:
        return [one.template for one in suggest_for(session, cases.find(session, ref), limit=limit)]


def choose(desk: Desk, ref: str, template: str = TEMPLATE, *, send_now: bool = True) -> int:
    written, kind, _ = from_template(desk, member(desk), ref, template, {})
    return answer(desk, member(desk), ref, written, kind=kind, send_now=send_now, template=template).outgoing_id


def carry(desk: Desk) -> None:
    with smtp_server(lambda _received: None) as (host, port):
        deliver(desk, Courier(SmtpSettings(host=host, port=port, security="plain")), owner="host:1")


def chosen(desk: Desk, newest: int = 100) -> dict[tuple[int, str], int]:
    with desk.store.read() as session:
        return choices.chosen(session, newest=newest)


def test_what_was_chosen_for_a_line_comes_up_for_it(desk: Desk) -> None:
    case = open_ticket(desk, text=LETTER)
    assert TEMPLATE not in suggested(desk, case)
    for _ in range(30):
        choose(desk, open_ticket(desk, text=LETTER))
    carry(desk)
    assert chosen(desk) == {(2, TEMPLATE): 30}
    assert TEMPLATE in suggested(desk, case)


def test_every_suggestion_says_why(desk: Desk) -> None:
    ref = open_ticket(desk, text="Cotizo en la ONP y vivo en Roma, ¿puedo jubilarme?")
    with desk.store.read() as session:
        found = suggest_for(session, cases.find(session, ref))
    assert len(found) == 3
    assert all(one.why for one in found)


@pytest.mark.parametrize("kind", ["not left yet", "taken back", "in one's own words"])
def test_only_texts_that_left_are_choices(desk: Desk, kind: str) -> None:
    ref = open_ticket(desk)
    if kind == "in one's own words":
        answer(desk, member(desk), ref, words(), send_now=True)
        carry(desk)
    else:
        outgoing_id = choose(desk, ref, send_now=False)
        if kind == "taken back":
            undo(desk, member(desk), outgoing_id)
    assert chosen(desk) == {}


def test_old_habits_are_forgotten(desk: Desk) -> None:
    for template in ("cuanto-demoramos", "cita-en-linea"):
        choose(desk, open_ticket(desk), template)
        carry(desk)
    assert chosen(desk, newest=1) == {(2, "cita-en-linea"): 1}
