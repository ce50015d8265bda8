"""Letters on their way out."""

from datetime import datetime

from sqlalchemy import Index, LargeBinary
from sqlmodel import JSON, Column, Field, SQLModel, Text

from tickets.columns import Instant, one_of
from tickets.states import OutboxState, OutgoingKind


class Outgoing(SQLModel, table=True):
    """One outgoing letter, its bytes and Message-ID fixed when it was decided on."""

    __tablename__ = "outbox"
    __table_args__ = (
        one_of("state", OutboxState),
        one_of("kind", OutgoingKind),
        Index("outbox_due", "state", "next_attempt_at", "id"),
        Index("outbox_ticket", "ticket_id"),
        Index("outbox_ration", "kind", "to_address", "created_at"),
        Index("outbox_hour", "kind", "next_attempt_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    ticket_id: int | None = Field(default=None, foreign_key="tickets.id")
    kind: str = Field(max_length=16)
    dedupe_key: str = Field(unique=True, max_length=128)  # the same decision never enters twice
    message_id: str = Field(unique=True, max_length=255)
    state: str = Field(default=OutboxState.WAITING, max_length=16)
    envelope_from: str = Field(default="", max_length=320)  # "" is the null path
    to_address: str = Field(default="", max_length=320)
    recipients: list[str] = Field(sa_column=Column(JSON, nullable=False))
    payload: bytes = Field(sa_type=LargeBinary)
    author_id: int | None = Field(default=None, foreign_key="staff.id")  # None: the service itself
    created_at: datetime = Field(sa_type=Instant)
    next_attempt_at: datetime = Field(sa_type=Instant)
    attempts: int = 0
    attempted_at: datetime | None = Field(default=None, sa_type=Instant)
    lease_owner: str = Field(default="", max_length=64)
    lease_until: datetime | None = Field(default=None, sa_type=Instant)
    last_code: int | None = None
    last_text: str = Field(default="", sa_type=Text)
    sent_at: datetime | None = Field(default=None, sa_type=Instant)
