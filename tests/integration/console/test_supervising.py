"""What supervisors do in the console: remediation rows, the day at a glance, sends nobody is sure of."""

from datetime import timedelta

import pytest
from textual.widgets import TextArea

from casework import assign, staff
from casework.answer import answer
from casework.desk import Actor, Desk
from casework.sweep import sweep
from console.dialogs import AskText, Choose, Confirm
from console.screens.remediation import FormScreen, RemediationScreen
from console.screens.uncertain import UncertainScreen
from tests.consoles import Hand, console, line
from tests.desks import Clock, letter, member, open_ticket, promises, words
from tickets import amends, outgoing
from tickets.states import OutboxState, Role


async def test_a_supervisor_fills_a_remediation_row_in_and_closes_it(desk: Desk, clock: Clock) -> None:
    ref = open_ticket(desk)
    clock.forward(days=2)
    sweep(desk)
    boss = member(desk, Role.SUPERVISOR)
    async with console(desk, boss) as hand:
        await hand.press("m")
        await hand.screen(RemediationScreen)
        await hand.reads(ref.removeprefix("SOM-"), "Rosa Quispe", "responder, motivo")
        await hand.press("enter")
        await hand.screen(FormScreen)
        await hand.press("enter")
        await hand.screen(Choose)
        await hand.press("1")
        for said in ("", "Se respondio hoy", "Un turno mas"):
            await hand.until(
                lambda: isinstance(hand.app.screen, AskText) and not hand.app.screen.query_one(TextArea).text
            )
            await hand.press(*said, "ctrl+s")
        await hand.reads("¿Quién se encarga de la medida?", "1  Supervisor (supervisor/a)")
        await hand.press("enter")
        await hand.reads("¿Corresponde una disculpa?")
        await hand.press("n")
        await hand.told("Falta responder el caso")
    with desk.store.read() as session:
        row = amends.listing(session)[0][0]
    assert (row.cause, row.corrective, row.preventive, row.responsible, row.apology_due) == (
        "carga",
        "Se respondio hoy",
        "Un turno mas",
        "Supervisor",
        False,
    )


async def test_the_detail_of_the_cause_is_asked_for_after_it_and_may_stay_empty(desk: Desk, clock: Clock) -> None:
    open_ticket(desk)
    clock.forward(days=2)
    sweep(desk)
    async with console(desk, member(desk, Role.SUPERVISOR)) as hand:
        await hand.press("m")
        await hand.screen(RemediationScreen)
        await hand.reads("Rosa Quispe")
        await hand.press("enter", "enter")
        await hand.screen(Choose)
        await hand.press("1")
        await hand.reads("Detalle del motivo", "Puede quedar vacío.")
        await hand.screen(AskText)
        await hand.press(*"Un feriado", "ctrl+s")
        await hand.reads("Qué se hizo para resolver este caso.")
        await hand.press("escape")
        await hand.screen(FormScreen)
        await hand.reads("2  Detalle del motivo: Un feriado")
        await hand.press("enter")
        await hand.reads("Qué se hizo para resolver este caso.")
    with desk.store.read() as session:
        assert amends.listing(session)[0][0].cause_text == "Un feriado"


def responsible(desk: Desk) -> str:
    with desk.store.read() as session:
        return amends.listing(session)[0][0].responsible


async def open_row(hand: Hand) -> None:
    await hand.press("m")
    await hand.screen(RemediationScreen)
    await hand.reads("Rosa Quispe")
    await hand.press("enter")
    await hand.screen(FormScreen)


class TestWhoIsInCharge:
    async def test_enter_takes_whoever_has_the_case_and_a_digit_anybody_of_the_staff(
        self, desk: Desk, clock: Clock, rosa: Actor, luz: Actor
    ) -> None:
        assign.take(desk, rosa, open_ticket(desk))
        clock.forward(days=2)
        sweep(desk)
        member(desk, Role.AUDITOR)
        boss = member(desk, Role.SUPERVISOR)
        staff.disable(desk, member(desk, Role.ADMINISTRATOR), member(desk, Role.CONSULTANT, "julia").login)
        async with console(desk, boss) as hand:
            await open_row(hand)
            await hand.press("5")
            await hand.reads("2  Luz (consultor/a)", "3  Rosa (consultor/a, tiene el caso)", "0  Otra persona…")
            assert "Auditor" not in hand.seen()
            assert "Julia" not in hand.seen()
            await hand.press("enter")
            await hand.reads("5  Responsable: Rosa")
            assert responsible(desk) == "Rosa"
            await hand.press("5", "2")
            await hand.reads("5  Responsable: Luz")
        assert responsible(desk) == "Luz"

    async def test_somebody_else_is_written_on_one_line_and_stays_to_be_chosen(self, desk: Desk, clock: Clock) -> None:
        open_ticket(desk)
        clock.forward(days=2)
        sweep(desk)
        async with console(desk, member(desk, Role.SUPERVISOR)) as hand:
            await open_row(hand)
            await hand.press("5", "0")
            await line(hand, "Oficina de sistemas")
            await hand.reads("5  Responsable: Oficina de sistemas")
            assert responsible(desk) == "Oficina de sistemas"
            await hand.press("5")
            await hand.reads("Oficina de sistemas  (ahora)")
            await hand.press("escape")
            await hand.screen(FormScreen)
        assert responsible(desk) == "Oficina de sistemas"


