"""Tickets, what was said in them, and what was judged of them."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import JSON, Column, Field, SQLModel, Text

from tickets.columns import Instant, one_of
from tickets.states import Direction, MessageKind, TicketState

WAITING = "state IN ('new', 'open', 'quarantined')"
PROPOSED = "proposed AND state IN ('new', 'open')"
UNREAD = "state = 'quarantined'"
ENDED = "state IN ('answered', 'referred', 'closed')"
"""The piles of cases. A list asks for one in these very words, or the index of that pile is not used."""


def _part(name: str, where: str, *columns: str) -> Index:
    """Index a part of a table, in the order in which a list shows it; columns after that are there to filter by."""
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


class Ticket(SQLModel, table=True):
    """One case. ``target_at`` mirrors the earliest open promise: the queue is ordered by it."""

    __tablename__ = "tickets"
    __table_args__ = (
        one_of("state", TicketState),
        UniqueConstraint("year", "number", name="ticket_number"),
        _part(
            "ticket_waiting",
            WAITING,
            *("trafficking_risk", "target_at", "id"),
            *("line", "kind", "countries", "language", "assignee_id", "proposed", "state"),
        ),
        _part("ticket_assignee", WAITING, "assignee_id", "trafficking_risk", "target_at", "id"),
        _part("ticket_proposed", PROPOSED, "trafficking_risk", "target_at", "id"),
        _part("ticket_unread", UNREAD, "trafficking_risk", "target_at", "id"),
        _part("ticket_ended", ENDED, "updated_at", "id", "line", "kind", "countries", "language", "state"),
        Index("ticket_requester", "requester_address", "id"),
        Index("ticket_opened", "opened_at", "line"),
    )

    id: int | None = Field(default=None, primary_key=True)
    reference: str = Field(unique=True, max_length=20)
    year: int
    number: int
    office: str = Field(default="", max_length=64)
    state: str = Field(default=TicketState.NEW, max_length=16)
    version: int = 1  # raised by every change; a send against an older one is stopped
    line: int = 0
    line_confirmed: bool = False
    kind: str = Field(default="consulta", max_length=16)
    kind_confirmed: bool = False
    proposed: bool = True  # the model was not sure enough: a person confirms
    enough: bool = True  # the letter says enough to be judged
    on_behalf: bool = False
    trafficking_risk: bool = False
    language: str = Field(default="es", max_length=8)
    countries: str = Field(default="", max_length=64)  # space-separated ISO 3166-1 alpha-2
    confidence: float = 0.0
    verified: bool = False
    flags: str = Field(default="", max_length=200)  # space-separated words
    subject: str = Field(default="", sa_type=Text)
    requester_address: str = Field(default="", max_length=320)
    requester_name: str = Field(default="", max_length=200)
    related_id: int | None = Field(default=None, foreign_key="tickets.id")  # suggested link, never followed by itself
    assignee_id: int | None = Field(default=None, foreign_key="staff.id")
    opened_at: datetime = Field(sa_type=Instant)
    updated_at: datetime = Field(sa_type=Instant)
    target_at: datetime | None = Field(default=None, sa_type=Instant)
    answered_at: datetime | None = Field(default=None, sa_type=Instant)
    closed_at: datetime | None = Field(default=None, sa_type=Instant)
    outcome: str = Field(default="", max_length=32)


class Message(SQLModel, table=True):
    """One letter, answer or note of a ticket."""

    __tablename__ = "messages"
    __table_args__ = (
        one_of("direction", Direction),
        one_of("kind", MessageKind),
        Index("message_ticket", "ticket_id", "id"),
        Index("message_rfc_id", "message_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    ticket_id: int = Field(foreign_key="tickets.id")
    direction: str = Field(max_length=4)
    kind: str = Field(max_length=16)
    at: datetime = Field(sa_type=Instant)
    intake_id: int | None = Field(default=None, foreign_key="intake.id")
    outgoing_id: int | None = Field(default=None, foreign_key="outbox.id")
    author_id: int | None = Field(default=None, foreign_key="staff.id")
    from_address: str = Field(default="", max_length=320)
    from_name: str = Field(default="", max_length=200)
    subject: str = Field(default="", sa_type=Text)
    text: str = Field(default="", sa_type=Text)
    newest_text: str | None = Field(default=None, sa_type=Text)  # None: the same as ``text``
    message_id: str = Field(default="", max_length=998)
    sent_on_claim: datetime | None = Field(default=None, sa_type=Instant)  # what the sender's clock says
    verified: bool = False
    sender_note: str = Field(default="", max_length=200)
    defects: str = Field(default="", sa_type=Text)


class Attachment(SQLModel, table=True):
    """What came with a letter; the bytes stay in the raw letter."""

    __tablename__ = "attachments"
    __table_args__ = (Index("attachment_message", "message_id"),)

    id: int | None = Field(default=None, primary_key=True)
    message_id: int = Field(foreign_key="messages.id")
    position: int
    name: str = Field(max_length=200)
    type: str = Field(max_length=100)
    sniffed: str = Field(default="", max_length=100)
    size: int
    sha256: str = Field(default="", max_length=64)
    danger: str = Field(default="", max_length=200)


class Verdict(SQLModel, table=True):
    """What triage, or a person, judged of a letter, with its reasons and the model's version."""

    __tablename__ = "verdicts"
    __table_args__ = (Index("verdict_ticket", "ticket_id", "id"), Index("verdict_at", "at"))

    id: int | None = Field(default=None, primary_key=True)
    ticket_id: int = Field(foreign_key="tickets.id")
    message_id: int | None = Field(default=None, foreign_key="messages.id")
    staff_id: int | None = Field(default=None, foreign_key="staff.id")  # None: the model
    at: datetime = Field(sa_type=Instant)
    line: int
    confidence: float
    confident: bool
    enough: bool
    kind: str = Field(max_length=16)
    on_behalf: bool
    trafficking_risk: bool
    language: str = Field(max_length=8)
    countries: list[str] = Field(sa_column=Column(JSON, nullable=False))
    reasons: list[str] = Field(sa_column=Column(JSON, nullable=False))
    model_version: str = Field(max_length=64)


class Draft(SQLModel, table=True):
    """An answer being written; survives a crash and a lost connection."""

    __tablename__ = "drafts"
    __table_args__ = (UniqueConstraint("ticket_id", "staff_id", name="draft_owner"),)

    id: int | None = Field(default=None, primary_key=True)
    ticket_id: int = Field(foreign_key="tickets.id")
    staff_id: int = Field(foreign_key="staff.id")
    ticket_version: int
    template: str = Field(default="", max_length=64)
    text: str = Field(default="", sa_type=Text)
    updated_at: datetime = Field(sa_type=Instant)
