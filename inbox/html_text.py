"""HTML to plain text, so that a person can read a letter that came without a plain part."""

import re

from letters.clean import clean_text

LIMIT = 512 * 1024
"""Characters of HTML that are turned into text; nesting makes longer pages slow."""
DEEP = 2_000

_HIDDEN = re.compile(r"<(script|style|title|noscript)\b[^>]*>.*?</\1\s*>|<!--.*?-->", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^<>]*>")
_BREAK = re.compile(r"<(?:br|/p|/div|/tr|/h\d|/li)\b[^>]*>", re.IGNORECASE)
_TRAILING = re.compile(r"[ \t\u00a0]+$", re.MULTILINE)
_GAPS = re.compile(r"\n{3,}")
_QUOTE = re.compile(r"<blockquote\b|gmail_quote|divRplyFwdMsg", re.IGNORECASE)
_META_CHARSET = re.compile(rb"<meta[^>]{1,200}charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE)


def declared_charset(page: bytes) -> str:
    """Return the charset that a page states in its own head, or ""."""
    match = _META_CHARSET.search(page[:4_096])
    return match[1].decode("ascii") if match else ""


def html_to_text(page: str) -> str:
    """Return the visible text of a page; quoted blocks come out with ``>`` before each line.

    Never raises and never returns nothing for a page that has words: three readers stand behind one another.
    """
    page = page[:LIMIT].replace("\0", "")
    if not page.strip():
        return ""
    for reader in (_inscriptis, _selectolax, _bare):
        try:
            text = reader(page)
        except Exception:  # noqa: BLE001 - a reader that fails on somebody's page hands it to the next
            continue
        if text.strip():
            return _tidy(text)
    return ""


def _inscriptis(page: str) -> str:
    if page.count("<") > 20_000 or page.lower().count("<blockquote") + page.lower().count("<div") > DEEP:
        return ""
    from inscriptis import ParserConfig, get_text
    from inscriptis.css_profiles import RELAXED_CSS_PROFILE

    return str(get_text(page, ParserConfig(css=RELAXED_CSS_PROFILE)))


def _selectolax(page: str) -> str:
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(_BREAK.sub(lambda tag: f"\n{tag.group()}", page))
    tree.strip_tags(["script", "style", "title", "noscript"])
    body = tree.body or tree.root
    return str(body.text()) if body is not None else ""


def _bare(page: str) -> str:
    import html

    return html.unescape(_TAG.sub(" ", _BREAK.sub("\n", _HIDDEN.sub(" ", page))))


def _tidy(text: str) -> str:
    return _GAPS.sub("\n\n", _TRAILING.sub("", clean_text(text))).strip("\n")
