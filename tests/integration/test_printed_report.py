"""The management report as the document that one sends: its words, figures and sheets, read back from the PDF."""

import json
from datetime import date
from pathlib import Path

import pytest

from calendar_pe.clock import at_lima
from casework.desk import Desk
from casework.publication import write_note
from oversight.management import write_management
from oversight.report import prepare, write_month
from oversight.targets import ReportSettings
from tests.desks import Clock, build, member
from tests.months import CLOSED_AT, october
from tests.printed import Sheet, read
from tickets.states import Role
from tickets.store import Store

SETTINGS = ReportSettings(carta_version="5", attentions=100)
MARGIN = 25.0


@pytest.fixture
def desk(sqlite_store: Store, clock: Clock) -> Desk:
    made = october(build(sqlite_store, clock), clock)
    clock.now = CLOSED_AT
    return made


def sheets(desk: Desk, month: str, folder: Path) -> list[Sheet]:
    boss = member(desk, Role.SUPERVISOR)
    found = prepare(desk, lambda: boss, month, SETTINGS)
    write_month(desk, found, folder)
    write_management(desk, found[-1], SETTINGS, folder)
    return read((folder / f"gestion-{month}.pdf").read_bytes(), folder)


def test_words_figures_and_numbers_of_the_sheets(desk: Desk, tmp_path: Path) -> None:
    note = "# Señales\n\nFaltó atención en la línea 2: «pensión» y niñez.\n\n- #strong[no es una orden] $x$ @alguien\n"
    write_note(desk, member(desk, Role.SUPERVISOR), "2026-10", note)
    found = sheets(desk, "2026-10", tmp_path)
    everything = " ".join(sheet.text for sheet in found)
    for title in (
        "Informe de gestión: octubre de 2026",
        "Frente a las metas del año",
        "El mes",
        "Fuera de plazo",
        "Oficina por oficina",
        "Lo que dice la oficina",
        "Las cifras en detalle",
        "Por línea de acción",
        "Tiempo por línea de acción",
    ):
        assert title in everything
    assert "Consultas respondidas dentro de 1 día hábil 100 % 90 % 90 % no alcanzada" in everything
    assert "Señales Faltó atención en la línea 2: «pensión» y niñez." in everything
    assert "• #strong[no es una orden] $x$ @alguien" in everything, "what an office writes is text and nothing else"
    document = json.loads((tmp_path / "2026-10.json").read_text(encoding="utf-8"))
    shown = [table for table in document["tables"] if table["group"] in ("plazo", "partes", "atenciones", "canales")]
    assert len(shown) > 10
    for table in shown:
        for row in table["rows"]:
            counts = [str(cell) for cell in row["cells"] if isinstance(cell, int)]
            if "minutos" not in {column["unit"] for column in table["columns"]}:
                assert f"{row['label']} {' '.join(counts)}" in everything, table["id"]
    for number, sheet in enumerate(found, start=1):
        assert (round(sheet.width), round(sheet.height)) == (595, 842)
        assert sheet.text.endswith(f"Informe de gestión, octubre de 2026 {number} de {len(found)}")
        assert sheet.outside(MARGIN) == []


def test_a_table_is_not_torn(desk: Desk, tmp_path: Path) -> None:
    found = sheets(desk, "2026-10", tmp_path)
    document = json.loads((tmp_path / "2026-10.json").read_text(encoding="utf-8"))
    for table in document["tables"]:
        if table["group"] in ("partes", "atenciones", "canales") and table["rows"]:
            said = " ".join([table["title"], table["head"], *(row["label"] for row in table["rows"])])
            assert any(sheet.holds(said) for sheet in found), table["id"]


def test_december_evaluates_the_half_year(desk: Desk, clock: Clock, tmp_path: Path) -> None:
    sheets(desk, "2026-10", tmp_path)
    clock.now = at_lima(date(2027, 1, 12), 9)
    everything = " ".join(sheet.text for sheet in sheets(desk, "2026-12", tmp_path))
    assert "Evaluación del segundo semestre de 2026" in everything
    assert "octubre 30 90 % 87.5 % 3" in everything
    assert "Faltan 4 meses del semestre sin informe cerrado" in everything


def test_what_may_still_change_says_so_on_every_sheet(desk: Desk, clock: Clock, tmp_path: Path) -> None:
    clock.now = at_lima(date(2026, 11, 5), 9)
    found = sheets(desk, "2026-10", tmp_path)
    assert all(sheet.holds("P R O V I S I O N A L") for sheet in found), "aslant, so that each letter is a word"
    assert "Cifras provisionales al 5 de noviembre de 2026" in found[0].text
