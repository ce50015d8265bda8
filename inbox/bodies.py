"""Which parts of a letter are its words and which hang on it."""

import re
from dataclasses import dataclass, field

from inbox import charsets
from inbox.caps import DEPTH
from inbox.html_text import declared_charset, html_to_text
from inbox.tree import Part, Tree, children, content_type, disposition
from letters.clean import TEXT_LIMIT, clean_text

_DECODED = 4 * TEXT_LIMIT
_STUB = 600
_INNER = 20
_STUB_WORDS = re.compile(r"html|navegador|browser|view this email|ver este correo", re.IGNORECASE)
_LOOKS_LIKE_HTML = re.compile(r"\s*(?:<!doctype html|<html|<head|<body)\b", re.IGNORECASE)
_SQUEEZE = re.compile(r"\W+")

_SAID_OF = {
    "StartBoundaryNotFoundDefect": "el separador de sus partes no aparece",
    "CloseBoundaryNotFoundDefect": "falta el separador final: puede estar cortada",
    "NoBoundaryInMultipartDefect": "no declara el separador de sus partes",
    "FirstHeaderLineIsContinuationDefect": "cabecera que empieza a medias",
    "MissingHeaderBodySeparatorDefect": "sin línea en blanco tras la cabecera",
    "InvalidMultipartContentTransferEncodingDefect": "codificación imposible en un mensaje de varias partes",
}
"""What the standard parser noticed, in words for a consultant."""


@dataclass(slots=True)
class Leaf:
    """One part without children: what it says it is, and its text once somebody asks for it."""

    part: Part
    type: str
    charset: str
    name: str
    disposition: str
    text: str | None = None


@dataclass(slots=True)
class Contents:
    """A letter sorted into words, things attached, and what was noticed on the way."""

    words: list[Leaf] = field(default_factory=list)
    attached: list[Leaf] = field(default_factory=list)
    defects: list[str] = field(default_factory=list)


class Reader:
    """Sorts the parts of one tree and reads their text, each part once."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._defects: list[str] = []

    def sort(self) -> Contents:
        """Return the leaves of the whole letter, sorted."""
        words, attached = self._sort(self._tree.root, 0)
        return Contents(words=words, attached=attached, defects=self._defects)

    def text_of(self, leaf: Leaf) -> str:
        """Return the plain text of one leaf, decoded and cleaned."""
        if leaf.text is None:
            data = self._tree.content(leaf.part)[:_DECODED]
            is_html = leaf.type == "text/html"
            label = leaf.charset or (declared_charset(data) if is_html else "")
            if not charsets.known(label):
                self._defects.append(f"juego de caracteres desconocido: {label[:40]}")
            text, doubtful = charsets.decode(data, label)
            if doubtful:
                self._defects.append("decodificación dudosa")
            if is_html or _LOOKS_LIKE_HTML.match(text):
                leaf.text = html_to_text(text)
            else:
                leaf.text = clean_text(text)
        return leaf.text

    def text(self, leaves: list[Leaf]) -> str:
        """Return the words of several leaves one after the other; a page that repeats the text before it is skipped."""
        texts: list[str] = []
        for leaf in leaves:
            text = self.text_of(leaf)
            if not text.strip():
                continue
            if texts and leaf.type == "text/html" and _repeats(texts[-1], text):
                continue
            texts.append(text)
        return texts[0] if len(texts) == 1 else "\n\n".join(text.strip("\n") for text in texts)

    def inner_text(self, leaves: list[Leaf]) -> str:
        """Return the words of letters that hang on this one; asked only where it has none of its own."""
        words: list[Leaf] = []
        for leaf in leaves[:_INNER]:
            if leaf.type.startswith("message/") and leaf.part.is_multipart():
                for child in children(leaf.part):
                    words += self._sort(child, 1)[0]
        return self.text(words)

    def _sort(self, part: Part, depth: int) -> tuple[list[Leaf], list[Leaf]]:
        media_type, params = content_type(part)
        self._defects += [said for defect in part.defects if (said := _SAID_OF.get(type(defect).__name__))]
        if depth > DEPTH:
            self._defects.append("partes anidadas a demasiada profundidad: no se leyeron")
            return [], []
        if not part.is_multipart() or media_type.startswith("message/"):
            leaf = self._leaf(part, media_type, params)
            return ([leaf], []) if self._is_words(leaf, depth) else ([], [leaf])
        subtype = media_type.partition("/")[2]
        sorted_children = [self._sort(child, depth + 1) for child in children(part)]
        if subtype == "alternative":
            return self._best(sorted_children)
        keeps = _first_only if subtype == "related" else _all
        words, attached = keeps(sorted_children)
        return words, attached

    def _best(self, options: list[tuple[list[Leaf], list[Leaf]]]) -> tuple[list[Leaf], list[Leaf]]:
        """Choose among alternatives the plainest that says something; keep what hangs on the others."""
        attached = [leaf for _, hanging in options for leaf in hanging]
        spoken = [words for words, _ in options if words]
        plain = [words for words in spoken if all(leaf.type != "text/html" for leaf in words)]
        rich = [words for words in spoken if words not in plain]
        for words in plain:
            text = self.text(words).strip()
            if text and not (rich and len(text) < _STUB and _STUB_WORDS.search(text)):
                return words, attached
        for words in rich:
            if self.text(words).strip():
                return words, attached
        return (plain or rich or [[]])[0], attached

    def _leaf(self, part: Part, media_type: str, params: dict[str, str]) -> Leaf:
        shown, details = disposition(part)
        name = details.get("filename", "") or params.get("name", "") or details.get("name", "")
        return Leaf(part=part, type=media_type, charset=params.get("charset", ""), name=name, disposition=shown)

    def _is_words(self, leaf: Leaf, depth: int) -> bool:
        if leaf.type not in ("text/plain", "text/html", "text/enriched") and not leaf.type.startswith("multipart/"):
            return False
        if depth == 0:
            return leaf.disposition != "attachment" or not leaf.name
        return leaf.disposition != "attachment" and not leaf.name


def _all(sorted_parts: list[tuple[list[Leaf], list[Leaf]]]) -> tuple[list[Leaf], list[Leaf]]:
    return [leaf for words, _ in sorted_parts for leaf in words], [
        leaf for _, hanging in sorted_parts for leaf in hanging
    ]


def _first_only(sorted_parts: list[tuple[list[Leaf], list[Leaf]]]) -> tuple[list[Leaf], list[Leaf]]:
    """Take the words of the first child that has any; what the later ones say hangs on the letter, in its order."""
    words: list[Leaf] = []
    attached: list[Leaf] = []
    for spoken, hanging in sorted_parts:
        if not words:
            words = spoken
        else:
            attached += spoken
        attached += hanging
    return words, attached


def _repeats(before: str, page: str) -> bool:
    said, again = _SQUEEZE.sub("", before[:20_000]), _SQUEEZE.sub("", page[:20_000])
    return bool(said) and (again.startswith(said[:300]) or said.startswith(again[:300]))
