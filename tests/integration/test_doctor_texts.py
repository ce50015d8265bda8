"""The doctor tells of texts whose review has come, thirty days before and ever after, and never calls that an error."""

from datetime import timedelta
from pathlib import Path

import pytest

from calendar_pe.clock import at_lima
from replies.catalogue import load as load_texts
from service.doctor import Finding, examine
from service.settings import load
from tests.desks import Clock, build
from tickets.store import Store

TEXTS = (*load_texts(), *load_texts().letters.values())
SOONEST = min(TEXTS, key=lambda one: one.review_by)


@pytest.mark.parametrize(
    ("days", "level", "named"), [(-31, "ok", False), (-30, "warning", True), (0, "warning", True), (1, "warning", True)]
)
def test_from_thirty_days_before(
    sqlite_store: Store, clock: Clock, tmp_path: Path, days: int, level: str, named: bool
) -> None:
    finding = told(sqlite_store, clock, tmp_path, days)
    assert (finding.level, SOONEST.id in finding.said) == (level, named)


def told(store: Store, clock: Clock, folder: Path, days: int) -> Finding:
    """Return what is found about the texts so many days after the first of them should be reviewed."""
    (folder / "config.toml").write_text('[smtp]\nfrom_address = "som@example.pe"\n', encoding="utf-8")
    clock.now = at_lima(SOONEST.review_by + timedelta(days=days), 9)
    [finding] = [one for one in examine(build(store, clock), load(folder / "config.toml")) if one.what == "respuestas"]
    return finding
