"""What the public reads beside the indicators: the register without anybody's data, the bank of answers."""

import csv
import re
from dataclasses import replace
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest

from calendar_pe.clock import at_lima
from casework import remedy
from casework.desk import Desk
from casework.sweep import sweep
from oversight import bank, register
from oversight.privacy import public_words
from replies import catalogue
from replies.catalogue import Catalogue
from service.settings import load
from service.wiring import opened_desk
from tests.commands import Som, command_line
from tests.desks import Clock, letter, member, open_ticket, settle_promises
from tickets.states import OutboxState, Role
from tickets.tables import Outgoing

MONDAY = date(2026, 11, 23)
TODAY = date(2026, 11, 25)


def late_letters(desk: Desk, clock: Clock) -> None:
    """Three broken promises: of October, of November with its measures, and one of a person at risk."""
    open_ticket(desk, received_at=at_lima(date(2026, 10, 5), 9))
    open_ticket(desk, received_at=at_lima(MONDAY, 9))
    open_ticket(desk, received_at=at_lima(MONDAY, 9), risk=True)
    clock.now = at_lima(TODAY, 10)
    sweep(desk)
    boss = member(desk, Role.SUPERVISOR, login="jefa")
    told = remedy.Amends(
        cause="sistema",
        cause_text="Falla del correo: rosa@example.org (Rosa Quispe, DNI 45678912) no figuraba en SOM-2026-000002.",
        corrective="Julia Ramos llamó a la señora Quispe al 999 000 123; véase http://example.org/rosa.",
        preventive="=HYPERLINK(0) revisión diaria de la bandeja a las 8:15.",
        responsible="Julia Ramos",
        apology_due=True,
    )
    for number in (2, 3):
        remedy.edit(desk, boss, number, told)
    remedy.apologise(desk, boss, 2)


def published(desk: Desk, out: Path) -> str:
    register.publish(desk, out)
    return (out / "subsanacion.html").read_text(encoding="utf-8")


class TestTheRegister:
    def test_what_it_tells(self, desk: Desk, clock: Clock, tmp_path: Path) -> None:
        late_letters(desk, clock)
        written = register.publish(desk, tmp_path)
        assert [path.name for path in written] == ["subsanacion-2026.html", "subsanacion-2026.csv", "subsanacion.html"]
        with (tmp_path / "subsanacion-2026.csv").open(encoding="utf-8", newline="") as file:
            rows = {row["numero"]: row for row in csv.DictReader(file)}
        assert [(number, row["mes"]) for number, row in rows.items()] == [
            ("3", "2026-11"),
            ("2", "2026-11"),
            ("4", "2026-10"),
            ("1", "2026-10"),
        ]
        assert rows["4"]["compromiso"] == "Indicadores publicados dentro de los 15 días hábiles"
        assert rows["4"]["linea"] == rows["4"]["tipo"] == ""
        told = rows["2"]
        assert told["compromiso"] == "Respuesta dentro del plazo"
        assert (told["linea"], told["tipo"]) == ("Línea 2", "Consulta")
        assert told["motivo"] == "Falla del sistema o del correo"
        assert told["detalle"].startswith("Falla del correo: [correo] ([nombre], DNI [número]) no figuraba en [caso]")
        assert told["medida_correctiva"].startswith("[nombre] llamó a la señora [nombre] al [número]")
        assert told["medida_preventiva"].startswith("'="), "a spreadsheet runs nothing"
        assert told["disculpa"] == "Escrita; todavía no sale"
        assert (rows["1"]["motivo"], rows["1"]["disculpa"]) == ("Por registrar", "Por decidir")

    def test_a_person_at_risk_is_shielded(self, desk: Desk, clock: Clock, tmp_path: Path) -> None:
        late_letters(desk, clock)
        register.publish(desk, tmp_path)
        with (tmp_path / "subsanacion-2026.csv").open(encoding="utf-8", newline="") as file:
            shielded = next(row for row in csv.DictReader(file) if row["numero"] == "3")
        assert shielded["linea"] == ""
        assert {shielded["detalle"], shielded["medida_correctiva"]} == {register.RESERVED}

    def test_no_personal_data(self, desk: Desk, clock: Clock, tmp_path: Path) -> None:
        late_letters(desk, clock)
        page = published(desk, tmp_path) + (tmp_path / "subsanacion-2026.csv").read_text(encoding="utf-8")
        for secret in ("rosa", "quispe", "45678912", "999 000", "som-2026", "julia", "ramos", "http://"):
            assert secret not in page.lower()

    def test_when_the_apology_has_left(self, desk: Desk, clock: Clock, tmp_path: Path) -> None:
        late_letters(desk, clock)
        with desk.store.write() as session:
            [apology] = [one for one in session.query(Outgoing) if one.kind == "apology"]
            apology.state, apology.sent_at = OutboxState.SENT, clock.now
        assert letter(desk, apology.id or 0).state == "sent"
        assert "<dt>Disculpa</dt><dd>Enviada</dd>" in published(desk, tmp_path)

    def test_how_late_once_answered(self, desk: Desk, clock: Clock, tmp_path: Path) -> None:
        open_ticket(desk, received_at=at_lima(MONDAY, 9))
        clock.now = at_lima(TODAY, 10, 30)
        settle_promises(desk, "SOM-2026-000001")
        sweep(desk)
        assert "2 h 15 min hábiles" in published(desk, tmp_path)

    def test_each_year_has_its_page(self, desk: Desk, clock: Clock, tmp_path: Path) -> None:
        open_ticket(desk, received_at=at_lima(date(2025, 12, 1), 9))
        late_letters(desk, clock)
        names = {path.name for path in register.publish(desk, tmp_path)}
        assert {"subsanacion-2025.html", "subsanacion-2026.html", "subsanacion-2025.csv"} <= names
        page = (tmp_path / "subsanacion.html").read_text(encoding="utf-8")
        assert 'href="subsanacion-2025.html"' in page
        assert "Diciembre de 2025" not in page

    def test_a_desk_that_broke_nothing(self, desk: Desk, tmp_path: Path) -> None:
        assert "no hay compromisos incumplidos" in published(desk, tmp_path)


