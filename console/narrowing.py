"""What a view is narrowed by, asked of the person: words, line, kind, country. What was chosen before stays."""

from dataclasses import replace

from textual.app import App

from console import words
from console.dialogs import AskLine, Choice, Choose
from console.views import EVERYTHING, Filter, View

_KIND_KEYS = {"consulta": "c", "sugerencia": "s", "reclamo": "r", "agradecimiento": "a", "ajeno": "j"}


async def ask_words(app: App[object], now: Filter, view: View) -> Filter | None:
    """Ask for words to look for in a view; none takes them off."""
    hint = 'palabras de las cartas, remitente o número; "juntas" entre comillas'
    if view.id != EVERYTHING:
        hint += "\nBusca solo en esta vista; si hay casos en otra parte, se dice debajo de la lista."
    asked = f"Buscar en «{view.name}»: {view.explained}"
    said = await app.push_screen_wait(AskLine(asked, hint, now.text))
    return None if said is None else replace(now, text=said.strip())


async def ask_filter(app: App[object], now: Filter) -> Filter | None:
    """Ask for a line, a kind or a country; the one that holds already is taken off by choosing it again."""
    lines = [Choice(f"line {n}", f"Línea {n}: {said}", str(n)) for n, said in sorted(words.LINES.items())]
    kinds = [Choice(f"kind {kind}", f"Tipo: {said}", _KIND_KEYS[kind]) for kind, said in words.KINDS.items()]
    country = Choice("country", f"País: {words.country(now.country)}" if now.country else "País: elegir uno", "p")
    none = [Choice("none", "Quitar todos los filtros", "x")] if now else []
    asked = f"¿Qué casos deja ver? Ahora: {now.words or 'todos'}."
    chosen = await app.push_screen_wait(Choose(asked, [*lines, *kinds, country, *none]))
    match (chosen or "").split():
        case ["line", number]:
            return replace(now, line=None if now.line == int(number) else int(number))
        case ["kind", kind]:
            return replace(now, kind="" if now.kind == kind else kind)
        case ["country"]:
            return await _ask_country(app, now)
        case ["none"]:
            return Filter()
    return None


async def _ask_country(app: App[object], now: Filter) -> Filter | None:
    wrong, said = "", words.country(now.country) if now.country else ""
    while True:
        answer = await app.push_screen_wait(
            AskLine("¿Qué país? Vacío, todos.", "nombre, comienzo del nombre o código: Chile, alem, ES", said, wrong)
        )
        if answer is None:
            return None
        said = answer.strip()
        if not said:
            return replace(now, country="")
        found = words.countries_like(said)
        if len(found) == 1:
            return replace(now, country=found[0][0])
        if found:
            chosen = await app.push_screen_wait(Choose("¿Cuál?", [Choice(code, name) for code, name in found[:40]]))
            return None if chosen is None else replace(now, country=chosen)
        wrong = "No hay un país que se llame así."
