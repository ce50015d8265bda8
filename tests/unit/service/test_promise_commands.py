"""``som due`` and ``som calendar``, run in this process on the built-in settings and on a settings file."""

import json
from pathlib import Path

import pytest

from calendar_pe import shipped
from tests.commands import Ended, Som, command_line

HEADER = "received_at,kind,clock_starts_on,due_on,due_at,legal_due_at,target_at,reading,calendar_version"
VERSION = shipped().version


@pytest.fixture
def som(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]) -> Som:
    return command_line(tmp_path, monkeypatch, capsysbinary, "due", "calendar")


def test_one_letter_as_json(som: Som) -> None:
    ended = som("due", "2026-11-21T01:30:00+09:00", "--json")
    document = json.loads(ended.out)
    trace = document.pop("trace")
    assert (ended.code, ended.err) == (0, "")
    assert document == {
        "received_at": "2026-11-20T11:30:00-05:00",
        "kind": "consulta",
        "clock_starts_on": "2026-11-20",
        "due_on": "2026-11-23",
        "due_at": "2026-11-23T17:00:00-05:00",
        "legal_due_at": "2026-11-23T23:59:59-05:00",
        "target_at": "2026-11-23T17:00:00-05:00",
        "reading": "deemed-receipt",
        "calendar_version": VERSION,
        "provisional": False,
    }
    assert [set(step) for step in trace] == [{"date", "working", "why"}] * 4
    assert [step["working"] for step in trace] == [True, False, False, True]


def test_one_letter_in_words(som: Som) -> None:
    ended = som("due", "2026-11-20T17:30:00-05:00")
    assert "Responder hasta el martes 24 de noviembre de 2026 a las 5:00 p." in ended.out
    assert "Mejor antes del lunes 23" in ended.out
    assert "provisional" not in ended.out
    assert "provisional" in som("due", "2026-12-31T10:00:00-05:00").out


def test_the_other_kinds(som: Som) -> None:
    for kind, due_on in (("sugerencia", "2026-12-02"), ("reclamo", "2027-01-08")):
        ended = som("due", "2026-11-23T10:00:00-05:00", "--kind", kind, "--json")
        assert json.loads(ended.out)["due_on"] == due_on


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["2026-11-23T10:00:00"], 2, "zona horaria"),
        (["2026-02-30T10:00:00Z"], 2, "no existe"),
        (["mañana"], 2, "ISO 8601"),
        (["2028-01-03T10:00:00-05:00"], 1, "2022-01-01 a 2027-12-31"),
        (["2021-06-01T10:00:00-05:00"], 1, "2022-01-01 a 2027-12-31"),
        (["2027-12-31T10:00:00-05:00"], 1, "2027-12-31"),
        (["2026-11-23T10:00:00Z", "--kind", "queja"], 2, "consulta, sugerencia, reclamo"),
        ([], 2, "RECEIVED_AT"),
        (["2026-11-23T10:00:00Z", "--csv", "x.csv"], 2, "--csv"),
        (["--csv", "missing.csv"], 2, "missing.csv"),
    ],
)
def test_bad_input_is_refused_in_one_line(som: Som, arguments: list[str], code: int, said: str) -> None:
    ended = som("due", *arguments)
    assert (ended.code, ended.out) == (code, "")
    assert said in ended.err
    assert "\n" not in ended.err


GOOD = """received_at,kind
2026-11-23T17:00:01-05:00,consulta
2026-11-23 22:00:00.25Z,consulta
2026-11-24T08:00:00+0900,sugerencia
"""


def row_out(written: str, kind: str, starts_on: str, due_on: str, target_on: str) -> str:
    ends = f"{due_on}T17:00:00-05:00,{due_on}T23:59:59-05:00,{target_on}T17:00:00-05:00"
    return f"{written},{kind},{starts_on},{due_on},{ends},deemed-receipt,{VERSION}\n"


GOOD_OUT = f"{HEADER}\n" + "".join(
    [
        row_out("2026-11-23T17:00:01-05:00", "consulta", "2026-11-24", "2026-11-25", "2026-11-24"),
        row_out("2026-11-23 22:00:00.25Z", "consulta", "2026-11-23", "2026-11-24", "2026-11-24"),
        row_out("2026-11-24T08:00:00+0900", "sugerencia", "2026-11-23", "2026-12-02", "2026-12-02"),
    ]
)


def test_a_list_from_a_file_and_from_stdin(som: Som, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(GOOD, encoding="utf-8")
    assert som("due", "--csv", "list.csv") == Ended(0, GOOD_OUT, "")
    assert som("due", "--csv", "-", stdin=GOOD.encode()) == Ended(0, GOOD_OUT, "")


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff" + GOOD,
        GOOD.replace("\n", "\r\n"),
        GOOD.rstrip("\n"),
        GOOD + "\n\r\n",
        GOOD.replace("kind\n", '"kind"\n').replace("sugerencia", '"sugerencia"'),
    ],
    ids=["bom", "crlf", "no last newline", "blank end", "quoted"],
)
def test_a_list_as_other_programs_write_it(som: Som, text: str) -> None:
    assert som("due", "--csv", "-", stdin=text.encode()) == Ended(0, GOOD_OUT, "")


