"""What a row of the queue says at a glance: who wrote again, whose name may be false, how an ended case stands."""

import pytest

from casework import merge, split
from casework.answer import answer, undo
from casework.close import close
from casework.deliver import settle
from casework.desk import Actor, Desk
from casework.receive import keep, process
from console.columns import columns_for
from console.screens.ticket import TicketScreen
from tests.arriving import answered, arrive
from tests.consoles import Hand, change, console
from tests.desks import Clock, build, letter, member, open_ticket, words
from tickets import cases, worklist
from tickets.intake import Arrival
from tickets.states import OutboxState, OutgoingKind
from tickets.store import Store
from tickets.worklist import QueueRow

SIZES = [(80, 24), (160, 50)]
FIRST = "<carta.1@example.org>"


def row(desk: Desk, ref: str) -> QueueRow:
    with desk.store.read() as session:
        return worklist.by_reference(session, [ref])[ref]


def of_list(hand: Hand, ref: str) -> str:
    """The row of a case, without what stands above and below the list."""
    return next(line for line in hand.seen().splitlines() if ref.removeprefix("SOM-") in line)


def data(hand: Hand) -> str:
    """The data of the case that is open, its lines unbroken."""
    screen = hand.app.screen
    assert isinstance(screen, TicketScreen)
    return screen.shown["facts"].plain


def went(desk: Desk, who: Actor, ref: str, kind: OutgoingKind) -> None:
    """Answer a case in some way, as if the relay had accepted the letter."""
    queued = answer(desk, who, ref, words(), kind=kind, send_now=True)
    with desk.store.write() as session:
        one = session.get_one(type(letter(desk, queued.outgoing_id)), queued.outgoing_id)
        one.state, one.attempted_at = OutboxState.UNCERTAIN, desk.clock()
    settle(desk, who, queued.outgoing_id, sent=True)


class TestWhoWroteAgain:
    @pytest.mark.parametrize("size", SIZES)
    async def test_it_stands_in_the_row_until_somebody_answers(
        self, desk: Desk, rosa: Actor, size: tuple[int, int]
    ) -> None:
        ref = arrive(desk).reference
        answered(desk, ref)
        other = arrive(desk, sender="otra@example.org").reference
        arrive(desk, "¿Y cuánto cuesta?", answers=FIRST)
        async with console(desk, rosa, size) as hand:
            await hand.lists(ref, other)
            assert "volvió" in of_list(hand, ref)
            assert "volvió" not in of_list(hand, other)
            await hand.reads("A cargo de Consultant · volvió a escribir · sin verificar")
            answered(desk, ref)
            await hand.press("0")
            await hand.reads("respondido")
            assert "volvió" not in of_list(hand, ref)

    def test_before_any_answer_a_second_letter_counts_too(self, desk: Desk) -> None:
        ref = arrive(desk).reference
        assert not row(desk, ref).last.wrote_again
        arrive(desk, "Olvidé decirles mi edad.", answers=FIRST)
        assert row(desk, ref).last.wrote_again

    def test_an_answer_taken_back_or_refused_answers_nothing(self, desk: Desk, rosa: Actor) -> None:
        ref = arrive(desk).reference
        arrive(desk, "Olvidé decirles mi edad.", answers=FIRST)
        queued = answer(desk, rosa, ref, words())
        assert not row(desk, ref).last.wrote_again
        undo(desk, rosa, queued.outgoing_id)
        assert row(desk, ref).last.wrote_again
        queued = answer(desk, rosa, ref, words(), send_now=True)
        with desk.store.write() as session:
            session.get_one(type(letter(desk, queued.outgoing_id)), queued.outgoing_id).state = OutboxState.REFUSED
        assert row(desk, ref).last.wrote_again

    def test_a_letter_parted_into_a_case_of_its_own_is_the_first_there(self, desk: Desk, rosa: Actor) -> None:
        ref = arrive(desk).reference
        arrive(desk, "Otra cosa: ¿y mi visa?", answers=FIRST)
        with desk.store.read() as session:
            last = cases.last_letter(session, row(desk, ref).id)
        assert last is not None
        parted = split.split(desk, rosa, ref, last.id or 0).reference
        assert not row(desk, parted).last.wrote_again
        assert not row(desk, ref).last.wrote_again

    def test_postgresql_says_the_same(self, postgresql_store: Store, clock: Clock) -> None:
        desk = build(postgresql_store, clock)
        ref = arrive(desk).reference
        answered(desk, ref)
        arrive(desk, "¿Y cuánto cuesta?", answers=FIRST)
        assert row(desk, ref).last.wrote_again
        went(desk, member(desk), ref, OutgoingKind.ASK_BACK)
        assert row(desk, ref).last.asked_back
        assert not row(desk, ref).last.wrote_again


