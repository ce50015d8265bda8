"""One row of the remediation log: what was broken, why, what is done about it, the apology, its end."""

from datetime import datetime
from typing import Any, ClassVar

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from casework import remedy
from casework.remedy import Amends
from console.clockwords import short
from console.conversation import asked_words
from console.dialogs import Choice, Choose, Confirm
from console.drafting import AskDraft
from console.hours import seconds_words
from console.keybar import KeyBar
from console.outside import one_line
from console.remedies import Entry, broken_words, commitment_words, lacking_words, row_name, who_and_what
from console.responsible import ask_responsible
from console.screens.base import Banner, DeskScreen, Workplace
from console.sight import see
from sla.remediation import Cause
from sla.working_time import say

_REREAD_SECONDS = 15
_YES_NO = {True: "sí corresponde", False: "no corresponde", None: ""}
_FIELDS = {
    "cause_text": (
        "Detalle del motivo",
        "Para el registro: la persona no lo lee.",
    ),
    "corrective": ("Medida correctiva", "Qué se hizo para resolver este caso."),
    "preventive": ("Medida preventiva", "Qué se cambia para que no se repita. La persona lo lee en la disculpa."),
    "responsible": ("Responsable", ""),
}


class FormScreen(DeskScreen[None]):
    """One row of the log, field by field."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "complete", "Completar", key_display="Intro", id="form.complete"),
        Binding("1", "cause", "Motivo", show=False, id="form.cause"),
        Binding("2", "field('cause_text')", "Detalle del motivo", show=False, id="form.cause_text"),
        Binding("3", "field('corrective')", "Medida correctiva", show=False, id="form.corrective"),
        Binding("4", "field('preventive')", "Medida preventiva", show=False, id="form.preventive"),
        Binding("5", "responsible", "Responsable", show=False, id="form.responsible"),
        Binding("6", "apology_due", "¿Corresponde disculpa?", show=False, id="form.apology_due"),
        Binding("e", "apologise", "Disculpa", id="form.apologise", tooltip="Se lee antes de enviarla"),
        Binding("u", "undo", "Retirar disculpa", show=False, id="form.undo", tooltip="Mientras no haya salido"),
        Binding("z", "close", "Cerrar", id="form.close", tooltip="Cuando está completa; después no cambia"),
        Binding("o", "ticket", "Ver el caso", id="form.ticket"),
        Binding("f5", "reload", "Actualizar", show=False, key_display="F5", id="form.reload"),
        Binding("escape,q", "back", "Volver", key_display="Esc", id="form.back"),
    ]

    def __init__(self, place: Workplace, entry: Entry) -> None:
        super().__init__(place)
        self.form, self.case = entry.form, entry.case
        self.leaves_at: datetime | None = None

    def compose(self) -> ComposeResult:
        """Lay out the form."""
        yield Banner(self.place, f"SOM · Medida {self.form.id} · {self.form.reference}")
        with VerticalScroll(id="form"):
            yield Static(self._shown(), markup=False)
        yield KeyBar()

    def on_mount(self) -> None:
        """Read the row again now and then: its case may be answered meanwhile."""
        self.set_interval(_REREAD_SECONDS, self.action_reload)
        self.set_interval(5, self.show_said)

    def on_screen_resume(self) -> None:
        """Come back to the row as it is now."""
        self.action_reload()

    @work(exclusive=True, group="row")
    async def action_reload(self) -> None:
        """Read the row again."""
        await self._again(quiet=True)

    @work
    async def action_complete(self) -> None:
        """Ask for every field that is missing, one after the other."""
        explained = self.form.cause is not None
        if not explained and not await self._ask_cause():
            return
        asked = ("cause_text", "corrective", "preventive")
        open_ones = [name for name in asked if not self._value(name).strip()]
        nobody = not self.form.responsible.strip()
        if explained and open_ones == ["cause_text"] and self.form.cause is not Cause.OTRO and not nobody:
            open_ones = []  # it may stay empty: it is asked for on the way to what may not
        for name in open_ones:
            if not await self._ask_field(name):
                return
        if nobody and not await self._ask_responsible():
            return
        if self.form.apology_due is None and not await self._ask_apology():
            return
        self.tell(lacking_words(self.form) or "Está completa: con z se cierra.")

    @work
    async def action_cause(self) -> None:
        """Choose the cause."""
        await self._ask_cause()

    @work
    async def action_field(self, name: str) -> None:
        """Write one field."""
        await self._ask_field(name)

    @work
    async def action_responsible(self) -> None:
        """Choose who is in charge of the measure."""
        await self._ask_responsible()

    @work
    async def action_apology_due(self) -> None:
        """Say whether an apology is due."""
        await self._ask_apology()

    @work
    async def action_apologise(self) -> None:
        """Write the apology into the outbox, once its text has been read."""
        written = await self.fetch(lambda: remedy.preview(self.desk, self.actor, self.form.id))
        if written is None or not await self.app.push_screen_wait(
            Confirm("¿Enviar esta disculpa?", written.text, careful=True)
        ):
            return
        self.leaves_at = await self.fetch(lambda: remedy.apologise(self.desk, self.actor, self.form.id))
        if self.leaves_at is not None:
            await self._again()
            self.show_said()

    @work
    async def action_undo(self) -> None:
        """Take the apology back while it has not left."""
        if await self.act(lambda: remedy.take_back(self.desk, self.actor, self.form.id), "Disculpa retirada."):
            self.leaves_at = None
            await self._again()
            self.show_said()

    def standing(self) -> Text:
        """Say when the apology leaves, and the key that takes it back."""
        now = self.desk.clock()
        if self.leaves_at is None or self.leaves_at <= now:
            return Text()
        shown = Text(f"▲ La disculpa sale {seconds_words(self.leaves_at, now)} · ")
        return shown.append("u la retira", style="bold")

    @work
    async def action_close(self) -> None:
        """Close the row."""
        if lacking := lacking_words(self.form):
            self.tell(f"No se puede cerrar. {lacking}", wrong=True)
            return
        if not await self.act(lambda: remedy.check_closing(self.desk, self.actor, self.form.id)):
            return
        if await self.app.push_screen_wait(
            Confirm("¿Cerrar la medida?", "Después ya no se puede cambiar.", careful=True)
        ) and await self.act(lambda: remedy.close(self.desk, self.actor, self.form.id), "Medida cerrada"):
            self.dismiss(None)

    def action_ticket(self) -> None:
        """Open the case."""
        from console.screens.ticket import TicketScreen

        if self.form.reference.startswith("SOM-"):
            self.app.push_screen(TicketScreen(self.place, self.form.reference))

    def action_back(self) -> None:
        """Go back to the log."""
        self.dismiss(None)

    # -- asking -------------------------------------------------------------------------------------------------------

    async def _ask_cause(self) -> bool:
        choices = [Choice(cause.value, cause.label, str(n % 10)) for n, cause in enumerate(Cause, start=1)]
        current = self.form.cause.value if self.form.cause else ""
        said = await self.app.push_screen_wait(Choose("¿Por qué no se cumplió?", choices, current))
        return said is not None and await self._edit(Amends(cause=said))

    async def _ask_field(self, name: str) -> bool:
        title, hint = _FIELDS[name]
        if name == "cause_text" and self.form.cause is not Cause.OTRO:
            hint += " Puede quedar vacío."
        drafted, drafts = self._draft_name(name), self.place.half_written
        asked = AskDraft(title, hint, self._value(name), drafted, drafts)
        if name == "preventive" and self.case is not None:  # the one field that the person reads
            seen = await self.fetch(lambda: see(self.desk, self.actor, self.form.reference), quiet=True)
            asked = asked if seen is None else asked.with_letter(asked_words(seen))
        said = await self.app.push_screen_wait(asked)
        written: dict[str, Any] = {name: (said or "").strip()}
        if said is not None and await self._edit(Amends(**written)):
            drafts.put(drafted, "")
            self._refresh()
            return True
        self._refresh()
        if drafts.get(drafted):
            self.tell("Queda como borrador, sin guardar: ábralo otra vez y acéptelo con Ctrl+S.")
        return False

    async def _ask_responsible(self) -> bool:
        held = self.case.assignee if self.case is not None else ""
        now, begun = self.form.responsible.strip(), self._half_written("responsible")
        said = await ask_responsible(self, now, held, begun)
        if said is None or not await self._edit(Amends(responsible=said)):
            return False
        self.place.half_written.put(self._draft_name("responsible"), "")
        self._refresh()
        return True

    async def _ask_apology(self) -> bool:
        choices = [Choice("yes", "Sí: se le debe una disculpa", "s"), Choice("no", "No corresponde", "n")]
        said = await self.app.push_screen_wait(Choose("¿Corresponde una disculpa?", choices))
        return said is not None and await self._edit(Amends(apology_due=said == "yes"))

    async def _edit(self, amends: Amends) -> bool:
        if not await self.act(lambda: remedy.edit(self.desk, self.actor, self.form.id, amends)):
            return False
        return await self._again()

    async def _again(self, *, quiet: bool = False) -> bool:
        fresh = await self.fetch(lambda: remedy.find(self.desk, self.form.id), quiet=quiet)
        if fresh is not None:
            self.form = fresh
            self._refresh()
        return fresh is not None

    def _refresh(self) -> None:
        self.query_one("#form Static", Static).update(self._shown())

    def _draft_name(self, name: str) -> str:
        return f"{row_name(self.form)} ({_FIELDS[name][0].lower()})"

    def _half_written(self, name: str) -> str:
        """Return what was written of a field and not accepted."""
        return self.place.half_written.get(self._draft_name(name)) if name in _FIELDS else ""

    def _value(self, name: str) -> str:
        return self.form.cause_detail if name == "cause_text" else str(getattr(self.form, name))

    def _shown(self) -> Text:
        form = self.form
        shown = Text()
        shown.append(f"{commitment_words(form)}\n", style="bold")
        shown.append(form.reference)
        if self.case is not None:
            shown.append(f" · {one_line(who_and_what(self.case), 120)}")
        shown.append(f"\n{broken_words(form, self.case)}\n")
        if form.answered_at is not None:
            late = say(form.lateness_seconds or 0, self.desk.working_time)
            shown.append(f"Se respondió el {short(form.answered_at)}, {late} tarde\n")
        elif form.kind:
            shown.append("Todavía no se ha respondido: o abre el caso\n", style="bold")
        shown.append("\n")
        rows = [
            ("1", "cause", "Motivo", form.cause.label if form.cause else ""),
            ("2", "cause_text", "Detalle del motivo", form.cause_detail),
            ("3", "corrective", "Medida correctiva", form.corrective),
            ("4", "preventive", "Medida preventiva", form.preventive),
            ("5", "responsible", "Responsable", form.responsible),
            ("6", "apology_due", "Disculpa", _YES_NO[form.apology_due]),
            (" ", "", "Carta de disculpa", "escrita" if form.apology_message_id else ""),
        ]
        for key, name, title, value in rows:
            shown.append(f"{key}  {title}: ", style="bold")
            draft = self._half_written(name)
            if draft:
                shown.append(f"{one_line(draft, 600)} ", style="italic")
                shown.append("(borrador sin guardar)\n", style="bold yellow")
            elif value.strip():
                shown.append(f"{one_line(value, 600)}\n")
            else:
                shown.append("—\n", style="dim")
        said = "Cerrada." if form.closed_at else lacking_words(form) or "Completa: z la cierra."
        shown.append(f"\n{said}", style="bold")
        return shown
