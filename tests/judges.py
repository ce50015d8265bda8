"""A judge for tests, fitted once per content of the corpus, the lexicon and the code."""

from functools import cache
from pathlib import Path

import pytest

from triage import TriageSettings
from triage.classifier import Classifier, load


def shared_settings(folders: pytest.TempPathFactory) -> TriageSettings:
    """Return settings whose model outlives the session: its name holds a hash of all it depends on."""
    return TriageSettings(cache_dir=folders.getbasetemp().parent / "triage")


@cache
def _judge(folder: Path) -> Classifier:
    return load(TriageSettings(cache_dir=folder))


def shared_judge(folders: pytest.TempPathFactory) -> Classifier:
    """Return a ready judge with the shipped model."""
    folder = shared_settings(folders).cache_dir
    assert folder is not None
    return _judge(folder)
