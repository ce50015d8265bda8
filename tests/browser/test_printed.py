"""What comes out of the printer: every page's words on the sheets, none cut off, tables whole, sheets numbered."""

from pathlib import Path

import pytest

from tests.browser.chromium import Browser, Page
from tests.printed import Sheet, read

PAGES = ("2026-11", "2026", "index", "gestion-2026-11", "subsanacion", "preguntas")
MARGIN = 18.0
"""Points: nothing stands nearer to an edge, so that any printer prints it."""

TEXTS = "[...document.querySelectorAll('{}')].filter(one => one.checkVisibility()).map(one => one.innerText)"
TABLES = """[...document.querySelectorAll('table')].map(table =>
  [...table.querySelectorAll('th, td')].map(one => one.innerText).join(' '))"""


@pytest.fixture(params=PAGES)
def page(request: pytest.FixtureRequest, chromium: Browser, pages: Path) -> Page:
    return chromium.page(pages / f"{request.param}.html")


@pytest.fixture
def sheets(page: Page, tmp_path: Path) -> list[Sheet]:
    return read(page.pdf(), tmp_path)


def seen(page: Page, what: str) -> list[str]:
    page.medium("print")
    found: list[str] = page.evaluate(what)
    return [" ".join(one.split()) for one in found]


def test_its_words_are_on_the_sheets(page: Page, sheets: list[Sheet]) -> None:
    everything = "".join(sheet.text for sheet in sheets).replace(" ", "")
    titles = seen(page, TEXTS.format("h1, h2, h3, h4"))
    assert len(titles) > 1
    assert [one for one in titles if one.replace(" ", "") not in everything] == []
    assert any(letter in everything for letter in "áéíóúñ")
    assert "\ufffd" not in everything


def test_nothing_is_cut_off(sheets: list[Sheet]) -> None:
    assert all(len(sheet.words) > 5 for sheet in sheets), "no sheet is empty"
    assert [sheet.outside(MARGIN) for sheet in sheets] == [[] for _ in sheets]


def test_sheets_are_a4_and_numbered(sheets: list[Sheet]) -> None:
    for number, sheet in enumerate(sheets, start=1):
        assert (round(sheet.width), round(sheet.height)) == (595, 842)
        assert sheet.text.endswith(f"{number} de {len(sheets)}")


def test_every_table_is_whole_on_one_sheet(page: Page, sheets: list[Sheet]) -> None:
    page.medium("print")
    tables: list[str] = page.evaluate(TABLES)
    torn = [table for table in tables if not any(sheet.holds(table) for sheet in sheets)]
    assert torn == []


def test_the_figures_of_the_month_are_on_the_sheets(chromium: Browser, pages: Path, tmp_path: Path) -> None:
    page = chromium.page(pages / "2026-11.html")
    sheets = read(page.pdf(), tmp_path)
    figures: list[str] = page.evaluate("[...document.querySelectorAll('data')].map(one => one.innerText)")
    assert len(figures) > 100
    printed = [word.text for sheet in sheets for word in sheet.words]
    assert len(printed) > len(figures)
    assert {word for one in figures for word in one.split()} <= set(printed)
    assert "Indicadores de noviembre de 2026" in sheets[0].text


def test_every_answer_of_the_bank_is_printed_whole(chromium: Browser, pages: Path, tmp_path: Path) -> None:
    """Answers that are folded on the screen stand open on paper."""
    page = chromium.page(pages / "preguntas.html")
    printed = "".join(sheet.text for sheet in read(page.pdf(), tmp_path)).replace(" ", "")
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    items: list[str] = page.evaluate("[...document.querySelectorAll('.answer li')].map(one => one.innerText)")
    assert len(items) > 100
    missing = [one for one in items if "".join(one.split())[:25] not in printed]
    assert missing == []
