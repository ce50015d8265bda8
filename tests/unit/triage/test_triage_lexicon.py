"""Every entry of the lexicon shows itself in its example and stays silent in its counter-example."""

import pytest

from triage.lexicon import Entry, lexicon
from triage.phrases import Phrases, expand
from triage.reading import longest_places
from triage.tokens import plain, tokens

ENTRIES = lexicon().entries


def shown(text: str) -> set[str]:
    found = lexicon().find(tokens(plain(text)))
    names = {name.partition(":")[2] for _, _, name in found if name.startswith(("cue:", "mark:"))}
    return names | {code for _, _, code in longest_places(found).values()}


@pytest.mark.parametrize("entry", ENTRIES, ids=[entry.name for entry in ENTRIES])
def test_an_entry_is_met_in_its_example_and_not_in_its_counter_example(entry: Entry) -> None:
    assert entry.name in shown(entry.example)
    assert entry.name not in shown(entry.counter)


def test_names_are_unique() -> None:
    names = [entry.name for entry in ENTRIES]
    assert len(names) == len(set(names))


def test_no_phrase_is_so_short_that_it_means_anything() -> None:
    common = {"de", "la", "que", "el", "en", "y", "a", "los", "se", "del", "las", "un", "por", "con", "no", "una", "su"}
    for entry in ENTRIES:
        for pattern in entry.patterns:
            for phrase in expand(pattern):
                words = tokens(plain(phrase))
                assert words, f"{entry.name}: {pattern!r} holds no word"
                assert set(words) - common or len(words) > 1, f"{entry.name}: {pattern!r} is one common word"


def test_braces_are_spelled_out_also_when_nested() -> None:
    assert set(expand("vuelv{o,e{n,}} ya")) == {"vuelvo ya", "vuelven ya", "vuelve ya"}


def test_an_underscore_stands_for_any_one_word() -> None:
    phrases = Phrases()
    phrases.add(["hace _ anos"], "long")
    assert phrases.find(["vivo", "aqui", "hace", "nueve", "anos"]) == [(2, 5, "long")]
    assert phrases.find(["hace", "anos"]) == []


def test_the_longer_name_wins() -> None:
    assert shown("vivo en el alto de la alianza") >= {"PE"}
    assert "BO" not in shown("vivo en el alto de la alianza")
    assert "ES" not in shown("le escribo en español")


def test_a_town_is_met_under_quechua_endings() -> None:
    assert "BO" in shown("Cochabambapi llank'ani")
    assert "PE" in shown("Azangaromanta kani")
