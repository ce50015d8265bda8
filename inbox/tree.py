"""The MIME tree of a letter, read by the standard library in its cheapest policy, and the bytes of each part.

Long base64 bodies are lifted out first: the standard parser would turn them over line by line for nothing.
"""

import binascii
import email
import re
from email.errors import MissingHeaderBodySeparatorDefect
from email.message import Message
from urllib.parse import unquote_to_bytes

from inbox import charsets
from inbox.words import decode_words, unbase64, unfold
from letters.clean import clean_line

LIFTED_FROM = 4 * 1024
"""Bytes from which a base64 body is worth lifting out."""

_LIFTS = 1_000

Part = Message
_MARKER = "=_lifted-{}_="
_MARKED = re.compile(r"=_lifted-(\d+)_=")
_ENCODING = b"content-transfer-encoding:"
_TOKEN = re.compile(r"[\w.+/-]+")
_TYPE = re.compile(r"\s*([\w.+!#$&^-]+)/([\w.+!#$&^-]+)")
_PARAMETER = re.compile(r""";\s*([^\s=;"]{1,80})\s*=\s*("(?:[^"\\]|\\.)*"|[^;]*)""", re.DOTALL)
_ESCAPE = re.compile(r"\\([\\\"])")
_PARAMETERS = 100
_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=\t\n\r "
_NOT_QUOTED = re.compile(rb"=(?![0-9A-Fa-f]{2}|[ \t]*\r?\n|[ \t]*\Z)")


class Tree:
    """A parsed letter: its root part and the contents that were lifted out of it."""

    __slots__ = ("_blobs", "defects", "root")

    def __init__(self, slim: bytes, blobs: list[bytes]) -> None:
        """Read what ``lift`` returned; the bytes must be within the caps. ``defects`` grows as contents are read."""
        self._blobs = blobs
        self.defects: list[str] = []
        self.root: Part = email.message_from_bytes(slim)

    @property
    def has_stray_header_line(self) -> bool:
        """Tell whether the header block was cut short by a line that is no header."""
        return any(isinstance(defect, MissingHeaderBodySeparatorDefect) for defect in self.root.defects)

    def content(self, part: Part) -> bytes:
        """Return the decoded bytes of a leaf part; an unknown or broken encoding gives them as they came."""
        text = payload(part)
        if not isinstance(text, str):
            return b""
        marked = _MARKED.search(text) if self._blobs else None
        encoding = transfer_encoding(part)
        if marked and marked.group() == text.strip() and int(marked[1]) < len(self._blobs):
            data = self._blobs[int(marked[1])]
        else:
            data = text.encode("utf-8", "surrogateescape")
            if marked:
                data = re.sub(rb"=_lifted-(\d+)_=(?:\r?\n)?", self._put_back, data)
        if encoding == "base64":
            return self._unbase64(part, data)
        if encoding == "quoted-printable":
            if content_type(part)[0].startswith("text/") and _NOT_QUOTED.search(data):
                self.defects.append("quoted-printable dañado")
            return binascii.a2b_qp(data)
        if encoding in ("x-uuencode", "uuencode", "uue", "x-uue"):
            return _unuuencode(data)
        return data

    def _unbase64(self, part: Part, data: bytes) -> bytes:
        """Decode a body that says it is base64; words that a list or a careless program put there stay words."""
        if data.translate(None, _BASE64):
            self.defects.append("base64 dañado")
            if content_type(part)[0].startswith("text/"):
                end = _coded(data)
                return unbase64(data[:end]) + (b"\n" if 0 < end < len(data) else b"") + data[end:]
            return unbase64(data)
        try:
            return binascii.a2b_base64(data)
        except binascii.Error:
            self.defects.append("base64 dañado")
            return unbase64(data)

    def _put_back(self, marker: re.Match[bytes]) -> bytes:
        at = int(marker[1])
        return self._blobs[at] if at < len(self._blobs) else marker.group()


def lift(raw: bytes) -> tuple[bytes, list[bytes]]:
    """Return the letter with a marker in place of each long base64 body, and those bodies, still encoded."""
    if len(raw) <= LIFTED_FROM:
        return raw, []
    kept: list[bytes] = []
    blobs: list[bytes] = []
    done = 0
    word = b"base64" if b"base64" in raw else b"BASE64"
    at = raw.find(word)
    for _ in range(_LIFTS):
        if at < 0:
            break
        line_end = raw.find(b"\n", at)
        if line_end < 0:
            break
        line_start = raw.rfind(b"\n", 0, at) + 1
        if raw[line_start:at].lower().startswith(_ENCODING) and (start := _after_empty_line(raw, line_end)) > 0:
            stop = raw.find(b"\n--", start - 1) + 1 or len(raw)
            if stop - start >= LIFTED_FROM:
                kept += [raw[done:start], _MARKER.format(len(blobs)).encode(), b"\r\n"]
                blobs.append(raw[start:stop])
                done = line_end = stop
        at = raw.find(word, line_end)
    return (b"".join([*kept, raw[done:]]), blobs) if blobs else (raw, [])


