"""Registering an attention by telephone, in person or by video: one short form, a key or two for each field."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from casework import attention
from casework.attention import CHANNELS, GENDERS, OUTCOMES, Attended, CannotRegister, country_code
from console import words
from console.clockwords import short
from console.dialogs import AskLine, Choice, Choose, Confirm
from console.drafting import AskDraft
from console.keybar import KeyBar
from console.outside import one_line
from console.refusals import explain
from console.screens.base import Banner, DeskScreen, Workplace

_NOT_SAID = "no"
_NOTE = "la nota de una atención"
_CHANNEL_KEYS = {"telephone": "t", "in_person": "p", "video": "v"}
_GENDER_KEYS = {"female": "m", "male": "h", "other": "o"}
_SCORES = ("Muy insatisfecha", "Insatisfecha", "Ni satisfecha ni insatisfecha", "Satisfecha", "Muy satisfecha")
_ASKED = ("channel", "line", "country", "on_behalf", "outcome", "satisfaction", "age", "gender", "note")


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What has been filled in so far; None is not asked yet."""

    channel: str | None = None
    line: int | None = None
    country: str | None = None
    on_behalf: bool | None = None
    outcome: str | None = None
    satisfaction: int | None = None
    age: int | None = None
    gender: str = ""
    note: str = ""

    @property
    def lacking(self) -> list[str]:
        """Name what the register cannot do without."""
        owed = {"canal": self.channel is None, "línea": self.line is None, "resultado": self.outcome is None}
        return [name for name, is_missing in owed.items() if is_missing]

    def attended(self, at: datetime) -> Attended:
        """Return the attention that the form describes."""
        return Attended(
            channel=self.channel or "",
            line=-1 if self.line is None else self.line,
            outcome=self.outcome or "",
            country=self.country or "",
            on_behalf=bool(self.on_behalf),
            satisfaction=self.satisfaction,
            age=self.age,
            gender=self.gender,
            note=self.note,
            at=at,
        )


