"""Our own letters, sorted by kind, each with what must be read from it (the JSON beside it names only what matters)."""

import json
from pathlib import Path
from typing import Any

import pytest

from service.commands.inspect import described

CORPUS = Path(__file__).parents[2] / "corpus"
LETTERS = sorted(CORPUS.glob("*/*.eml"))


@pytest.mark.parametrize("path", LETTERS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_what_must_be_read_is_read(path: Path) -> None:
    expected: dict[str, Any] = json.loads(path.with_suffix(".json").read_text("utf-8"))
    read = described(str(path))
    assert {name: read[name] for name in expected} == expected


def test_every_letter_says_what_is_expected_of_it() -> None:
    assert len(LETTERS) > 100
    assert all(json.loads(path.with_suffix(".json").read_text("utf-8")) for path in LETTERS)