def from_outside(desk: Desk, uid: int, results: str, sender: str = "rosa@example.org") -> str:
    """Take in a letter over which our border server wrote its results; returns the reference of its case."""
    head = f"Authentication-Results: mx.example.pe; {results}\r\n" if results else ""
    raw = (
        f"{head}Received: from a by b; Mon, 23 Nov 2026 10:00:00 -0500\r\nFrom: Rosa Quispe <{sender}>\r\n"
        f"To: som@example.pe\r\nSubject: Consulta\r\nMessage-ID: <{uid}@example.org>\r\n\r\nMi pensión.\r\n"
    ).encode()
    now = desk.clock()
    keep(desk, [Arrival(mailbox="m", uidvalidity=1, uid=uid, body=raw, size=len(raw), arrived_at=now)])
    process(desk)
    with desk.store.read() as session:
        [newest] = cases.recent(session, limit=1)
    return newest.reference


class TestWhoseNameMayBeFalse:
    @pytest.fixture
    def blind(self, sqlite_store: Store, clock: Clock) -> Desk:
        """A desk that checks nobody."""
        return build(sqlite_store, clock, authserv_id="")

    @pytest.mark.parametrize("size", SIZES)
    async def test_a_mark_on_everybody_is_no_mark(self, blind: Desk, rosa: Actor, size: tuple[int, int]) -> None:
        ref = from_outside(blind, 1, "dmarc=pass header.from=example.org")
        async with console(blind, rosa, size) as hand:
            await hand.lists(ref)
            await hand.reads("Rosa: Consulta" if size[0] == 80 else "Rosa Quispe")
            assert "Rosa?" not in hand.seen()
            assert "Quispe?" not in hand.seen()
            assert "verific" not in hand.seen()
            await hand.open(ref)
            await hand.reads("Mi pensión.")
            if size[0] == 80:
                assert "verific" not in hand.seen()
            await hand.press("i", "end")
            await hand.reads("Remitente sin verificar. Este servicio no puede comprobar")
            assert "falta configurarlo; avise al administrador." in data(hand)
            assert "esta mesa" not in data(hand)

    @pytest.mark.parametrize("size", SIZES)
    async def test_our_own_address_is_always_marked(self, blind: Desk, rosa: Actor, size: tuple[int, int]) -> None:
        ref = from_outside(blind, 1, "", sender="som@example.pe")
        async with console(blind, rosa, size) as hand:
            await hand.lists(ref)
            await hand.reads("Rosa?: Consu" if size[0] == 80 else "Rosa Quispe?", "dice venir de nuestro buzón")

    @pytest.mark.parametrize("size", SIZES)
    async def test_a_sender_who_failed_is_always_marked(
        self, desk: Desk, blind: Desk, rosa: Actor, size: tuple[int, int]
    ) -> None:
        ref = from_outside(desk, 1, "dmarc=fail header.from=example.org")
        for one in (desk, blind):
            async with console(one, rosa, size) as hand:
                await hand.lists(ref)
                await hand.reads("Rosa?: Consu" if size[0] == 80 else "Rosa Quispe?", "remitente quizá falso")
                assert ("¿falso?" if size[0] == 80 else "remitente quizá falso") in of_list(hand, ref)
                await hand.open(ref)
                await hand.reads("remitente quizá falso")
                await hand.press("i", "end")
                await hand.reads("Remitente quizá falso: no pasó la")
                assert "no pasó la comprobación (DMARC: fail)" in data(hand)

    async def test_where_senders_are_checked_the_unverified_stay_marked(self, desk: Desk, rosa: Actor) -> None:
        known = from_outside(desk, 1, "dmarc=pass header.from=example.org")
        unknown = from_outside(desk, 2, "")
        async with console(desk, rosa) as hand:
            await hand.lists(known, unknown)
            assert "Rosa: " in of_list(hand, known)
            assert "Rosa?: " in of_list(hand, unknown)
            await hand.press("down")
            await hand.reads("sin verificar")


