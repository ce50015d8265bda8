"""som run: the daemon."""

import gc
from typing import TYPE_CHECKING

import typer

from service.commands.common import NOW, desk, settings
from service.exits import Misused, Temporary

if TYPE_CHECKING:
    from service.daemon import Daemon


def register(app: typer.Typer) -> None:
    """Add ``som run``."""

    @app.command()
    def run(
        once: bool = typer.Option(False, "--once", help="Una sola vuelta de cada trabajo, y termina."),
        now: str | None = NOW,
    ) -> None:
        """El servicio: recoge las cartas, acusa recibo, envía las respuestas y vigila los plazos."""
        if now is not None and not once:
            raise Misused("--now solo va con --once")
        daemon_class = _daemon_class()
        with desk(now, tell=_log) as opened:
            daemon = daemon_class(opened, settings())
            with daemon.signals():
                if not once:
                    daemon.run()
                    return
                troubles = daemon.once()
        if troubles:
            told = "; ".join(str(trouble) for trouble in troubles)
            raise Misused(told) if any(trouble.permanent for trouble in troubles) else Temporary(told)


def _log(said: str) -> None:
    """Let the daemon's stderr be its log, line by line."""
    import structlog

    structlog.get_logger().warning("told", text=said)


def _daemon_class() -> "type[Daemon]":
    """Import the daemon; what it is made of lives as long as the process, so the collector need not look at it again.

    Letters leave few cycles behind: looking for them less often saves a tenth of the intake's time.
    """
    gc.disable()
    try:
        from service.daemon import Daemon
    finally:
        gc.freeze()
        gc.set_threshold(10_000, 20, 20)
        gc.enable()
    return Daemon
