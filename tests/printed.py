"""Reading a PDF back: what stands on each of its sheets, and where (Debian's poppler-utils)."""

import re
import subprocess
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from tests.servers.require import program

_SPACE = "{http://www.w3.org/1999/xhtml}"


@dataclass(frozen=True, slots=True)
class Word:
    """A word on a sheet; places in points from its left and upper edge."""

    text: str
    left: float
    right: float
    top: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of paper."""

    width: float
    height: float
    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        """Its words line by line, a blank between them."""
        return " ".join(word.text for word in self.words)

    def holds(self, text: str) -> bool:
        """Whether every word of a text is on it, as often as in the text."""
        return not Counter(text.split()) - Counter(word.text for word in self.words)

    def outside(self, margin: float) -> list[str]:
        """The words that come nearer to an edge than that many points."""
        return [
            word.text
            for word in self.words
            if word.left < margin
            or word.top < margin
            or word.right > self.width - margin
            or word.bottom > self.height - margin
        ]


def read(pdf: bytes, folder: Path) -> list[Sheet]:
    """Return the sheets of a PDF, in order; without poppler-utils the test is ``missing``."""
    path = folder / "leer.pdf"
    path.write_bytes(pdf)
    said = subprocess.run(
        [program("pdftotext"), "-bbox", str(path), "-"], check=True, capture_output=True, text=True, timeout=60
    ).stdout
    root = ElementTree.fromstring(re.sub(r"<meta [^>]*>", "", said))
    return [_sheet(page) for page in root.iter(f"{_SPACE}page")]


def _sheet(page: ElementTree.Element) -> Sheet:
    words = [
        Word((word.text or "").replace("\N{NO-BREAK SPACE}", " "), *(float(word.get(name) or 0) for name in _PLACE))
        for word in page.iter(f"{_SPACE}word")
    ]
    words.sort(key=lambda word: (round((word.top + word.bottom) / 8), word.left))
    return Sheet(float(page.get("width") or 0), float(page.get("height") or 0), tuple(words))


_PLACE = ("xMin", "xMax", "yMin", "yMax")
