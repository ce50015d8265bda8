import json

import pytest
import typer
from typer.testing import CliRunner

from replies.catalogue import load
from service.commands import replies
from service.exits import Refused

runner = CliRunner()


@pytest.fixture
def app() -> typer.Typer:
    made = typer.Typer()
    replies.register(made)
    return made


def test_check_is_clean(app):
    result = runner.invoke(app, ["replies", "check"])
    assert result.exit_code == 0
    assert "0 errores" in result.stdout


def test_show_speaks_the_contract(app):
    result = runner.invoke(app, ["replies", "show", "derivacion-otra-entidad", "--json"])
    said = json.loads(result.stdout)
    assert said["id"] == "derivacion-otra-entidad"
    assert said["line"] == 0
    assert said["title"]
    assert said["languages"] == ["es", "en", "pt"]
    (variable,) = said["variables"]
    assert {"name": "entity", "type": "channel", "example": "migraciones"}.items() <= variable.items()


def test_show_tells_a_person_what_it_rests_on(app):
    said = runner.invoke(app, ["replies", "show", "chile-permiso-trabajo"]).stdout
    assert "L1-17: " in said
    assert "Asunto: Trabajar en Chile" in said


def test_an_unknown_id_is_refused_with_the_nearest(app):
    result = runner.invoke(app, ["replies", "show", "alerta-trat"])
    assert isinstance(result.exception, Refused)
    assert "alerta-trata" in str(result.exception)
    assert isinstance(runner.invoke(app, ["replies", "show", "alerta-trata", "-l", "fr"]).exception, Refused)


def test_the_list_names_every_reply_once(app):
    said = runner.invoke(app, ["replies", "list"]).stdout
    listed = [line.split()[0] for line in said.splitlines() if line.startswith("  ")]
    assert sorted(listed) == sorted(template.id for template in load())


def test_the_page_holds_every_reply_and_fetches_nothing(app):
    page = runner.invoke(app, ["replies", "list", "--html"]).stdout
    assert all(f'<article id="{template.id}">' in page for template in load())
    assert "<script" not in page
    assert "src=" not in page
    assert "stylesheet" not in page
    assert page.count('lang="pt"') == sum("pt" in template.texts for template in load())
