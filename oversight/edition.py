"""One edition of a month's report: provisional while the month may change, then frozen, then corrected in the open."""

from collections.abc import Mapping
from dataclasses import dataclass

from oversight.tables import Document, from_dict
from tickets.tables import Report

PROVISIONAL = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Erratum:
    """Why an edition replaced the one before it, and as of when."""

    version: int
    as_of: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """Figures with their place among the editions of the month. ``version`` is ``PROVISIONAL`` (0) or 1, 2, …"""

    document: Document
    version: int
    errata: tuple[Erratum, ...] = ()
    replaced_by: int | None = None

    @property
    def provisional(self) -> bool:
        """Whether the month may still change."""
        return self.version == PROVISIONAL

    @property
    def name(self) -> str:
        """The name of its files, without what follows the dot: the newest edition has the month's own name."""
        month = self.document.month
        return month if self.replaced_by is None else f"{month}-v{self.version}"


def editions(kept: list[Report]) -> list[Edition]:
    """Return the frozen editions of one month from its rows, oldest first; each but the last is replaced."""
    errata: list[Erratum] = []
    found: list[Edition] = []
    for row in kept:
        document = from_dict(_figures(row))
        if row.erratum:
            errata.append(Erratum(version=row.version, as_of=document.as_of, reason=row.erratum))
        replaced_by = row.version + 1 if row is not kept[-1] else None
        found.append(Edition(document=document, version=row.version, errata=tuple(errata), replaced_by=replaced_by))
    return found


def _figures(row: Report) -> Mapping[str, object]:
    return row.figures
