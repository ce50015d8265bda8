"""One row per mail program: how it marks the old letter in a page, when there is no plain part beside it."""

import pytest

from inbox import html_text
from inbox.parse import parse
from letters.newest import introduces_old_letter
from tests.pieces import pieces

MINE = "Sí, adjunto mi DNI."
PAGES = pieces("html/quotes.txt")


@pytest.mark.parametrize("page", PAGES.values(), ids=list(PAGES))
def test_the_old_letter_in_a_page_goes(page: str) -> None:
    raw = f"From: ana@example.com\nSubject: Re: x\nContent-Type: text/html; charset=utf-8\n\n{page}\n"
    assert parse(raw.encode()).newest_text == MINE


OWN = [
    "<p>El artículo 5 de la Ley 30001, del 14 de marzo de 2013, dice:</p><blockquote>Los que retornan pueden traer sus "
    "bienes.</blockquote><p>¿Eso vale para mi carro?</p>",
    "<p>El 3 de marzo de 2026 la empresa me escribió:</p><blockquote>No hay más trabajo.</blockquote><p>¿Qué hago?</p>",
    "<blockquote>Trabajé tres años en Chile.</blockquote><p>¿Qué hago?</p>",
]


@pytest.mark.parametrize("page", OWN)
def test_what_a_person_sets_apart_stays(page: str) -> None:
    raw = f"From: ana@example.com\nSubject: x\nContent-Type: text/html; charset=utf-8\n\n{page}\n"
    letter = parse(raw.encode())
    set_apart, after = letter.text.split("\n")[-2:]
    assert not set_apart.startswith(">")
    assert letter.newest_text.split("\n")[-2:] == [set_apart, after]


def test_a_page_of_nothing_but_blockquotes_is_not_looked_at_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    looks = 0

    def counted(words: str) -> bool:
        nonlocal looks
        looks += 1
        return introduces_old_letter(words)

    monkeypatch.setattr(html_text, "introduces_old_letter", counted)
    html_text.html_to_text("a:<blockquote></blockquote>" * 2_000)
    assert looks <= 50
