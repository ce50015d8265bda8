"""The sheet on which an answer is written: kept as a draft, shown to colleagues as being written, sent once."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import ClassVar

from rich.text import Text
from textual import on, work
from textual.app import SuspendNotSupported
from textual.binding import Binding, BindingType
from textual.timer import Timer
from textual.widgets import ContentSwitcher, Static, TextArea

from casework import answer, compose_reply, presence
from casework.answer import Changed, Queued
from console import words
from console.clockwords import short
from console.dialogs import AskLine, Choice, Choose, Confirm
from console.editing import EditorFailed, left_behind, paper_of, put_away, write_outside
from console.hours import EXAMPLES, parse_hour
from console.outside import for_terminal, one_line
from console.refusals import REFUSED, explain
from console.screens.base import DeskScreen, Workplace
from console.sight import Sight, may_write, see
from letters.clean import clean_text
from replies.render import Rendered, pending
from tickets.store import StoreError

_SAVE_AFTER = 1.0
_RENEW = 30.0


class SheetScreen(DeskScreen[Queued | None]):
    """Whatever ends with a sheet to edit and send."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "ctrl+s",
            "send",
            "Enviar",
            key_display="Ctrl+S",
            id="answer.send",
            tooltip="Queda un momento para retirarla",
        ),
        Binding("ctrl+s", "not_yet", show=False),  # what the key says where it cannot send yet
        Binding(
            "f4",
            "editor",
            "Otro editor",
            key_display="F4",
            id="answer.editor",
            tooltip="Seguir escribiendo en el programa que usted prefiere",
        ),
        Binding(
            "f8",
            "schedule",
            "Programar",
            key_display="F8",
            id="answer.schedule",
            tooltip="Elegir a qué hora sale la respuesta",
        ),
        Binding(
            "f1",
            "help",
            "Ayuda",
            key_display="F1",
            id="answer.help",
            tooltip="Todas las teclas; dentro del texto «?» es una letra más",
        ),
    ]

    def __init__(self, place: Workplace, sight: Sight, template: str = "") -> None:
        super().__init__(place)
        self.sight = sight
        self.template = template
        self.written: Rendered | None = None
        self.seen_version = sight.ticket.version
        self.saved = ""
        self.untouched: str | None = None
        self.saving: Timer | None = None
        self.sending = False
        self.leaves_at: datetime | None = None
        self.colleague = ""

    # -- who is answering ---------------------------------------------------------------------------------------------

    def begin_work(self) -> None:
        """Let colleagues see who is answering, and find what a terminal that died has left."""
        self.set_interval(_RENEW, self.be_present)
        self.be_present()
        if left := left_behind(self._paper()):
            self.place.unsaved.setdefault(self.sight.ticket.reference, left)

    def on_unmount(self) -> None:
        """Let colleagues know that nobody is answering any more."""
        if may_write(self.actor):
            self.app.run_worker(self._leave(), group="presence", exit_on_error=False)

    async def _leave(self) -> None:
        await asyncio.to_thread(self._quietly, lambda: presence.end(self.desk, self.actor, self.sight.ticket.id or 0))

    @work(exclusive=True, group="presence")
    async def be_present(self) -> None:
        """Say to colleagues that this case is being answered, and learn who else is answering it."""
        if not may_write(self.actor):
            return
        number = self.sight.ticket.id or 0
        found = await asyncio.to_thread(self._quietly, lambda: presence.begin(self.desk, self.actor, number))
        if found is not None and found != self.colleague:
            self.colleague = found
            if found:
                self.tell(f"{found} también está respondiendo este caso.", wrong=True)
            self._show_envelope()

    def _quietly(self, do: Callable[[], str | None]) -> str | None:
        """Do what is only a courtesy; nothing is said when the database does not answer."""
        try:
            return do()
        except StoreError:
            return None

    # -- writing ------------------------------------------------------------------------------------------------------

    def _edit(self, written: Rendered, *, untouched: bool = False) -> None:
        """Show the sheet; an ``untouched`` one has nothing yet that the person wrote, and becomes no draft."""
        self.written = written
        self._show_envelope()
        sheet = self.query_one("#sheet", TextArea)
        self.saved = for_terminal(self.sight.draft.text) if self.sight.draft is not None else ""
        sheet.load_text(written.text)
        self.untouched = sheet.text if untouched else None
        if untouched:
            self.saved = sheet.text
        self.query_one(ContentSwitcher).current = "writing"
        sheet.focus()
        self.refresh_bindings()

    def _show_envelope(self) -> None:
        ticket, written = self.sight.ticket, self.written
        envelope = Text(overflow="ellipsis")
        if self.colleague:
            envelope.append(f"✎ {one_line(self.colleague, 30)} también está respondiendo este caso.\n", style="reverse")
        envelope.append(f"Para: <{one_line(ticket.requester_address, 120)}>")
        if written is not None and written.language != "es":
            envelope.append(f" · en {words.language(written.language)}")
        if self.leaves_at is not None:
            envelope.append(f" · sale el {short(self.leaves_at, self.desk.clock())}", style="bold")
        envelope.append(f"\nAsunto de la persona: {one_line(ticket.subject, 150) or '(sin asunto)'}")
        self.query_one("#envelope", Static).update(envelope)

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
            put_away(self._paper())
        elif self.is_attached:
            self.saving = self.set_timer(5 * _SAVE_AFTER, self.save)

    def _is_kept(self) -> bool:
        """Say whether what stands on the sheet is in the record as a draft."""
        text = self.query_one("#sheet", TextArea).text
        return bool(text.strip()) and text == self.saved and text != self.untouched

    def _draft(self) -> str:
        reference = self.sight.ticket.reference
        kept = self.sight.draft.text if self.sight.draft is not None else ""
        return for_terminal(self.place.unsaved.get(reference, kept))

    @work(exclusive=True, group="editor")
    async def action_editor(self) -> None:
        """Write the sheet in the person's own editor; what stands there is kept as a draft before it opens."""
        sheet = self.query_one("#sheet", TextArea)
        if not self.place.editor:
            self.tell("Su cuenta no tiene otro editor elegido; pídalo a quien administra el sistema.", wrong=True)
            return
        await self.keep()
        paper = self._paper()
        try:
            with self.app.suspend():
                sheet.load_text(write_outside(self.place.editor, paper, sheet.text))
        except SuspendNotSupported:
            self.tell("Esta terminal no deja abrir otro programa.", wrong=True)
        except EditorFailed as error:
            self.tell(explain(error), wrong=True)
        await self.keep()

    def _paper(self) -> Path:
        return paper_of(self.place.folder, self.actor.login, self.sight.ticket.reference)

    @work(exclusive=True, group="hour")
    async def action_schedule(self) -> None:
        """Ask for the hour at which the answer leaves; empty sends it without one."""
        wrong = ""
        while True:
            hint = "Vacío: al enviarla." if wrong else f"{EXAMPLES}.\nVacío: al enviarla."
            said = await self.app.push_screen_wait(AskLine("¿A qué hora sale la respuesta?", hint, wrong=wrong))
            if said is None:
                return
            if not said.strip():
                leaves_at = None
                break
            try:
                leaves_at, overdue_at = await asyncio.to_thread(self._at_desk, lambda said=said: self._scheduled(said))
            except REFUSED as error:
                wrong = explain(error)
                continue
            if overdue_at is not None and not await self._may_wait(leaves_at, overdue_at):
                return
            break
        self.leaves_at = leaves_at
        self._show_envelope()
        self.app.clear_notifications()  # what was said of another hour is no longer so
        if leaves_at is None:
            self.tell("Sin hora: sale al enviarla con Ctrl+S.")
        else:
            self.tell(f"Saldrá el {short(leaves_at, self.desk.clock())}; envíela con Ctrl+S.")

    def _scheduled(self, said: str) -> tuple[datetime, datetime | None]:
        """Return when an answer for that hour leaves, in working time, and since when the case is overdue."""
        return answer.scheduled(self.desk, self.sight.ticket.reference, parse_hour(said, self.desk.clock()))

    async def _may_wait(self, leaves_at: datetime, overdue_at: datetime) -> bool:
        """Ask once before an answer that is late already waits for an hour."""
        now = self.desk.clock()
        said = f"El plazo venció el {short(overdue_at, now)}; esperar lo demora más. Sin hora, sale al enviarla."
        sure: bool = await self.app.push_screen_wait(
            Confirm(f"El caso ya está vencido. ¿Que salga recién el {short(leaves_at, now)}?", said, careful=True)
        )
        return sure

    @work(exclusive=True, group="send")
    async def action_send(self) -> None:
        """Put the answer into the outbox; it leaves after the moment in which it can be taken back."""
        written = self.written
        if written is None or self.sending:
            return
        self.app.clear_notifications()  # what happens now takes the place of what was said before
        text = clean_text(self.query_one("#sheet", TextArea).text).strip()
        if not text:
            self.tell("La respuesta está vacía.", wrong=True)
            return
        if still := pending(text):
            self.tell(f"Falta completar: {', '.join(still)}", wrong=True)
            return
        if not await self._is_wanted(text) or (self.sight.ticket.trafficking_risk and not await self._is_safe()):
            return
        ready = replace(written, text=text + "\n", html="")
        self.sending = True
        try:
            queued = await self._send(ready)
        finally:
            self.sending = False
        if queued is not None:
            self.place.unsaved.pop(queued.reference, None)
            put_away(self._paper())
            self.dismiss(queued)

    async def _is_wanted(self, text: str) -> bool:
        """Ask once before one more answer goes out in a case in which none is owed."""
        before = self.sight.answers
        if not before or self.sight.owed is not None:
            return True
        last = before[-1]
        when = short(last.at, self.desk.clock())
        same = any(one.text.strip().startswith(text) for one in before)
        said = f"Ya se respondió el {when}{', con este mismo texto' if same else ''}. No hay nada pendiente."
        sure: bool = await self.app.push_screen_wait(Confirm("¿Enviar otra respuesta?", said, careful=same))
        return sure

    async def _is_safe(self) -> bool:
        """Ask twice before writing where whoever holds the person may read."""
        asked = (
            Confirm(
                f"¿Enviar a <{one_line(self.sight.ticket.requester_address, 120)}>?",
                "Este caso tiene riesgo de trata: quien retiene a la persona puede leer su correo.",
                careful=True,
            ),
            Confirm(
                "¿El texto no la delata?",
                "No nombra lo que contó, no pide detalles ni pruebas y le dice cómo pedir ayuda sin peligro.",
                careful=True,
            ),
        )
        for one in asked:
            if not await self.app.push_screen_wait(one):
                await self.keep()
                if self.query_one("#sheet", TextArea).text == self.untouched:
                    self.tell("No se envió. El texto sigue aquí; mientras no lo cambie, no se guarda.")
                elif self.sight.ticket.reference not in self.place.unsaved:
                    self.tell("No se envió; lo escrito queda como borrador.")
                return False
        return True

    async def _send(self, ready: Rendered) -> Queued | None:
        reference, version = self.sight.ticket.reference, self.seen_version
        kind = compose_reply.kind_of(self.desk, self.template)

        def send() -> Queued:
            return answer.answer(
                self.desk,
                self.actor,
                reference,
                ready,
                kind=kind,
                leaves_at=self.leaves_at,
                seen_version=version,
                template=self.template,
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
