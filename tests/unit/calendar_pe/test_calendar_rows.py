from datetime import UTC, date, datetime, time

import pytest

from calendar_pe import CalendarDataError, Effect, Row, Scope, parse_row, read_rows

GOOD = {
    "date": "2026-12-24",
    "scope": "public_sector",
    "effect": "nonworking",
    "name": "Víspera de Navidad",
    "legal_basis": "DS 200-2026-PCM",
}


def faults(fields: dict[str, str]) -> dict[str, str]:
    with pytest.raises(CalendarDataError) as refused:
        parse_row(fields)
    return {fault.column: fault.what for fault in refused.value.faults}


def test_a_whole_row_is_read() -> None:
    row = parse_row(
        GOOD
        | {
            "id": "x-1",
            "start_time": "12:00",
            "end_time": "17:00",
            "territory": "Lima; Callao",
            "published_on": "2026-12-20",
            "source": "https://example.org/ds",
            "known_at": "2026-12-20T09:00:00-05:00",
            "supersedes": "x-0",
            "note": "media jornada",
        }
    )
    assert row == Row(
        id="x-1",
        date=date(2026, 12, 24),
        start_time=time(12),
        end_time=time(17),
        scope=Scope.PUBLIC_SECTOR,
        territory="Lima; Callao",
        effect=Effect.NONWORKING,
        name="Víspera de Navidad",
        legal_basis="DS 200-2026-PCM",
        published_on=date(2026, 12, 20),
        source="https://example.org/ds",
        known_at=datetime(2026, 12, 20, 14, tzinfo=UTC),
        supersedes="x-0",
        note="media jornada",
    )
    assert row.partial


def test_what_is_not_known_stays_unknown() -> None:
    row = parse_row(GOOD)
    assert row.published_on is None
    assert row.known_at is None
    assert not row.partial


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"date": "2026-02-30"}, "date"),
        ({"date": "24/12/2026"}, "date"),
        ({"date": "20261224"}, "date"),
        ({"date": ""}, "date"),
        ({"scope": "peru"}, "scope"),
        ({"effect": "holiday"}, "effect"),
        ({"name": " "}, "name"),
        ({"legal_basis": ""}, "legal_basis"),
        ({"name": "dos\nlíneas"}, "name"),
        ({"note": "x" * 501}, "note"),
        ({"name": "x" * 201}, "name"),
        ({"id": "x" * 65}, "id"),
        ({"published_on": "ayer"}, "published_on"),
        ({"known_at": "2026-12-20T09:00:00"}, "known_at"),
        ({"start_time": "12:00"}, "end_time"),
        ({"end_time": "12:00"}, "end_time"),
        ({"start_time": "12:00", "end_time": "12:00"}, "end_time"),
        ({"start_time": "25:00", "end_time": "26:00"}, "start_time"),
        ({"effect": "working", "start_time": "12:00", "end_time": "13:00"}, "start_time"),
        ({"efect": "working"}, "efect"),
    ],
)
def test_a_malformed_field_is_named(change: dict[str, str], column: str) -> None:
    assert column in faults(GOOD | change)


def test_all_faults_come_at_once() -> None:
    assert set(faults({"date": "x", "scope": "y"})) == {"date", "scope", "effect", "name", "legal_basis"}


HEADER = "date,scope,effect,name,legal_basis\n"
LINE = "2026-12-24,public_sector,nonworking,Víspera,DS 1\n"


def read(text: str) -> list[str]:
    with pytest.raises(CalendarDataError) as refused:
        read_rows(text.splitlines(keepends=True), "rows.csv")
    return str(refused.value).splitlines()


def test_a_file_says_file_line_column_and_what_for_every_fault() -> None:
    assert read(HEADER + LINE + "2026-13-01,public_sector,nonworking,X,DS 1\n2026-12-25,peru,nonworking,X,DS 1\n") == [
        "rows.csv: línea 3, columna date: «2026-13-01» no es una fecha como 2026-07-27",
        "rows.csv: línea 4, columna scope: «peru» no es ninguno de: national, public_sector, lima, entity",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "falta la columna"),
        ("date,scope\n", "falta la columna"),
        (HEADER + "2026-12-24,lima\n", "la fila tiene 2 celdas y la cabecera 5"),
        (HEADER + '2026-12-24,lima,nonworking,"X,DS 1\n', "no es CSV"),
        ("id," + HEADER + "a," + LINE + "a," + LINE, "repite la línea 2"),
    ],
)
def test_a_malformed_file_is_refused(text: str, said: str) -> None:
    assert any(said in line and line.startswith("rows.csv: línea ") for line in read(text))


def test_columns_may_stand_in_any_order() -> None:
    (row,) = read_rows(["scope,date,name,effect,legal_basis\n", "lima,2026-12-24,Papa,nonworking,DS 2\n"], "rows.csv")
    assert (row.scope, row.date, row.name) == (Scope.LIMA, date(2026, 12, 24), "Papa")
