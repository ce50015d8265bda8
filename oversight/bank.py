"""The bank of questions and answers: a page anybody can search, made of the published canned replies."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from markupsafe import Markup

from oversight import words
from oversight.files import write
from oversight.layout import page
from replies.catalogue import Catalogue
from replies.page import blocks
from replies.render import draft
from replies.template import ORIGINAL, Template

FILE = "preguntas.html"

LANGUAGES = {"en": "In English", "pt": "Em português"}

SECTIONS = (
    ("general", "Para cualquier persona"),
    ("linea-1", "Quiero trabajar en el exterior"),
    ("linea-2", "Vivo y trabajo en el exterior"),
    ("linea-3", "Quiero retornar al Perú, o ya retorné"),
    ("linea-4", "Soy de Bolivia, Colombia o Ecuador y trabajo, o quiero trabajar, en el Perú"),
    ("linea-5", "Soy de otro país y trabajo, o quiero trabajar, en el Perú"),
    ("servicio", "Cómo atendemos: otras cartas del servicio"),
)
"""The parts of the page: anchor and title. The first is line 0, the last holds what answers no question."""

_LAST = len(SECTIONS) - 1
_ABOUT_A_CASE = frozenset({"alerta-trata", "cierre-sin-respuesta"})
_BLANK = re.compile(r"\[\[([^\[\]\n]{1,60})\]\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One question with its answer in Spanish and in whatever other language there is."""

    id: str
    title: str
    body: Markup
    others: tuple[tuple[str, str, str, Markup], ...]
    basis: str
    reviewed_on: str
    review_by: str
    overdue: bool
    search: str


def publish(catalogue: Catalogue, today: date, out: Path) -> Path:
    """Write the page into a folder; returns its path."""
    write(out / FILE, bank_page(catalogue, today))
    return out / FILE


def bank_page(catalogue: Catalogue, today: date) -> bytes:
    """Return the page: every published canned reply, by line. It fetches nothing and needs no script to be read."""
    sections: list[tuple[str, str, list[Answer]]] = [(anchor, title, []) for anchor, title in SECTIONS]
    for template in catalogue.published():
        sections[_place(template)][2].append(_answer(template, today))
    return page(
        "bank.html.j2",
        sections=[one for one in sections if one[2]],
        count=sum(len(answers) for _, _, answers in sections),
        made_on=words.day(today),
    )


def _place(template: Template) -> int:
    """Return the section of a reply; one about a case of its own, or to no question, comes last."""
    kinds = set(template.kinds)
    if template.id in _ABOUT_A_CASE or template.variables or (kinds and kinds <= {"ajeno", "agradecimiento"}):
        return _LAST
    return template.line


def _answer(template: Template, today: date) -> Answer:
    others = tuple(
        (language, LANGUAGES.get(language, language), template.texts[language].title, _body(template, language))
        for language in template.texts
        if language != ORIGINAL
    )
    return Answer(
        id=template.id,
        title=template.title,
        body=_body(template, ORIGINAL),
        others=others,
        basis="; ".join(template.legal_basis),
        reviewed_on=words.day(template.reviewed_on),
        review_by=words.day(template.review_by),
        overdue=template.review_by < today,
        search=" ".join(dict.fromkeys(_searched(template))),
    )


def _body(template: Template, language: str) -> Markup:
    """Return the text without greeting and closing; what would be said of one case stands as a blank in words."""
    said = draft(replace(template, frame="bare"), language, {}).text
    return blocks(_BLANK.sub(r"(\1)", said))


def _searched(template: Template) -> Iterator[str]:
    """Yield the words by which it is found besides those that it shows."""
    if template.id not in _ABOUT_A_CASE:
        yield from template.cues
    yield from _countries(template.countries)


def _countries(codes: Sequence[str]) -> Iterator[str]:
    return (words.country(code) for code in codes)
