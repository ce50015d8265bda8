"""What a page says, and that it lets nothing in."""

from datetime import date
from typing import Any
from xml.etree import ElementTree

from markupsafe import Markup

from calendar_pe import shipped
from calendar_pe.clock import at_lima
from oversight.charts import Bar, bars
from oversight.edition import Edition, Erratum
from oversight.figures import document
from oversight.layout import page
from oversight.offices import Block, blocks
from oversight.page import Shown, month_page, year_page
from sla.indicators import Count
from sla.working_time import WorkingTimeSettings

MONTH: dict[str, Any] = {
    "year": 2026,
    "month": 10,
    "as_of": at_lima(date(2026, 11, 6), 17),
    "calendar": shipped(),
    "working_time": WorkingTimeSettings(),
}


def test_bars_are_drawn_to_scale_and_escape_what_they_are_given() -> None:
    drawn = bars(
        "x", "Uno & <dos>", [Bar(label="<b>Chile</b>", value=10, said="10"), Bar(label="Perú", value=5, said="5")]
    )
    assert isinstance(drawn, Markup)
    svg = ElementTree.fromstring(drawn)
    assert [one.get("width") for one in svg.iter("rect") if one.get("class") == "bar"] == ["100.00%", "50.00%"]
    assert next(one.text for one in svg.iter("text")) == "<b>Chile</b>"
    assert svg.findtext("title") == "Uno & <dos>"
    assert svg.get("aria-labelledby") == svg.find("title").get("id")  # type: ignore[union-attr]


def test_nothing_has_no_bar_and_the_goal_is_marked() -> None:
    svg = ElementTree.fromstring(bars("x", "t", [Bar(label="a", value=0, said="0")], whole=100, goal=93))
    assert [one.get("class") for one in svg.iter("rect")] == ["track", "goal"]


def test_a_page_escapes_and_the_style_stays_as_it_is() -> None:
    years = [(2026, "2026-10")]
    text = page("index.html.j2", years=years, beside=[], name=lambda month: f"<i>{month}</i>").decode()
    assert "&lt;i&gt;2026-10&lt;/i&gt;" in text
    assert '"Segoe UI"' in text
    assert "http" not in text.replace("http-equiv", "")


def test_notes_are_taken_apart() -> None:
    assert blocks("# Uno\ndos\ntres\n\n- cuatro\n  cinco\n* seis\n\nsiete") == (
        Block(kind="heading", text="Uno"),
        Block(kind="paragraph", text="dos tres"),
        Block(kind="item", text="cuatro cinco"),
        Block(kind="item", text="seis"),
        Block(kind="paragraph", text="siete"),
    )
    assert blocks("  \n") == ()


def test_a_corrected_month_says_so_and_points_to_what_it_replaced() -> None:
    made = document(Count(**MONTH).month_done(), carta_version="5", day_minutes=525)
    old = Edition(document=made, version=1, replaced_by=2)
    new = Edition(document=made, version=2, errata=(Erratum(version=2, as_of=made.as_of, reason="Faltaba un día."),))
    assert (old.name, new.name) == ("2026-10-v1", "2026-10")
    text = year_page(2026, [Shown(month="2026-10", edition=new), Shown(month="2026-11")]).decode()
    assert text.count('href="2026-10.html"') == 1
    assert "cerrado, por publicar, versión 2" in text
    assert "Noviembre" in text
    page_of_new = month_page(new).decode()
    assert 'href="2026-10-v1.html"' in page_of_new
    assert "Versión 2, con cifras al 6 de noviembre de 2026: Faltaba un día." in page_of_new
