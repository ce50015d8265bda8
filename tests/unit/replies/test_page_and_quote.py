from datetime import UTC, datetime
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from replies.catalogue import load
from replies.page import to_html
from replies.quote import with_quote
from replies.render import example_values, render

ARRIVED_AT = datetime(2026, 11, 24, 3, 30, tzinfo=UTC)


class Seen(HTMLParser):
    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.said = ""
        self.feed(source)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name in {"href", "src", "action"}]

    def handle_data(self, data):
        self.said += data


def test_paragraphs_lists_and_links():
    seen = Seen(
        to_html("Hola:\n\nUno\ndos\n\n- a\n- b\n\n1. x\n2. y\n\nVea https://example.org/a?b=1&c=2. O x@example.org")
    )
    assert seen.tags.count("p") == 3
    assert seen.tags.count("li") == 4
    assert seen.links == ["https://example.org/a?b=1&c=2", "mailto:x@example.org"]


def test_a_broken_list_counts_on():
    assert '<ol start="2">' in to_html("1. x\n- a\n2. y")


def test_a_survey_link_is_named_by_its_words():
    template = load().letter("satisfaction_survey")
    page = to_html(render(template, "es", example_values(template)).text)
    seen = Seen(page)
    assert ">5, muy satisfecho</a>" in page
    assert sum(link.startswith("mailto:orientacion@example.org?subject=Encuesta%20") for link in seen.links) == 5


def test_nothing_is_fetched_and_the_language_is_said():
    template = load().get("chile-permiso-trabajo")
    page = to_html(render(template, "es", example_values(template)).text, language="es", title="Chile")
    seen = Seen(page)
    assert '<html lang="es">' in page
    assert "<title>Chile</title>" in page
    assert not {"img", "script", "link", "iframe", "form"} & set(seen.tags)


def test_links_in_a_quotation_stay_dead():
    seen = Seen(to_html("Sí.\n\n> vea https://phish.example\n> <b>ya</b>"))
    assert seen.links == []
    assert "blockquote" in seen.tags
    assert "b" not in seen.tags


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=("Cc",)), max_size=200))
def test_any_text_is_escaped(text):
    seen = Seen(to_html(text))
    assert set(seen.tags) <= {"html", "head", "meta", "title", "body", "p", "br", "ul", "ol", "li", "blockquote", "a"}
    assert all(link.startswith(("http://", "https://", "mailto:")) for link in seen.links)


def test_the_original_stands_below_short_and_dated():
    said = with_quote("Sí puede.\n", "¿Puedo?\n\nGracias\n> viejo", ARRIVED_AT)
    assert said == "Sí puede.\n\nEl lunes 23 de noviembre de 2026 usted escribió:\n> ¿Puedo?\n>\n> Gracias\n"


def test_a_long_original_is_trimmed():
    said = with_quote("Sí.", "\n".join(f"línea {n}" for n in range(90)), ARRIVED_AT)
    assert "> línea 24\n> […]\n" in said
    assert "línea 25" not in said
    assert with_quote("Sí.", "x" * 5000, ARRIVED_AT).endswith("> […]\n")


def test_nothing_to_quote_leaves_the_answer_alone():
    assert with_quote("Sí.\n", "  \n> viejo", ARRIVED_AT) == "Sí.\n"


def test_the_quotation_is_introduced_in_the_readers_language():
    assert "On Monday, 23 November 2026 you wrote:" in with_quote("Yes.", "May I?", ARRIVED_AT, "en")
    assert "você escreveu:" in with_quote("Sim.", "Posso?", ARRIVED_AT, "pt")
