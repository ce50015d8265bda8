"""What can be done with a case besides answering it: judging, handing over, ending it, saving what came with it."""

import asyncio
from pathlib import Path

from textual import work
from textual.reactive import var

from casework import assign, attachments, classify, close, note
from casework.classify import KINDS, PROMISED, Judgement
from casework.desk import WRITERS, require
from console import words
from console.conversation import file_words
from console.dialogs import AskLine, Choice, Choose, Confirm
from console.drafting import AskDraft
from console.outside import joined, one_line
from console.screens.base import DeskScreen, Workplace
from console.sight import Sight, see
from tickets import people
from tickets.states import Role
from tickets.tables import Attachment


class CaseScreen(DeskScreen[None]):
    """A screen that has one case under its hands; every act is told, and asked about once when it cannot be undone."""

    sight: var[Sight | None] = var(None, always_update=True)
    """The case as it was last read; whoever shows it watches."""

    def __init__(self, place: Workplace, reference: str) -> None:
        super().__init__(place)
        self.reference = reference
        self.was_read = asyncio.Event()

    async def seen(self) -> Sight:
        """Return the case as it was last read; an order that comes before the first reading waits for it."""
        await self.was_read.wait()
        assert self.sight is not None
        return self.sight

    @work(exclusive=True, group="see")
    async def load(self) -> None:
        """Read the case again; a case that is not there is left at once."""
        seen = await self.fetch(lambda: see(self.desk, self.actor, self.reference))
        if seen is not None:
            self.sight = seen
            self.was_read.set()
        elif self.sight is None:
            self.dismiss(None)

    async def may(self, *roles: Role) -> bool:
        """Say whether the person may change this case; when not, tell it before anything is asked."""
        if not await self.act(lambda: require(self.actor, *(roles or WRITERS))):
            return False
        if merged_into := (await self.seen()).merged_into:
            self.tell(f"{self.reference} se unió a {merged_into}; siga allí: g lo abre.", wrong=True)
        return not merged_into

    # -- judging ------------------------------------------------------------------------------------------------------

    @work
    async def action_confirm(self) -> None:
        """Confirm the judgement as it stands."""
        await self._judge(Judgement(), "Clasificación confirmada")

    @work
    async def action_line(self) -> None:
        """Correct the line."""
        if not await self.may():
            return
        seen = await self.seen()
        choices = [Choice(str(n), name, str(n)) for n, name in sorted(words.LINES_IN_FULL.items())]
        said = await self.app.push_screen_wait(Choose("¿De qué línea es?", choices, str(seen.ticket.line)))
        if said is not None:
            await self._judge(Judgement(line=int(said)), f"Línea {said}: {words.LINES[int(said)]}")

    @work
    async def action_kind(self) -> None:
        """Correct the kind."""
        if not await self.may():
            return
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
        if not await self.may():
            return
        now = not (await self.seen()).ticket.trafficking_risk
        if not now and not await self.app.push_screen_wait(
            Confirm(
                "¿Quitar el riesgo de trata?",
                "El caso dejará de ir primero y la respuesta citará la carta.",
                careful=True,
            )
        ):
            return
        await self._judge(
            Judgement(trafficking_risk=now), "Riesgo de trata marcado" if now else "Riesgo de trata quitado"
        )

    async def _judge(self, judgement: Judgement, done: str) -> None:
        """Judge the case; confirming a kind that changes the clock is asked about once."""
        if not await self.may():
            return
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
        had = await self.fetch(lambda: assign.release(self.desk, self.actor, self.reference))
        if had is not None:
            self.tell("Devuelto a la bandeja" if had else "Nadie lo tenía: queda igual")
            self.load()

    @work
    async def action_assign(self) -> None:
        """Hand the case to somebody else."""
        if not await self.may(Role.SUPERVISOR, Role.ADMINISTRATOR):
            return

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
            lambda: assign.assign(self.desk, self.actor, self.reference, login),
            f"Reasignado a {next(one.words for one in found if one.value == login).partition(' (')[0]}",
        ):
            self.load()

    @work
    async def action_note(self) -> None:
        """Write an internal note; what is left with Escape is there again the next time."""
        if not await self.may():
            return
        name, half_written = f"la nota de {self.reference}", self.place.half_written
        hint = "La leen sus colegas; la persona, nunca."
        said = await self.app.push_screen_wait(AskDraft("Nota interna", hint, "", name, half_written))
        if said is None:
            if half_written.get(name):
                self.tell("La nota queda a medias, sin guardar: n la retoma.")
        elif await self.act(lambda: note.note(self.desk, self.actor, self.reference, said), "Nota guardada"):
            half_written.put(name, "")
            self.load()

    @work
    async def action_close(self) -> None:
        """Close the case with an outcome, or open it again."""
        if not await self.may():
            return
        seen = await self.seen()
        if seen.ticket.state == "closed":
            if await self.app.push_screen_wait(Confirm("¿Reabrir el caso?", "No empieza ningún plazo nuevo.")) and (
                await self.act(lambda: close.reopen(self.desk, self.actor, self.reference), "Caso reabierto")
            ):
                self.load()
            return
        possible = await self.fetch(lambda: close.possible(self.desk, self.actor, self.reference))
        if possible is None:
            return
        asked = "¿Con qué resultado se cierra?"
        if seen.ticket.trafficking_risk:
            asked += "\nTiene riesgo de trata: no se cierra como resuelto."
        choices = [Choice(key, said, str(n)) for n, (key, said) in enumerate(possible.items(), start=1)]
        outcome = await self.app.push_screen_wait(Choose(asked, choices))
        if outcome is None:
            return
        if await self.app.push_screen_wait(
            Confirm(
                "¿Cerrar el caso?",
                f"Resultado: {possible[outcome]}. Si la persona vuelve a escribir, se reabre.",
                careful=True,
            )
        ) and await self.act(lambda: close.close(self.desk, self.actor, self.reference, outcome), "Caso cerrado"):
            self.load()

    # -- what came with a letter ---------------------------------------------------------------------------------------

    @work
    async def action_save(self) -> None:
        """Save an attachment in a folder; it is never opened."""
        if not await self.act(lambda: require(self.actor, *WRITERS)):
            return
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
            AskLine(
                "¿En qué carpeta?", "una carpeta que ya existe", self.place.remembered.get("folder") or str(Path.home())
            )
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


def _file_words(one: Attachment) -> str:
    warning = f"⚠ {one_line(one.danger, 60)}" if one.danger else ""
    return joined(file_words(one), warning)
