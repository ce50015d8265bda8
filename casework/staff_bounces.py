"""Bounces of letters to staff: the address is left alone for a while and the others hear of it.

Without this a notice about a bounce would go to the address that bounces, and so on.
"""

from collections.abc import Collection
from datetime import datetime

from casework.desk import Desk
from tickets import muted, notices, outgoing
from tickets.states import OutgoingKind
from tickets.store import Session

_TO_STAFF = frozenset({OutgoingKind.NOTICE, OutgoingKind.DIGEST})


def note(desk: Desk, session: Session, outgoing_ids: Collection[int], now: datetime) -> frozenset[int]:
    """Note the bounces of these outgoing letters; returns those that were letters to staff."""
    to_staff = []
    for outgoing_id in outgoing_ids:
        letter = outgoing.load(session, outgoing_id)
        if letter is None or letter.kind not in _TO_STAFF:
            continue
        to_staff.append(outgoing_id)
        if muted.mute(session, letter.to_address, now):
            said = (
                f"El correo a {letter.to_address} rebota: por {muted.TERM.days} días no se le enviarán avisos; "
                "corrija la dirección en el personal o en [digest] recipients"
            )
            key = f"muted:{outgoing_id}"
            notices.add_once(session, kind="muted", key=key, text=said, now=now, leaves_at=desk.next_open(now))
    return frozenset(to_staff)
