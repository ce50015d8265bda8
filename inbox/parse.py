"""Bytes to ``Letter``: total, bounded, and right about the Spanish that arrives.

The standard library's cheapest reader gives the tree; every value is then decoded here once. mail-parser is the second
reader behind ``inbox.second_reader``, asked where the first finds no sender or no words. The last rung reads only the
header block, and after it stands a letter that has nothing but its defect.
"""

import email
import re
from functools import lru_cache

from inbox import attachments, caps, charsets, mending, second_reader
from inbox.addresses import first_sender, parse_addresses
from inbox.bodies import Contents, Leaf, Reader
from inbox.dates import parse_date
from inbox.reports import read_report
from inbox.tree import Part, Tree, children, content_type, lift, payload, raw_headers
from inbox.words import decode_words, raw_text
from letters.clean import TEXT_LIMIT, clean_line, clean_text
from letters.letter import Attachment, DeliveryReport, Letter
from letters.newest import newest_text

_ID = re.compile(r"<[^<>]{1,998}>")
_STRICT_ID = re.compile(r"<[^<>\s@]{1,250}@[^<>\s@]{1,250}>")
_REFERENCES = 200
_HEADERS_KEPT = 400
_OPENING = 256 * 1024
"""Bytes after the header block that are read of a letter over a cap."""
_SINGULAR = {
    "from": "From", "sender": "Sender", "reply-to": "Reply-To", "to": "To", "cc": "Cc", "subject": "Subject",
    "date": "Date", "message-id": "Message-ID", "in-reply-to": "In-Reply-To", "references": "References",
    "content-type": "Content-Type",
}  # fmt: skip
"""Headers that may stand only once (RFC 5322, 3.6), as a person reads them."""
_PREAMBLE_BOILERPLATE = re.compile(r"multi-?part message in MIME|MIME|mail reader", re.IGNORECASE)


def parse(raw: bytes) -> Letter:
    """Read one letter; never raises. What could not be read is named in ``defects``, in Spanish."""
    try:
        if len(raw) > caps.SIZE:
            return _opening(raw, "más de 25 MB")
        if not raw or raw.isspace():
            return Letter(defects=("carta vacía",))
        raw = mending.opened(raw)
        slim, blobs = lift(raw)
        lowered = slim.lower()
        excess = caps.excess(slim, lowered)
        if excess:
            return _opening(raw, excess)
        return _whole(raw, slim, blobs, lowered)
    except (Exception, RecursionError) as error:  # noqa: BLE001 - the wall: no letter may stop the poller
        return _rescued(raw, f"no se pudo analizar ({type(error).__name__})")


def parse_headers(head: bytes, defect: str = "") -> Letter:
    """Read the header block alone, of a letter whose body was not fetched; never raises."""
    try:
        end = caps.head_end(head)
        block = _shortened(head[: min(end, caps.HEADER_BLOCK)])
        root = email.message_from_bytes(block + b"\r\n\r\n")
        facts = _Facts(root, _hint(root))
        return facts.letter(text="", defects=[*facts.defects, *([defect] if defect else [])])
    except (Exception, RecursionError) as error:  # noqa: BLE001 - the last rung still returns a letter
        return Letter(defects=tuple(filter(None, (defect, f"cabecera ilegible ({type(error).__name__})"))))


def _whole(
    raw: bytes,
    slim: bytes,
    blobs: list[bytes],
    lowered: bytes,
    *,
    extra: tuple[str, ...] = (),
    with_attachments: bool = True,
) -> Letter:
    tree = Tree(slim, blobs)
    if tree.has_stray_header_line and (mended := mending.rejoined(slim)) is not None:
        tree = Tree(mended, blobs)
        extra = (*extra, "una línea suelta en la cabecera")
    reader = Reader(tree)
    contents = reader.sort()
    text = reader.text(contents.words)
    if not text.strip():
        text = _spare_words(tree, reader, contents)
    facts = _Facts(tree.root, _hint(tree.root, contents.words))
    report = read_report(tree) if b"message/" in lowered or b"rfc822" in lowered else None
    hanging: tuple[Attachment, ...] = ()
    defects = list(extra)
    if with_attachments and contents.attached:
        hanging = tuple(_describe(tree, leaf) for leaf in contents.attached[: caps.ATTACHMENTS])
        if len(contents.attached) > caps.ATTACHMENTS:
            defects.append("más de 100 adjuntos: solo se describen los primeros")
    defects += [*contents.defects, *tree.defects]
    nothing_read = not text.strip() and not contents.attached
    if (facts.lacks_sender or nothing_read) and len(raw) <= second_reader.LIMIT:
        text = _second_opinion(raw, facts, text, nothing_read)
    if len(text) >= TEXT_LIMIT:
        text = text[:TEXT_LIMIT]
        defects.append("texto de más de un millón de caracteres: se guardó el comienzo")
    return facts.letter(text=text, defects=[*facts.defects, *defects], hanging=hanging, report=report)


