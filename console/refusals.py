"""What the use cases refuse, said in Spanish to the person at the terminal."""

from casework.answer import CannotAnswer, Changed
from casework.assign import CannotAssign
from casework.classify import BadJudgement
from casework.close import CannotClose
from casework.deliver import NotUncertain
from casework.desk import NotAllowed
from casework.note import EmptyNote
from casework.remedy import CannotRemedy
from replies.catalogue import UnknownTemplate
from replies.compose import Unaddressable
from replies.render import BadVariable, UnresolvedVariables
from tickets.cases import UnknownTicket
from tickets.states import ImpossibleMove
from tickets.store import StoreError, StoreUnavailable

_OWN_WORDS = (BadVariable, UnresolvedVariables, UnknownTemplate)
"""Refusals whose own message is in Spanish already."""

_SAID: tuple[tuple[type[Exception], str], ...] = (
    (Changed, "El caso cambió mientras usted escribía. Su borrador está guardado: lea lo nuevo antes de enviar."),
    (CannotAnswer, "No se pudo enviar. Puede que otra respuesta de este caso esté por salir o que ya haya salido."),
    (CannotAssign, "No se puede: el caso está en manos de otra persona. Quien supervisa puede reasignarlo."),
    (BadJudgement, "Esa clasificación no existe."),
    (CannotClose, "Todavía se debe una respuesta: responda o derive el caso antes de cerrarlo."),
    (NotUncertain, "Ese envío ya no está incierto: alguien lo resolvió antes."),
    (NotAllowed, "Su rol no permite hacer eso."),
    (EmptyNote, "La nota está vacía."),
    (CannotRemedy, "La medida no puede cambiar así: ya está cerrada o le faltan datos."),
    (Unaddressable, "La dirección de la persona no sirve para enviarle un correo."),
    (UnknownTicket, "No existe un caso con ese número. Un número es como SOM-2026-000123."),
    (ImpossibleMove, "Eso no se puede hacer en el estado en que está el caso."),
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
    if isinstance(error, _OWN_WORDS):
        return str(error)
    return next((said for kind, said in _SAID if isinstance(error, kind)), "No se pudo hacer.")
