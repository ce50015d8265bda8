"""Answering a case: choose a canned reply and see it filled in, give what is missing, edit, send."""

import asyncio
import os
import shlex
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult, SuspendNotSupported
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.timer import Timer
from textual.widgets import ContentSwitcher, Footer, OptionList, Static, TextArea
from textual.widgets.option_list import Option

from casework import answer, compose_reply
from casework.answer import Changed, Queued
from console import words
from console.dialogs import AskLine, Choice, Choose
from console.filling import missing, question
from console.outside import for_terminal, one_line
from console.refusals import REFUSED, explain
from console.screens.base import Banner, DeskScreen, Workplace
from console.sight import Offer, Sight, offers, see
from letters.clean import clean_text
from replies.render import BadVariable, Rendered, pending
from replies.terms import terms
from tickets.states import OutgoingKind

_SAVE_AFTER = 1.0
_KINDS = {"ask_back": OutgoingKind.ASK_BACK, "referral": OutgoingKind.REFERRAL}
_TITLES = {"ask_back": "Pedir datos", "referral": "Derivar"}


class AnswerScreen(DeskScreen[Queued | None]):
    """Two steps: the choice of a text with its preview, then the sheet on which it is edited and sent."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "ctrl+s",
            "send",
            "Enviar",
            key_display="Ctrl+S",
            priority=True,
            id="answer.send",
            tooltip="Queda un momento para retirarla",
        ),
        Binding(
            "f4", "editor", "Editor propio", key_display="F4", id="answer.editor", tooltip="Escribir en su $EDITOR"
        ),
        Binding(
            "slash",
            "search",
            "Buscar respuesta",
            key_display="/",
            id="answer.search",
            tooltip="Entre todas las respuestas",
        ),
        Binding(
            "escape", "back", "Volver", key_display="Esc", id="answer.back", tooltip="Lo escrito queda como borrador"
        ),
    ]

    def __init__(self, place: Workplace, sight: Sight, template: str = "") -> None:
        super().__init__(place)
        self.sight = sight
        self.template = template
        self.fixed = bool(template)
        self.offers: list[Offer] = []
        self.shown: list[Offer | None] = []
        self.given: dict[str, str] = {}
        self.written: Rendered | None = None
        self.seen_version = sight.ticket.version
        self.saved = ""
        self.saving: Timer | None = None
        self.sending = False

    def compose(self) -> ComposeResult:
        """Lay out the two steps."""
        reference = self.sight.ticket.reference
        yield Banner(self.place, f"SOM · {reference} · {_TITLES.get(self.template, 'Responder')}")
        with ContentSwitcher(initial="choosing"):
            with Vertical(id="choosing"):
                yield OptionList(id="offers")
                with VerticalScroll(id="preview", can_focus=False):
                    yield Static("", markup=False)
            with Vertical(id="writing"):
                yield Static("", id="envelope", markup=False)
                yield TextArea("", id="sheet")
        yield Footer(show_command_palette=False, compact=True)

    def on_mount(self) -> None:
        """Read the offers, or go straight to the letter that was asked for."""
        if self.template:
            self.fill()
        else:
            self.query_one(OptionList).focus()
            self.load()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer each step's own keys only."""
        choosing = self.query(ContentSwitcher) and self.query_one(ContentSwitcher).current == "choosing"
        if action in ("send", "editor"):
            return not choosing
        return bool(choosing) if action == "search" else True

    # -- choosing -----------------------------------------------------------------------------------------------------

    @work(exclusive=True, group="offers")
    async def load(self) -> None:
        """Read the replies on offer."""
        found = await self.fetch(lambda: offers(self.desk, self.sight))
        if found is not None:
            self.offers = found
            self._show_offers(found)

    def _show_offers(self, found: list[Offer]) -> None:
        self.shown = [None, *found]
        options = self.query_one("#offers", OptionList)
        options.clear_options()
        draft = self._draft()
        options.add_option(
            Option(Text("✎ Continuar su borrador" if draft else "✎ Escribir desde cero", style="italic"))
        )
        language = self.sight.ticket.language
        for one in found:
            said = Text(
                one.template.texts[one.template.language_for(language)].title, style="bold" if one.suggested else ""
            )
            said.append(f"  {'sugerida: ' if one.suggested else ''}{one_line(one.why, 90)}", style="dim")
            options.add_option(Option(said))
        options.highlighted = 0 if draft or not found else 1

    @on(OptionList.OptionHighlighted, "#offers")
    def highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Preview the reply under the cursor."""
        self.preview(self.shown[event.option_index])

    @work(exclusive=True, group="preview")
    async def preview(self, offer: Offer | None) -> None:
        """Show a reply filled in as far as it goes."""
        shown = self.query_one("#preview Static", Static)
        if offer is None:
            shown.update(Text(for_terminal(self._draft()) or "Una hoja en blanco."))
            return
        reference = self.sight.ticket.reference
        made = await self.fetch(lambda: compose_reply.preview(self.desk, self.actor, reference, offer.template.id, {}))
        if made is not None:
            self.query_one("#preview", VerticalScroll).scroll_home(animate=False)
            shown.update(_marked(f"Úsela cuando: {offer.template.when}\n\n{made[0].text}"))

    @on(OptionList.OptionSelected, "#offers")
    def chosen(self, event: OptionList.OptionSelected) -> None:
        """Take the reply: ask for what is missing, then let it be edited."""
        offer = self.shown[event.option_index]
        if offer is None:
            self._edit(Rendered(subject="", text=self._draft(), language=self.sight.ticket.language))
            return
        self.template, self.given = offer.template.id, {}
        self.fill()

    @work
    async def action_search(self) -> None:
        """Keep only the replies that have certain words."""
        said = await self.app.push_screen_wait(
            AskLine("Buscar entre las respuestas", "palabras; vacío las muestra todas")
        )
        if said is None:
            return
        wanted = terms(said)
        found = [one for one in self.offers if all(word in _words_of(one) for word in wanted)]
        if not found:
            self.tell("Ninguna respuesta tiene esas palabras.", wrong=True)
            return
        self._show_offers(found)

    # -- filling in ---------------------------------------------------------------------------------------------------

    @work(exclusive=True, group="fill")
    async def fill(self) -> None:
        """Ask for the missing variables one by one, then show the sheet."""
        reference, template_id = self.sight.ticket.reference, self.template
        template = compose_reply.find(self.desk, template_id)
        wrong, retry, asked = "", "", 0
        while True:
            given = dict(self.given)
            try:
                made, _ = await asyncio.to_thread(
                    lambda given=given: compose_reply.preview(self.desk, self.actor, reference, template_id, given)  # type: ignore[misc]
                )
            except BadVariable as error:  # the newest value is the wrong one: ask for it again
                _, retry = self.given.popitem()
                wrong = str(error)
                asked -= 1
                continue
            except REFUSED as error:
                self.tell(explain(error), wrong=True)
                return
            open_ones = missing(template, made)
            if not open_ones:
                break
            value = await self.app.push_screen_wait(
                question(open_ones[0], (asked + 1, asked + len(open_ones)), retry, wrong)
            )
            if value is None:
                if self.fixed:
                    self.dismiss(None)
                return
            wrong = "" if value.strip() else "Este dato hace falta para enviar la respuesta."
            retry = ""
            if value.strip():
                self.given[open_ones[0].name] = value
                asked += 1
        self._edit(made)

    # -- writing ------------------------------------------------------------------------------------------------------

    def _edit(self, written: Rendered) -> None:
        ticket = self.sight.ticket
        self.written = written
        envelope = Text(overflow="ellipsis")
        envelope.append(f"Para: <{one_line(ticket.requester_address, 120)}>")
        envelope.append(f" · en {words.language(written.language)}\n" if written.language != "es" else "\n")
        envelope.append(f"Asunto de la persona: {one_line(ticket.subject, 150) or '(sin asunto)'}")
        if ticket.trafficking_risk:
            envelope.append("\n⚠ RIESGO DE TRATA: otra persona puede leer esta respuesta.", style="bold red")
        self.query_one("#envelope", Static).update(envelope)
        sheet = self.query_one("#sheet", TextArea)
        self.saved = self._draft()
        sheet.load_text(written.text)
        self.query_one(ContentSwitcher).current = "writing"
        sheet.focus()
        self.refresh_bindings()

    @on(TextArea.Changed, "#sheet")
    def changed(self) -> None:
        """Keep what is written, a moment after the last key."""
        if self.saving is not None:
            self.saving.stop()
        self.saving = self.set_timer(_SAVE_AFTER, self.save)

    @work(exclusive=True, group="draft")
    async def save(self) -> None:
        """Write the draft down; while the database does not answer it is kept here and tried again."""
        await self.keep()

    async def keep(self) -> None:
        """Write the draft down now, when there is anything new in it."""
        reference, text = self.sight.ticket.reference, self.query_one("#sheet", TextArea).text
        if self.written is None or self.sending or text == self.saved or not text.strip():
            return
        self.place.unsaved[reference] = text
        template = self.template
        if await self.act(lambda: answer.save_draft(self.desk, self.actor, reference, text, template=template)):
            self.saved = text
            self.place.unsaved.pop(reference, None)
        elif self.is_attached:
            self.saving = self.set_timer(5 * _SAVE_AFTER, self.save)

    def _draft(self) -> str:
        reference = self.sight.ticket.reference
        kept = self.sight.draft.text if self.sight.draft is not None else ""
        return for_terminal(self.place.unsaved.get(reference, kept))

    def action_editor(self) -> None:
        """Write the sheet in the person's own editor."""
        sheet = self.query_one("#sheet", TextArea)
        if not self.place.editor:
            self.tell("No tiene un editor elegido: defina EDITOR antes de abrir la bandeja.", wrong=True)
            return
        handle, name = tempfile.mkstemp(prefix="som-", suffix=".txt")
        path = Path(name)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(sheet.text)
            with self.app.suspend():
                ended = subprocess.run([*shlex.split(self.place.editor), str(path)], check=False)
            if ended.returncode == 0:
                sheet.load_text(for_terminal(path.read_text(encoding="utf-8", errors="replace")))
            else:
                self.tell("El editor terminó con un error; el texto queda como estaba.", wrong=True)
        except (SuspendNotSupported, OSError):
            self.tell("No se pudo abrir el editor.", wrong=True)
        finally:
            path.unlink(missing_ok=True)

    @work(exclusive=True, group="send")
    async def action_send(self) -> None:
        """Put the answer into the outbox; it leaves after the moment in which it can be taken back."""
        written = self.written
        if written is None or self.sending:
            return
        text = clean_text(self.query_one("#sheet", TextArea).text).strip()
        if not text:
            self.tell("La respuesta está vacía.", wrong=True)
            return
        if still := pending(text):
            self.tell(f"Falta completar: {', '.join(still)}", wrong=True)
            return
        ready = replace(written, text=text + "\n", html="")
        self.sending = True
        try:
            queued = await self._send(ready)
        finally:
            self.sending = False
        if queued is not None:
            self.place.unsaved.pop(queued.reference, None)
            self.dismiss(queued)

    async def _send(self, ready: Rendered) -> Queued | None:
        reference, version = self.sight.ticket.reference, self.seen_version
        kind = _KINDS.get(self.template, OutgoingKind.ANSWER)

        def send() -> Queued:
            return answer.answer(
                self.desk, self.actor, reference, ready, kind=kind, seen_version=version, template=self.template
            )

        try:
            return await asyncio.to_thread(send)
        except Changed:
            self.sending = False
            await self.keep()
            await self._stopped()
        except REFUSED as error:
            self.tell(explain(error), wrong=True)
        return None

    async def _stopped(self) -> None:
        """Somebody or something changed the case meanwhile: say what, and let the person decide."""
        now = await self.fetch(lambda: see(self.desk, self.actor, self.sight.ticket.reference))
        if now is None:
            return
        choice = await self.app.push_screen_wait(
            Choose(
                f"No se envió: el caso cambió mientras usted escribía.\n{_news(self.sight, now)}",
                [
                    Choice("read", "Volver al caso y leer lo nuevo; su borrador está guardado", "1"),
                    Choice("stay", "Seguir escribiendo aquí, sabiendo lo que cambió", "2"),
                ],
            )
        )
        if choice == "stay":
            self.seen_version = now.ticket.version
            self.sight = now
            self.tell("Cuando esté lista, envíela con Ctrl+S.")
        elif choice == "read":
            self.dismiss(None)

    @work(exclusive=True, group="back")
    async def action_back(self) -> None:
        """Leave; what was written stays as a draft."""
        if self.query_one(ContentSwitcher).current == "writing":
            await self.keep()
        self.dismiss(None)


def _news(before: Sight, now: Sight) -> str:
    """Say what happened in a case since it was last seen."""
    known = {entry.seq for entry in before.journal}
    said = []
    for entry in now.journal:
        if entry.seq not in known:
            who = (
                now.who(int(entry.actor.removeprefix("staff:"))) if entry.actor.startswith("staff:") else "El servicio"
            )
            said.append(f"· {who}: {words.EVENTS.get(entry.event, entry.event)}")
    return "\n".join(said[-6:])


def _marked(text: str) -> Text:
    """Return a preview with its open places made visible."""
    shown = Text(for_terminal(text))
    shown.highlight_regex(r"\[\[[a-z_]+\]\]", "bold reverse")
    return shown


def _words_of(offer: Offer) -> frozenset[str]:
    template = offer.template
    titles = " ".join(f"{text.title} {text.body}" for text in template.texts.values())
    return frozenset(terms(f"{template.id} {template.when} {' '.join(template.cues)} {titles}"))
