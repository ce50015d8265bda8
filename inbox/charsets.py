"""Bytes to text: what the sender declared, mended where it is missing, misspelt or untrue.

The ladder: strict UTF-8, the declared label read as the WHATWG does (``iso-8859-1`` is windows-1252, ``gb2312`` is
gb18030), Python's own codecs, then UTF-8 with each stray byte read as windows-1252.
"""

import codecs
import re
from functools import lru_cache

import webencodings

_SEVEN_BITS = frozenset({"us-ascii", "ascii", "ansi_x3.4-1968", "iso646-us", "7bit", "8bit", "unknown-8bit", "unknown"})
"""Labels under which no eight-bit byte has a meaning: it is read as if none had been given, and is in doubt."""
_UNUSABLE = frozenset(
    {"punycode", "idna", "undefined", "unicode-escape", "raw-unicode-escape", "mbcs", "oem", "unicode_escape"}
)
_FAR_EAST = re.compile(r"gb|big5|jis|euc|949|950|932|ksc|ks_c|iso-?2022", re.IGNORECASE)
_LABEL_INSIDE = re.compile(
    r"(utf-?8|utf-?16|utf-?7|windows-?125\d|cp125\d|iso-?8859-?1?\d|gb2312|gbk|gb18030|big5|koi8-[ru]"
    r"|shift[-_]?jis|euc-(?:jp|kr)|iso-?2022-(?:jp|kr))",
    re.IGNORECASE,
)
_ESCAPED = re.compile(rb"\x1b(?:\$[@B(A]|\([BJI])")
_KOREAN = b"\x1b$)C"
_THREE_BYTES = re.compile(rb"[\xe0-\xef][\x80-\xbf]{2}")
_WIDE = frozenset({"utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"})
_ASCII_ONLY = frozenset({"utf-7", "hz", "iso2022_kr"})
"""Codecs that write other scripts in ASCII characters."""
_WIDER = {"gbk": "gb18030", "gb2312": "gb18030", "shift_jis": "cp932", "euc_kr": "cp949", "ascii": "cp1252"}
_PYTHON_FIRST = frozenset({"utf-7", "unicode-1-1-utf-7", "utf-16", "utf-32", "iso-2022-kr", "hz-gb-2312", "hz"})


def _as_windows_1252(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    if error.end == len(error.object) and error.end - error.start > 1:
        return "\ufffd", error.end
    return error.object[error.start : error.end].decode("cp1252", "ignore"), error.end


codecs.register_error("windows-1252", _as_windows_1252)


def decode(data: bytes, label: str = "") -> tuple[str, bool]:
    """Return the text of some bytes and whether its reading is in doubt (the label was absent, unknown or untrue)."""
    if data.isascii() and b"\x1b" not in data:
        name = _codec(label) if label else ""
        if name in _ASCII_ONLY:
            return _declared(data, name)
        if b"\0" in data and name in _WIDE:
            return _declared(data[: len(data) // 2 * 2], name)
        return data.decode("ascii"), False
    name = _codec(label) if label else ""
    if b"\x1b" in data and (escaped := _iso_2022(data, name)) is not None:
        return escaped, False
    if data[:3] == codecs.BOM_UTF8:
        return data[3:].decode("utf-8", "windows-1252"), False
    if name in _WIDE:
        return _declared(data[: len(data) // 2 * 2], name)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        if name in ("", "utf-8") or not _FAR_EAST.search(name) or _THREE_BYTES.search(data):
            return text, name != "utf-8" and not data.isascii()
    if name and name != "utf-8":
        return _declared(data, name)
    return data.decode("utf-8", "windows-1252"), True


def _declared(data: bytes, name: str) -> tuple[str, bool]:
    try:
        return data.decode(name), False
    except (UnicodeError, ValueError):
        pass
    if name == "cp1252":
        return data.decode("cp1252", "ignore"), True
    text = data.decode(name, "replace")
    if text.count("\ufffd") * 10 > len(text):
        return data.decode("utf-8", "windows-1252"), True
    return text, True


def _iso_2022(data: bytes, name: str) -> str | None:
    """Read the escape sequences of ISO 2022, declared or not: Japanese sent as plain 7bit is still Japanese."""
    if _KOREAN in data[:200]:
        candidates: tuple[str, ...] = ("iso2022_kr",)
    elif _ESCAPED.search(data):
        candidates = (name,) if name.startswith("iso2022_jp") else ()
        candidates += ("iso2022_jp_2", "iso2022_jp_ext", "iso2022_jp_3")
    else:
        return None
    for candidate in candidates:
        try:
            return data.decode(candidate)
        except UnicodeError:
            continue
    return data.decode("iso2022_jp_ext", "replace") if name.startswith("iso2022") else None


def known(label: str) -> bool:
    """Tell whether a declared charset is one that can be read; an empty label declares none."""
    return not label.strip() or _plain(label) in _SEVEN_BITS or bool(_codec(label))


def _plain(label: str) -> str:
    return label.strip("\t \"'<>;,").lower()[:60].replace("cp-", "cp")


@lru_cache(maxsize=512)
def _codec(label: str) -> str:
    """Return the name of the Python codec for a label, or "" when there is none worth using."""
    wanted = _plain(label)
    if not wanted or not wanted.isascii() or "\0" in wanted or wanted in _SEVEN_BITS:
        return ""
    if wanted not in _PYTHON_FIRST and (found := webencodings.lookup(wanted)) is not None:
        return _python_name(found.codec_info.name)
    if (known := _python_name(wanted)) != "":
        return known
    inside = _LABEL_INSIDE.search(wanted)
    return _codec(inside.group()) if inside and inside.group() != wanted else ""


def _python_name(label: str) -> str:
    try:
        info = codecs.lookup(label)
    except (LookupError, ValueError, UnicodeError):
        return ""
    if not getattr(info, "_is_text_encoding", True) or info.name in _UNUSABLE or label.startswith("x-user-defined"):
        return ""
    return _WIDER.get(info.name, info.name)
