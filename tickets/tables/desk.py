"""What the desk itself needs: staff, counters, leases, keys, calendar additions."""

from datetime import date, datetime, time

from sqlalchemy import Index
from sqlmodel import Field, SQLModel, Text

from tickets.columns import Instant, one_of
from tickets.states import Role


class Staff(SQLModel, table=True):
    """Somebody who works at the desk, known by the login of the operating system."""

    __tablename__ = "staff"
    __table_args__ = (one_of("role", Role),)

    id: int | None = Field(default=None, primary_key=True)
    login: str = Field(unique=True, max_length=64)
    name: str = Field(max_length=200)
    email: str = Field(max_length=320)
    role: str = Field(max_length=16)
    active: bool = True
    created_at: datetime = Field(sa_type=Instant)


class Counter(SQLModel, table=True):
    """The last number given out, by name (ticket numbers run by year)."""

    __tablename__ = "counters"

    name: str = Field(primary_key=True, max_length=40)
    value: int


class Lease(SQLModel, table=True):
    """Who runs a scheduled job now, so that several daemons run each once."""

    __tablename__ = "leases"

    name: str = Field(primary_key=True, max_length=64)
    owner: str = Field(default="", max_length=128)
    until_at: datetime | None = Field(default=None, sa_type=Instant)
    finished_at: datetime | None = Field(default=None, sa_type=Instant)
    failures: int = 0  # in a row
    last_error: str = Field(default="", sa_type=Text)


class Key(SQLModel, table=True):
    """A secret of this desk, made when the database is made; kept with it so that a backup still knows its own ids."""

    __tablename__ = "keys"

    name: str = Field(primary_key=True, max_length=32)
    secret: str = Field(max_length=128)
    created_at: datetime = Field(sa_type=Instant)


class Setting(SQLModel, table=True):
    """A state of the desk that a person switches at run time, such as the held outbox."""

    __tablename__ = "settings"

    name: str = Field(primary_key=True, max_length=64)
    value: str = Field(default="", sa_type=Text)
    changed_at: datetime = Field(sa_type=Instant)


class CalendarRow(SQLModel, table=True):
    """A day that a person added to the calendar after the shipped rows were reviewed."""

    __tablename__ = "calendar_rows"
    __table_args__ = (Index("calendar_day", "day"),)

    id: int | None = Field(default=None, primary_key=True)
    row_id: str = Field(default="", max_length=64)
    day: date
    start_time: time | None = None  # both or neither: a half day
    end_time: time | None = None
    scope: str = Field(max_length=16)
    territory: str = Field(default="", max_length=120)
    effect: str = Field(max_length=16)
    name: str = Field(max_length=200)
    legal_basis: str = Field(max_length=200)
    published_on: date | None = None
    source: str = Field(default="", max_length=500)
    known_at: datetime = Field(sa_type=Instant)
    supersedes: str = Field(default="", max_length=200)
    note: str = Field(default="", sa_type=Text)
    staff_id: int | None = Field(default=None, foreign_key="staff.id")
