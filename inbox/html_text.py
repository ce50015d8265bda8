"""HTML to plain text, so that a person can read a letter that came without a plain part."""

import html
import re

from letters.clean import clean_text
from letters.newest import introduces_old_letter

LIMIT = 512 * 1024
"""Characters of HTML that are turned into text; longer pages are mostly style."""
DEEPEST = 200
"""Open elements from which the page is read without a tree: a tree takes quadratic time in depth."""
TAGS = 20_000

_TAG_START = re.compile(r"<(/?)([a-z][a-z0-9]*)", re.IGNORECASE)
_CELL = re.compile(r"<t[dh]\b", re.IGNORECASE)
_BREAK = re.compile(r"<(?:br|/p|/div|/tr|/h\d|/li|/table|/blockquote|hr)\b", re.IGNORECASE)
_KEEPS_LINES = re.compile(r"<pre\b|white-space:\s*pre", re.IGNORECASE)
_INDENT = re.compile(r"^[ \u00a0]+(?=\S)", re.MULTILINE)
_SPACES = re.compile(r" {2,}")
_TRAILING = re.compile(r"[ \t\u00a0]+\n")
_GAPS = re.compile(r"\n{3,}")
_META_CHARSET = re.compile(rb"<meta[^>]{1,200}charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE)
_QUOTE_TAG = re.compile(r"<(/?)blockquote\b([^>]{0,500})>", re.IGNORECASE)
_CITED = re.compile(r"gmail_quote|type\s*=\s*[\"']?cite|yahoo_quoted|moz-cite|protonmail_quote", re.IGNORECASE)
_TAG = re.compile(r"^[^<>]*>|<[^<>]*>")
_BEFORE = 2_000
_LOOKS = 50  # a page that sets more apart than this is no letter, and looking is not free
"""Characters of a page, tags among them, in which the words before a quote are looked for."""
_OPEN, _CLOSE = "\ue0f1", "\ue0f2"
_CLOSES_ITSELF = frozenset(
    [
        "br",
        "hr",
        "img",
        "input",
        "meta",
        "link",
        "p",
        "li",
        "tr",
        "td",
        "th",
        "option",
        "col",
        "dt",
        "dd",
        "o",
        "area",
        "base",
    ]
)


def declared_charset(page: bytes) -> str:
    """Return the charset that a page states in its own head, or ""."""
    match = _META_CHARSET.search(page[:4_096])
    return match[1].decode("ascii") if match else ""


def html_to_text(page: str) -> str:
    """Return the visible text of a page; what a mail program marked as quoted has ``>`` before each line.

    Never raises and never returns nothing for a page that has words: two readers stand one behind the other.
    """
    page = page[:LIMIT].replace("\0", "")
    if not page.strip():
        return ""
    quoted = _QUOTE_TAG.search(page) is not None and _OPEN not in page
    if quoted:
        page = _mark_quotes(page)
    readers = (_lexbor, _bare) if _depth(page) <= DEEPEST else (_bare,)
    for reader in readers:
        try:
            text = reader(page)
        except Exception:  # noqa: BLE001 - a reader that fails on somebody's page hands it to the next
            continue
        if text.strip():
            return _tidy(_prefix_quotes(text) if quoted else text)
    return ""


def _depth(page: str) -> int:
    """Return how deep the elements of a page nest, roughly; more than ``TAGS`` tags count as too deep."""
    depth = deepest = 0
    for count, tag in enumerate(_TAG_START.finditer(page)):
        if count > TAGS:
            return DEEPEST + 1
        if tag[2].lower() in _CLOSES_ITSELF:
            continue
        depth = max(0, depth - 1) if tag[1] else depth + 1
        deepest = max(deepest, depth)
    return deepest


def _lexbor(page: str) -> str:
    from selectolax.lexbor import LexborHTMLParser

    flows = not _KEEPS_LINES.search(page)
    if flows:
        page = " ".join(line.strip() for line in page.split("\n"))  # a browser shows a line end as a space
    tree = LexborHTMLParser(_spaced(page))
    tree.strip_tags(["script", "style", "title", "noscript"])
    body = tree.body or tree.root
    text = str(body.text()) if body is not None else ""
    return _INDENT.sub("", _SPACES.sub(" ", text)) if flows else text


def _spaced(page: str) -> str:
    return _CELL.sub(lambda tag: f" {tag.group()}", _BREAK.sub(lambda tag: f"\n{tag.group()}", page))


def _bare(page: str) -> str:
    """Take the tags off in one pass from left to right; an unclosed one is text."""
    page = _spaced(page)
    lowered = page.lower() if len(page.lower()) == len(page) else page
    kept: list[str] = []
    at = 0
    while (start := page.find("<", at)) >= 0:
        kept.append(page[at:start])
        if page.startswith("<!--", start):
            end = page.find("-->", start + 4) + 3
        elif lowered.startswith(("<script", "<style", "<title"), start):
            name = lowered[start + 1 : start + 7].rstrip(" >").removesuffix(">")
            closing = lowered.find(f"</{name[:5]}", start)
            end = page.find(">", closing) + 1 if closing > 0 else 0
        else:
            end = page.find(">", start) + 1
        if end <= start:
            at = start
            break
        kept.append(" " if page[start + 1 : start + 2] in "!?" else "")
        at = end
    kept.append(page[at:])
    return html.unescape("".join(kept))


def _mark_quotes(page: str) -> str:
    """Put a mark at both ends of every block that a mail program quoted; a person's indented paragraph is no quote."""
    stack: list[bool] = []
    looks = 0

    def announced(at: int) -> bool:
        nonlocal looks
        looks += 1
        return looks <= _LOOKS and _introduced(page, at)

    def mark(tag: re.Match[str]) -> str:
        if tag[1]:
            cited = stack.pop() if stack else False
            return f"<div>{_CLOSE}</div>{tag.group()}" if cited else tag.group()
        stack.append(bool(_CITED.search(tag[2])) or (not any(stack) and announced(tag.start())))
        return f"{tag.group()}<div>{_OPEN}</div>" if stack[-1] else tag.group()

    return _QUOTE_TAG.sub(mark, page)


def _introduced(page: str, at: int) -> bool:
    """Tell whether the words before this place of a page announce an old letter; some programs give no other mark."""
    before = _TAG.sub("", _spaced(page[max(0, at - _BEFORE) : at])).rstrip()
    return before.endswith(":") and introduces_old_letter(html.unescape(before))


def _prefix_quotes(text: str) -> str:
    depth = 0
    lines: list[str] = []
    for line in text.split("\n"):
        depth += line.count(_OPEN)
        words = line.replace(_OPEN, "").replace(_CLOSE, "")
        if words.strip() or words == line:
            lines.append(f"{'>' * min(depth, 9)} {words.strip()}".rstrip() if depth else words)
        depth = max(0, depth - line.count(_CLOSE))
    return "\n".join(lines)


def _tidy(text: str) -> str:
    return _GAPS.sub("\n\n", _TRAILING.sub("\n", clean_text(text) + "\n")).strip("\n")
