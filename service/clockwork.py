"""The parts of the promise clock as this desk is set up: its calendar and how it counts."""

from dataclasses import dataclass

from calendar_pe import Calendar, shipped
from service.commands import Context
from sla.promises import PromiseSettings
from sla.working_time import WorkingTimeSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Clockwork:
    """What every reckoning needs, once per command."""

    calendar: Calendar
    promises: PromiseSettings
    working_time: WorkingTimeSettings


def clockwork() -> Clockwork:
    """Return the clockwork of the named settings file, or the built-in one when there is no file."""
    from service.settings import load_or_default

    settings = load_or_default(Context.config)
    return Clockwork(
        calendar=shipped(),
        promises=settings.promise_settings(),
        working_time=settings.working_time_settings(),
    )
