"""``som replies`` proofreads, lists and shows the texts we send; ``som suggest`` proposes one for each letter."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import typer

from service.commands.letter_lines import Given, read_letters, written
from service.exits import Refused

if TYPE_CHECKING:
    from replies.suggest import Asked

WINDOW = 256
SIGNALS = {"kind": str, "trafficking_risk": bool, "enough": bool, "countries": list}


def register(app: typer.Typer) -> None:
    """Add ``replies check | list | show`` and ``suggest``."""
    group = typer.Typer(no_args_is_help=True, help="Las respuestas tipo y las cartas fijas.")
    group.command("check")(check)
    group.command("list")(list_)
    group.command("show")(show)
    app.add_typer(group, name="replies")
    app.command("suggest")(suggest)


def check(
    strict: bool = typer.Option(False, "--strict", help="Un texto con la revisión vencida cuenta como error."),
) -> None:
    """Revisa cada texto en cada idioma."""
    from calendar_pe import clock
    from replies.catalogue import load
    from replies.check import check as proofread

    catalogue = load()
    report = proofread(catalogue, clock.lima_date(clock.now()))
    for warning in report.warnings:
        typer.echo(f"aviso: {warning}", err=True)
    for error in report.errors:
        typer.echo(f"error: {error}", err=True)
    overdue = report.overdue if strict else ()
    typer.echo(
        f"{len(catalogue)} respuestas tipo y {len(catalogue.letters)} cartas: "
        f"{len(report.errors)} errores, {len(report.warnings)} avisos"
    )
    if report.errors or overdue:
        raise Refused(f"{len(report.errors) + len(overdue)} textos por corregir")


def list_(html: bool = typer.Option(False, "--html", help="Una página para leer o imprimir.")) -> None:
    """Muestra las respuestas tipo por línea de acción."""
    from calendar_pe import clock
    from replies.catalogue import load
    from replies.listing import as_page, as_text

    catalogue = load()
    today = clock.lima_date(clock.now())
    typer.echo(as_page(catalogue, today) if html else as_text(catalogue, today), nl=False)


def show(
    template_id: str = typer.Argument(..., metavar="ID", help="Nombre de la respuesta tipo."),
    as_json: bool = typer.Option(False, "--json", help="Un solo documento JSON."),
    language: str = typer.Option("es", "--language", "-l", metavar="IDIOMA", help="Idioma de la muestra: es, en, pt."),
) -> None:
    """Muestra una respuesta tipo (o una carta fija) con sus ejemplos puestos."""
    from replies.catalogue import UnknownTemplate, load
    from replies.listing import described, sample

    catalogue = load()
    try:
        template = catalogue.letters.get(template_id) or catalogue.get(template_id)
    except UnknownTemplate as error:
        raise Refused(str(error)) from None
    if language not in template.texts:
        raise Refused(f"«{template_id}» no está en «{language}»; tiene: {', '.join(template.texts)}")
    if as_json:
        typer.echo(json.dumps(described(template), ensure_ascii=False, indent=2))
    else:
        typer.echo(sample(template, language), nl=False)


def suggest(
    path: str = typer.Argument(
        ..., metavar="ARCHIVO|-", help="Una carta por línea, en JSON: id, subject, body; - lee la entrada."
    ),
    jsonl: bool = typer.Option(False, "--jsonl", help="Un objeto JSON por línea (la única forma que hay)."),
) -> None:
    """Propone para cada carta las tres respuestas tipo que mejor le van, en el mismo orden.

    Una carta puede traer ya line, kind, countries, trafficking_risk y enough; sin line, la clasifica el servicio.
    """
    from replies.suggest import ready

    suggester = ready()
    letters = [_letter(given) for given in read_letters(path)]
    for start in range(0, len(letters), WINDOW):
        window = letters[start : start + WINDOW]
        said = []
        for letter, asked in zip(window, _asked(window), strict=True):
            found = [{"template": one.template, "why": one.why} for one in suggester.suggest(asked)]
            said.append(written({"id": letter.given.id, "suggestions": found}))
        typer.echo("".join(said), nl=False)


@dataclass(frozen=True, slots=True)
class _Letter:
    given: Given
    line: int | None
    signals: dict[str, Any]


def _letter(given: Given) -> _Letter:
    row = given.fields
    line = row.get("line")
    if line is not None and (type(line) is not int or line not in range(6)):
        raise Refused(f"{given.place}: line va de 0 a 5")
    signals = {key: row[key] for key in SIGNALS if row.get(key) is not None}
    for key, value in signals.items():
        if not isinstance(value, SIGNALS[key]):
            raise Refused(f"{given.place}: {key} no es del tipo esperado")
    return _Letter(given, line, signals)


def _asked(letters: list[_Letter]) -> "list[Asked]":
    """Complete the letters with what triage thinks of those that bring no line."""
    from letters.newest import newest_text
    from replies.suggest import Asked

    unjudged = [letter for letter in letters if letter.line is None]
    judged = dict(zip(map(id, unjudged), _judge(unjudged), strict=True))
    asked = []
    for letter in letters:
        given = letter.given
        says_something = bool(given.subject.strip() or given.body.strip())
        known = {"line": letter.line, "enough": says_something, **judged.get(id(letter), {}), **letter.signals}
        known["countries"] = tuple(str(code) for code in known.get("countries", ()))
        asked.append(Asked(subject=given.subject, body=newest_text(given.body), **known))
    return asked


def _judge(letters: list[_Letter]) -> list[dict[str, Any]]:
    if not letters:
        return []
    from service.commands import Context
    from service.settings import load_or_default
    from triage.classifier import load
    from triage.verdict import Text

    judge = load(load_or_default(Context.config).triage_settings())
    return [
        {
            "line": verdict.line,
            "kind": verdict.kind,
            "countries": verdict.countries,
            "trafficking_risk": verdict.trafficking_risk,
            "enough": verdict.enough,
        }
        for verdict in judge.judge([Text(subject=one.given.subject, body=one.given.body) for one in letters])
    ]
