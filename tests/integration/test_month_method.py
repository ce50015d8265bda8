"""The rules by which a month is published: each closed month keeps its own, and offices tell their consultas apart."""

import csv
import io
import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from calendar_pe.clock import at_lima
from casework.classify import Judgement, judge
from casework.desk import Actor, Desk
from casework.publication import freeze
from oversight.management import write_management
from oversight.method import FIRST, METHOD
from oversight.report import prepare, recomputes, work_out, write_month
from oversight.tables import to_dict
from oversight.targets import ReportSettings
from tests.desks import Clock, build, member
from tests.months import CLOSED_AT, october, respond, write
from tickets import reports
from tickets.states import Role
from tickets.store import Store

SETTINGS = ReportSettings(carta_version="5", attentions=100)
MONTH = "2026-10"


@pytest.fixture
def desk(sqlite_store: Store, clock: Clock) -> Desk:
    made = october(build(sqlite_store, clock), clock)
    clock.now = CLOSED_AT
    return made


def boss(desk: Desk) -> Actor:
    return member(desk, Role.SUPERVISOR)


def make(desk: Desk, out: Path, *, erratum: str | None = None) -> dict[str, bytes]:
    found = prepare(desk, lambda: boss(desk), MONTH, SETTINGS, erratum=erratum)
    written = [*write_month(desk, found, out), *write_management(desk, found[-1], SETTINGS, out)]
    return {path.name: path.read_bytes() for path in written}


def test_an_office_is_judged_by_its_consultas_alone(desk: Desk, clock: Clock, tmp_path: Path) -> None:
    """Six reclamos of Lima, each late, take nothing from what the goal of the Carta is about."""
    clock.now = at_lima(date(2026, 10, 12), 9)
    references = write(desk, clock, ["1 consulta es yo CL"] * 6, at=at_lima(date(2026, 10, 12), 9))
    for reference in references:
        judge(desk, boss(desk), reference, Judgement(line=1, kind="reclamo"))
    respond(desk, clock, references, at=at_lima(date(2026, 10, 12), 11))
    clock.now = CLOSED_AT
    document = prepare(desk, lambda: boss(desk), MONTH, SETTINGS)[-1].document
    assert document.table("oficina").cell("Lima", "concluidos") == 36
    [row] = document.table("oficina-consultas").rows
    assert (row.id, row.cells) == ("Lima", (30, 27, 90.0))
    assert row.cells[:2] == tuple(
        document.table("indicadores").cell("plazo", one) for one in ("denominador", "numerador")
    )
    page = make(desk, tmp_path)[f"gestion-{MONTH}.html"].decode()
    said = " ".join(re.sub(r"<[^>]+>", " ", page).split()).replace("\N{NO-BREAK SPACE}", " ")
    assert "Consultas respondidas dentro de 1 día hábil (no alcanzada) 100 % 90 % 90 %" in said
    assert "Plazos de todo tipo cumplidos a tiempo — 91.7 % 91.7 %" in said


def test_a_month_closed_by_the_first_method_stays_as_it_was(desk: Desk, clock: Clock, tmp_path: Path) -> None:
    """It recomputes by its own rules, to the byte; only an erratum takes those of today."""
    at = at_lima(date(2026, 11, 6), 17)
    first = work_out(desk, MONTH, at, SETTINGS, FIRST)
    assert "method" not in to_dict(first)
    freeze(desk, boss(desk), MONTH, to_dict(first), as_of=at, calendar_version=first.calendar_version)
    with desk.store.read() as session:
        [kept] = reports.of_month(session, MONTH)
        assert recomputes(desk, kept) == []
    files = make(desk, tmp_path / "a")
    assert json.loads(files[f"{MONTH}.json"]).get("method") is None
    assert b"oficina-consultas" not in files[f"{MONTH}.csv"]
    assert "Plazos cumplidos a tiempo <span" in files[f"gestion-{MONTH}.html"].decode()
    again = prepare(desk, lambda: boss(desk), MONTH, SETTINGS, erratum="una carta estaba en otra línea")
    assert [one.document.method for one in again] == [FIRST, METHOD]
    assert again[0].document == first
    with desk.store.read() as session:
        assert [recomputes(desk, one) for one in reports.of_month(session, MONTH)] == [[], []]


def test_an_office_named_like_a_formula_is_no_formula(desk: Desk, clock: Clock, tmp_path: Path) -> None:
    other = replace(desk, settings=replace(desk.settings, office="=cmd|' /C calc'!A0"))
    write(other, clock, ["4 consulta es yo BO"] * 10, at=at_lima(date(2026, 10, 20), 10))
    clock.now = CLOSED_AT
    files = make(desk, tmp_path)
    rows = list(csv.reader(io.StringIO(files[f"{MONTH}.csv"].decode())))
    named = [cell for row in rows for cell in row if "cmd|" in cell]
    assert named
    assert all(cell.startswith("'=") for cell in named)
    assert not any(cell[:1] in "=+-@\t\r" for row in rows for cell in row if cell)
    assert "=cmd|&#39; /C calc&#39;!A0" in files[f"{MONTH}.html"].decode()


def test_offices_have_no_sum_of_a_part_of_the_year(desk: Desk, clock: Clock, tmp_path: Path) -> None:
    """October was closed without the consultas of offices: what November alone gives is not said of the year."""
    at = at_lima(date(2026, 11, 6), 17)
    first = work_out(desk, MONTH, at, SETTINGS, FIRST)
    freeze(desk, boss(desk), MONTH, to_dict(first), as_of=at, calendar_version=first.calendar_version)
    references = write(desk, clock, ["1 consulta es yo CL"] * 10, at=at_lima(date(2026, 11, 10), 9))
    respond(desk, clock, references, at=at_lima(date(2026, 11, 10), 11))
    clock.now = at_lima(date(2026, 12, 10), 9)
    found = prepare(desk, lambda: boss(desk), "2026-11", SETTINGS)
    [page, _] = write_management(desk, found[-1], SETTINGS, tmp_path)
    said = " ".join(re.sub(r"<[^>]+>", " ", page.read_text()).split()).replace("\N{NO-BREAK SPACE}", " ")
    assert "Lima Medida Meta Este mes En el año Consultas respondidas dentro de 1 día hábil 100 % 100 % — " in said
    assert "Plazos cumplidos a tiempo (no alcanzada) 100 % 100 % 92.5 %" in said