def _opening(raw: bytes, excess: str) -> Letter:
    """Read a letter over a cap: its header block and the opening of its body, if those are within the caps."""
    defect = f"carta fuera de medida: {excess}; no se leyó entera"
    end = caps.head_end(raw)
    opening = _shortened(raw[: min(end, caps.HEADER_BLOCK)]) + raw[end : end + _OPENING]
    lowered = opening.lower()
    if end < len(raw) and not caps.excess(opening, lowered):
        try:
            return _whole(opening, opening, [], lowered, extra=(defect,), with_attachments=False)
        except (Exception, RecursionError):  # noqa: BLE001 - the header block alone is the next rung
            pass
    return parse_headers(raw[: caps.HEADER_BLOCK], defect)


def _rescued(raw: bytes, defect: str) -> Letter:
    opinion = second_reader.read(raw)
    letter = parse_headers(raw[: caps.HEADER_BLOCK], defect)
    if not opinion.text:
        return letter
    facts = {name: getattr(letter, name) for name in Letter.__slots__}
    facts |= {"text": opinion.text, "newest_text": newest_text(opinion.text)}
    return Letter(**facts)


def _shortened(head: bytes) -> bytes:
    """Cut a header block to the caps: at most 1,000 headers of at most 16 KB."""
    if len(head) <= caps.HEADER and head.count(b"\n") <= caps.HEADERS:
        return head
    kept: list[bytes] = []
    size = 0
    headers = 0
    for line in head.splitlines(keepends=True):
        if line[:1] not in (b" ", b"\t"):
            size = 0
            headers += 1
            if headers > caps.HEADERS and line.strip():
                continue
        size += len(line)
        if size <= caps.HEADER:
            kept.append(line)
        elif size - len(line) < caps.HEADER:
            kept.append(line[: caps.HEADER - (size - len(line))].rstrip() + b"\r\n")
    return b"".join(kept)


def _hint(root: Part, words: list[Leaf] | None = None) -> str:
    """Return the charset that raw bytes in the headers are probably in: that of the body."""
    if words:
        return words[0].charset
    return content_type(root)[1].get("charset", "")


def _describe(tree: Tree, leaf: Leaf) -> Attachment:
    part = leaf.part
    if not part.is_multipart():
        return attachments.describe(leaf.name, leaf.type, tree.content(part))
    data = b"\n".join(_flat(child) for child in children(part))
    return attachments.describe(leaf.name, leaf.type, data)


def _flat(part: Part) -> bytes:
    try:
        return part.as_bytes()
    except Exception:  # noqa: BLE001 - the standard writer fails on parts that its own reader accepts
        return str(payload(part))[:TEXT_LIMIT].encode("utf-8", "replace")


def _spare_words(tree: Tree, reader: Reader, contents: Contents) -> str:
    """Find words where none were: a text with a file name, the preamble of a multipart, a letter inside the letter."""
    for leaf in contents.attached:
        if leaf.type in ("text/plain", "text/html", "text/enriched") and leaf.disposition != "attachment":
            text = reader.text_of(leaf)
            if text.strip():
                return text
    if inner := reader.inner_text(contents.attached).strip():
        contents.defects.append("sin texto propio: se muestra el de la carta adjunta")
        return inner
    preamble = getattr(tree.root, "preamble", None)
    if isinstance(preamble, str) and preamble.strip() and not _PREAMBLE_BOILERPLATE.search(preamble[:400]):
        return clean_text(charsets.decode(preamble.encode("utf-8", "surrogateescape"))[0])
    epilogue = getattr(tree.root, "epilogue", None)
    if isinstance(epilogue, str) and epilogue.strip() and not contents.attached:
        return clean_text(charsets.decode(epilogue.encode("utf-8", "surrogateescape"))[0])
    return ""


