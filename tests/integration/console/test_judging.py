"""Judging a case key by key, its notes and its end."""

import pytest
from textual.widgets import TextArea

from casework.classify import Judgement, judge
from casework.desk import Actor, Desk
from console.dialogs import AskText, Choose, Confirm
from console.screens.ticket import TicketScreen
from tests.arriving import arrive
from tests.consoles import change, console
from tests.desks import member, open_ticket, promises, settle_promises, ticket
from tickets.states import Role


async def test_the_line_is_corrected_with_its_digit(desk: Desk, rosa: Actor) -> None:
    ref = open_ticket(desk)
    async with console(desk, rosa) as hand:
        await hand.open(ref)
        await hand.press("l")
        await hand.screen(Choose)
        await hand.press("4")
        await hand.until(lambda: ticket(desk, ref).line == 4)
    assert ticket(desk, ref).line_confirmed
    assert not ticket(desk, ref).proposed


async def test_confirming_a_kind_that_ends_the_clock_asks_once(desk: Desk, rosa: Actor) -> None:
    ref = open_ticket(desk)
    change(desk, ref, kind="agradecimiento")
    async with console(desk, rosa) as hand:
        await hand.open(ref)
        await hand.press("c")
        await hand.screen(Confirm)
        await hand.reads("queda sin efecto", "ya no se")
        await hand.press("n")
        await hand.screen(TicketScreen)
        assert [one.state for one in promises(desk, ref)] == ["open"]
        await hand.press("c")
        await hand.screen(Confirm)
        await hand.press("s")
        await hand.until(lambda: [one.state for one in promises(desk, ref)] == ["void"])


async def test_risk_is_marked_with_one_key(desk: Desk, rosa: Actor) -> None:
    ref = open_ticket(desk)
    async with console(desk, rosa) as hand:
        await hand.open(ref)
        await hand.press("w")
        await hand.reads("RIESGO DE TRATA")
    assert ticket(desk, ref).trafficking_risk


async def test_a_note_and_the_journal(desk: Desk, rosa: Actor) -> None:
    ref = open_ticket(desk)
    async with console(desk, rosa, (120, 40)) as hand:
        await hand.open(ref)
        await hand.press("n")
        await hand.screen(AskText)
        await hand.press(*"Llamar", "ctrl+s")
        await hand.reads("Nota interna", "Llamar")
        await hand.press("h")
        await hand.reads("Rosa: escribió una nota")


async def test_a_case_that_owes_an_answer_is_refused_before_anything_is_asked(desk: Desk, rosa: Actor) -> None:
    ref = open_ticket(desk)
    async with console(desk, rosa) as hand:
        await hand.open(ref)
        await hand.press("z")
        await hand.told("todavía espera respuesta; respóndalo o derívelo primero")
        assert isinstance(hand.app.screen, TicketScreen)
    assert ticket(desk, ref).state == "new"


async def test_danger_is_not_closed_as_solved_and_only_what_can_be_chosen_is_offered(desk: Desk, rosa: Actor) -> None:
    ref = open_ticket(desk, risk=True)
    settle_promises(desk, ref)
    async with console(desk, rosa) as hand:
        await hand.press("g", *ref[-6:], "enter")
        await hand.reads(f"SOM · {ref} ·")
        await hand.press("z")
        await hand.screen(Choose)
        await hand.reads("no se cierra como resuelto", "1  Derivado a otra entidad", "2  Repetido")
        assert "Orientación dada" not in hand.seen()
        await hand.press("2")
        await hand.screen(Confirm)
        await hand.press("s")
        await hand.told("Caso cerrado")
    assert (ticket(desk, ref).state, ticket(desk, ref).outcome) == ("closed", "duplicate")


@pytest.mark.parametrize("key", ["l", "k", "w", "n", "z", "m", "e", "b", "a"])
async def test_who_may_not_is_told_before_anything_is_asked(desk: Desk, key: str) -> None:
    ref = arrive(desk, attached=(("a.pdf", b"%PDF-"),)).reference
    async with console(desk, member(desk, Role.AUDITOR)) as hand:
        await hand.open(ref)
        await hand.press(key)
        await hand.told("Su rol no permite hacer eso.")
        assert isinstance(hand.app.screen, TicketScreen)
    assert ticket(desk, ref).version == 1


async def test_who_has_the_case_now_is_told(desk: Desk, luz: Actor) -> None:
    ref = open_ticket(desk)
    async with console(desk, member(desk, Role.SUPERVISOR)) as hand:
        await hand.press("a")
        await hand.screen(Choose)
        await hand.press("l", "enter")
        await hand.told(f"{ref}: reasignado a Luz")
        await hand.open(ref)
        await hand.press("a")
        await hand.screen(Choose)
        await hand.press("s", "enter")
        await hand.told("Reasignado a Supervisor")


async def test_who_has_several_cases_now_is_told(desk: Desk, luz: Actor) -> None:
    for _ in range(2):
        open_ticket(desk)
    async with console(desk, member(desk, Role.SUPERVISOR)) as hand:
        await hand.press("asterisk", "a")
        await hand.screen(Choose)
        await hand.press("l", "enter")
        await hand.screen(Confirm)
        await hand.press("s")
        await hand.told("2 hechos: reasignados a Luz")


async def test_a_note_left_half_written_is_there_the_next_time(desk: Desk, rosa: Actor) -> None:
    ref = open_ticket(desk)
    async with console(desk, rosa) as hand:
        await hand.open(ref)
        await hand.press("n")
        await hand.screen(AskText)
        await hand.press(*"Llamar el", "escape")
        await hand.told("La nota queda a medias")
        await hand.press("n")
        await hand.screen(AskText)
        assert hand.app.screen.query_one(TextArea).text == "Llamar el"
        await hand.press("ctrl+end", *" lunes", "ctrl+s")
        await hand.told("Nota guardada")
        assert hand.app.place.half_written.names() == []
        await hand.press("n")
        await hand.screen(AskText)
        assert hand.app.screen.query_one(TextArea).text == ""


async def test_an_auditor_reads_and_changes_nothing(desk: Desk) -> None:
    ref = open_ticket(desk)
    auditor = member(desk, Role.AUDITOR)
    async with console(desk, auditor) as hand:
        await hand.open(ref)
        await hand.press("t")
        await hand.told("Su rol no permite hacer eso.")
    assert ticket(desk, ref).assignee_id is None


async def test_the_promise_is_explained_step_by_step(desk: Desk, rosa: Actor) -> None:
    ref = open_ticket(desk)
    async with console(desk, rosa) as hand:
        await hand.open(ref)
        await hand.press("i")
        await hand.reads("Cómo se contó:", "mar 24 nov", "día 1 de 1")


async def test_the_history_says_what_was_corrected(desk: Desk, rosa: Actor) -> None:
    ref = arrive(desk).reference
    judge(desk, rosa, ref, Judgement(trafficking_risk=True))
    judge(desk, rosa, ref, Judgement())
    judge(desk, rosa, ref, Judgement(trafficking_risk=False, line=4))
    async with console(desk, rosa, (180, 30)) as hand:
        await hand.open(ref)
        await hand.press("h")
        await hand.reads(
            "corrigió la clasificación (línea 4, quitó «riesgo de trata»)",
            "Rosa: confirmó la clasificación",
            "corrigió la clasificación (marcó «riesgo de trata»)",
        )
