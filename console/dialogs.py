"""Small questions over a screen; each gives back a typed answer, None (or False) when it was left with Escape.

The same keys everywhere: Enter chooses or accepts, in a text of several lines it begins a new one; Ctrl+S accepts in
all of them; Escape leaves. A question about what to write to a person may have that person's letter beside it: at
its left where the terminal is wide, else over it with F2, as on the sheet of an answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Self, TypeVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.events import Key
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static, TextArea
from textual.widgets.option_list import Option

from console.keybar import KeyBar
from console.outside import for_terminal
from tickets.search import fold

R = TypeVar("R")
_LEAVE = Binding("escape", "leave", "Cancelar", key_display="Esc")
_SEE = Binding("f2", "letter", "Ver la carta", key_display="F2")

_LISTED = 12
"""Lines of what will happen that are shown at once, at most."""


def _accept(words: str) -> Binding:
    """Return the key that accepts. The widget itself has Enter; here stands what is shown of it, and Ctrl+S."""
    return Binding("ctrl+s", "accept", words, key_display="Intro")


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to choose: the value it gives, its words, and the one key that chooses it."""

    value: str
    words: str
    key: str = ""


class Question(ModalScreen[R]):
    """A question that is answered once; a key that comes after the answer goes on to what follows it."""

    AUTO_FOCUS = ".dialog *"

    answered = False
    beside: Text | None = None
    """The letter that is read while one answers; None for no letter."""

    def with_letter(self, letter: Text) -> Self:
        """Have a letter beside the question."""
        self.beside = letter
        return self

    def on_mount(self) -> None:
        """Put the letter beside the question."""
        if self.beside is not None:
            self.add_class("-beside")
            self.mount(VerticalScroll(Static(self.beside, markup=False), classes="beside"), before=0)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer the letter only where there is one."""
        return self.beside is not None if action == "letter" else True

    def action_letter(self) -> None:
        """Show the letter, or take it away."""
        self.toggle_class("-asked")

    def dismiss(self, result: R | None = None) -> AwaitComplete:
        """Give the answer back."""
        self.answered = True
        return super().dismiss(result)

    def passes_on(self, event: Key) -> bool:
        """Send a key on when the question has been answered; say whether it was."""
        if self.answered:
            event.stop()
            event.prevent_default()
            self.app.post_message(Key(event.key, event.character))
        return self.answered


class Line(Input):
    """One line to write on. Enter takes what stands there at that moment, not what is typed behind it."""

    async def _on_key(self, event: Key) -> None:
        if isinstance(self.screen, Question) and self.screen.passes_on(event):
            return
        if event.key == "enter":
            event.stop()
            event.prevent_default()
            self.screen.dismiss(self.value)
            return
        await super()._on_key(event)


class Choose(Question[str | None]):
    """Choose one of a few, with arrows and Enter or with its own key; a letter goes to what begins with it."""

    BINDINGS: ClassVar[list[BindingType]] = [_accept("Elegir"), _SEE, _LEAVE]

    def __init__(self, question: str, choices: Sequence[Choice], current: str = "", start: str = "") -> None:
        super().__init__()
        self.question, self.choices, self.current, self.start = question, tuple(choices), current, start or current
        self.offered = self.choices

    def compose(self) -> ComposeResult:
        """Lay out the question and its choices."""
        with Vertical(classes="dialog"):
            yield Static(Text(for_terminal(self.question)), classes="question", markup=False)
            yield OptionList(*(Option(self._prompt(one), id=f"choice-{n}") for n, one in enumerate(self.choices)))
            yield KeyBar()

    def on_mount(self) -> None:
        """Stand on the present value, or where Enter would most likely choose."""
        values = [one.value for one in self.choices]
        self.query_one(OptionList).highlighted = values.index(self.start) if self.start in values else 0

    def on_key(self, event: Key) -> None:
        """Choose by the one key of a choice; another letter goes to the next choice that begins with it."""
        if self.passes_on(event) or event.character is None or not event.character.isalnum():
            return
        event.stop()
        for one in self.choices:
            if one.key and event.character == one.key:
                self.dismiss(one.value)
                return
        options = self.query_one(OptionList)
        here = options.highlighted or 0
        places = [*range(here + 1, len(self.choices)), *range(here + 1)]
        wanted = fold(event.character)
        options.highlighted = next((at for at in places if fold(self.choices[at].words).startswith(wanted)), here)

    @on(OptionList.OptionSelected)
    def chosen(self, event: OptionList.OptionSelected) -> None:
        """Give the chosen value back."""
        self.dismiss(self.offered[event.option_index].value)

    def action_accept(self) -> None:
        """Choose what stands under the cursor."""
        self.query_one(OptionList).action_select()

    def action_leave(self) -> None:
        """Choose nothing."""
        self.dismiss(None)

    def _prompt(self, one: Choice) -> Text:
        prompt = Text(no_wrap=False)
        if one.key:
            prompt.append(f"{one.key}  ", style="bold")
        prompt.append(for_terminal(one.words))
        if one.value == self.current:
            prompt.append("  (ahora)", style="italic")
        return prompt


class Confirm(Question[bool]):
    """Ask once before something that cannot simply be undone, saying what will happen.

    ``careful``: it cannot be undone at all, so Enter, which the hand presses by itself, means no.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s,y", "yes(True)", "Sí", key_display="s"),
        Binding("enter,s,y", "yes(False)", "Sí", key_display="Intro/s"),
        Binding("n,escape", "no", "No", key_display="n"),
        Binding("enter", "no", show=False),
    ]

    def __init__(self, question: str, consequences: str = "", *, careful: bool = False) -> None:
        super().__init__()
        self.question, self.consequences, self.careful = question, consequences, careful

    def compose(self) -> ComposeResult:
        """Lay out the question and what will happen."""
        with Vertical(classes="dialog"):
            yield Static(Text(for_terminal(self.question)), classes="question", markup=False)
            if self.consequences:
                with VerticalScroll(classes="consequences"):
                    yield Static(Text(for_terminal(self.consequences)), markup=False)
            yield KeyBar()

    def on_resize(self) -> None:
        """Fit the list to the terminal."""
        self.call_after_refresh(self._fit)

    def _fit(self) -> None:
        """Leave the keys in sight: what will happen scrolls over them, and no line of it lies behind them."""
        room = self.size.height * 9 // 10 - 2 - self.query_one(KeyBar).outer_size.height
        room -= self.query_one(".question").outer_size.height + 1
        for listed in self.query(".consequences"):
            listed.styles.max_height = max(1, min(_LISTED, room))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Have Enter among the keys that mean yes only where it does."""
        return parameters == (self.careful,) if action == "yes" else super().check_action(action, parameters)

    def action_yes(self, careful: bool) -> None:
        """Do it."""
        self.dismiss(True)

    def action_no(self) -> None:
        """Leave it."""
        self.dismiss(False)


class AskLine(Question[str | None]):
    """Ask for one line of text; the hint stands over it, where it is read whole and stays while one writes."""

    BINDINGS: ClassVar[list[BindingType]] = [_accept("Aceptar"), _SEE, _LEAVE]

    def __init__(self, question: str, hint: str = "", value: str = "", wrong: str = "") -> None:
        super().__init__()
        self.question, self.hint, self.value, self.wrong = question, hint, value, wrong

    def compose(self) -> ComposeResult:
        """Lay out the question and its line."""
        with Vertical(classes="dialog"):
            yield Static(Text(for_terminal(self.question)), classes="question", markup=False)
            if self.wrong:
                yield Static(Text(for_terminal(self.wrong)), classes="wrong", markup=False)
            if self.hint:
                yield Static(Text(for_terminal(self.hint)), classes="hint", markup=False)
            yield Line(value=self.value)
            yield KeyBar()

    def action_accept(self) -> None:
        """Give the line back."""
        self.dismiss(self.query_one(Input).value)

    def action_leave(self) -> None:
        """Give nothing."""
        self.dismiss(None)


class AskText(Question[str | None]):
    """Ask for several lines of text; accepted with Ctrl+S, for Enter begins a new line."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "accept", "Aceptar", key_display="Ctrl+S"),
        _SEE,
        _LEAVE,
    ]

    def __init__(self, question: str, hint: str = "", value: str = "", wrong: str = "") -> None:
        super().__init__()
        self.question, self.hint, self.value, self.wrong = question, hint, value, wrong

    def compose(self) -> ComposeResult:
        """Lay out the question and its paper."""
        with Vertical(classes="dialog"):
            yield Static(Text(for_terminal(self.question)), classes="question", markup=False)
            if self.wrong:
                yield Static(Text(for_terminal(self.wrong)), classes="wrong", markup=False)
            if self.hint:
                yield Static(Text(for_terminal(self.hint)), classes="hint", markup=False)
            yield TextArea(self.value, classes="paper")
            yield KeyBar()

    def action_accept(self) -> None:
        """Give the text back."""
        self.dismiss(self.query_one(TextArea).text)

    def action_leave(self) -> None:
        """Give nothing."""
        self.dismiss(None)
