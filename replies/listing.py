"""Shows the catalogue to a person: one text, the list by line, and a page to read or print."""

from datetime import date
from typing import Any

from markupsafe import Markup

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

_PAGE = Markup("""<!DOCTYPE html>
<html lang="es">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Catálogo de respuestas tipo</title>
<style>
body {{ font-family: sans-serif; line-height: 1.5; max-width: 45em; margin: 1em auto; padding: 0 1em;
  overflow-wrap: anywhere }}
article {{ border-top: 1px solid #767676; break-inside: avoid }}
.letter {{ border-left: 4px solid #767676; padding-left: 1em }}
dt {{ font-weight: bold }}
@media print {{ nav {{ display: none }} }}
</style></head>
<body>
<h1>Catálogo de respuestas tipo</h1>
<p>Servicio de Orientación para el Migrante. {count} respuestas, al {today}.</p>
<nav aria-label="Índice">
{index}
</nav>
{sections}
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
    index, sections = Markup(""), Markup("")
    for number, heading in enumerate(LINES):
        rows = [template for template in catalogue if template.line == number]
        index += Markup("<h2>{}</h2>\n<ul>\n{}</ul>\n").format(
            heading,
            Markup("").join(Markup('<li><a href="#{}">{}</a></li>\n').format(row.id, row.title) for row in rows),
        )
        sections += Markup("<section>\n<h2>{}</h2>\n{}</section>\n").format(
            heading, Markup("").join(_article(row, today) for row in rows)
        )
    return str(_PAGE.format(count=len(catalogue), today=today.isoformat(), index=index, sections=sections))


def _entry(template: Template) -> Markup:
    return Markup('<li><a href="#{}">{}</a></li>\n').format(template.id, template.title)


def _row(template: Template, today: date) -> str:
    late = " [revisión vencida]" if template.review_by < today else ""
    languages = ",".join(template.texts)
    return f"{template.id:34} {languages:9} {template.title}{_STATUS[template.status]}{late}"


def _article(template: Template, today: date) -> Markup:
    late = " · revisión vencida" if template.review_by < today else ""
    said = Markup("").join(
        Markup('<div class="letter" lang="{}">\n{}\n</div>\n').format(
            language, blocks(render(template, language, example_values(template)).text)
        )
        for language in template.texts
    )
    return Markup(
        '<article id="{id}">\n<h3>{title}</h3>\n<dl><dt>Nombre</dt><dd>{id}{status}</dd>'
        "<dt>Cuándo</dt><dd>{when}</dd><dt>Variables</dt><dd>{variables}</dd>"
        "<dt>Hechos</dt><dd>{facts}</dd><dt>Base legal</dt><dd>{basis}</dd>"
        "<dt>Revisar antes del</dt><dd>{review_by}{late}</dd></dl>\n{said}</article>\n"
    ).format(
        id=template.id,
        title=template.title,
        status=_STATUS[template.status],
        when=template.when,
        variables=", ".join(f"{item.name} ({item.label})" for item in template.variables) or "ninguna",
        facts=", ".join(template.facts) or "ninguno",
        basis="; ".join(template.legal_basis) or "ninguna",
        review_by=template.review_by.isoformat(),
        late=late,
        said=said,
    )
