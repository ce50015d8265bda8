"""One fitted judge for all tests of the room."""

import pytest

from tests.judges import shared_judge, shared_settings
from triage import TriageSettings
from triage.classifier import Classifier


@pytest.fixture(scope="session")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Classifier:
    return shared_judge(tmp_path_factory)


@pytest.fixture(scope="session")
def judge_settings(judge: Classifier, tmp_path_factory: pytest.TempPathFactory) -> TriageSettings:
    return shared_settings(tmp_path_factory)
