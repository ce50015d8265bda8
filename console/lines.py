"""The queue as lines of text: what the full-screen queue, the plain list and the demo's table show."""

from datetime import datetime

from rich.text import Text

from casework.desk import Desk
from console import words
from console.clockwords import Left, Urgency, left, short
from console.outside import outside
from console.senders import checks_senders, failed
from tickets import cases, worklist
from tickets.worklist import Asked, QueueRow

HEADINGS: tuple[str, ...] = (
    "Número",
    "Línea",
    "Tipo",
    "Responder antes de",
    "Tiempo",
    "Avisos",
    "Remite",
    "Asunto",
)
"""The headings of ``queue_lines``."""

STYLES = {
    Urgency.BROKEN: "bold red",
    Urgency.PASSED: "bold yellow",
    Urgency.SOON: "bold yellow",
    Urgency.TODAY: "green",
    Urgency.LATER: "",
    Urgency.NONE: "dim",
}
"""Colours of the terminal's own palette; the words beside them say the same."""


def queue_lines(desk: Desk, limit: int = 200) -> list[list[Text | str]]:
    """Return the cases that wait for an answer, the most pressing first, a row of cells each (see ``HEADINGS``)."""
    now = desk.clock()
    with desk.store.read() as session:
        rows = worklist.page(session, Asked(), limit=limit).rows
    return [queue_line(desk, row, now) for row in rows]


def queue_line(desk: Desk, row: QueueRow, now: datetime) -> list[Text | str]:
    """Return one case as the cells of ``HEADINGS``."""
    marks = flag_words(row, checked=checks_senders(desk))
    return [
        whole(row.reference),
        whole(line_words(row)),
        whole(kind_words(row)),
        whole(short(row.due_at)),
        _time_or_state(row, left(desk, now, row.target_at, row.due_at)),
        ", ".join([*marks, *(["tipo por confirmar"] if kind_in_doubt(row) else [])]),
        outside(sender_of(row)[:40]),
        outside(row.subject[:60] or "(sin asunto)"),
    ]


def line_words(row: QueueRow) -> str:
    """Say the line by number and short name; ``?`` while nobody has confirmed a doubtful one."""
    if row.state == "quarantined":
        return "sin analizar"
    return f"{row.line} {words.LINES[row.line]}{' ?' if row.proposed else ''}"


def kind_words(row: QueueRow) -> str:
    """Say the kind; ``?`` while nobody has confirmed one that would change the term."""
    return f"{words.KINDS.get(row.kind, row.kind)}{' ?' if kind_in_doubt(row) else ''}"


def kind_in_doubt(row: QueueRow) -> bool:
    """Say whether the kind would change the term, once a person confirms it."""
    return row.state != "quarantined" and row.kind != "consulta" and not row.kind_confirmed


def state_words(row: QueueRow) -> str:
    """Say how a case stands: «respondido», «derivado», «espera a la persona», «unido a otro», «cerrado»."""
    if row.state == "answered" and row.last.asked_back:
        return words.AWAITS_PERSON
    if row.state == "closed" and row.outcome == cases.MERGED:
        return words.MERGED
    return words.STATES.get(row.state, row.state).lower()


def flag_words(row: QueueRow, *, checked: bool) -> list[str]:
    """Return what a case is marked with, in Spanish words, the gravest first.

    ``checked``: this service checks senders. In a case that has ended a new letter would have opened it again.
    """
    return words.flag_words(
        state=row.state,
        trafficking_risk=row.trafficking_risk,
        on_behalf=row.on_behalf,
        verified=row.verified or not checked,
        proposed=row.proposed,
        enough=row.enough,
        flags=row.flags,
        wrote_again=row.last.wrote_again and row.state in ("new", "open", "quarantined"),
        failed=failed(row.last.sender_note),
    )


def sender_of(row: QueueRow) -> str:
    """Return who wrote: the name as the letter gives it, or the address."""
    return row.requester_name or row.requester_address or "(sin dirección)"


def whole(text: str, style: str = "") -> Text:
    """Return words of our own as a cell that is never broken over two lines."""
    return Text(text, style=style, no_wrap=True, overflow="ellipsis", end="")


def _time_or_state(row: QueueRow, owed: Left) -> Text:
    if owed.urgency is Urgency.NONE and row.state != "quarantined":
        return whole(state_words(row), STYLES[owed.urgency])
    return time_left(owed)


def time_left(owed: Left) -> Text:
    """Return the time left in words, with its sign and its colour."""
    return whole(owed.signed, STYLES[owed.urgency])
