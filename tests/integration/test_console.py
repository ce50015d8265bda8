"""The console driven as a person drives it, key by key, at a real desk."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from textual.pilot import Pilot
from textual.widgets import DataTable, OptionList, TextArea

from casework import assign
from casework.desk import Actor, Desk
from casework.sweep import sweep
from console.app import ConsoleApp, make_console
from console.dialogs import AskText, Choose, Confirm
from console.screens.answer import AnswerScreen
from console.screens.help import keys_of
from console.screens.queue import QueueScreen
from console.screens.remediation import FormScreen, RemediationScreen
from console.screens.ticket import TicketScreen
from console.screens.uncertain import UncertainScreen
from tests.desks import Clock, build, events, letter, member, open_ticket, promises, ticket, words
from tickets import amends, cases, outgoing
from tickets.states import OutboxState, Role
from tickets.store import Session, Store, StoreUnavailable

SIZE = (80, 24)


@pytest.fixture
def desk(sqlite_store: Store, clock: Clock) -> Desk:
    return build(sqlite_store, clock)


@pytest.fixture
def rosa(desk: Desk) -> Actor:
    return member(desk, Role.CONSULTANT, "rosa")


@asynccontextmanager
async def console(desk: Desk, actor: Actor, size: tuple[int, int] = SIZE) -> AsyncIterator["Hand"]:
    app = make_console(desk, actor)
    async with app.run_test(size=size) as pilot:
        hand = Hand(app, pilot)
        await hand.until(lambda: isinstance(app.screen, QueueScreen) and bool(app.screen.columns))
        yield hand


class Hand:
    """The hand on the keyboard, and the eye on the screen."""

    def __init__(self, app: ConsoleApp, pilot: Pilot[object]) -> None:
        self.app, self.pilot = app, pilot

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until something holds; fail, showing the screen, when it does not within ten seconds."""
        async with asyncio.timeout(10):
            try:
                while not holds():
                    await self.pilot.pause()
                    await asyncio.sleep(0.005)
            except (asyncio.CancelledError, TimeoutError):
                print(self.seen())
                raise

    async def screen(self, kind: type[object]) -> None:
        await self.until(lambda: isinstance(self.app.screen, kind))

    async def reads(self, *wanted: str) -> None:
        await self.until(lambda: all(one in self.seen() for one in wanted))

    async def told(self, wanted: str) -> None:
        await self.until(lambda: any(wanted in one.message for one in self.app._notifications))

    def seen(self) -> str:
        """What stands on the screen, a line a row."""
        strips = self.app.screen._compositor.render_strips()
        return "\n".join("".join(segment.text for segment in strip) for strip in strips)

    async def open(self, reference: str) -> TicketScreen:
        await self.press("enter")
        await self.screen(TicketScreen)
        screen = self.app.screen
        assert isinstance(screen, TicketScreen)
        await self.until(lambda: screen.sight is not None)
        assert screen.reference == reference
        return screen


def change(desk: Desk, ref: str, **values: object) -> None:
    with desk.store.write() as session:
        found = cases.find(session, ref)
        for name, value in values.items():
            setattr(found, name, value)


def waiting_letters(desk: Desk) -> list[tuple[str, str]]:
    with desk.store.read() as session:
        return [(one.kind, one.state) for one in outgoing.listing(session) if one.author_id is not None]


# -- the queue


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
    for _ in range(130):
        open_ticket(desk)
    async with console(desk, rosa) as hand:
        screen = hand.app.screen
        assert isinstance(screen, QueueScreen)
        assert len(screen.rows) == 100
        await hand.press("end")
        await hand.until(lambda: len(screen.rows) == 130)
        await hand.reads("130 casos")


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


# -- answering


async def test_a_suggested_reply_leaves_after_four_keys(desk: Desk, rosa: Actor) -> None:
    ref = open_ticket(desk, text="Vivo en Canadá y quiero saber si los años de aportes cuentan.")
    async with console(desk, rosa) as hand:
        await hand.press("r")
        await hand.screen(AnswerScreen)
        await hand.until(lambda: hand.app.screen.query_one("#offers", OptionList).option_count > 1)
        await hand.reads("sugerida:", "Hola, Rosa Quispe")
        await hand.press("enter")
        await hand.until(lambda: hand.app.screen.query_one("#sheet", TextArea).has_focus)
        await hand.press("ctrl+s")
        await hand.screen(TicketScreen)
        await hand.told("La respuesta sale")
    assert waiting_letters(desk) == [("answer", "waiting")]
    assert "answer_written" in events(desk, ref)
    assert ticket(desk, ref).assignee_id == rosa.staff_id


