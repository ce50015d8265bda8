"""som backup, som restore, som db: keeping the desk's database."""

from pathlib import Path

import typer

from service.commands.common import settings


def register(app: typer.Typer) -> None:
    """Add ``som backup``, ``som restore`` and ``som db``."""

    @app.command()
    def backup(file: Path = typer.Argument(..., metavar="ARCHIVO", help="Archivo nuevo.")) -> None:
        """Escribe una copia coherente de la mesa en un archivo nuevo; el servicio puede estar en marcha."""
        from calendar_pe.clock import now
        from service import backup as use

        size = use.backup(settings().database_url(), file, now=now())
        typer.echo(f"{file}: {size} bytes", err=True)

    @app.command()
    def restore(file: Path = typer.Argument(..., metavar="ARCHIVO", help="Copia hecha con som backup.")) -> None:
        """Pone una copia en lugar de una base que falta; su bandeja de salida queda detenida."""
        from calendar_pe.clock import now
        from service import backup as use
        from service.wiring import mapped_errors

        loaded = settings()
        with mapped_errors():
            use.restore(loaded.database_url(), file, now=now(), group=loaded.database.group)
        typer.echo(
            "Restaurada. La bandeja de salida queda detenida: som outbox list, luego som outbox release", err=True
        )

    db = typer.Typer(no_args_is_help=True, help="La forma de la base de datos.")
    app.add_typer(db, name="db")

    @db.command()
    def upgrade() -> None:
        """Lleva la base de datos a su forma más reciente."""
        from calendar_pe.clock import now
        from service.wiring import mapped_errors
        from tickets.store import REVISIONS, StoreNewer, connect, current_revision
        from tickets.store import upgrade as bring

        loaded = settings()
        with mapped_errors():
            store = connect(loaded.database_url(), group=loaded.database.group)
            try:
                revision = current_revision(store.engine)
                if revision is not None and revision not in REVISIONS:
                    raise StoreNewer(f"la base de datos está en la revisión {revision}, que esta versión no conoce")
                bring(store, now=now())
            finally:
                store.close()
        typer.echo(f"La base está en la revisión {REVISIONS[-1]}.", err=True)
