"""The questions that fill a canned reply in: one for each variable that is still missing."""

from console.dialogs import AskLine, Choice, Question
from console.drafting import AskDraft, HalfWritten
from console.seeking import Seek
from replies.facts import entities
from replies.render import BadVariable, Rendered, pending, place_name
from replies.template import Template, Variable
from tickets.search import fold

_HINTS = {"date": "AAAA-MM-DD, por ejemplo 2026-11-24", "items": "Una cosa por línea."}
_SEVERAL_LINES = ("text", "items")


def _by_words(one: Choice) -> str:
    return fold(one.words)


def missing(template: Template, written: Rendered) -> list[Variable]:
    """Return the variables that still stand open in a text, in their order."""
    known = {place_name(variable): variable for variable in template.variables}
    return [known[name] for name in pending(f"{written.subject}\n{written.text}") if name in known]


def question(
    variable: Variable, position: tuple[int, int], value: str, wrong: str, half_written: HalfWritten, case: str
) -> Question[str | None]:
    """Return the dialog that asks for one variable; ``position`` is (which, of how many).

    A text of several lines that is left stays half written until it is on the sheet of the ``case``.
    """
    which, many = position
    asked = (
        f"Dato {which} de {many}: {variable.label}" if many > 1 else f"{variable.label[0].upper()}{variable.label[1:]}"
    )
    example = str(variable.example).strip()
    if variable.type == "channel":
        choices = [Choice(one.id, f"{one.name}\n{one.competence}") for one in entities()]
        hint = "Escriba parte del nombre o de lo que atiende: «afp», «dni», «trata»."
        return Seek(asked, sorted(choices, key=_by_words), hint)
    if variable.type in _SEVERAL_LINES:
        hint = " ".join(filter(None, (_HINTS.get(variable.type, ""), f"Por ejemplo: {example}")))
        return AskDraft(asked, hint, value, half_name(variable, case), half_written, wrong)
    return AskLine(asked, _HINTS.get(variable.type, f"por ejemplo: {example}"), value, wrong)


def in_words(error: BadVariable, template: Template) -> str:
    """Say what is wrong with a value, naming what is asked for as it was asked."""
    said = str(error)
    for variable in template.variables:
        said = said.replace(f"«{variable.name}»", f"«{place_name(variable)}»")
    return said


def half_name(variable: Variable, case: str) -> str:
    """Name what stands half written of a variable: «lo que se pregunta, en SOM-2026-000001»."""
    return f"{place_name(variable).partition(',')[0]}, en {case}"


def on_the_sheet(template: Template, half_written: HalfWritten, case: str) -> None:
    """Forget what stood half written of a reply: it is on the sheet now, which keeps it as a draft."""
    for variable in template.variables:
        half_written.put(half_name(variable, case), "")
