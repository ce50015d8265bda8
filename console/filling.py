"""The questions that fill a canned reply in: one for each variable that is still missing."""

from collections.abc import Sequence

from textual.screen import ModalScreen

from console.dialogs import AskLine, AskText, Choice, Choose
from replies.facts import entities
from replies.render import Rendered, pending, place_name
from replies.template import Template, Variable
from tickets.search import fold

_HINTS = {"date": "AAAA-MM-DD, por ejemplo 2026-11-24", "items": "Una cosa por línea."}


def _by_words(one: Choice) -> str:
    return fold(one.words)


def missing(template: Template, written: Rendered) -> list[Variable]:
    """Return the variables that still stand open in a text, in their order."""
    known = {place_name(variable): variable for variable in template.variables}
    return [known[name] for name in pending(f"{written.subject}\n{written.text}") if name in known]


def question(variable: Variable, position: Sequence[int], value: str, wrong: str) -> ModalScreen[str | None]:
    """Return the dialog that asks for one variable; ``position`` is (which, of how many)."""
    asked = f"Dato {position[0]} de {position[1]}: {variable.label}"
    example = str(variable.example).strip()
    if variable.type == "channel":
        choices = [Choice(one.id, f"{one.name}: {one.competence}") for one in entities()]
        return Choose(f"{asked} (con una letra se va a lo que empieza con ella)", sorted(choices, key=_by_words))
    if variable.type in ("text", "items"):
        hint = " ".join(filter(None, (_HINTS.get(variable.type, ""), f"Por ejemplo: {example}")))
        return AskText(asked, hint, value, wrong)
    return AskLine(asked, _HINTS.get(variable.type, f"por ejemplo: {example}"), value, wrong)
