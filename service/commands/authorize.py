"""som authorize: a person's consent to read a mailbox by token."""

import typer

from service.commands.common import settings
from service.exits import Misused, Refused, Temporary


def register(app: typer.Typer) -> None:
    """Add ``som authorize``."""

    @app.command()
    def authorize(
        wire: str = typer.Argument(..., metavar="BUZÓN", help="Nombre de un buzón de la configuración, o smtp."),
        authorize_url: str = typer.Option(
            "", metavar="URL", help="Dónde pide permiso el proveedor, si no es de los conocidos."
        ),
    ) -> None:
        """Pide en un navegador el permiso para un buzón y lo guarda; hace falta una vez, y otra si lo retiran."""
        from service.consent import Consent
        from service.settings.password import PasswordMissing

        loaded = settings()
        tables = {one.name: one for one in loaded.mailbox}
        section = tables.get(wire) or (loaded.smtp if wire == "smtp" else None)
        if section is None:
            raise Misused(f"no hay un buzón «{wire}»; hay: {', '.join([*tables, 'smtp'])}")
        try:
            tokens = loaded.oauth_settings(section, wire)
        except PasswordMissing as error:
            raise Misused(str(error)) from None
        if tokens is None or tokens.refresh_token_file is None:
            raise Misused(f"«{wire}» no usa un permiso duradero: le faltan token_url y refresh_token_file")
        try:
            question = Consent.ask_for(tokens, section.user, authorize_url)
            typer.echo(f"Abra esta dirección, entre como {section.user} y acepte:\n\n{question.address}\n", err=True)
            typer.echo("El navegador terminará en una página que no carga. Copie su dirección completa.", err=True)
            question.take(typer.prompt("Dirección", err=True))
        except (ValueError, PermissionError) as error:
            raise Refused(str(error)) from None
        except OSError as error:
            raise Temporary(str(error)) from None
        typer.echo(f"Permiso guardado en {tokens.refresh_token_file}")
