"""Keys typed faster than the screen answers."""

import asyncio

import pytest
from textual.events import Key
from textual.widgets import TextArea

from casework import assign
from casework.desk import Actor, Desk
from console.dialogs import Confirm
from console.screens.ticket import TicketScreen
from tests.consoles import (
    Hand,
    console,
    write,
)
from tests.desks import (
    events,
    open_ticket,
    ticket,
)
from tickets import cases


class TestTypingFast:
    """Keys that arrive in one packet, as over a slow line."""

    async def burst(self, hand: Hand, keys: str) -> None:
        for key in keys:
            hand.app.post_message(Key("enter" if key == "\r" else key, key))

    async def test_the_second_key_answers_what_the_first_asks(self, desk: Desk, rosa: Actor) -> None:
        ref = open_ticket(desk)
        async with console(desk, rosa) as hand:
            await hand.open(ref)
            await self.burst(hand, "l4")
            await hand.until(lambda: ticket(desk, ref).line == 4)

    async def test_no_key_becomes_another_order(self, desk: Desk, rosa: Actor) -> None:
        ref = open_ticket(desk)
        assign.take(desk, rosa, ref)
        async with console(desk, rosa) as hand:
            await hand.open(ref)
            await self.burst(hand, "ks")  # «s» alone would give the case back
            await hand.screen(Confirm)
            await hand.reads("¿Confirma que es sugerencia?")
            await hand.press("s")
            await hand.until(lambda: ticket(desk, ref).kind == "sugerencia")
        assert ticket(desk, ref).assignee_id == rosa.staff_id

    async def test_a_text_typed_at_once_reaches_its_paper(self, desk: Desk, rosa: Actor) -> None:
        first, second = open_ticket(desk), open_ticket(desk)
        async with console(desk, rosa) as hand:
            await self.burst(hand, "g2\r")
            await hand.until(lambda: isinstance(hand.app.screen, TicketScreen) and hand.app.screen.reference == second)
            await hand.reads(f"SOM · {second}")
            await self.burst(hand, "nLlamar mañana")
            await hand.reads("Llamar mañana")
            await hand.press("ctrl+s")
            await hand.until(lambda: "noted" in events(desk, second))
        assert "noted" not in events(desk, first)

    async def test_sending_waits_for_the_letters_typed_before_it(
        self, desk: Desk, rosa: Actor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ref = open_ticket(desk)
        take = TextArea._on_key

        async def slowly(sheet: TextArea, event: Key) -> None:
            await asyncio.sleep(0.005)  # a machine with too much to do
            await take(sheet, event)

        monkeypatch.setattr(TextArea, "_on_key", slowly)
        async with console(desk, rosa) as hand:
            await write(hand, ref, "")
            said = "Puede pedirla en la oficina de Lima, de lunes a viernes."
            await self.burst(hand, said)
            hand.app.post_message(Key("ctrl+s", None))
            await hand.screen(TicketScreen)
        with desk.store.read() as session:
            sent = cases.conversation(session, ticket(desk, ref).id or 0)[-1]
        assert sent.text.strip() == said

    async def test_a_note_is_kept_whole(self, desk: Desk, rosa: Actor) -> None:
        ref = open_ticket(desk)
        async with console(desk, rosa) as hand:
            await hand.open(ref)
            await self.burst(hand, "nLlamar mañana a primera hora")
            hand.app.post_message(Key("ctrl+s", None))
            await hand.until(lambda: "noted" in events(desk, ref))
        with desk.store.read() as session:
            assert cases.conversation(session, ticket(desk, ref).id or 0)[-1].text == "Llamar mañana a primera hora"
