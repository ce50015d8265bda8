"""Delivery status notifications (RFC 3464) inside a letter, and the letter that came back with them."""

import email
import re
from collections.abc import Iterator

from inbox.caps import DEPTH, RECIPIENTS
from inbox.tree import Part, Tree, children, content_type, field, payload, transfer_encoding
from inbox.words import raw_text, unbase64
from letters.clean import clean_line
from letters.letter import DeliveryReport

_ID = re.compile(r"<[^<>\s]{1,998}>")
_STATUS = re.compile(r"\b([245])\.\d{1,3}\.\d{1,3}\b")
_ADDRESS = re.compile(r"[^\s<>;\"',()]{1,256}@[^\s<>;\"',()]{1,255}")
_STATUS_TYPES = frozenset(
    {"message/delivery-status", "message/global-delivery-status", "message/disposition-notification"}
)
_RETURNED_TYPES = frozenset(
    {"message/rfc822", "text/rfc822-headers", "message/rfc822-headers", "message/global", "message/global-headers",
     "text/rfc822", "message/partial", "message/delivery-status-original"}
)  # fmt: skip
_FAILED = frozenset({"failed", "failure", "fail"})
_FINE = frozenset({"delivered", "relayed", "expanded", "deliverable"})


def read_report(tree: Tree) -> DeliveryReport | None:
    """Return what the structured parts of a letter report, or None when it has neither status nor returned letter."""
    blocks: list[Part] = []
    original = ""
    returned = False
    for part, media_type in _special_parts(tree.root, 0):
        if media_type in _STATUS_TYPES:
            blocks += _blocks(tree, part)
        elif media_type in _RETURNED_TYPES:
            returned = True
            original = original or _returned_id(tree, part)
    if not blocks and not returned:
        return None
    permanent, recipients, diagnostic = _verdict(blocks)
    if not original:
        original = next((found for block in blocks if (found := _id(field(block, "original-message-id")))), "")
    return DeliveryReport(
        permanent=permanent, recipients=recipients, original_message_id=original, diagnostic=diagnostic
    )


def _special_parts(part: Part, depth: int) -> Iterator[tuple[Part, str]]:
    media_type = content_type(part)[0]
    if media_type in _STATUS_TYPES or media_type in _RETURNED_TYPES:
        yield part, media_type
        return
    if depth < DEPTH:
        for child in children(part):
            yield from _special_parts(child, depth + 1)


def _blocks(tree: Tree, part: Part) -> list[Part]:
    """Return the header groups of a status part; one that came encoded is read from its bytes."""
    if found := children(part):
        if any(field(block, "action") or field(block, "final-recipient") for block in found):
            return found[: RECIPIENTS + 1]
        text = _decoded(part, "\n".join(str(payload(block)) for block in found[:20]))
    else:
        text = tree.content(part).decode("latin-1")
    groups = re.split(r"\n\s*\n", text.replace("\r\n", "\n")[:200_000].strip())
    return [email.message_from_string(group + "\n\n") for group in groups[: RECIPIENTS + 1]]


def _returned_id(tree: Tree, part: Part) -> str:
    if not (inside := children(part)):
        return _id_in(tree.content(part)[:64_000].decode("latin-1"))
    inner = inside[0]
    if inner.is_multipart():
        return _id(field(inner, "message-id"))
    return _id(field(inner, "message-id")) or _id_in(_decoded(part, str(payload(inner)))[:64_000])


def _decoded(part: Part, text: str) -> str:
    """Undo the base64 that some servers put around a report or a returned letter, against RFC 2046."""
    if transfer_encoding(part) != "base64":
        return text
    return unbase64(text.encode("utf-8", "surrogateescape")).decode("latin-1")


def _id_in(text: str) -> str:
    match = re.search(r"^message-id:\s*(<[^<>\s]{1,998}>)", text, re.IGNORECASE | re.MULTILINE)
    return clean_line(match[1]) if match else ""


def _id(value: str) -> str:
    match = _ID.search(value)
    return clean_line(match.group()) if match else ""


def _action(block: Part) -> str:
    words = field(block, "action").lower().split()
    return words[0].strip("();,") if words else ""


def _verdict(blocks: list[Part]) -> tuple[bool | None, tuple[str, ...], str]:
    """Weigh the recipients' blocks: an abandoned delivery outweighs a delayed one, both outweigh a success.

    ``Action`` speaks before ``Status``: "failed" means that the server has given up (RFC 3464, 2.3.3).
    """
    failed: dict[str, None] = {}
    delayed: dict[str, None] = {}
    gave_up = waiting = False
    diagnostic = ""
    for block in blocks:
        action, status = _action(block), _STATUS.search(field(block, "status"))
        if not action and status is None:
            continue
        kind = status[1] if status else ""
        if action in _FINE or (not action and kind == "2"):
            continue
        address = _recipient(block)
        diagnostic = diagnostic or clean_line(raw_text(field(block, "diagnostic-code")), 1_000)
        if action in _FAILED or (action != "delayed" and kind == "5"):
            gave_up = True
            failed.setdefault(address)
        elif action == "delayed" or kind == "4":
            waiting = True
            delayed.setdefault(address)
    chosen = failed if gave_up else delayed
    permanent = True if gave_up else False if waiting else None
    return permanent, tuple(address for address in chosen if address), diagnostic


def _recipient(block: Part) -> str:
    for name in ("original-recipient", "final-recipient", "x-actual-recipient"):
        value = raw_text(field(block, name))
        if match := _ADDRESS.search(value.partition(";")[2] or value):
            return clean_line(match.group().strip(".:"), 320)
    return ""