class RegisterScreen(DeskScreen[str | None]):
    """The form. It asks field by field; afterwards any field is changed with its digit."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s,enter", "register", "Registrar", key_display="Intro", id="register.save"),
        *(
            Binding(str(number), f"field('{name}')", title, show=False, id=f"register.{name}")
            for number, (name, title) in enumerate(
                zip(
                    _ASKED,
                    ("Canal", "Línea", "País", "Por tercero", "Resultado", "Satisfacción", "Edad", "Género", "Nota"),
                    strict=True,
                ),
                start=1,
            )
        ),
        Binding("escape,q", "back", "Salir sin registrar", key_display="Esc", id="register.back"),
    ]

    def __init__(self, place: Workplace) -> None:
        super().__init__(place)
        self.form = Form()
        self.at = place.desk.clock()

    def compose(self) -> ComposeResult:
        """Lay out the form."""
        yield Banner(self.place, "SOM · Registrar una atención")
        with VerticalScroll(id="form"):
            yield Static(self._shown(), markup=False)
        yield KeyBar()

    def on_mount(self) -> None:
        """Begin to ask; a note that a terminal left when it died is told."""
        if self.place.half_written.get(_NOTE):
            self.tell("Quedó una nota a medias de otra vez: está en el campo 9.")
        self.ask_all()

    @work(exclusive=True, group="asking")
    async def ask_all(self) -> None:
        """Ask for every field in turn; Escape stops asking and leaves the form as it is."""
        for name in _ASKED:
            if not await self._ask(name):
                break
        if not self.form.lacking:
            self.tell("Intro la registra; con un número se cambia un dato.")

    @work(exclusive=True, group="asking")
    async def action_field(self, name: str) -> None:
        """Ask for one field."""
        await self._ask(name)

    @work(exclusive=True, group="asking")
    async def action_register(self) -> None:
        """Write the attention down."""
        if lacking := self.form.lacking:
            self.tell(f"Falta: {', '.join(lacking)}.", wrong=True)
            return
        given = self.form.attended(self.at)
        number = await self.fetch(lambda: attention.register(self.desk, self.actor, given))
        if number is not None:
            self._forget_note()
            self.tell(f"Atención {number} registrada.")
            self.dismiss(None)

    def half_done(self) -> str:
        """Name the attention, once anything of it has been said."""
        return "La atención que está registrando" if self.form != Form() else ""

    @work(exclusive=True, group="asking")
    async def action_back(self) -> None:
        """Leave without registering; asked once when something has been filled in."""
        lost = "Lo que llenó de esta atención se pierde" + (", también la nota." if self.form.note else ".")
        if self.form == Form() or await self.app.push_screen_wait(Confirm("¿Salir sin registrar?", lost, careful=True)):
            self._forget_note()
            self.dismiss(None)

    # -- the questions ------------------------------------------------------------------------------------------------

    async def _ask(self, name: str) -> bool:
        """Ask for one field and show it; False when the question was left with Escape."""
        form = self.form
        match name:
            case "channel":
                said = await self._choose("¿Cómo se atendió?", CHANNELS, _CHANNEL_KEYS, form.channel)
                changes: dict[str, object] = {"channel": said}
            case "line":
                lines = {str(number): f"Línea {number}: {title}" for number, title in words.LINES_IN_FULL.items()}
                now = "" if form.line is None else str(form.line)
                said = await self._choose("¿De qué línea es?", lines, {one: one for one in lines}, now)
                changes = {"line": None if said is None else int(said)}
            case "country":
                said = await self._country(form.country or "")
                changes = {"country": said}
            case "on_behalf":
                labels = {"no": "Por sí misma", "yes": "Por otra persona"}
                now = "yes" if form.on_behalf else "no"
                said = await self._choose("¿Por quién preguntó?", labels, {"no": "s", "yes": "o"}, now)
                changes = {"on_behalf": said == "yes"}
            case "outcome":
                keys = {one: str(number) for number, one in enumerate(OUTCOMES, start=1)}
                said = await self._choose("¿Con qué resultado?", OUTCOMES, keys, form.outcome)
                changes = {"outcome": said}
            case "satisfaction":
                labels = {
                    **{str(score): title for score, title in enumerate(_SCORES, start=1)},
                    _NOT_SAID: "No lo dijo",
                }
                keys = {one: one if one != _NOT_SAID else "n" for one in labels}
                now = _NOT_SAID if form.satisfaction is None else str(form.satisfaction)
                said = await self._choose("¿Qué tan satisfecha quedó la persona? (1 a 5)", labels, keys, now)
                changes = {"satisfaction": int(said) if said and said != _NOT_SAID else None}
            case "age":
                said = await self._age("" if form.age is None else str(form.age))
                changes = {"age": int(said) if said else None}
            case "gender":
                labels, keys = {**GENDERS, _NOT_SAID: "No lo dijo"}, {**_GENDER_KEYS, _NOT_SAID: "n"}
                said = await self._choose("Género, solo si lo dijo", labels, keys, form.gender or _NOT_SAID)
                changes = {"gender": said if said and said != _NOT_SAID else ""}
            case _:
                hint = "Sin nombres, correos, teléfonos ni documentos. Puede quedar vacía."
                begun = self.place.half_written
                said = await self.app.push_screen_wait(AskDraft("Nota", hint, "", _NOTE, begun))
                if said is None:
                    self._keep_note(begun.get(_NOTE))
                changes = {"note": said or ""}
        if said is None:
            return False
        self.form = replace(form, **changes)  # type: ignore[arg-type]
        self.query_one("#form Static", Static).update(self._shown())
        return True

    def _keep_note(self, left: str) -> None:
        """Keep in the form what was left with Escape, which deletes nothing."""
        if not left:
            self.place.half_written.put(_NOTE, self.form.note)
        elif left != self.form.note:
            self.form = replace(self.form, note=left)
            self.query_one("#form Static", Static).update(self._shown())
            self.tell("La nota queda en el formulario; 9 la retoma.")

    def _forget_note(self) -> None:
        """Let go of the note of this attention; one that is left from another time stays."""
        if self.form.note:
            self.place.half_written.put(_NOTE, "")

    async def _choose(
        self, asked: str, labels: dict[str, str], keys: dict[str, str], current: str | None
    ) -> str | None:
        choices = [Choice(value, label, keys[value]) for value, label in labels.items()]
        return await self.app.push_screen_wait(Choose(asked, choices, current or ""))

    async def _country(self, value: str) -> str | None:
        wrong = ""
        while True:
            said = await self.app.push_screen_wait(
                AskLine("¿De qué país extranjero trata?", "Chile, España…; vacío si de ninguno", value, wrong)
            )
            if said is None:
                return None
            try:
                return country_code(said)
            except CannotRegister as error:
                wrong, value = explain(error), said

    async def _age(self, value: str) -> str | None:
        wrong = ""
        while True:
            said = await self.app.push_screen_wait(AskLine("Edad, solo si la dijo", "vacío si no", value, wrong))
            if said is None or not said.strip() or (said.strip().isdecimal() and int(said) in range(131)):
                return said if said is None else said.strip()
            wrong, value = "Una edad es un número de años.", said

    def _shown(self) -> Text:
        form = self.form
        said = {
            "Canal": CHANNELS.get(form.channel or "", ""),
            "Línea": "" if form.line is None else f"{form.line}: {words.LINES_IN_FULL[form.line]}",
            "País": "" if form.country is None else words.country(form.country) if form.country else "ninguno",
            "Por tercero": "" if form.on_behalf is None else "sí" if form.on_behalf else "no",
            "Resultado": OUTCOMES.get(form.outcome or "", ""),
            "Satisfacción": "no la dijo" if form.satisfaction is None else f"{form.satisfaction} de 5",
            "Edad": "no la dijo" if form.age is None else f"{form.age} años",
            "Género": GENDERS.get(form.gender, "no lo dijo"),
            "Nota": one_line(form.note, 300) or "—",
        }
        shown = Text()
        shown.append(f"Atención del {short(self.at)}\n\n", style="bold")
        for number, (title, value) in enumerate(said.items(), start=1):
            shown.append(f"{number}  ", style="bold")
            shown.append(f"{title}: ".ljust(15))
            shown.append(f"{value or 'por llenar'}\n", style="" if value else "italic")
        return shown
