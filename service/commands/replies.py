"""``som replies`` proofreads, lists and shows the texts we send; ``som suggest`` proposes one for each letter."""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from service.exits import Refused

if TYPE_CHECKING:
    from replies.suggest import Asked

WINDOW = 256
SIGNALS = {"kind": str, "trafficking_risk": bool, "enough": bool, "countries": list}


def register(app: typer.Typer) -> None:
    """Add ``replies check | list | show`` and ``suggest``."""
    group = typer.Typer(no_args_is_help=True, help="Canned replies and fixed letters.")
    group.command("check")(check)
    group.command("list")(list_)
    group.command("show")(show)
    app.add_typer(group, name="replies")
    app.command("suggest")(suggest)


def check(strict: bool = typer.Option(False, "--strict", help="A text past its review date is an error.")) -> None:
    """Proofread every text in every language."""
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


def list_(html: bool = typer.Option(False, "--html", help="A page to read or print.")) -> None:
    """List the canned replies by line."""
    from calendar_pe import clock
    from replies.catalogue import load
    from replies.listing import as_page, as_text

    catalogue = load()
    today = clock.lima_date(clock.now())
    typer.echo(as_page(catalogue, today) if html else as_text(catalogue, today), nl=False)


def show(
    template_id: str = typer.Argument(..., metavar="ID"),
    as_json: bool = typer.Option(False, "--json", help="One JSON document."),
    language: str = typer.Option("es", "--language", "-l", help="Language of the sample: es, en, pt."),
) -> None:
    """Show one canned reply (or fixed letter) with its examples filled in."""
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
    path: str = typer.Argument(..., metavar="PATH|-", help="JSON lines with id, subject and body; - reads stdin."),
    jsonl: bool = typer.Option(False, "--jsonl", help="One JSON object per line (the only form there is)."),
) -> None:
    """Propose the three best canned replies for every letter, in the same order.

    A letter may bring its own line, kind, countries, trafficking_risk and enough; without a line, triage judges it.
    """
    from replies.suggest import ready

    suggester = ready()
    letters = [_letter(number, raw) for number, raw in _rows(path)]
    for start in range(0, len(letters), WINDOW):
        window = letters[start : start + WINDOW]
        for letter, asked in zip(window, _asked(window), strict=True):
            found = [{"template": one.template, "why": one.why} for one in suggester.suggest(asked)]
            sys.stdout.write(_line({"id": letter.id, "suggestions": found}))


@dataclass(frozen=True, slots=True)
class _Letter:
    id: Any
    subject: str
    body: str
    line: int | None
    signals: dict[str, Any]


def _rows(path: str) -> Iterator[tuple[int, str]]:
    try:
        content = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    except OSError as error:
        raise Refused(f"{path}: no se puede leer ({error.strerror})") from error
    for number, raw in enumerate(content.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        try:
            line = raw.decode()
        except UnicodeDecodeError as error:
            raise Refused(f"{path}: línea {number}: no es UTF-8 (byte {error.start})") from error
        if line.strip():
            yield number, line


def _letter(number: int, raw: str) -> _Letter:
    try:
        row = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise Refused(f"línea {number}: no es JSON ({error})") from error
    if not isinstance(row, dict) or "id" not in row:
        raise Refused(f"línea {number}: no es un objeto JSON con id")
    if "subject" not in row and "body" not in row:
        raise Refused(f"línea {number}: no tiene subject ni body")
    texts = [row.get(key) for key in ("subject", "body")]
    if not all(isinstance(text, str | None) for text in texts):
        raise Refused(f"línea {number}: subject y body son textos")
    line = row.get("line")
    if line is not None and (type(line) is not int or line not in range(6)):
        raise Refused(f"línea {number}: line va de 0 a 5")
    signals = {key: row[key] for key in SIGNALS if row.get(key) is not None}
    for key, value in signals.items():
        if not isinstance(value, SIGNALS[key]):
            raise Refused(f"línea {number}: {key} no es del tipo esperado")
    return _Letter(row["id"], texts[0] or "", texts[1] or "", line, signals)


def _asked(letters: list[_Letter]) -> "list[Asked]":
    """Complete the letters with what triage thinks of those that bring no line."""
    from letters.newest import newest_text
    from replies.suggest import Asked

    unjudged = [letter for letter in letters if letter.line is None]
    judged = dict(zip(map(id, unjudged), _judge(unjudged), strict=True))
    asked = []
    for letter in letters:
        known = {"line": letter.line, **judged.get(id(letter), {}), **letter.signals}
        known["countries"] = tuple(str(code) for code in known.get("countries", ()))
        asked.append(Asked(subject=letter.subject, body=newest_text(letter.body), **known))
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
        for verdict in judge.judge([Text(subject=letter.subject, body=letter.body) for letter in letters])
    ]


def _line(row: dict[str, Any]) -> str:
    readable = json.dumps(row, ensure_ascii=False)
    return (readable if readable.isprintable() else json.dumps(row)) + "\n"
