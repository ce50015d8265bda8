"""Alembic's entry: runs the migrations on the connection that ``tickets.migrate`` hands in."""

from alembic import context
from sqlmodel import SQLModel

import tickets.tables  # noqa: F401  (registers every table)

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    transactional_ddl=True,
    render_as_batch=True,
    compare_type=True,
)
context.run_migrations()