def _second_opinion(raw: bytes, facts: "_Facts", text: str, nothing_read: bool) -> str:
    opinion = second_reader.read(raw)
    if facts.lacks_sender and opinion.from_address:
        facts.from_address, facts.from_name = opinion.from_address, facts.from_name or opinion.from_name
        facts.defects.append("remitente leído por el segundo lector")
    if nothing_read and opinion.text.strip():
        facts.defects.append("texto leído por el segundo lector")
        return opinion.text
    return text


class _Facts:
    """The header values of one letter while it is being read."""

    def __init__(self, root: Part, hint: str) -> None:
        self.defects: list[str] = []
        headers = raw_headers(root)
        raw_first: dict[str, str] = {}
        for name, value in headers:
            if raw_first.setdefault(name, value) is not value and name in _SINGULAR:
                self.defects.append(f"más de una cabecera {_SINGULAR[name]}: vale la primera")
        if not headers:
            self.defects.append("sin cabeceras")
        self.headers = tuple(
            (_header_name(name), clean_line(raw_text(value))) for name, value in headers[:_HEADERS_KEPT]
        )
        self.subject = clean_line(decode_words(raw_first.get("subject", ""), hint))
        sender = raw_first.get("from", "")
        self.from_name, self.from_address = first_sender(sender, hint)
        self.lacks_sender = bool(sender.strip()) and not self.from_address and not self.from_name
        self.reply_to = self._addresses(raw_first.get("reply-to", ""))
        self.to = self._addresses(raw_first.get("to", ""))
        self.cc = self._addresses(raw_first.get("cc", ""))
        stated = raw_text(raw_first.get("date", ""))
        self.date = parse_date(stated) if stated else None
        if stated and self.date is None:
            self.defects.append("fecha ilegible")
        self.message_id = (*_ids(raw_first.get("message-id", "")), "")[0] or clean_line(
            raw_text(raw_first.get("message-id", "")), 250
        )
        self.in_reply_to = (*_ids(raw_first.get("in-reply-to", "")), "")[0]
        self.references = tuple(dict.fromkeys(_ids(raw_first.get("references", ""))))[-_REFERENCES:]

    def _addresses(self, value: str) -> tuple[str, ...]:
        if not value:
            return ()
        found = parse_addresses(value, limit=caps.RECIPIENTS + 1)
        if len(found) > caps.RECIPIENTS:
            self.defects.append("más de 200 destinatarios: se guardaron los primeros")
        return tuple(address for _, address in found[: caps.RECIPIENTS] if address)

    def letter(
        self,
        *,
        text: str,
        defects: list[str],
        hanging: tuple[Attachment, ...] = (),
        report: DeliveryReport | None = None,
    ) -> Letter:
        """Make the value."""
        return Letter(
            subject=self.subject,
            from_address=self.from_address,
            from_name=self.from_name,
            reply_to=self.reply_to,
            to=self.to,
            cc=self.cc,
            date=self.date,
            message_id=self.message_id,
            in_reply_to=self.in_reply_to,
            references=self.references,
            text=text,
            newest_text=newest_text(text),
            attachments=hanging,
            headers=self.headers,
            report=report,
            defects=tuple(dict.fromkeys(defects)),
        )


@lru_cache(maxsize=512)
def _header_name(name: str) -> str:
    return clean_line(name, 200)


def _ids(value: str) -> tuple[str, ...]:
    """Return the message ids of a header with their angle brackets.

    Encoded words have no place here (RFC 2047, 5), yet some programs write long ids so; such a word counts only where
    it decodes to well-formed ids, so that no control character can come in this way.
    """
    if not value:
        return ()
    if "=?" in value:
        return tuple(_STRICT_ID.findall(clean_line(decode_words(value))))
    return tuple(clean_line("".join(found.split())) for found in _ID.findall(value))
