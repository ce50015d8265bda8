"""Letters as they arrived: the bytes, and the ledger that outlives tickets."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from tickets.columns import Instant, one_of
from tickets.states import IntakeOutcome, IntakeState


class RawLetter(SQLModel, table=True):
    """The bytes of a letter, once, whatever mailboxes they came to."""

    __tablename__ = "raw_letters"

    id: int | None = Field(default=None, primary_key=True)
    sha256: str = Field(unique=True, max_length=64)
    codec: str = Field(max_length=8)  # "zlib" or "plain"
    size: int
    body: bytes = Field(sa_type=LargeBinary)


class Intake(SQLModel, table=True):
    """One copy of a letter in one of our mailboxes; never deleted, so that nothing is taken in twice."""

    __tablename__ = "intake"
    __table_args__ = (
        UniqueConstraint("mailbox", "uidvalidity", "uid", name="intake_copy"),
        one_of("state", IntakeState),
        one_of("outcome", IntakeOutcome),
        Index("intake_pending", "state", "id"),
        Index("intake_content", "content_key"),
        Index("intake_ticket", "ticket_id"),
        Index("intake_arrival", "mailbox", "arrived_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    mailbox: str = Field(max_length=64)
    uidvalidity: int = Field(sa_type=BigInteger)
    uid: int = Field(sa_type=BigInteger)
    sha256: str = Field(max_length=64, index=True)
    size: int
    raw_id: int | None = Field(default=None, foreign_key="raw_letters.id")  # None only when nothing was kept of it
    partial: bool = False  # too large to load: only its header block is kept here
    arrived_at: datetime = Field(sa_type=Instant)
    arrival_source: str = Field(max_length=16)  # internaldate, received, argument, file_time
    kept_at: datetime = Field(sa_type=Instant)
    state: str = Field(default=IntakeState.RECEIVED, max_length=16)
    outcome: str | None = Field(default=None, max_length=16)
    attempts: int = 0
    last_error: str = Field(default="", max_length=500)
    content_key: str | None = Field(default=None, max_length=64)
    ticket_id: int | None = Field(default=None)  # no foreign key: the ledger outlives the ticket
    processed_at: datetime | None = Field(default=None, sa_type=Instant)


class MailboxCheck(SQLModel, table=True):
    """What the last comparison of a mailbox with the ledger found: one row a mailbox."""

    __tablename__ = "mailbox_checks"

    mailbox: str = Field(primary_key=True, max_length=64)
    checked_at: datetime = Field(sa_type=Instant)
    since_at: datetime = Field(sa_type=Instant)  # letters that arrived before were not compared
    server_count: int
    ledger_count: int
    missing_here: int  # on the server and not in the ledger
    missing_there: int  # in the ledger and no longer on the server
    noticed_at: datetime | None = Field(default=None, sa_type=Instant)  # since when they differ
