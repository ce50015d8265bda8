"""One case: its conversation, its facts, its history; answering it, and taking an answer back in time."""

from typing import ClassVar

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Static

from casework import answer
from console import words
from console.clockwords import short
from console.conversation import conversation
from console.facts import RISK, facts, headline, journal_text
from console.hours import seconds_words
from console.keybar import KeyBar
from console.outside import one_line
from console.screens.base import Banner, Workplace
from console.screens.joining import JoiningScreen
from console.sight import Sight

_PANES = ("letters", "facts", "journal")
_TICK = 5.0
"""Seconds between two words of how long an answer can be taken back: rare enough for a slow line."""


class TicketScreen(JoiningScreen):
    """One case. In a narrow terminal one pane shows at a time; in a wide one the facts stand beside the others."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "answer", "Responder", id="ticket.answer", tooltip="Elegir una respuesta, completarla y enviarla"),
        Binding("d", "refer", "Derivar", id="ticket.refer", tooltip="Indicar a qué entidad acudir"),
        Binding("p", "ask_back", "Preguntar", id="ticket.ask_back", tooltip="Pedir a la persona los datos que faltan"),
        Binding("c", "confirm", "Confirmar", id="ticket.confirm", tooltip="La clasificación está bien"),
        Binding("l", "line", "Línea", id="ticket.line", tooltip="Corregir la línea"),
        Binding("k", "kind", "Tipo", id="ticket.kind", tooltip="Consulta, sugerencia, reclamo…"),
        Binding("t", "take", "Tomar", id="ticket.take", tooltip="Quedarse con el caso"),
        Binding("n", "note", "Nota", id="ticket.note", tooltip="Nota interna; la persona nunca la lee"),
        Binding("u", "undo", "Retirar envío", id="ticket.undo", tooltip="Mientras la respuesta no haya salido"),
        Binding("i", "pane", "Datos", id="ticket.pane", tooltip="Pasar de la carta a los datos y al historial"),
        Binding("h", "pane('journal')", "Historial", id="ticket.journal", tooltip="Qué pasó y quién lo hizo"),
        Binding("x", "unfold", "Ver todo", id="ticket.unfold", tooltip="Texto citado y cartas anteriores, o no"),
        Binding("z", "close", "Cerrar", id="ticket.close", tooltip="Cerrar con un resultado, o reabrir"),
        Binding(
            "y",
            "on_behalf",
            "Por tercero",
            show=False,
            id="ticket.on_behalf",
            tooltip="Escribe por otra persona: sí o no",
        ),
        Binding("w", "risk", "Riesgo de trata", show=False, id="ticket.risk", tooltip="Marcar o quitar el riesgo"),
        Binding("s", "release", "Soltar", show=False, id="ticket.release", tooltip="Devolverlo a la bandeja de todos"),
        Binding(
            "a", "assign", "Reasignar", show=False, id="ticket.assign", tooltip="Dárselo a otra persona (supervisión)"
        ),
        Binding("g", "others", "Otros casos", show=False, id="ticket.others", tooltip="Abrir otro caso de la persona"),
        Binding("m", "merge", "Unir", show=False, id="ticket.merge", tooltip="Hacer de dos casos uno solo"),
        Binding("e", "split", "Separar", show=False, id="ticket.split", tooltip="Pasar una carta a un caso nuevo"),
        Binding(
            "b",
            "save",
            "Guardar adjunto",
            show=False,
            id="ticket.save",
            tooltip="En una carpeta; nunca se abre",
        ),
        Binding("f5", "reload", "Actualizar", show=False, key_display="F5", id="ticket.reload"),
        Binding("escape,q", "back", "Volver", key_display="Esc", id="ticket.back"),
        Binding(
            "question_mark,f1",
            "help",
            "Más teclas",
            key_display="?",
            id="help",
            tooltip="Todas las teclas de esta pantalla",
        ),
    ]

    def __init__(self, place: Workplace, reference: str, *, answering: bool = False) -> None:
        super().__init__(place, reference)
        self.answering = answering
        self.unfolded = False
        self.pane = "letters"
        self.shown: dict[str, Text] = {}

    def compose(self) -> ComposeResult:
        """Lay out the headline over the panes."""
        yield Banner(self.place, f"SOM · {self.reference}")
        yield Static(RISK, classes="danger", markup=False)
        yield Static("", id="headline", markup=False)
        with Horizontal(id="panes"):
            for name in _PANES:
                with VerticalScroll(id=name):
                    yield Static("", markup=False)
        yield KeyBar()

    def on_mount(self) -> None:
        """Read the case; what was said of another one is no longer to the point."""
        self.app.clear_notifications()
        self._show_pane()
        self.load()
        self.set_interval(30, self.load)
        self.set_interval(_TICK, self.look_at_leaving)

    def on_screen_resume(self) -> None:
        """Come back to the case as it is now."""
        if self.sight is not None:
            self.load()

    def watch_sight(self, seen: Sight | None) -> None:
        """Show the case as it was read; go on to its answer when it was opened for that."""
        if seen is None:
            return
        self._show(seen)
        if self.answering:
            self.answering = False
            self.action_answer()

    def _show(self, seen: Sight) -> None:
        state = words.STATES.get(seen.ticket.state, seen.ticket.state)
        self.query_one(Banner).retitle(f"SOM · {seen.ticket.reference} · {state}")
        self.query_one(".danger", Static).display = seen.ticket.trafficking_risk and not seen.merged_into
        self.query_one("#headline", Static).update(headline(self.desk, seen, risk_apart=True))
        self.show_said()
        self._show_in("letters", conversation(seen, unfolded=self.unfolded))
        self._show_in("facts", facts(self.desk, seen))
        self._show_in("journal", journal_text(seen))

    def _show_in(self, pane: str, text: Text) -> None:
        """Show a text in a pane; one that is there already is not laid out again."""
        if self.shown.get(pane) != text:
            self.shown[pane] = text
            self.query_one(f"#{pane} Static", Static).update(text)

    def look_at_leaving(self) -> None:
        """Say anew how long an answer can be taken back; once it may have left, look what became of it."""
        pending = self.sight.pending if self.sight is not None else None
        if pending is not None and pending.next_attempt_at <= self.desk.clock():
            self.load()
        self.show_said()

    def standing(self) -> Text:
        """Say when an answer leaves, and the key that takes it back."""
        pending = self.sight.pending if self.sight is not None else None
        if self.sight is None:
            return Text()
        if pending is None:
            half = self.sight.draft is not None and bool(self.sight.draft.text.strip())
            return Text("✎ Tiene un borrador sin enviar: r lo retoma.") if half else Text()
        mine = pending.author_id == self.actor.staff_id
        whose = "Su respuesta" if mine else f"La respuesta de {one_line(self.sight.who(pending.author_id), 30)}"
        now = self.desk.clock()
        if pending.next_attempt_at <= now:
            return Text(f"▲ {whose} está por salir en cualquier momento.")
        shown = Text(f"▲ {whose} sale {seconds_words(pending.next_attempt_at, now)} · ")
        shown.append("u la retira", style="bold")
        return shown

    def _show_pane(self) -> None:
        for name in _PANES:
            self.query_one(f"#{name}").set_class(name == self.pane, "-chosen")
        self.query_one("#panes").set_class(self.pane == "journal", "-journal")
        self.query_one(f"#{self.pane}").focus()

    # -- reading ------------------------------------------------------------------------------------------------------

    def action_pane(self, pane: str = "") -> None:
        """Show the next pane, or that one (or the letters again)."""
        following = _PANES[(_PANES.index(self.pane) + 1) % len(_PANES)]
        self.pane = following if not pane else ("letters" if self.pane == pane else pane)
        self._show_pane()

    def action_unfold(self) -> None:
        """Show the quoted text, or fold it again."""
        self.unfolded = not self.unfolded
        if self.sight is not None:
            self._show(self.sight)

    def action_reload(self) -> None:
        """Read the case again now."""
        self.load()

    def action_back(self) -> None:
        """Go back to the queue."""
        self.dismiss(None)

    # -- answering ----------------------------------------------------------------------------------------------------

    def action_answer(self) -> None:
        """Choose and send an answer."""
        self._write("")

    def action_refer(self) -> None:
        """Write a referral to another entity."""
        self._write("referral")

    def action_ask_back(self) -> None:
        """Ask the person for what is missing."""
        self._write("ask_back")

    @work
    async def _write(self, template: str) -> None:
        from console.screens.answer import AnswerScreen

        seen = await self.seen()
        if seen.merged_into:
            self.tell(f"Este caso se unió a {seen.merged_into}: responda allí; g lo abre.", wrong=True)
            return
        if not seen.ticket.requester_address:
            self.tell("Este caso no tiene una dirección a la cual responder.", wrong=True)
            return
        if (pending := seen.pending) is not None:
            who = seen.who(pending.author_id)
            leaves = short(pending.next_attempt_at, self.desk.clock())
            self.tell(f"Ya hay una respuesta de {who} por salir ({leaves}); u la retira.", wrong=True)
            return
        if await self.app.push_screen_wait(AnswerScreen(self.place, seen, template)) is not None:
            self.app.clear_notifications()  # the line of messages says from now on when it leaves
        self.load()

    @work
    async def action_undo(self) -> None:
        """Take back an answer that has not left."""
        pending = (await self.seen()).pending
        if pending is None or pending.id is None:
            self.tell("No hay ninguna respuesta por salir.", wrong=True)
            return
        number = pending.id
        self.app.clear_notifications()  # that it will leave is no longer so
        if await self.act(
            lambda: answer.undo(self.desk, self.actor, number), "Respuesta retirada; su texto quedó como borrador."
        ):
            self.load()
