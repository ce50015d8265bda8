"""The conversation of a case as text: newest first, quotes folded, everything from outside harmless."""

from rich.text import Text

from console import words
from console.clockwords import short
from console.outside import for_terminal, joined, one_line
from console.senders import letter_words
from console.sight import Sight
from tickets.states import Direction, MessageKind
from tickets.tables import Attachment, Message

_LONGEST = 40_000
_WHOLE = 20
"""The newest messages, shown whole; of older ones the first words, for a long conversation is slow to lay out."""
_OURS = 4
"""Lines shown of a letter of our own: what the person wrote is not to be looked for under it."""
_ROUTINE = frozenset({MessageKind.ACKNOWLEDGEMENT, MessageKind.SURVEY})
"""What the service writes by itself, and everybody at the desk knows by heart."""
_LONGEST_NAME = 40
_TYPES = (
    ("pdf", "PDF"),
    ("msdownload", "programa"),
    ("dosexec", "programa"),
    ("executable", "programa"),
    ("wordprocessing", "Word"),
    ("msword", "Word"),
    ("opendocument.text", "documento"),
    ("spreadsheet", "Excel"),
    ("ms-excel", "Excel"),
    ("presentation", "presentación"),
    ("powerpoint", "presentación"),
    ("zip", "comprimido"),
    ("rar", "comprimido"),
    ("7z", "comprimido"),
    ("image/", "imagen"),
    ("audio/", "audio"),
    ("video/", "video"),
    ("message/", "correo adjunto"),
    ("html", "página web"),
    ("text/", "texto"),
    ("octet-stream", "archivo"),
)
"""What a media type has in it, and the everyday word for such a file."""
_SIDES = {Direction.IN: "▼", Direction.OUT: "▲", Direction.NOTE: "✎"}


def conversation(sight: Sight, *, unfolded: bool) -> Text:
    """Return the messages of a case, the newest first; ``unfolded`` shows the quoted text and old messages whole."""
    if sight.merged_into:
        return Text(f"Aquí ya no hay cartas: están en {sight.merged_into}.", style="italic")
    shown = Text()
    newest_first = sight.messages[::-1]
    whole = len(newest_first) if unfolded else _WHOLE
    for message in newest_first[:whole]:
        shown.append_text(_message(sight, message, unfolded=unfolded))
        shown.append("\n\n")
    if older := newest_first[whole:]:
        count = "Un mensaje anterior" if len(older) == 1 else f"{len(older)} mensajes anteriores"
        shown.append(f"{count}; con x se leen enteros\n", style="bold")
        for message in older:
            shown.append_text(_briefly(sight, message))
    shown.rstrip()
    return shown


def asked_words(sight: Sight) -> Text:
    """Return the letters of the person alone, the newest first, to be read while they are answered."""
    letters = [one for one in reversed(sight.messages) if one.kind in (MessageKind.LETTER, MessageKind.FOLLOW_UP)]
    if not letters:
        return Text("(Este caso no tiene ninguna carta de la persona.)", style="italic")
    shown = Text()
    for message in letters[:_WHOLE]:
        said = message.text if message.newest_text is None else message.newest_text
        shown.append(
            f"{one_line(message.subject, 150) or '(sin asunto)'} · {short(message.at, sight.seen_at)}\n", style="bold"
        )
        shown.append(f"{for_terminal(said.strip() or '(sin texto)', _LONGEST)}\n\n")
    shown.rstrip()
    return shown


def _briefly(sight: Sight, message: Message) -> Text:
    said = message.text if message.newest_text is None else message.newest_text
    kind = words.MESSAGES.get(message.kind, message.kind)
    side = _SIDES[Direction(message.direction)]
    return Text(f"{side} {joined(kind, short(message.at, sight.seen_at))}: {one_line(said, 60) or '(sin texto)'}\n")


