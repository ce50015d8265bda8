"""Looking for words: where they are looked for is said, and so is what stands elsewhere."""

import pytest

from casework import assign
from casework.desk import Actor, Desk
from console.dialogs import AskLine
from console.plain import Conversation
from tests.arriving import answered
from tests.consoles import Hand, console, line
from tests.desks import open_ticket

SIZES = [(80, 24), (160, 50), (60, 20)]


async def look_for(hand: Hand, said: str) -> None:
    await hand.press("slash")
    await line(hand, said)


@pytest.mark.parametrize("size", SIZES)
async def test_the_question_says_where_it_looks(desk: Desk, rosa: Actor, size: tuple[int, int]) -> None:
    open_ticket(desk)
    async with console(desk, rosa, size) as hand:
        await hand.press("2", "slash")
        await hand.screen(AskLine)
        await hand.reads("Buscar en «Mías»: los casos que tomé", "solo en esta vista")
        await hand.press("escape")
        await hand.press("0", "slash")
        await hand.screen(AskLine)
        await hand.reads("Buscar en «Archivo»: todos los casos que hubo")
        assert "solo en esta vista" not in hand.seen()


@pytest.mark.parametrize("size", SIZES)
async def test_where_nothing_is_found_it_is_said_what_stands_in_the_archive(
    desk: Desk, rosa: Actor, size: tuple[int, int]
) -> None:
    done = [open_ticket(desk, text="canguro") for _ in range(3)]
    for one in done:
        answered(desk, one)
    waiting = open_ticket(desk, text="otra cosa")
    async with console(desk, rosa, size) as hand:
        await hand.lists(waiting)
        await look_for(hand, "canguro")
        await hand.reads("Nada aquí: ningún caso de «Todo» pasa el filtro. Esc lo quita."[: size[0] - 6])
        await hand.reads("Fuera de esta vista hay 3 casos: 0 abre Archivo.")
        await hand.press("0")
        await hand.lists(*reversed(done))
        await hand.reads("Filtro: «canguro»")
        assert "Fuera de esta vista" not in hand.seen()
        await hand.press("1")
        await hand.reads("Fuera de esta vista hay 3 casos: 0 abre Archivo.")
        await hand.press("escape")
        await hand.lists(waiting)
        await hand.until(lambda: "Fuera de esta vista" not in hand.seen())


@pytest.mark.parametrize("size", SIZES)
async def test_beside_what_is_found_too(desk: Desk, rosa: Actor, size: tuple[int, int]) -> None:
    mine, other = open_ticket(desk, text="canguro"), open_ticket(desk, text="canguro")
    assign.take(desk, rosa, mine)
    async with console(desk, rosa, size) as hand:
        await hand.press("2")
        await hand.lists(mine)
        await look_for(hand, "canguro")
        await hand.lists(mine)
        await hand.reads("Fuera de esta vista hay 1 caso: 0 abre Archivo.", mine.removeprefix("SOM-"))
        place = next(at for at, one in enumerate(hand.seen().splitlines()) if "Fuera de" in one)
        row = next(at for at, one in enumerate(hand.seen().splitlines()) if mine.removeprefix("SOM-") in one)
        assert row < place  # under the list
        await hand.press("1")
        await hand.lists(mine, other)
        await hand.until(lambda: "Fuera de esta vista" not in hand.seen())


def test_the_plain_queue_says_it_too(desk: Desk, rosa: Actor) -> None:
    ref = open_ticket(desk, text="canguro")
    answered(desk, ref)
    heard, said = iter(["b", "canguro", "v", "9", "q"]), list[str]()
    Conversation(desk, rosa, lambda _: next(heard, None), said.append).run()
    at = said.index("Fuera de esta vista hay 1 caso: v, y luego Archivo, los lee.")
    assert any(one.startswith(f"1. {ref}") and "; respondido;" in one for one in said[at:])
