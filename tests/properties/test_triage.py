"""Whatever a letter holds, it gets a verdict, and the verdict is well formed."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.judges import shared_judge
from triage import Text
from triage.classifier import Classifier
from triage.corpus import KINDS
from triage.phrases import Phrases
from triage.tokens import plain, tokens

ANYTHING = st.text(st.characters(), max_size=400)
VOCABULARY = (
    *("soy", "de", "trabajo", "en", "quiero", "volver", "Lima", "Chile", "Bogotá", "venezolana", "mi", "hijo", "no"),
    *("me", "pagan", "DNI", "pasaporte", ">", "--", "\n", "El", "lun", "escribió:", "hola", "gracias", "?", "!"),
    *("中国", "ペルー", "Привет", "llank'ay", "markat", "16", "años"),
)
WORDS = st.lists(st.sampled_from(VOCABULARY), max_size=80).map(" ".join)


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Classifier:
    return shared_judge(tmp_path_factory)


@settings(max_examples=150)
@given(subject=ANYTHING | WORDS, body=ANYTHING | WORDS)
def test_every_text_gets_a_well_formed_verdict(judge: Classifier, subject: str, body: str) -> None:
    verdict = judge.judge([Text(subject=subject, body=body)])[0]
    assert verdict.line in range(6)
    assert 0 <= verdict.confidence <= 1
    assert verdict.kind in KINDS
    assert re.fullmatch("[a-z]{2}", verdict.language)
    assert list(verdict.countries) == sorted(set(verdict.countries))
    assert "PE" not in verdict.countries
    assert verdict.reasons
    assert verdict.enough or (verdict.line == 0 and not verdict.confident)


@settings(max_examples=30)
@given(bodies=st.lists(WORDS, max_size=8))
def test_a_letter_is_judged_alike_in_any_company(judge: Classifier, bodies: list[str]) -> None:
    texts = [Text(body=body) for body in bodies]
    assert judge.judge(texts) == [judge.judge([text])[0] for text in texts]


@given(ANYTHING)
def test_plain_text_has_no_capitals_and_stays_plain(text: str) -> None:
    once = plain(text)
    assert plain(once) == once
    assert tokens(once) == tokens(plain(once))


@given(st.lists(st.sampled_from(["a", "b", "c", "d"]), max_size=30))
def test_the_walk_finds_what_a_plain_search_finds(words: list[str]) -> None:
    phrases = Phrases()
    known = {"one": ["a"], "two": ["a", "b"], "three": ["b", "c", "d"]}
    for name, phrase in known.items():
        phrases.add([" ".join(phrase)], name)
    expected = {
        (at, at + len(phrase), name)
        for name, phrase in known.items()
        for at in range(len(words))
        if words[at : at + len(phrase)] == phrase
    }
    assert set(phrases.find(words)) == expected
