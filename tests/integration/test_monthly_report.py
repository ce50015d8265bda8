"""The monthly report as people get it: frozen once, the same in every form, corrected only in the open."""

import csv
import io
import json
import re
import zipfile
from dataclasses import replace
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
from sqlalchemy import text

from calendar_pe.clock import at_lima
from casework import remedy
from casework.classify import Judgement, judge
from casework.desk import Actor, Desk, NotAllowed
from casework.merge import merge
from casework.publication import CannotPublish, fingerprint, freeze, publish, write_note
from casework.sweep import sweep
from oversight import register
from oversight.indicators import month
from oversight.management import write_management
from oversight.report import prepare, recomputes, write_month
from oversight.targets import ReportSettings
from service.settings import load
from service.wiring import opened_desk
from tests.commands import command_line
from tests.desks import Clock, build, events, member
from tests.months import CLOSED_AT, october, respond, write
from tickets import journal, reports
from tickets.states import Role
from tickets.store import Store
from tickets.tables import Report

SETTINGS = ReportSettings(carta_version="5", attentions=100)
MONTH = "2026-10"


def ready(desk: Desk, clock: Clock) -> Desk:
    """October is over, and stands."""
    made = october(desk, clock)
    clock.now = CLOSED_AT
    return made


@pytest.fixture
def desk(sqlite_store: Store, clock: Clock) -> Desk:
    return ready(build(sqlite_store, clock), clock)


@pytest.fixture
def either(store: Store, clock: Clock) -> Desk:
    """The same on SQLite and on PostgreSQL, for what they might keep differently."""
    return ready(build(store, clock), clock)


def boss(desk: Desk) -> Actor:
    return member(desk, Role.SUPERVISOR)


def make(desk: Desk, out: Path, *, erratum: str | None = None) -> dict[str, bytes]:
    found = prepare(desk, lambda: boss(desk), MONTH, SETTINGS, erratum=erratum)
    written = [*write_month(desk, found, out), *write_management(desk, found[-1], SETTINGS, out)]
    return {path.name: path.read_bytes() for path in written}


def figures(files: dict[str, bytes], name: str = MONTH) -> dict[tuple[str, str, str], str]:
    """The figures of the JSON file, as text."""
    document = json.loads(files[f"{name}.json"])
    return {
        (table["id"], row["id"], column["id"]): "" if cell is None else str(cell)
        for table in document["tables"]
        for row in table["rows"]
        for column, cell in zip(table["columns"], row["cells"], strict=True)
    }


