"""One case: its conversation, its facts, and everything that can be done with it."""

from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Footer, Static

from casework import answer, assign, classify, close, note
from casework.answer import Queued
from casework.classify import KINDS, PROMISED, Judgement
from console import words
from console.clockwords import short
from console.conversation import conversation
from console.dialogs import AskText, Choice, Choose, Confirm
from console.facts import facts, headline, journal_text
from console.screens.base import Banner, DeskScreen, Workplace
from console.sight import Sight, see
from tickets import people
from tickets.states import Role

_PANES = ("letters", "facts", "journal")


class TicketScreen(DeskScreen[None]):
    """One case. In a narrow terminal one pane shows at a time; in a wide one letters and facts stand side by side."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "answer", "Responder", id="ticket.answer", tooltip="Elegir una respuesta, completarla y enviarla"),
        Binding("d", "refer", "Derivar", id="ticket.refer", tooltip="Indicar a qué entidad acudir"),
        Binding("p", "ask_back", "Preguntar", id="ticket.ask_back", tooltip="Pedir a la persona los datos que faltan"),
        Binding("t", "take", "Tomar", id="ticket.take", tooltip="Quedarse con el caso"),
        Binding("s", "release", "Soltar", show=False, id="ticket.release", tooltip="Devolverlo a la bandeja de todos"),
        Binding("c", "confirm", "Confirmar", id="ticket.confirm", tooltip="La clasificación está bien"),
        Binding("l", "line", "Línea", show=False, id="ticket.line", tooltip="Corregir la línea"),
        Binding("k", "kind", "Tipo", show=False, id="ticket.kind", tooltip="Consulta, sugerencia, reclamo…"),
        Binding(
            "y",
            "on_behalf",
            "Por tercero",
            show=False,
            id="ticket.on_behalf",
            tooltip="Escribe por otra persona: sí o no",
        ),
        Binding("w", "risk", "Riesgo de trata", show=False, id="ticket.risk", tooltip="Marcar o quitar el riesgo"),
        Binding("n", "note", "Nota", show=False, id="ticket.note", tooltip="Nota interna; la persona nunca la lee"),
        Binding("i", "pane", "Datos", id="ticket.pane", tooltip="Pasar de la carta a los datos y al historial"),
        Binding(
            "h", "pane('journal')", "Historial", show=False, id="ticket.journal", tooltip="Qué pasó y quién lo hizo"
        ),
        Binding("x", "unfold", "Citas", show=False, id="ticket.unfold", tooltip="Mostrar u ocultar el texto citado"),
        Binding(
            "u", "undo", "Retirar envío", show=False, id="ticket.undo", tooltip="Mientras la respuesta no haya salido"
        ),
        Binding(
            "a", "assign", "Reasignar", show=False, id="ticket.assign", tooltip="Dárselo a otra persona (supervisión)"
        ),
        Binding("z", "close", "Cerrar", show=False, id="ticket.close", tooltip="Cerrar con un resultado, o reabrir"),
        Binding("f5", "reload", "Actualizar", show=False, key_display="F5", id="ticket.reload"),
        Binding("escape,q", "back", "Volver", key_display="Esc", id="ticket.back"),
    ]

    def __init__(self, place: Workplace, reference: str, *, answering: bool = False) -> None:
        super().__init__(place)
        self.reference = reference
        self.answering = answering
        self.sight: Sight | None = None
        self.unfolded = False
        self.pane = "letters"
        self.leaving: Queued | None = None

    def compose(self) -> ComposeResult:
        """Lay out the headline over the panes."""
        yield Banner(self.place, f"SOM · {self.reference}")
        yield Static("", id="headline", markup=False)
        with Horizontal(id="panes"):
            for name in _PANES:
                with VerticalScroll(id=name):
                    yield Static("", markup=False)
        yield Footer(show_command_palette=False, compact=True)

    def on_mount(self) -> None:
        """Read the case."""
        self._show_pane()
        self.load()
        self.set_interval(30, self.load)

    def on_screen_resume(self) -> None:
        """Come back to the case as it is now."""
        if self.sight is not None:
            self.load()

    @work(exclusive=True, group="see")
    async def load(self) -> None:
        """Read the case again."""
        seen = await self.fetch(lambda: see(self.desk, self.actor, self.reference))
        if seen is None:
            if self.sight is None:
                self.dismiss(None)
            return
        self.sight = seen
        self._show(seen)
        if self.answering:
            self.answering = False
            self.action_answer()

    def _show(self, seen: Sight) -> None:
        state = words.STATES.get(seen.ticket.state, seen.ticket.state)
        self.query_one(Banner).retitle(f"SOM · {seen.ticket.reference} · {state}")
        self.query_one("#headline", Static).update(headline(self.desk, seen))
        self.query_one("#letters Static", Static).update(conversation(seen, unfolded=self.unfolded))
        self.query_one("#facts Static", Static).update(facts(self.desk, seen))
        self.query_one("#journal Static", Static).update(journal_text(seen))

    def _show_pane(self) -> None:
        for name in _PANES:
            self.query_one(f"#{name}").set_class(name == self.pane, "-chosen")
        self.query_one("#panes").set_class(self.pane == "journal", "-journal")
        self.query_one(f"#{self.pane}").focus()

    # -- reading ------------------------------------------------------------------------------------------------------

    def action_pane(self, pane: str = "") -> None:
        """Show the next pane, or that one (or the letters again)."""
        order = _PANES if self.has_class("-narrow") else ("letters", "journal")
        following = order[(order.index(self.pane) + 1) % len(order)] if self.pane in order else "letters"
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

        seen = self.sight
        if seen is None:
            return
        if not seen.ticket.requester_address:
            self.tell("Este caso no tiene una dirección a la cual responder.", wrong=True)
            return
        if (pending := seen.pending) is not None:
            who = seen.who(pending.author_id)
            self.tell(
                f"Ya hay una respuesta de {who} por salir ({short(pending.next_attempt_at)}); u la retira.", wrong=True
            )
            return
        queued = await self.app.push_screen_wait(AnswerScreen(self.place, seen, template))
        if queued is not None:
            self.leaving = queued
            self.tell(f"La respuesta sale {short(queued.leaves_at)} Mientras tanto, u la retira.", seconds=12)
            self.load()

    @work
    async def action_undo(self) -> None:
        """Take back an answer that has not left."""
        seen = self.sight
        pending = seen.pending if seen is not None else None
        if pending is None or pending.id is None:
            self.tell("No hay ninguna respuesta por salir.", wrong=True)
            return
        number = pending.id
        if await self.act(
            lambda: answer.undo(self.desk, self.actor, number), "Respuesta retirada; su texto quedó como borrador."
        ):
            self.load()

    # -- judging ------------------------------------------------------------------------------------------------------

    @work
    async def action_confirm(self) -> None:
        """Confirm the judgement as it stands."""
        await self._judge(Judgement(), "Clasificación confirmada")

    @work
    async def action_line(self) -> None:
        """Correct the line."""
        if self.sight is None:
            return
        choices = [Choice(str(n), f"Línea {n}: {name}", str(n)) for n, name in sorted(words.LINES_IN_FULL.items())]
        said = await self.app.push_screen_wait(Choose("¿De qué línea es?", choices, str(self.sight.ticket.line)))
        if said is not None:
            await self._judge(Judgement(line=int(said)), f"Línea {said}: {words.LINES[int(said)]}")

    @work
    async def action_kind(self) -> None:
        """Correct the kind."""
        if self.sight is None:
            return
        keys = {"consulta": "c", "sugerencia": "s", "reclamo": "r", "agradecimiento": "a", "ajeno": "j"}
        choices = [Choice(kind, words.KINDS[kind], keys[kind]) for kind in KINDS]
        said = await self.app.push_screen_wait(Choose("¿Qué es esta carta?", choices, self.sight.ticket.kind))
        if said is not None:
            await self._judge(Judgement(kind=said), f"Tipo: {words.KINDS[said]}")

    @work
    async def action_on_behalf(self) -> None:
        """Say whether the person writes for somebody else."""
        if self.sight is not None:
            now = not self.sight.ticket.on_behalf
            await self._judge(Judgement(on_behalf=now), "Escribe por un tercero" if now else "Escribe por sí misma")

    @work
    async def action_risk(self) -> None:
        """Say whether there are signs of trafficking."""
        if self.sight is None:
            return
        now = not self.sight.ticket.trafficking_risk
        if not now and not await self.app.push_screen_wait(
            Confirm("¿Quitar el riesgo de trata?", "El caso dejará de ir primero y la respuesta citará la carta.")
        ):
            return
        await self._judge(
            Judgement(trafficking_risk=now), "Riesgo de trata marcado" if now else "Riesgo de trata quitado"
        )

    async def _judge(self, judgement: Judgement, done: str) -> None:
        """Judge the case; confirming a kind that changes the clock is asked about once."""
        seen = self.sight
        if seen is None:
            return
        kind = judgement.kind or seen.ticket.kind
        owed = seen.owed
        confirms_kind = judgement == Judgement() or judgement.kind is not None
        if confirms_kind and owed is not None and owed.state == "open" and owed.kind != kind:
            becomes = f"empieza el plazo de {kind}" if kind in PROMISED else "ya no se deberá ninguna respuesta"
            sure = await self.app.push_screen_wait(
                Confirm(
                    f"¿Confirma que es {words.KINDS[kind].lower()}?",
                    f"El plazo de {owed.kind} queda sin efecto y {becomes}. Si no lo es, elija antes el tipo con k.",
                )
            )
            if not sure:
                return
        if await self.act(lambda: classify.judge(self.desk, self.actor, self.reference, judgement), done):
            self.load()

    # -- whose it is, notes, the end ----------------------------------------------------------------------------------

    @work
    async def action_take(self) -> None:
        """Take the case."""
        if await self.act(lambda: assign.take(self.desk, self.actor, self.reference), "El caso es suyo"):
            self.load()

    @work
    async def action_release(self) -> None:
        """Give the case back to everybody."""
        if await self.act(lambda: assign.release(self.desk, self.actor, self.reference), "Devuelto a la bandeja"):
            self.load()

    @work
    async def action_assign(self) -> None:
        """Hand the case to somebody else."""

        def staff() -> list[Choice]:
            with self.desk.store.read() as session:
                return [
                    Choice(one.login, f"{one.name} ({words.ROLES.get(one.role, one.role)})")
                    for one in people.listing(session)
                    if one.active and one.role != Role.AUDITOR
                ]

        found = await self.fetch(staff)
        if not found:
            return
        login = await self.app.push_screen_wait(Choose("¿Quién lo atiende?", found))
        if login is not None and await self.act(
            lambda: assign.assign(self.desk, self.actor, self.reference, login), "Reasignado"
        ):
            self.load()

    @work
    async def action_note(self) -> None:
        """Write an internal note."""
        said = await self.app.push_screen_wait(AskText("Nota interna", "La leen sus colegas; la persona, nunca."))
        if said is not None and await self.act(
            lambda: note.note(self.desk, self.actor, self.reference, said), "Nota guardada"
        ):
            self.load()

    @work
    async def action_close(self) -> None:
        """Close the case with an outcome, or open it again."""
        seen = self.sight
        if seen is None:
            return
        if seen.ticket.state == "closed":
            if await self.app.push_screen_wait(Confirm("¿Reabrir el caso?", "No empieza ningún plazo nuevo.")) and (
                await self.act(lambda: close.reopen(self.desk, self.actor, self.reference), "Caso reabierto")
            ):
                self.load()
            return
        choices = [Choice(key, said, str(n)) for n, (key, said) in enumerate(close.OUTCOMES.items(), start=1)]
        outcome = await self.app.push_screen_wait(Choose("¿Con qué resultado se cierra?", choices))
        if outcome is None:
            return
        if await self.app.push_screen_wait(
            Confirm(
                "¿Cerrar el caso?", f"Resultado: {close.OUTCOMES[outcome]}. Si la persona vuelve a escribir, se reabre."
            )
        ) and await self.act(lambda: close.close(self.desk, self.actor, self.reference, outcome), "Caso cerrado"):
            self.load()
