"""The append-only journal and its daily seals."""

from datetime import date, datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import JSON, Column, Field, SQLModel

from tickets.columns import Instant


class JournalEntry(SQLModel, table=True):
    """One event: ids and keyed hashes, no personal data. ``chain`` is the ticket's id, or 0 for the desk itself."""

    __tablename__ = "journal"
    __table_args__ = (
        UniqueConstraint("chain", "seq", name="journal_chain"),
        Index("journal_event_at", "event", "at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    chain: int
    seq: int
    at: datetime = Field(sa_type=Instant)
    actor: str = Field(max_length=64)  # "desk", or "staff:ID"
    event: str = Field(max_length=40)
    facts: dict[str, object] = Field(sa_column=Column(JSON, nullable=False))
    prev_hash: str = Field(max_length=64)
    hash: str = Field(max_length=64)


class Seal(SQLModel, table=True):
    """A day's hash over every journal entry since the seal before; printed in the digest so that it exists outside."""

    __tablename__ = "seals"

    id: int | None = Field(default=None, primary_key=True)
    sealed_on: date = Field(unique=True)
    sealed_at: datetime = Field(sa_type=Instant)
    last_entry_id: int
    entries: int  # in all, since the beginning
    prev_hash: str = Field(max_length=64)
    hash: str = Field(max_length=64)
