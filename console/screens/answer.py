"""Answering a case: choose a canned reply and see it filled in, give what is missing; then comes its sheet."""

import asyncio
from typing import ClassVar

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical, VerticalScroll
from textual.widgets import ContentSwitcher, OptionList, Static, TextArea
from textual.widgets.option_list import Option

from calendar_pe.clock import date_words, lima_date
from casework import compose_reply
from casework.danger import SAFE_CONTACT
from console.conversation import asked_words
from console.dialogs import AskLine, Choice, Choose
from console.filling import half_name, in_words, missing, on_the_sheet, question
from console.keybar import KeyBar
from console.offering import offer_line, reason, sent_on, sent_words
from console.outside import for_terminal
from console.refusals import REFUSED, explain
from console.screens.base import Banner, Workplace
from console.screens.sheet import SheetScreen
from console.sight import Offer, Sight, offers
from replies.render import BadVariable, Rendered
from replies.terms import terms

_TALL = 20
"""From so many lines on, a list of replies shows enough of them even where some take two."""
_TITLES = {"ask_back": "Pedir datos", "referral": "Derivar"}


class Offers(OptionList):
    """The replies on offer; what Enter does is said at the foot."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "Usar", key_display="Intro", id="answer.use", tooltip="Completarla y editarla"),
    ]

    def action_select(self) -> None:
        """Take the reply; a key that comes at once waits until it has been."""
        if self.highlighted is not None and isinstance(self.screen, AnswerScreen):
            self.screen.taking = True
        super().action_select()

    def on_resize(self) -> None:
        """Say as much of every reply as the new width has room for."""
        if isinstance(self.screen, AnswerScreen):
            self.screen.fit_offers()

    @property
    def room(self) -> int:
        """The letters of a line, beside the bar to scroll by."""
        return max(20, self.region.width - 2 - self.styles.scrollbar_size_vertical)


class AnswerScreen(SheetScreen):
    """Two steps: the choice of a text with its preview, then the sheet on which it is edited and sent."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "slash",
            "search",
            "Buscar respuesta",
            key_display="/",
            id="answer.search",
            tooltip="Entre todas las respuestas",
        ),
        Binding(
            "f2",
            "letter",
            "Ver la carta",
            key_display="F2",
            id="answer.letter",
            tooltip="Lo que escribió la persona, o quitarlo de la vista",
        ),
        Binding(
            "escape", "back", "Volver", key_display="Esc", id="answer.back", tooltip="Lo escrito queda como borrador"
        ),
    ]

    def __init__(self, place: Workplace, sight: Sight, template: str = "") -> None:
        super().__init__(place, sight, template)
        self.fixed = bool(template)
        self.offers: list[Offer] = []
        self.shown: list[Offer | None] = []
        self.sent = sent_on(sight)
        self.given: dict[str, str] = {}
        self.previewed = False
        self.taking = False
        self.letter_shown = False

    def compose(self) -> ComposeResult:
        """Lay out the two steps."""
        reference = self.sight.ticket.reference
        yield Banner(self.place, f"SOM · {reference} · {_TITLES.get(self.template, 'Responder')}")
        with ContentSwitcher(initial="choosing"):
            with Vertical(id="choosing"):
                yield Offers(id="offers")
                with VerticalScroll(id="preview", can_focus=False):
                    yield Static("", markup=False)
            with Vertical(id="writing"):
                risk = Static(
                    "⚠ RIESGO DE TRATA: otra persona puede leer esta respuesta.", classes="danger", markup=False
                )
                risk.display = self.sight.ticket.trafficking_risk
                yield risk
                yield Static("", id="envelope", markup=False)
                with Container(id="desk"):
                    with VerticalScroll(id="asked"):
                        yield Static(asked_words(self.sight), markup=False)
                    yield TextArea("", id="sheet")
        yield KeyBar()

    def on_mount(self) -> None:
        """Read the offers, or go straight to the letter that was asked for; colleagues see who is answering."""
        self.begin_work()
        if self.template:
            self.fill()
        else:
            self.query_one(OptionList).focus()
            self.load()

    def action_letter(self) -> None:
        """Show what the person wrote, or take it away: beside the sheet, or in place of the preview."""
        self.letter_shown = not self.letter_shown
        self.query_one("#desk").set_class(self.letter_shown, "-asked")
        if self.query_one(ContentSwitcher).current == "choosing" and self.shown:
            self.preview(self.shown[self.query_one("#offers", OptionList).highlighted or 0])

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer each step's own keys only."""
        choosing = self.query(ContentSwitcher) and self.query_one(ContentSwitcher).current == "choosing"
        if action in ("send", "editor", "schedule"):
            return not choosing
        return bool(choosing) if action in ("search", "not_yet") else True

    def action_not_yet(self) -> None:
        """Say how the key that sends comes to send: there is no sheet yet."""
        self.tell("Primero ábrala con Intro; desde la hoja, Ctrl+S la envía.")

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
        options.add_options(Option(self._said(one)) for one in found)
        options.highlighted = 0 if draft or not found else 1

    def fit_offers(self) -> None:
        """Write the replies on offer anew, for another width."""
        options = self.query_one("#offers", Offers)
        for at, one in enumerate(self.shown):
            if one is not None:
                options.replace_option_prompt_at_index(at, self._said(one))

    def _said(self, one: Offer) -> Text:
        title = one.template.texts[one.template.language_for(self.sight.ticket.language)].title
        options = self.query_one("#offers", Offers)
        tall, sent_at = options.region.height >= _TALL, self.sent.get(one.template.id)
        return offer_line(one, title, options.room, tall=tall, late=self._late(one), sent_at=sent_at)

    def _late(self, offer: Offer) -> bool:
        return offer.template.review_by < lima_date(self.desk.clock())

    @on(OptionList.OptionHighlighted, "#offers")
    def highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Preview the reply under the cursor."""
        self.preview(self.shown[event.option_index])

    @work(exclusive=True, group="preview")
    async def preview(self, offer: Offer | None) -> None:
        """Show a reply filled in as far as it goes."""
        shown = self.query_one("#preview Static", Static)
        if self.letter_shown:
            shown.update(asked_words(self.sight))
            return
        if offer is None:
            shown.update(Text(for_terminal(self._draft()) or "Una hoja en blanco."))
            return
        reference = self.sight.ticket.reference
        made = await self.fetch(lambda: compose_reply.preview(self.desk, self.actor, reference, offer.template.id, {}))
        if made is not None:
            self.query_one("#preview", VerticalScroll).scroll_home(animate=False)
            overdue = f"⚠ Debió revisarse el {date_words(offer.template.review_by)}.\n" if self._late(offer) else ""
            rules = "⚠ " + "\n⚠ ".join(SAFE_CONTACT) + "\n\n" if self.sight.ticket.trafficking_risk else ""
            why = f"Por qué se sugiere: {reason(offer)}\n" if offer.suggested else ""
            sent = sent_words(self.sent.get(offer.template.id))
            sent = f"✔ En este caso, {sent}.\n" if sent else ""
            self.previewed = True
            text = made[0].text
            for one in offer.template.variables:
                text = text.replace(f"[[{one.name}]]", f"[[{one.label}]]")
            shown.update(_marked(f"{rules}{overdue}{sent}{why}Úsela cuando: {offer.template.when}\n\n{text}"))

    @on(OptionList.OptionSelected, "#offers")
    def chosen(self, event: OptionList.OptionSelected) -> None:
        """Take the reply: ask for what is missing, then let it be edited."""
        self._take(self.shown[event.option_index])
        self.taking = False

    @work(exclusive=True, group="take")
    async def _take(self, offer: Offer | None) -> None:
        """Go on with the draft, or begin with a reply; a draft is not written over unasked."""
        if offer is not None and self._draft().strip():
            choices = [
                Choice("keep", "Seguir con el borrador", "1"),
                Choice("replace", "Empezar con esta respuesta; el borrador se pierde en cuanto la cambie", "2"),
            ]
            said = await self.app.push_screen_wait(Choose("Tiene un borrador sin enviar en este caso.", choices))
            if said is None:
                return
            offer = None if said == "keep" else offer
        if offer is None:
            self.template = self.sight.draft.template if self.sight.draft is not None else ""
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
        wrong, retry, asked, half_written = "", "", 0, self.place.half_written
        while True:
            given = dict(self.given)
            try:
                made, _ = await asyncio.to_thread(
                    lambda given=given: compose_reply.preview(self.desk, self.actor, reference, template_id, given)  # type: ignore[misc]
                )
            except BadVariable as error:  # the newest value is the wrong one: ask for it again
                _, retry = self.given.popitem()
                wrong = in_words(error, template)
                asked -= 1
                continue
            except REFUSED as error:
                self.tell(explain(error), wrong=True)
                return
            open_ones = missing(template, made)
            if not open_ones:
                break
            asked_now = question(
                open_ones[0], (asked + 1, asked + len(open_ones)), retry, wrong, half_written, reference
            )
            value = await self.app.push_screen_wait(asked_now.with_letter(asked_words(self.sight)))
            if value is None:
                if half_written.get(half_name(open_ones[0], reference)):
                    self.tell("Lo escrito queda a medias: está aquí cuando vuelva.")
                if self.fixed:
                    self.dismiss(None)
                return
            wrong = "" if value.strip() else "Este dato hace falta para enviar la respuesta."
            retry = ""
            if value.strip():
                self.given[open_ones[0].name] = value
                asked += 1
        self._edit(made, untouched=not self.given)
        on_the_sheet(template, half_written, reference)

    @work(exclusive=True, group="back")
    async def action_back(self) -> None:
        """Leave; what was written stays as a draft."""
        if self.query_one(ContentSwitcher).current == "writing":
            await self.keep()
            if self.sight.ticket.reference not in self.place.unsaved and self._is_kept():
                self.tell("Su borrador queda guardado: r lo retoma.")
        self.dismiss(None)


def _marked(text: str) -> Text:
    """Return a preview with its open places made visible."""
    shown = Text(for_terminal(text))
    shown.highlight_regex(r"\[\[[^\]]+\]\]", "bold reverse")
    return shown


def _words_of(offer: Offer) -> frozenset[str]:
    template = offer.template
    titles = " ".join(f"{text.title} {text.body}" for text in template.texts.values())
    return frozenset(terms(f"{template.id} {template.when} {' '.join(template.cues)} {titles}"))
