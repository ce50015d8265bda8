"""From bytes to facts: what a kept letter says, who wrote it, and what triage thinks of it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from casework.desk import Desk
from inbox import bounce, machine, sender
from inbox.bounce import BounceVerdict
from inbox.machine import MachineVerdict
from inbox.parse import parse
from inbox.sender import SenderVerdict
from letters.letter import Letter
from tickets.intake import Pending
from triage import Text, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One kept letter with everything that was found out about it. ``verdict`` is None for machine mail and bounces."""

    pending: Pending
    letter: Letter
    machine: MachineVerdict
    bounce: BounceVerdict
    sender: SenderVerdict
    content_key: str
    verdict: Verdict | None = None

    @property
    def by_person(self) -> bool:
        """Return True when a person wrote this."""
        return not (self.machine.is_machine or self.bounce.is_bounce)


def read(desk: Desk, pending: Pending, raw: bytes) -> Reading:
    """Gather the facts about one letter; triage comes apart, in batches."""
    letter = parse(raw)
    return Reading(
        pending=pending,
        letter=letter,
        machine=_ours_again(desk, letter) or machine.judge(letter, desk.settings.own_addresses),
        bounce=bounce.judge(letter),
        sender=sender.judge(letter, desk.settings.authserv_id),
        content_key=content_key(letter),
    )


def _ours_again(desk: Desk, letter: Letter) -> MachineVerdict | None:
    """Judge a letter of ours that came back: it has our address and an id that we signed. None for any other.

    A server that redirects what it receives, or another mailbox of ours, sends even a person's answer back to us: it
    would open a case with a promise, whose answer would come back again.
    """
    if letter.from_address.lower() not in desk.settings.own_addresses or not desk.signer.ticket_of(letter.message_id):
        return None
    why = "es una carta nuestra que volvió"
    return MachineVerdict(is_machine=True, why=why, may_acknowledge=False, why_not=why)


def classify(desk: Desk, readings: Sequence[Reading]) -> list[Reading]:
    """Add triage's verdict to every letter that a person wrote."""
    by_people = [reading for reading in readings if reading.by_person]
    if not by_people:
        return list(readings)
    verdicts = desk.classifier().judge(
        [Text(subject=reading.letter.subject, body=reading.letter.newest_text) for reading in by_people]
    )
    judged = {reading.pending.id: verdict for reading, verdict in zip(by_people, verdicts, strict=True)}
    return [replace(reading, verdict=judged.get(reading.pending.id)) for reading in readings]


UNJUDGED = Verdict(
    line=0,
    confidence=0.0,
    confident=False,
    enough=True,
    kind="consulta",
    on_behalf=False,
    trafficking_risk=False,
    language="es",
    countries=(),
    reasons=("no se pudo clasificar; léala una persona",),
    model_version="",
)
"""What stands for a verdict when triage itself fails: trouble there never keeps a letter waiting."""


def content_key(letter: Letter) -> str:
    """Return what makes two copies the same letter, whatever their way here: id, sender, date, subject and text."""
    hasher = hashlib.sha256()
    attached = "|".join(attachment.sha256 for attachment in letter.attachments)
    parts = (letter.message_id, letter.from_address, letter.header("date"), letter.subject, letter.text, attached)
    for part in parts:
        hasher.update(part.encode("utf-8", "surrogatepass"))
        hasher.update(b"\0")
    return hasher.hexdigest()
