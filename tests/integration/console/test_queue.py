"""The queue driven as a person drives it: views, filters, bulk deeds, what is remembered, a database that is gone."""

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event
from textual.widgets import DataTable, Static, TextArea

from calendar_pe import Effect, Row, Scope
from casework import assign, recalendar
from casework.desk import Actor, Desk
from console.dialogs import AskLine, Choose, Confirm
from console.screens.glance import GlanceScreen
from console.screens.queue import QueueScreen
from console.screens.settings import SettingsScreen
from console.screens.ticket import TicketScreen
from tests.consoles import change, console
from tests.databases import Postgresql
from tests.desks import TUESDAY, Clock, build, member, open_ticket, settle_promises, ticket
from tickets.states import Role, TicketState
from tickets.store import Store

DECREE = Row(
    date=TUESDAY, scope=Scope.PUBLIC_SECTOR, effect=Effect.NONWORKING, name="Día no laborable", legal_basis="DS"
)


# -- views and filters


async def test_the_views_that_come_by_age(desk: Desk, rosa: Actor, clock: Clock) -> None:
    first, second = open_ticket(desk), open_ticket(desk)
    unread, waiting = open_ticket(desk, state=TicketState.QUARANTINED), open_ticket(desk)
    for one in (second, first):
        clock.forward(minutes=1)
        settle_promises(desk, one)
    async with console(desk, rosa) as hand:
        await hand.lists(unread, waiting)
        await hand.press("9")
        await hand.lists(first, second)
        await hand.press("8")
        await hand.lists(unread)
        await hand.press("0")
        await hand.lists(waiting, unread, second, first)
        await hand.reads("Archivo: 4 casos")


async def test_filters_add_up_stand_in_the_bar_and_go_with_one_key(desk: Desk, rosa: Actor) -> None:
    refs = [open_ticket(desk, text="canguro" if number else "otra cosa") for number in range(4)]
    change(desk, refs[1], line=5, countries="VE JP")
    change(desk, refs[2], line=5, countries="VE")
    change(desk, refs[3], line=5, kind="reclamo", countries="VE JP")
    async with console(desk, rosa) as hand:
        await hand.press("f")
        await hand.screen(Choose)
        await hand.press("5")
        await hand.lists(*refs[1:])
        await hand.press("f")
        await hand.screen(Choose)
        await hand.reads("Ahora: línea 5")
        await hand.press("p")
        await hand.screen(AskLine)
        await hand.press(*"japon", "enter")
        await hand.lists(refs[1], refs[3])
        await hand.press("f")
        await hand.screen(Choose)
        await hand.press("c")
        await hand.lists(refs[1])
        await hand.press("slash")
        await hand.screen(AskLine)
        await hand.press(*"cangu", "enter")
        await hand.lists(refs[1])
        await hand.reads("Filtro: línea 5, consulta, Japón, «cangu»", "(Esc lo quita)")
        await hand.press("escape")
        await hand.lists(*refs)
        await hand.press("f")
        await hand.screen(Choose)
        await hand.press("5")
        await hand.lists(*refs[1:])
        await hand.press("f")
        await hand.screen(Choose)
        await hand.press("5")  # chosen again, it is taken off
        await hand.lists(*refs)


async def test_an_unknown_country_is_asked_again_and_a_doubtful_one_chosen(desk: Desk, rosa: Actor) -> None:
    ref, other = open_ticket(desk), open_ticket(desk)
    change(desk, ref, countries="KP")
    change(desk, other, countries="KR")
    async with console(desk, rosa) as hand:
        await hand.press("f")
        await hand.screen(Choose)
        await hand.press("p")
        await hand.screen(AskLine)
        await hand.press(*"narnia", "enter")
        await hand.reads("No hay un país que se llame así.")
        await hand.press(*["backspace"] * 6, *"corea", "enter")
        await hand.screen(Choose)
        await hand.reads("¿Cuál?", "Corea del Norte", "Corea del Sur")
        await hand.press("down", "enter")
        await hand.lists(other)


