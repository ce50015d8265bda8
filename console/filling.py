"""The questions that fill a canned reply in: one for each variable that is still missing."""

from collections.abc import Sequence

from textual.screen import ModalScreen

from console.dialogs import AskLine, AskText, Choice, Choose
from replies.facts import channels
from replies.render import Rendered, pending
from replies.template import Template, Variable

_HINTS = {"date": "AAAA-MM-DD, por ejemplo 2026-11-24", "items": "Una cosa por línea."}


def missing(template: Template, written: Rendered) -> list[Variable]:
    """Return the variables that still stand open in a text, in their order."""
    known = {variable.name: variable for variable in template.variables}
    return [known[name] for name in pending(f"{written.subject}\n{written.text}") if name in known]


def question(variable: Variable, position: Sequence[int], value: str, wrong: str) -> ModalScreen[str | None]:
    """Return the dialog that asks for one variable; ``position`` is (which, of how many)."""
    asked = f"Dato {position[0]} de {position[1]}: {variable.label}"
    example = str(variable.example).strip()
    if variable.type == "channel":
        choices = [Choice(one.id, f"{one.name}: {one.competence}") for one in channels().values()]
        return Choose(asked, sorted(choices, key=lambda one: one.words))
    if variable.type in ("text", "items"):
        hint = " ".join(filter(None, (_HINTS.get(variable.type, ""), f"Por ejemplo: {example}")))
        return AskText(asked, hint, value, wrong)
    return AskLine(asked, _HINTS.get(variable.type, f"por ejemplo: {example}"), value, wrong)
