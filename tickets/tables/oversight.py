"""What supervisors answer for: notices, amends, other attentions, satisfaction, examples, published reports."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import JSON, Column, Field, SQLModel, Text

from tickets.columns import Instant, one_of
from tickets.states import RemediationState


class Notice(SQLModel, table=True):
    """Something that staff must hear, once per episode."""

    __tablename__ = "notices"
    __table_args__ = (Index("notice_pending", "told_at", "leaves_at"),)

    id: int | None = Field(default=None, primary_key=True)
    kind: str = Field(max_length=24)
    dedupe_key: str = Field(unique=True, max_length=128)
    ticket_id: int | None = Field(default=None, foreign_key="tickets.id")
    promise_id: int | None = Field(default=None, foreign_key="promises.id")
    text: str = Field(default="", sa_type=Text)
    created_at: datetime = Field(sa_type=Instant)
    leaves_at: datetime = Field(sa_type=Instant)  # inside working time, except danger
    told_at: datetime | None = Field(default=None, sa_type=Instant)
    outgoing_id: int | None = Field(default=None, foreign_key="outbox.id")


class Remediation(SQLModel, table=True):
    """Amends for a broken commitment (Carta de Servicios, "Medidas de subsanación")."""

    __tablename__ = "remediation"
    __table_args__ = (
        one_of("state", RemediationState),
        one_of("commitment", ("respuesta", "satisfaccion", "publicacion")),
        Index("remediation_state", "state", "id"),
        Index(
            "remediation_month",
            "commitment",
            "month",
            unique=True,
            sqlite_where=text("month <> ''"),
            postgresql_where=text("month <> ''"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    commitment: str = Field(max_length=16)
    promise_id: int | None = Field(default=None, foreign_key="promises.id", unique=True)
    ticket_id: int | None = Field(default=None, foreign_key="tickets.id")
    month: str = Field(default="", max_length=7)
    state: str = Field(default=RemediationState.OPEN, max_length=8)
    opened_at: datetime = Field(sa_type=Instant)
    broken_at: datetime = Field(sa_type=Instant)
    cause: str = Field(default="", max_length=32)
    cause_text: str = Field(default="", sa_type=Text)
    corrective: str = Field(default="", sa_type=Text)
    preventive: str = Field(default="", sa_type=Text)
    responsible: str = Field(default="", max_length=200)
    apology_due: bool | None = None
    apology_outgoing_id: int | None = Field(default=None, foreign_key="outbox.id")
    lateness_seconds: int | None = None  # working time
    closed_at: datetime | None = Field(default=None, sa_type=Instant)
    closed_by: int | None = Field(default=None, foreign_key="staff.id")


class Attention(SQLModel, table=True):
    """An attention by telephone or in person, registered by the consultant who gave it."""

    __tablename__ = "attentions"
    __table_args__ = (
        one_of("channel", ("telephone", "in_person", "video")),
        CheckConstraint("satisfaction BETWEEN 1 AND 5", name="satisfaction_scale"),
        Index("attention_at", "at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=Instant)
    staff_id: int = Field(foreign_key="staff.id")
    office: str = Field(default="", max_length=64)
    channel: str = Field(max_length=16)
    line: int
    country: str = Field(default="", max_length=2)
    on_behalf: bool = False
    outcome: str = Field(default="", max_length=32)
    satisfaction: int | None = None
    age: int | None = None  # only if volunteered
    gender: str = Field(default="", max_length=16)  # only if volunteered
    note: str = Field(default="", sa_type=Text)


class SatisfactionAnswer(SQLModel, table=True):
    """A citizen's answer to the survey, counted once per letter that asked."""

    __tablename__ = "satisfaction_answers"
    __table_args__ = (CheckConstraint("score BETWEEN 1 AND 5", name="score_scale"), Index("satisfaction_at", "at"))

    id: int | None = Field(default=None, primary_key=True)
    outgoing_id: int = Field(foreign_key="outbox.id", unique=True)
    ticket_id: int = Field(foreign_key="tickets.id")
    channel: str = Field(default="email", max_length=16)
    score: int
    at: datetime = Field(sa_type=Instant)


class Example(SQLModel, table=True):
    """A judgement confirmed or corrected by a consultant: text with personal data masked, and its labels."""

    __tablename__ = "examples"

    id: int | None = Field(default=None, primary_key=True)
    ticket_id: int | None = Field(default=None, foreign_key="tickets.id")
    staff_id: int = Field(foreign_key="staff.id")
    at: datetime = Field(sa_type=Instant)
    text: str = Field(sa_type=Text)
    line: int
    kind: str = Field(max_length=16)
    on_behalf: bool
    trafficking_risk: bool
    language: str = Field(max_length=8)
    countries: list[str] = Field(sa_column=Column(JSON, nullable=False))
    agreed: bool  # the model had said the same


class Report(SQLModel, table=True):
    """A month's figures as published; an erratum is a new version, never an edit."""

    __tablename__ = "reports"
    __table_args__ = (UniqueConstraint("month", "version", name="report_version"),)

    id: int | None = Field(default=None, primary_key=True)
    month: str = Field(max_length=7)
    version: int
    frozen_at: datetime = Field(sa_type=Instant)
    published_on: date | None = None
    calendar_version: str = Field(max_length=64)
    figures: dict[str, object] = Field(sa_column=Column(JSON, nullable=False))
    sha256: str = Field(max_length=64)
    erratum: str = Field(default="", sa_type=Text)
