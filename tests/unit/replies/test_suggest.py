import json
from pathlib import Path

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from bench.suggest import agreement, counts, labelled, measure, measure_held_out
from replies.catalogue import load
from replies.suggest import Asked, Suggester, ready, shipped_choices, suggest, with_choices
from replies.terms import terms
from service.commands import replies
from service.exits import Misused, Refused

CORPUS = Path(__file__).parents[2] / "corpus"
runner = CliRunner()


def offered(asked: Asked, limit: int = 3) -> list[str]:
    return [suggestion.template for suggestion in suggest(asked, limit)]


@pytest.mark.parametrize(
    ("asked", "right"),
    [
        (Asked(body="Quiero llevar mi carro y mi mudanza sin impuestos", line=3), "bienes-vehiculo-herramientas"),
        (
            Asked(body="Nine years in Toronto, pension?", line=2, countries=("CA",)),
            "pension-pais-con-convenio",
        ),
        (Asked(body="Trabajé en Milán, ¿mi pensión?", line=2, countries=("IT",)), "pension-pais-sin-convenio"),
        (Asked(body="Me piden un depósito por el cupo, todo por WhatsApp", line=1), "oferta-sospechosa"),
        (
            Asked(body="Sou brasileiro, quero trabalhar em Lima", line=5, countries=("BR",)),
            "residencia-mercosur",
        ),
        (Asked(body="Tengo el CPP vencido", line=5, countries=("VE",)), "venezolanos-ptp-cpp"),
        (Asked(body="¿Cómo saco una cita?", line=0), "cita-en-linea"),
        (Asked(body="Mil gracias por todo", line=0, kind="agradecimiento"), "gracias-por-escribir"),
        (Asked(body="Fue pésimo", line=2, kind="reclamo"), "reclamo-o-sugerencia"),
        (Asked(body="Tóner al mejor precio", line=0, kind="ajeno"), "fuera-de-nuestro-servicio"),
        (Asked(body="hola", line=0, enough=False), "pedir-datos-minimos"),
    ],
)
def test_a_plain_letter_gets_its_reply(asked, right):
    assert right in offered(asked)


@pytest.mark.parametrize("line", range(6))
@pytest.mark.parametrize("kind", ["consulta", "reclamo", "ajeno"])
def test_danger_comes_first_whatever_else_is_said(line, kind):
    asked = Asked(body="gracias, quiero una cita, cobran por la visa", line=line, kind=kind, trafficking_risk=True)
    first = suggest(asked)[0]
    assert first.template == "alerta-trata"
    assert "señales de trata" in first.why


def test_danger_comes_before_asking_back():
    assert offered(Asked(body="ayuda", trafficking_risk=True, enough=False))[:2] == [
        "alerta-trata",
        "pedir-datos-minimos",
    ]


def test_a_country_is_named_in_spanish():
    whys = [one.why for one in suggest(Asked(body="Quiero trabajar en Chile", line=1, countries=("CL",)), limit=10)]
    assert any("país: Chile" in why for why in whys)
    assert not any("CL" in why for why in whys)


def test_every_suggestion_says_why_and_exists():
    for suggestion in suggest(Asked(body="Quiero trabajar en Chile, ¿qué visa?", line=1, countries=("CL",)), limit=10):
        assert suggestion.why
        assert load().get(suggestion.template).status == "published"


def test_what_consultants_choose_moves_up():
    asked = Asked(body="Consulta sobre trabajo", line=2)
    before = [one.template for one in ready().suggest(asked, limit=70)]
    taught = Suggester(load(), with_choices(shipped_choices(), {(2, "cts-desde-el-exterior"): 200}))
    after = [one.template for one in taught.suggest(asked, limit=70)]
    assert after.index("cts-desde-el-exterior") < before.index("cts-desde-el-exterior")
    assert shipped_choices()[2].get("cts-desde-el-exterior", 0) < 200


def test_a_reply_that_is_not_published_is_never_offered():
    assert set(offered(Asked(body="x", line=1), limit=100)) == {template.id for template in load().published()}


