from datetime import date
from pathlib import Path

import pytest

from replies.catalogue import UnknownTemplate, load, read
from replies.check import check
from replies.facts import channels, entities, facts

TODAY = date(2026, 11, 21)

GOOD = """+++
id = "prueba"
line = 1
title = "Una prueba"
subject = "Prueba [{{ reference }}]"
when = "En las pruebas."
languages = ["es"]
facts = ["X-01"]
legal_basis = []
reviewed_on = 2026-01-01
review_by = 2027-01-01
status = "published"
variables = []
cues = []
+++
Una respuesta.
"""


def a_catalogue(root: Path, **files: str):
    (root / "letters").mkdir(parents=True)
    for place, source in files.items():
        path = root / place.replace("__", "/").replace("_es", ".es.md.j2").replace("_en", ".en.md.j2")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source, encoding="utf-8")
    (root / "replies").mkdir(exist_ok=True)
    return read(root)


def errors_of(tmp_path: Path, source: str) -> str:
    return "\n".join(check(a_catalogue(tmp_path, replies__1__prueba_es=source), TODAY).errors)


def test_the_catalogue_is_as_large_as_promised():
    catalogue = load()
    assert len(catalogue) >= 45
    assert sum("en" in template.texts for template in catalogue) >= 15
    assert sum("pt" in template.texts for template in catalogue) >= 10
    assert {template.line for template in catalogue} == {0, 1, 2, 3, 4, 5}


def test_every_text_of_the_package_passes_the_check():
    catalogue = load()
    assert check(catalogue, TODAY).errors == ()
    assert catalogue.problems == ()


def test_two_variables_that_read_alike_in_a_draft_are_an_error(tmp_path):
    asked = """[[variables]]
name = "{}"
type = "line"
label = "el plazo; {}"
example = "x"
"""
    head, body = GOOD.rsplit("+++\n", 1)
    matter = "".join(asked.format(name, name) for name in ("first", "second"))
    source = f"{head}{matter}+++\n{body}{{{{ first }}}} {{{{ second }}}}\n"
    assert "se leen igual en un borrador: el plazo" in errors_of(tmp_path, source.replace("variables = []\n", ""))


def test_a_sound_file_has_no_errors(tmp_path):
    report = check(a_catalogue(tmp_path, replies__1__prueba_es=GOOD), TODAY)
    assert report.errors == ()
    assert report.warnings == ()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("when = ", "# when = "), "falta: when"),
        (('facts = ["X-01"]', 'facts = ["X-99"]'), "el hecho X-99 no existe"),
        (('facts = ["X-01"]', 'facts = ["X-07"]'), "confianza baja"),
        (("variables = []", 'variables = []\nsee_also = ["no-existe"]'), "no existe: no-existe"),
        (("Una respuesta.", "Hola {{ pais }}."), "no declara: pais"),
        (("Una respuesta.", "Vea https://example.org"), "escrita a mano"),
        (("Una respuesta.", "Vea {{ links.nadie }}"), "no se puede escribir"),
        (("Una respuesta.", "{% if %}"), "no se puede escribir"),
        (("Una respuesta.", "Cuesta S/ 120."), "monto o tasa"),
        (("Una respuesta.", "La Carta de Servicios vigente lo dice."), "no se llama vigente"),
        (("Una respuesta.", "Escriba a migrante@trabajo.gob.pe"), "X-08"),
        (("Una respuesta.", ""), "no tiene texto"),
        (('languages = ["es"]', 'languages = ["es", "en"]'), "idioma que falta: en"),
        (("line = 1", "line = 2"), "está en la carpeta 1"),
        (("line = 1", "line = 9"), "no es una línea"),
        (('status = "published"', 'status = "lista"'), "status"),
        (("review_by = 2027-01-01", "review_by = 2025-01-01"), "anterior"),
        (("variables = []", "colour = 1\nvariables = []"), "claves desconocidas: colour"),
        (('id = "prueba"', 'id = "otra"'), "otra"),
        (("+++\nUna", "\nUna"), "ficha"),
        (("line = 1", "line = "), "TOML"),
    ],
)
def test_the_check_names_what_is_wrong(tmp_path, change, said):
    old, new = change
    assert old in GOOD
    assert said in errors_of(tmp_path, GOOD.replace(old, new, 1))


