"""Proves the record: the journal's chains and seals, the rows that it tells of, and every published figure."""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from itertools import islice
from typing import Any

from calendar_pe.clock import at_lima, format_instant, lima_date
from casework import remedy
from casework.desk import Desk
from oversight.report import recomputes
from oversight.tables import from_dict
from tickets import cases, chains, contents, journal, reports
from tickets.chains import Entry
from tickets.damage import NO_CHAIN, Damage, Fault, names
from tickets.store import Session
from tickets.tables import Report

Facts = Mapping[str, object]

_SEAL = re.compile(r"[0-9a-f]{8,64}", re.ASCII)

_EVER = {"since": datetime(2000, 1, 1, tzinfo=UTC), "until": datetime(9000, 1, 1, tzinfo=UTC)}
"""All time: on a desk for practice things happen in the future too."""

_WITHOUT_PLACE = frozenset({Damage.SEAL, Damage.ROW})

_NONSENSE = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)

MOST = 1000
"""Faults that are told; of a journal in ruins the rest says nothing new."""

FIGURE, REWRITTEN = "figure", "rewritten"
"""Kinds of damage beside those of ``Damage``: a published figure, and a history that does not hold a printed seal."""

KINDS = {
    Damage.EDITED: "editado",
    Damage.DELETED: "borrado",
    Damage.INSERTED: "insertado",
    Damage.REORDERED: "cambiado de lugar",
    Damage.SEAL: "sello",
    Damage.ROW: "otra tabla",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that does not fit. ``where`` names it for a person: a case's reference, «la mesa», a month."""

    kind: str
    where: str
    what: str
    chain: int | None = None
    seq: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A seal of this journal: the whole history up to that instant is what it was then."""

    hash: str
    sealed_on: date
    sealed_at: datetime
    entries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What a check of the whole record found."""

    findings: tuple[Finding, ...]
    seal: Sealed | None
    reports: int

    def document(self) -> dict[str, object]:
        """Return the proof as plain values."""
        return {
            "sound": not self.findings,
            "reports": self.reports,
            "seal": None
            if self.seal is None
            else {
                "hash": self.seal.hash,
                "sealed_on": self.seal.sealed_on.isoformat(),
                "sealed_at": format_instant(self.seal.sealed_at),
                "entries": self.seal.entries,
            },
            "faults": [
                {"kind": one.kind, "where": one.where, "chain": one.chain, "seq": one.seq, "what": one.what}
                for one in self.findings
            ],
        }


def clean_seal(typed: str) -> str | None:
    """Return a seal as it may have been copied from a letter, blanks and case apart; None when it cannot be one."""
    wanted = "".join(typed.split()).lower()
    return wanted if _SEAL.fullmatch(wanted) else None


def prove(desk: Desk, seal: str | None = None, *, figures: bool = True, originals: bool = True) -> Proof:
    """Check the record. ``seal`` is one printed by a digest, or its beginning of at least 8 digits (``clean_seal``).

    What the other tables hold is compared with what the chains tell of it. With ``figures`` every frozen report is
    worked out again from the journal, as of the instant at which it stood; with ``originals`` every letter is read
    again as it arrived, attachments and all.
    """
    with desk.store.snapshot() as session:
        hashed = desk.signer.keyed_hash
        record = journal.Record(session, hashed, partial(_amended, desk), _ends, originals=originals)
        faults = list(islice(journal.verify(session, record), MOST))
        reference = cases.references(session, names(faults))
        findings = [_finding(one, reference) for one in faults]
        known = _find(session, seal) if seal is not None else None
    if seal is not None and known is None:
        findings.append(
            Finding(
                kind=REWRITTEN,
                where=f"sello {seal}",
                what="el diario no tiene ese sello: su historia fue cortada o escrita de nuevo, o el sello es de otro",
            )
        )
    checked = 0
    if figures:
        with desk.store.read() as session:
            frozen, published = _said_of(session, "report_frozen"), _said_of(session, "report_published")
        for kept in _reports(desk):
            checked += 1
            name = (kept.month, kept.version)
            said = _against_journal(desk, kept, frozen.pop(name, None), published.get(name)) or _again(desk, kept)
            findings += [_figure(kept.month, one) for one in said]
        findings += [
            _figure(month, f"la versión {version} se cerró y ya no está guardada") for month, version in sorted(frozen)
        ]
    return Proof(findings=tuple(findings), seal=known, reports=checked)


def sentence(one: Finding) -> str:
    """Say one finding on one line."""
    place = "" if one.chain is None or one.kind in _WITHOUT_PLACE else f", asiento {one.seq}"
    if one.chain == NO_CHAIN:
        place = f", registro {one.seq}"
    word = KINDS.get(Damage(one.kind)) if one.kind in set(Damage) else None
    return f"{one.where}{place}: {f'{word}: ' if word else ''}{one.what}"


def _amended(desk: Desk, row: Any) -> str:
    words = (row.cause, row.cause_text, row.corrective, row.preventive, row.responsible)
    return remedy.content(desk, [*words, None if row.apology_due is None else bool(row.apology_due)])


def _ends(due_at: datetime) -> tuple[str, frozenset[datetime], datetime]:
    """Return what follows from the instant at which a promise is due: its date, its last second, its legal end."""
    due_on = lima_date(due_at)
    midnight = at_lima(due_on, 23, 59, 59)
    return due_on.isoformat(), frozenset((due_at, midnight)), midnight


def _finding(fault: Fault, reference: dict[int, str]) -> Finding:
    if fault.kind is Damage.SEAL or fault.chain == journal.SEALS:
        where = "sellos"
    elif fault.kind is Damage.ROW:
        where = reference.get(fault.chain, "la mesa") if fault.chain else "la mesa"
    elif fault.chain == NO_CHAIN:
        where = "el diario"
    elif fault.chain == journal.DESK:
        where = "la mesa (cadena 0)"
    else:
        where = f"{reference.get(fault.chain, 'sin caso')} (cadena {fault.chain})"
    return Finding(kind=fault.kind.value, where=where, what=fault.what, chain=fault.chain, seq=fault.seq)


def _figure(month: str, said: str) -> Finding:
    return Finding(kind=FIGURE, where=f"indicadores de {month}", what=said)


def _again(desk: Desk, kept: Report) -> list[str]:
    """Work a report out again; what cannot even be read was not written by this service."""
    try:
        from_dict(kept.figures)
    except _NONSENSE:
        return [f"las cifras guardadas de la versión {kept.version} no se pueden leer"]
    try:
        return recomputes(desk, kept)
    except _NONSENSE:
        return [
            f"la versión {kept.version} no se puede volver a calcular: en el diario hay asientos que no se pueden leer"
        ]


def _against_journal(desk: Desk, kept: Report, frozen: Facts | None, published: Facts | None) -> list[str]:
    """Return how a kept report differs from what the journal says of it, nothing when it does not."""
    version = f"la versión {kept.version}"
    if frozen is None:
        return [f"{version} está guardada y nadie la cerró: no está en el diario"]
    if str(frozen.get("sha256")) != kept.sha256:
        return [f"{version} no es la que se cerró: su huella en el diario es otra"]
    published_on = None if published is None else str(published.get("on"))
    if (kept.published_on.isoformat() if kept.published_on is not None else None) != published_on:
        return [f"{version} dice otra fecha de publicación que el diario"]
    reason = frozen.get("reason")  # entries from before it was noted say only whether there was one
    hashed = desk.signer.keyed_hash(contents.of_words(kept.erratum))
    if bool(kept.erratum) != bool(frozen.get("erratum")) or (reason is not None and reason != hashed):
        return [f"{version} da otro motivo de su corrección que el que se registró"]
    return []


def _said_of(session: Session, event: str) -> dict[tuple[str, int], Facts]:
    """Return what the newest entry of that event says of each month and version."""
    found: dict[tuple[str, int], Facts] = {}
    with suppress(TypeError, ValueError):  # a cell that cannot even be read: its entry is told of with its chain
        for one in chains.of_event(session, event, **_EVER):
            if (name := _name(one)) is not None:
                found[name] = one.facts
    return found


def _name(entry: Entry) -> tuple[str, int] | None:
    """Return the month and version that an entry is about, None of one that somebody made nonsense of."""
    try:
        return str(entry.facts["month"]), int(str(entry.facts["version"]))
    except (LookupError, TypeError, ValueError):
        return None  # the entry itself is told of with its chain


def _reports(desk: Desk) -> Iterator[Report]:
    with desk.store.read() as session:
        years = reports.years(session)
    for year in years:
        with desk.store.read() as session:
            kept = reports.of_year(session, year)
        yield from kept


def _find(session: Session, seal: str) -> Sealed | None:
    found = journal.find_seal(session, seal)
    if found is None:
        return None
    return Sealed(hash=found.hash, sealed_on=found.sealed_on, sealed_at=found.sealed_at, entries=found.entries)
