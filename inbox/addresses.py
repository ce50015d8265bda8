"""Address lists as senders really write them (RFC 5322, 3.4, read generously): pairs of name and address."""

import re

from inbox.words import decode_words, raw_text, unfold
from letters.clean import clean_line, clean_name

LONGEST = 320
"""Characters of an address (RFC 3696: 64 + 1 + 255); a longer one is not an address."""

_TOKEN = re.compile(
    r"""(?P<word>=\?[^?\s]{1,60}\?[bBqQ]\?[^?]*\?=)
      | (?P<quoted>"(?:[^"\\]|\\.)*")
      | (?P<angle><[^<>]*>)
      | (?P<space>\s+)
      | (?P<mark>[(,;:])
      | (?P<atom>[^\s"<(,;:=]+|.)""",
    re.VERBOSE | re.DOTALL,
)
_COMMENT = re.compile(r"\((?:[^()\\]|\\.)*\)")
_COMMENT_EDGE = re.compile(r"[()]")
_PLAIN = re.compile(r"\s*(?:([\w .\-]*?)\s*<([\w.+\-=]+@[\w.\-]+)>|([\w.+\-=]+@[\w.\-]+))\s*", re.ASCII)
_ADDRESS = re.compile(
    r"(?:[^\s<>()\[\],;:\"]{1,256}|\"[^\"\s]{0,64}[^\"]{0,64}\")@(?:[^\s<>()\[\],;:\"]+|\[[^\s\[\]]+\])"
)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_SCHEME = re.compile(r"^(?:mailto|smtp):", re.IGNORECASE)
_ROUTE = re.compile(r"^@[^:\s]+:")

Mailbox = tuple[str, str]


def parse_addresses(value: str, hint: str = "", limit: int = 200) -> list[Mailbox]:
    """Return (name, address) pairs of an address header, in order, at most ``limit``.

    Groups are opened, comments serve as names, a comma inside an unquoted name does not split it. A mailbox without
    a usable address comes back with "" for it, so that its name is not lost.
    """
    value = unfold(value)
    if value.isascii() and (plain := _PLAIN.fullmatch(value)):
        address = plain[2] or plain[3]
        return [(clean_name(plain[1] or ""), address if len(address) <= LONGEST else "")]
    found: list[Mailbox] = []
    waiting = ""
    for item in _items(value, limit):
        name, address = item.read(hint)
        if not address and not item.has_angle and name:
            waiting = f"{waiting}, {name}" if waiting else name
            continue
        if waiting and item.has_angle and name:
            name = f"{waiting}, {name}"
        elif waiting:
            found.append(_alone(waiting))
        waiting = ""
        if name or address:
            found.append((name, address))
    if waiting:
        found.append(_alone(waiting))
    return found[:limit]


def first_sender(value: str, hint: str = "") -> Mailbox:
    """Return the mailbox of a From header that can be answered: the first one with an at sign, else the first one.

    Some programs encode the whole header, address included, as one word; that is read too.
    """
    mailboxes = parse_addresses(value, hint)
    for mailbox in mailboxes:
        if "@" in mailbox[1]:
            return mailbox
    if "=?" in value:
        decoded = decode_words(value, hint)
        if "@" in decoded and (inside := _ADDRESS.search(decoded)):
            address = clean_line(inside.group())
            return clean_name(decoded[: inside.start()].strip(' <"')), address if len(address) <= LONGEST else ""
    return mailboxes[0] if mailboxes else ("", "")


def _alone(text: str) -> Mailbox:
    """Read what stands in an address's place without an at sign: one word is a local mailbox, more are a name."""
    return ("", text) if " " not in text and len(text) <= LONGEST else (text, "")


class _Item:
    """One element of the list while it is being read."""

    __slots__ = ("angles", "comments", "phrase")

    def __init__(self) -> None:
        self.phrase: list[str] = []
        self.angles: list[str] = []
        self.comments: list[str] = []

    @property
    def has_angle(self) -> bool:
        return bool(self.angles)

    def read(self, hint: str) -> Mailbox:
        phrase = "".join(self.phrase).strip()
        if self.angles:
            inside = next((angle for angle in self.angles if "@" in angle), self.angles[0])
            address = _address(inside)
            name = phrase
            if "@" not in address and "@" in phrase and (spare := _ADDRESS.search(phrase)):
                address, name = spare.group(), phrase.replace(spare.group(), " ")
        else:
            match = _ADDRESS.search(phrase) if "@" in phrase else None
            if match is None and "@" in phrase:
                packed = "".join(phrase.split())
                match = _ADDRESS.search(packed)
                phrase = packed if match else phrase
            address = match.group() if match else ""
            name = phrase.replace(address, " ", 1) if match else phrase
        name = _readable(name, hint) or _readable(" ".join(self.comments), hint)
        address = clean_line(raw_text(address, hint))
        if not self.angles and not address and self.comments and phrase and " " not in phrase:
            return clean_name(_readable(" ".join(self.comments), hint)), clean_line(raw_text(phrase, hint))
        return name, address if len(address) <= LONGEST else ""


def _readable(name: str, hint: str) -> str:
    if "\\" in name:
        name = _ESCAPE.sub(r"\1", name)
    name = clean_name(decode_words(name, hint))
    if name.count('"') % 2:
        name = name.strip('" ')
    return name if "<" in name[1:] else name.strip("<> ")


def _address(inside: str) -> str:
    text = _COMMENT.sub("", inside).strip()
    text = _ROUTE.sub("", text)
    text = _SCHEME.sub("", text)
    return "".join(text.split()) if '"' not in text else text


def _items(value: str, limit: int) -> list[_Item]:
    items: list[_Item] = []
    item = _Item()
    at = 0
    while at < len(value) and len(items) < limit:
        token = _TOKEN.match(value, at)
        if token is None:
            break
        kind, text = token.lastgroup, token.group()
        at = token.end()
        if kind == "angle":
            item.angles.append(text[1:-1])
        elif kind == "quoted":
            inside = text[1:-1]
            item.phrase.append(f'"{inside}"' if value[at : at + 1] == "@" else inside)
        elif kind != "mark":
            item.phrase.append(" " if kind == "space" else text)
        elif text == "(":
            end = _comment_end(value, at)
            item.comments.append(value[at : end - 1])
            at = end
        elif text == ":" and not item.angles and "@" not in "".join(item.phrase):
            item = _Item()
        elif text == ":":
            item.phrase.append(text)
        else:
            items.append(item)
            item = _Item()
    items.append(item)
    return items


def _comment_end(value: str, at: int) -> int:
    """Return the offset after the comment opened before ``at``; comments nest, and the end of the text closes them."""
    depth = 1
    for edge in _COMMENT_EDGE.finditer(value, at):
        depth += 1 if edge.group() == "(" else -1
        if depth == 0:
            return edge.end()
    return len(value) + 1
