"""What somebody who sees the console for the first time must be able to trust: its keys, its marks, its words."""

import pytest
from textual.widgets import Input

from casework import assign
from casework.desk import Actor, Desk
from console.clockwords import Left, Urgency
from console.columns import Line, cells, columns_for
from console.dialogs import Choose, Confirm
from console.keybar import KeyBar
from console.screens.queue import QueueScreen
from tests.arriving import answered
from tests.consoles import Hand, console, write
from tests.desks import Clock, events, member, open_ticket, ticket
from tests.integration.console.test_queue_marks import of_list, row
from tickets.states import Role

SIZES = [(80, 24), (160, 50)]


class TestAConfirmation:
    @pytest.mark.parametrize("size", [(80, 24), (60, 16), (50, 14)])
    async def test_its_keys_are_in_sight_and_hide_no_case(self, desk: Desk, size: tuple[int, int]) -> None:
        boss = member(desk, Role.SUPERVISOR, "Guadalupe de los Ángeles Huamán Quispe")
        refs = [open_ticket(desk) for _ in range(7)]
        for ref in refs:
            assign.take(desk, boss, ref)
        async with console(desk, boss, size) as hand:
            await hand.press("asterisk", "s")
            await hand.screen(Confirm)
            await hand.reads("Intro/s Sí n No", "¿Continúa?")
            listed = hand.app.screen.query_one(".consequences")
            bar = hand.app.screen.query_one(KeyBar)
            await hand.until(lambda: listed.region.bottom <= bar.region.y)
            assert bar.region.bottom < hand.app.screen.query_one(".dialog").region.bottom
            await hand.press("end")
            await hand.reads("Intro/s Sí n No", refs[-1])

    async def test_its_keys_stand_in_a_terminal_that_lost_the_focus_too(self, desk: Desk, rosa: Actor) -> None:
        async with console(desk, rosa) as hand:
            hand.app.app_focus = False
            hand.app.push_screen(Confirm("¿Seguro?"))
            await hand.screen(Confirm)
            await hand.reads("Intro/s Sí n No")

    async def test_it_counts_what_changed_and_what_stayed(self, desk: Desk) -> None:
        boss = member(desk, Role.SUPERVISOR)
        refs = [open_ticket(desk) for _ in range(7)]
        for ref in refs[:3]:
            assign.take(desk, boss, ref)
        async with console(desk, boss) as hand:
            await hand.press("asterisk", "s")
            await hand.screen(Confirm)
            await hand.press("enter")
            await hand.told("3 hechos; 4 quedan igual")
        assert [events(desk, ref)[-1] for ref in refs] == ["released"] * 3 + ["opened"] * 4

    @pytest.mark.parametrize(("careful", "keys"), [(False, "Intro/s Sí n No"), (True, " s Sí n No")])
    async def test_it_says_whether_enter_means_yes(self, desk: Desk, rosa: Actor, careful: bool, keys: str) -> None:
        async with console(desk, rosa) as hand:
            for key, meant in (("enter", not careful), ("s", True), ("y", True), ("n", False), ("escape", False)):
                asked: list[bool | None] = []
                hand.app.push_screen(Confirm("¿Seguro?", careful=careful), asked.append)
                await hand.screen(Confirm)
                await hand.reads(keys)
                await hand.press(key)
                await hand.screen(QueueScreen)
                assert asked == [meant]

    async def test_enter_neither_takes_the_risk_off_nor_closes(self, desk: Desk, rosa: Actor) -> None:
        ref = open_ticket(desk, risk=True)
        async with console(desk, rosa) as hand:
            screen = await hand.open(ref)
            await hand.press("w")
            await hand.screen(Confirm)
            await hand.press("enter")
            await hand.until(lambda: hand.app.screen is screen)
            assert ticket(desk, ref).trafficking_risk
        answered(desk, ref)
        async with console(desk, rosa, remembered={"view": "closed"}) as hand:
            await hand.lists(ref)
            screen = await hand.open(ref)
            await hand.press("z")
            await hand.screen(Choose)
            await hand.press("enter")
            await hand.screen(Confirm)
            await hand.press("enter")
            await hand.until(lambda: hand.app.screen is screen)
            assert ticket(desk, ref).state != "closed"


async def test_giving_back_what_nobody_has_is_said_and_not_written_down(desk: Desk, rosa: Actor) -> None:
    ref = open_ticket(desk)
    async with console(desk, rosa) as hand:
        await hand.lists(ref)
        await hand.press("s")
        await hand.told(f"{ref}: nadie lo tenía: queda igual")
        await hand.open(ref)
        await hand.press("s")
        await hand.told("Nadie lo tenía: queda igual")
    assert events(desk, ref) == ["opened"]


