"""One row per mail program: how it marks the old letter in a page, when there is no plain part beside it."""

import pytest

from inbox.parse import parse
from tests.pieces import pieces

MINE = "Sí, adjunto mi DNI."
PAGES = pieces("html/quotes.txt")


@pytest.mark.parametrize("page", PAGES.values(), ids=list(PAGES))
def test_the_old_letter_in_a_page_goes(page: str) -> None:
    raw = f"From: ana@example.com\nSubject: Re: x\nContent-Type: text/html; charset=utf-8\n\n{page}\n"
    assert parse(raw.encode()).newest_text == MINE
