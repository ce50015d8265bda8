"""Every page that the desk writes, in a real browser: quiet, self-contained, readable, usable by keys, printable."""

import re
from pathlib import Path

import pytest

from tests.browser import looks
from tests.browser.chromium import Browser, Page

PAGES = (
    "2026-11.html",
    "2026.html",
    "index.html",
    "gestion-2026-11.html",
    "subsanacion.html",
    "preguntas.html",
    "catalogo.html",
    "resumen.html",
)
TELEPHONE = 360


@pytest.fixture(params=PAGES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def page(chromium: Browser, pages: Path, name: str) -> Page:
    return chromium.page(pages / name)


def test_every_page_is_looked_at(pages: Path) -> None:
    written = {path.name for path in pages.glob("*.html")}
    assert written - {"subsanacion-2026.html"} == set(PAGES), "the register's year page is the same as its newest"


def test_it_is_quiet_and_asks_nobody(page: Page, pages: Path) -> None:
    assert page.problems == []
    assert page.requests[0].startswith("file://")
    assert [url for url in page.requests[1:] if not url.startswith("data:")] == []


def test_its_bones(page: Page) -> None:
    shape = page.evaluate(looks.SHAPE)
    assert shape["lang"].startswith("es")
    assert len(shape["title"]) > 10
    assert (shape["ones"], shape["jumps"]) == (1, 0), "one first heading, and no level left out"
    assert (shape["mute"], shape["unnamed"], shape["headless"]) == (0, 0, 0)
    assert (shape["twice"], shape["dead"]) == ([], [])


@pytest.mark.parametrize("width", [TELEPHONE, 1200])
def test_contrast_is_aa(page: Page, width: int) -> None:
    page.resize(width)
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    found = page.evaluate(looks.CONTRAST)
    assert found["seen"] > 5
    assert found["poor"] == []


def test_a_telephone_need_not_scroll_sideways(page: Page) -> None:
    page.resize(TELEPHONE, 740)
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    found = page.evaluate(looks.SIDEWAYS)
    assert found["scroll"] <= found["wide"] == TELEPHONE, found["out"]
    assert found["out"] == []


def test_the_keyboard_reaches_everything(page: Page) -> None:
    wanted = page.evaluate(looks.INTERACTIVE)
    for _ in range(wanted + 2):
        page.press("Tab", 9)
        page.evaluate(looks.FOCUSED)
    found = page.evaluate(looks.MISSED)
    assert found["missed"] == []
    assert found["dim"] == [], "one sees what has the focus"


def test_it_prints(page: Page, name: str) -> None:
    printed = page.pdf()
    assert printed.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) >= 1
    assert b"/FontFile" in printed or b"/Type3" in printed, "there is text on the sheets"
    page.medium("print")
    assert len(page.evaluate("document.body.innerText")) > 200
    if name in {"2026-11.html", "preguntas.html"}:  # what only helps on a screen is left out
        shown = "[...document.querySelectorAll('nav, .skip')].filter(one => one.checkVisibility()).length"
        assert page.evaluate(shown) == 0


class TestTheBankOfAnswers:
    @pytest.fixture
    def name(self) -> str:
        return "preguntas.html"

    def shown(self, page: Page) -> list[str]:
        found: list[str] = page.evaluate(
            "[...document.querySelectorAll('.question')].filter(one => one.checkVisibility()).map(one => one.id)"
        )
        return found

    def search(self, page: Page, text: str) -> list[str]:
        page.evaluate("document.getElementById('busca').focus(); document.getElementById('busca').select()")
        page.press("Backspace", 8)
        page.type(text)
        return self.shown(page)

    def test_it_finds_without_accents_or_capitals(self, page: Page) -> None:
        everything = self.shown(page)
        found = self.search(page, "PENSION chile")
        assert 0 < len(found) < len(everything) / 2
        assert found == self.search(page, "chile pensión")
        assert "pension-pais-con-convenio" in found
        assert page.evaluate("document.getElementById('hallados').textContent") == f"{len(found)} respuestas"
        assert self.search(page, "zzzz") == []
        assert "No hay respuestas" in page.evaluate("document.getElementById('hallados').textContent")
        assert self.search(page, " ") == everything

    def test_the_words_of_letters_find_it_too(self, page: Page) -> None:
        assert self.search(page, "sermig") == ["chile-permiso-trabajo"]

    def test_what_is_typed_is_only_text(self, page: Page) -> None:
        self.search(page, "<img src=x onerror=alert(1)>")
        assert page.evaluate("document.querySelectorAll('img').length") == 0
        assert page.problems == []

    def test_an_answer_opens_by_keyboard(self, page: Page) -> None:
        page.evaluate("document.querySelector('.question summary').focus()")
        page.press("Enter", 13, "\r")
        assert page.evaluate("document.querySelector('.question').open")

    def test_a_link_to_one_answer_opens_it(self, chromium: Browser, pages: Path) -> None:
        page = chromium.page(pages / "preguntas.html")
        page.evaluate("location.hash = 'chile-permiso-trabajo'; new Promise(done => setTimeout(done, 50))")
        assert page.evaluate("document.getElementById('chile-permiso-trabajo').open")

    def test_without_scripts_everything_is_there(self, page: Page) -> None:
        everything = self.shown(page)
        page.call("Emulation.setScriptExecutionDisabled", value=True)
        page.reload()
        assert self.shown(page) == everything
        assert not page.evaluate("document.getElementById('buscador').checkVisibility()"), "the box would do nothing"
        page.call("Emulation.setScriptExecutionDisabled", value=False)


WRONG = """<!DOCTYPE html><html><head><title>x</title><meta name="viewport" content="width=device-width">
<style>a:focus { outline: none } p { color: #999; width: 500px }</style></head>
<body><h1>Uno</h1><h3>Tres</h3><p>Gris sobre blanco</p><img src="http://example.org/x.png"><input>
<a href="#nada" id="a">sin marca</a><a href="#a" id="a">dos veces</a><table><tr><td>x</td></tr></table>
<script>console.error("roto"); nada();</script></body></html>"""


def test_the_looks_see_what_is_wrong(chromium: Browser, tmp_path: Path) -> None:
    (tmp_path / "mal.html").write_text(WRONG, encoding="utf-8")
    page = chromium.page(tmp_path / "mal.html", width=TELEPHONE)
    assert len(page.problems) >= 2
    assert "http://example.org/x.png" in page.requests
    shape = page.evaluate(looks.SHAPE)
    assert (shape["lang"], shape["jumps"], shape["mute"], shape["unnamed"], shape["headless"]) == ("", 1, 1, 1, 1)
    assert (shape["twice"], shape["dead"]) == (["a"], ["nada"])
    assert len(page.evaluate(looks.CONTRAST)["poor"]) == 1
    assert page.evaluate(looks.SIDEWAYS)["out"]
    assert page.evaluate(looks.INTERACTIVE) == 3
    for _ in range(4):
        page.press("Tab", 9)
        page.evaluate(looks.FOCUSED)
    assert len(page.evaluate(looks.MISSED)["dim"]) == 2
    page.evaluate(looks.INTERACTIVE)
    assert len(page.evaluate(looks.MISSED)["missed"]) == 3
