"""The values that a parsed letter is made of."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """One attachment, described but never opened.

    ``name`` is a safe base name, ``type`` the declared MIME type, ``sniffed`` the type its first bytes show (empty
    when unknown), ``size`` the decoded size in bytes, ``sha256`` the hex digest of the decoded bytes, and ``danger``
    a short reason in Spanish why it should not be opened (empty when none is known).
    """

    name: str
    type: str
    size: int
    sniffed: str = ""
    sha256: str = ""
    danger: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReport:
    """What a delivery status notification says (RFC 3464): the failed recipients and the letter that bounced.

    ``permanent`` is None when the report does not say. ``original_message_id`` keeps its angle brackets.
    """

    permanent: bool | None
    recipients: tuple[str, ...] = ()
    original_message_id: str = ""
    diagnostic: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One letter as read from its bytes. Every string has been through ``letters.clean``; "" stands for absent.

    ``headers`` are (lower-case name, cleaned value) pairs in their order, topmost first. ``date`` is what the sender
    claims, with the sender's offset, or None. ``text`` is the whole body as plain text, ``newest_text`` what the
    writer says now, without quotes, forwards and signatures. ``defects`` names, in words, what was wrong with the
    bytes and how it was mended.
    """

    subject: str = ""
    from_address: str = ""
    from_name: str = ""
    reply_to: tuple[str, ...] = ()
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    date: datetime | None = None
    message_id: str = ""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    text: str = ""
    newest_text: str = ""
    attachments: tuple[Attachment, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    report: DeliveryReport | None = None
    defects: tuple[str, ...] = ()

    def header(self, name: str) -> str:
        """Return the topmost header of that name (any case), or "" when there is none."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key == wanted), "")

    def all_headers(self, name: str) -> tuple[str, ...]:
        """Return every header of that name (any case), topmost first."""
        wanted = name.lower()
        return tuple(value for key, value in self.headers if key == wanted)
