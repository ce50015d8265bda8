"""A month's figures through their life: frozen once, corrected only by a new version with its reason, published."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime

from calendar_pe.clock import format_instant, lima_date
from casework.desk import Actor, Desk, require
from casework.refusals import Refusal
from letters.clean import clean_text
from tickets import contents, journal, reports
from tickets.journal import Event, Fact
from tickets.states import Role
from tickets.store import Session
from tickets.tables import Report

NOTE_LIMIT = 20_000
"""Characters of one office's notes on a month."""

REASON_LIMIT = 2_000


class CannotPublish(Refusal):
    """The report cannot be frozen, corrected or published like that; the message says why."""


def freeze(
    desk: Desk,
    actor: Actor,
    month: str,
    figures: Mapping[str, object],
    *,
    as_of: datetime,
    calendar_version: str,
    erratum: str | None = None,
) -> None:
    """Keep a month's figures as they stood at ``as_of``: version 1, or the next one with its reason.

    A month that is frozen already stays as it is unless a reason is given. Raises ``CannotPublish``, ``NotAllowed``.
    """
    require(actor, Role.SUPERVISOR, Role.ADMINISTRATOR)
    reason = clean_text(erratum or "").strip()
    if erratum is not None and not reason:
        raise CannotPublish("una errata necesita su motivo, en palabras que cualquiera entienda")
    if len(reason) > REASON_LIMIT:
        raise CannotPublish(f"el motivo de la errata pasa de {REASON_LIMIT} letras")
    now = desk.clock()
    with desk.store.write() as session:
        reports.one_at_a_time(session)
        known = reports.of_month(session, month)
        if known and not reason:
            return
        if reason and not known:
            raise CannotPublish(f"{month} todavía no tiene una versión cerrada que corregir")
        version = known[-1].version + 1 if known else 1
        digest = fingerprint(figures)
        session.add(
            Report(
                month=month,
                version=version,
                frozen_at=now,
                calendar_version=calendar_version,
                figures=dict(figures),
                sha256=digest,
                erratum=reason,
            )
        )
        facts: dict[str, Fact] = {
            "month": month,
            "version": version,
            "as_of": format_instant(as_of),
            "calendar": calendar_version,
            "sha256": digest,
            "erratum": bool(reason),
        }
        if reason:
            facts["reason"] = desk.signer.keyed_hash(contents.of_words(reason))
        _note(session, actor, now, "report_frozen", facts)


def publish(desk: Desk, actor: Actor, month: str) -> None:
    """Note that the newest version of a month is public from today; once a version. Raises ``CannotPublish``."""
    require(actor, Role.SUPERVISOR, Role.ADMINISTRATOR)
    now = desk.clock()
    with desk.store.write() as session:
        reports.one_at_a_time(session)
        known = reports.of_month(session, month)
        if not known:
            raise CannotPublish(f"{month} todavía no está cerrado; lo provisional no se publica")
        if known[-1].published_on is not None:
            return
        known[-1].published_on = lima_date(now)
        facts: dict[str, Fact] = {"month": month, "version": known[-1].version, "on": lima_date(now).isoformat()}
        _note(session, actor, now, "report_published", facts)


def write_note(desk: Desk, actor: Actor, month: str, said: str) -> None:
    """Keep what this office says of its month for the management report. Raises ``CannotPublish``."""
    require(actor, Role.SUPERVISOR, Role.ADMINISTRATOR)
    clean = clean_text(said).strip()
    if len(clean) > NOTE_LIMIT:
        raise CannotPublish(f"las notas pasan de {NOTE_LIMIT} letras")
    now = desk.clock()
    with desk.store.write() as session:
        reports.set_note(session, month, desk.settings.office, clean, now)
        facts: dict[str, Fact] = {
            "month": month,
            "office": desk.settings.office,
            "content": desk.signer.keyed_hash(clean),
        }
        _note(session, actor, now, "report_note", facts)


def fingerprint(figures: Mapping[str, object]) -> str:
    """Return the SHA-256 of figures as the journal keeps it, over their canonical JSON."""
    canonical = json.dumps(figures, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()


def _note(session: Session, actor: Actor, now: datetime, word: str, facts: Mapping[str, Fact]) -> None:
    journal.append(session, [Event(journal.DESK, now, actor.journal_name, word, facts)])