async def test_an_answer_can_be_taken_back_and_its_text_is_kept(desk: Desk, rosa: Actor) -> None:
    ref = open_ticket(desk)
    async with console(desk, rosa) as hand:
        screen = await hand.open(ref)
        await hand.press("r")
        await hand.screen(AnswerScreen)
        await hand.until(lambda: hand.app.screen.query_one("#offers", OptionList).option_count > 1)
        await hand.press("home", "enter")
        await hand.until(lambda: hand.app.screen.query_one("#sheet", TextArea).has_focus)
        await hand.press(*"Espere", "ctrl+s")
        await hand.screen(TicketScreen)
        await hand.until(lambda: screen.sight is not None and screen.sight.pending is not None)
        await hand.press("u")
        await hand.told("Respuesta retirada")
        await hand.until(lambda: screen.sight is not None and screen.sight.draft is not None)
        assert screen.sight is not None
        assert screen.sight.draft is not None
        assert screen.sight.draft.text.strip() == "Espere"
    assert waiting_letters(desk) == [("answer", "refused")]


async def test_deriving_asks_for_the_entity_and_sends_a_referral(desk: Desk, rosa: Actor) -> None:
    ref = open_ticket(desk)
    async with console(desk, rosa) as hand:
        await hand.open(ref)
        await hand.press("d")
        await hand.screen(Choose)
        await hand.reads("Dato 1 de 1")
        await hand.press("enter")
        await hand.until(
            lambda: bool(hand.app.screen.query("#sheet")) and hand.app.screen.query_one("#sheet", TextArea).has_focus
        )
        assert "[[" not in hand.app.screen.query_one("#sheet", TextArea).text
        await hand.press("ctrl+s")
        await hand.screen(TicketScreen)
    assert waiting_letters(desk) == [("referral", "waiting")]


async def test_asking_back_asks_what_to_ask(desk: Desk, rosa: Actor) -> None:
    ref = open_ticket(desk)
    async with console(desk, rosa) as hand:
        await hand.open(ref)
        await hand.press("p")
        await hand.screen(AskText)
        await hand.press(*"En que pais esta", "ctrl+s")
        await hand.until(
            lambda: bool(hand.app.screen.query("#sheet")) and hand.app.screen.query_one("#sheet", TextArea).has_focus
        )
        assert "- En que pais esta" in hand.app.screen.query_one("#sheet", TextArea).text
        await hand.press("ctrl+s")
        await hand.screen(TicketScreen)
    assert waiting_letters(desk) == [("ask_back", "waiting")]


async def test_a_send_stops_when_somebody_changed_the_case(desk: Desk, rosa: Actor) -> None:
    ref = open_ticket(desk)
    async with console(desk, rosa) as hand:
        await write(hand, ref, "Puede pedirla en Lima")
        assign.take(desk, member(desk, Role.CONSULTANT, "julia"), ref)
        await hand.press("ctrl+s")
        await hand.screen(Choose)
        await hand.reads("No se envió", "Julia: tomó el caso")
        assert waiting_letters(desk) == []
        await hand.press("1")
        await hand.screen(TicketScreen)
    assert draft(desk, ref, rosa) == "Puede pedirla en Lima"


async def test_whoever_knows_what_changed_may_send_all_the_same(desk: Desk, rosa: Actor) -> None:
    ref = open_ticket(desk)
    async with console(desk, rosa) as hand:
        await write(hand, ref, "Puede pedirla en Lima")
        change(desk, ref, version=7)
        await hand.press("ctrl+s")
        await hand.screen(Choose)
        await hand.press("2")
        await hand.screen(AnswerScreen)
        await hand.press("ctrl+s")
        await hand.screen(TicketScreen)
    assert waiting_letters(desk) == [("answer", "waiting")]


async def test_open_places_are_not_sent(desk: Desk, rosa: Actor) -> None:
    ref = open_ticket(desk)
    async with console(desk, rosa) as hand:
        await write(hand, ref, "Vaya a")
        hand.app.screen.query_one("#sheet", TextArea).insert(" [[entidad]]")
        await hand.press("ctrl+s")
        await hand.told("Falta completar: entidad")
    assert waiting_letters(desk) == []


async def test_a_draft_is_kept_and_offered_again(desk: Desk, rosa: Actor) -> None:
    ref = open_ticket(desk)
    async with console(desk, rosa) as hand:
        await write(hand, ref, "A medias")
        await hand.press("escape")
        await hand.screen(TicketScreen)
    assert draft(desk, ref, rosa) == "A medias"
    async with console(desk, rosa) as hand:
        await hand.press("r")
        await hand.screen(AnswerScreen)
        await hand.reads("Continuar su borrador", "A medias")


