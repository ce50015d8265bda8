"""The monthly report: worked out, frozen when the month stands, written as pages and files."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

from calendar_pe import CalendarRangeError
from calendar_pe.clock import at_lima, parse_instant
from casework import publication
from casework.desk import Actor, Desk
from casework.publication import CannotPublish
from oversight.edition import PROVISIONAL, Edition, editions
from oversight.figures import attended, document
from oversight.files import to_csv, to_json, write
from oversight.indicators import month, stands_at
from oversight.method import METHOD
from oversight.page import BESIDE, Shown, index_page, month_page, year_page
from oversight.sheet import to_xlsx
from oversight.tables import Document, flat, from_dict, to_dict
from oversight.targets import ReportSettings
from tickets import months, reports
from tickets.tables import Report


def prepare(
    desk: Desk, actor: Callable[[], Actor], name: str, settings: ReportSettings, *, erratum: str | None = None
) -> list[Edition]:
    """Return the editions of a month (``2026-10``), the one that holds last; a month that stands is frozen first.

    Only what writes asks for the actor: freezing a month, or correcting it with ``erratum`` as its reason. Raises
    ``CannotPublish`` for a month that has not begun or cannot be corrected yet, CalendarRangeError, ``NotAllowed``.
    """
    year, number = int(name[:4]), int(name[5:])
    now = desk.clock()
    kept = _kept(desk, name)
    if kept and erratum is None:
        return kept
    if now < at_lima(date(year, number, 1)):
        raise CannotPublish(f"{name} todavía no empieza")
    stood_at = stands_at(desk, year, number, now)
    if now < stood_at:
        if erratum is not None:
            raise CannotPublish(f"{name} todavía no está cerrado: sus cifras son provisionales y se corrigen solas")
        return [Edition(document=work_out(desk, name, now, settings), version=PROVISIONAL)]
    if erratum is not None and not kept:
        raise CannotPublish(f"{name} todavía no tiene una versión cerrada que corregir")
    as_of = now if kept else stood_at
    found = work_out(desk, name, as_of, settings)
    if not kept and not attended(found) and not _had_begun(desk, year, number):
        raise CannotPublish(f"de {name} no hay cartas ni atenciones que informar")
    publication.freeze(
        desk,
        actor(),
        name,
        to_dict(found),
        as_of=as_of,
        calendar_version=found.calendar_version,
        erratum=erratum,
    )
    return _kept(desk, name)


def work_out(desk: Desk, name: str, as_of: datetime, settings: ReportSettings, method: int = METHOD) -> Document:
    """Work a month out from the journal as it stood at an instant. Raises CalendarRangeError."""
    found = month(desk, int(name[:4]), int(name[5:]), as_of)
    return document(
        found,
        carta_version=settings.carta_version,
        day_minutes=desk.working_time.day_seconds // 60,
        simulated=desk.settings.simulated,
        method=method,
    )


def recomputes(desk: Desk, kept: Report) -> list[str]:
    """Work a frozen month out again from the journal; return what differs, in words, nothing when it is the same."""
    frozen = from_dict(kept.figures)
    if publication.fingerprint(kept.figures) != kept.sha256:
        return [f"{kept.month}, versión {kept.version}: las cifras guardadas fueron cambiadas"]
    try:
        as_of, by_the_way = parse_instant(frozen.as_of), ReportSettings(carta_version="")
        again = work_out(desk, kept.month, as_of, by_the_way, frozen.method)
    except CalendarRangeError as error:
        return [f"{kept.month}, versión {kept.version}: {error}"]
    before = {figure[:3]: figure[3] for figure in flat(frozen)}
    after = {figure[:3]: figure[3] for figure in flat(again)}
    return [
        f"{kept.month}, versión {kept.version}: {' / '.join(place)} dice {before.get(place)} y el diario da "
        f"{after.get(place)}"
        for place in sorted(before.keys() | after.keys())
        if before.get(place) != after.get(place)
    ]


def write_month(desk: Desk, found: list[Edition], out: Path) -> list[Path]:
    """Write a month's pages and files, the page of its year and the index; returns what was written.

    The newest edition is ``2026-10.html``, ``.csv``, ``.xlsx`` and ``.json``; those it replaced keep theirs as
    ``2026-10-v1.html`` and so on. ``2026.html`` lists the months of the year, ``index.html`` the years and
    the register and the questions where they are in the folder already.
    """
    written = [path for edition in found for path in _write_edition(edition, out)]
    name = found[-1].document.month
    year = int(name[:4])
    with desk.store.read() as session:
        kept = reports.of_year(session, year)
        years = reports.years(session)
        latest = {one: _latest(reports.of_year(session, one)) for one in years}
    pages = {
        f"{year}.html": year_page(year, list(_shown(year, kept, found[-1]))),
        "index.html": index_page(
            [(one, latest.get(one, "")) for one in sorted({*years, year}, reverse=True)],
            [(file, title) for file, title in BESIDE if (out / file).is_file()],
        ),
    }
    for file, content in pages.items():
        write(out / file, content)
        written.append(out / file)
    return written


def _write_edition(edition: Edition, out: Path) -> Iterator[Path]:
    makers = {".html": month_page, ".csv": to_csv, ".json": to_json, ".xlsx": to_xlsx}
    for ending, make in makers.items():
        path = out / f"{edition.name}{ending}"
        write(path, make(edition))
        yield path


def _had_begun(desk: Desk, year: int, number: int) -> bool:
    """Whether the desk was there before the month was over."""
    with desk.store.read() as session:
        return months.began_by(session, at_lima((date(year, number, 1) + timedelta(days=31)).replace(day=1)))


def _kept(desk: Desk, name: str) -> list[Edition]:
    with desk.store.read() as session:
        return editions(reports.of_month(session, name))


def _latest(kept: list[Report]) -> str:
    return kept[-1].month if kept else ""


def _shown(year: int, kept: list[Report], now: Edition) -> Iterator[Shown]:
    """Yield the twelve months of a year; of one that is still open, only the edition just made."""
    for number in range(1, 13):
        name = f"{year:04}-{number:02}"
        rows = [row for row in kept if row.month == name]
        if rows:
            yield Shown(month=name, edition=editions(rows)[-1], published_on=rows[-1].published_on)
        else:
            yield Shown(month=name, edition=now if name == now.document.month else None)
