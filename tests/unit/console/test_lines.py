"""The queue as text: what the demo and ``som queue --plain`` print."""

import pytest
from rich.text import Text

from casework.desk import Desk
from console.columns import GAP, columns_for
from console.lines import HEADINGS, queue_lines
from console.views import Filter
from console.waypoints import full_reference
from console.words import EVENTS, KINDS, LINES, LINES_IN_FULL, MESSAGES, PROMISES, ROLES, SENDS, STATES, flag_words
from tests.desks import Clock, build, open_ticket
from tickets import cases
from tickets.states import MessageKind, OutboxState, PromiseState, Role, TicketState
from tickets.store import Store


@pytest.fixture
def desk(sqlite_store: Store, clock: Clock) -> Desk:
    return build(sqlite_store, clock)


def test_a_case_is_a_row_under_the_headings(desk: Desk) -> None:
    ref = open_ticket(desk, risk=True)
    with desk.store.write() as session:
        found = cases.find(session, ref)
        found.subject, found.requester_name = "\x1b[31m[/red] ayuda", "Ana\u202e"
    [row] = queue_lines(desk)
    assert len(row) == len(HEADINGS)
    assert [cell.plain if isinstance(cell, Text) else cell for cell in row] == [
        ref,
        "2 Vive fuera ?",
        "Consulta",
        "mar 24 nov, 5:00 p. m.",
        "  falta 1 día hábil",
        "riesgo de trata, línea propuesta, sin verificar",
        "Ana",
        "␛[31m[/red] ayuda",
    ]


def test_no_more_rows_than_asked_for(desk: Desk) -> None:
    for _ in range(3):
        open_ticket(desk)
    assert len(queue_lines(desk, limit=2)) == 2


def test_every_code_of_the_record_has_a_word() -> None:
    assert set(STATES) == set(TicketState)
    assert set(PROMISES) == set(PromiseState)
    assert set(SENDS) == set(OutboxState)
    assert set(ROLES) == set(Role)
    assert set(MessageKind) <= set(MESSAGES)
    assert set(LINES) == set(LINES_IN_FULL) == set(range(6))
    assert len(KINDS) == 5
    assert all(said == said.strip() for said in EVENTS.values())


def test_an_unread_letter_is_not_called_a_proposed_line() -> None:
    marks = flag_words(
        state="quarantined",
        trafficking_risk=False,
        on_behalf=False,
        verified=True,
        proposed=True,
        enough=False,
        flags=("relacionado",),
    )
    assert marks == ["sin analizar", "quizá relacionado con otro caso"]


@pytest.mark.parametrize("width", [40, 50, 60, 64, 70, 76, 79])
def test_a_narrow_terminal_gives_up_other_columns_before_who_wrote(width: int) -> None:
    columns = columns_for(width)
    assert columns[-1][0].title == "Remite: asunto"
    assert columns[-1][1] >= 14
    assert {"Tiempo", "Número"} <= {column.title for column, _ in columns}
    assert sum(wide + GAP for _, wide in columns) <= max(width - 2, 42)
    assert "Avisos" in {column.title for column, _ in columns} or width < 60


@pytest.mark.parametrize("width", [80, 115, 116, 149, 150, 240])
def test_the_columns_fit_the_terminal(width: int) -> None:
    columns = columns_for(width)
    assert sum(wide + GAP for _, wide in columns) <= width
    assert sum(wide + GAP for _, wide in columns) >= width - 2
    assert {"Tiempo", "Número", "Tipo", "Idi", "Avisos"} <= {column.title for column, _ in columns}
    assert columns[-1][0].title in ("Asunto", "Remite: asunto")
    assert columns[-1][1] >= 17


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("123", "SOM-2026-000123"),
        ("2025-7", "SOM-2025-000007"),
        (" som-2025-000001 ", "SOM-2025-000001"),
        ("²", "²"),
        ("hola", "HOLA"),
    ],
)
def test_a_bare_number_is_one_of_this_year(said: str, meant: str) -> None:
    assert full_reference(said, 2026) == meant


def test_a_filter_says_what_it_hides() -> None:
    assert not Filter()
    assert Filter(3, "reclamo", "JP", "visa").words == "línea 3, reclamo, Japón, «visa»"
    assert Filter(0)