async def test_leaving_in_the_middle_of_a_word_keeps_it(desk: Desk, rosa: Actor) -> None:
    ref = open_ticket(desk)
    async with console(desk, rosa) as hand:
        await write(hand, ref, "Pued")
        await hand.press("ctrl+q")
    assert draft(desk, ref, rosa) == "Pued"


async def test_a_lost_database_keeps_the_text_and_is_told(desk: Desk, rosa: Actor) -> None:
    ref = open_ticket(desk)
    store = Failing(desk.store.engine)
    async with console(replace(desk, store=store), rosa) as hand:
        await write(hand, ref, "No se pierde")
        store.failing = True
        await hand.press("ctrl+s")
        await hand.told("No hay conexión con la base de datos")
        assert hand.app.screen.query_one("#sheet", TextArea).text == "No se pierde"
        store.failing = False
        await hand.press("ctrl+s")
        await hand.screen(TicketScreen)
    assert waiting_letters(desk) == [("answer", "waiting")]


# -- judging and the rest


async def test_the_line_is_corrected_with_its_digit(desk: Desk, rosa: Actor) -> None:
    ref = open_ticket(desk)
    async with console(desk, rosa) as hand:
        await hand.open(ref)
        await hand.press("l")
        await hand.screen(Choose)
        await hand.press("4")
        await hand.until(lambda: ticket(desk, ref).line == 4)
    assert ticket(desk, ref).line_confirmed
    assert not ticket(desk, ref).proposed


async def test_confirming_a_kind_that_ends_the_clock_asks_once(desk: Desk, rosa: Actor) -> None:
    ref = open_ticket(desk)
    change(desk, ref, kind="agradecimiento")
    async with console(desk, rosa) as hand:
        await hand.open(ref)
        await hand.press("c")
        await hand.screen(Confirm)
        await hand.reads("queda sin efecto", "ya no se")
        await hand.press("n")
        await hand.screen(TicketScreen)
        assert [one.state for one in promises(desk, ref)] == ["open"]
        await hand.press("c")
        await hand.screen(Confirm)
        await hand.press("s")
        await hand.until(lambda: [one.state for one in promises(desk, ref)] == ["void"])


async def test_risk_is_marked_with_one_key(desk: Desk, rosa: Actor) -> None:
    ref = open_ticket(desk)
    async with console(desk, rosa) as hand:
        await hand.open(ref)
        await hand.press("w")
        await hand.reads("RIESGO DE TRATA")
    assert ticket(desk, ref).trafficking_risk


async def test_a_note_and_the_journal(desk: Desk, rosa: Actor) -> None:
    ref = open_ticket(desk)
    async with console(desk, rosa, (120, 40)) as hand:
        await hand.open(ref)
        await hand.press("n")
        await hand.screen(AskText)
        await hand.press(*"Llamar", "ctrl+s")
        await hand.reads("Nota interna", "Llamar")
        await hand.press("h")
        await hand.reads("Rosa: escribió una nota")


async def test_a_case_that_owes_an_answer_does_not_close(desk: Desk, rosa: Actor) -> None:
    ref = open_ticket(desk)
    async with console(desk, rosa) as hand:
        await hand.open(ref)
        await hand.press("z", "1")
        await hand.screen(Confirm)
        await hand.press("s")
        await hand.told("todavía espera respuesta; respóndalo o derívelo primero")
    assert ticket(desk, ref).state == "new"


async def test_an_auditor_reads_and_changes_nothing(desk: Desk) -> None:
    ref = open_ticket(desk)
    auditor = member(desk, Role.AUDITOR)
    async with console(desk, auditor) as hand:
        await hand.open(ref)
        await hand.press("t")
        await hand.told("Su rol no permite hacer eso.")
    assert ticket(desk, ref).assignee_id is None


async def test_the_promise_is_explained_step_by_step(desk: Desk, rosa: Actor) -> None:
    ref = open_ticket(desk)
    async with console(desk, rosa) as hand:
        await hand.open(ref)
        await hand.press("i")
        await hand.reads("Cómo se contó:", "mar 24 nov", "día 1 de 1")


async def test_a_supervisor_fills_a_remediation_row_in_and_closes_it(desk: Desk, clock: Clock) -> None:
    ref = open_ticket(desk)
    clock.forward(days=2)
    sweep(desk)
    boss = member(desk, Role.SUPERVISOR)
    async with console(desk, boss) as hand:
        await hand.press("m")
        await hand.screen(RemediationScreen)
        await hand.reads(ref)
        await hand.press("enter")
        await hand.screen(FormScreen)
        await hand.press("enter")
        await hand.screen(Choose)
        await hand.press("1")
        for said in ("Se respondio hoy", "Un turno mas", "Jefatura"):
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
    from casework.answer import answer

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


# -- what holds everywhere


