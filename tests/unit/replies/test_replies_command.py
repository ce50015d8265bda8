import json
import re
from datetime import date, timedelta

import pytest
import typer
from typer.testing import CliRunner

from calendar_pe import clock
from replies import catalogue
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


def test_the_page_holds_every_text_and_fetches_nothing(app):
    page = runner.invoke(app, ["replies", "list", "--html"]).stdout
    letters = [letter for letter in load().letters.values() if letter.frame != "bare"]
    assert all(f'<article id="{template.id}">' in page for template in (*load(), *letters))
    assert "<script" not in page
    assert "src=" not in page
    assert "stylesheet" not in page
    assert page.count('lang="pt"') == sum("pt" in template.texts for template in (*load(), *letters))


def test_every_fact_named_on_the_page_is_told_on_it(app):
    page = runner.invoke(app, ["replies", "list", "--html"]).stdout
    named = set(re.findall(r'href="#([A-Z]\d?-\d+)"', page))
    assert named
    assert named == set(re.findall(r'<dt id="([A-Z]\d?-\d+)">', page))
    assert "Confianza baja" not in page


def test_a_text_past_its_review_is_marked_in_both_lists(app, monkeypatch):
    late = max(template.review_by for template in (*load(), *load().letters.values()))
    monkeypatch.setattr(clock, "now", lambda: clock.at_lima(late + timedelta(days=1), 9))
    listed = runner.invoke(app, ["replies", "list"]).stdout
    page = runner.invoke(app, ["replies", "list", "--html"]).stdout
    assert listed.count("[revisión vencida]") == len(load())
    assert page.count("Revisión vencida.") == page.count("<article")


class TestStrict:
    def test_a_date_that_has_come_is_a_warning(self, app, monkeypatch):
        monkeypatch.setattr(clock, "now", lambda: clock.at_lima(date(2040, 1, 2), 9))
        result = runner.invoke(app, ["replies", "check"])
        assert result.exit_code == 0
        assert "0 errores" in result.stdout
        assert "su revisión venció" in result.stderr

    def test_and_an_error_only_when_asked_for(self, app, monkeypatch):
        monkeypatch.setattr(clock, "now", lambda: clock.at_lima(date(2040, 1, 2), 9))
        result = runner.invoke(app, ["replies", "check", "--strict"])
        assert isinstance(result.exception, Refused)

    def test_what_is_announced_is_no_error(self, app, monkeypatch):
        soonest = min(template.review_by for template in (*load(), *load().letters.values()))
        monkeypatch.setattr(clock, "now", lambda: clock.at_lima(soonest - timedelta(days=30), 9))
        result = runner.invoke(app, ["replies", "check", "--strict"])
        assert result.exit_code == 0
        assert f"su revisión vence el {soonest.isoformat()}" in result.stderr


def test_one_bad_text_fails_the_check(app, monkeypatch, tmp_path):
    for folder in ("letters", "replies/1"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "replies" / "1" / "rota.es.md.j2").write_text("sin ficha\n", encoding="utf-8")
    monkeypatch.setattr(catalogue, "load", lambda: catalogue.read(tmp_path))
    result = runner.invoke(app, ["replies", "check"])
    assert isinstance(result.exception, Refused)
    assert "replies/1/rota.es.md.j2" in result.stderr
