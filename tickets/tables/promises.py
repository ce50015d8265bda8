"""Promises about time: one row, one clock."""

from datetime import date, datetime

from sqlalchemy import Index
from sqlmodel import JSON, Column, Field, SQLModel

from tickets.columns import Instant, one_of
from tickets.states import PromiseState


class Promise(SQLModel, table=True):
    """One clock, with everything needed to explain it years later."""

    __tablename__ = "promises"
    __table_args__ = (
        one_of("state", PromiseState),
        Index("promise_ticket", "ticket_id"),
        Index("promise_break", "state", "last_second_at"),
        Index("promise_warn", "state", "warned_at", "target_at"),
        Index("promise_answered", "answered_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    ticket_id: int = Field(foreign_key="tickets.id")
    message_id: int | None = Field(default=None, foreign_key="messages.id")  # the letter that opened it
    kind: str = Field(max_length=16)
    state: str = Field(default=PromiseState.OPEN, max_length=8)
    received_at: datetime = Field(sa_type=Instant)
    clock_starts_on: date
    due_on: date
    due_at: datetime = Field(sa_type=Instant)
    legal_due_at: datetime = Field(sa_type=Instant)
    target_at: datetime = Field(sa_type=Instant)
    last_second_at: datetime = Field(sa_type=Instant)  # kept up to this very second
    reading: str = Field(max_length=16)
    calendar_version: str = Field(max_length=64)
    provisional: bool = False
    trace: list[dict[str, object]] = Field(sa_column=Column(JSON, nullable=False))
    told_due_at: datetime | None = Field(default=None, sa_type=Instant)  # what the citizen was told; never shortened
    warned_at: datetime | None = Field(default=None, sa_type=Instant)
    answered_at: datetime | None = Field(default=None, sa_type=Instant)  # a person's answer accepted, in time or not
    kept_by: str = Field(default="", max_length=16)
    broken_at: datetime | None = Field(default=None, sa_type=Instant)
