"""The settings as a whole, and the values that each room is handed from them."""

import re
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote

from pydantic import PrivateAttr, field_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from service.settings import sections
from service.settings.fields import OFFICIAL_ADDRESS
from service.settings.password import PasswordMissing, read_password
from service.settings.problems import Problem, refuse

if TYPE_CHECKING:
    from collections.abc import Callable

    from inbox.poller import PollSettings
    from inbox.sources.imap import ImapSettings
    from oversight.targets import ReportSettings
    from replies.outbox import OutboxSettings
    from replies.smtp import SmtpSettings
    from service.oauth import OauthSettings
    from sla.promises import PromiseSettings
    from sla.working_time import WorkingTimeSettings
    from triage import TriageSettings

PREFIX = "SOM_"
DELIMITER = "__"


class _Environment(EnvSettingsSource):
    """The environment; a value that is not the JSON it should be is left for the model to refuse with the others."""

    def decode_complex_value(self, field_name: str, field: FieldInfo, value: Any) -> Any:
        try:
            return super().decode_complex_value(field_name, field, value)
        except ValueError:
            return value


class Settings(BaseSettings):
    """Everything that can be set. The attributes are the tables of ``config.toml``."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter=DELIMITER, extra="forbid", frozen=True, validate_default=True
    )

    office: sections.Office = sections.Office()
    mailbox: tuple[sections.Mailbox, ...] = ()
    smtp: sections.Smtp = sections.Smtp()
    database: sections.Database = sections.Database()
    data: sections.Data = sections.Data()
    intake: sections.Intake = sections.Intake()
    authentication: sections.Authentication = sections.Authentication()
    promise: sections.Promise = sections.Promise()
    working_time: sections.WorkingTime = sections.WorkingTime()
    carta: sections.Carta = sections.Carta()
    targets: sections.Targets = sections.Targets()
    acknowledgement: sections.Acknowledgement = sections.Acknowledgement()
    outbox: sections.Outbox = sections.Outbox()
    survey: sections.Survey = sections.Survey()
    triage: sections.Triage = sections.Triage()
    danger: sections.Danger = sections.Danger()
    digest: sections.Digest = sections.Digest()
    clock: sections.Clock = sections.Clock()
    logging: sections.Logging = sections.Logging()

    _file: Path | None = PrivateAttr(default=None)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let the environment stand above the file, and nothing else beside them."""
        return _Environment(settings_cls), init_settings

    def at(self, file: Path | None) -> Self:
        """Return these settings as read from a file: relative paths then begin in its folder."""
        self._file = file
        return self

    @property
    def folder(self) -> Path:
        """The folder that relative paths in the settings begin in."""
        return (self._file.parent if self._file else Path()).absolute()

    @property
    def data_dir(self) -> Path:
        """The folder of the desk's own files."""
        return self.folder / Path(self.data.dir).expanduser()

    def database_url(self) -> str:
        """Return the database's URL with its password, if one is named. Raises ``Misused`` when that is missing."""
        url = self.database.url or f"sqlite:///{self.data_dir / 'som.db'}"
        if match := re.fullmatch(r"(sqlite:///)([^/?:][^?]*)(\?.*)?", url):
            return f"{match[1]}{self.folder / match[2]}{match[3] or ''}"
        try:
            password = self._password(self.database, "database")
        except PasswordMissing as error:
            raise refuse([error.problem]) from None
        if not password:
            return url
        head, at, tail = url.partition("@")
        if not at:
            raise refuse([self._problem("database.url", "has no user@ for the password that is named")])
        scheme, user = head.split("://", 1)
        return f"{scheme}://{user.split(':', 1)[0]}:{quote(password, safe='')}@{tail}"

    @field_validator("mailbox")
    @classmethod
    def _unique(cls, mailboxes: tuple[sections.Mailbox, ...]) -> tuple[sections.Mailbox, ...]:
        names = [mailbox.name for mailbox in mailboxes]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"two mailboxes are called {', '.join(twice)}; each needs a name of its own")
        return mailboxes

    def imap_settings(self) -> list["ImapSettings"]:
        """Return each mailbox as ``inbox`` takes it. Raises ``Misused`` with every password that is missing."""
        from inbox.sources.imap import ImapSettings

        ready: list[ImapSettings] = []
        problems: list[Problem] = []
        for number, mailbox in enumerate(self.mailbox):
            try:
                password = self._password(mailbox, f"mailbox[{number}]")
                tokens = self._tokens(mailbox, f"mailbox[{number}]")
            except PasswordMissing as error:
                problems.append(error.problem)
                continue
            ready.append(
                ImapSettings(
                    name=mailbox.name,
                    address=mailbox.address,
                    host=mailbox.host,
                    port=mailbox.effective_port,
                    security=mailbox.security,
                    user=mailbox.user,
                    password=password,
                    oauth_token=tokens,
                    folder=mailbox.folder,
                    done_folder=mailbox.done_folder,
                    timeout_seconds=self.intake.timeout_seconds,
                    ca_file=self._path(mailbox.ca_file),
                )
            )
        if problems:
            raise refuse(problems)
        return ready

    def poll_settings(self) -> "PollSettings":
        """Return how much the poller takes at once."""
        from inbox.poller import PollSettings

        return PollSettings(
            batch_letters=self.intake.batch_letters,
            batch_bytes=self.intake.batch_bytes,
            letter_cap=self.intake.max_letter_bytes,
        )

    def smtp_settings(self) -> "SmtpSettings | None":
        """Return the relay as ``replies`` takes it, None when none is set. Raises ``Misused`` without its password."""
        from replies.smtp import SmtpSettings

        if not self.smtp.host:
            return None
        try:
            password = self._password(self.smtp, "smtp")
            tokens = self._tokens(self.smtp, "smtp")
        except PasswordMissing as error:
            raise refuse([error.problem]) from None
        return SmtpSettings(
            host=self.smtp.host,
            port=self.smtp.effective_port,
            security=self.smtp.security,
            user=self.smtp.user,
            password=password,
            oauth_token=tokens,
            timeout_seconds=self.smtp.timeout_seconds,
            bounce_address=self.smtp.bounce_address,
            greeting_name=self.smtp.greeting_name,
            ca_file=self._path(self.smtp.ca_file),
        )

    def from_address(self) -> str:
        """Return the address that letters come from: the relay's, else the first mailbox's, else the ministry's own."""
        return self.smtp.from_address or next((mailbox.address for mailbox in self.mailbox), OFFICIAL_ADDRESS)

    def outbox_settings(self) -> "OutboxSettings":
        """Return how outgoing letters are claimed, tried again and given up."""
        from replies.outbox import OutboxSettings

        return OutboxSettings(
            patience=timedelta(hours=self.outbox.give_up_hours), undo=timedelta(seconds=self.outbox.undo_seconds)
        )

    def promise_settings(self) -> "PromiseSettings":
        """Return how promises are counted."""
        from sla.promises import DayEnds, Kind, PromiseSettings, Reading, Term

        return PromiseSettings(
            reading=Reading(self.promise.reading),
            cutoff=self.promise.cutoff,
            closing=self.promise.closing,
            day_ends=DayEnds(self.promise.day_ends),
            warn_before=timedelta(hours=self.promise.warn_hours),
            terms=(
                Term(kind=Kind.CONSULTA, business_days=self.promise.consulta_days, cutoff=True),
                Term(kind=Kind.SUGERENCIA, business_days=self.promise.sugerencia_days),
                Term(kind=Kind.RECLAMO, business_days=self.promise.reclamo_days),
            ),
        )

    def working_time_settings(self) -> "WorkingTimeSettings":
        """Return the hours of the desk."""
        from sla.working_time import WorkingTimeSettings

        return WorkingTimeSettings(opening=self.working_time.opens, closing=self.working_time.closes)

    def report_settings(self) -> "ReportSettings":
        """Return what the monthly reports are held against."""
        from oversight.targets import ReportSettings

        return ReportSettings(carta_version=self.carta.version, **self.targets.model_dump())

    def triage_settings(self) -> "TriageSettings":
        """Return how the judge behaves."""
        from triage.verdict import TriageSettings

        cache = self._path(self.triage.cache_dir)
        taught = {"": None, "latest": "triage-desk.npz"}.get(self.triage.desk_model, self.triage.desk_model)
        return TriageSettings(
            confidence_bar=self.triage.confidence_bar or None,
            danger_bar=self.danger.bar or None,
            cache_dir=Path(cache) if cache else None,
            desk_model=self.data_dir / taught if taught else None,
            desk_folder=self.data_dir,
        )

    def _password(self, section: sections.Mailbox | sections.Smtp | sections.Database, name: str) -> str:
        return read_password(
            section.password_env, section.password_file, folder=self.folder, source=self._source, section=name
        )

    def oauth_settings(self, section: sections.Mailbox | sections.Smtp, name: str) -> "OauthSettings | None":
        """Return where the access tokens of a wire come from, None when it logs in with a password.

        Raises ``PasswordMissing`` without the application's secret.
        """
        from service.oauth import OauthSettings

        if not section.token_url:
            return None
        secret = read_password(
            section.client_secret_env,
            section.client_secret_file,
            folder=self.folder,
            source=self._source,
            section=name,
            what="client_secret",
        )
        refresh_token = self._path(section.refresh_token_file)
        return OauthSettings(
            token_url=section.token_url,
            client_id=section.client_id,
            client_secret=secret,
            scope=section.scope,
            refresh_token_file=Path(refresh_token) if refresh_token else None,
        )

    def _tokens(self, section: sections.Mailbox | sections.Smtp, name: str) -> "Callable[[bool], str] | None":
        from service.oauth import token_source

        settings = self.oauth_settings(section, name)
        return None if settings is None else token_source(settings)

    def _path(self, name: str) -> str | None:
        return str(self.folder / Path(name).expanduser()) if name else None

    @property
    def _source(self) -> str:
        return str(self._file) if self._file else "settings"

    def _problem(self, key: str, message: str) -> Problem:
        return Problem(source=self._source, key=key, message=message)
