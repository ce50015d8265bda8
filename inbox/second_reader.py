"""mail-parser behind one wall: asked only where our own reading found nothing, believed only as far as that gap."""

import logging
from dataclasses import dataclass

from letters.clean import clean_line, clean_name, clean_text

logging.getLogger("mailparser").disabled = True
logging.getLogger("mailparser.core").disabled = True
logging.getLogger("mailparser.utils").disabled = True

LIMIT = 1024 * 1024
"""Bytes of a letter that the second reader is shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """What mail-parser makes of a letter; every string is clean, "" stands for nothing."""

    subject: str = ""
    from_address: str = ""
    from_name: str = ""
    text: str = ""


def read(raw: bytes) -> Opinion:
    """Ask mail-parser; whatever it raises is an empty opinion."""
    try:
        import mailparser

        mail = mailparser.parse_from_bytes(raw[:LIMIT])
        name, address = next((pair for pair in _pairs(mail.from_) if "@" in pair[1]), ("", ""))
        return Opinion(
            subject=clean_line(_first(mail.subject)),
            from_address=clean_line(address, 320),
            from_name=clean_name(name),
            text=clean_text("\n".join(part for part in mail.text_plain if isinstance(part, str))),
        )
    except Exception:  # noqa: BLE001 - it raises foreign types on real letters; a second opinion may be missing
        return Opinion()


def _first(value: object) -> str:
    while isinstance(value, list):
        value = value[0] if value else ""
    return value if isinstance(value, str) else ""


def _pairs(value: object) -> list[tuple[str, str]]:
    if not isinstance(value, list):
        return []
    return [(str(pair[0]), str(pair[1])) for pair in value if isinstance(pair, tuple) and len(pair) == 2]
