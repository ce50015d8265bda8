"""The queue as a conversation in plain lines, for screen readers, slow lines and pipes: it asks, and it reads answers.

Nothing is drawn or rewritten; every line is said once, in order, and colour says nothing.
"""

from collections.abc import Callable
from dataclasses import replace

from casework import assign, compose_reply
from casework.added_days import effective_calendar
from casework.answer import answer
from casework.classify import Judgement, judge
from casework.desk import Actor, Desk
from console import words
from console.conversation import conversation
from console.facts import headline
from console.filling import missing
from console.lines import queue_line
from console.outside import for_terminal, one_line
from console.refusals import REFUSED, explain
from console.sight import Sight, offers, see
from console.views import VIEWS, Filter, Page, beyond_words, page
from console.waypoints import full_reference
from replies.facts import entities
from replies.render import BadVariable, Rendered
from replies.template import Variable
from tickets.worklist import Place

PAGE = 10
_OFFERED = 7
_IN_THE_QUEUE = (
    "Escriba el número de la lista o el del caso para abrirlo. Otras órdenes: n página siguiente, p primera página, "
    "b buscar, v cambiar de vista, a ayuda, q salir."
)
_IN_A_CASE = (
    "Órdenes: r responder, l corregir la línea, c confirmar la clasificación, t tomar, s soltar, x texto citado, "
    "a ayuda, v volver."
)


class Ended(Exception):
    """There is nobody to answer any more."""


