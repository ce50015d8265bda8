import re

import pytest

from replies.catalogue import load
from replies.render import (
    BadVariable,
    UnresolvedVariables,
    draft,
    environment,
    example_values,
    pending,
    place_name,
    plain_name,
    render,
)
from replies.template import Text, Variable

REFERENCE = {"reference": "SOM-2026-000123"}


def every_text():
    catalogue = load()
    for template in (*catalogue, *catalogue.letters.values()):
        for language in template.texts:
            yield pytest.param(template, language, id=f"{template.id}-{language}")


@pytest.mark.parametrize(("template", "language"), list(every_text()))
def test_every_template_renders_in_every_language(template, language):
    rendered = render(template, language, example_values(template))
    assert rendered.subject
    assert "\n" not in rendered.subject
    assert not any("  " in line.lstrip() for line in rendered.text.splitlines())
    assert "\n\n\n" not in rendered.text
    assert "{" not in rendered.text
    assert "None" not in rendered.text


@pytest.mark.parametrize("template", load().published(), ids=lambda template: template.id)
def test_every_reply_says_what_it_owes(template):
    text = render(template, "es", example_values(template)).text
    assert "SOM-2026-000123" in text
    if template.frame == "answer":
        assert "libro-de-reclamaciones" in text
        assert "en un día hábil como máximo" in text
        assert text.startswith("Hola, Rosa Quispe:")


def test_a_missing_variable_is_named_and_nothing_goes_out():
    template = load().get("derivacion-otra-entidad")
    with pytest.raises(UnresolvedVariables, match="entity") as caught:
        render(template, "es", REFERENCE)
    assert caught.value.names == ("entity",)
    with pytest.raises(UnresolvedVariables) as caught:
        render(template, "es", {"entity": "  "})
    assert caught.value.names == ("reference", "entity")


def test_a_draft_shows_what_is_missing_until_it_is_filled():
    rendered = draft(load().get("derivacion-otra-entidad"), "es", {})
    shown = ("la entidad a la que se envía a la persona", "cómo se llega a ella", "número de atención")
    assert pending(rendered.text) == shown
    filled = rendered.text
    for one in shown:
        filled = filled.replace(f"[[{one}]]", "RENIEC")
    assert pending(filled) == ()
    assert pending(render(load().get("cita-en-linea"), "es", REFERENCE).text) == ()


def test_what_is_missing_is_named_in_words_and_found_again_in_every_text():
    """The names of variables are English and belong to the command line; a consultant reads their labels."""
    catalogue = load()
    for template in (*catalogue, catalogue.letter("ask_back"), catalogue.letter("referral")):
        required = {one.name: place_name(one) for one in template.variables if one.required}
        for language in template.texts:
            rendered = draft(template, language, {})
            text = f"{rendered.subject}\n{rendered.text}"
            assert set(required.values()) <= set(pending(text)), template.id
            assert not [name for name in required if f"[[{name}]]" in text], template.id


def test_the_place_of_a_variable_is_short_and_cannot_end_its_own_mark():
    label = "lo que [[dice]] el {{contrato}} " + "y mucho más " * 9 + "; puede faltar"
    place = place_name(Variable(name="contract", type="line", label=label, example="x"))
    assert place.startswith("lo que   dice")
    assert len(place) <= 60
    assert pending(f"[[{place}]]") == (place,)


@pytest.mark.parametrize("hostile", ["{{7*7}}", "{% raw %}", "{{ config }}", "<script>alert(1)</script>", "[[x]]"])
def test_values_stay_data(hostile):
    template = load().get("disculpa-por-demora")
    assert hostile in render(template, "es", REFERENCE | {"answer": hostile}).text


def test_an_object_never_reaches_a_template():
    class Sly(str):
        def __str__(self) -> str:
            raise AssertionError("called")

    template = load().get("disculpa-por-demora")
    assert "hola" in render(template, "es", REFERENCE | {"answer": Sly("hola")}).text
    with pytest.raises(BadVariable, match="no es un texto"):
        render(template, "es", REFERENCE | {"answer": 7})  # type: ignore[dict-item]


def test_the_sandbox_refuses_to_reach_out():
    from jinja2.exceptions import SecurityError

    with pytest.raises(SecurityError):
        environment().from_string("{{ ''.__class__.__mro__ }}").render()
    with pytest.raises(SecurityError):
        environment().from_string("{{ x.append(1) }}").render(x=[])