def _message(sight: Sight, message: Message, *, unfolded: bool) -> Text:
    shown = Text()
    kind = words.MESSAGES.get(message.kind, message.kind)
    if message.kind in _ROUTINE and not unfolded:
        said = joined(kind, _send_state(sight, message) or short(message.at, sight.seen_at))
        return Text(f"▲ {said}; con x se lee", style="dim")
    style = {Direction.IN: "bold", Direction.OUT: "bold green", Direction.NOTE: "bold yellow"}[
        Direction(message.direction)
    ]
    shown.append(f"{_SIDES[Direction(message.direction)]} {kind}", style=style)
    shown.append(f" · {short(message.at, sight.seen_at)}", style="bold")
    if message.direction == Direction.IN:
        shown.append(f"\n  {_sender(sight, message)}\n")
        if message.subject and message.subject != sight.ticket.subject:
            shown.append(f"  Asunto: {one_line(message.subject, 300)}\n", style="dim")
    else:
        shown.append(f" · {_author(message)}\n", style="bold")
    if message.direction == Direction.OUT and (state := _send_state(sight, message)):
        shown.append(f"  {state}\n", style="italic")
    for one in sight.attachments.get(message.id or 0, ()):
        shown.append_text(attachment_line(one))
    newest = message.text if message.newest_text is None else message.newest_text
    folded = message.newest_text is not None and not unfolded
    text = (newest if folded else message.text).strip() or "(sin texto)"
    ours = text.splitlines()
    if message.direction == Direction.OUT and not unfolded and len(ours) > _OURS + 1:
        shown.append(for_terminal("\n".join(ours[:_OURS]).strip()))
        return shown.append(f"\n… {len(ours) - _OURS} líneas más de esta respuesta; con x se leen", style="dim")
    shown.append(for_terminal(text, _LONGEST))
    hidden = len(message.text.strip().splitlines()) - len(newest.strip().splitlines())
    if folded and hidden > 0:
        lines = "1 línea citada" if hidden == 1 else f"{hidden} líneas citadas"
        shown.append(f"\n… {lines}; con x se ven", style="dim")
    if message.defects:
        shown.append(f"\n(La carta llegó con defectos: {one_line(message.defects, 300)})", style="dim")
    return shown


def _sender(sight: Sight, message: Message) -> str:
    """Say who wrote a letter that came in, as the letter has it."""
    address = one_line(message.from_address, 120)
    name = " ".join(filter(None, (one_line(message.from_name, 60), f"<{address}>" if address else "(sin dirección)")))
    return joined(name, letter_words(verified=message.verified, note=message.sender_note, checked=sight.checked))


def _author(message: Message) -> str:
    """Say who of us wrote."""
    return "el servicio" if message.author_id is None else one_line(message.from_name, 60) or "el personal"


def _send_state(sight: Sight, message: Message) -> str:
    letter = next((one for one in sight.outgoing if one.id == message.outgoing_id), None)
    if letter is None:
        return ""
    said = words.SENDS.get(letter.state, letter.state)
    if letter.state == "waiting":
        return f"{said} el {short(letter.next_attempt_at, sight.seen_at)}"
    if letter.state == "sent" and letter.sent_at is not None:
        return f"{said} el {short(letter.sent_at, sight.seen_at)}"
    return f"{said}. El servidor dijo: {one_line(letter.last_text, 200)}" if letter.last_text else said


def attachment_line(one: Attachment) -> Text:
    """Return what an attachment is, and the warning when there is one; never a link, never opened."""
    shown = Text(f"  ⎘ {file_words(one)}\n")
    if one.danger:
        shown.append(f"    ⚠ Cuidado: {one_line(one.danger, 200)}", style="bold reverse").append("\n")
    return shown


def file_words(one: Attachment) -> str:
    """Say in one line of a narrow terminal what a file is called, what it is and how big."""
    name = one_line(one.name, 500) or "(sin nombre)"
    if len(name) > _LONGEST_NAME:  # the end of a name says what kind of file it is
        name = f"{name[: _LONGEST_NAME - 16]}…{name[-15:]}"
    return joined(name, type_words(one.sniffed or one.type), size_words(one.size))


def type_words(mime: str) -> str:
    """Say the kind of a file; one that has no everyday word is named as the letter names it."""
    known = (said for sign, said in _TYPES if sign in mime.lower())
    return next(known, one_line(mime, 60))


def size_words(size: int) -> str:
    """Say a size in bytes: «12 KB», «1.4 MB»."""
    if size < 1024:
        return f"{size} bytes"
    return f"{size // 1024} KB" if size < 1024 * 1024 else f"{size / 1024 / 1024:.1f} MB"