def test_the_right_reply_is_among_the_first_three_in_nine_letters_of_ten():
    tally, _ = measure(labelled())
    assert tally.letters >= 300
    assert tally.among_three / tally.letters >= 0.90
    assert tally.among_three > tally.baseline * 1.3


def test_a_second_pass_over_the_labels_agrees():
    found = agreement()
    assert found.letters >= 100
    assert found.same_best / found.letters >= 0.75
    assert found.share_one / found.letters >= 0.90
    assert "kappa" in found.said()


def test_the_shipped_counts_are_those_of_the_labels():
    told = {line: dict(found) for line, found in counts(labelled()).items()}
    assert {line: dict(found) for line, found in shipped_choices().items()} == told


def test_letters_that_were_held_out_fare_as_well():
    for name in ("suggest_held_out_1.jsonl", "suggest_held_out_2.jsonl"):
        tally, _ = measure_held_out(labelled(CORPUS / name), shipped_choices())
        assert tally.among_three / tally.letters >= 0.90


def test_held_out_letters_are_not_among_the_labels():
    first, second, third = (
        {json.loads(line)["id"] for line in (CORPUS / name).read_text(encoding="utf-8").splitlines()}
        for name in ("suggest_labels.jsonl", "suggest_held_out_1.jsonl", "suggest_held_out_2.jsonl")
    )
    assert not first & second
    assert not first & third
    assert not second & third


def test_every_label_names_a_reply():
    for path in CORPUS.glob("suggest_*.jsonl"):
        for line in path.read_text(encoding="utf-8").splitlines():
            for template_id in json.loads(line)["templates"]:
                load().get(template_id)


def test_words_are_compared_without_accents_endings_and_case():
    assert terms("Pensiones PENSIÓN") == ["pension", "pension"]
    assert terms("año ano") == ["año", "ano"]
    assert terms("casa casas caso") == ["casa", "casa", "caso"]
    assert terms("trabajadores trabajadora") == terms("trabajador trabajador")


@given(st.text(max_size=500), st.text(max_size=100), st.integers(0, 5))
def test_any_text_gets_three_suggestions(body, subject, line):
    assert len(offered(Asked(body=body, subject=subject, line=line))) == 3


@pytest.fixture
def app() -> typer.Typer:
    made = typer.Typer()
    replies.register(made)
    return made


def test_the_command_answers_in_order(app, tmp_path):
    letters = tmp_path / "letters.jsonl"
    letters.write_text(
        '{"id": 7, "subject": "cita", "body": "quiero una cita", "line": 0}\n\n'
        '{"id": "b", "body": "mi carro y mi mudanza\\n> viejo", "line": 3, "countries": ["ES"]}\n',
        encoding="utf-8",
    )
    result = runner.invoke(app, ["suggest", str(letters), "--jsonl"])
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert [row["id"] for row in rows] == [7, "b"]
    assert rows[0]["suggestions"][0]["template"] == "cita-en-linea"
    assert rows[1]["suggestions"][0]["template"] == "bienes-vehiculo-herramientas"
    assert all(set(one) == {"template", "why"} for row in rows for one in row["suggestions"])


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("{", "línea 1, columna 2: desde aquí no es JSON"),
        ("[]", "línea 1, columna 1: no es un objeto JSON"),
        ('{"body": "x"}', "no tiene id"),
        ('{"id": 1, "body": 3}', "body no es un texto"),
        ('{"id": 1, "body": "x", "line": 9}', "0 a 5"),
        ('{"id": 1, "body": "x", "line": true}', "0 a 5"),
        ('{"id": 1, "body": "x", "line": 1, "countries": "CL"}', "countries"),
    ],
)
def test_the_command_names_the_bad_row(app, tmp_path, row, said):
    letters = tmp_path / "letters.jsonl"
    letters.write_text(row, encoding="utf-8")
    result = runner.invoke(app, ["suggest", str(letters), "--jsonl"])
    assert isinstance(result.exception, Refused)
    assert said in str(result.exception)
    assert result.stdout == ""


def test_a_file_that_is_not_there_is_wrong_usage(app, tmp_path):
    assert isinstance(runner.invoke(app, ["suggest", str(tmp_path / "none"), "--jsonl"]).exception, Misused)