async def test_a_broken_commitment_is_not_named_as_if_it_had_been_kept(desk: Desk, clock: Clock) -> None:
    open_ticket(desk)
    clock.forward(days=2)
    sweep(desk)
    async with console(desk, member(desk, Role.SUPERVISOR)) as hand:
        await hand.press("m")
        await hand.reads("· No se cumplió: respuesta dentro del plazo")
        await hand.press("enter")
        await hand.screen(FormScreen)
        await hand.reads("  No se cumplió: respuesta dentro del plazo")


async def test_the_measure_that_the_person_reads_is_written_beside_the_letter(desk: Desk, clock: Clock) -> None:
    open_ticket(desk, text="Mi empleador no me paga desde marzo.")
    clock.forward(days=2)
    sweep(desk)
    async with console(desk, member(desk, Role.SUPERVISOR)) as hand:
        await open_row(hand)
        await hand.press("4")
        await hand.reads("La persona lo lee en la", "F2 Ver la carta")
        await hand.press("f2")
        await hand.reads("no me paga desde marzo")


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (160, 50)])
async def test_no_line_of_the_day_is_broken_in_two(
    desk: Desk, rosa: Actor, clock: Clock, size: tuple[int, int]
) -> None:
    for days in (3, 4, 5):
        open_ticket(desk, received_at=clock.now - timedelta(days=days))
    async with console(desk, rosa, size) as hand:
        await hand.press("o")
        await hand.reads("Esperan respuesta: 3")
        await hand.until(lambda: "esper" in hand.seen())
        lines = [one.strip() for one in hand.seen().splitlines()]
        [abroad] = [one.split() for one in lines if one.startswith("2 Vive fuera")]
        assert [int(one) for one in abroad[3:] if one.isdigit()] == [0, 0, 1, 0, 3]
        assert not [one for one in lines if one and set(one) <= set("0123456789 █")], "numbers without their line"
        assert any(one.endswith("trata: 1") or "con riesgo de trata: 0" in one for one in lines)
        await hand.press("pagedown", "end")
        await hand.reads("Quién tiene qué", "sin tomar")
        assert [one for one in hand.seen().splitlines() if one.split()[:5] == ["sin", "tomar", "3", "2", "0"]]


async def test_the_day_at_a_glance(desk: Desk, rosa: Actor, clock: Clock) -> None:
    open_ticket(desk, received_at=clock.now - timedelta(days=4))
    mine = open_ticket(desk, risk=True)
    assign.take(desk, rosa, mine)
    async with console(desk, rosa, (100, 50)) as hand:
        await hand.press("o")
        await hand.reads("Esperan respuesta: 2 · vencidas: 1 · con riesgo de trata: 1", "Quién tiene qué")
        lines = [line.split() for line in hand.seen().splitlines()]
        assert ["Rosa", "1", "0", "1"] in [line[:4] for line in lines]
        assert ["sin", "tomar", "1", "1", "0"] in [line[:5] for line in lines]
        [abroad] = [line for line in lines if line[:3] == ["2", "Vive", "fuera"]]
        assert [int(one) for one in abroad[3:] if one.isdigit()] == [1, 0, 0, 0, 2]


async def test_an_uncertain_send_waits_for_a_persons_word(desk: Desk, rosa: Actor, clock: Clock) -> None:

    ref = open_ticket(desk)
    queued = answer(desk, rosa, ref, words(), send_now=True)
    with desk.store.write() as session:
        [claimed] = outgoing.claim(session, now=clock.now, limit=1, owner="prueba", lease=timedelta(minutes=1))
        outgoing.begin(claimed, now=clock.now, lease=timedelta(minutes=1))
        claimed.state = OutboxState.UNCERTAIN
    async with console(desk, rosa) as hand:
        await hand.press("7")
        await hand.screen(UncertainScreen)
        await hand.reads(ref, "Respuesta")
        await hand.press("l")
        await hand.screen(Confirm)
        await hand.press("s")
        await hand.until(lambda: letter(desk, queued.outgoing_id).state == OutboxState.SENT)
    assert [one.state for one in promises(desk, ref)] == ["kept"]