def test_an_unknown_variable_offers_the_nearest():
    with pytest.raises(BadVariable, match="«entity»"):
        render(load().get("derivacion-otra-entidad"), "es", REFERENCE | {"entiti": "onp"})


def test_a_channel_is_known_or_refused():
    template = load().get("derivacion-otra-entidad")
    assert "634 2222" in render(template, "es", REFERENCE | {"entity": "onp"}).text
    with pytest.raises(BadVariable, match="«sunafil»"):
        render(template, "es", REFERENCE | {"entity": "sunafill"})


def test_dates_are_said_in_words_and_checked():
    template = load().letter("apology")
    assert "el lunes 23 de noviembre de 2026" in render(template, "es", REFERENCE | {"received_on": "2026-11-23"}).text
    assert "Monday, 23 November 2026" in render(template, "en", REFERENCE | {"received_on": "2026-11-23"}).text
    with pytest.raises(BadVariable, match="2026-11-24"):
        render(template, "es", REFERENCE | {"received_on": "ayer"})


def test_values_are_cleaned_and_bounded():
    template = load().get("disculpa-por-demora")
    text = render(template, "es", REFERENCE | {"answer": "uno\r\ndos\x00\x1b[31m\u202etres"}).text
    assert "uno\ndos[31mtres" in text
    with pytest.raises(BadVariable, match="8000"):
        render(template, "es", REFERENCE | {"answer": "x" * 8001})


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("Rosa Quispe", "Rosa Quispe"),
        ("María José O'Higgins-Ñahui", "María José O'Higgins-Ñahui"),
        ("Gane dinero https://example.com", ""),
        ("ventas@example.com", ""),
        ("Rosa\r\nBcc: x@example.com", ""),
        ("x" * 61, ""),
        ("", ""),
        ("José 2", ""),
        ("uno dos tres cuatro cinco seis siete", ""),
    ],
)
def test_a_greeting_takes_only_a_name(given, said):
    assert plain_name(given) == said


def test_who_asks_for_a_relative_is_told_so():
    template = load().get("chile-permiso-trabajo")
    assert "por otra persona" not in render(template, "es", REFERENCE).text
    assert "por otra persona" in render(template, "es", REFERENCE | {"on_behalf": "sí"}).text


def test_the_safe_frame_says_little():
    text = render(load().get("alerta-trata"), "es", REFERENCE | {"name": "Rosa"}).text
    assert "Rosa" not in text
    assert "http" not in text
    assert "1818" in text
    assert "100" in text
    assert "trata" not in render(load().get("alerta-trata"), "es", REFERENCE).subject.lower()


def test_the_digest_escapes_what_it_shows():
    counts = {f"{name}_count": "0" for name in ("broken", "uncertain", "quarantined")} | {"due_count": "1"}
    rows = [{"reference": "SOM-2026-000001", "line": "Línea 1", "due": "hoy", "kind": "Queja", "who": "<img src=x>"}]
    rows[0] |= {"danger": ""}
    rendered = render(load().letter("digest"), "es", {"day": "lunes", "due": rows, **counts})
    assert "&lt;img src=x&gt;" in rendered.html
    assert "<img" not in rendered.html
    assert "vencen hoy, 1" in rendered.subject
    assert "SOM-2026-000001 — Línea 1 — <img src=x> — Queja" in rendered.text


def test_the_acknowledgement_has_no_room_for_the_writer():
    template = load().letter("acknowledgement")
    assert {variable.name for variable in template.variables} == {"promise", "why"}
    given = REFERENCE | {"promise": "pronto", "name": "Compre ya"}
    assert "Compre" not in render(template, "es", given).text


def test_a_text_carries_its_own_title():
    assert all(isinstance(text, Text) and text.title for template in load() for text in template.texts.values())


@pytest.mark.parametrize(("template", "language"), list(every_text()))
def test_a_tired_person_can_read_it_on_a_telephone(template, language):
    """Short paragraphs of short sentences: no paragraph beyond 60 words, no sentence beyond 32."""
    text = re.sub(r"(?:https?://|mailto:)\S+", "·", render(template, language, example_values(template)).text)
    for line in text.splitlines():
        assert len(line.split()) <= 60, line
        assert max(len(one.split()) for one in re.split(r"(?<=[.?!:;])\s", line)) <= 32, line
