"""How a use case says no."""

from replies.catalogue import UnknownTemplate
from replies.compose import Unaddressable
from replies.render import BadVariable, UnresolvedVariables
from tickets.cases import MergedTicket, UnknownTicket
from tickets.people import StaffExists
from tickets.states import ImpossibleMove


class Refusal(Exception):
    """A use case says no; the message tells whoever asked why and what to do, in Spanish."""


REFUSALS: tuple[type[Exception], ...] = (
    Refusal,
    BadVariable,
    ImpossibleMove,
    MergedTicket,
    StaffExists,
    Unaddressable,
    UnknownTemplate,
    UnknownTicket,
    UnresolvedVariables,
)
"""Every way in which a use case, or a room below it, says no to a person."""