def test_a_variable_must_be_used_typed_and_exemplified(tmp_path):
    declared = 'variables = [{ name = "place", type = "line", label = "lugar", example = "Lima" }]'
    assert "no usa: place" in errors_of(tmp_path / "a", GOOD.replace("variables = []", declared))
    wrong = declared.replace('"line"', '"colour"')
    assert "tipo desconocido" in errors_of(tmp_path / "b", GOOD.replace("variables = []", wrong))
    mute = declared.replace(', example = "Lima"', "")
    assert "falta: example" in errors_of(tmp_path / "c", GOOD.replace("variables = []", mute))
    taken = declared.replace('"place"', '"reference"')
    assert "el servicio la llena: reference" in errors_of(tmp_path / "d", GOOD.replace("variables = []", taken))


def test_every_branch_of_a_text_is_read(tmp_path):
    optional = 'variables = [{ name = "x", type = "line", label = "x", example = "sí", required = false }]'
    hidden = "{% if not x %}Cuesta 30 soles{% else %}{{ x }}{% endif %}"
    source = GOOD.replace("variables = []", optional).replace("Una respuesta.", hidden)
    assert "monto o tasa" in errors_of(tmp_path, source)


def test_review_dates_warn_and_never_fail_by_themselves():
    catalogue = load()
    report = check(catalogue, date(2040, 1, 1))
    assert report.errors == ()
    assert len(report.overdue) == len(catalogue) + len(catalogue.letters)


def test_a_review_is_announced_thirty_days_before(tmp_path):
    catalogue = a_catalogue(tmp_path, replies__1__prueba_es=GOOD)
    assert check(catalogue, date(2026, 12, 1)).warnings == ()
    assert "vence el 2027-01-01" in check(catalogue, date(2026, 12, 2)).warnings[0]
    assert check(catalogue, date(2027, 1, 1)).overdue == ()
    assert check(catalogue, date(2027, 1, 2)).overdue
    assert [template.id for template in catalogue.stale(date(2026, 12, 15), days=30)] == ["prueba"]
    assert catalogue.stale(date(2026, 12, 1), days=30) == ()
    assert catalogue.stale(date(2027, 1, 1)) == ()
    assert catalogue.stale(date(2027, 1, 2))


def test_a_translation_older_than_the_original_is_announced(tmp_path):
    english = '+++\nid = "prueba"\ntitle = "A test"\nsubject = "Test"\nreviewed_on = 2025-12-31\n+++\nAn answer.\n'
    both = GOOD.replace('["es"]', '["es", "en"]')
    catalogue = a_catalogue(tmp_path, replies__1__prueba_es=both, replies__1__prueba_en=english)
    assert "anterior al texto en español" in check(catalogue, TODAY).warnings[0]


def test_an_unknown_reply_offers_the_nearest():
    with pytest.raises(UnknownTemplate, match="alerta-trata"):
        load().get("alerta-trato")
    with pytest.raises(UnknownTemplate, match="acknowledgement"):
        load().letter("acknowledgment")


def test_only_published_replies_are_offered():
    catalogue = load()
    assert all(template.status == "published" for template in catalogue.published())
    assert {template.id for template in catalogue.for_line(4)} >= {"andino-quiere-trabajar", "alerta-trata"}
    assert all(4 in template.lines for template in catalogue.for_line(4))


def test_no_channel_of_low_confidence_is_offered():
    assert "migraciones" in channels()
    assert all(channel.confidence != "baja" for channel in channels().values())
    assert "oim" not in channels()
    assert facts()["X-07"].confidence == "baja"


def test_a_case_is_referred_to_entities_and_neither_to_procedures_nor_to_ourselves():
    listed = {one.id: one.name for one in entities()}
    assert {"migraciones", "onp", "afp", "sunafil", "consulado"} <= set(listed)
    assert not {"som", "libro", "tmr", "tmr_exterior", "tmr_excepciones", "migraciones_info"} & set(listed)
    assert [name for name in listed.values() if not name[0].isupper()] == []
    assert list(listed.values()) == sorted(listed.values(), key=str.casefold)
    assert len(set(listed.values())) == len(listed)


def test_a_reader_gets_a_language_we_have():
    template = load().get("extranjero-quiere-trabajar")
    assert [template.language_for(code) for code in ("pt", "fr", "qu", "es", "")] == ["pt", "en", "es", "es", "es"]
    assert load().get("italia-permiso-trabajo").language_for("it") == "es"
