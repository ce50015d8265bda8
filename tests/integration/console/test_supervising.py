"""What supervisors do in the console: remediation rows, the day at a glance, sends nobody is sure of."""

from datetime import timedelta

from textual.widgets import TextArea

from casework import assign
from casework.answer import answer
from casework.desk import Actor, Desk
from casework.sweep import sweep
from console.dialogs import AskText, Choose, Confirm
from console.screens.remediation import FormScreen, RemediationScreen
from console.screens.uncertain import UncertainScreen
from tests.consoles import console
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
        for said in ("", "Se respondio hoy", "Un turno mas", "Jefatura"):
            await hand.until(
                lambda: isinstance(hand.app.screen, AskText) and not hand.app.screen.query_one(TextArea).text
            )
            await hand.press(*said, "ctrl+s")
        await hand.screen(Choose)
        await hand.press("n")
        await hand.told("Falta responder el caso")
    with desk.store.read() as session:
        row = amends.listing(session)[0][0]
    assert (row.cause, row.corrective, row.preventive, row.responsible, row.apology_due) == (
        "carga",
        "Se respondio hoy",
        "Un turno mas",
        "Jefatura",
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
