"""som digest, som journal: what supervisors read, and what proves it."""

import typer

from service.commands.common import JSON, NOW, desk, document
from service.exits import Damaged, Refused


def register(app: typer.Typer) -> None:
    """Add ``som digest`` and ``som journal``."""

    @app.command()
    def digest(
        print_: bool = typer.Option(False, "--print", help="Show it instead of sending it."), now: str | None = NOW
    ) -> None:
        """Send the morning digest if it is due, or show it."""
        from oversight.digest import compose_digest, send_digest

        with desk(now) as opened:
            if not print_:
                typer.echo(f"enviado a {send_digest(opened)}", err=True)
                return
            with opened.store.write() as session:
                rendered = compose_digest(opened, session, opened.clock())
        if rendered is None:
            typer.echo("No hay nada que contar.", err=True)
        else:
            typer.echo(f"{rendered.subject}\n\n{rendered.text}")

    journal = typer.Typer(no_args_is_help=True, help="The journal and its seals.")
    app.add_typer(journal, name="journal")

    @journal.command()
    def verify(
        seal: str | None = typer.Option(None, help="A seal printed in a digest: the history up to it must still fit."),
        as_json: bool = JSON,
    ) -> None:
        """Check every chain and every seal; name what was edited, deleted, inserted or reordered."""
        from tickets import journal as record

        with desk() as opened, opened.store.read() as session:
            faults = list(record.verify(session))
            known = record.find_seal(session, seal) if seal is not None else None
        if as_json:
            document(
                {
                    "sound": not faults and (seal is None or known is not None),
                    "faults": [{"chain": one.chain, "seq": one.seq, "what": one.what} for one in faults],
                }
            )
        else:
            for one in faults:
                typer.echo(f"chain {one.chain}, entry {one.seq}: {one.what}")
        if faults:
            raise Damaged(f"the journal has {len(faults)} faults")
        if seal is not None and known is None:
            raise Damaged(f"the seal {seal} is not in this journal: its history was cut or rewritten")
        typer.echo("El diario está íntegro.", err=True)
        if seal is not None and len(seal) < 8:
            raise Refused("give at least 8 characters of the seal")
