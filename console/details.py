"""The few lines under the queue: everything about the case under the cursor that its columns had to shorten."""

from datetime import datetime

from rich.cells import cell_len
from rich.text import Text

from casework.close import OUTCOMES
from casework.desk import Desk
from console import words
from console.clockwords import left, owed_words
from console.lines import STYLES, flag_words, state_words
from console.outside import one_line
from console.senders import checks_senders
from tickets.worklist import QueueRow

_ENDED = ("answered", "referred", "closed")


def row_details(desk: Desk, row: QueueRow, now: datetime, width: int = 80) -> Text:
    """Return the details of one case in four lines of a width."""
    urgency, owed = left(desk, now, row.target_at, row.due_at).urgency, owed_words(desk, now, row.target_at, row.due_at)
    shown = Text(overflow="ellipsis", no_wrap=True)
    if row.target_at is None and row.state in _ENDED:
        owed = f"{owed}: {_state(row)}"
    shown.append(owed, style=STYLES[urgency])
    if cell_len(f"{owed} · {row.reference}") <= width - 2:  # its number stands in its row too
        shown.append(f" · {row.reference}", style="bold")
    shown.append(f"\n{_judged(row, width)}\n")
    shown.append(f"A cargo de {one_line(row.assignee, 30)}" if row.assignee else "Sin tomar")
    for word in flag_words(row, checked=checks_senders(desk)):
        shown.append(" · ")
        shown.append(word, style="bold red" if word == words.RISK else "")
    shown.append("\n")
    name = f"{one_line(row.requester_name, 60)} " if row.requester_name else ""
    shown.append(f"{name}<{one_line(row.requester_address, 80) or 'sin dirección'}>: ")
    shown.append(one_line(row.subject, 200) or "(sin asunto)", style="bold")
    return shown


def _judged(row: QueueRow, width: int) -> str:
    if row.state == "quarantined":
        return "Carta sin analizar: hay que leerla tal como llegó"
    kind, doubted = words.KINDS.get(row.kind, row.kind), row.kind != "consulta" and not row.kind_confirmed
    language = f" en {words.language(row.language)}" if row.language else ""
    rest = [words.country(code) for code in row.countries[:4]]
    for line, doubt in ((words.LINES_IN_FULL, " por confirmar,"), (words.LINES, " por confirmar,"), (words.LINES, "?")):
        said = f"{kind}{doubt if doubted else ''}{language}".rstrip(",")
        whole = " · ".join([f"Línea {row.line}: {line[row.line]}", said, *rest])
        if cell_len(whole) <= width - 2:
            break
    return whole


def _state(row: QueueRow) -> str:
    outcome = OUTCOMES.get(row.outcome, "") if row.state == "closed" else ""
    return f"{state_words(row)} · {outcome}" if outcome else state_words(row)
