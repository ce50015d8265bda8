"""What is said of who wrote: a mark only where it tells one letter from another, the reason among the data of the case.

Where the service checks nobody, every sender is unverified: a mark on each would only teach people not to look at it.
"""

from casework.desk import Desk
from console.outside import one_line
from tickets.worklist import QueueRow

OWN_ADDRESS = "buzon_propio"
"""The record's flag of a letter that says it comes from the desk's own address."""
_FAILED = ("DMARC: fail", "DMARC: permerror", "DMARC evaluó")
"""How the notes on a sender begin when the check was made and did not bear the sender out."""
_UNCHECKED = "Este servicio no puede comprobar remitentes: falta configurarlo; avise al administrador."


def checks_senders(desk: Desk) -> bool:
    """Return whether this service can tell verified senders from others at all."""
    return bool(desk.settings.authserv_id.strip())


def failed(note: str) -> bool:
    """Return whether what was noted of a letter says that its sender did not pass the check."""
    return note.startswith(_FAILED)


def doubtful(row: QueueRow, *, checked: bool) -> bool:
    """Return whether the sender of a case is to be marked; ``checked``: this service checks senders."""
    return (checked and not row.verified) or failed(row.last.sender_note) or OWN_ADDRESS in row.flags


def letter_words(*, verified: bool, note: str, checked: bool) -> str:
    """Say beside a letter whether its sender was verified; "" where nobody's is checked."""
    if failed(note):
        return "remitente quizá falso"
    if verified:
        return "remitente verificado"
    return "remitente sin verificar" if checked else ""


def reason(*, verified: bool, note: str, checked: bool) -> str:
    """Say in whole sentences whether a sender was verified, and why not."""
    because = f": {one_line(note, 200)}" if note else ""
    if failed(note):
        return f"Remitente quizá falso: no pasó la comprobación ({one_line(note, 200)})"
    if verified:
        return f"Remitente verificado{because}"
    return f"Remitente SIN verificar{because}" if checked else f"Remitente sin verificar. {_UNCHECKED}"