class Conversation:
    """One person at the queue. ``hear`` gives the next line for a question, None at the end; ``say`` says a line."""

    def __init__(self, desk: Desk, actor: Actor, hear: Callable[[str], str | None], say: Callable[[str], None]) -> None:
        self.desk, self.actor = desk, actor
        self._hear, self._say = hear, say
        self.view, self.narrowed = VIEWS[0], Filter()
        self.shown: Page | None = None
        self._given: dict[str, str] = {}
        self._read = 0

    def run(self) -> None:
        """Talk until the person leaves or the input ends."""
        try:
            self._list(None)
            self._say(_IN_THE_QUEUE)
            while (said := self._ask("Orden")) != "q":
                self._guard(lambda said=said: self._obey(said))  # type: ignore[misc]
        except Ended:
            return

    # -- the list -----------------------------------------------------------------------------------------------------

    def _obey(self, said: str) -> None:
        match said:
            case "":
                self._list(None)
            case "n":
                if self.shown is not None and self.shown.after is not None:
                    self._list(self.shown.after)
                else:
                    self._say("No hay más casos.")
            case "p":
                self._list(None)
            case "b":
                self.narrowed = replace(self.narrowed, text=self._ask("Palabras, o nada para ver todo"))
                self._list(None)
            case "v":
                self._choose_view()
            case "a" | "?":
                self._say(_IN_THE_QUEUE)
            case _:
                self._open(said)

    def _list(self, after: Place | None) -> None:
        found = page(self.desk, self.actor, self.view.id, self.narrowed, after, limit=PAGE)
        self.shown = found
        narrowed = f", filtro {self.narrowed.words}" if self.narrowed else ""
        self._say(f"Vista {self.view.name}: {self.view.explained}{narrowed}.")
        for number, row in enumerate(found.rows, start=1):
            cells = [one for cell in queue_line(self.desk, row, found.now) if (one := str(cell).strip(" ·!✗"))]
            self._say(f"{number}. {'; '.join(cells)}.")
        if not found.rows:
            self._say("Ningún caso pasa el filtro." if self.narrowed else self.view.empty)
        elif found.after is not None:
            self._say("Hay más: n los lee.")
        if beyond := beyond_words(self.desk, self.actor, self.view.id, self.narrowed):
            self._say(f"{beyond}: v, y luego Archivo, los lee.")

    def _choose_view(self) -> None:
        views = [one for one in VIEWS if one.id != "uncertain"]
        for number, one in enumerate(views, start=1):
            self._say(f"{number}. {one.name}: {one.explained}.")
        chosen = self._number("Vista", len(views))
        if chosen is not None:
            self.view = views[chosen]
            self._list(None)

    # -- a case -------------------------------------------------------------------------------------------------------

    def _open(self, said: str) -> None:
        rows = self.shown.rows if self.shown is not None else ()
        listed = said.isascii() and said.isdigit() and 1 <= int(said) <= len(rows)
        reference = rows[int(said) - 1].reference if listed else full_reference(said, self.desk.clock().year)
        sight = see(self.desk, self.actor, reference)
        self._tell(sight, unfolded=False)
        self._say(_IN_A_CASE)
        while (order := self._ask(f"{reference}, orden")) not in ("v", "q", ""):
            self._guard(lambda order=order: self._act(order, reference))  # type: ignore[misc]
        self._list(None)

    def _act(self, order: str, reference: str) -> None:
        match order:
            case "r":
                self._answer(self._seen_anew(reference))
            case "l":
                self._correct(reference)
            case "c":
                judge(self.desk, self.actor, reference, Judgement())
                self._say("Clasificación confirmada.")
            case "t":
                assign.take(self.desk, self.actor, reference)
                self._say("Caso tomado.")
            case "s":
                had = assign.release(self.desk, self.actor, reference)
                self._say("Caso devuelto a la bandeja." if had else "Nadie lo tenía: queda igual.")
            case "x":
                self._tell(see(self.desk, self.actor, reference), unfolded=True)
            case _:
                self._say(_IN_A_CASE)

    def _seen_anew(self, reference: str) -> Sight:
        """Return the case as it stands, read out again when something was written in it meanwhile."""
        sight = see(self.desk, self.actor, reference)
        if len(sight.messages) != self._read:
            self._say("Llegó algo nuevo desde que lo leyó:")
            self._tell(sight, unfolded=False)
        return sight

    def _tell(self, sight: Sight, *, unfolded: bool) -> None:
        ticket, self._read = sight.ticket, len(sight.messages)
        self._say(f"Caso {ticket.reference}, {words.STATES.get(ticket.state, ticket.state).lower()}.")
        self._say(f"Línea {ticket.line}: {words.LINES_IN_FULL[ticket.line]}.")
        doubt = "" if ticket.kind == "consulta" or ticket.kind_confirmed else ", por confirmar"
        self._say(f"Tipo: {words.KINDS.get(ticket.kind, ticket.kind).lower()}{doubt}.")
        self._say(headline(self.desk, sight).plain)
        self._say(conversation(sight, unfolded=unfolded).plain)

    def _correct(self, reference: str) -> None:
        for line, said in sorted(words.LINES_IN_FULL.items()):
            self._say(f"{line}. {said}.")
        chosen = self._ask("Línea de 0 a 5, o nada para dejarla")
        if chosen in ("0", "1", "2", "3", "4", "5"):
            judge(self.desk, self.actor, reference, Judgement(line=int(chosen)))
            self._say(f"Línea {chosen}, confirmada.")
        else:
            self._say("Se queda como estaba.")

    # -- answering ----------------------------------------------------------------------------------------------------

    def _answer(self, sight: Sight) -> None:
        found = offers(self.desk, sight)[:_OFFERED]
        for number, one in enumerate(found, start=1):
            title = one.template.texts[one.template.language_for(sight.ticket.language)].title
            self._say(f"{number}. {title}. {'Sugerida: ' if one.suggested else ''}{one_line(one.why, 120)}.")
        chosen = self._number("Respuesta, o nada para volver", len(found))
        if chosen is None:
            return
        reference, template = sight.ticket.reference, found[chosen].template.id
        written = self._fill(reference, template)
        if written is None:
            self._say("No se envió.")
            return
        self._say(for_terminal(f"{written.subject}\n\n{written.text}"))
        risky = "Cuidado: hay riesgo de trata, y quien retiene a la persona podría leerla. "
        if self._ask(f"{risky if sight.ticket.trafficking_risk else ''}¿Enviar? s o n") != "s":
            self._say("No se envió.")
            return
        final, kind, _ = compose_reply.from_template(self.desk, self.actor, reference, template, self._given)
        seen = sight.ticket.version
        queued = answer(self.desk, self.actor, reference, final, kind=kind, seen_version=seen, template=template)
        seconds = max(0, int((queued.leaves_at - self.desk.clock()).total_seconds()))
        self._say(f"La respuesta sale en {seconds} segundos.")

    def _fill(self, reference: str, template: str) -> Rendered | None:
        """Ask for what a reply still lacks, one thing at a time; None when the person would rather not."""
        self._given = {}
        while True:
            try:
                made, _ = compose_reply.preview(self.desk, self.actor, reference, template, self._given)
            except BadVariable as error:
                self._given.popitem()
                self._say(str(error))
                continue
            lacking = missing(compose_reply.find(self.desk, template), made)
            if not lacking:
                return made
            said = self._variable(lacking[0])
            if not said:
                return None
            self._given[lacking[0].name] = said

    def _variable(self, variable: Variable) -> str:
        if variable.type == "channel":
            known = entities()
            for number, one in enumerate(known, start=1):
                self._say(f"{number}. {one.name}: {one.competence}.")
            chosen = self._number(variable.label, len(known))
            return "" if chosen is None else known[chosen].id
        several = ", separados por punto y coma" if variable.type == "items" else ""
        said = self._ask(f"{variable.label}{several}; por ejemplo {str(variable.example).strip()}", keep_case=True)
        return "\n".join(one.strip() for one in said.split(";")) if several else said

    # -- asking -------------------------------------------------------------------------------------------------------

    def _ask(self, question: str, *, keep_case: bool = False) -> str:
        said = self._hear(question)
        if said is None:
            raise Ended
        said = said.strip()
        return said if keep_case or len(said) > 1 else said.lower()

    def _number(self, question: str, most: int) -> int | None:
        said = self._ask(question)
        if said.isascii() and said.isdigit() and 1 <= int(said) <= most:
            return int(said) - 1
        return None

    def _guard(self, act: Callable[[], None]) -> None:
        try:
            with self.desk.store.read() as session:  # a decree may come while the person is at it
                calendar = effective_calendar(session, self.desk.calendar)
            self.desk = replace(self.desk, calendar=calendar)
            act()
        except REFUSED as error:
            self._say(explain(error))
