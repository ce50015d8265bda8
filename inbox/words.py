"""Header values as people read them: unfolded, encoded words decoded (RFC 2047), raw eight-bit text mended."""

import binascii
import re

from inbox import charsets

_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?(.*?)\?=")
_LANGUAGE = re.compile(r"\*.*$")


def unfold(value: str) -> str:
    """Remove the line breaks of a folded header; the white space after them stays (RFC 5322, 2.2.3)."""
    return value.replace("\r", "").replace("\n", "")


def raw_text(value: str, hint: str = "") -> str:
    """Return a header value whose eight-bit bytes (surrogate escapes) are decoded; encoded words stay as they are."""
    if value.isascii() and "\x1b" not in value:
        return value
    return charsets.decode(value.encode("utf-8", "surrogateescape"), hint)[0]


def decode_words(value: str, hint: str = "") -> str:
    """Return the readable text of an unstructured header.

    White space between two encoded words is not text, and neighbours of one charset are joined before decoding, since
    many programs cut a character in two. ``hint`` is the charset that raw bytes are probably in.
    """
    value = unfold(value)
    last = value.rfind("?=")
    if last < 0 or "=?" not in value:
        return raw_text(value, hint)
    pieces: list[str] = []
    pending: bytes = b""
    pending_charset = ""
    at = 0
    for word in _WORD.finditer(value, 0, last + 2):
        between = value[at : word.start()]
        charset = _LANGUAGE.sub("", word[1]).lower()
        data = _payload(word[2], word[3])
        joined = bool(pending_charset) and not between.strip(" \t")
        if joined and charset == pending_charset:
            pending += data
        else:
            if pending_charset:
                pieces.append(charsets.decode(pending, pending_charset)[0])
            if not joined:
                pieces.append(raw_text(between, hint))
            pending, pending_charset = data, charset
        at = word.end()
    if pending_charset:
        pieces.append(charsets.decode(pending, pending_charset)[0])
    pieces.append(raw_text(value[at:], hint))
    return "".join(pieces)


def _payload(encoding: str, text: str) -> bytes:
    data = text.encode("utf-8", "surrogateescape")
    if encoding in "qQ":
        return binascii.a2b_qp(data.replace(b" ", b"_"), header=True)
    return unbase64(data)


def unbase64(data: bytes) -> bytes:
    """Decode base64 as far as it goes: foreign characters are skipped, missing padding is supplied."""
    try:
        return binascii.a2b_base64(data)
    except binascii.Error:
        pass
    kept = re.sub(rb"[^A-Za-z0-9+/]", b"", data)
    if len(kept) % 4 == 1:
        kept = kept[:-1]
    return binascii.a2b_base64(kept + b"=" * (-len(kept) % 4))
