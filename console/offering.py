"""The replies on offer, a line each: the title, whether it was sent in this case already, and why it is offered."""

import re
from datetime import datetime

from rich.text import Text

from calendar_pe.clock import lima_date
from console.clockwords import short_date
from console.outside import one_line
from console.sight import Offer, Sight
from tickets.search import fold
from tickets.states import OutboxState

_SAYS = re.compile(r"(; |, )")
_CUE = re.compile("«.+?»")
_LATE = "⚠ revisión vencida · "


def sent_on(sight: Sight) -> dict[str, datetime]:
    """Return when each canned reply left in this case for the last time, by its id."""
    left = {one.id: one.sent_at for one in sight.outgoing if one.state == OutboxState.SENT}
    found: dict[str, datetime] = {}
    for entry in sight.journal:
        template, letter = entry.facts.get("template"), entry.facts.get("outgoing")
        at = left.get(letter) if entry.event == "answer_written" and isinstance(letter, int) else None
        if template and at is not None:
            found[str(template)] = at
    return found


def sent_words(at: datetime | None) -> str:
    """Say that a reply was sent already; "" when it was not."""
    return f"ya enviada el {short_date(lima_date(at))}" if at is not None else ""


def reason(offer: Offer) -> str:
    """Return why a reply is on offer; what it says twice but for an accent, once."""
    pieces, kept, said = _SAYS.split(one_line(offer.why, 300)), "", set[str]()
    for separator, piece in zip(["", *pieces[1::2]], pieces[::2], strict=True):
        cue = _CUE.search(piece)
        key = fold(cue.group() if cue else piece)
        if key not in said:
            said.add(key)
            kept += f"{separator if kept else ''}{piece}"
    return kept


def offer_line(
    offer: Offer, title: str, width: int, *, tall: bool = False, late: bool = False, sent_at: datetime | None = None
) -> Text:
    """Return a reply on lines of at most ``width`` letters, with whole words: the reason gives way first.

    It is one line, so that many are seen; where the list is ``tall``, what the title leaves no room for stands under
    it. ``late``: its review is overdue.
    """
    before, mark, style = _LATE if late else "", sent_words(sent_at), "bold" if offer.suggested else ""
    reasons = _reasons(offer)
    shown = Text(before, no_wrap=True, overflow="ellipsis")
    whole = len(before) + len(title) + sum(len(one) + 3 for one in (mark, reasons[0]) if one)
    under = tall and whole > width and bool(mark or offer.suggested)
    if under:
        shown.append(_whole_words(title, width - len(before)), style=style)
        shown.append("\n ")
        room = width - 2
    else:
        gap = len(mark) + 3 if mark else 0
        shown.append(_whole_words(title, width - len(before) - gap), style=style)
        room = width - len(shown.plain) - 2
        if mark:
            shown.append(" ·")
    if mark:
        shown.append(f" {mark}", style="bold italic")
        room -= len(mark) + 3
    said = next((one for one in reasons if len(one) <= room), "")
    if said:
        separator = "  " if not under else " · " if mark else " "
        shown.append(separator).append(said, style="italic")
    return shown


def _reasons(offer: Offer) -> list[str]:
    """Return ways of saying the reason, the longest first."""
    why = reason(offer)
    ends = [len(why), *(found.start() for found in reversed(list(_SAYS.finditer(why))))]
    if not offer.suggested:
        return [why[:end] for end in ends]
    return [*(f"sugerida: {why[:end]}" for end in ends), "sugerida"]


def _whole_words(text: str, width: int) -> str:
    if len(text) <= width:
        return text
    return f"{text[: max(1, width - 1)].rpartition(' ')[0].rstrip(' :,;') or text[: max(1, width - 1)]}…"
