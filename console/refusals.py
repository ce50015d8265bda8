"""What the use cases refuse, said in Spanish to the person at the terminal.

A use case's own words are shown as they are: they name the case, the field or the hour. Other words stand only where
the refusal comes from below and speaks of codes.
"""

from calendar_pe import CalendarRangeError
from casework.desk import NotAllowed
from casework.refusals import REFUSALS
from console.editing import EditorFailed
from console.hours import NotAnHour
from replies.compose import Unaddressable
from tickets.cases import UnknownTicket
from tickets.states import ImpossibleMove
from tickets.store import StoreError, StoreUnavailable

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

REFUSED: tuple[type[Exception], ...] = (*REFUSALS, EditorFailed, NotAnHour, *(kind for kind, _ in _SAID))
"""Every refusal that a screen tells instead of failing."""


def explain(error: Exception) -> str:
    """Return what a person should read when a use case refused."""
    for kind, words in _SAID:
        if isinstance(error, kind):
            return words
    said = str(error).strip() or "no se pudo hacer"
    return f"{said[0].upper()}{said[1:]}{'' if said.endswith('.') else '.'}"
