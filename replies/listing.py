"""Shows the catalogue to a person: one text, the list by line, and a page to read or print."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from markupsafe import Markup

from calendar_pe.clock import date_words
from replies.catalogue import Catalogue
from replies.facts import automatic, facts
from replies.page import blocks
from replies.render import asked_for, example_values, render
from replies.template import Template

LINES = (
    "Para cualquier persona",
    "Línea 1: peruanos que quieren trabajar fuera del país",
    "Línea 2: peruanos que viven y trabajan fuera",
    "Línea 3: peruanos que quieren volver o ya volvieron",
    "Línea 4: trabajadores migrantes andinos",
    "Línea 5: otros extranjeros que trabajan o quieren trabajar en el Perú",
)
_STATUS = {"published": "", "draft": " [borrador]", "blocked": " [bloqueada hasta verificar]"}

_LANGUAGES = {"es": "En español", "en": "En inglés", "pt": "En portugués"}

_PAGE = Markup("""<!DOCTYPE html>
<html lang="es">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Catálogo de respuestas tipo</title>
<style>
:root {{ color-scheme: light dark }}
body {{ font-family: sans-serif; line-height: 1.5; max-width: 45em; margin: 1em auto; padding: 0 1em;
  overflow-wrap: anywhere }}
h1, h2, h3, h4 {{ line-height: 1.25; break-after: avoid }}
nav ul {{ columns: 18em; column-gap: 2em; padding-left: 1.2em; margin-top: 0 }}
article {{ border-top: 1px solid #767676; margin-top: 2em }}
.late {{ font-weight: bold }}
.letter {{ border-left: 4px solid #767676; padding-left: 1em }}
.letter p, .letter li, .letter h4, dd {{ orphans: 3; widows: 3 }}
dl {{ margin: 0.5em 0 }}
dt {{ font-weight: bold; float: left; clear: left; margin-right: 0.5em }}
dd {{ margin: 0 0 0.25em }}
@media print {{
  @page {{ margin: 18mm 16mm }}
  body {{ max-width: none; margin: 0; padding: 0; font-size: 10.5pt }}
  nav {{ display: none }}
  section + section {{ break-before: page }}
  dt, li {{ break-inside: avoid }}
  a {{ color: inherit }}
}}
</style></head>
<body>
<h1>Catálogo de respuestas tipo</h1>
<p>Servicio de Orientación para el Migrante. {count} respuestas y {letters} cartas del servicio, al {today}.
Los datos de las personas son ejemplos.</p>
<nav aria-label="Índice">
{index}
</nav>
<main>
{sections}
</main>
</body>
</html>
""")


def described(template: Template) -> dict[str, Any]:
    """Return what a program wants to know of a template, as plain values."""
    used = set().union(*(asked_for(template, language) for language in template.texts))
    return {
        "id": template.id,
        "line": template.line,
        "also_lines": list(template.also_lines),
        "title": template.title,
        "when": template.when,
        "languages": list(template.texts),
        "variables": [
            {
                "name": variable.name,
                "type": variable.type,
                "example": variable.example,
                "label": variable.label,
                "required": variable.required,
            }
            for variable in template.variables
        ],
        "automatic": [name for name in automatic() if name in used],
        "facts": list(template.facts),
        "legal_basis": list(template.legal_basis),
        "reviewed_on": template.reviewed_on.isoformat(),
        "review_by": template.review_by.isoformat(),
        "status": template.status,
        "outcome": template.outcome,
    }


def sample(template: Template, language: str) -> str:
    """Return its card and its text filled with the examples."""
    rendered = render(template, language, example_values(template))
    asked = [f"  {item.name} ({item.type}): {item.label}" for item in template.variables] or ["  ninguna"]
    card = [
        f"{template.id}{_STATUS[template.status]} — {template.texts[language].title}",
        f"Cuándo: {template.when}",
        f"Idiomas: {', '.join(template.texts)}. Revisar antes del {template.review_by.isoformat()}.",
        "Variables:",
        *asked,
        "Se apoya en:",
        *(f"  {fact}: {facts()[fact].text}" for fact in template.facts if fact in facts()),
        "",
        f"Asunto: {rendered.subject}",
        "",
    ]
    return "\n".join(card) + "\n" + rendered.text


def as_text(catalogue: Catalogue, today: date) -> str:
    """Return the list by line, one reply a line."""
    said: list[str] = []
    for number, heading in enumerate(LINES):
        rows = [template for template in catalogue if template.line == number]
        said += [f"{heading} ({len(rows)})", *(f"  {_row(template, today)}" for template in rows), ""]
    return "\n".join(said)


def as_page(catalogue: Catalogue, today: date) -> str:
    """Return the whole catalogue as one accessible HTML page that fetches nothing and prints well."""
    groups = [(heading, [one for one in catalogue if one.line == number]) for number, heading in enumerate(LINES)]
    groups.append(("Cartas del servicio", [one for _, one in sorted(catalogue.letters.items()) if one.frame != "bare"]))
    index, sections = Markup(""), Markup("")
    for heading, rows in groups:
        links = Markup("").join(Markup('<li><a href="#{}">{}</a></li>\n').format(row.id, row.title) for row in rows)
        articles = Markup("").join(_article(row, today) for row in rows)
        index += Markup("<h2>{}</h2>\n<ul>\n{}</ul>\n").format(heading, links)
        sections += Markup("<section>\n<h2>{}</h2>\n{}</section>\n").format(heading, articles)
    sections += _grounds([one for _, rows in groups for one in rows])
    page = _PAGE.format(
        count=len(catalogue), letters=len(groups[-1][1]), today=date_words(today), index=index, sections=sections
    )
    return str(page)


def _row(template: Template, today: date) -> str:
    late = " [revisión vencida]" if template.review_by < today else ""
    languages = ",".join(template.texts)
    return f"{template.id:34} {languages:9} {template.title}{_STATUS[template.status]}{late}"


def _article(template: Template, today: date) -> Markup:
    late = Markup(' <span class="late">Revisión vencida.</span>') if template.review_by < today else ""
    said = Markup("").join(_text(template, language) for language in template.texts)
    facts_named = Markup(", ").join(Markup('<a href="#{0}">{0}</a>').format(fact) for fact in template.facts)
    asked = "; ".join(f"{item.name}, {item.label}" for item in template.variables)
    return Markup(
        '<article id="{id}">\n<h3>{title}</h3>\n<dl><dt>Nombre:</dt><dd>{id}{status}</dd>'
        "<dt>Cuándo:</dt><dd>{when}</dd><dt>Datos que pide:</dt><dd>{variables}</dd>"
        "<dt>Se apoya en:</dt><dd>{facts}. {basis}.</dd>"
        "<dt>Revisar antes del:</dt><dd>{review_by}.{late}</dd></dl>\n{said}</article>\n"
    ).format(
        id=template.id,
        title=template.title,
        status=_STATUS[template.status],
        when=template.when,
        variables=asked or "ninguno",
        facts=facts_named or "ningún hecho",
        basis="; ".join(template.legal_basis) or "Sin norma citada",
        review_by=date_words(template.review_by),
        late=late,
        said=said,
    )


def _text(template: Template, language: str) -> Markup:
    rendered = render(template, language, example_values(template))
    return Markup(
        '<h4>{label}</h4>\n<div class="letter" lang="{language}">\n<p><b>{subject}</b></p>\n{body}\n</div>\n'
    ).format(
        label=_LANGUAGES.get(language, language),
        language=language,
        subject=rendered.subject,
        body=blocks(rendered.text),
    )


def _grounds(templates: Sequence[Template]) -> Markup:
    """Return what the texts rest on, so that whoever reviews them has it at hand."""
    used = {fact for template in templates for fact in template.facts}
    known = [(fact_id, fact) for fact_id, fact in facts().items() if fact_id in used]
    rows = Markup("").join(
        Markup('<dt id="{id}">{id}</dt><dd>{text} Fuente: {source}. Confianza {confidence}.</dd>\n').format(
            id=fact_id, text=fact.text, source=fact.source.rstrip("."), confidence=fact.confidence
        )
        for fact_id, fact in known
    )
    return Markup("<section>\n<h2>En qué se apoyan</h2>\n<dl>\n{}</dl>\n</section>\n").format(rows)
