"""What is looked at before a letter is parsed: sizes and counts that no honest letter has.

One pass of plain byte searches, so that hostile bytes cost milliseconds. A letter over a cap is kept and answered like
any other; only its reading is cut short.
"""

SIZE = 25 * 1024 * 1024
HEADER_BLOCK = 256 * 1024
HEADER = 16 * 1024
HEADERS = 1_000
CONTENT_TYPES = 500
BOUNDARY_LINES = 2_000
LINES = 200_000
BOUNDARY_LINE_PRODUCT = 2_000_000
"""Declared boundaries times lines: the standard parser compares every line with every open boundary."""
REPORT_BLOCKS = 1_000
RECIPIENTS = 200
DEPTH = 50
ATTACHMENTS = 100


def head_end(raw: bytes) -> int:
    """Return the offset just after the header block: the first empty line, with either line end, or the end."""
    if raw[:1] == b"\n" or raw[:2] == b"\r\n":
        return 0
    ends = [at + 1 for mark in (b"\n\n", b"\n\r\n", b"\r\r") if (at := raw.find(mark, 0, HEADER_BLOCK + 2)) >= 0]
    return min(ends) if ends else len(raw)


def excess(raw: bytes, lowered: bytes) -> str:
    """Return in Spanish which cap the bytes of a letter exceed, or ""; ``lowered`` is ``raw.lower()``."""
    if len(raw) > SIZE:
        return "más de 25 MB"
    end = head_end(raw)
    if end > HEADER_BLOCK:
        return "cabecera de más de 256 KB"
    head = raw[:end]
    if head.count(b"\n") > HEADERS and _headers(head) > HEADERS:
        return "más de 1 000 cabeceras"
    if end > HEADER and _longest_header(head) > HEADER:
        return "una cabecera de más de 16 KB"
    lines = raw.count(b"\n") or raw.count(b"\r")
    if lines > LINES:
        return "más de 200 000 líneas"
    if lowered.count(b"\ncontent-type") > CONTENT_TYPES:
        return "más de 500 partes declaradas"
    boundaries = lowered.count(b"boundary")
    if boundaries and raw.count(b"\n--") > BOUNDARY_LINES:
        return "más de 2 000 separadores"
    if boundaries * lines > BOUNDARY_LINE_PRODUCT:
        return "demasiadas partes anidadas"
    if b"/delivery-status" in lowered and _report_groups(lowered) > REPORT_BLOCKS:
        return "un informe de entrega con más de 1 000 grupos"
    if _long_content_type(lowered):
        return "una cabecera de parte de más de 16 KB"
    return ""


def _report_groups(lowered: bytes) -> int:
    """Count the blank lines inside status reports: each would begin a new group of headers."""
    groups = 0
    at = lowered.find(b"/delivery-status")
    while at >= 0:
        stop = lowered.find(b"\n--", at)
        stop = len(lowered) if stop < 0 else stop
        groups += lowered.count(b"\n\n", at, stop) + lowered.count(b"\n\r\n", at, stop)
        at = lowered.find(b"/delivery-status", stop)
    return groups


def _headers(head: bytes) -> int:
    return sum(1 for line in head.split(b"\n") if line[:1] not in (b" ", b"\t", b"\r", b""))


def _longest_header(head: bytes) -> int:
    longest = current = 0
    for line in head.split(b"\n"):
        current = current + len(line) if line[:1] in (b" ", b"\t") else len(line)
        longest = max(longest, current)
    return longest


def _long_content_type(lowered: bytes) -> bool:
    """Tell whether some part's Content-Type runs over the cap: splitting its parameters takes quadratic time."""
    at = lowered.find(b"\ncontent-type")
    while at >= 0:
        stop = lowered.find(b"\n", at + 1)
        while stop >= 0 and lowered[stop + 1 : stop + 2] in (b" ", b"\t") and stop - at <= HEADER:
            stop = lowered.find(b"\n", stop + 1)
        if (stop if stop >= 0 else len(lowered)) - at > HEADER:
            return True
        at = lowered.find(b"\ncontent-type", at + 1)
    return False
