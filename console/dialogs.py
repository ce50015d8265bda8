"""Small questions over a screen; each gives back a typed answer, None (or False) when it was left with Escape."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.events import Key
from textual.screen import ModalScreen
from textual.widgets import Footer, Input, OptionList, Static, TextArea
from textual.widgets.option_list import Option

from console.outside import for_terminal

_LEAVE = Binding("escape", "leave", "Cancelar", key_display="Esc")


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to choose: the value it gives, its words, and the one key that chooses it."""

    value: str
    words: str
    key: str = ""


class Choose(ModalScreen[str | None]):
    """Choose one of a few, with arrows and Enter or with its own key."""

    BINDINGS: ClassVar[list[BindingType]] = [_LEAVE]

    def __init__(self, question: str, choices: Sequence[Choice], current: str = "") -> None:
        super().__init__()
        self.question, self.choices, self.current = question, tuple(choices), current

    def compose(self) -> ComposeResult:
        """Lay out the question and its choices."""
        with Vertical(classes="dialog"):
            yield Static(Text(for_terminal(self.question)), classes="question", markup=False)
            yield OptionList(*(Option(self._prompt(one), id=f"choice-{n}") for n, one in enumerate(self.choices)))
            yield Footer(show_command_palette=False, compact=True)

    def on_mount(self) -> None:
        """Stand on the present value."""
        values = [one.value for one in self.choices]
        self.query_one(OptionList).highlighted = values.index(self.current) if self.current in values else 0

    def on_key(self, event: Key) -> None:
        """Choose by the one key of a choice."""
        for one in self.choices:
            if one.key and event.character == one.key:
                event.stop()
                self.dismiss(one.value)
                return

    @on(OptionList.OptionSelected)
    def chosen(self, event: OptionList.OptionSelected) -> None:
        """Give the chosen value back."""
        self.dismiss(self.choices[event.option_index].value)

    def action_leave(self) -> None:
        """Choose nothing."""
        self.dismiss(None)

    def _prompt(self, one: Choice) -> Text:
        prompt = Text(no_wrap=False)
        if one.key:
            prompt.append(f"{one.key}  ", style="bold")
        prompt.append(for_terminal(one.words))
        if one.value == self.current:
            prompt.append("  (ahora)", style="dim")
        return prompt


class Confirm(ModalScreen[bool]):
    """Ask once before something that cannot simply be undone, saying what will happen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s,y,enter", "yes", "Sí", key_display="s"),
        Binding("n,escape", "no", "No", key_display="n"),
    ]

    def __init__(self, question: str, consequences: str = "") -> None:
        super().__init__()
        self.question, self.consequences = question, consequences

    def compose(self) -> ComposeResult:
        """Lay out the question and what will happen."""
        with Vertical(classes="dialog"):
            yield Static(Text(for_terminal(self.question)), classes="question", markup=False)
            if self.consequences:
                with VerticalScroll(classes="consequences"):
                    yield Static(Text(for_terminal(self.consequences)), markup=False)
            yield Footer(show_command_palette=False, compact=True)

    def action_yes(self) -> None:
        """Do it."""
        self.dismiss(True)

    def action_no(self) -> None:
        """Leave it."""
        self.dismiss(False)


class AskLine(ModalScreen[str | None]):
    """Ask for one line of text."""

    BINDINGS: ClassVar[list[BindingType]] = [_LEAVE]

    def __init__(self, question: str, hint: str = "", value: str = "", wrong: str = "") -> None:
        super().__init__()
        self.question, self.hint, self.value, self.wrong = question, hint, value, wrong

    def compose(self) -> ComposeResult:
        """Lay out the question and its line."""
        with Vertical(classes="dialog"):
            yield Static(Text(for_terminal(self.question)), classes="question", markup=False)
            if self.wrong:
                yield Static(Text(for_terminal(self.wrong)), classes="wrong", markup=False)
            yield Input(value=self.value, placeholder=for_terminal(self.hint))
            yield Static(Text("Intro: aceptar", style="dim"), markup=False)
            yield Footer(show_command_palette=False, compact=True)

    @on(Input.Submitted)
    def given(self, event: Input.Submitted) -> None:
        """Give the line back."""
        self.dismiss(event.value)

    def action_leave(self) -> None:
        """Give nothing."""
        self.dismiss(None)


class AskText(ModalScreen[str | None]):
    """Ask for several lines of text."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "accept", "Aceptar", key_display="Ctrl+S"),
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
                yield Static(Text(for_terminal(self.hint), style="dim"), markup=False)
            yield TextArea(self.value, classes="paper")
            yield Footer(show_command_palette=False, compact=True)

    def action_accept(self) -> None:
        """Give the text back."""
        self.dismiss(self.query_one(TextArea).text)

    def action_leave(self) -> None:
        """Give nothing."""
        self.dismiss(None)
