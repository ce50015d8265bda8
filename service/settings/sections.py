"""Every key of ``config.toml``: its type, its default and one sentence that says what it is and in which unit."""

import datetime as dt
import re
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from letters.loopback import is_loopback
from service.settings.fields import (
    IMAP_PORTS,
    SMTP_PORTS,
    Address,
    ClientId,
    ClientSecretEnv,
    ClientSecretFile,
    Filled,
    GivenAddress,
    LimaTime,
    RefreshTokenFile,
    Scope,
    Security,
    TokenUrl,
    one_password,
    safe_wire,
)


class Section(BaseModel):
    """One table of the file: unknown keys are errors, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)

    @field_validator("*")
    @classmethod
    def _printable(cls, value: Any) -> Any:
        if isinstance(value, str) and not value.isprintable():
            raise ValueError("must not hold line breaks or control characters")
        return value


class Office(Section):
    """Who runs this desk."""

    name: Filled = Field("Lima", description="The office that new tickets belong to.")


class Mailbox(Section):
    """One mailbox to take letters from; repeat the table for each."""

    name: Filled = Field(
        max_length=48, description="Short name of the mailbox in commands and logs, unique in this file."
    )
    address: GivenAddress = Field(description="The address that people write to.")
    host: Filled = Field(description="Host name of the IMAP server.")
    security: Security = Field("tls", description='"tls", "starttls" (never falls back) or "plain" (loopback only).')
    port: int = Field(0, ge=0, le=65535, description="TCP port of the IMAP server; 0 takes 993 for tls, else 143.")
    user: Filled = Field(description="Login name at the IMAP server.")
    password_env: str = Field("", description="Name of the environment variable that holds the password.")
    password_file: str = Field(
        "", description="File (mode 0600 or stricter) that holds the password in its first line."
    )
    token_url: TokenUrl = ""
    client_id: ClientId = ""
    client_secret_env: ClientSecretEnv = ""
    client_secret_file: ClientSecretFile = ""
    scope: Scope = ""
    refresh_token_file: RefreshTokenFile = ""
    ca_file: str = Field("", description="PEM file of the authority to trust; empty trusts those of the system.")
    folder: Filled = Field("INBOX", description="Folder that letters arrive in.")
    done_folder: str = Field(
        "", description="Folder that taken letters are moved to; empty leaves them where they are."
    )

    _wire = field_validator("security")(safe_wire)
    _password = field_validator("password_file")(one_password)

    @field_validator("done_folder")
    @classmethod
    def _elsewhere(cls, done_folder: str, info: ValidationInfo) -> str:
        if done_folder and done_folder == info.data.get("folder"):
            raise ValueError("must not be the folder that letters arrive in")
        return done_folder

    @property
    def effective_port(self) -> int:
        """The port, with 0 replaced by the usual one."""
        return self.port or IMAP_PORTS[self.security]


class Smtp(Section):
    """The relay that takes our outgoing letters."""

    host: str = Field("", description="Host name of the SMTP relay; empty sends nothing.")
    security: Security = Field("tls", description='"tls", "starttls" (never falls back) or "plain" (loopback only).')
    port: int = Field(
        0, ge=0, le=65535, description="TCP port of the relay; 0 takes 465 for tls, 587 for starttls, else 25."
    )
    user: str = Field("", description="Login name at the relay; empty means no login (loopback only).")
    password_env: str = Field("", description="Name of the environment variable that holds the password.")
    password_file: str = Field(
        "", description="File (mode 0600 or stricter) that holds the password in its first line."
    )
    token_url: TokenUrl = ""
    client_id: ClientId = ""
    client_secret_env: ClientSecretEnv = ""
    client_secret_file: ClientSecretFile = ""
    scope: Scope = ""
    refresh_token_file: RefreshTokenFile = ""
    ca_file: str = Field("", description="PEM file of the authority to trust; empty trusts those of the system.")
    from_address: Address = Field(
        "", description="Address in From of every outgoing letter; empty takes the first mailbox's address."
    )
    from_name: str = Field(
        "Servicio de Orientación para el Migrante", description="Display name in From of every outgoing letter."
    )
    bounce_address: Address = Field(
        "",
        description="Envelope sender of automatic letters where the relay refuses an empty one; empty tries none.",
    )
    greeting_name: str = Field("", description="Name this machine gives in EHLO; empty takes its own host name.")
    timeout_seconds: int = Field(60, ge=1, le=3600, description="Seconds to wait for the relay at each step.")

    _wire = field_validator("security")(safe_wire)
    _password = field_validator("password_file")(one_password)

    @field_validator("user")
    @classmethod
    def _login(cls, user: str, info: ValidationInfo) -> str:
        if not user and not is_loopback(info.data.get("host") or "localhost"):
            raise ValueError("a relay that is not on loopback needs a user")
        return user

    @property
    def effective_port(self) -> int:
        """The port, with 0 replaced by the usual one."""
        return self.port or SMTP_PORTS[self.security]


class Intake(Section):
    """How letters are taken from the mailboxes."""

    poll_seconds: int = Field(60, ge=1, description="Seconds between two looks at each mailbox.")
    idle: bool = Field(True, description="Whether servers are asked to announce letters as they come (IMAP IDLE).")
    reconcile_at: LimaTime = Field(
        dt.time(7, 45), description="Lima time on business days from which each mailbox is compared with the ledger."
    )
    batch_letters: int = Field(100, ge=1, le=10_000, description="Most letters fetched and committed together.")
    batch_bytes: int = Field(8_000_000, ge=1024, description="Most bytes fetched and committed together.")
    max_letter_bytes: int = Field(
        25_000_000, ge=1024, description="Bytes above which a letter is not fetched whole but shown to a person."
    )
    timeout_seconds: int = Field(60, ge=1, le=3600, description="Seconds to wait for the IMAP server at each step.")
    tries: int = Field(3, ge=1, description="Failed readings after which a letter is put into quarantine.")


class Promise(Section):
    """The promise clock: when an answer is due."""

    reading: Literal["deemed-receipt", "same-day", "plain"] = Field(
        "deemed-receipt", description='How one business day is read: "deemed-receipt", "same-day" or "plain".'
    )
    cutoff: LimaTime = Field(
        dt.time(17, 0), description="Lima time after which a consulta counts as received on the next business day."
    )
    closing: LimaTime = Field(dt.time(17, 0), description="Lima time at which an answer is due on its day.")
    day_ends: Literal["closing", "midnight"] = Field(
        "closing", description='When a promise breaks on its day: at "closing" or at "midnight".'
    )
    consulta_days: int = Field(1, ge=1, description="Business days to answer a consulta.")
    sugerencia_days: int = Field(7, ge=1, description="Business days to answer a sugerencia.")
    reclamo_days: int = Field(30, ge=1, description="Business days to answer a reclamo.")
    warn_hours: float = Field(
        2.0, ge=0, description="Working hours before its target at which staff are warned of a promise."
    )


class WorkingTime(Section):
    """The hours in which the desk works, on business days."""

    opens: LimaTime = Field(dt.time(8, 15), description="Lima time at which the desk opens on business days.")
    closes: LimaTime = Field(dt.time(17, 0), description="Lima time at which the desk closes on business days.")

    @field_validator("closes")
    @classmethod
    def _order(cls, closes: dt.time, info: ValidationInfo) -> dt.time:
        if "opens" in info.data and closes <= info.data["opens"]:
            raise ValueError("must be later than opens")
        return closes


class Acknowledgement(Section):
    """The automatic word that a letter has arrived."""

    enabled: bool = Field(True, description="Whether new letters are acknowledged.")
    per_sender_per_day: int = Field(1, ge=0, description="Most acknowledgements to one address in 24 hours.")
    per_hour: int = Field(200, ge=1, description="Most acknowledgements to all addresses together in one hour.")


class Outbox(Section):
    """How outgoing letters leave."""

    undo_seconds: int = Field(60, ge=0, description="Seconds in which a person may still take an answer back.")
    batch: int = Field(50, ge=1, description="Most outgoing letters claimed at once.")
    lease_seconds: int = Field(300, ge=10, description="Seconds after which a claim of a vanished courier ends.")
    give_up_hours: int = Field(
        48, ge=1, description="Hours after which a deferred letter is given up and shown to staff."
    )
    per_address_per_day: int = Field(
        5, ge=1, description="Most letters that the service itself writes to one citizen's address in 24 hours."
    )


class Survey(Section):
    """The one-question letter about satisfaction; off until the office decides to send it."""

    enabled: bool = Field(False, description="Whether an answered case is followed by the survey, once.")
    delay_days: int = Field(2, ge=0, le=60, description="Days after the answer at which the survey leaves.")


class Triage(Section):
    """How letters are sorted into the five lines."""

    confidence_bar: float = Field(
        0.0,
        ge=0,
        le=1,
        description="Probability below which a line is only proposed to a person; 0 takes the fitted model's bar.",
    )
    cache_dir: str = Field("", description="Folder that keeps the fitted model; empty takes som in the user's cache.")
    desk_model: str = Field(
        "latest",
        description='Model taught by this desk: "latest" of the data folder, a file there by name, or empty for none.',
    )


class Danger(Section):
    """Letters that show a risk of human trafficking."""

    notify: tuple[GivenAddress, ...] = Field((), description="Addresses told at once, at any hour, once per ticket.")
    acknowledge: bool = Field(
        True, description="Whether such a letter is acknowledged like any other; false leaves it to a person."
    )
    bar: float = Field(
        0.0,
        ge=0,
        le=1,
        description="Probability from which a letter counts as a risk of trafficking; 0 takes the fitted model's bar.",
    )


class Digest(Section):
    """The supervisors' morning letter about broken and endangered promises."""

    at: LimaTime = Field(dt.time(8, 20), description="Lima time at which the digest leaves on business days.")
    recipients: tuple[GivenAddress, ...] = Field(
        (), description="Addresses that receive the digest; none sends no digest."
    )


