"""The service's own letters, filled with what the record knows: acknowledgement, danger notice, notice to staff."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from email.headerregistry import Address
from functools import lru_cache

from calendar_pe import Calendar
from calendar_pe.clock import lima_date, to_lima, words
from casework.desk import Desk
from replies.facts import cause_words
from replies.render import LONGEST, Rendered, render
from replies.suggest import DANGER
from replies.template import ORIGINAL
from replies.words import promise_words, why_words
from sla.reckon import Reckoning
from tickets import cases
from tickets.store import Session
from tickets.tables import Notice, Promise, Ticket

_NOTICES = {
    "at_risk": "Por vencer",
    "broken": "Promesa rota",
    "uncertain": "Envío incierto: una persona decide",
    "refused": "El correo no aceptó una respuesta",
    "quarantine": "Carta sin analizar",
    "source": "Un buzón no responde",
}


def sender(desk: Desk) -> Address:
    """Return the address that stands in From of our letters."""
    return _address(desk.settings.from_name, desk.settings.from_address)


def acknowledgement(desk: Desk, reckoned: Reckoning, *, reference: str, language: str) -> Rendered:
    """Write an acknowledgement: number, promised instant and why, what to do in danger. Never the writer's words."""
    arrived_on = lima_date(reckoned.received_at)
    counted_on = reckoned.clock_starts_on if reckoned.clock_starts_on > arrived_on else None
    late = counted_on is not None and desk.calendar.is_business_day(arrived_on)
    template = desk.catalogue.letter("acknowledgement")
    spoken = template.language_for(language)
    cutoff = desk.promises.cutoff if late else None
    promise, why = _promise(arrived_on, counted_on, cutoff, reckoned.due_at, reckoned.due_on, desk.calendar, spoken)
    rendered = render(template, spoken, {"reference": reference, "promise": promise, "why": why})
    return tagged(desk, rendered, reference)


def discreet_subject(desk: Desk, reference: str, language: str) -> str:
    """Return a subject that betrays nothing: that of the reply for danger, with the signed tag."""
    template = desk.catalogue.get(DANGER)
    subject = render(template, template.language_for(language), {"reference": reference}).subject
    return subject.replace(f"[{reference}]", desk.signer.tag(reference))


def danger_notice(desk: Desk, *, reference: str, received_at: datetime, signs: Sequence[str]) -> Rendered:
    """Write the notice of a possible trafficking case; of the letter it holds only the words taken for signs."""
    variables = {"reference": reference, "arrived": words(received_at), "signs": "\n".join(signs)}
    return render(desk.catalogue.letter("danger_notice"), "es", variables)


def apology(desk: Desk, ticket: Ticket, promise: Promise, *, cause: str, measure: str) -> Rendered:
    """Write the apology for a broken promise: that its answer is on the way only while it is owed.

    ``cause`` is the word of the reason: the citizen reads the sentence kept for it, never what staff noted down. The
    ``measure`` is written in Spanish, and said to whom we write in Spanish.
    """
    template = desk.catalogue.letter("apology")
    language = template.language_for(ticket.language)
    variables = {
        "reference": ticket.reference,
        "received_on": lima_date(promise.received_at).isoformat(),
        "cause": cause_words(cause, language),
        "measure": measure if language == ORIGINAL else "",
        "kind": promise.kind,
        "days": next((str(one.business_days) for one in desk.promises.terms if one.kind == promise.kind), ""),
        "owed": "sí" if promise.answered_at is None else "",
        "name": ticket.requester_name,
    }
    return render(template, language, variables)


def notice(desk: Desk, session: Session, news: Sequence[Notice], now: datetime) -> tuple[Rendered, int]:
    """Write one letter to staff with what they have not been told; returns it and how many news it has room for."""
    known = cases.known_by_id(session, {one.ticket_id for one in news if one.ticket_id is not None})
    lines: list[str] = []
    room = LONGEST["items"]
    for one in news:
        ticket = known.get(one.ticket_id) if one.ticket_id is not None else None
        said = one.text or _NOTICES.get(one.kind, one.kind)
        line = (f"{ticket.reference}: {said}" if ticket is not None else said)[: LONGEST["line"]]
        room -= len(line) + 1
        if room < 0 and lines:
            break
        lines.append(line)
    local = to_lima(now)
    variables = {"hour": f"{local:%H:%M}", "items": "\n".join(lines)}
    return render(desk.catalogue.letter("notice"), "es", variables), len(lines)


def tagged(desk: Desk, rendered: Rendered, reference: str) -> Rendered:
    """Return the letter with the signed tag in its subject, so that replies find their case."""
    subject = rendered.subject.replace(f"[{reference}]", desk.signer.tag(reference))
    return replace(rendered, subject=subject)


@lru_cache(maxsize=8)
def _address(name: str, address: str) -> Address:
    return Address(display_name=name, addr_spec=address)


@lru_cache(maxsize=512)
def _promise(
    arrived_on: date,
    counted_on: date | None,
    cutoff: time | None,
    due_at: datetime,
    due_on: date,
    calendar: Calendar,
    language: str,
) -> tuple[str, str]:
    """Return the promised instant in words, and why then; letters of one day share theirs."""
    days = (arrived_on + timedelta(days=number) for number in range((due_on - arrived_on).days))
    skipped = [(day, _name(day, calendar)) for day in days if not calendar.is_business_day(day)]
    return promise_words(due_at, language), why_words(
        counted_on=counted_on, cutoff=cutoff, skipped=skipped, language=language
    )


def _name(day: date, calendar: Calendar) -> str:
    rows = calendar.rows_on(day)
    return rows[-1].name if rows and day.weekday() < 5 else ""
