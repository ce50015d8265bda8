"""The columns of the queue: which fit a width, how wide each is, and what stands in it."""

from collections.abc import Callable
from dataclasses import dataclass

from rich.text import Text

from console import words
from console.clockwords import SIGNS, Left
from console.lines import STYLES, flag_words, sender_of, whole
from console.outside import one_line, outside
from tickets.worklist import QueueRow


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its title, its width in cells, its cell for a row, and its share of the room that is left over."""

    title: str
    width: int
    cell: Callable[[QueueRow, Left, int], Text]
    share: int = 0


def _time(row: QueueRow, owed: Left, width: int) -> Text:
    said = f"{SIGNS[owed.urgency]} {owed.brief}"
    if len(said) > width:
        said = said.replace(" háb.", "").replace(",", "").removesuffix(" min")
    return whole(said, STYLES[owed.urgency])


def _number(row: QueueRow, owed: Left, width: int) -> Text:
    said = row.reference if len(row.reference) <= width else row.reference.removeprefix("SOM-")
    return whole(said, "bold red" if row.trafficking_risk else "")


def _line_digit(row: QueueRow, owed: Left, width: int) -> Text:
    return whole("—" if row.state == "quarantined" else f"{row.line}{'?' if row.proposed else ''}")


def _line(row: QueueRow, owed: Left, width: int) -> Text:
    if row.state == "quarantined":
        return whole("sin analizar")
    return whole(f"{row.line}{'?' if row.proposed else ' '} {words.LINES[row.line]}")


def _kind(row: QueueRow, owed: Left, width: int) -> Text:
    said = words.KINDS.get(row.kind, row.kind)
    return whole(said if len(said) <= width else words.KINDS_BRIEFLY.get(row.kind, said))


def _language(row: QueueRow, owed: Left, width: int) -> Text:
    return whole("" if row.state == "quarantined" else one_line(row.language, 3))


def _flags(row: QueueRow, owed: Left, width: int) -> Text:
    """Write as many words as fit, the gravest first, and how many more there are."""
    said = [word for word in flag_words(row) if word != "línea propuesta"]  # the «?» of the line says it
    full = ", ".join(said)
    if len(full) > width:
        said = [words.FLAGS_BRIEFLY.get(word, word) for word in said]
        full = " ".join(said)
    kept = len(said)
    while len(full) > width and kept > 1:
        kept -= 1
        full = f"{' '.join(said[:kept])} +{len(said) - kept}"
    shown = whole(full)
    if row.trafficking_risk:
        shown.stylize("bold red", 0, len(said[0]))
    return shown


def _sender(row: QueueRow, owed: Left, width: int) -> Text:
    return outside(sender_of(row))


def _assignee(row: QueueRow, owed: Left, width: int) -> Text:
    if width <= 3:
        return outside("".join(word[0] for word in row.assignee.split()[:width]).upper() or "—")
    return outside(row.assignee or "—")


def _subject(row: QueueRow, owed: Left, width: int) -> Text:
    return outside(row.subject or "(sin asunto)")


def _who_and_what(row: QueueRow, owed: Left, width: int) -> Text:
    first = one_line(sender_of(row), 60).split()[:1] or ["?"]
    return outside(f"{first[0][:9]}: {row.subject or '(sin asunto)'}")


_NARROW = (
    Column("Tiempo", 13, _time),
    Column("Número", 11, _number),
    Column("Lín", 3, _line_digit),
    Column("Tipo", 5, _kind),
    Column("Id", 2, _language),
    Column("Avisos", 15, _flags, 1),
    Column("Car", 3, _assignee),
    Column("Remite: asunto", 18, _who_and_what, 3),
)
_WIDE = (
    Column("Tiempo", 18, _time),
    Column("Número", 15, _number),
    Column("Línea", 20, _line),
    Column("Tipo", 10, _kind),
    Column("Id", 2, _language),
    Column("Avisos", 16, _flags, 4),
    Column("Remite", 14, _sender, 1),
    Column("A cargo", 8, _assignee, 1),
    Column("Asunto", 18, _subject, 5),
)
GAP = 1
"""Cells between two columns."""


def columns_for(width: int) -> tuple[tuple[Column, int], ...]:
    """Return the columns that fit a terminal of that width, each with its own width; they fill it exactly."""
    chosen = _WIDE if width >= sum(one.width + GAP for one in _WIDE) + GAP else _NARROW
    room = max(0, width - sum(one.width + GAP for one in chosen) - 2)  # a bar to scroll by stands at the right
    shares = sum(one.share for one in chosen)
    given = [(one, one.width + room * one.share // shares) for one in chosen]
    last, wide = given[-1]
    return (*given[:-1], (last, wide + room - sum(room * one.share // shares for one in chosen)))


def cells(row: QueueRow, columns: tuple[tuple[Column, int], ...], owed: Left, *, marked: bool) -> list[Text]:
    """Return the cells of a case; a mark stands before its time."""
    made = [column.cell(row, owed, width) for column, width in columns]
    for text, (_, width) in zip(made, columns, strict=True):
        text.truncate(width, overflow="ellipsis")
    if marked:
        made[0] = Text.assemble(("●", "bold"), made[0][1:])
    return made
