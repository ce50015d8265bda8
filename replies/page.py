"""Makes the HTML alternative of a plain text: paragraphs, lists, links; nothing fetched, nothing that runs."""

import re
from collections.abc import Iterator
from itertools import groupby

from markupsafe import Markup, escape

_LINK = re.compile(r"(?:https?://|mailto:)[^\s<>\"]+[^\s<>\".,;:!?)»]|[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_BULLET = "- "
_NUMBER = re.compile(r"\d{1,2}\. ")

_PAGE = Markup(
    '<!DOCTYPE html>\n<html lang="{language}">\n<head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width"><title>{title}</title></head>\n'
    '<body style="font-family: sans-serif; font-size: 16px; line-height: 1.5; max-width: 38em; '
    'overflow-wrap: anywhere">\n'
    "{body}\n</body>\n</html>\n"
)

_QUOTE = Markup(
    '<blockquote type="cite" style="margin: 1em 0; padding-left: 1em; border-left: 3px solid #767676">{}</blockquote>'
)


def to_html(text: str, *, language: str = "es", title: str = "Servicio de Orientación para el Migrante") -> str:
    """Return a whole HTML page that says the same as the text. Everything in it is escaped.

    A blank line parts paragraphs, ``- `` and ``1. `` begin list items, ``> `` a quotation (whose links stay dead:
    they are the writer's, not ours).
    """
    return str(_PAGE.format(language=language, title=title, body=blocks(text)))


def blocks(text: str) -> Markup:
    """Return the inside of that page: paragraphs, lists and quotations."""
    return Markup("\n").join(_blocks(text.strip("\n").splitlines()))


def _kind(line: str) -> str:
    if not line.strip():
        return ""
    if line.startswith(">"):
        return "quote"
    if line.startswith(_BULLET):
        return "ul"
    return "ol" if _NUMBER.match(line) else "p"


def _blocks(source: list[str]) -> Iterator[Markup]:
    for kind, group in groupby(source, key=_kind):
        match kind:
            case "quote":
                said = Markup("<br>\n").join(escape(line[1:].strip()) for line in group)
                yield _QUOTE.format(said)
            case "ul":
                yield _list(Markup("<ul>"), Markup("</ul>"), [line[len(_BULLET) :] for line in group])
            case "ol":
                lines = list(group)
                first = int(lines[0].partition(". ")[0])  # a list goes on after a nested one
                opening = Markup("<ol>") if first == 1 else Markup('<ol start="{}">').format(first)
                yield _list(opening, Markup("</ol>"), [line.partition(". ")[2] for line in lines])
            case "p":
                yield Markup("<p>{}</p>").format(Markup("<br>\n").join(_linked(line) for line in group))


def _list(opening: Markup, closing: Markup, items: list[str]) -> Markup:
    inside = Markup("\n").join(Markup("<li>{}</li>").format(_linked(item)) for item in items)
    return opening + "\n" + inside + "\n" + closing


def _linked(line: str) -> Markup:
    made = Markup("")
    at = 0
    for found in _LINK.finditer(line):
        before, link = line[at : found.start()], found.group()
        at = found.end()
        if link.startswith("mailto:") and before.endswith(": "):  # long and mute: the words before it are the link
            made += Markup('<a href="{}">{}</a>').format(link, before[:-2])
            continue
        target = link if link.startswith(("http", "mailto:")) else f"mailto:{link}"
        made += escape(before) + Markup('<a href="{}">{}</a>').format(target, link)
    return made + escape(line[at:])