async def test_a_search_finds_what_was_written_and_hostile_words_find_nothing(desk: Desk, rosa: Actor) -> None:
    ref = open_ticket(desk, text="Mi pensión de jubilación")
    open_ticket(desk, text="otra cosa")
    async with console(desk, rosa) as hand:
        for said, found in (("pension JUBI", [ref]), ('"[/red] OR (', []), ("2", ["SOM-2026-000002"])):
            await hand.press("slash")
            await hand.screen(AskLine)
            hand.app.screen.query_one("Input").value = said  # type: ignore[attr-defined]
            await hand.press("enter")
            await hand.lists(*found)
            await hand.press("escape")
            await hand.lists(ref, "SOM-2026-000002")


# -- what a row says


async def test_a_row_says_everything_in_80_columns_and_more_in_160(desk: Desk, rosa: Actor) -> None:
    ref = open_ticket(desk, risk=True)
    change(desk, ref, on_behalf=True, language="qu", countries="CL AR", kind="agradecimiento", flags="rebotado")
    assign.take(desk, rosa, ref)
    async with console(desk, rosa) as hand:
        await hand.reads("2026-000001", "2?", "Agrad?", "qu", "trata +2", "Rosa ", "Rosa?: Consu")
        await hand.reads("A cargo de Rosa · riesgo de trata · línea propuesta · por tercero · rebotó")
        await hand.reads("en quechua · Chile · Argentina")
        for line in hand.seen().splitlines():
            assert len(line) == 80
        await hand.pilot.resize_terminal(160, 50)
        await hand.reads("SOM-2026-000001", "2? Vive fuera", "Rosa Quispe", "Consulta por mi pensión")
        await hand.reads(
            "Última carta", "Buenas tardes, quiero saber de mi pensión."
        )  # a tall terminal shows the letter
        await hand.pilot.resize_terminal(80, 24)
        await hand.until(lambda: "Última carta" not in hand.seen())


@pytest.mark.parametrize("size", [(80, 24), (100, 30), (132, 43), (200, 60)])
async def test_no_key_of_the_footer_is_cut_off(desk: Desk, rosa: Actor, size: tuple[int, int]) -> None:
    open_ticket(desk)
    async with console(desk, rosa, size) as hand:
        await hand.reads("Intro Abrir", "? Ayuda", "q Salir")
        await hand.press("question_mark")
        await hand.reads("Reasignar", "Confirmar", "Ajustes") if size[1] > 40 else await hand.reads("SOM · Ayuda")


# -- several at once


async def test_what_a_bulk_deed_will_do_to_each_is_shown_and_asked_once(desk: Desk, rosa: Actor) -> None:
    boss = member(desk, Role.SUPERVISOR, "jefa")
    refs = [open_ticket(desk) for _ in range(3)]
    assign.take(desk, rosa, refs[0])
    async with console(desk, boss) as hand:
        await hand.press("asterisk")
        await hand.reads("3 marcados")
        await hand.press("a")
        await hand.screen(Choose)
        await hand.reads("Jefa (supervisor/a)", "Rosa (consultor/a)")
        await hand.press("enter")
        await hand.screen(Confirm)
        name = "Jefa" if "dar a Jefa" in hand.seen() else "Rosa"
        await hand.reads(f"Va a dar a {name} 3 casos", f"pasa de Rosa a {name}", f"pasa de nadie a {name}")
        await hand.press("s")
        await hand.told("3 hechos")
        assert {ticket(desk, one).assignee_id for one in refs} == {boss.staff_id if name == "Jefa" else rosa.staff_id}


async def test_no_is_no(desk: Desk, rosa: Actor) -> None:
    refs = [open_ticket(desk) for _ in range(2)]
    async with console(desk, rosa) as hand:
        await hand.press("asterisk", "l")
        await hand.screen(Choose)
        await hand.press("5")
        await hand.screen(Confirm)
        await hand.reads("de la línea 2 a la 5")
        await hand.press("n")
        await hand.screen(QueueScreen)
        assert [ticket(desk, one).line for one in refs] == [2, 2]
        await hand.press("l")
        await hand.screen(Choose)
        await hand.press("5")
        await hand.screen(Confirm)
        await hand.press("s")
        await hand.until(lambda: [ticket(desk, one).line for one in refs] == [5, 5])
        await hand.until(lambda: not hand.queue.marked)


