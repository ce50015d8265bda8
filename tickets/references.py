"""References that people can say aloud, and ids that nobody else can make.

A ticket is SOM-YYYY-NNNNNN. Our Message-IDs and subject tags carry a keyed hash (HMAC-SHA256), so that a reply can be
believed to answer a letter of ours; whether its sender belongs to the ticket is asked apart.
"""

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass, field

_REFERENCE = re.compile(r"SOM-(\d{4})-(\d{6,9})", re.IGNORECASE | re.ASCII)
_MESSAGE_ID = re.compile(r"<(SOM-\d{4}-\d{6,9})\.([0-9a-z]{1,40})\.([0-9a-f]{20})@[^<>\s@]+>", re.IGNORECASE | re.ASCII)
_TAG = re.compile(r"\[(SOM-\d{4}-\d{6,9})-([2-7A-Z]{8})\]", re.IGNORECASE | re.ASCII)


def reference(year: int, number: int) -> str:
    """Return the reference of the ticket with that number in that Lima year."""
    return f"SOM-{year:04d}-{number:06d}"


def find_reference(text: str) -> str | None:
    """Return the first reference in a text, in capitals, or None."""
    match = _REFERENCE.search(text)
    return match.group(0).upper() if match else None


@dataclass(frozen=True, slots=True)
class Signer:
    """Makes and reads the ids of this desk; ids of another desk, or altered ones, are strangers."""

    key: bytes = field(repr=False)

    def message_id(self, ticket_reference: str, nonce: str, domain: str) -> str:
        """Return a Message-ID, with angle brackets, for an outgoing letter of that ticket.

        ``nonce`` (lower-case letters and digits) tells the letters of one ticket apart.
        """
        signed = f"{ticket_reference}.{nonce}".lower()
        return f"<{signed}.{self._mac('message-id', signed, 20)}@{domain}>"

    def ticket_of(self, message_id: str) -> str | None:
        """Return the reference that a Message-ID of ours carries, or None when it is not ours."""
        match = _MESSAGE_ID.fullmatch(message_id.strip())
        if match is None:
            return None
        signed = f"{match.group(1)}.{match.group(2)}".lower()
        if not hmac.compare_digest(self._mac("message-id", signed, 20), match.group(3).lower()):
            return None
        return match.group(1).upper()

    def tag(self, ticket_reference: str) -> str:
        """Return the tag that stands in the subjects of our letters."""
        return f"[{ticket_reference}-{self._short('tag', ticket_reference)}]"

    def ticket_of_subject(self, subject: str) -> str | None:
        """Return the reference that a signed tag in a subject carries, or None."""
        for match in _TAG.finditer(subject):
            found = match.group(1).upper()
            if hmac.compare_digest(self._short("tag", found), match.group(2).upper()):
                return found
        return None

    def token(self, purpose: str, subject: str) -> str:
        """Return a token that only this desk can make for that purpose and subject."""
        return self._mac(purpose, subject, 32)

    def is_token(self, purpose: str, subject: str, begins: str) -> bool:
        """Return whether the token for that purpose and subject begins so (at least 16 characters)."""
        return len(begins) >= 16 and hmac.compare_digest(self.token(purpose, subject)[: len(begins)], begins)

    def keyed_hash(self, text: str) -> str:
        """Return a hash that stands for personal data where the data itself must not stand."""
        return self._mac("personal", text.lower(), 32)

    def _mac(self, purpose: str, text: str, length: int) -> str:
        return hmac.digest(self.key, f"{purpose}\0{text}".encode(), hashlib.sha256).hex()[:length]

    def _short(self, purpose: str, text: str) -> str:
        digest = hmac.digest(self.key, f"{purpose}\0{text}".encode(), hashlib.sha256)
        return base64.b32encode(digest)[:8].decode("ascii")
