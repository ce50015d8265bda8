"""``som replies`` proofreads, lists and shows the texts we send; ``som suggest`` proposes one for each letter."""

import typer


def register(app: typer.Typer) -> None:
    """Add ``replies check | list | show`` and ``suggest``."""
    group = typer.Typer(no_args_is_help=True, help="Canned replies and fixed letters.")
    group.command("check")(check)
    group.command("list")(list_)
    group.command("show")(show)
    app.add_typer(group, name="replies")


def check(strict: bool = typer.Option(False, "--strict", help="A text past its review date is an error.")) -> None:
    """Proofread every text in every language."""
    from calendar_pe import clock
    from replies.catalogue import load
    from replies.check import check as proofread
    from service.exits import Refused

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
    json: bool = typer.Option(False, "--json", help="One JSON document."),
    language: str = typer.Option("es", "--language", "-l", help="Language of the sample: es, en, pt."),
) -> None:
    """Show one canned reply (or fixed letter) with its examples filled in."""
    from json import dumps

    from replies.catalogue import UnknownTemplate, load
    from replies.listing import described, sample
    from service.exits import Refused

    catalogue = load()
    try:
        template = catalogue.letters.get(template_id) or catalogue.get(template_id)
    except UnknownTemplate as error:
        raise Refused(str(error)) from None
    if language not in template.texts:
        raise Refused(f"«{template_id}» no está en «{language}»; tiene: {', '.join(template.texts)}")
    if json:
        typer.echo(dumps(described(template), ensure_ascii=False, indent=2))
    else:
        typer.echo(sample(template, language), nl=False)
