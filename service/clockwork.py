"""The parts of the promise clock as this desk is set up: its calendar and how it counts."""

from dataclasses import dataclass
from pathlib import Path

from calendar_pe import Calendar, shipped
from service.commands import DEFAULT_CONFIG, Context
from sla.promises import PromiseSettings
from sla.working_time import WorkingTimeSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Clockwork:
    """What every reckoning needs, once per command."""

    calendar: Calendar
    promises: PromiseSettings
    working_time: WorkingTimeSettings


def clockwork() -> Clockwork:
    """Return the clockwork of the named settings file, or the built-in one when there is no file.

    Calendar rows that people added count as soon as the desk's database is there; none is made here.
    """
    from service.settings import load_or_default

    settings = load_or_default(Context.config)
    has_file = Context.config is not None or DEFAULT_CONFIG.is_file()
    return Clockwork(
        calendar=_calendar(settings.database_url()) if has_file else shipped(),
        promises=settings.promise_settings(),
        working_time=settings.working_time_settings(),
    )


def _calendar(url: str) -> Calendar:
    if url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///").partition("?")[0]).exists():
        return shipped()  # without loading what speaks to databases
    from casework.added_days import effective_calendar
    from service.wiring import mapped_errors
    from tickets.store import open_existing

    with mapped_errors():
        store = open_existing(url)
        if store is None:
            return shipped()
        try:
            with store.read() as session:
                return effective_calendar(session)
        finally:
            store.close()
