"""Cases of one person: going from one to the other, making one of two, and parting a letter into a case of its own."""

from textual import work

from casework import merge, split
from console import words
from console.clockwords import short
from console.dialogs import AskLine, Choice, Choose, Confirm
from console.outside import one_line
from console.screens.acts import CaseScreen
from console.waypoints import full_reference
from sla.reckon import reckon
from tickets import cases
from tickets.joining import own_letter
from tickets.states import MessageKind
from tickets.tables import Message, Ticket

_LETTERS = (MessageKind.LETTER, MessageKind.FOLLOW_UP)


class JoiningScreen(CaseScreen):
    """A screen of one case from which it can be joined to another, or parted."""

    @work
    async def action_others(self) -> None:
        """Open another case of the same person, or the one that this case was merged into."""
        seen = await self.seen()
        choices = [Choice(one, f"{one} · se unió a este caso") for one in (seen.merged_into,) if one]
        choices += [Choice(one, f"{one} · quizá relacionado") for one in (seen.related,) if one]
        known = {one.value for one in choices}
        choices += [Choice(one.reference, _case_words(one)) for one in seen.others if one.reference not in known]
        if not choices:
            self.tell("Esta persona no tiene otros casos.")
            return
        reference = await self.app.push_screen_wait(Choose("¿Qué caso abre?", choices))
        if reference is not None:
            self._go_to(reference)

    def _go_to(self, reference: str) -> None:
        """Open a case over this one; one that is open already is gone back to, so that Escape ends the round soon."""
        self.place.remembered["reference"] = reference
        stack = self.app.screen_stack
        open_at = [at for at, one in enumerate(stack) if isinstance(one, JoiningScreen) and one.reference == reference]
        if not open_at:
            self.app.push_screen(type(self)(self.place, reference))
            return
        for _ in stack[open_at[-1] + 1 :]:
            self.app.pop_screen()

    @work
    async def action_merge(self) -> None:
        """Merge this case into another one of the same person."""
        if not await self.may() or not await self.act(lambda: merge.ready(self.desk, self.actor, self.reference)):
            return
        seen = await self.seen()
        other = "otro"
        choices = [Choice(one.reference, _case_words(one)) for one in seen.others if one.outcome != cases.MERGED]
        choices.append(Choice(other, "Otro: escribir su número", "n"))
        into = await self.app.push_screen_wait(Choose(f"¿A qué caso se une {self.reference}?", choices))
        if into == other:
            said = await self.app.push_screen_wait(AskLine("¿A qué caso se une?", "SOM-2026-000123, o solo 123"))
            into = full_reference(said, self.desk.clock().year) if said else None
        if not into:
            return
        wanted = into
        joined = await self.fetch(lambda: merge.look(self.desk, self.actor, self.reference, wanted))
        if joined is None or not await self._is_sure(joined):
            return
        same = joined.is_of_two_addresses
        kept = await self.fetch(
            lambda: merge.merge(self.desk, self.actor, self.reference, joined.kept, same_person=same)
        )
        if kept is not None:
            self.tell(f"Unido a {kept}")
            self.reference = kept
            self.load()

    async def _is_sure(self, joined: merge.Joining) -> bool:
        """Ask once before two cases become one; of two addresses, whether they are the same person's."""
        asked = f"¿Unir {joined.ended} a {joined.kept}?"
        happens = (
            "Sus cartas, notas y borradores pasan al otro caso y este se cierra. Queda un solo plazo: el más "
            "temprano. Las cartas que lleguen después entran al otro. No se puede deshacer."
        )
        if not joined.is_of_two_addresses:
            sure: bool = await self.app.push_screen_wait(Confirm(asked, happens, careful=True))
            return sure
        ended, kept = (one_line(each, 60) or "sin dirección" for each in (joined.ended_address, joined.kept_address))
        warned = (
            f"{asked}\n\n⚠ Son de dos direcciones: <{ended}> y <{kept}>.\n"
            f"· Las respuestas irán solo a <{kept}>. Quien lea ese correo sabrá lo que usted conteste; la carta de la "
            "otra dirección no se cita.\n"
            f"· A <{ended}> no se le responderá. Si escribe de nuevo desde allí, entra como caso aparte.\n"
            "· Queda un solo plazo: el más temprano. No se puede deshacer."
        )
        choices = [
            Choice("no", "No: cada caso se responde a su dirección"),
            Choice("yes", "Sí: he comprobado que es la misma persona", "s"),
        ]
        return await self.app.push_screen_wait(Choose(warned, choices)) == "yes"

    @work
    async def action_split(self) -> None:
        """Take a later letter out of this case into a case of its own."""
        if not await self.may():
            return
        seen = await self.seen()
        letters = [one for one in seen.messages if one.kind in _LETTERS and one.id is not None]
        letters = [one for one in letters if one is not own_letter(letters, seen.ticket.opened_at)]
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
                careful=True,
            )
        )
        if not sure:
            return
        parted = await self.fetch(lambda: split.split(self.desk, self.actor, self.reference, chosen.id or 0))
        if parted is not None:
            self.tell(f"Caso nuevo: {parted.reference}, hasta el {short(parted.due_at)}", seconds=12)
            self.load()


def _case_words(one: Ticket) -> str:
    state = words.STATES.get(one.state, one.state).lower()
    return f"{one.reference} · {state} · {one_line(one.subject, 80) or '(sin asunto)'}"


def _letter_words(message: Message) -> str:
    text = message.text if message.newest_text is None else message.newest_text
    return f"{short(message.at)} · {one_line(message.subject, 60) or '(sin asunto)'}: {one_line(text, 120)}"
