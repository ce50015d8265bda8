"""som run: the daemon."""

import typer

from service.commands.common import NOW, desk, settings
from service.exits import Misused, Temporary


def register(app: typer.Typer) -> None:
    """Add ``som run``."""

    @app.command()
    def run(
        once: bool = typer.Option(False, "--once", help="One pass of every job, then end."),
        now: str | None = NOW,
    ) -> None:
        """Take letters in, acknowledge them, send answers, watch the promises."""
        from service.daemon import Daemon

        if now is not None and not once:
            raise Misused("--now goes with --once only")
        with desk(now) as opened:
            daemon = Daemon(opened, settings())
            with daemon.signals():
                if not once:
                    daemon.run()
                    return
                troubles = daemon.once()
        if troubles:
            told = "; ".join(str(trouble) for trouble in troubles)
            raise Misused(told) if any(trouble.permanent for trouble in troubles) else Temporary(told)