class Carta(Section):
    """The Carta de Servicios that the promises stand on."""

    version: Filled = Field("5", description="Version of the Carta de Servicios in use.")
    valid_through: dt.date = Field(dt.date(2026, 3, 13), description="Last day of its term; past it the doctor warns.")


class Targets(Section):
    """What the management report holds the year's figures against."""

    within_percent: float = Field(
        100.0, ge=0, le=100, description="Percent of consultas to be answered within one business day."
    )
    satisfaction_percent: float = Field(
        93.0, ge=0, le=100, description="Percent of people to be satisfied (4 or 5 of 5) with how they were attended."
    )
    attentions: int = Field(0, ge=0, description="Letters and attentions to be given in the year; 0 sets no target.")


class Data(Section):
    """Where the desk keeps its files."""

    dir: Filled = Field("data", description="Folder of the desk's own files; relative to the folder of this file.")


class Clock(Section):
    """The service's clock."""

    simulated: bool = Field(False, description="Whether commands accept --now; for demo, training and checks only.")


class Database(Section):
    """Where the record is kept."""

    url: str = Field(
        "", repr=False, description="Database URL in SQLAlchemy form; empty takes SQLite in the data folder (som.db)."
    )
    password_env: str = Field("", description="Environment variable that holds the PostgreSQL password, if any.")
    password_file: str = Field(
        "", description="File (mode 0600 or stricter) that holds the PostgreSQL password, if any."
    )
    group: str = Field(
        "", description="Group that shares the SQLite folder (2770, files 0660); empty keeps it private."
    )

    @field_validator("url")
    @classmethod
    def _known_engine(cls, url: str) -> str:
        if url and not re.match(r"(sqlite|postgresql(\+psycopg)?)://", url):
            raise ValueError("must begin with sqlite:/// or postgresql+psycopg://")
        return url

    @field_validator("password_file")
    @classmethod
    def _one_password(cls, name: str, info: ValidationInfo) -> str:
        if name and info.data.get("password_env"):
            raise ValueError("give password_env or password_file, not both")
        return name


class Logging(Section):
    """What the daemon tells on stderr."""

    level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least serious event that is logged."
    )
    format: Literal["json", "text"] = Field(
        "json", description='"json" writes one object per line, "text" lines for people.'
    )


class Authentication(Section):
    """Whose word on the sender's identity is believed (RFC 8601)."""

    authserv_id: str = Field(
        "", description="Name that the border mail server writes in Authentication-Results; empty believes none."
    )
