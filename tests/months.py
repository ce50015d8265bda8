"""A month at a desk: letters that came and were answered, in as few steps as the real use cases allow."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from calendar_pe.clock import at_lima
from casework import attention
from casework.answer import answer
from casework.attention import Attended
from casework.deliver import deliver
from casework.desk import Desk
from casework.receive import keep, process
from tests.desks import Clock, member, words
from tests.simulated_year import Reader, Relay
from tickets import cases
from tickets.intake import Arrival

MONDAY = at_lima(date(2026, 10, 5), 10)
CLOSED_AT = at_lima(date(2026, 11, 9), 9)
"""After the fifth business day of November, at whose close October stands."""


def judged_by_its_words(desk: Desk) -> Desk:
    """Return the desk with a classifier that takes everything from the words of the letter."""
    return replace(desk, classifier=Reader)


def write(
    desk: Desk, clock: Clock, texts: list[str], *, at: datetime = MONDAY, taken_at: datetime | None = None
) -> list[str]:
    """Take letters in that came at one instant («1 consulta es yo CL»); returns their references."""
    clock.now = taken_at or at
    first = int(at.timestamp())
    arrivals = []
    for number, text in enumerate(texts):
        head = f"From: p{number}@example.org\r\nMessage-ID: <{first}.{number}@example.org>\r\n"
        raw = f"{head}\r\n{text}\r\n".encode()
        arrivals.append(Arrival(mailbox="m", uidvalidity=first, uid=number + 1, body=raw, size=len(raw), arrived_at=at))
    keep(desk, arrivals)
    process(desk)
    with desk.store.read() as session:
        return [one.reference for one in cases.recent(session, limit=len(texts))]


def respond(desk: Desk, clock: Clock, references: list[str], *, at: datetime) -> None:
    """Answer cases; the relay accepts at once."""
    clock.now = at
    for reference in references:
        answer(desk, member(desk), reference, words(), send_now=True)
    deliver(desk, Relay(), owner="relé")  # type: ignore[arg-type]


def october(desk: Desk, clock: Clock) -> Desk:
    """Thirty letters of October: 27 answered in time, 2 late, 1 never; and eight attentions at the counter."""
    desk = judged_by_its_words(desk)
    texts = ["1 consulta es yo CL"] * 14 + ["2 consulta es otro ES"] * 10 + ["3 consulta pt yo"] * 3
    references = write(desk, clock, [*texts, "5 consulta es yo VE", "5 consulta es yo VE", "5 consulta en otro VE CO"])
    respond(desk, clock, references[:27], at=MONDAY + timedelta(hours=3))
    respond(desk, clock, references[27:29], at=MONDAY + timedelta(days=2))
    for number in range(8):
        attended = Attended(
            channel="in_person", line=4, outcome="oriented", satisfaction=5 if number else 2, age=30, gender="female"
        )
        attention.register(desk, member(desk), attended)
    return desk
