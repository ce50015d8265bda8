"""What can be done with a case besides answering it: judging, handing over, joining and parting, ending it."""

import asyncio
from pathlib import Path

from textual import work

from casework import assign, attachments, classify, close, merge, note, split
from casework.classify import KINDS, PROMISED, Judgement
from console import words
from console.clockwords import short
from console.conversation import size_words
from console.dialogs import AskLine, AskText, Choice, Choose, Confirm
from console.outside import one_line
from console.screens.base import DeskScreen, Workplace
from console.sight import Sight
from sla.reckon import reckon
from tickets import cases, people
from tickets.states import MessageKind, Role
from tickets.tables import Attachment, Message

_LETTERS = (MessageKind.LETTER, MessageKind.FOLLOW_UP)


class CaseScreen(DeskScreen[None]):
    """A screen that has one case under its hands; every act is told, and asked about once when it cannot be undone."""

    def __init__(self, place: Workplace, reference: str) -> None:
        super().__init__(place)
        self.reference = reference
        self.sight: Sight | None = None
        self.was_read = asyncio.Event()

    async def seen(self) -> Sight:
        """Return the case as it was last read; an order that comes before the first reading waits for it."""
        await self.was_read.wait()
        assert self.sight is not None
        return self.sight

    def load(self) -> object:
        """Read the case again."""
        raise NotImplementedError

    # -- judging ------------------------------------------------------------------------------------------------------

    @work
    async def action_confirm(self) -> None:
        """Confirm the judgement as it stands."""
        await self._judge(Judgement(), "Clasificación confirmada")

    @work
    async def action_line(self) -> None:
        """Correct the line."""
        seen = await self.seen()
        choices = [Choice(str(n), f"Línea {n}: {name}", str(n)) for n, name in sorted(words.LINES_IN_FULL.items())]
        said = await self.app.push_screen_wait(Choose("¿De qué línea es?", choices, str(seen.ticket.line)))
        if said is not None:
            await self._judge(Judgement(line=int(said)), f"Línea {said}: {words.LINES[int(said)]}")

    @work
    async def action_kind(self) -> None:
        """Correct the kind."""
        seen = await self.seen()
        keys = {"consulta": "c", "sugerencia": "s", "reclamo": "r", "agradecimiento": "a", "ajeno": "j"}
        choices = [Choice(kind, words.KINDS[kind], keys[kind]) for kind in KINDS]
        said = await self.app.push_screen_wait(Choose("¿Qué es esta carta?", choices, seen.ticket.kind))
        if said is not None:
            await self._judge(Judgement(kind=said), f"Tipo: {words.KINDS[said]}")

    @work
    async def action_on_behalf(self) -> None:
        """Say whether the person writes for somebody else."""
        now = not (await self.seen()).ticket.on_behalf
        await self._judge(Judgement(on_behalf=now), "Escribe por un tercero" if now else "Escribe por sí misma")

    @work
    async def action_risk(self) -> None:
        """Say whether there are signs of trafficking."""
        now = not (await self.seen()).ticket.trafficking_risk
        if not now and not await self.app.push_screen_wait(
            Confirm("¿Quitar el riesgo de trata?", "El caso dejará de ir primero y la respuesta citará la carta.")
        ):
            return
        await self._judge(
            Judgement(trafficking_risk=now), "Riesgo de trata marcado" if now else "Riesgo de trata quitado"
        )

    async def _judge(self, judgement: Judgement, done: str) -> None:
        """Judge the case; confirming a kind that changes the clock is asked about once."""
        seen = await self.seen()
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
        seen = await self.seen()
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

    # -- joining and parting, what came with a letter -----------------------------------------------------------------

    @work
    async def action_others(self) -> None:
        """Open another case of the same person, or the one that this case was merged into."""
        seen = await self.seen()
        choices = [Choice(one, f"{one} · se unió a este caso") for one in (seen.merged_into,) if one]
        choices += [Choice(one, f"{one} · quizá relacionado") for one in (seen.related,) if one]
        known = {one.value for one in choices}
        choices += [
            Choice(one.reference, f"{one.reference} · {words.STATES.get(one.state, '')} · {one_line(one.subject, 80)}")
            for one in seen.others
            if one.reference not in known
        ]
        if not choices:
            self.tell("Esta persona no tiene otros casos.")
            return
        reference = await self.app.push_screen_wait(Choose("¿Qué caso abre?", choices))
        if reference is not None:
            self.app.push_screen(type(self)(self.place, reference))

    @work
    async def action_merge(self) -> None:
        """Merge this case into another one of the same person."""
        seen = await self.seen()
        other = "otro"
        choices = [
            Choice(one.reference, f"{one.reference} · {words.STATES.get(one.state, '')} · {one_line(one.subject, 80)}")
            for one in seen.others
            if one.outcome != cases.MERGED
        ]
        choices.append(Choice(other, "Otro: escribir su número", "n"))
        into = await self.app.push_screen_wait(Choose(f"¿A qué caso se une {self.reference}?", choices))
        if into == other:
            into = await self.app.push_screen_wait(AskLine("¿A qué caso se une?", "un número como SOM-2026-000123"))
        if not into:
            return
        sure = await self.app.push_screen_wait(
            Confirm(
                f"¿Unir {self.reference} a {one_line(into, 30)}?",
                "Sus cartas, notas y borradores pasan al otro caso y este se cierra. Queda un solo plazo: el más "
                "temprano. Las cartas que lleguen después entran al otro. No se puede deshacer.",
            )
        )
        if not sure:
            return
        kept = await self.fetch(lambda: merge.merge(self.desk, self.actor, self.reference, into))
        if kept is not None:
            self.tell(f"Unido a {kept}")
            self.reference = kept
            self.load()

    @work
    async def action_split(self) -> None:
        """Take a later letter out of this case into a case of its own."""
        seen = await self.seen()
        letters = [one for one in seen.messages if one.kind in _LETTERS and one.id is not None][1:]
        if not letters:
            self.tell("Este caso tiene una sola carta: no hay nada que separar.", wrong=True)
            return
        chosen = letters[-1]
        if len(letters) > 1:
            choices = [Choice(str(one.id), _letter_words(one)) for one in reversed(letters)]
            said = await self.app.push_screen_wait(Choose("¿Qué carta se separa?", choices))
            if said is None:
                return
            chosen = next(one for one in letters if str(one.id) == said)
        promise = await self.fetch(lambda: reckon(chosen.at, "consulta", self.desk.calendar, self.desk.promises))
        if promise is None:
            return
        sure = await self.app.push_screen_wait(
            Confirm(
                "¿Separar esta carta en un caso nuevo?",
                f"{_letter_words(chosen)}\n\nEl caso nuevo tendrá su propio plazo, contado desde que llegó la carta: "
                f"hasta el {short(promise.due_at)}.",
            )
        )
        if not sure:
            return
        parted = await self.fetch(lambda: split.split(self.desk, self.actor, self.reference, chosen.id or 0))
        if parted is not None:
            self.tell(f"Caso nuevo: {parted.reference}, hasta el {short(parted.due_at)}", seconds=12)
            self.load()

    @work
    async def action_save(self) -> None:
        """Save an attachment in a folder; it is never opened."""
        seen = await self.seen()
        if not seen.files:
            self.tell("Este caso no tiene adjuntos.", wrong=True)
            return
        chosen = seen.files[0]
        if len(seen.files) > 1:
            choices = [Choice(str(one.id), _file_words(one), str(n)) for n, one in enumerate(seen.files[:9], start=1)]
            choices += [Choice(str(one.id), _file_words(one)) for one in seen.files[9:]]
            said = await self.app.push_screen_wait(Choose("¿Qué adjunto guarda?", choices))
            if said is None:
                return
            chosen = next(one for one in seen.files if str(one.id) == said)
        if chosen.danger and not await self.app.push_screen_wait(
            Confirm(f"⚠ Cuidado: {one_line(chosen.danger, 200)}", "¿Guardarlo de todos modos? No lo abra sin revisar.")
        ):
            return
        folder = await self.app.push_screen_wait(
            AskLine("¿En qué carpeta?", "una carpeta que ya existe", self.place.remembered.get("folder") or "~")
        )
        if not folder:
            return
        name = await self.app.push_screen_wait(AskLine("¿Con qué nombre?", value=one_line(chosen.name, 120)))
        if name is None:
            return
        number, place = chosen.id or 0, Path(folder).expanduser()
        saved = await self.fetch(lambda: attachments.save(self.desk, self.actor, number, place, name))
        if saved is not None:
            self.place.remembered["folder"] = folder
            self.tell(f"Guardado: {saved}", seconds=12)
            self.load()


def _letter_words(message: Message) -> str:
    text = message.text if message.newest_text is None else message.newest_text
    return f"{short(message.at)} · {one_line(message.subject, 60) or '(sin asunto)'}: {one_line(text, 120)}"


def _file_words(one: Attachment) -> str:
    warning = f" · ⚠ {one_line(one.danger, 60)}" if one.danger else ""
    return f"{one_line(one.name, 60) or '(sin nombre)'} · {size_words(one.size)}{warning}"
