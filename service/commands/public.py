"""som bank, som remediation publish: pages for the public beside the indicators."""

from pathlib import Path

import typer

from service.commands.common import desk
from service.exits import Refused

OUT = typer.Option(..., "--out", metavar="DIR", help="Folder to write into.")


def register(app: typer.Typer) -> None:
    """Add ``som bank`` and ``som remediation publish``."""

    @app.command()
    def bank(out: Path = OUT) -> None:
        """Write the searchable page of questions and answers, made of the published canned replies."""
        from calendar_pe import clock
        from oversight.bank import publish
        from replies.catalogue import load

        try:
            typer.echo(publish(load(), clock.lima_date(clock.now()), out))
        except OSError as error:
            raise Refused(f"{out}: {error.strerror}") from None

    group = next(one.typer_instance for one in app.registered_groups if one.name == "remediation")
    assert group is not None

    @group.command()
    def publish(out: Path = OUT) -> None:
        """Write the public register of broken commitments: causes and measures, without personal data."""
        from oversight.register import publish as use

        with desk() as opened:
            try:
                written = use(opened, out)
            except OSError as error:
                raise Refused(f"{out}: {error.strerror}") from None
        for path in written:
            typer.echo(path)
