"""The columns of the queue: which fit a width, and what stands in each."""

from collections.abc import Callable
from dataclasses import dataclass

from rich.text import Text

from console import words
from console.clockwords import SIGNS, Left
from console.lines import STYLES, flag_words, sender_of, whole
from console.outside import outside
from tickets.cases import QueueRow


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its title, its width in cells (0: what is left), and its cell for a row."""

    title: str
    width: int
    cell: Callable[[QueueRow, Left], Text]


def _time(row: QueueRow, owed: Left) -> Text:
    return whole(f"{SIGNS[owed.urgency]} {owed.brief}", STYLES[owed.urgency])


def _number(row: QueueRow, owed: Left) -> Text:
    return whole(row.reference, "bold red" if row.trafficking_risk else "")


def _line_digit(row: QueueRow, owed: Left) -> Text:
    return whole("?" if row.state == "quarantined" else f"{row.line}{' ?' if row.proposed else ''}")


def _line(row: QueueRow, owed: Left) -> Text:
    if row.state == "quarantined":
        return whole("sin analizar")
    return whole(f"{row.line} {words.LINES[row.line]}{' ?' if row.proposed else ''}")


def _kind(row: QueueRow, owed: Left) -> Text:
    return whole(words.KINDS.get(row.kind, row.kind))


def _flags(row: QueueRow, owed: Left) -> Text:
    shown = Text(no_wrap=True, overflow="ellipsis", end="")
    for number, word in enumerate(flag_words(row)):
        shown.append(", " if number else "")
        shown.append(word, style="bold red" if word == "riesgo de trata" else "")
    return shown


def _sender(row: QueueRow, owed: Left) -> Text:
    return outside(sender_of(row))


def _assignee(row: QueueRow, owed: Left) -> Text:
    return outside(row.assignee or "—")


def _subject(row: QueueRow, owed: Left) -> Text:
    return outside(row.subject or "(sin asunto)")


_TIME = Column("Tiempo", 18, _time)
_NUMBER = Column("Número", 15, _number)
_SUBJECT = Column("Asunto", 0, _subject)
_NARROW = (_TIME, _NUMBER, Column("Lín", 3, _line_digit), Column("Avisos", 15, _flags), _SUBJECT)
_MIDDLE = (
    _TIME,
    _NUMBER,
    Column("Línea", 19, _line),
    Column("Avisos", 20, _flags),
    Column("Remite", 18, _sender),
    _SUBJECT,
)
_WIDE = (
    _TIME,
    _NUMBER,
    Column("Línea", 19, _line),
    Column("Tipo", 14, _kind),
    Column("Avisos", 24, _flags),
    Column("Remite", 18, _sender),
    Column("A cargo", 12, _assignee),
    _SUBJECT,
)


def columns_for(width: int) -> tuple[Column, ...]:
    """Return the columns that fit a terminal of that width, after that of the marks."""
    return _WIDE if width >= 150 else _MIDDLE if width >= 116 else _NARROW


def cells(row: QueueRow, columns: tuple[Column, ...], owed: Left, *, marked: bool) -> list[Text]:
    """Return the cells of a case; a mark stands before its time."""
    made = [column.cell(row, owed) for column in columns]
    if marked:
        made[0] = Text.assemble(("●", "bold"), made[0][1:])
    return made
