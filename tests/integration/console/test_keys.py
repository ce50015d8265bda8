"""The keys at the foot: whole at every width, and more of them where there is room."""

import pytest

from casework.desk import Actor, Desk
from console.dialogs import Choose
from console.keybar import KeyBar
from console.screens.glance import GlanceScreen
from console.screens.help import HelpScreen
from console.screens.register import RegisterScreen
from tests.consoles import Hand, console
from tests.desks import open_ticket

SHOWN = ("Intro Abrir", "r Responder", "t Tomar", "/ Buscar", "v Vistas", "m Medidas", "q Salir", "? Ayuda")


def foot(hand: Hand) -> list[str]:
    bar = hand.app.screen.query_one(KeyBar)
    return hand.seen().splitlines()[bar.region.y : bar.region.bottom]


class TestTheQueue:
    @pytest.mark.parametrize("size", [(60, 20), (80, 24), (100, 30), (160, 50)])
    async def test_every_key_of_its_foot_is_whole(self, desk: Desk, rosa: Actor, size: tuple[int, int]) -> None:
        open_ticket(desk)
        async with console(desk, rosa, size) as hand:
            await hand.reads(*SHOWN)
            assert foot(hand)[-1].rstrip().endswith("? Ayuda")

    async def test_a_wide_terminal_shows_as_many_as_fit(self, desk: Desk, rosa: Actor) -> None:
        open_ticket(desk)
        async with console(desk, rosa, (160, 50)) as hand:
            await hand.reads(*SHOWN, "s Soltar", "f Filtrar", "g Ir a", "Espacio Marcar", "c Confirmar", "l Línea")
            [only] = foot(hand)
            assert len(only.rstrip()) > 140
            assert "Vencido" not in only
            await hand.pilot.click(offset=(only.index("g Ir a"), 49))
            await hand.reads("¿Qué caso?")


async def test_other_screens_and_questions_cut_none_off_either(desk: Desk, rosa: Actor) -> None:
    open_ticket(desk)
    async with console(desk, rosa, (40, 20)) as hand:
        await hand.press("v")
        await hand.screen(Choose)
        await hand.reads("Intro Elegir", "Esc Cancelar")
        await hand.press("escape", "question_mark")
        await hand.screen(HelpScreen)
        await hand.reads("Esc Volver")
        await hand.press("escape", "o")
        await hand.screen(GlanceScreen)
        await hand.reads("Esc Volver", "? Ayuda")
        await hand.press("n")
        await hand.screen(Choose)
        await hand.press("escape")
        await hand.screen(RegisterScreen)
        await hand.reads("Intro Registrar", "Esc Salir sin registrar", "? Ayuda")
