"""Builds the bytes of an outgoing letter (RFC 5322), the same bytes for the same values.

The bytes are fixed when the letter enters the outbox, so that sending them again is recognised as the same letter.
Plain printable ASCII needs no encoding and is written as it stands; every other header goes through the ``email``
policy. Control characters never pass.
"""

import binascii
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.policy import SMTP
from email.utils import format_datetime
from enum import Enum
from functools import lru_cache

import idna

from calendar_pe.clock import to_lima
from letters.clean import clean_line

POLICY = SMTP.clone(max_line_length=998)
"""998 keeps a long Message-ID whole: a shorter limit makes an encoded word of it, and the thread breaks."""

LONGEST_ID = 250
LONGEST_SUBJECT = 200
MOST_REFERENCES = 20

_MESSAGE_ID = re.compile(r"<[!-;=?A-~]+@[!-;=?A-~]+>")
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}")
_SAFE = re.compile(r"[!-~](?:[ -~]{0,900}[!-~])?")
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_PREFIX = re.compile(r"^\s*(?:(?:re|rv|fw|fwd|res|enc|aw|r)\s*(?:\[\d+\])?\s*:\s*)+", re.IGNORECASE)
_CRLF = b"\r\n"


class Unaddressable(ValueError):
    """No letter can be written to this address or with these headers; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A PNG that the HTML shows as ``cid:<cid>``; it travels inside the letter (RFC 2387, RFC 2392)."""

    cid: str
    name: str
    png: bytes


