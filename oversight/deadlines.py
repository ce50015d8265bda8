"""The duties of the calendar: the management report by business day 5, publication by day 15, reminded from day 10."""

from collections.abc import Iterator
from datetime import date, datetime

from calendar_pe import CalendarRangeError
from calendar_pe.clock import lima_date
from casework.desk import Desk
from oversight import words
from sla.remediation import PUBLICATION_BUSINESS_DAYS, publication_due_on
from tickets import months, reports
from tickets.store import Session

MANAGEMENT_DAY = 5
REMINDER_DAY = 10


def duties(desk: Desk, session: Session, now: datetime) -> list[str]:
    """Return what is owed today of the reports of the month before, in words; nothing beyond the calendar.

    The management report is spoken of on its last day alone, publication from its tenth business day until it is
    done: then ``published_on`` is set, by ``som report 2026-10 --publish``.
    """
    began_at = months.began_at(session)
    month = _before(lima_date(now))
    if began_at is None or lima_date(began_at) >= lima_date(now).replace(day=1):
        return []
    try:
        return list(_duties(desk, session, month, lima_date(now)))
    except CalendarRangeError:
        return []


def _duties(desk: Desk, session: Session, month: date, today: date) -> Iterator[str]:
    name = f"{month:%Y-%m}"
    calendar = desk.calendar
    if today == calendar.nth_business_day_of_month(today.year, today.month, MANAGEMENT_DAY):
        yield (
            f"Hoy, quinto día hábil, corresponde el informe de gestión de {words.month_name(name)}. Sus cifras quedan "
            f"cerradas a las 5:00 p. m.: som report {name} --out CARPETA"
        )
    published = any(row.published_on is not None for row in reports.of_month(session, name))
    if published or today < calendar.nth_business_day_of_month(today.year, today.month, REMINDER_DAY):
        return
    due_on = publication_due_on(month.year, month.month, calendar)
    if today < due_on:
        told = f"Los indicadores de {words.month_name(name)} se publican a más tardar el {words.day(due_on)}"
    elif today == due_on:
        told = f"Hoy, día hábil {PUBLICATION_BUSINESS_DAYS}, vence publicar los indicadores de {words.month_name(name)}"
    else:
        told = f"Los indicadores de {words.month_name(name)} debieron publicarse el {words.day(due_on)}"
    yield f"{told}. Una vez publicados: som report {name} --publish"


def _before(today: date) -> date:
    """Return the first day of the month before."""
    return (today.replace(day=1).replace(month=today.month - 1)) if today.month > 1 else date(today.year - 1, 12, 1)
