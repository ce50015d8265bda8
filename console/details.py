"""The few lines under the queue: everything about the case under the cursor that its columns had to shorten."""

from datetime import datetime

from rich.text import Text

from casework.desk import Desk
from console import words
from console.clockwords import left, short
from console.lines import STYLES, flag_words
from console.outside import one_line
from tickets.cases import QueueRow


def row_details(desk: Desk, row: QueueRow, now: datetime) -> Text:
    """Return the details of one case in four lines."""
    owed = left(desk, now, row.target_at, row.due_at)
    shown = Text(overflow="ellipsis", no_wrap=True)
    read = f"Línea {row.line}: {words.LINES_IN_FULL[row.line]}"
    shown.append("Carta sin analizar" if row.state == "quarantined" else read)
    shown.append("\n")
    shown.append(owed.signed.strip(), style=STYLES[owed.urgency])
    if row.due_at is not None:
        shown.append(f" · hasta el {short(row.due_at)}")
    shown.append(f" · a cargo de {one_line(row.assignee, 30)}" if row.assignee else " · sin tomar")
    shown.append("\n")
    kind, state = words.KINDS.get(row.kind, row.kind), words.STATES.get(row.state, row.state)
    shown.append(" · ".join([f"{kind} en {words.language(row.language)}", state.lower(), *flag_words(row)]))
    shown.append("\n")
    name = f"{one_line(row.requester_name, 60)} " if row.requester_name else ""
    shown.append(f"{name}<{one_line(row.requester_address, 80) or 'sin dirección'}>: ")
    shown.append(one_line(row.subject, 200) or "(sin asunto)", style="bold")
    return shown
