"""The queue driven as a person drives it, key by key, at a real desk."""

from dataclasses import replace
from datetime import timedelta

from casework import assign
from casework.desk import Actor, Desk
from console.app import make_console
from console.dialogs import Choose, Confirm
from console.screens.queue import QueueScreen
from console.screens.ticket import TicketScreen
from tests.consoles import SIZE, Failing, Hand, change, console
from tests.desks import Clock, open_ticket, ticket


async def test_the_queue_puts_danger_first_and_then_what_is_due_soonest(desk: Desk, rosa: Actor, clock: Clock) -> None:
    late = open_ticket(desk, received_at=clock.now - timedelta(days=4))
    later = open_ticket(desk)
    danger = open_ticket(desk, risk=True)
    async with console(desk, rosa) as hand:
        screen = hand.app.screen
        assert isinstance(screen, QueueScreen)
        assert [row.reference for row in screen.rows] == [danger, late, later]
        await hand.reads("✗ vencida", "riesgo de trata", "3 casos")


async def test_each_view_shows_its_own_cases(desk: Desk, rosa: Actor, clock: Clock) -> None:
    late = open_ticket(desk, received_at=clock.now - timedelta(days=4))
    mine = open_ticket(desk)
    doubtful = open_ticket(desk)
    change(desk, mine, proposed=False)
    change(desk, late, proposed=False)
    assign.take(desk, rosa, mine)
    async with console(desk, rosa) as hand:
        screen = hand.app.screen
        assert isinstance(screen, QueueScreen)
        for key, expected in (("2", {mine}), ("3", {late, doubtful}), ("5", {late}), ("6", {doubtful}), ("8", set())):
            await hand.press(key)
            await hand.until(lambda wanted=expected: {row.reference for row in screen.rows} == wanted)  # type: ignore[misc]
        await hand.reads("No hay cartas sin analizar.")


async def test_a_filter_and_a_search_narrow_the_view_and_escape_widens_it(desk: Desk, rosa: Actor) -> None:
    first, second = open_ticket(desk), open_ticket(desk, address="otra@example.org")
    change(desk, first, line=3)
    async with console(desk, rosa) as hand:
        screen = hand.app.screen
        assert isinstance(screen, QueueScreen)
        await hand.press("f")
        await hand.screen(Choose)
        await hand.press("3")
        await hand.until(lambda: [row.reference for row in screen.rows] == [first])
        await hand.reads("Filtro: línea 3")
        await hand.press("escape")
        await hand.until(lambda: len(screen.rows) == 2)
        await hand.press("slash", *"otra@", "enter")
        await hand.until(lambda: [row.reference for row in screen.rows] == [second])


async def test_the_queue_reads_on_as_the_cursor_goes_down(desk: Desk, rosa: Actor) -> None:
    for _ in range(160):
        open_ticket(desk)
    async with console(desk, rosa) as hand:
        screen = hand.app.screen
        assert isinstance(screen, QueueScreen)
        await hand.reads("50+ casos")
        assert len(screen.rows) == 50
        for shown in ("150+ casos", "160 casos"):
            await hand.press("end")
            await hand.reads(shown)
        await hand.press("f5")  # read again as far as it had been read
        await hand.until(lambda: screen.next_place is None and len(screen.rows) == 160)
    async with console(desk, rosa, (80, 70)) as hand:
        await hand.reads("70+ casos")  # a tall terminal has no empty lines


async def test_several_marked_cases_are_taken_after_one_question(desk: Desk, rosa: Actor) -> None:
    refs = [open_ticket(desk) for _ in range(3)]
    async with console(desk, rosa) as hand:
        await hand.press("space", "space", "t")
        await hand.screen(Confirm)
        await hand.reads("Va a tomar 2 casos", refs[0], refs[1])
        await hand.press("s")
        await hand.until(
            lambda: [ticket(desk, one).assignee_id for one in refs] == [rosa.staff_id, rosa.staff_id, None]
        )
        await hand.press("s")
        await hand.until(lambda: ticket(desk, refs[2]).state == "new")


async def test_a_case_is_opened_by_its_number_alone(desk: Desk, rosa: Actor) -> None:
    open_ticket(desk)
    second = open_ticket(desk)
    async with console(desk, rosa) as hand:
        await hand.press("g", "2", "enter")
        await hand.screen(TicketScreen)
        await hand.reads(second)


async def test_an_unknown_number_is_told_and_the_queue_stays(desk: Desk, rosa: Actor) -> None:
    open_ticket(desk)
    async with console(desk, rosa) as hand:
        await hand.press("g", *"999", "enter")
        await hand.told("No existe un caso con ese número")
        await hand.screen(QueueScreen)


async def test_a_lost_database_is_told_and_the_queue_survives(desk: Desk, rosa: Actor) -> None:
    open_ticket(desk)
    store = Failing(desk.store.engine)
    async with console(replace(desk, store=store), rosa) as hand:
        screen = hand.app.screen
        assert isinstance(screen, QueueScreen)
        store.failing = True
        await hand.press("f5")
        await hand.told("No hay conexión con la base de datos")
        assert len(screen.rows) == 1
        open_ticket(desk)
        store.failing = False
        await hand.press("f5")
        await hand.until(lambda: len(screen.rows) == 2)


async def test_view_and_colours_are_remembered(desk: Desk, rosa: Actor) -> None:
    remembered: dict[str, str] = {}
    for _ in range(2):
        app = make_console(desk, rosa, remembered=remembered)
        async with app.run_test(size=SIZE) as pilot:
            hand = Hand(app, pilot)
            await hand.until(lambda app=app: isinstance(app.screen, QueueScreen) and bool(app.screen.columns))  # type: ignore[misc]
            if not remembered:
                await hand.press("3", "ctrl+t")
                await hand.until(lambda: "theme" in remembered)
            else:
                await hand.reads("Libres: 0 casos")
                assert app.theme == "som-claro"