@pytest.mark.parametrize(
    ("written", "public"),
    [
        ("Falla del servidor. Superintendencia sin respuesta.", "Falla del servidor. Superintendencia sin respuesta."),
        ("Migraciones y Cancillería demoraron.", "Migraciones y Cancillería demoraron."),
        ("Demora de Yhoselin Huamán.", "Demora de [nombre]."),
        ("Cambio de turno el 23/11/2026 a las 8:15.", "Cambio de turno el 23/11/2026 a las 8:15."),
        ("som-2026-000123 y AB123456", "[caso] y [número]"),
        ("", ""),
    ],
)
def test_words_made_public(written: str, public: str) -> None:
    assert public_words(written) == public


class Titles(HTMLParser):
    def __init__(self, source: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "details" and given.get("class") == "question":
            self.ids.append(given.get("id") or "")


class TestTheBank:
    def test_every_published_reply_is_there_once(self) -> None:
        page = bank.bank_page(catalogue.load(), TODAY).decode()
        ids = Titles(page).ids
        assert sorted(ids) == sorted(one.id for one in catalogue.load().published())
        assert len(ids) > 50

    def test_nothing_of_a_case_stands_open(self) -> None:
        page = bank.bank_page(catalogue.load(), TODAY).decode()
        assert not re.search(r"\[\[|\{\{|SOM-2026|None", page)
        label = next(one.label for one in catalogue.load().get("derivacion-otra-entidad").variables)
        assert f"({label})" in page, "what depends on the case is said in words"

    def test_what_is_not_published_stays_out(self) -> None:
        whole = catalogue.load()
        draft = replace(whole.get("chile-permiso-trabajo"), status="draft")
        changed = Catalogue({**whole.replies, draft.id: draft}, whole.letters)
        assert draft.id not in Titles(bank.bank_page(changed, TODAY).decode()).ids

    def test_review_dates_are_told(self) -> None:
        template = catalogue.load().get("chile-permiso-trabajo")
        page = bank.bank_page(catalogue.load(), TODAY).decode()
        assert "se vuelve a revisar antes del 31 de marzo de 2027" in page
        late = bank.bank_page(catalogue.load(), template.review_by + timedelta(days=1)).decode()
        assert "su revisión debía hacerse antes del 31 de marzo de 2027" in late

    def test_other_languages_say_which_they_are(self) -> None:
        page = bank.bank_page(catalogue.load(), TODAY).decode()
        assert '<details lang="en">' in page
        assert '<details lang="pt">' in page


class TestTheCommands:
    @pytest.fixture
    def som(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]) -> Som:
        (tmp_path / "config.toml").write_text(
            '[data]\ndir = "."\n[clock]\nsimulated = true\n[smtp]\nfrom_address = "som@example.pe"\n', encoding="utf-8"
        )
        with opened_desk(load(tmp_path / "config.toml"), now=at_lima(MONDAY, 9)) as desk:
            open_ticket(desk, received_at=at_lima(MONDAY, 9))
        return command_line(tmp_path, monkeypatch, capsysbinary, "sweep", "public")

    def test_the_register_is_written(self, som: Som, tmp_path: Path) -> None:
        assert som("sweep", "--now", "2026-11-25T10:00:00-05:00").code == 0
        done = som("remediation", "publish", "--out", "publico")
        assert (done.code, done.out.split()[-1]) == (0, "publico/subsanacion.html")
        assert "N.º 1" in (tmp_path / "publico" / "subsanacion.html").read_text(encoding="utf-8")

    def test_the_bank_is_written(self, som: Som, tmp_path: Path) -> None:
        assert som("bank", "--out", "publico").out == "publico/preguntas.html\n"
        assert (tmp_path / "publico" / "preguntas.html").stat().st_mode & 0o777 == 0o644

    @pytest.mark.parametrize("command", [("bank",), ("remediation", "publish")])
    def test_where_one_cannot_write(self, som: Som, command: tuple[str, ...]) -> None:
        refused = som(*command, "--out", "config.toml")
        assert refused.code == 2
        assert "config.toml: no es una carpeta" in refused.err
