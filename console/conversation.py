"""The conversation of a case as text: newest first, quotes folded, everything from outside harmless."""

from rich.text import Text

from console import words
from console.clockwords import short
from console.outside import for_terminal, one_line
from console.sight import Sight
from tickets.states import Direction, MessageKind
from tickets.tables import Attachment, Message

_LONGEST = 40_000
_ROUTINE = frozenset({MessageKind.ACKNOWLEDGEMENT, MessageKind.SURVEY})
"""What the service writes by itself, and everybody at the desk knows by heart."""
_SIDES = {Direction.IN: "▼", Direction.OUT: "▲", Direction.NOTE: "✎"}


def conversation(sight: Sight, *, unfolded: bool) -> Text:
    """Return every message of a case, the newest first; ``unfolded`` shows the quoted text too."""
    shown = Text()
    for message in reversed(sight.messages):
        shown.append_text(_message(sight, message, unfolded=unfolded))
        shown.append("\n\n")
    shown.rstrip()
    return shown


def _message(sight: Sight, message: Message, *, unfolded: bool) -> Text:
    shown = Text()
    kind = words.MESSAGES.get(message.kind, message.kind)
    if message.kind in _ROUTINE and not unfolded:
        state = _send_state(sight, message)
        return Text(f"▲ {kind} · {state or short(message.at)}; con x se lee", style="dim")
    style = {Direction.IN: "bold", Direction.OUT: "bold green", Direction.NOTE: "bold yellow"}[
        Direction(message.direction)
    ]
    shown.append(f"{_SIDES[Direction(message.direction)]} {kind}", style=style)
    shown.append(f" · {short(message.at)} · {_author(sight, message)}\n", style="bold")
    if message.direction == Direction.OUT and (state := _send_state(sight, message)):
        shown.append(f"  {state}\n", style="italic")
    if message.subject and message.direction == Direction.IN:
        shown.append(f"  Asunto: {one_line(message.subject, 300)}\n", style="dim")
    for one in sight.attachments.get(message.id or 0, ()):
        shown.append_text(attachment_line(one))
    newest = message.text if message.newest_text is None else message.newest_text
    folded = message.newest_text is not None and not unfolded
    shown.append(for_terminal((newest if folded else message.text).strip() or "(sin texto)", _LONGEST))
    hidden = len(message.text.strip().splitlines()) - len(newest.strip().splitlines())
    if folded and hidden > 0:
        lines = "1 línea citada" if hidden == 1 else f"{hidden} líneas citadas"
        shown.append(f"\n… {lines}; con x se ven", style="dim")
    if message.defects:
        shown.append(f"\n(La carta llegó con defectos: {one_line(message.defects, 300)})", style="dim")
    return shown


def _author(sight: Sight, message: Message) -> str:
    if message.direction == Direction.IN:
        verified = "remitente verificado" if message.verified else "remitente sin verificar"
        name = f"{one_line(message.from_name, 60)} " if message.from_name else ""
        return f"{name}<{one_line(message.from_address, 120)}> · {verified}"
    return one_line(message.from_name, 60) if message.author_id is not None else "el servicio"


def _send_state(sight: Sight, message: Message) -> str:
    letter = next((one for one in sight.outgoing if one.id == message.outgoing_id), None)
    if letter is None:
        return ""
    said = words.SENDS.get(letter.state, letter.state)
    if letter.state == "waiting":
        return f"{said} el {short(letter.next_attempt_at)}"
    if letter.state == "sent" and letter.sent_at is not None:
        return f"{said} el {short(letter.sent_at)}"
    return f"{said}. El servidor dijo: {one_line(letter.last_text, 200)}" if letter.last_text else said


def attachment_line(one: Attachment) -> Text:
    """Return what an attachment is, and the warning when there is one; never a link, never opened."""
    shown = Text(f"  ⎘ {one_line(one.name, 120) or '(sin nombre)'}")
    shown.append(f" · {one_line(one.sniffed or one.type, 60)} · {size_words(one.size)}\n")
    if one.danger:
        shown.append(f"    ⚠ Cuidado: {one_line(one.danger, 200)}\n", style="bold red")
    return shown


def size_words(size: int) -> str:
    """Say a size in bytes: «12 KB», «1.4 MB»."""
    if size < 1024:
        return f"{size} bytes"
    return f"{size // 1024} KB" if size < 1024 * 1024 else f"{size / 1024 / 1024:.1f} MB"