class TestHowAnEndedCaseStands:
    @pytest.mark.parametrize(("size", "asked"), [((80, 24), "espera datos"), ((160, 50), "espera a la persona")])
    async def test_each_says_in_its_row_how_it_stands(
        self, desk: Desk, rosa: Actor, clock: Clock, size: tuple[int, int], asked: str
    ) -> None:
        wanted = {}
        for kind, said in (
            (OutgoingKind.ANSWER, "respondido"),
            (OutgoingKind.REFERRAL, "derivado"),
            (OutgoingKind.ASK_BACK, asked),
        ):
            wanted[ref := open_ticket(desk)] = said
            went(desk, rosa, ref, kind)
        wanted[closed := open_ticket(desk)] = "cerrado"
        went(desk, rosa, closed, OutgoingKind.ASK_BACK)
        close(desk, rosa, closed, "no_reply")
        kept, ended = open_ticket(desk), open_ticket(desk)
        merge.merge(desk, rosa, ended, kept)
        wanted[ended] = "unido"
        async with console(desk, rosa, size) as hand:
            await hand.press("9")
            await hand.until(lambda: {one.reference for one in hand.queue.rows} == set(wanted))
            for ref, said in wanted.items():
                assert f" {said}" in f" {of_list(hand, ref)}", (ref, said, of_list(hand, ref))
            await hand.press("home")
            for _ in wanted:
                here = hand.queue.current()
                assert here is not None
                if here.reference == closed:
                    await hand.reads("nada pendiente: cerrado · La persona no volvió a escribir")
                await hand.press("down")

    async def test_what_was_asked_is_no_longer_awaited_once_it_came(self, desk: Desk, rosa: Actor) -> None:
        ref = arrive(desk).reference
        went(desk, rosa, ref, OutgoingKind.ASK_BACK)
        assert row(desk, ref).last.asked_back
        arrive(desk, "Tengo 40 años.", answers=FIRST)
        async with console(desk, rosa) as hand:
            await hand.lists(ref)
            assert "espera" not in of_list(hand, ref)
            assert "volvió" in of_list(hand, ref)


class TestANarrowTerminal:
    @pytest.mark.parametrize("width", [50, 60, 66, 70, 76])
    async def test_who_wrote_keeps_its_room(self, desk: Desk, rosa: Actor, width: int) -> None:
        ref = open_ticket(desk, risk=True)
        change(desk, ref, requester_name="Guadalupe Huamán", verified=True)
        async with console(desk, rosa, (width, 20)) as hand:
            await hand.lists(ref)
            assert columns_for(width)[-1][1] >= 14
            assert "Guadalupe: C" in of_list(hand, ref)
            assert "! URGENTE" in of_list(hand, ref)


async def test_escape_goes_back_the_way_one_came(desk: Desk, rosa: Actor) -> None:
    first, second, third = (open_ticket(desk) for _ in range(3))
    remembered: dict[str, str] = {}

    def case(ref: str) -> bool:
        screen = hand.app.screen
        return isinstance(screen, TicketScreen) and screen.reference == ref and screen.sight is not None

    async def other(ref: str) -> None:
        """Go to another case of the person, by its line in the list."""
        await hand.press("g")
        await hand.reads("¿Qué caso abre?")
        screen = hand.app.screen
        place = next(at for at, one in enumerate(screen.choices) if one.value == ref)  # type: ignore[attr-defined]
        await hand.press("home", *["down"] * place, "enter")
        await hand.until(lambda: case(ref))

    async with console(desk, rosa, remembered=remembered) as hand:
        await hand.open(first)
        await hand.press("x")
        await other(second)
        assert remembered["reference"] == second
        await hand.press("escape")
        await hand.until(lambda: case(first))
        await other(second)
        await other(third)
        await other(first)  # it is open already: one goes back to it
        assert remembered["reference"] == first
        await hand.press("escape")
        await hand.until(lambda: hand.app.screen is hand.queue)
        here = hand.queue.current()
        assert here is not None
        assert here.reference == first
