"""Our own letters are known again without any mark; the words are those that the templates really carry."""

from pathlib import Path

import pytest

from letters import ours
from letters.newest import newest_text

TEMPLATES = Path(__file__).parents[3] / "templates"
MINE = "Tengo otra duda: ¿cuánto demora?"


def body(name: str) -> str:
    text = (TEMPLATES / "letters" / name).read_text("utf-8").split("+++")[2]
    return "\n".join(line for line in text.splitlines() if "{%" not in line).strip()


@pytest.mark.parametrize("language", ["es", "en", "pt"])
def test_an_acknowledgement_below_or_above_the_new_words_goes(language: str) -> None:
    frame = (TEMPLATES / "frames" / f"automatic.{language}.j2").read_text("utf-8")
    sent = frame.replace("{% block body %}{% endblock %}", body(f"acknowledgement.{language}.md.j2"))
    assert newest_text(f"{MINE}\n\n{sent}") == MINE
    assert newest_text(f"{sent}\n\n{MINE}\n") == MINE


@pytest.mark.parametrize("language", ["es", "en", "pt"])
def test_an_answer_of_ours_goes(language: str) -> None:
    frame = (TEMPLATES / "frames" / f"answer.{language}.j2").read_text("utf-8")
    sent = "\n".join(line for line in frame.splitlines() if "{%" not in line and "{{ name }}" not in line)
    assert newest_text(f"{MINE}\n\n{sent}") == MINE
    assert newest_text(f"{sent}\n\n{MINE}\n").endswith(MINE)


def test_our_letter_alone_comes_back_whole() -> None:
    sent = "Hola:\n\nHemos recibido su correo. Su número de atención es SOM-2026-000001."
    assert "SOM-2026-000001" in newest_text(sent)


def test_a_greeting_far_from_our_letter_stays() -> None:
    assert ours.without_greeting(["Hola:", "", "Tengo una duda."]) == ["Hola:", "", "Tengo una duda."]
    assert ours.without_greeting([]) == []
