"""Every text we have, read once from the package: canned replies and fixed letters."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType

from replies.template import ORIGINAL, Malformed, Template, Text, original, translation

SUFFIX = ".md.j2"
HTML_SUFFIX = ".html.j2"


class UnknownTemplate(KeyError):
    """There is no template of that id; the message offers the nearest one."""

    def __init__(self, wanted: str, known: Mapping[str, Template]):
        near = get_close_matches(wanted, known, n=1)
        self.message = f"no hay una plantilla «{wanted}»" + (f"; ¿quiso decir «{near[0]}»?" if near else "")
        super().__init__(self.message)

    def __str__(self) -> str:
        return self.message


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The canned replies by id, the fixed letters by id, and what could not be read (``problems``)."""

    replies: Mapping[str, Template]
    letters: Mapping[str, Template]
    problems: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[Template]:
        """Go through the canned replies by line, then id."""
        return iter(sorted(self.replies.values(), key=lambda template: (template.line, template.id)))

    def __len__(self) -> int:
        return len(self.replies)

    def get(self, template_id: str) -> Template:
        """Return the canned reply of that id. Raises UnknownTemplate."""
        try:
            return self.replies[template_id]
        except KeyError:
            raise UnknownTemplate(template_id, self.replies) from None

    def letter(self, letter_id: str) -> Template:
        """Return the fixed letter of that id. Raises UnknownTemplate."""
        try:
            return self.letters[letter_id]
        except KeyError:
            raise UnknownTemplate(letter_id, self.letters) from None

    def published(self) -> tuple[Template, ...]:
        """Return the canned replies that may be offered, by line, then id."""
        return tuple(template for template in self if template.status == "published")

    def for_line(self, line: int) -> tuple[Template, ...]:
        """Return the published replies that serve that line, by line, then id."""
        return tuple(template for template in self.published() if line in template.lines)

    def stale(self, today: date, *, days: int = -1) -> tuple[Template, ...]:
        """Return the texts whose review date has passed or comes within so many days, replies first."""
        return tuple(
            template for template in (*self, *self.letters.values()) if (template.review_by - today).days <= days
        )


@cache
def load() -> Catalogue:
    """Return the catalogue of the package. What could not be read is in its ``problems``; see ``replies.check``."""
    return read(files("templates"))


def read(root: Traversable) -> Catalogue:
    """Read ``replies/<line>/<id>.<language>.md.j2`` and ``letters/<id>.<language>.md.j2`` under a folder."""
    problems: list[str] = []
    replies: dict[str, Template] = {}
    for folder in _folders(root.joinpath("replies")):
        for template in _gather(folder, f"replies/{folder.name}", problems):
            if str(template.line) != folder.name:
                problems.append(f"{template.place}: dice line = {template.line}, pero está en la carpeta {folder.name}")
            if template.id in replies:
                problems.append(f"{template.place}: el id ya existe en {replies[template.id].place}")
            replies[template.id] = template
    letters = {template.id: template for template in _gather(root.joinpath("letters"), "letters", problems)}
    return Catalogue(MappingProxyType(replies), MappingProxyType(letters), tuple(problems))


def _folders(root: Traversable) -> list[Traversable]:
    return sorted((entry for entry in root.iterdir() if entry.is_dir()), key=lambda entry: entry.name)


def _gather(folder: Traversable, place: str, problems: list[str]) -> Iterator[Template]:
    sources = {
        entry.name: entry.read_text(encoding="utf-8") for entry in folder.iterdir() if entry.name.endswith(".j2")
    }
    ids = sorted({name.split(".")[0] for name in sources})
    for template_id in ids:
        first = f"{template_id}.{ORIGINAL}{SUFFIX}"
        try:
            template = original(sources[first], f"{place}/{first}")
        except KeyError:
            problems.append(f"{place}/{template_id}: no tiene texto en español ({first})")
            continue
        except Malformed as error:
            problems.append(f"{place}/{first}: {error}")
            continue
        if template.id != template_id:
            problems.append(f"{template.place}: la ficha dice id = {template.id!r}")
            continue
        texts = {ORIGINAL: _with_html(template.texts[ORIGINAL], sources, template_id, ORIGINAL)}
        for name in sorted(name for name in sources if name.split(".")[0] == template_id and name.endswith(SUFFIX)):
            language = name.removesuffix(SUFFIX).partition(".")[2]
            if language == ORIGINAL:
                continue
            try:
                text = translation(sources[name], template_id)
                texts[language] = _with_html(text, sources, template_id, language)
            except Malformed as error:
                problems.append(f"{place}/{name}: {error}")
        yield replace(template, texts=MappingProxyType(texts))


def _with_html(text: Text, sources: Mapping[str, str], template_id: str, language: str) -> Text:
    html = sources.get(f"{template_id}.{language}{HTML_SUFFIX}", "")
    return replace(text, html=html) if html else text