class Nature(Enum):
    """Who speaks, and so what other machines are told (RFC 3834)."""

    PERSONAL = ""
    REPLIED = "auto-replied"
    GENERATED = "auto-generated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """A letter ready for the relay."""

    message_id: str
    payload: bytes


def compose(
    *,
    message_id: str,
    sender: Address,
    recipient: str,
    subject: str,
    text: str,
    sent_at: datetime,
    nature: Nature = Nature.PERSONAL,
    html: str = "",
    pictures: Sequence[Picture] = (),
    in_reply_to: str = "",
    references: Sequence[str] = (),
    language: str = "es",
) -> Composed:
    """Compose one letter from us to one recipient.

    ``message_id`` has its angle brackets. ``in_reply_to`` and ``references`` come from outside: ids that are not well
    formed are left out. ``html`` makes a second, alternative part, ``pictures`` what it shows. Raises Unaddressable
    for an address that cannot be written, ValueError for a Message-ID of ours that is not well formed or a ``sent_at``
    without zone.
    """
    if not well_formed(message_id):
        raise ValueError(f"Message-ID mal formado: {message_id!r}")
    address = wire_address(recipient)
    lines = [
        _fixed("From", str(sender)),
        b"To: " + address.encode() + _CRLF,
        header("Subject", fit(subject)),
        header("Date", format_datetime(to_lima(sent_at).replace(microsecond=0))),
        header("Message-ID", message_id),
        *_thread(in_reply_to, references),
    ]
    if nature is not Nature.PERSONAL:
        lines += [
            _fixed("Auto-Submitted", nature.value),
            _fixed("X-Auto-Response-Suppress", "All"),
            _fixed("X-Loop", sender.addr_spec),
        ]
    lines += [_fixed("Content-Language", language), b"MIME-Version: 1.0\r\n", *_body(message_id, text, html, pictures)]
    return Composed(message_id=message_id, payload=b"".join(lines))


def header(name: str, value: str) -> bytes:
    """Return one encoded header line with its CRLF. Raises ValueError for a control character in the value."""
    if _SAFE.fullmatch(value) and "=?" not in value:
        return b"%s: %s\r\n" % (name.encode(), value.encode())
    if _UNSEEN.search(value):
        raise ValueError(f"la cabecera {name} tiene un carácter de control")
    folded: bytes = POLICY.fold_binary(name, POLICY.header_factory(name, value))
    return folded


@lru_cache(maxsize=64)
def _fixed(name: str, value: str) -> bytes:
    return header(name, value)


def fit(subject: str) -> str:
    """Return the subject on one line, without unseen characters, at most 200 characters long."""
    line = clean_line(subject)
    return line if len(line) <= LONGEST_SUBJECT else line[: LONGEST_SUBJECT - 1].rstrip() + "…"


def answer_subject(original: str, reference: str, fallback: str = "") -> str:
    """Return ``Re: <what they wrote> [<reference>]``: one ``Re:``, one reference, however often the letter went round.

    ``fallback`` (the template's subject) is taken as it is when the writer gave none.
    """
    bare = _PREFIX.sub("", fit(original)).replace(f"[{reference}]", "").strip()
    if not bare:
        return fallback or f"Re: [{reference}]"
    tail = f" [{reference}]"
    room = LONGEST_SUBJECT - len("Re: ") - len(tail)
    return f"Re: {bare if len(bare) <= room else bare[: room - 1].rstrip() + '…'}{tail}"


def well_formed(message_id: str) -> bool:
    """Say whether an id can be used in a header of ours: ``<left@right>``, printable ASCII, at most 250 characters."""
    return len(message_id) <= LONGEST_ID and _MESSAGE_ID.fullmatch(message_id) is not None


@lru_cache(maxsize=1024)
def wire_address(address: str) -> str:
    """Return the address as it goes on the wire: the domain in ASCII (IDNA 2008), the local part as it is.

    A local part that is not ASCII is kept and needs SMTPUTF8. Raises Unaddressable when it is not an address.
    """
    local, at, domain = address.strip().rpartition("@")
    if not at or not local or not domain or _UNSEEN.search(address):
        raise Unaddressable(f"«{_UNSEEN.sub('?', address)}» no es una dirección de correo")
    if not domain.isascii():
        try:
            domain = idna.encode(domain, uts46=True).decode("ascii")
        except idna.IDNAError as error:
            raise Unaddressable(f"el dominio de «{address}» no existe en Internet: {error}") from None
    if local.isascii() and not _LOCAL.fullmatch(local):
        return _quoted_local(local, domain)
    if len(local.encode()) > 64 or not re.fullmatch(r"[A-Za-z0-9.-]{1,253}", domain):
        raise Unaddressable(f"«{address}» no es una dirección de correo")
    if not local.isascii() and re.search(r"[\s<>()\[\],;:\\\"@]", local):
        raise Unaddressable(f"«{address}» no es una dirección de correo")
    return f"{local}@{domain}"


def _quoted_local(local: str, domain: str) -> str:
    """Some real addresses keep a quoted local part, such as ``"juan perez"@example.com``."""
    try:
        parsed = Address(addr_spec=f"{local}@{domain}")
    except (ValueError, IndexError, HeaderParseError):
        raise Unaddressable(f"«{local}@{domain}» no es una dirección de correo") from None
    if not (local.startswith('"') and local.endswith('"') and len(local) <= 64 and _SAFE.fullmatch(local)):
        raise Unaddressable(f"«{local}@{domain}» no es una dirección de correo")
    return parsed.addr_spec


def _thread(in_reply_to: str, references: Sequence[str]) -> list[bytes]:
    parent = in_reply_to if well_formed(in_reply_to) else ""
    ids = [found for found in dict.fromkeys(references) if well_formed(found) and found != parent]
    if len(ids) >= MOST_REFERENCES:  # RFC 5322 lets us trim; the first and the newest hold the thread together
        ids = [ids[0], *ids[-(MOST_REFERENCES - 2) :]]
    lines = [header("In-Reply-To", parent)] if parent else []
    if parent or ids:
        known = [*ids, parent] if parent else ids
        lines.append(b"References: " + b"\r\n ".join(found.encode("ascii") for found in known) + _CRLF)
    return lines


def _body(message_id: str, text: str, html: str, pictures: Sequence[Picture]) -> list[bytes]:
    plain = _part("plain", text)
    if not html:
        return plain
    unique = hashlib.sha256(message_id.encode()).hexdigest()[:32].encode()
    page = _part("html", html)
    if pictures:
        page = _multipart(b'related; type="text/html"', b"img-" + unique, [page, *map(_picture, pictures)])
    return _multipart(b"alternative", b"som-" + unique, [plain, page])


def _multipart(subtype: bytes, name: bytes, parts: Sequence[list[bytes]]) -> list[bytes]:
    boundary = name + b"=_"
    between = b"--" + boundary + _CRLF
    inside = [piece for part in parts for piece in (between, *part, _CRLF)]
    return [b"Content-Type: multipart/", subtype, b'; boundary="', boundary, b'"\r\n\r\n', *inside,
            b"--", boundary, b"--\r\n"]  # fmt: skip


def _picture(picture: Picture) -> list[bytes]:
    lines = binascii.b2a_base64(picture.png, newline=False)
    return [
        _fixed("Content-Type", f'image/png; name="{picture.name}"'),
        b"Content-Transfer-Encoding: base64\r\n",
        _fixed("Content-ID", f"<{picture.cid}>"),
        _fixed("Content-Disposition", f'inline; filename="{picture.name}"'),
        _CRLF,
        _CRLF.join(lines[start : start + 76] for start in range(0, len(lines), 76)),
    ]


def _part(subtype: str, text: str) -> list[bytes]:
    """Quoted-printable: pure ASCII on the way, readable raw, and ``=_`` in the boundary can never occur in it."""
    lines = "\r\n".join(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    return [
        b"Content-Type: text/%s; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
        % subtype.encode(),
        binascii.b2a_qp(lines.encode("utf-8", "replace"), istext=True),
    ]