def test_columns_in_another_order_beside_others(som: Som) -> None:
    text = "id,kind,received_at\n7,consulta,2026-11-23T17:00:01-05:00\n"
    ended = som("due", "--csv", "-", stdin=text.encode())
    assert ended.out == "".join(GOOD_OUT.splitlines(keepends=True)[:2])


def test_the_arrival_is_echoed_to_the_byte(som: Som) -> None:
    text = 'received_at,kind\n 2026-11-23T10:00:00-05:00 ,consulta\n"2026-11-23T10:00:00,5-05:00",consulta\n'
    lines = som("due", "--csv", "-", stdin=text.encode()).out.splitlines()
    assert lines[1].startswith(" 2026-11-23T10:00:00-05:00 ,consulta,")
    assert lines[2].startswith('"2026-11-23T10:00:00,5-05:00",consulta,')


def test_an_empty_list_is_a_list(som: Som) -> None:
    assert som("due", "--csv", "-", stdin=b"received_at,kind\n") == Ended(0, HEADER + "\n", "")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", ["línea 1", "received_at"]),
        (b"received_at\n2026-11-23T10:00:00Z\n", ["línea 1", "kind"]),
        (b"received_at,kind,kind\n", ["línea 1", "kind"]),
        (GOOD.encode() + b"2026-11-23T10:00:00,consulta\n", ["línea 5", "columna 1", "received_at", "zona"]),
        (GOOD.encode() + b"2026-02-30T10:00:00Z,consulta\n", ["línea 5", "received_at", "no existe"]),
        (GOOD.encode() + b"2026-11-23T10:00:00Z,queja\n", ["línea 5", "columna 2", "kind", "queja"]),
        (GOOD.encode() + b"2026-11-23T10:00:00Z,\n", ["línea 5", "columna 2", "kind"]),
        (GOOD.encode() + b"2026-11-23T10:00:00Z\n", ["línea 5", "columna 2", "kind", "1 celda"]),
        (GOOD.encode() + b"2026-11-23T10:00:00Z,consulta,x\n", ["línea 5", "columna 3", "3 celdas"]),
        (GOOD.encode() + b"2028-11-23T10:00:00Z,consulta\n", ["línea 5", "received_at", "2027-12-31"]),
        (GOOD.encode() + b"\n2026-11-23T10:00:00Z,consulta\n", ["línea 5", "vacía"]),
        (GOOD.encode() + b"2026-11-23T10:00:00Z,\xff\n", ["línea 5", "UTF-8"]),
        (GOOD.encode() + b'"2026-11-23T10:00:00Z,consulta\n', ["línea 5", "CSV"]),
    ],
)
def test_one_bad_row_and_nothing_is_printed(som: Som, text: bytes, said: list[str]) -> None:
    ended = som("due", "--csv", "-", stdin=text)
    assert (ended.code, ended.out) == (1, "")
    for part in said:
        assert part in ended.err


def test_the_settings_file_is_heeded(som: Som, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('[promise]\nreading = "plain"\nclosing = "16:00"\n', encoding="utf-8")
    document = json.loads(som("due", "2026-11-23T17:30:00-05:00", "--json").out)
    assert (document["reading"], document["due_at"]) == ("plain", "2026-11-24T16:00:00-05:00")


def test_the_calendar_of_a_year_as_json(som: Som) -> None:
    ended = som("calendar", "2026", "--json")
    document = json.loads(ended.out)
    assert (ended.code, ended.err) == (0, "")
    assert list(document) == ["year", "calendar_version", "reviewed_through", "nonworking", "months"]
    assert (document["year"], document["reviewed_through"]) == (2026, "2027-12-31")
    assert document["calendar_version"] == VERSION
    assert [row["date"] for row in document["nonworking"]] == [
        "2026-01-01", "2026-01-02", "2026-04-02", "2026-04-03", "2026-05-01", "2026-06-29", "2026-07-23", "2026-07-27",
        "2026-07-28", "2026-07-29", "2026-08-06", "2026-10-08", "2026-12-08", "2026-12-09", "2026-12-25",
    ]  # fmt: skip
    assert document["nonworking"][7] == {
        "date": "2026-07-27",
        "name": "Día no laborable compensable sector público",
        "scope": "public_sector",
        "legal_basis": "DS 075-2026-PCM",
        "source": "https://www.gob.pe/institucion/pcm/normas-legales/8180439-075-2026-pcm",
    }
    assert document["months"][10] == {
        "month": "2026-11",
        "business_day_5": "2026-11-06",
        "business_day_15": "2026-11-20",
    }
    assert len(document["months"]) == 12


def test_the_calendar_of_a_year_in_words(som: Som) -> None:
    out = som("calendar", "2026").out
    assert "lun 27/07  Día no laborable compensable sector público · DS 075-2026-PCM" in out
    assert "Setiembre" in out
    assert "Provisional" not in out
    assert "Provisional" in som("calendar", "2027").out


@pytest.mark.parametrize("year", ["2021", "2028", "99999"])
def test_a_year_without_data_is_refused(som: Som, year: str) -> None:
    ended = som("calendar", year, "--json")
    assert (ended.code, ended.out) == (1, "")
    assert f"el {year} queda fuera del calendario revisado" in ended.err
