"""What is put right in the bytes before they are read: line ends, a false start, header lines that lost their form.

The standard parser takes the first line that is no header for the beginning of the body, and the headers below it are
lost. Only what is plainly a header again further down is mended; an honest letter passes untouched.
"""

import re

from inbox.caps import HEADER_BLOCK, head_end

_KNOWN = (
    rb"(?:return-path|received|delivered-to|from|to|cc|bcc|subject|date|message-id|reply-to|sender|in-reply-to|references"
    rb"|mime-version|content-[a-z-]{1,40}|dkim-signature|authentication-results|thread-[a-z]{1,20}|x-[\w.-]{1,60})"
)
_TWO_HEADERS = re.compile(_KNOWN + rb"[ \t]*:[^\n]*\n(?:[ \t][^\n]*\n)*" + _KNOWN + rb"[ \t]*:", re.IGNORECASE)
_FIELD = re.compile(rb"[!-9;-~]+:|[ \t]")
_SPACED_FIELD = re.compile(rb"(" + _KNOWN + rb")[ \t]+:", re.IGNORECASE)
_KNOWN_FIELD = re.compile(_KNOWN + rb":", re.IGNORECASE)
_STRAYS = 5


def opened(raw: bytes) -> bytes:
    """Return the letter with line feeds where it has only carriage returns, and without blanks before its headers."""
    if b"\n" not in raw:
        raw = raw.replace(b"\r", b"\n")
    if raw[:1] in b" \t\r\n\xef" and raw:
        start = raw.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n")
        if _TWO_HEADERS.match(start):
            return start
    return raw


def rejoined(raw: bytes) -> bytes | None:
    """Return the letter with its stray header lines mended, or None when no known header stands below one.

    A line without a field name continues the header above it (a fold that lost its blank); a first one goes;
    ``Subject : x`` loses the blank before its colon.
    """
    end = head_end(raw)
    if end > HEADER_BLOCK:
        return None
    kept: list[bytes] = []
    names: set[bytes] = set()
    waiting: list[bytes] = []
    strays = 0
    for line in raw[:end].splitlines(keepends=True):
        spaced = _SPACED_FIELD.match(line)
        if spaced:
            line = spaced[1] + line[spaced.end() - 1 :]
        elif not line.strip() or (_FIELD.match(line) and not waiting):
            kept.append(line)
            names.add(line.partition(b":")[0].lower())
            continue
        known = _KNOWN_FIELD.match(line)
        name = line.partition(b":")[0].lower()
        if known and (name not in names or name == b"received"):
            kept += [b" " + one for one in waiting] if kept else []
            waiting.clear()
            kept.append(line)
            names.add(name)
            strays += 1
        elif kept and not waiting and kept[-1].rstrip().endswith(b";"):
            kept.append(b" " + line)
            strays += 1
        elif not kept and not line.startswith((b">From ", b"From ")):
            return None
        else:
            waiting.append(line)
            if len(waiting) > _STRAYS:
                return None
    return b"".join(kept) + b"".join(waiting) + raw[end:] if strays else None
