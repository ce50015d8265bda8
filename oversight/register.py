"""The public register of broken commitments: cause, measures and apology, without anybody's personal data."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from calendar_pe.clock import lima_date, time_words, to_lima
from casework.desk import Desk
from oversight import words
from oversight.digest_words import how_late
from oversight.files import harmless, write
from oversight.layout import page
from oversight.privacy import public_words
from sla.remediation import Cause, Commitment
from tickets import amends, people
from tickets.states import OutboxState, RemediationState
from tickets.store import Session
from tickets.tables import Outgoing, Promise, Remediation, Ticket

PAGE = 500
"""Rows of the log read at once."""

RESERVED = "Reservado, para proteger a la persona"
UNWRITTEN = "Por registrar"

CSV_HEADER = (
    "numero",
    "mes",
    "compromiso",
    "linea",
    "tipo",
    "demora",
    "motivo",
    "detalle",
    "medida_correctiva",
    "medida_preventiva",
    "disculpa",
    "estado",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicEntry:
    """One broken commitment as anybody may read it. ``number`` is the row of the log, which names no case."""

    number: int
    month: str
    commitment: str
    line: str
    kind: str
    late: str
    cause: str
    detail: str
    corrective: str
    preventive: str
    apology: str
    state: str


def publish(desk: Desk, out: Path) -> list[Path]:
    """Write ``subsanacion-2026.html`` and ``.csv`` for each year that has entries; ``subsanacion.html`` is the newest.

    Returns what was written. The files say as of when they were made.
    """
    with desk.store.read() as session:
        entries = list(public_entries(desk, session))
    years = {year: list(found) for year, found in groupby(entries, key=lambda one: one.month[:4])}
    written = []
    for year, found in years.items():
        for name, content in (
            (f"subsanacion-{year}.html", register_page(desk, found, year, sorted(years, reverse=True))),
            (f"subsanacion-{year}.csv", to_csv(found)),
        ):
            write(out / name, content)
            written.append(out / name)
    newest = max(years, default=f"{lima_date(desk.clock()).year:04}")
    write(out / "subsanacion.html", register_page(desk, years.get(newest, []), newest, sorted(years, reverse=True)))
    return [*written, out / "subsanacion.html"]


def public_entries(desk: Desk, session: Session) -> Iterator[PublicEntry]:
    """Yield every broken commitment, the newest month first, reading page by page."""
    staff = [one.name for one in people.listing(session)]
    rows: list[tuple[str, int, PublicEntry]] = []
    before_id: int | None = None
    while found := amends.listing(session, limit=PAGE, before_id=before_id):
        for row, promise, ticket in found:
            entry = _entry(desk, session, row, promise, ticket, staff)
            rows.append((entry.month, entry.number, entry))
        before_id = found[-1][0].id
        session.expunge_all()
    rows.sort(key=lambda one: one[:2], reverse=True)
    yield from (entry for _, _, entry in rows)


def register_page(desk: Desk, entries: Sequence[PublicEntry], year: str, years: Sequence[str]) -> bytes:
    """Return the page of one year; ``years`` are those that have a page, newest first."""
    months = [
        (month, words.month_name(month), list(found)) for month, found in groupby(entries, key=lambda one: one.month)
    ]
    return page(
        "register.html.j2",
        year=year,
        years=years,
        months=months,
        total=len(entries),
        made_on=words.day(lima_date(desk.clock())),
        opens=time_words(desk.working_time.opening),
        closes=time_words(desk.working_time.closing),
    )


def to_csv(entries: Sequence[PublicEntry]) -> bytes:
    """Write the entries of a year: UTF-8, LF. An apostrophe leads a text that a spreadsheet would run as a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(CSV_HEADER)
    for one in entries:
        cells = (
            str(one.number), one.month, one.commitment, one.line, one.kind, one.late, one.cause, one.detail,
            one.corrective, one.preventive, one.apology, one.state,
        )  # fmt: skip
        writer.writerow(harmless(cell) for cell in cells)
    return out.getvalue().encode()


def _entry(
    desk: Desk,
    session: Session,
    row: Remediation,
    promise: Promise | None,
    ticket: Ticket | None,
    staff: Sequence[str],
) -> PublicEntry:
    reserved = ticket is not None and ticket.trafficking_risk
    names = [*staff, *((ticket.requester_name, ticket.requester_address) if ticket is not None else ())]

    def said(text: str) -> str:
        return RESERVED if reserved and text.strip() else public_words(text, names) or UNWRITTEN

    return PublicEntry(
        number=row.id or 0,
        month=row.month or f"{to_lima(row.broken_at):%Y-%m}",
        commitment=Commitment(row.commitment).label,
        line="" if ticket is None or reserved else words.SHORT_LINES.get(str(ticket.line), ""),
        kind=words.KINDS.get(promise.kind, "") if promise is not None else "",
        late=_late(desk, row, promise),
        cause=Cause(row.cause).label if row.cause else UNWRITTEN,
        detail=said(row.cause_text) if row.cause_text.strip() else "",
        corrective=said(row.corrective),
        preventive=said(row.preventive),
        apology=_apology(session, row),
        state="Cerrada" if row.state == RemediationState.CLOSED else "En trámite",
    )


def _late(desk: Desk, row: Remediation, promise: Promise | None) -> str:
    if promise is None:
        return ""
    if row.lateness_seconds is None:
        return "Todavía sin respuesta"
    return how_late(row.lateness_seconds, desk.working_time)


def _apology(session: Session, row: Remediation) -> str:
    letter = session.get(Outgoing, row.apology_outgoing_id) if row.apology_outgoing_id is not None else None
    if letter is not None:
        return "Enviada" if letter.state == OutboxState.SENT else "Escrita; todavía no sale"
    return {True: "Corresponde; todavía no enviada", False: "No correspondía", None: "Por decidir"}[row.apology_due]
