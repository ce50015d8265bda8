"""What hangs on a letter: described, never opened. A safe name, the type its bytes show, and why to be careful."""

import hashlib
import re

from letters.clean import clean_line
from letters.letter import Attachment

NAME_BYTES = 120
_SNIFFED = 4_096

_SEPARATOR = re.compile(r"[/\\]+")
_UNSAFE = re.compile(r"[^\w .()-]")
_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069]")
_DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)

_PROGRAMS = frozenset(
    ["exe", "scr", "com", "pif", "bat", "cmd", "ps1", "vbs", "vbe", "js", "jse", "wsf", "wsh", "hta", "lnk", "iso",
     "img", "vhd", "vhdx", "msi", "msp", "jar", "one", "xll", "chm", "reg", "cpl", "dll", "apk", "app", "dmg", "url",
     "sh", "deb", "rpm"]
)  # fmt: skip
_MACROS = frozenset(["docm", "dotm", "xlsm", "xltm", "xlam", "pptm", "potm", "ppam", "ppsm"])
_PAGES = frozenset(["html", "htm", "xhtml", "shtml", "mht", "mhtml", "svg"])
_HARMLESS_LOOK = frozenset(
    ["pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "jpg", "jpeg", "png", "gif", "txt", "rtf", "mp3", "mp4"]
)

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "application/pdf"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF8", "image/gif"),
    (b"PK\x03\x04", "application/zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"MZ", "application/x-msdownload"),
    (b"\x7fELF", "application/x-executable"),
    (b"{\\rtf", "application/rtf"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"\x1f\x8b", "application/gzip"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"L\x00\x00\x00\x01\x14\x02\x00", "application/x-ms-shortcut"),
)
_EXPECTED: dict[str, frozenset[str]] = {
    "application/pdf": frozenset({"pdf"}),
    "image/jpeg": frozenset({"jpg", "jpeg", "jpe", "jfif"}),
    "image/png": frozenset({"png"}),
    "image/gif": frozenset({"gif"}),
}
_VAGUE = frozenset({"", "application/octet-stream", "application/x-unknown", "application/unknown"})
_CHECKED = frozenset(extension for extensions in _EXPECTED.values() for extension in extensions)


def describe(name: str, media_type: str, data: bytes) -> Attachment:
    """Describe one attachment by its declared name and type and its decoded bytes."""
    sniffed = sniff(data, media_type)
    return Attachment(
        name=safe_name(name),
        type=clean_line(media_type, 100),
        size=len(data),
        sniffed=sniffed,
        sha256=hashlib.sha256(data).hexdigest(),
        danger=danger(name, sniffed, data),
    )


def safe_name(name: str) -> str:
    """Return a base name that no file system, shell or terminal can misread; "" when none was given.

    No folders, no leading dot or hyphen, no Windows device, only letters, digits, space and ``._-()``, at most 120
    bytes with the extension kept.
    """
    base = _SEPARATOR.split(clean_line(_INVISIBLE.sub("", name)).strip())[-1]
    base = _UNSAFE.sub("_", base).strip(" .-_") if base.strip(" .-_") else ""
    if not base:
        return "adjunto" if name.strip() else ""
    if _DEVICE.match(base):
        base = f"_{base}"
    stem, dot, extension = base.rpartition(".")
    if not dot or len(extension) > 10:
        stem, dot, extension = base, "", ""
    room = NAME_BYTES - len((dot + extension).encode())
    return stem.encode()[:room].decode("utf-8", "ignore").rstrip(" .") + dot + extension


def sniff(data: bytes, declared: str = "") -> str:
    """Return the media type that the first bytes show, or ""; rare kinds are looked up only where none was declared."""
    for magic, media_type in _MAGIC:
        if data.startswith(magic):
            return media_type
    if not data:
        return ""
    start = data[:_SNIFFED]
    if b"<html" in start[:512].lower() or b"<!doctype html" in start[:512].lower():
        return "text/html"
    if b"\0" not in start and _is_text(start):
        return "text/plain"
    return _puremagic(start) if declared in _VAGUE else ""


def _is_text(start: bytes) -> bool:
    controls = sum(start.count(bytes((code,))) for code in (0, 1, 2, 3, 4, 5, 6, 14, 15, 16, 17))
    return controls == 0


def _puremagic(start: bytes) -> str:
    import puremagic

    try:
        return clean_line(str(puremagic.from_string(start, mime=True)), 100)
    except (puremagic.PureError, ValueError, IndexError, KeyError):
        return ""


def danger(name: str, sniffed: str, data: bytes) -> str:
    """Return in Spanish why an attachment should not be opened, or "" when nothing is known against it."""
    extensions = [piece.strip().lower() for piece in clean_line(name).split(".")[1:]]
    last = extensions[-1] if extensions else ""
    if _INVISIBLE.search(name):
        return "el nombre esconde caracteres que invierten su lectura"
    if last in _PROGRAMS or sniffed in ("application/x-msdownload", "application/x-executable"):
        disguised = any(extension in _HARMLESS_LOOK for extension in extensions[:-1] or [last])
        return "programa disfrazado de documento" if disguised else "es un programa"
    if last in _MACROS:
        return "documento con macros"
    if last in _PAGES or sniffed == "text/html":
        return "página web que puede ejecutar código"
    if sniffed == "application/zip" and len(data) > 7 and data[6] & 1:
        return "archivo comprimido con contraseña"
    if last in _CHECKED and sniffed and last not in _EXPECTED.get(sniffed, frozenset()):
        return "su contenido no corresponde a su extensión"
    return ""
