"""Writing many rows of one table in one statement."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from pydantic_core import PydanticUndefined
from sqlalchemy import insert
from sqlalchemy.orm import Session
from sqlmodel import SQLModel


def add_all(session: Session, table: type[SQLModel], rows: Sequence[Mapping[str, object]]) -> None:
    """Insert rows, filling in the table's defaults. Columns without a default must be in every row."""
    if rows:
        blank = _defaults(table)
        session.execute(insert(core(table)), [{**blank, **row} for row in rows])


def add_all_with_ids(session: Session, table: type[SQLModel], rows: Sequence[Mapping[str, object]]) -> list[int]:
    """Insert rows and return the id of each, in the order of the rows."""
    if not rows:
        return []
    blank = _defaults(table)
    target = core(table)
    statement = insert(target).returning(target.c.id, sort_by_parameter_order=True)
    return list(session.execute(statement, [{**blank, **row} for row in rows]).scalars())


def core(table: type[SQLModel]) -> Any:
    """Return the table behind a model, for statements that need its columns rather than its objects."""
    return table.__table__  # type: ignore[attr-defined]


@cache
def _defaults(table: type[SQLModel]) -> dict[str, object]:
    return {
        name: field.default
        for name, field in table.model_fields.items()
        if field.default is not PydanticUndefined and name != "id"
    }
