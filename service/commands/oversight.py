"""som digest, som journal: what supervisors read, and what proves it."""

from pathlib import Path

import typer

from service.commands.common import JSON, NOW, desk, document
from service.exits import Damaged, Misused, path_error


def register(app: typer.Typer) -> None:
    """Add ``som digest`` and ``som journal``."""

    @app.command()
    def digest(
        print_: bool = typer.Option(False, "--print", help="Lo muestra en lugar de enviarlo."),
        html: Path | None = typer.Option(
            None, "--html", metavar="ARCHIVO", help="Escribe su página en este archivo en lugar de enviarlo."
        ),
        now: str | None = NOW,
    ) -> None:
        """Envía el resumen de la mañana si ya toca, o lo muestra."""
        from oversight.digest import compose_digest, send_digest
        from service.commands.common import settings

        with desk(now) as opened:
            if not print_ and html is None:
                typer.echo(f"enviado a {send_digest(opened, at=settings().digest.at)}", err=True)
                if not opened.settings.digest_recipients:
                    typer.echo("som: nadie lo recibe: [digest] recipients está vacío", err=True)
                return
            with opened.store.write() as session:
                made = compose_digest(opened, session, opened.clock())
        if made is None:
            typer.echo("No hay nada que contar.", err=True)
            return
        if print_:
            typer.echo(f"{made.rendered.subject}\n\n{made.rendered.text}")
        if html is not None:
            try:
                html.write_text(made.page(), encoding="utf-8")
            except OSError as error:
                raise path_error(html, error) from None

    journal = typer.Typer(no_args_is_help=True, help="El diario de lo ocurrido y sus sellos.")
    app.add_typer(journal, name="journal")

    @journal.command()
    def verify(
        seal: str | None = typer.Option(
            None, metavar="SELLO", help="Sello impreso en un resumen: lo anterior a él debe seguir igual."
        ),
        figures: bool = typer.Option(True, help="Recalcula también cada informe publicado, o no."),
        originals: bool = typer.Option(True, help="Vuelve a leer también cada carta tal como llegó, o no."),
        as_json: bool = JSON,
    ) -> None:
        """Comprueba cada cadena, cada sello y cada cifra publicada, y nombra lo que no coincide."""
        from oversight.proof import clean_seal, prove, sentence

        wanted = clean_seal(seal) if seal is not None else None
        if seal is not None and wanted is None:
            raise Misused("un sello son entre 8 y 64 cifras hexadecimales, como las imprime el resumen de la mañana")
        with desk() as opened:
            proof = prove(opened, wanted, figures=figures, originals=originals)
        if as_json:
            document(proof.document())
        else:
            for finding in proof.findings:
                typer.echo(sentence(finding))
        if proof.findings:
            count = len(proof.findings)
            raise Damaged(f"el registro no está íntegro: {count} {'hallazgo' if count == 1 else 'hallazgos'}")
        if proof.seal is not None:
            typer.echo(
                f"El sello del {proof.seal.sealed_on:%d/%m/%Y} está en su sitio: los {proof.seal.entries} asientos "
                "que cubre son los de entonces.",
                err=True,
            )
        published = f" Se recalcularon {proof.reports} informes publicados." if proof.reports else ""
        typer.echo(f"El diario está íntegro.{published}", err=True)
