"""Letters to staff: notices and digests, on their way through the same outbox as every other letter."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from casework.desk import Desk
from casework.writing import sender
from replies.compose import Nature, Picture, compose
from replies.render import Rendered
from tickets.states import OutboxState, OutgoingKind


def staff_letter(
    desk: Desk,
    *,
    kind: OutgoingKind,
    dedupe_key: str,
    to_address: str,
    rendered: Rendered,
    now: datetime,
    ticket_id: int | None = None,
    pictures: Sequence[Picture] = (),
) -> dict[str, object]:
    """Return the outbox row of a letter to staff. ``dedupe_key`` names the decision that it comes from."""
    nonce = hashlib.sha256(f"{dedupe_key}|{to_address}".encode()).hexdigest()[:24]
    composed = compose(
        message_id=desk.signer.message_id("SOM-0000-000000", nonce, desk.settings.message_domain),
        sender=sender(desk),
        recipient=to_address,
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        pictures=pictures,
        sent_at=now,
        nature=Nature.GENERATED,
    )
    return {
        "ticket_id": ticket_id,
        "kind": kind,
        "dedupe_key": dedupe_key,
        "message_id": composed.message_id,
        "state": OutboxState.WAITING,
        "envelope_from": desk.settings.from_address,
        "to_address": to_address.lower(),
        "recipients": [to_address],
        "payload": composed.payload,
        "created_at": now,
        "next_attempt_at": now,
    }