class Tables(HTMLParser):
    """Every figure of a page, by table, row and column."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[tuple[str, str, str], str] = {}
        self.table = self.row = ""
        self.columns: list[str] = []
        self.fetched: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag in ("img", "script", "link", "iframe", "object"):
            self.fetched.append(said.get("src") or said.get("href") or "")
        if tag == "table":
            self.table, self.columns = said["data-tabla"], []
        elif tag == "tr" and "data-fila" in said:
            self.row, self.left = said["data-fila"], iter(self.columns)
        elif tag == "th" and "data-medida" in said:
            self.columns.append(said["data-medida"])
        elif tag == "data":
            self.found[self.table, self.row, next(self.left)] = said["value"]


def test_every_form_holds_the_same_figures(desk: Desk, tmp_path: Path) -> None:
    files = make(desk, tmp_path)
    expected = figures(files)
    assert len(expected) > 100
    assert expected["indicadores", "plazo", "numerador"] == "27"
    assert expected["indicadores", "plazo", "porcentaje"] == "90.0"
    assert expected["indicadores", "satisfaccion", "porcentaje"] == "87.5"
    page = Tables()
    page.feed(files[f"{MONTH}.html"].decode())
    assert page.found == expected
    assert page.fetched == ["data:,"], "nothing is fetched from anywhere"
    rows = list(csv.DictReader(io.StringIO(files[f"{MONTH}.csv"].decode())))
    assert {(row["tabla"], row["fila"], row["medida"]): row["valor"] for row in rows} == expected
    sheet = cells(files[f"{MONTH}.xlsx"])["Datos"]
    assert {(row[2], row[3], row[5]): number(row[6]) for row in sheet[1:]} == {
        key: number(value) for key, value in expected.items()
    }


def number(text: str) -> float | str:
    """Read a figure; a workbook writes 90.9 with all its digits."""
    return text if text in ("", "*") else round(float(text), 6)


def cells(workbook: bytes) -> dict[str, list[list[str]]]:
    """Read a workbook with nothing but its XML: sheet, row, column."""
    space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    with zipfile.ZipFile(io.BytesIO(workbook)) as parts:
        shared = [
            "".join(text.text or "" for text in one.iter(f"{space}t"))
            for one in ElementTree.fromstring(parts.read("xl/sharedStrings.xml"))
        ]
        book = ElementTree.fromstring(parts.read("xl/workbook.xml"))
        found = {}
        for place, sheet in enumerate(book.iter(f"{space}sheet"), start=1):
            root = ElementTree.fromstring(parts.read(f"xl/worksheets/sheet{place}.xml"))
            found[sheet.get("name") or ""] = [
                [_text(cell, shared, space) for cell in row.iter(f"{space}c")] for row in root.iter(f"{space}row")
            ]
    return found


def _text(cell: ElementTree.Element, shared: list[str], space: str) -> str:
    value = cell.findtext(f"{space}v") or ""
    return shared[int(value)] if cell.get("t") == "s" else value


def test_small_groups_do_not_show(desk: Desk, tmp_path: Path) -> None:
    found = figures(make(desk, tmp_path))
    lines = {row: cell for (table, row, column), cell in found.items() if (table, column) == ("linea", "cartas")}
    assert lines == {"1": "14", "2": "10", "reservado": "6"}
    assert ("idioma", "pt", "cartas") not in found
    assert ("pais", "CO", "cartas") not in found
    assert found["canal", "in_person", "atenciones"] == "8"


def test_a_frozen_month_is_reprinted_to_the_byte(either: Desk, clock: Clock, tmp_path: Path) -> None:
    first = make(either, tmp_path / "a")
    clock.now += timedelta(days=3)
    judge(either, boss(either), "SOM-2026-000001", Judgement(line=4, kind="reclamo"))
    write(either, clock, ["1 consulta es yo"], at=at_lima(date(2026, 10, 30), 9), taken_at=clock.now)
    clock.now = CLOSED_AT + timedelta(days=9)
    again = make(either, tmp_path / "b")
    assert again.keys() == first.keys()
    for name in first:
        if not name.endswith(".xlsx"):
            assert again[name] == first[name], name
    assert cells(again[f"{MONTH}.xlsx"]) == cells(first[f"{MONTH}.xlsx"])
    with either.store.read() as session:
        [kept] = reports.of_month(session, MONTH)
        assert [one.event for one in journal.entries_of(session, 0)].count("report_frozen") == 1
        assert recomputes(either, kept) == []


def test_an_erratum_is_a_new_version_and_the_old_one_stays(either: Desk, clock: Clock, tmp_path: Path) -> None:
    first = make(either, tmp_path)
    clock.now += timedelta(days=3)
    judge(either, boss(either), "SOM-2026-000001", Judgement(kind="agradecimiento"))
    again = make(either, tmp_path, erratum="Se corrigió <b>una</b> carta mal clasificada.")
    assert figures(again, f"{MONTH}-v1") == figures(first)
    assert figures(again) != figures(first)
    document = json.loads(again[f"{MONTH}.json"])
    assert document["version"] == 2
    assert document["errata"][0]["reason"] == "Se corrigió <b>una</b> carta mal clasificada."
    page = again[f"{MONTH}.html"].decode()
    assert "Se corrigió &lt;b&gt;una&lt;/b&gt; carta mal clasificada." in page
    assert "fue reemplazada" in again[f"{MONTH}-v1.html"].decode()
    with either.store.read() as session:
        kept = reports.of_month(session, MONTH)
        assert [(row.version, bool(row.erratum)) for row in kept] == [(1, False), (2, True)]
        assert [recomputes(either, row) for row in kept] == [[], []]


def test_a_changed_figure_is_found(either: Desk, tmp_path: Path) -> None:
    make(either, tmp_path)
    with either.store.write() as session:
        [kept] = session.query(Report)
        said = json.dumps(kept.figures).replace('"cells": [27, 30, 90.0, 100.0]', '"cells": [30, 30, 100.0, 100.0]')
        kept.figures = json.loads(said)
    with either.store.read() as session:
        [kept] = reports.of_month(session, MONTH)
        assert "cambiadas" in recomputes(either, kept)[0]
    with either.store.write() as session:
        [kept] = session.query(Report)
        kept.sha256 = fingerprint(kept.figures)
    with either.store.read() as session:
        [kept] = reports.of_month(session, MONTH)
        found = recomputes(either, kept)
    assert any("indicadores / plazo / numerador dice 30 y el diario da 27" in one for one in found)


def test_an_open_month_is_provisional_and_not_frozen(desk: Desk, clock: Clock, tmp_path: Path) -> None:
    clock.now = at_lima(date(2026, 11, 6), 16, 59)
    files = make(desk, tmp_path)
    assert 'class="provisional"' in files[f"{MONTH}.html"].decode()
    assert json.loads(files[f"{MONTH}.json"])["provisional"] is True
    with desk.store.read() as session:
        assert reports.of_month(session, MONTH) == []
    with pytest.raises(CannotPublish, match="provisional"):
        publish(desk, boss(desk), MONTH)
    with pytest.raises(CannotPublish, match="provisionales"):
        make(desk, tmp_path, erratum="ya")
    with pytest.raises(CannotPublish, match="todavía no empieza"):
        prepare(desk, lambda: boss(desk), "2026-12", SETTINGS)


def test_only_supervisors_freeze_and_publish(desk: Desk) -> None:
    for role in (Role.CONSULTANT, Role.AUDITOR):
        with pytest.raises(NotAllowed):
            prepare(desk, lambda role=role: member(desk, role), MONTH, SETTINGS)  # type: ignore[misc]
    prepare(desk, lambda: boss(desk), MONTH, SETTINGS)
    auditor = member(desk, Role.AUDITOR)
    assert prepare(desk, lambda: auditor, MONTH, SETTINGS)[-1].version == 1, "reading needs no role"
    for act in (publish, lambda *one: write_note(*one, "nota")):
        with pytest.raises(NotAllowed):
            act(desk, auditor, MONTH)
    with pytest.raises(CannotPublish, match="motivo"):
        freeze(desk, boss(desk), MONTH, {}, as_of=CLOSED_AT, calendar_version="", erratum="  ")


def test_publishing_is_noted_once(either: Desk, clock: Clock, tmp_path: Path) -> None:
    make(either, tmp_path)
    publish(either, boss(either), MONTH)
    clock.now += timedelta(days=2)
    publish(either, boss(either), MONTH)
    with either.store.read() as session:
        [kept] = reports.of_month(session, MONTH)
        assert kept.published_on == date(2026, 11, 9)
    assert "publicado el 9 de noviembre de 2026" in make(either, tmp_path)["2026.html"].decode()


def test_the_management_report_says_what_offices_say_and_holds_it_against_targets(desk: Desk, tmp_path: Path) -> None:
    write_note(desk, boss(desk), MONTH, "# Lo urgente\n\nFaltó <una> consultora.\n- Se pidió apoyo #strong[ya]\n")
    files = make(desk, tmp_path)
    page = files[f"gestion-{MONTH}.html"].decode()
    assert "Faltó &lt;una&gt; consultora." in page
    assert "<li>Se pidió apoyo #strong[ya]</li>" in page
    assert "no alcanzada" in page
    assert "Motivo todavía sin registrar" in page
    assert files[f"gestion-{MONTH}.pdf"].startswith(b"%PDF-")
    assert b"/FontFile" in files[f"gestion-{MONTH}.pdf"], "its fonts are inside"


def test_each_office_stands_by_its_own_figures(desk: Desk, clock: Clock, tmp_path: Path) -> None:
    """Tacna takes letters too, answers most of them, and says why not all; Lima says nothing; Puno only writes."""
    tacna, puno = (replace(desk, settings=replace(desk.settings, office=name)) for name in ("Tacna", "Puno"))
    references = write(tacna, clock, ["4 consulta es yo BO"] * 10, at=at_lima(date(2026, 10, 20), 10))
    respond(tacna, clock, references[:8], at=at_lima(date(2026, 10, 20), 12))
    clock.now = CLOSED_AT
    write_note(tacna, boss(tacna), MONTH, "Dos consultas llegaron en aimara.")
    write_note(puno, boss(puno), MONTH, "Todavía sin personal.")
    files = make(desk, tmp_path)
    said = " ".join(re.sub(r"<[^>]+>", " ", files[f"gestion-{MONTH}.html"].decode()).split())
    offices = said[said.index("Oficina por oficina Lima") : said.index("Las cifras en detalle")]
    lima, rest = offices.split(" Puno ", 1)
    empty, filled = rest.split(" Tacna ", 1)
    lima = lima.replace("\N{NO-BREAK SPACE}", " ")
    assert "Consultas respondidas dentro de 1 día hábil (no alcanzada) 100 % 90 % 90 %" in lima
    assert "Plazos de todo tipo cumplidos a tiempo — 90 % 90 %" in lima
    assert "Cartas y atenciones — 38 38" in lima
    assert "Este mes no dejó notas." in lima
    assert empty.startswith("Sin cifras propias en estos meses. Lo que dice la oficina")
    assert "Todavía sin personal." in empty
    assert "(no alcanzada) 100 % 80 % 80 %" in filled.replace("\N{NO-BREAK SPACE}", " ")
    assert "Cartas y atenciones — 10 10 Lo que dice la oficina Dos consultas llegaron en aimara." in filled
    assert "En el semestre" not in offices


def test_june_and_december_look_at_the_half_year(desk: Desk, clock: Clock, tmp_path: Path) -> None:
    make(desk, tmp_path)
    clock.now = at_lima(date(2027, 1, 12), 9)
    found = prepare(desk, lambda: boss(desk), "2026-12", SETTINGS)
    [page, _] = write_management(desk, found[-1], SETTINGS, tmp_path)
    said = page.read_text().replace("\N{NO-BREAK SPACE}", " ")
    assert "Evaluación del segundo semestre de 2026" in said
    assert "90 % en el semestre; no se alcanzó la meta (100 %)" in said
    assert "Faltan 4 meses del semestre sin informe cerrado" in said
    assert "Evaluación del" not in (tmp_path / f"gestion-{MONTH}.html").read_text()
    office = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", said[said.index("Oficina por oficina") :]))
    assert (
        "En el semestre Medida Meta Último mes Semestre Consultas respondidas dentro de 1 día hábil (no alcanzada) "
        "100 % — 90 % Plazos de todo tipo cumplidos a tiempo — — 90 %" in office
    )


def test_a_closed_month_reads_nothing_but_the_journal(desk: Desk, tmp_path: Path) -> None:
    before = figures(make(desk, tmp_path / "a"))
    with desk.store.write() as session:
        for table in ("satisfaction_answers", "attentions", "remediation", "reports"):
            session.execute(text(f"DELETE FROM {table}"))
    assert figures(make(desk, tmp_path / "b")) == before


def test_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    (tmp_path / "config.toml").write_text(
        '[data]\ndir = "."\n[clock]\nsimulated = true\n[smtp]\nfrom_address = "som@example.pe"\n'
        '[carta]\nversion = "6"\n'
    )
    clock = Clock()
    with opened_desk(load(tmp_path / "config.toml")) as opened:
        october(replace(opened, clock=clock), clock)
    som = command_line(tmp_path, monkeypatch, capsysbinary, "report", "due")
    now = ("--now", "2026-11-09T09:00:00-05:00")
    ended = som("report", MONTH, "--out", "out", *now)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.splitlines() == [
        *(f"out/{MONTH}.{ending}" for ending in ("html", "csv", "json", "xlsx")),
        *("out/2026.html", "out/index.html", f"out/gestion-{MONTH}.html", f"out/gestion-{MONTH}.pdf"),
    ]
    kept = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir() if path.suffix != ".xlsx"}
    assert json.loads(kept[f"{MONTH}.json"])["carta_version"] == "6"
    assert som("report", MONTH, "--out", "out", *now).code == 0
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir() if path.suffix != ".xlsx"} == kept
    provisional = som("report", "2026-11", "--out", "out", *now)
    assert (provisional.code, provisional.err) == (0, "som: cifras provisionales: el mes todavía puede cambiar\n")
    assert som("report", MONTH, "--publish", *now).code == 0
    for arguments, code in (
        (("2026-13", "--out", "x"), 2),
        ((MONTH,), 2),
        (("2026-12", "--out", "x"), 1),
        (("2035-01", "--out", "x"), 1),
        ((MONTH, "--notes", "missing.md"), 2),
    ):
        refused = som("report", *arguments, *now)
        assert (refused.code, refused.out) == (code, ""), arguments


def test_the_index_links_the_register_and_the_questions_where_they_lie(desk: Desk, tmp_path: Path) -> None:
    make(desk, tmp_path)
    assert "subsanacion.html" not in (tmp_path / "index.html").read_text()
    register.publish(desk, tmp_path)
    make(desk, tmp_path)
    found = (tmp_path / "index.html").read_text()
    assert 'href="subsanacion.html"' in found
    assert "preguntas.html" not in found


def test_the_journal_names_no_one(desk: Desk, tmp_path: Path) -> None:
    make(desk, tmp_path)
    assert events(desk, "SOM-2026-000001")
    with desk.store.read() as session:
        said = json.dumps([one.facts for one in journal.entries_of(session, 0)])
    assert "example" not in said
    assert not re.search(r"\bp\d+@", said)


def test_a_month_from_before_the_desk_began_stands_when_it_is_first_reported(desk: Desk, clock: Clock) -> None:
    write(desk, clock, ["1 consulta es yo CL"] * 6, at=at_lima(date(2026, 8, 5), 9), taken_at=CLOSED_AT)
    [august] = prepare(desk, lambda: boss(desk), "2026-08", SETTINGS)
    assert august.document.table("resumen").cell("cartas", "total") == 6
    assert august.document.as_of == "2026-11-09T09:00:00-05:00"
    with pytest.raises(CannotPublish, match="no hay cartas"):
        prepare(desk, lambda: boss(desk), "2026-07", SETTINGS)


def test_a_broken_promise_is_counted_with_its_cause(either: Desk, clock: Clock) -> None:
    clock.now = at_lima(date(2026, 11, 5), 9)
    sweep(either)
    [late, *_] = [one for one in remedy.forms(either) if one.answered_at is not None]
    remedy.edit(either, boss(either), late.id, remedy.Amends(cause="personal"))
    clock.now = CLOSED_AT
    remedy.edit(either, boss(either), late.id, remedy.Amends(cause="sistema"))
    [found] = prepare(either, lambda: boss(either), MONTH, SETTINGS)
    rows = {row.id: row.cells[:3] for row in found.document.table("incumplimientos").rows}
    assert rows == {"personal": (1, 1, 0), "sin_registrar": (2, 1, 1)}, "what was written later is not of this edition"


def test_a_promise_that_moves_to_another_case_is_counted_once(desk: Desk, clock: Clock) -> None:
    before = month(desk, 2026, 10, CLOSED_AT).total
    for number in (1, 2):
        [reference] = write(
            desk, clock, ["1 consulta es yo CL"], at=at_lima(date(2026, 10, 29), 9, number), taken_at=CLOSED_AT
        )
    merge(desk, member(desk), reference, f"SOM-2026-{int(reference[-6:]) - 1:06}")
    after = month(desk, 2026, 10, CLOSED_AT).total
    assert (after.letters - before.letters, after.promises - before.promises) == (2, 2)


def test_a_desk_for_practice_says_so(desk: Desk, tmp_path: Path) -> None:
    practice = replace(desk, settings=replace(desk.settings, simulated=True))
    files = make(practice, tmp_path)
    for name in (f"{MONTH}.html", f"gestion-{MONTH}.html"):
        assert "Mesa de práctica" in files[name].decode()
    assert json.loads(files[f"{MONTH}.json"])["simulated"] is True