async def test_one_refusal_does_not_stop_the_others(desk: Desk, rosa: Actor) -> None:
    refs = [open_ticket(desk) for _ in range(3)]
    assign.take(desk, member(desk, Role.CONSULTANT, "luz"), refs[1])
    async with console(desk, rosa) as hand:
        await hand.press("asterisk", "t")
        await hand.screen(Confirm)
        await hand.press("s")
        await hand.told("2 hechos; 1 no: SOM-2026-000002: ")
        await hand.until(lambda: [row.assignee for row in hand.queue.rows] == ["Rosa", "Luz", "Rosa"])


async def test_a_consultant_hands_nothing_over_and_an_auditor_changes_nothing(desk: Desk, rosa: Actor) -> None:
    ref = open_ticket(desk)
    async with console(desk, rosa) as hand:
        await hand.press("a")
        await hand.told("Su rol no permite hacer eso.")
    async with console(desk, member(desk, Role.AUDITOR, "ana")) as hand:
        for key in ("t", "c"):
            await hand.press(key)
            await hand.told("Su rol no permite hacer eso.")
    assert (ticket(desk, ref).assignee_id, ticket(desk, ref).line_confirmed) == (None, False)


# -- supervisors


async def test_the_day_by_line_and_the_load_by_person(desk: Desk, rosa: Actor, clock: Clock) -> None:
    open_ticket(desk, received_at=clock.now - timedelta(days=10))  # broken
    open_ticket(desk, received_at=clock.now - timedelta(days=3))  # Friday's: due today
    answered = open_ticket(desk)
    settle_promises(desk, answered)
    assign.take(desk, rosa, open_ticket(desk, risk=True))
    async with console(desk, member(desk, Role.SUPERVISOR, "jefa"), (100, 40)) as hand:
        await hand.press("o")
        await hand.screen(GlanceScreen)
        await hand.reads("Hoy, lun 23 nov", "Quién tiene qué", "Esperan respuesta: 3 · vencidas: 1")
        row = next(line for line in hand.seen().splitlines() if "2 Vive fuera" in line)
        assert [int(one) for one in row.split() if one.isdigit()][1:] == [2, 1, 1, 0, 3]


async def test_the_settings_are_shown_and_no_secret_among_them(desk: Desk, rosa: Actor) -> None:
    async with console(desk, rosa, (100, 45)) as hand:
        await hand.press("e")
        await hand.screen(SettingsScreen)
        await hand.reads(
            "Lima", "consulta 1, sugerencia 7, reclamo 30", "08:15 a 17:00", "60 segundos", "guardia@example.pe"
        )
        assert "secret" not in hand.seen().lower()


# -- remembered


async def test_view_and_filter_come_back_and_the_cursor_stands_on_the_most_pressing(desk: Desk, rosa: Actor) -> None:
    refs = [open_ticket(desk) for _ in range(4)]
    change(desk, refs[0], line=5)
    remembered: dict[str, str] = {}
    async with console(desk, rosa, remembered=remembered) as hand:
        await hand.press("3")
        await hand.until(lambda: hand.queue.view == "free")
        await hand.press("f")
        await hand.screen(Choose)
        await hand.press("2")
        await hand.lists(*refs[1:])
        await hand.press("down", "down", "enter")
        await hand.screen(TicketScreen)
        await hand.press("escape")
        await hand.screen(QueueScreen)
        assert hand.queue.query_one(DataTable).cursor_row == 2
    async with console(desk, rosa, remembered=remembered) as hand:
        await hand.lists(*refs[1:])
        await hand.reads("Libres: 3 casos", "Filtro: línea 2")
        assert hand.queue.query_one(DataTable).cursor_row == 0
        await hand.press("g")
        await hand.screen(AskLine)
        await hand.reads(f"vacío: {refs[3]}")
        await hand.press("enter")
        await hand.screen(TicketScreen)
        await hand.reads(refs[3])