async def test_the_database_is_never_asked_on_the_event_loop(desk: Desk, rosa: Actor) -> None:
    ref = open_ticket(desk)
    store = Watched(desk.store.engine)
    async with console(replace(desk, store=store), rosa) as hand:
        await hand.press("t", "f5")
        await write(hand, ref, "Hola")
        await hand.press("ctrl+s")
        await hand.screen(TicketScreen)
        await hand.press("c", "escape", "m")
        await hand.screen(RemediationScreen)
        await hand.press("escape", "7")
        await hand.screen(UncertainScreen)
    assert store.threads
    assert threading.get_ident() not in store.threads


async def test_a_simulated_desk_says_so_on_every_screen(desk: Desk, rosa: Actor) -> None:
    ref = open_ticket(desk)
    simulated = build(desk.store, Clock(), simulated=True)
    async with console(simulated, rosa) as hand:
        await hand.reads("SIMULADO")
        for key, kind, back in (
            ("m", RemediationScreen, "escape"),
            ("7", UncertainScreen, "escape"),
            ("enter", TicketScreen, ""),
            ("r", AnswerScreen, ""),
        ):
            await hand.press(key)
            await hand.screen(kind)
            await hand.reads("SIMULADO")
            if back:
                await hand.press(back)
                await hand.screen(QueueScreen)
    assert ref


async def test_the_help_names_every_key_in_spanish(desk: Desk, rosa: Actor) -> None:
    open_ticket(desk)
    async with console(desk, rosa, (100, 50)) as hand:
        shown = keys_of(hand.app.screen)
        ours = {binding.description for binding in QueueScreen.BINDINGS}  # type: ignore[union-attr]
        assert ours <= {name for _, name, _ in shown}
        assert not {"Focus Next", "Quit", "Select", "Copy selected text"} & {name for _, name, _ in shown}
        await hand.press("question_mark")
        await hand.reads("Responder", "Abrir el caso y elegir una respuesta", "Intro")


@pytest.mark.parametrize("width", [80, 160])
async def test_text_from_outside_is_shown_and_never_obeyed(desk: Desk, rosa: Actor, width: int) -> None:
    ref = open_ticket(desk, text="[@click=app.quit]pulse[/] \x1b]52;c;aG9sYQ==\x07 \u202etxt.exe\u200b fin")
    change(desk, ref, subject="[/red] [b]urgente", requester_name="[link=http://example.org]Ana[/link]\u202e")
    async with console(desk, rosa, (width, 40)) as hand:
        await hand.reads("[/red]", "[link=")
        await hand.open(ref)
        await hand.reads("[@click=app.quit]pulse[/] ␛]52;c;aG9sYQ==␇ txt.exe fin")
        await hand.press("r")
        await hand.screen(AnswerScreen)
        assert not any(character in hand.seen() for character in "\x1b\x07\u202e\u200b")


async def test_nothing_is_lost_when_the_terminal_grows(desk: Desk, rosa: Actor) -> None:
    open_ticket(desk)
    async with console(desk, rosa) as hand:
        assert len(hand.app.screen.query_one(DataTable).columns) == 8
        await hand.pilot.resize_terminal(160, 50)
        await hand.until(lambda: len(hand.app.screen.query_one(DataTable).columns) == 9)
        await hand.reads("Remite", "Rosa Quispe", "Consulta por mi pensión")


async def write(hand: Hand, reference: str, text: str) -> None:
    """Open the case under the cursor and begin a letter from nothing."""
    await hand.open(reference)
    await hand.press("r")
    await hand.screen(AnswerScreen)
    await hand.until(lambda: hand.app.screen.query_one("#offers", OptionList).option_count > 1)
    await hand.press("home", "enter")
    await hand.until(lambda: hand.app.screen.query_one("#sheet", TextArea).has_focus)
    await hand.press(*text)


def draft(desk: Desk, ref: str, actor: Actor) -> str:
    with desk.store.read() as session:
        kept = cases.draft_of(session, cases.find(session, ref).id or 0, actor.staff_id or 0)
        return kept.text if kept is not None else ""


class Watched(Store):
    """A store that remembers which threads asked it."""

    threads: set[int]

    def __init__(self, engine: object) -> None:
        super().__init__(engine)  # type: ignore[arg-type]
        self.threads = set()

    @contextmanager
    def read(self) -> Iterator[Session]:
        self.threads.add(threading.get_ident())
        with super().read() as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        self.threads.add(threading.get_ident())
        with super().write() as session:
            yield session


class Failing(Store):
    """A store that stops answering when told to."""

    failing = False

    @contextmanager
    def read(self) -> Iterator[Session]:
        if self.failing:
            raise StoreUnavailable("the database does not answer")
        with super().read() as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        if self.failing:
            raise StoreUnavailable("the database does not answer")
        with super().write() as session:
            yield session