def payload(part: Part) -> object:
    """Return what a part holds as the parser left it; ``get_payload()`` would decode raw bytes, and may raise."""
    return getattr(part, "_payload", None)


def children(part: Part) -> list[Part]:
    """Return the parts inside a part."""
    inside = payload(part)
    return [child for child in inside if isinstance(child, Part)] if isinstance(inside, list) else []


def field(part: Part, name: str) -> str:
    """Return the first header of that name (lower case) as it came, unfolded, or ""."""
    for key, value in part.raw_items():
        if key.lower() == name:
            return unfold(str(value))
    return ""


def transfer_encoding(part: Part) -> str:
    """Return the transfer encoding of a part in lower case, without comments or parameters."""
    token = _TOKEN.search(field(part, "content-transfer-encoding"))
    return token.group().lower() if token else ""


def content_type(part: Part) -> tuple[str, dict[str, str]]:
    """Return the media type (lower case) and the parameters of a part; text/plain where none is readable."""
    value = field(part, "content-type")
    match = _TYPE.match(value)
    if match is None:
        return part.get_default_type(), parameters(value)
    return f"{match[1]}/{match[2]}".lower(), parameters(value)


def disposition(part: Part) -> tuple[str, dict[str, str]]:
    """Return the disposition of a part ("inline", "attachment" or "") and its parameters."""
    value = field(part, "content-disposition")
    if not value:
        return "", {}
    token = _TOKEN.match(value.strip())
    return token.group().lower() if token else "", parameters(value)


def parameters(value: str) -> dict[str, str]:
    """Read the parameters of a header (RFC 2045 and 2231, generously), names in lower case, first one wins."""
    if ";" not in value:
        return {}
    plain: dict[str, str] = {}
    pieces: dict[str, dict[int, tuple[str, bool]]] = {}
    for count, match in enumerate(_PARAMETER.finditer(value[:16_384])):
        if count >= _PARAMETERS:
            break
        name, text = match[1].lower(), match[2].strip()
        if len(text) > 1 and text[0] == text[-1] == '"':
            text = _ESCAPE.sub(r"\1", text[1:-1])
        if "*" not in name:
            plain.setdefault(name, clean_line(decode_words(text)))
            continue
        base, _, rest = name.partition("*")
        number = rest.rstrip("*")
        place = int(number) if number.isdecimal() and len(number) < 4 else 0
        pieces.setdefault(base, {}).setdefault(place, (text, rest.endswith("*") or rest == ""))
    for name, parts in pieces.items():
        plain[name] = clean_line(_joined(parts))
    return plain


def _joined(parts: dict[int, tuple[str, bool]]) -> str:
    """Join the numbered pieces of one parameter (RFC 2231): percent signs count only in the pieces that say so."""
    first, first_encoded = parts[min(parts)]
    charset = ""
    if first_encoded and first.count("'") >= 2:
        charset, _, first = first.split("'", 2)
        parts = {**parts, min(parts): (first, True)}
    data = b"".join(
        unquote_to_bytes(text.encode("utf-8", "surrogateescape"))
        if encoded
        else text.encode("utf-8", "surrogateescape")
        for _, (text, encoded) in sorted(parts.items())
    )
    return charsets.decode(data, charset)[0]


def header_text(part: Part, name: str) -> str:
    """Return a header of a part, decoded and cleaned."""
    return clean_line(decode_words(field(part, name)))


def raw_headers(part: Part) -> list[tuple[str, str]]:
    """Return every header as (lower-case name, unfolded value), eight-bit bytes as they came (surrogate escapes)."""
    return [(key.lower(), unfold(str(value))) for key, value in part.raw_items()]


def _after_empty_line(raw: bytes, at: int) -> int:
    """Return the offset of the first line after the next empty one, or 0 when none is near."""
    far = at + 16_384
    ends = [found + len(mark) for mark in (b"\n\r\n", b"\n\n") if (found := raw.find(mark, at, far)) >= 0]
    return min(ends) if ends else 0


def _coded(data: bytes) -> int:
    """Return where the base64 lines of a damaged body end: what follows the first line of plain words is words."""
    end = 0
    for line in data.splitlines(keepends=True):
        words = line.split()
        foreign = len(line.translate(None, _BASE64))
        if len(words) > 2 or (foreign and (len(words) > 1 or foreign * 4 > len(line))):
            return end
        end += len(line)
    return end


def _unuuencode(data: bytes) -> bytes:
    """Decode a uuencoded part line by line; a broken line ends it."""
    decoded: list[bytes] = []
    lines = iter(data.splitlines())
    for line in lines:
        if line.startswith(b"begin "):
            break
    for line in lines:
        if line.strip() in (b"end", b""):
            break
        try:
            decoded.append(binascii.a2b_uu(line))
        except binascii.Error:
            usable = (((line[0] - 32) & 63) * 4 + 5) // 3
            try:
                decoded.append(binascii.a2b_uu(line[:usable]))
            except binascii.Error:
                break
    return b"".join(decoded) or data