async def test_a_memory_that_makes_no_sense_is_left_aside(desk: Desk, rosa: Actor) -> None:
    ref = open_ticket(desk)
    odd = {"view": "x", "line": "99", "kind": "[/]", "country": "??", "text": "", "theme": "none", "reference": "\x1b"}
    async with console(desk, rosa, remembered=odd) as hand:
        await hand.lists(ref)


# -- what may go wrong outside


async def test_a_locked_database_is_told_survived_and_the_draft_kept(
    desk: Desk, rosa: Actor, sqlite_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    ref = open_ticket(desk)

    @event.listens_for(sqlite_store.engine, "checkout")
    def impatient(connection: sqlite3.Connection, *_: object) -> None:
        connection.execute("PRAGMA busy_timeout = 50")

    async with console(desk, rosa) as hand:
        await hand.press("r")
        await hand.until(lambda: bool(hand.app.screen.query("#offers")))
        await hand.until(lambda: hand.app.screen.query_one("#offers").option_count > 1)  # type: ignore[attr-defined]
        await hand.press("home", "enter")
        await hand.until(lambda: hand.app.screen.query_one("#sheet", TextArea).has_focus)
        await hand.press(*"Puede pedirla en Lima.")
        other = sqlite3.connect(Path(str(sqlite_store.engine.url.database)), isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        try:
            await hand.press("ctrl+s")
            await hand.told("No hay conexión con la base de datos")
            await hand.reads("Puede pedirla en Lima.")
        finally:
            other.execute("ROLLBACK")
            other.close()
        await hand.press("ctrl+s")
        await hand.reads("Su respuesta sale")
    assert ticket(desk, ref).assignee_id == rosa.staff_id


async def test_a_server_that_goes_away_is_said_in_the_banner_until_it_is_back(
    postgresql_store: Store, postgresql_server: Postgresql, clock: Clock
) -> None:
    desk = build(postgresql_store, clock)
    rosa, name = member(desk, Role.CONSULTANT, "rosa"), str(postgresql_store.engine.url.database)
    open_ticket(desk)
    async with console(desk, rosa) as hand:
        postgresql_server.admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
        postgresql_server.admin.execute(ended, [name])
        await hand.press("f5")
        await hand.reads("SIN CONEXIÓN", "2026-000001")
        await hand.told("No hay conexión con la base de datos")
        postgresql_server.admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
        open_ticket(desk)
        await hand.press("f5")
        await hand.lists("SOM-2026-000001", "SOM-2026-000002")
        await hand.until(lambda: "SIN CONEXIÓN" not in hand.seen())


async def test_a_decree_that_comes_while_the_queue_is_open_counts(desk: Desk, rosa: Actor) -> None:
    open_ticket(desk)
    async with console(desk, rosa) as hand:
        await hand.reads("falta 1 día hábil")
        recalendar.add(desk, member(desk, Role.ADMINISTRATOR, "admin"), DECREE)
        assert hand.queue.desk.calendar.is_business_day(TUESDAY)
        await hand.press("f5")
        await hand.until(lambda: not hand.queue.desk.calendar.is_business_day(TUESDAY))


async def test_nothing_moves_by_itself_and_the_colours_go_round(desk: Desk, rosa: Actor) -> None:
    async with console(desk, rosa) as hand:
        assert hand.app.animation_level == "none"
        seen = [hand.app.theme]
        for _ in range(3):
            await hand.press("ctrl+t")
            await hand.until(lambda: hand.app.theme != seen[-1])
            seen.append(hand.app.theme)
        assert seen == ["som-oscuro", "som-claro", "som-contraste", "som-oscuro"]
        await hand.press("ctrl+p")
        await hand.until(lambda: len(hand.app.screen_stack) > 2)
        await hand.press(*"panorama")
        await hand.reads("Panorama", "El día de un vistazo")
        await hand.press("enter", "enter")
        await hand.screen(GlanceScreen)
        assert isinstance(hand.app.screen.query_one("#glance Static"), Static)
