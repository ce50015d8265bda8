"""The remediation log («Medidas de subsanación»): broken promises to explain, make amends for, and close."""

from datetime import datetime
from typing import Any, ClassVar

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import DataTable, Static

from calendar_pe.clock import lima_date
from casework import remedy
from casework.remedy import Amends
from console.clockwords import short, short_date
from console.dialogs import Choice, Choose, Confirm
from console.drafting import AskDraft
from console.hours import seconds_words
from console.keybar import KeyBar
from console.lines import whole
from console.outside import one_line, outside
from console.remedies import Entry, broken_words, entries, entry_words, lacking_briefly, lacking_words, who_and_what
from console.screens.base import Banner, DeskScreen, ListTable, Workplace
from console.screens.ways import JUMP_KEY, VIEW_KEYS, VIEWS_KEY, WayScreen, room_keys
from sla.remediation import Cause, RemediationForm
from sla.working_time import say

_WIDE = 110
_REREAD_SECONDS = 15
_YES_NO = {True: "sí corresponde", False: "no corresponde", None: ""}


class RemediationScreen(WayScreen):
    """The list of remediation rows, those still open first."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "closed", "Ver cerradas", id="remedies.closed", tooltip="Mostrar también las ya cerradas, o no"),
        VIEWS_KEY,
        JUMP_KEY,
        *room_keys("glance", "register", "settings"),
        *VIEW_KEYS,
        Binding("f5", "reload", "Actualizar", show=False, key_display="F5", id="remedies.reload"),
        Binding("escape,q,m", "back", "Volver", key_display="Esc", id="remedies.back"),
    ]

    def __init__(self, place: Workplace) -> None:
        super().__init__(place)
        self.entries: list[Entry] = []
        self.with_closed = False
        self.was_read = False

    def compose(self) -> ComposeResult:
        """Lay out the table."""
        yield Banner(self.place, "SOM · Medidas de subsanación")
        yield Static("", id="empty", markup=False)
        yield ListTable(id="remedies", cursor_type="row", cell_padding=0)
        yield Static("", id="about", markup=False)
        yield KeyBar()

    def on_mount(self) -> None:
        """Read the log."""
        self.query_one(DataTable).focus()
        self.load()

    def on_screen_resume(self) -> None:
        """Come back to the log as it is now."""
        if self.was_read:
            self.load()

    def on_resize(self) -> None:
        """Fit the columns to the width."""
        if self.was_read:
            self._show()

    @work(exclusive=True, group="log")
    async def load(self) -> None:
        """Read the log again."""
        states = () if self.with_closed else ("open",)
        found = await self.fetch(lambda: entries(self.desk, states))
        if found is not None:
            self.entries, self.was_read = found, True
            self._show()

    def _show(self) -> None:
        table: DataTable[Text] = self.query_one(DataTable)
        at = table.cursor_row
        table.clear(columns=True)
        widths = _widths(self.size.width)
        for title, width in zip(("Nº", "Caso o mes", "Remite: asunto", "Venció", "Falta"), widths, strict=True):
            table.add_column(Text(title), width=width + 1)
        for one in self.entries:
            half = any(name.startswith(f"{_medida(one.form)} ") for name in self.place.half_written.names())
            table.add_row(
                whole(str(one.form.id)),
                whole(one.form.reference if widths[1] > 11 else one.form.reference.removeprefix("SOM-")),
                _cut(outside(who_and_what(one.case)), widths[2]),
                whole(short_date(lima_date(one.form.broken_at))),
                whole(lacking_briefly(one.form, widths[4], half=half), "dim" if one.form.closed_at else ""),
            )
        if self.entries:
            table.move_cursor(row=min(at, len(self.entries) - 1))
        self.query_one(Banner).retitle(f"SOM · Medidas de subsanación: {len(self.entries)}")
        empty = self.query_one("#empty", Static)
        empty.update(
            Text("No hay medidas: no se ha incumplido ninguna promesa.")
            if self.with_closed
            else Text("No hay medidas por completar. Con c se ven las cerradas.")
        )
        empty.display = not self.entries
        self._show_details()

    @on(DataTable.RowHighlighted)
    def moved(self) -> None:
        """Say what the row under the cursor is about and lacks."""
        self._show_details()

    def _show_details(self) -> None:
        at = self.query_one(DataTable).cursor_row
        details = self.query_one("#about", Static)
        details.display = 0 <= at < len(self.entries)
        if details.display:
            details.update(entry_words(self.entries[at]))

    @on(DataTable.RowSelected)
    def opened(self, event: DataTable.RowSelected) -> None:
        """Open the row under the cursor."""
        if 0 <= event.cursor_row < len(self.entries):
            self.app.push_screen(FormScreen(self.place, self.entries[event.cursor_row]))

    def action_closed(self) -> None:
        """Show the closed rows too, or hide them."""
        self.with_closed = not self.with_closed
        self.load()

    def action_reload(self) -> None:
        """Read the log again now."""
        self.load()

    def action_back(self) -> None:
        """Go back to the queue."""
        self.dismiss(None)


def _widths(width: int) -> tuple[int, int, int, int, int]:
    """Return the widths of the columns for a terminal, one cell between two and a bar to scroll by at the right."""
    number = 15 if width >= _WIDE else 11
    room = max(0, width - 4 - number - 10 - 5 - 2)
    who = max(16, min(60, room * 2 // 5))
    return 4, number, who, 10, room - who


def _cut(text: Text, width: int) -> Text:
    text.truncate(width, overflow="ellipsis")
    return text


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
        asked = ("cause_text", "corrective", "preventive", "responsible")
        open_ones = [name for name in asked if not self._value(name).strip()]
        if explained and open_ones == ["cause_text"] and self.form.cause is not Cause.OTRO:
            open_ones = []  # it may stay empty: it is asked for on the way to what may not
        for name in open_ones:
            if not await self._ask_field(name):
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
        said = await self.app.push_screen_wait(AskDraft(title, hint, self._value(name), drafted, drafts))
        written: dict[str, Any] = {name: (said or "").strip()}
        if said is not None and await self._edit(Amends(**written)):
            drafts.put(drafted, "")
            self._refresh()
            return True
        self._refresh()
        if drafts.get(drafted):
            self.tell("Queda como borrador, sin guardar: ábralo otra vez y acéptelo con Ctrl+S.")
        return False

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
        return f"{_medida(self.form)} ({_FIELDS[name][0].lower()})"

    def _value(self, name: str) -> str:
        return self.form.cause_detail if name == "cause_text" else str(getattr(self.form, name))

    def _shown(self) -> Text:
        form = self.form
        shown = Text()
        shown.append(f"{form.commitment.label}\n", style="bold")
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
            draft = self.place.half_written.get(self._draft_name(name)) if name in _FIELDS else ""
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


def _medida(form: RemediationForm) -> str:
    return f"la medida {form.id}"


_FIELDS = {
    "cause_text": (
        "Detalle del motivo",
        "Para el registro: la persona no lo lee.",
    ),
    "corrective": ("Medida correctiva", "Qué se hizo para resolver este caso."),
    "preventive": ("Medida preventiva", "Qué se cambia para que no vuelva a pasar. La persona lo lee en la disculpa."),
    "responsible": ("Responsable", "Quién se encarga de la medida."),
}
