"""The columns of the queue: which fit a width, how wide each is, and what stands in it."""

from collections.abc import Callable
from dataclasses import dataclass

from rich.text import Text

from console import words
from console.clockwords import SIGNS, Left, Urgency
from console.lines import STYLES, flag_words, kind_in_doubt, sender_of, state_words, whole
from console.outside import one_line, outside
from console.senders import doubtful
from tickets.worklist import QueueRow


@dataclass(frozen=True, slots=True)
class Line:
    """One case as a line: the case, what it owes, and what is said of it beside its own marks («por salir»).

    ``checked``: this service checks senders.
    """

    row: QueueRow
    owed: Left
    mark: str = ""
    checked: bool = True

    @property
    def doubt(self) -> str:
        """Return the sign after a sender who may not be who the letter says, or ""."""
        return "?" if doubtful(self.row, checked=self.checked) else ""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its title, its width in cells, its cell for a line, and its share of the room that is left over."""

    title: str
    width: int
    cell: Callable[[Line, int], Text]
    share: int = 0


_SHORTER = ((" háb.", ""), ("vencida", "venció"), (",", ""), ("< ", "<"), ("venció", "hace"), (" min", ""))
"""What a time that does not fit is shortened by, in this order: its amount is never cut."""


def _time(line: Line, width: int) -> Text:
    """Write the time left after a cell for the mark, which hides nothing."""
    return Text(" ", no_wrap=True, end="").append_text(_owed(line, width - 1))


def _owed(line: Line, width: int) -> Text:
    """Say the time left; where nothing is owed, how the case stands; where there is danger, that it cannot wait."""
    if line.owed.urgency is Urgency.NONE and line.row.state != "quarantined":
        state = state_words(line.row)
        state = words.STATES_BRIEFLY.get(state, state) if len(state) > width else state
        return whole(state, STYLES[line.owed.urgency])
    if line.row.trafficking_risk:
        late = f" {SIGNS[Urgency.BROKEN]}" if line.owed.urgency is Urgency.BROKEN else ""
        return whole(f"! URGENTE{late}", STYLES[Urgency.BROKEN])
    said = f"{SIGNS[line.owed.urgency]} {line.owed.brief}"
    for longer, shorter in _SHORTER:
        if len(said) > width:
            said = said.replace(longer, shorter)
    return whole(said, STYLES[line.owed.urgency])


def _number(line: Line, width: int) -> Text:
    row = line.row
    said = row.reference if len(row.reference) <= width else row.reference.removeprefix("SOM-")
    return whole(said, "bold red" if row.trafficking_risk else "")


def _line_digit(line: Line, width: int) -> Text:
    row = line.row
    return whole("—" if row.state == "quarantined" else f"{row.line}{'?' if row.proposed else ''}")


def _line(line: Line, width: int) -> Text:
    row = line.row
    if row.state == "quarantined":
        return whole("sin analizar")
    return whole(f"{row.line}{'?' if row.proposed else ' '} {words.LINES[row.line]}")


def _kind(line: Line, width: int) -> Text:
    """Write the kind; «?» while nobody has confirmed one that would change the term."""
    row = line.row
    if row.state == "quarantined":
        return whole("—")
    doubt = "?" if kind_in_doubt(row) else ""
    said = f"{words.KINDS.get(row.kind, row.kind)}{doubt}"
    if len(said) > width:
        said = f"{words.KINDS_BRIEFLY.get(row.kind, row.kind)[: width - len(doubt)]}{doubt}"
    return whole(said)


def _language(line: Line, width: int) -> Text:
    return whole("" if line.row.state == "quarantined" else one_line(line.row.language, 3))


def _flags(line: Line, width: int) -> Text:
    """Write as many words as fit, the gravest first, and how many more there are.

    The «?» of the line says that it is proposed, and that of the sender that it is not verified.
    """
    marks = flag_words(line.row, checked=line.checked)
    said = [word for word in marks if word not in ("línea propuesta", "sin verificar")]
    if line.mark:
        said.insert(1 if line.row.trafficking_risk else 0, line.mark)
    full = ", ".join(said)
    if len(full) > width:
        said = [words.FLAGS_BRIEFLY.get(word, word) for word in said]
        full = " ".join(said)
    kept = len(said)
    while len(full) > width and kept > 1:
        kept -= 1
        full = f"{' '.join(said[:kept])} +{len(said) - kept}"
    shown = whole(full)
    if line.row.trafficking_risk:
        shown.stylize("bold red", 0, len(said[0]))
    return shown


def _sender(line: Line, width: int) -> Text:
    name = outside(sender_of(line.row))
    name.truncate(width - len(line.doubt), overflow="ellipsis")
    return name.append(line.doubt)


def _assignee(line: Line, width: int) -> Text:
    name = line.row.assignee
    return outside(name.split()[0] if name and len(name) > width else name or "—")


def _subject(line: Line, width: int) -> Text:
    return outside(line.row.subject or "(sin asunto)")


def _who_and_what(line: Line, width: int) -> Text:
    row = line.row
    first = one_line(sender_of(row), 60).split()[:1] or ["¿"]
    return outside(f"{first[0][:9]}{line.doubt}: {row.subject or '(sin asunto)'}")


_NARROW = (
    Column("Tiempo", 14, _time),
    Column("Número", 11, _number),
    Column("Lín", 3, _line_digit),
    Column("Tipo", 6, _kind),
    Column("Idi", 3, _language),
    Column("Avisos", 11, _flags, 1),
    Column("Cargo", 5, _assignee),
    Column("Remite: asunto", 17, _who_and_what, 4),
)
_WIDE = (
    Column("Tiempo", 20, _time),
    Column("Número", 15, _number),
    Column("Línea", 20, _line),
    Column("Tipo", 11, _kind),
    Column("Idi", 3, _language),
    Column("Avisos", 14, _flags, 3),
    Column("Remite", 14, _sender, 2),
    Column("A cargo", 8, _assignee, 1),
    Column("Asunto", 17, _subject, 5),
)
_FIRST_TO_GO = ("Idi", "Cargo", "Tipo", "Avisos", "Lín")
"""What a very narrow terminal does without, in this order; the lines under the queue say it all."""
_LEAST = 14
"""Cells of the last column that are kept at any width: who wrote is not told by one letter."""
GAP = 1
"""Cells between two columns."""


def columns_for(width: int) -> tuple[tuple[Column, int], ...]:
    """Return the columns that fit a terminal of that width, each with its own width; they fill it exactly."""
    chosen: tuple[Column, ...] = _WIDE if width >= sum(one.width + GAP for one in _WIDE) + GAP else _NARROW
    room = _room(chosen, width)
    for title in _FIRST_TO_GO:
        if room + chosen[-1].width >= _LEAST:
            break
        chosen = tuple(one for one in chosen if one.title != title)
        room = _room(chosen, width)
    if room < 0:
        last = chosen[-1]
        return (*((one, one.width) for one in chosen[:-1]), (last, max(_LEAST, last.width + room)))
    shares = sum(one.share for one in chosen)
    given = [(one, one.width + room * one.share // shares) for one in chosen]
    last, wide = given[-1]
    return (*given[:-1], (last, wide + room - sum(room * one.share // shares for one in chosen)))


def _room(columns: tuple[Column, ...], width: int) -> int:
    """Return the cells that columns leave over, below zero when they lack some."""
    return width - sum(one.width + GAP for one in columns) - 2  # a bar to scroll by stands at the right


def cells(line: Line, columns: tuple[tuple[Column, int], ...], *, chosen: bool = False) -> list[Text]:
    """Return the cells of a case; one that is marked to be acted on has a dot before its time, in its own cell."""
    made = [column.cell(line, width) for column, width in columns]
    for text, (_, width) in zip(made, columns, strict=True):
        text.truncate(width, overflow="ellipsis")
    if chosen:
        made[0] = Text.assemble(("●", "bold"), made[0][1:])
    return made
