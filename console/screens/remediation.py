"""The remediation log («Medidas de subsanación»): broken promises to explain, make amends for, and close."""

from itertools import islice
from typing import Any, ClassVar

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import DataTable, Footer, Static

from casework import remedy
from casework.remedy import Amends
from console import words
from console.clockwords import short
from console.dialogs import AskText, Choice, Choose, Confirm
from console.lines import whole
from console.outside import one_line
from console.screens.base import Banner, DeskScreen, ListTable, Workplace
from sla.remediation import TITLES, Cause, RemediationForm, missing_fields
from sla.working_time import say

_MOST = 500
_YES_NO = {True: "sí corresponde", False: "no corresponde", None: ""}


class RemediationScreen(DeskScreen[None]):
    """The list of remediation rows, those still open first."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("v", "closed", "Ver cerradas", id="remedies.closed", tooltip="Mostrar también las ya cerradas"),
        Binding("escape,q", "back", "Volver", key_display="Esc", id="remedies.back"),
    ]

    def __init__(self, place: Workplace) -> None:
        super().__init__(place)
        self.forms: list[RemediationForm] = []
        self.with_closed = False

    def compose(self) -> ComposeResult:
        """Lay out the table."""
        yield Banner(self.place, "SOM · Medidas de subsanación")
        yield ListTable(id="remedies", cursor_type="row")
        yield Static(Text("No hay medidas por completar."), id="empty", markup=False)
        yield Footer(show_command_palette=False, compact=True)

    def on_mount(self) -> None:
        """Read the log."""
        table: DataTable[Text] = self.query_one(DataTable)
        for title in ("Nº", "Caso o mes", "Se incumplió", "Estado", "Falta"):
            table.add_column(Text(title))
        table.focus()
        self.load()

    def on_screen_resume(self) -> None:
        """Come back to the log as it is now."""
        if self.forms:
            self.load()

    @work(exclusive=True, group="log")
    async def load(self) -> None:
        """Read the log again."""
        states = () if self.with_closed else ("open",)
        found = await self.fetch(lambda: list(islice(remedy.forms(self.desk, states=states), _MOST)))
        if found is None:
            return
        self.forms = found
        table: DataTable[Text] = self.query_one(DataTable)
        at = table.cursor_row
        table.clear()
        for form in found:
            lacking = missing_fields(form)
            table.add_row(
                whole(str(form.id)),
                whole(form.reference),
                whole(short(form.broken_at)),
                whole("cerrada" if form.closed_at else "abierta"),
                whole(f"{len(lacking)} datos" if len(lacking) > 1 else "1 dato" if lacking else "nada"),
            )
        if found:
            table.move_cursor(row=min(at, len(found) - 1))
        self.query_one("#empty").display = not found

    @on(DataTable.RowSelected)
    def opened(self, event: DataTable.RowSelected) -> None:
        """Open the row under the cursor."""
        if 0 <= event.cursor_row < len(self.forms):
            self.app.push_screen(FormScreen(self.place, self.forms[event.cursor_row]))

    def action_closed(self) -> None:
        """Show the closed rows too, or hide them."""
        self.with_closed = not self.with_closed
        self.load()

    def action_back(self) -> None:
        """Go back to the queue."""
        self.dismiss(None)


class FormScreen(DeskScreen[None]):
    """One row of the log, field by field."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "complete", "Completar", key_display="Intro", id="form.complete"),
        Binding("1", "cause", "Motivo", show=False, id="form.cause"),
        Binding("2", "field('cause_text')", "Detalle del motivo", show=False, id="form.cause_text"),
        Binding("3", "field('corrective')", "Medida correctiva", show=False, id="form.corrective"),
        Binding("4", "field('preventive')", "Medida preventiva", show=False, id="form.preventive"),
        Binding("5", "field('responsible')", "Responsable", show=False, id="form.responsible"),
        Binding("6", "apology_due", "¿Corresponde disculpa?", show=False, id="form.apology_due"),
        Binding("e", "apologise", "Disculpa", id="form.apologise", tooltip="Por correo, una sola vez"),
        Binding("z", "close", "Cerrar", id="form.close", tooltip="Cuando está completa; después no cambia"),
        Binding("o", "ticket", "Ver el caso", id="form.ticket"),
        Binding("escape,q", "back", "Volver", key_display="Esc", id="form.back"),
    ]

    def __init__(self, place: Workplace, form: RemediationForm) -> None:
        super().__init__(place)
        self.form = form

    def compose(self) -> ComposeResult:
        """Lay out the form."""
        yield Banner(self.place, f"SOM · Medida {self.form.id} · {self.form.reference}")
        with VerticalScroll(id="form"):
            yield Static(self._shown(), markup=False)
        yield Footer(show_command_palette=False, compact=True)

    @work
    async def action_complete(self) -> None:
        """Ask for every field that is missing, one after the other."""
        if self.form.cause is None and not await self._ask_cause():
            return
        for name in ("cause_text", "corrective", "preventive", "responsible"):
            wanted = name != "cause_text" or self.form.cause is Cause.OTRO
            if wanted and not self._value(name).strip() and not await self._ask_field(name):
                return
        if self.form.apology_due is None and not await self._ask_apology():
            return
        self.tell(_lacking_words(self.form) or "Está completa: con z se cierra.")

    @work
    async def action_cause(self) -> None:
        """Choose the cause."""
        await self._ask_cause()

    @work
    async def action_field(self, name: str) -> None:
        """Write one field."""
        await self._ask_field(name)

    @work
    async def action_apology_due(self) -> None:
        """Say whether an apology is due."""
        await self._ask_apology()

    @work
    async def action_apologise(self) -> None:
        """Write the apology into the outbox."""
        if await self.app.push_screen_wait(
            Confirm(
                "¿Enviar la disculpa?",
                "Sale por correo, con el detalle del motivo y la medida preventiva, si los escribió.",
            )
        ) and await self.act(lambda: remedy.apologise(self.desk, self.actor, self.form.id), "Disculpa escrita"):
            await self._again()

    @work
    async def action_close(self) -> None:
        """Close the row."""
        if lacking := _lacking_words(self.form):
            self.tell(f"No se puede cerrar. {lacking}", wrong=True)
            return
        if await self.app.push_screen_wait(
            Confirm("¿Cerrar la medida?", "Después ya no se puede cambiar.")
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
        said = await self.app.push_screen_wait(AskText(title, hint, self._value(name)))
        written: dict[str, Any] = {name: (said or "").strip()}
        return said is not None and await self._edit(Amends(**written))

    async def _ask_apology(self) -> bool:
        choices = [Choice("yes", "Sí: se le debe una disculpa", "s"), Choice("no", "No corresponde", "n")]
        said = await self.app.push_screen_wait(Choose("¿Corresponde una disculpa?", choices))
        return said is not None and await self._edit(Amends(apology_due=said == "yes"))

    async def _edit(self, amends: Amends) -> bool:
        if not await self.act(lambda: remedy.edit(self.desk, self.actor, self.form.id, amends)):
            return False
        return await self._again()

    async def _again(self) -> bool:
        fresh = await self.fetch(lambda: remedy.find(self.desk, self.form.id))
        if fresh is not None:
            self.form = fresh
            self.query_one("#form Static", Static).update(self._shown())
        return fresh is not None

    def _value(self, name: str) -> str:
        return self.form.cause_detail if name == "cause_text" else str(getattr(self.form, name))

    def _shown(self) -> Text:
        form = self.form
        shown = Text()
        shown.append(f"{form.commitment.label}\n", style="bold")
        shown.append(f"{form.reference}")
        shown.append(f" · {words.KINDS.get(form.kind, form.kind)}" if form.kind else "")
        shown.append(f"\nSe incumplió el {short(form.broken_at)}\n")
        if form.answered_at is not None:
            late = say(form.lateness_seconds or 0, self.desk.working_time)
            shown.append(f"Se respondió el {short(form.answered_at)}, {late} tarde\n")
        elif form.kind:
            shown.append("Todavía no se ha respondido\n", style="bold")
        shown.append("\n")
        rows = [
            ("1", "Motivo", form.cause.label if form.cause else ""),
            ("2", "Detalle del motivo", form.cause_detail),
            ("3", "Medida correctiva", form.corrective),
            ("4", "Medida preventiva", form.preventive),
            ("5", "Responsable", form.responsible),
            ("6", "Disculpa", _YES_NO[form.apology_due]),
            (" ", "Carta de disculpa", "escrita" if form.apology_message_id else ""),
        ]
        for key, title, value in rows:
            shown.append(f"{key}  {title}: ", style="bold")
            shown.append(f"{one_line(value, 600)}\n" if value.strip() else "—\n", style="" if value.strip() else "dim")
        said = "Cerrada." if form.closed_at else _lacking_words(form) or "Completa: z la cierra."
        shown.append(f"\n{said}", style="bold")
        return shown


def _lacking_words(form: RemediationForm) -> str:
    """Say what a row still lacks; when and how late it was answered fills itself in once the case is answered."""
    itself = {TITLES["answered_at"], TITLES["lateness"]}
    lacking = missing_fields(form)
    written = ", ".join(one for one in lacking if one not in itself).lower()
    said = [f"Falta: {written}."] if written else []
    if itself & set(lacking):
        said.append("Falta responder el caso (o lo abre); la demora se anota sola.")
    return " ".join(said)


_FIELDS = {
    "cause_text": ("Detalle del motivo", "La persona puede leerlo en la disculpa: claro y sin culpar a nadie."),
    "corrective": ("Medida correctiva", "Qué se hizo para resolver este caso."),
    "preventive": ("Medida preventiva", "Qué se cambia para que no vuelva a pasar."),
    "responsible": ("Responsable", "Quién se encarga de la medida."),
}
