"""The desk as every use case needs it: its store, clock, calendar, judges, texts and rules."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from calendar_pe import Calendar, CalendarRangeError
from casework.refusals import Refusal
from replies.catalogue import Catalogue
from sla.promises import PromiseSettings
from sla.working_time import WorkingTimeSettings, next_open
from tickets.references import Signer
from tickets.states import Role
from tickets.store import Store
from triage import Text, Verdict


class Classifier(Protocol):
    """Whatever judges letters."""

    def judge(self, texts: Sequence[Text]) -> list[Verdict]:
        """Return a verdict for each text, in the same order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskSettings:
    """Rules of this desk that are not about time.

    ``own_addresses`` are lower-case; ``message_domain`` stands in the Message-IDs of this desk.
    """

    office: str
    from_name: str
    from_address: str
    message_domain: str
    own_addresses: frozenset[str]
    authserv_id: str
    tries: int
    batch_letters: int
    batch_bytes: int
    acknowledge: bool
    acknowledgements_per_sender: int
    acknowledgements_per_hour: int
    automatic_per_address: int
    survey: bool
    survey_delay_days: int
    undo: timedelta
    lease: timedelta
    give_up: timedelta
    courier_batch: int
    danger_notify: tuple[str, ...]
    danger_acknowledge: bool
    digest_recipients: tuple[str, ...]
    simulated: bool


def _nothing(_name: str) -> None:
    """Do nothing: the kill-point hook outside crash tests."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Everything that a use case may need, made once by ``service.wiring``."""

    store: Store
    clock: Callable[[], datetime]
    calendar: Calendar
    promises: PromiseSettings
    working_time: WorkingTimeSettings
    classifier: Callable[[], Classifier]
    catalogue: Catalogue
    signer: Signer
    settings: DeskSettings
    at: Callable[[str], None] = field(default=_nothing)

    def next_open(self, instant: datetime) -> datetime:
        """Return the instant itself inside working time, else the next opening: when a notice to staff may leave.

        Past the last opening of the calendar it is the instant itself: the notice then waits for newer rows.
        """
        try:
            return next_open(instant, self.calendar, self.working_time)
        except CalendarRangeError:
            return instant


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a member of staff, or the service itself (no id)."""

    staff_id: int | None
    login: str
    name: str
    role: Role | None

    @property
    def journal_name(self) -> str:
        """Return the name that stands in the journal."""
        return "desk" if self.staff_id is None else f"staff:{self.staff_id}"


SERVICE = Actor(None, "desk", "Servicio", None)
"""The service acting by itself."""


class NotAllowed(Refusal):
    """The actor's role does not allow what was asked."""


def require(actor: Actor, *roles: Role) -> None:
    """Raise ``NotAllowed`` unless the actor has one of the roles."""
    if actor.role not in roles:
        wanted = " o ".join(roles)
        raise NotAllowed(f"{actor.login} es {actor.role or 'ajeno al personal'}; esto necesita {wanted}")


WRITERS = (Role.CONSULTANT, Role.SUPERVISOR, Role.ADMINISTRATOR)
"""The roles that may change a case."""