class TestARow:
    @pytest.mark.parametrize("size", SIZES)
    async def test_the_mark_hides_neither_sign_nor_word(
        self, desk: Desk, rosa: Actor, clock: Clock, size: tuple[int, int]
    ) -> None:
        late = open_ticket(desk)
        clock.forward(days=3)
        danger = open_ticket(desk, risk=True, received_at=clock.now)
        async with console(desk, rosa, size) as hand:
            await hand.lists(danger, late)
            before = [of_list(hand, one) for one in (danger, late)]
            await hand.press("space", "space")
            await hand.reads("2 marcados")
            for ref, was in zip((danger, late), before, strict=True):
                assert was[0] == " "
                assert of_list(hand, ref)[:20] == f"●{was[1:20]}"
            assert "! URGENTE" in of_list(hand, danger)
            assert "✗ vencida 1 d" in of_list(hand, late)

    @pytest.mark.parametrize("size", SIZES)
    async def test_danger_that_is_overdue_is_both_and_stays_first(
        self, desk: Desk, rosa: Actor, clock: Clock, size: tuple[int, int]
    ) -> None:
        older, danger = open_ticket(desk), open_ticket(desk, risk=True)
        clock.forward(days=2)
        async with console(desk, rosa, size) as hand:
            await hand.lists(danger, older)
            assert "! URGENTE ✗" in of_list(hand, danger)
            await hand.reads("✗ vencida hace 1 h 45 min")

    @pytest.mark.parametrize(
        ("brief", "said"),
        [
            ("vencida <1 h", "✗ venció <1 h"),
            ("vencida 8 h", "✗ vencida 8 h"),
            ("vencida 1 d háb.", "✗ vencida 1 d"),
            ("vencida 12 d háb.", "✗ venció 12 d"),
            ("vencida 123 d háb.", "✗ hace 123 d"),
            ("vencida 1234 d háb.", "✗ hace 1234 d"),
        ],
    )
    def test_what_is_overdue_is_never_cut(self, desk: Desk, brief: str, said: str) -> None:
        one = row(desk, open_ticket(desk))
        for width in (50, 80, 131):
            columns = columns_for(width)
            assert cells(Line(one, Left(Urgency.BROKEN, "", brief)), columns)[0].plain == f" {said}"

    def test_a_goal_that_has_passed_keeps_its_unit(self, desk: Desk) -> None:
        one = row(desk, open_ticket(desk))
        [first, *_] = cells(Line(one, Left(Urgency.PASSED, "", "urge, 45 min")), columns_for(80))
        assert first.plain == " ! urge 45 min"

    async def test_help_says_where_the_mark_goes_on(self, desk: Desk, rosa: Actor) -> None:
        async with console(desk, rosa, (160, 50)) as hand:
            await hand.press("question_mark")
            await hand.reads("Para actuar sobre varios; pasa a la fila siguiente")


class TestAMessageElsewhere:
    async def back(self, hand: Hand) -> None:
        await hand.press("escape")
        await hand.screen(QueueScreen)

    async def test_it_names_its_case(self, desk: Desk, rosa: Actor) -> None:
        first, second = open_ticket(desk), open_ticket(desk)
        async with console(desk, rosa) as hand:
            await hand.lists(first, second)
            await hand.open(first)
            await hand.press("k")
            await hand.screen(Choose)
            await hand.press("c")
            await hand.reads("Tipo: Consulta")
            assert f"{first}: Tipo" not in hand.seen()
            await self.back(hand)
            await hand.reads(f"{first}: Tipo: Consulta")
            [said] = hand.app.place.said
            assert said.seen_from("TicketScreen", second) == f"{first}: Tipo: Consulta"
            assert said.seen_from("AnswerScreen", first) == "Tipo: Consulta"

    async def test_a_hint_of_keys_stays_with_its_case(self, desk: Desk, rosa: Actor) -> None:
        ref = open_ticket(desk)
        async with console(desk, rosa) as hand:
            await hand.lists(ref)
            await write(hand, ref, "Hola")
            await hand.press("escape")
            await hand.reads("Su borrador queda guardado: r lo retoma.", "Volver")
            await self.back(hand)
            await hand.reads(f"{ref}: Su borrador queda guardado.")
            assert "r lo retoma" not in hand.seen()

    async def test_a_hint_without_a_case_goes_with_its_screen(self, desk: Desk, rosa: Actor) -> None:
        async with console(desk, rosa) as hand:
            queue = hand.queue
            for said, seen in (
                ("La nota queda en el formulario; 9 la retoma.", ""),
                ("Intro la registra; con un número se cambia un dato.", ""),
                ("Atención 3 registrada.", "Atención 3 registrada."),
            ):
                hand.app.notify(said, title="RegisterScreen ")
                assert hand.app.place.said[-1].seen_from(type(queue).__name__, queue.case_here) == seen
                assert hand.app.place.said[-1].seen_from("RegisterScreen", "") == said
            await hand.reads("Atención 3 registrada.")
            assert "9 la retoma" not in hand.seen()


async def test_the_palette_says_in_spanish_that_it_found_nothing(desk: Desk, rosa: Actor) -> None:
    async with console(desk, rosa) as hand:
        await hand.press("ctrl+p")
        await hand.until(lambda: bool(hand.app.screen.query(Input)))
        await hand.press(*"zzzz")
        await hand.reads("Ninguna orden se llama así")
        assert "No matches" not in hand.seen()
