"""The one cleaner of text from outside: whatever a letter or a server said leaves here harmless and short."""

import re
import unicodedata

TEXT_LIMIT = 1_000_000
"""Characters of a body that are kept."""
LINE_LIMIT = 4_000
"""Characters of a one-line value (a subject, a header) that are kept."""
NAME_LIMIT = 200
"""Characters of a person's or a file's name that are kept."""

_BIDI = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_INVISIBLE = "\u180e\u200b\u2060-\u2064\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"
"""Characters without width that hide words from a reader; the joiners (U+200C, U+200D) stay, scripts need them."""
_FORBIDDEN = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f{_BIDI}{_INVISIBLE}\ud800-\udfff]")
_BLANKS = re.compile(r"\s+")
_MARK_RUN = re.compile(r"[^\w\s\x00-\x7f]{31,}")
_MARKS_IN_A_ROW = 30


def clean_text(text: str, limit: int = TEXT_LIMIT) -> str:
    """Return text of several lines, each ended by a line feed, in NFC, at most ``limit`` characters long.

    NUL, C0 and C1 controls (but line feed and tab), DEL, lone surrogates, byte order marks, bidirectional controls and
    characters without width are dropped: PostgreSQL refuses some of them, terminals obey others, readers miss the last.
    """
    if len(text) > 4 * limit:
        text = text[: 4 * limit]
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.replace("\n", "").replace("\t", "").isprintable() and _is_western(text):
        return text[:limit]
    if text.isascii():
        return _FORBIDDEN.sub("", text)[:limit]
    return _compose(_FORBIDDEN.sub("", text.replace("\u2028", "\n").replace("\u2029", "\n")))[:limit]


def clean_line(text: str, limit: int = LINE_LIMIT) -> str:
    """Return text as one line: cleaned like ``clean_text``, every run of white space one space, ends trimmed."""
    if len(text) > 4 * limit:
        text = text[: 4 * limit]
    joined = " ".join(text.split())
    if joined.isprintable() and _is_western(joined):
        return joined[:limit].rstrip()
    text = _FORBIDDEN.sub("", _BLANKS.sub(" ", text))
    if not text.isascii():
        text = _compose(text)
    return " ".join(text.split())[:limit].rstrip()


def clean_name(text: str, limit: int = NAME_LIMIT) -> str:
    """Return a person's display name as one line without the quotation marks that some programs leave around it."""
    name = clean_line(text, limit)
    while len(name) > 1 and name[0] == name[-1] and name[0] in "\"'":
        name = name[1:-1].strip()
    return name


def is_clean(text: str) -> bool:
    """Tell whether nothing forbidden is left in a text."""
    return _FORBIDDEN.search(text) is None


def _is_western(text: str) -> bool:
    """Tell whether a text has only characters of Latin-1, which are composed already; a quick look, no more."""
    try:
        text.encode("latin-1")
    except UnicodeEncodeError:
        return False
    return True


def _compose(text: str) -> str:
    """Compose to NFC; runs of combining marks are cut first, since ordering them takes quadratic time (UAX #15)."""
    return unicodedata.normalize("NFC", _MARK_RUN.sub(_thin_marks, text))


def _thin_marks(run: re.Match[str]) -> str:
    kept: list[str] = []
    marks = 0
    for character in run.group():
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= _MARKS_IN_A_ROW:
            kept.append(character)
    return "".join(kept)
