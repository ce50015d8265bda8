import csv
import io
import zipfile
from dataclasses import replace
from datetime import datetime

import pytest

from calendar_pe import shipped
from calendar_pe.clock import parse_instant
from sla.promises import DayEnds, PromiseSettings
from sla.reckon import reckon
from sla.remediation import (
    TITLES,
    Cause,
    Commitment,
    RemediationForm,
    lateness,
    missing_fields,
    parse_cause,
    publication_broken,
    publication_due_on,
    satisfaction_broken,
)
from sla.remediation_export import cells, write_csv, write_xlsx
from sla.working_time import WorkingTimeSettings

CALENDAR = shipped()
HOURS = WorkingTimeSettings()


def at(text: str) -> datetime:
    return parse_instant(f"2026-{text}-05:00")


EMPTY = RemediationForm(
    id=1,
    commitment=Commitment.ANSWER,
    reference="SOM-2026-000012",
    kind="consulta",
    received_at=at("11-23T10:00:00"),
    due_at=at("11-24T17:00:00"),
    broken_at=at("11-24T17:00:01"),
)
FULL = replace(
    EMPTY,
    answered_at=at("11-25T10:15:00"),
    lateness_seconds=7200,
    cause=Cause.CARGA,
    corrective="Se respondió a primera hora",
    preventive="Se reparte la cola a las 3 p. m.",
    responsible="Rosa Quispe",
    apology_due=True,
    apology_message_id="<disculpa-1@example.org>",
)


def test_a_full_form_can_close() -> None:
    assert missing_fields(FULL) == ()
    assert missing_fields(replace(FULL, apology_due=False, apology_message_id="")) == ()


@pytest.mark.parametrize(
    ("change", "title"),
    [
        ({"cause": None}, "Motivo"),
        ({"cause": Cause.OTRO}, "Detalle del motivo"),
        ({"cause": Cause.OTRO, "cause_detail": "  "}, "Detalle del motivo"),
        ({"corrective": " \n"}, "Medida correctiva"),
        ({"preventive": ""}, "Medida preventiva"),
        ({"responsible": ""}, "Responsable"),
        ({"apology_due": None}, "Corresponde disculpa"),
        ({"apology_message_id": ""}, "Carta de disculpa"),
        ({"answered_at": None}, "Atendido"),
        ({"lateness_seconds": None}, "Demora en tiempo de atención"),
    ],
)
def test_no_field_may_be_missing(change: dict[str, object], title: str) -> None:
    assert missing_fields(replace(FULL, **change)) == (title,)  # type: ignore[arg-type]


def test_an_empty_form_says_all_it_lacks() -> None:
    assert len(missing_fields(EMPTY)) == 7


def test_satisfaction_is_no_matter_of_time() -> None:
    month = replace(FULL, commitment=Commitment.SATISFACTION, reference="2026-11", answered_at=None)
    assert missing_fields(replace(month, lateness_seconds=None)) == ()


def test_causes_are_a_closed_list_in_words() -> None:
    assert parse_cause(" carga ") is Cause.CARGA
    assert len({cause.label for cause in Cause}) == len(Cause)
    with pytest.raises(ValueError, match="fuerza_mayor"):
        parse_cause("pereza")


def test_lateness_is_working_time_after_the_last_second() -> None:
    settings = PromiseSettings()
    promise = reckon(at("11-23T10:00:00"), "consulta", CALENDAR, settings)

    def late(answered: str, settings: PromiseSettings = settings) -> int:
        return lateness(promise, at(answered), CALENDAR, HOURS, settings)

    assert late("11-25T10:15:00") == 7200
    assert late("11-24T16:00:00") == 0
    assert late("11-24T20:00:00") == 0
    assert late("11-30T08:15:00") == 3 * HOURS.day_seconds
    assert late("11-25T10:15:00", PromiseSettings(day_ends=DayEnds.MIDNIGHT)) == 7200


@pytest.mark.parametrize(
    ("satisfied", "answers", "broken"),
    [(0, 0, False), (93, 100, False), (92, 100, True), (929, 1000, True), (930, 1000, False), (0, 1, True)],
)
def test_satisfaction_under_93_percent_breaks(satisfied: int, answers: int, broken: bool) -> None:
    assert satisfaction_broken(satisfied, answers) is broken


def test_publication_is_owed_by_the_15th_business_day_of_the_next_month() -> None:
    assert publication_due_on(2026, 10, CALENDAR).isoformat() == "2026-11-20"
    assert publication_due_on(2026, 11, CALENDAR).isoformat() == "2026-12-23"
    assert publication_due_on(2026, 12, CALENDAR).isoformat() == "2027-01-22"
    never, last, late = None, at("11-20T23:59:59"), at("11-21T00:00:00")
    assert not publication_broken(2026, 10, last, late, CALENDAR)
    assert publication_broken(2026, 10, late, late, CALENDAR)
    assert not publication_broken(2026, 10, never, last, CALENDAR)
    assert publication_broken(2026, 10, never, late, CALENDAR)


def exported(*forms: RemediationForm) -> list[dict[str, str]]:
    stream = io.StringIO()
    write_csv(forms, stream, HOURS)
    return list(csv.DictReader(io.StringIO(stream.getvalue())))


def test_the_export_has_the_columns_of_the_form() -> None:
    (row,) = exported(FULL)
    assert list(row) == list(TITLES.values())
    assert row["Recibido"] == "23/11/2026 10:00:00"
    assert row["Demora en tiempo de atención"] == "2 h"
    assert row["Motivo"] == "Más consultas de las que el equipo podía atender"
    assert row["Corresponde disculpa"] == "Sí"
    assert row["Cerrado"] == ""
    assert len(cells(EMPTY, HOURS)) == len(TITLES)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx"])
def test_no_text_becomes_a_formula(text: str) -> None:
    (row,) = exported(replace(FULL, corrective=text))
    assert row["Medida correctiva"] == f"'{text}"


def sheet(*forms: RemediationForm) -> bytes:
    stream = io.BytesIO()
    write_xlsx(forms, stream, HOURS, at("12-01T09:00:00"))
    return stream.getvalue()


def test_the_workbook_holds_texts_only_and_is_reproducible() -> None:
    book = sheet(replace(FULL, corrective="=1+1", preventive="x" * 40000))
    assert book == sheet(replace(FULL, corrective="=1+1", preventive="x" * 40000))
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        page = parts.read("xl/worksheets/sheet1.xml").decode()
        texts = parts.read("xl/sharedStrings.xml").decode()
    assert "<f>" not in page
    assert "=1+1" in texts
    assert "x" * 32766 + "…" in texts
    assert all(title.replace("&", "&amp;") in texts for title in TITLES.values())
