"""Proofreads the whole catalogue: what would fail, mislead or grow stale before a consultant sends it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from jinja2 import TemplateError

from replies.catalogue import Catalogue
from replies.facts import automatic, facts
from replies.render import Rendered, Value, asked_for, example_values, place_name, render
from replies.template import ORIGINAL, Template

NOTICE_DAYS = 30
"""How many days before its review date a text is announced."""

_FORBIDDEN: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), why)
    for pattern, why in (
        (r"\bmigrante@trabajo\.gob\.pe", "correo antiguo del servicio (X-08)"),
        (r"trabajo\.gob\.pe/migrante", "portal antiguo del servicio (X-08)"),
        (r"infomigra", "portal INFOMIGRA, que ya no existe (X-08)"),
        (r"anexos? 60(?:0[5-9]|1\d)\b", "anexo antiguo del servicio (X-08)"),
        (r"\boficina 600\b", "oficina antigua del servicio (X-08)"),
        (r"0800[- ]?16872", "línea sin fuente reciente (X-09)"),
        (r"\bcarta\b[^.]{0,40}\bvigente", "la Carta de Servicios no se llama vigente (X-07)"),
        (r"\bvigente\b[^.]{0,20}\bcarta\b", "la Carta de Servicios no se llama vigente (X-07)"),
        (r"\bS/\.?\s?\d|\bUSD\s?\d|US\$\s?\d|\$\s?\d|€\s?\d", "monto o tasa: se enlaza, no se cita"),
        (r"\d\s?(?:soles|d[oó]lares|euros)\b", "monto o tasa: se enlaza, no se cita"),
        (r"\{\{|\{%|\[\[", "marca de plantilla sin resolver"),
    )
)
_OVERDUE = "su revisión venció"
_TYPED_URL = re.compile(r"https?://|www\.", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Report:
    """What the check found: errors stop a release, warnings ask for a person's look.

    ``overdue`` are the warnings about a review date that has passed; a strict check takes them for errors.
    """

    errors: tuple[str, ...]
    warnings: tuple[str, ...]
    overdue: tuple[str, ...] = ()


def check(catalogue: Catalogue, today: date) -> Report:
    """Check every text in every language with its own examples; review dates are judged against ``today``."""
    errors = list(catalogue.problems)
    warnings: list[str] = []
    for template in (*catalogue, *catalogue.letters.values()):
        errors += [f"{template.place}: {problem}" for problem in _problems(template, catalogue)]
        warnings += [f"{template.place}: {warning}" for warning in _warnings(template, today)]
    overdue = tuple(warning for warning in warnings if _OVERDUE in warning)
    return Report(tuple(errors), tuple(warnings), overdue)


def _problems(template: Template, catalogue: Catalogue) -> Iterator[str]:
    known = facts()
    for fact in template.facts:
        if fact not in known:
            yield f"el hecho {fact} no existe"
        elif known[fact].confidence == "baja":
            yield f"el hecho {fact} tiene confianza baja: no se puede afirmar"
    for other in template.see_also:
        if other not in catalogue.replies:
            yield f"remite a una plantilla que no existe: {other}"
    if missing := sorted(set(template.languages) - set(template.texts)):
        yield f"dice tener un idioma que falta: {', '.join(missing)}"
    if surplus := sorted(set(template.texts) - set(template.languages)):
        yield f"tiene un idioma que su ficha no nombra: {', '.join(surplus)}"
    names = [variable.name for variable in template.variables]
    if doubled := sorted({name for name in names if names.count(name) > 1 or name in automatic()}):
        yield f"declara dos veces, o declara aunque el servicio la llena: {', '.join(doubled)}"
    places = [place_name(variable) for variable in template.variables]
    if doubled := sorted({place for place in places if places.count(place) > 1}):
        yield f"dos variables se leen igual en un borrador: {', '.join(doubled)}"
    for language in template.texts:
        yield from (f"[{language}] {problem}" for problem in _text_problems(template, language))


def _text_problems(template: Template, language: str) -> Iterator[str]:
    text = template.texts[language]
    if _TYPED_URL.search(text.body):
        yield "tiene una dirección web escrita a mano: use {{ links.<id> }} de channels.toml"
    try:
        used = asked_for(template, language)
        declared = {variable.name for variable in template.variables}
        if unknown := sorted(used - declared - set(automatic())):
            yield f"usa una variable que no declara: {', '.join(unknown)}"
            return
        if idle := sorted(declared - used):
            yield f"declara una variable que no usa: {', '.join(idle)}"
        yield from _wording(render(template, language, example_values(template)))
        yield from _wording(render(template, language, _least(template)))
    except (TemplateError, ValueError) as error:
        yield f"no se puede escribir: {error}"


def _least(template: Template) -> dict[str, Value]:
    """Return the examples of what is required and nothing else: the other branches of a text are read too."""
    asked = (*template.variables, *automatic().values())
    return {variable.name: variable.example for variable in asked if variable.required}


def _wording(rendered: Rendered) -> Iterable[str]:
    for pattern, why in _FORBIDDEN:
        for said in (rendered.subject, rendered.text, rendered.html):
            if found := pattern.search(said):
                yield f"dice «{found.group()}»: {why}"


def _warnings(template: Template, today: date) -> Iterator[str]:
    if template.review_by < today:
        yield f"{_OVERDUE} el {template.review_by.isoformat()}"
    elif (template.review_by - today).days <= NOTICE_DAYS:
        yield f"su revisión vence el {template.review_by.isoformat()}"
    for language, text in template.texts.items():
        if language != ORIGINAL and text.reviewed_on < template.texts[ORIGINAL].reviewed_on:
            yield f"[{language}] es anterior al texto en español"
