"""Bringing a database to the newest revision with Alembic."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, text

MIGRATIONS = Path(__file__).with_name("migrations")


def configuration() -> Config:
    """Return Alembic's configuration, without any file of its own."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def to_newest(engine: Engine) -> None:
    """Apply every missing migration in one transaction; several processes may call this at once."""
    config = configuration()
    with engine.execution_options(som_write=True).begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(7360001)"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
