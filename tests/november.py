"""A November at a desk: letters that say how they are judged, and what became of each."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from calendar_pe.clock import at_lima
from casework.answer import answer
from casework.deliver import settle
from casework.desk import Desk
from casework.receive import keep, process
from casework.sweep import sweep
from tests.desks import Clock, Judge, member, words
from tickets import outgoing
from tickets.intake import Arrival
from tickets.states import OutboxState, OutgoingKind
from triage import Text, Verdict


class Reader(Judge):
    """Takes line, kind, language and on-behalf from the words of the letter: «línea 3 sugerencia pt otro»."""

    def judge(self, texts: Sequence[Text]) -> list[Verdict]:
        return [self._one(said, text.body.split()) for said, text in zip(super().judge(texts), texts, strict=True)]

    def _one(self, said: Verdict, words: list[str]) -> Verdict:
        return replace(said, line=int(words[1]), kind=words[2], language=words[3], on_behalf=words[4] == "otro")


def arrive(desk: Desk, clock: Clock, at: datetime, text: str, *, uid: int, writer: int = 0, extra: str = "") -> None:
    clock.now = at
    raw = f"From: a{writer or uid}@example.org\r\nMessage-ID: <{uid}@example.org>\r\n{extra}\r\n{text}\r\n".encode()
    keep(desk, [Arrival(mailbox="som", uidvalidity=1, uid=uid, body=raw, size=len(raw), arrived_at=at)])
    clock.forward(seconds=30)
    assert process(desk) == 1


def respond(
    desk: Desk,
    clock: Clock,
    ref: str,
    at: datetime,
    kind: OutgoingKind = OutgoingKind.ANSWER,
    *,
    told_at: datetime | None = None,
) -> None:
    """Answer at an instant; the word that it left is given then, or later by a person."""
    clock.now = at
    queued = answer(desk, member(desk), ref, words(), kind=kind, send_now=True)
    with desk.store.write() as session:
        letter = outgoing.load(session, queued.outgoing_id)
        assert letter is not None
        outgoing.begin(letter, now=at, lease=timedelta(minutes=1))
        letter.state = OutboxState.UNCERTAIN
    clock.now = told_at or at
    settle(desk, member(desk), queued.outgoing_id, sent=True)


def november(desk: Desk, clock: Clock) -> None:
    """Six letters of November and one of December, with what became of them."""
    monday = at_lima(date(2026, 11, 23), 10)
    arrive(desk, clock, at_lima(date(2026, 10, 30), 9), "línea 1 consulta es yo", uid=1)
    respond(desk, clock, "SOM-2026-000001", at_lima(date(2026, 10, 30), 12))
    # kept in 2 h, 4 h (asking back) and 1 business day + 15 min; broken and answered a day late; broken and owed
    arrive(desk, clock, monday, "línea 1 consulta es yo", uid=2)
    respond(desk, clock, "SOM-2026-000002", monday + timedelta(hours=2))
    arrive(desk, clock, monday, "línea 4 consulta pt otro", uid=3)
    respond(desk, clock, "SOM-2026-000003", monday + timedelta(hours=4), OutgoingKind.ASK_BACK)
    arrive(desk, clock, monday, "línea 5 sugerencia es yo", uid=4)
    respond(desk, clock, "SOM-2026-000004", at_lima(date(2026, 11, 24), 10, 15))
    arrive(desk, clock, monday, "línea 5 consulta en yo", uid=5)
    arrive(desk, clock, monday, "línea 1 consulta es otro", uid=6)
    clock.now = at_lima(date(2026, 11, 24), 17, 0, 1)
    assert sweep(desk).broken == 2
    respond(desk, clock, "SOM-2026-000005", at_lima(date(2026, 11, 25), 10))
    # October's writer writes again after the answer
    reply = f"In-Reply-To: <1@example.org>\r\nSubject: Re: [{desk.signer.tag('SOM-2026-000001').strip('[]')}]\r\n"
    arrive(desk, clock, at_lima(date(2026, 11, 30), 16), "línea 2 reclamo es yo", uid=7, writer=1, extra=reply)
    arrive(desk, clock, at_lima(date(2026, 12, 1), 9), "línea 1 consulta es yo", uid=8)
