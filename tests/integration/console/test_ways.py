"""From one list to another with the same keys, and what the lists say of what is unfinished."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from textual.widgets import DataTable, Footer

from casework.answer import answer, save_draft
from casework.desk import Actor, Desk
from casework.sweep import sweep
from console.dialogs import Choose
from console.messages import MessageLine
from console.screens.glance import GlanceScreen
from console.screens.queue import QueueScreen
from console.screens.remediation import FormScreen, RemediationScreen
from console.screens.settings import SettingsScreen
from console.screens.ticket import TicketScreen
from console.screens.uncertain import UncertainScreen
from tests.consoles import change, console
from tests.desks import Clock, member, open_ticket, words
from tickets.states import OutboxState, Role, TicketState
from tickets.tables import Outgoing

ROOMS = (("7", UncertainScreen), ("m", RemediationScreen), ("o", GlanceScreen), ("e", SettingsScreen))


@pytest.mark.parametrize(("key", "room"), ROOMS)
async def test_a_view_is_one_key_away_from_every_list(desk: Desk, rosa: Actor, key: str, room: type[object]) -> None:
    open_ticket(desk)
    async with console(desk, rosa) as hand:
        await hand.press(key)
        await hand.screen(room)
        await hand.press("3")
        await hand.screen(QueueScreen)
        await hand.reads("Libres: 1 caso")
        await hand.press(key)
        await hand.screen(room)
        await hand.press("v")
        await hand.screen(Choose)
        await hand.press("0")
        await hand.screen(QueueScreen)
        await hand.reads("Archivo: 1 caso")
        await hand.press(key)
        await hand.screen(room)
        await hand.press("g", "1", "enter")
        await hand.screen(TicketScreen)


async def test_from_room_to_room(desk: Desk, rosa: Actor) -> None:
    async with console(desk, rosa) as hand:
        for key, room in (*ROOMS, ROOMS[0]):
            await hand.press(key)
            await hand.screen(room)
            assert len(hand.app.screen_stack) == 3, "one beside the queue, never a pile of them"


async def test_a_message_hides_nothing_and_outlives_the_screen_it_was_said_on(desk: Desk, rosa: Actor) -> None:
    for _ in range(30):
        open_ticket(desk)
    async with console(desk, rosa) as hand:
        await hand.press("end")
        await hand.until(lambda: hand.queue.query_one(DataTable).cursor_row == 29)
        await hand.press("u")
        await hand.reads("✗ No tiene ninguna respuesta por salir.", "q Salir", "Rosa Quispe <rosa@example.org>")
        table = hand.queue.query_one(DataTable)
        line, footer = hand.queue.query_one(MessageLine), hand.queue.query_one(Footer)
        assert line.region.bottom == footer.region.y
        assert not line.region.overlaps(table.region)
        await hand.reads("2026-000030")  # the row under the cursor is still seen
        await hand.press("m")
        await hand.screen(RemediationScreen)
        await hand.reads("✗ No tiene ninguna respuesta por salir.", "Esc Volver")


async def test_a_message_goes_by_itself(desk: Desk, rosa: Actor) -> None:
    async with console(desk, rosa) as hand:
        hand.queue.tell("Ya está.", seconds=1)
        await hand.reads("Ya está.")
        await hand.until(lambda: "Ya está." not in hand.seen())
        assert not hand.queue.query_one(MessageLine).display


async def test_a_message_over_a_dialog_leaves_its_keys_in_sight(desk: Desk, rosa: Actor) -> None:
    open_ticket(desk)
    async with console(desk, rosa) as hand:
        await hand.press("v")
        await hand.screen(Choose)
        hand.queue.tell("Luz también está respondiendo este caso.", wrong=True)
        await hand.reads("✗ Luz también está respondiendo este caso.", "Esc Cancelar", "0  Archivo")


async def test_ones_own_answers_stand_under_the_list_with_the_key_that_takes_one_back(
    desk: Desk, rosa: Actor, luz: Actor, clock: Clock
) -> None:
    first, second, third = open_ticket(desk), open_ticket(desk), open_ticket(desk)
    answer(desk, luz, third, words())
    clock.forward(seconds=10)
    answer(desk, rosa, first, words())
    clock.forward(seconds=10)
    answer(desk, rosa, second, words())
    save_draft(desk, rosa, third, "Hola")
    async with console(desk, rosa, (132, 30)) as hand:
        await hand.reads(f"▲ Su respuesta a {first} sale en 50 segundos, y 1 más por salir · u retira una")
        rows = [line for line in hand.seen().splitlines() if "Rosa Quispe" in line and "<" not in line]
        assert [("por salir" in line) for line in rows] == [True, True, True]
        await hand.press("u")
        await hand.screen(Choose)
        await hand.reads(f"{first} · sale en 50 segundos", f"{second} · sale en 60 segundos")
        await hand.press("down", "enter")
        await hand.reads(f"Respuesta a {second} retirada")
        await hand.until(lambda: [one.reference for one in hand.queue.unfinished.own] == [first])
        await hand.reads("borrador")
        clock.forward(seconds=30)
        hand.app.clear_notifications()
        await hand.reads(f"▲ Su respuesta a {first} sale en 20 segundos · u la retira")


async def test_the_rare_views_show_themselves_when_something_is_in_them(desk: Desk, rosa: Actor, clock: Clock) -> None:
    ref = open_ticket(desk)
    async with console(desk, rosa) as hand:
        await hand.reads("1 Todo", "9 Hechas 0 Archivo")
        assert "7 Envíos" not in hand.seen()
        queued = answer(desk, rosa, ref, words(), send_now=True)
        with desk.store.write() as session:
            session.get_one(Outgoing, queued.outgoing_id).state = OutboxState.UNCERTAIN
        open_ticket(desk, state=TicketState.QUARANTINED)
        await hand.press("f5")
        await hand.reads("7 Envíos (1)", "8 Ilegibles (1)")
        await hand.press("7")
        await hand.screen(UncertainScreen)
        await hand.reads("7 Envíos (1)", ref, "Búsquelas en los")
    async with console(desk, rosa, (132, 30)) as hand:
        await hand.reads("7 Envíos (1) 8 Ilegibles (1) 9 Hechas 0 Archivo")


async def test_an_empty_view_says_so_where_the_list_begins(desk: Desk, rosa: Actor) -> None:
    said: tuple[tuple[str, Callable[[str], bool]], ...] = (
        ("1", lambda seen: "No hay nada pendiente" in seen),
        ("7", lambda seen: "No hay envíos inciertos" in seen),
        ("m", lambda seen: "No hay medidas por completar" in seen),
    )
    async with console(desk, rosa) as hand:
        for key, holds in said:
            await hand.press(key)
            await hand.until(lambda holds=holds: holds("\n".join(hand.seen().splitlines()[:6])))  # type: ignore[misc]


async def test_goal_and_end_stand_each_beside_its_own_time(desk: Desk, rosa: Actor, clock: Clock) -> None:
    open_ticket(desk, received_at=clock.now - timedelta(hours=16))  # Sunday: the goal is a day before the end
    open_ticket(desk)
    async with console(desk, rosa) as hand:
        await hand.reads("· meta: hoy, 5:00 p. m. (faltan 7 h) · vence: mañana, 5:00 p. m.", "Sin tomar")
        await hand.press("down")
        await hand.reads("vence: mañana, 5:00 p. m. (falta 1 día hábil)")


async def test_a_kind_nobody_has_confirmed_is_doubted_everywhere(desk: Desk, clock: Clock) -> None:
    ref = open_ticket(desk)
    change(desk, ref, kind="sugerencia")
    clock.forward(days=2)
    sweep(desk)
    async with console(desk, member(desk, Role.SUPERVISOR)) as hand:
        await hand.reads("Suger?", "Sugerencia por confirmar, en español")
        await hand.press("m")
        await hand.screen(RemediationScreen)
        await hand.reads("Rosa Quispe: C", "mar 24 nov", "responder, motivo")
        await hand.press("enter")
        await hand.screen(FormScreen)
        await hand.reads("Sugerencia por confirmar; corría el plazo de consulta, que venció el mar 24")
        await hand.press("escape", "escape")
        await hand.screen(QueueScreen)
        change(desk, ref, kind_confirmed=True)
        await hand.press("f5")
        await hand.reads("Suger.", "Sugerencia en español")


async def test_help_says_what_the_signs_mean(desk: Desk, rosa: Actor) -> None:
    async with console(desk, rosa, (80, 90)) as hand:
        await hand.press("question_mark")
        await hand.reads("Signos", "remitente sin verificar", "línea propuesta")


async def test_coming_back_to_an_empty_list_reads_it_again(desk: Desk, rosa: Actor) -> None:
    async with console(desk, rosa) as hand:
        await hand.reads("No hay nada pendiente")
        await hand.press("o")
        await hand.screen(GlanceScreen)
        open_ticket(desk)
        await hand.press("escape")
        await hand.reads("1 caso", "2026-000001")
