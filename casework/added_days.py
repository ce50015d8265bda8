"""Calendar rows that people added, between the record and the calendar."""

from calendar_pe import Calendar, Effect, Row, Scope, shipped
from tickets import additions
from tickets.store import Session
from tickets.tables import CalendarRow


def effective_calendar(session: Session, known: Calendar | None = None) -> Calendar:
    """Return the shipped calendar with every row that people added.

    ``known`` is a calendar made here before; it is given back as it is when nothing was added since. Rows are never
    changed or taken away, so their number tells.
    """
    if known is not None and len(known.rows) == len(shipped().rows) + additions.count(session):
        return known
    added = [_row(one) for one in additions.calendar_rows(session)]
    return shipped().with_rows(added) if added else shipped()


def stored(row: Row, *, staff_id: int | None) -> CalendarRow:
    """Return a row as the record keeps it. ``known_at`` must be filled in."""
    assert row.known_at is not None, "a row without the instant at which it was learned"
    return CalendarRow(
        row_id=row.id,
        day=row.date,
        start_time=row.start_time,
        end_time=row.end_time,
        scope=row.scope,
        territory=row.territory,
        effect=row.effect,
        name=row.name,
        legal_basis=row.legal_basis,
        published_on=row.published_on,
        source=row.source,
        known_at=row.known_at,
        supersedes=row.supersedes,
        note=row.note,
        staff_id=staff_id,
    )


def _row(kept: CalendarRow) -> Row:
    return Row(
        id=kept.row_id,
        date=kept.day,
        start_time=kept.start_time,
        end_time=kept.end_time,
        scope=Scope(kept.scope),
        territory=kept.territory,
        effect=Effect(kept.effect),
        name=kept.name,
        legal_basis=kept.legal_basis,
        published_on=kept.published_on,
        source=kept.source,
        known_at=kept.known_at,
        supersedes=kept.supersedes,
        note=kept.note,
    )
