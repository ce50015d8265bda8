"""What the use cases refuse, said in Spanish to the person at the terminal.

A use case's own words are shown as they are: they name the case, the field or the hour. Other words stand only where
the refusal comes from below and speaks of codes.
"""

from calendar_pe import CalendarRangeError
from casework.answer import CannotAnswer
from casework.assign import CannotAssign
from casework.attachments import CannotSave
from casework.attention import CannotRegister
from casework.classify import BadJudgement
from casework.close import CannotClose
from casework.deliver import NotUncertain
from casework.desk import NotAllowed
from casework.merge import CannotMerge
from casework.note import EmptyNote
from casework.remedy import CannotRemedy
from casework.split import CannotSplit
from console.editing import EditorFailed
from console.hours import NotAnHour
from replies.catalogue import UnknownTemplate
from replies.compose import Unaddressable
from replies.render import BadVariable, UnresolvedVariables
from tickets.cases import MergedTicket, UnknownTicket
from tickets.states import ImpossibleMove
from tickets.store import StoreError, StoreUnavailable

_OWN_WORDS: tuple[type[Exception], ...] = (
    BadJudgement,
    BadVariable,
    CannotAnswer,
    CannotAssign,
    CannotClose,
    CannotMerge,
    CannotRegister,
    CannotRemedy,
    CannotSave,
    CannotSplit,
    EditorFailed,
    EmptyNote,
    MergedTicket,
    NotAnHour,
    NotUncertain,
    UnknownTemplate,
    UnresolvedVariables,
)
"""Refusals whose own message is written for whoever reads it here."""

_SAID: tuple[tuple[type[Exception], str], ...] = (
    (NotAllowed, "Su rol no permite hacer eso."),
    (Unaddressable, "La dirección de la persona no sirve para enviarle un correo; revísela en sus datos."),
    (UnknownTicket, "No existe un caso con ese número. Un número es como SOM-2026-000123."),
    (ImpossibleMove, "Eso no se puede hacer en el estado en que está el caso."),
    (CalendarRangeError, "El calendario de días hábiles no llega a esa fecha. Avise a quien administra el sistema."),
    (
        StoreUnavailable,
        "No hay conexión con la base de datos. Lo que escribió sigue aquí; se intentará de nuevo.",
    ),
    (StoreError, "La base de datos no pudo hacer lo pedido. Avise a quien administra el sistema."),
)

REFUSED: tuple[type[Exception], ...] = (*_OWN_WORDS, *(kind for kind, _ in _SAID))
"""Every refusal that a screen tells instead of failing."""


def explain(error: Exception) -> str:
    """Return what a person should read when a use case refused."""
    if isinstance(error, _OWN_WORDS) and (said := str(error).strip()):
        return f"{said[0].upper()}{said[1:]}{'' if said.endswith('.') else '.'}"
    return next((said for kind, said in _SAID if isinstance(error, kind)), "No se pudo hacer.")
