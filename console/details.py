"""The few lines under the queue: everything about the case under the cursor that its columns had to shorten."""

from datetime import datetime

from rich.cells import cell_len
from rich.text import Text

from casework.desk import Desk
from console import words
from console.clockwords import left, short
from console.lines import STYLES, flag_words
from console.outside import one_line
from tickets.worklist import QueueRow


def row_details(desk: Desk, row: QueueRow, now: datetime, width: int = 80) -> Text:
    """Return the details of one case in four lines of a width."""
    owed = left(desk, now, row.target_at, row.due_at)
    shown = Text(overflow="ellipsis", no_wrap=True)
    shown.append(f"{row.reference} · ", style="bold")
    shown.append(owed.signed.strip(), style=STYLES[owed.urgency])
    if row.due_at is not None:
        shown.append(f" · hasta el {short(row.due_at)}")
    shown.append("\n")
    shown.append(f"{_judged(row, width)}\n")
    shown.append(f"A cargo de {one_line(row.assignee, 30)}" if row.assignee else "Sin tomar")
    for word in flag_words(row):
        shown.append(" · ")
        shown.append(word, style="bold red" if word == words.RISK else "")
    shown.append("\n")
    name = f"{one_line(row.requester_name, 60)} " if row.requester_name else ""
    shown.append(f"{name}<{one_line(row.requester_address, 80) or 'sin dirección'}>: ")
    shown.append(one_line(row.subject, 200) or "(sin asunto)", style="bold")
    return shown


def _judged(row: QueueRow, width: int) -> str:
    state = words.STATES.get(row.state, row.state)
    if row.state == "quarantined":
        return "Carta sin analizar: hay que leerla tal como llegó"
    said = [f"{words.KINDS.get(row.kind, row.kind)} en {words.language(row.language)}", state.lower()]
    said += [words.country(code) for code in row.countries[:4]]
    for line in (words.LINES_IN_FULL[row.line], words.LINES[row.line]):
        whole = " · ".join([f"Línea {row.line}: {line}", *said])
        if cell_len(whole) <= width - 2:
            break
    return whole
