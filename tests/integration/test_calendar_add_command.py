"""``som calendar add`` as a supervisor types it, and what then counts in every other command and in the daemon."""

import json
from datetime import date
from pathlib import Path

import pytest

from calendar_pe import Effect, Row, Scope, shipped
from calendar_pe.clock import at_lima, format_instant
from casework import recalendar
from casework.receive import keep
from service.daemon import Daemon
from service.settings import load
from service.wiring import opened_desk
from tests.commands import Som, command_line
from tests.desks import member, open_ticket, promise
from tickets import additions
from tickets.intake import Arrival
from tickets.states import Role

ADD = (
    "calendar", "add", "2026-12-24", "--scope", "public_sector", "--effect", "nonworking", "--name", "Nochebuena",
    "--basis", "DS 900-2026-PCM", "--published", "2026-12-20", "--source", "https://example.pe/ds-900",
)  # fmt: skip
WEDNESDAY_10 = at_lima(date(2026, 12, 23), 10)
LETTER = b"From: rosa@example.org\r\nSubject: hola\r\nMessage-ID: <%d@example.org>\r\n\r\nQuiero trabajar en Chile.\r\n"
NOCHEBUENA = Row(
    date=date(2026, 12, 24),
    scope=Scope.PUBLIC_SECTOR,
    effect=Effect.NONWORKING,
    name="Nochebuena",
    legal_basis="DS 900-2026-PCM",
)
CONFIG = """
[data]
dir = "."

[smtp]
from_address = "som@example.pe"
"""


@pytest.fixture
def som(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]) -> Som:
    (tmp_path / "config.toml").write_text(CONFIG, encoding="utf-8")
    return command_line(tmp_path, monkeypatch, capsysbinary, "due", "calendar")


def rows_added(folder: Path) -> int:
    with opened_desk(load(folder / "config.toml")) as desk, desk.store.read() as session:
        return additions.count(session)


def test_it_shows_what_moves_and_writes_on_yes_only(som: Som, tmp_path: Path) -> None:
    with opened_desk(load(tmp_path / "config.toml")) as desk:
        ref = open_ticket(desk, received_at=WEDNESDAY_10)
    refused = som(*ADD)
    assert refused.code == 2
    assert "--yes" in refused.err
    assert "Promesas abiertas que se mueven: 1 (retenidas: 0)" in refused.out
    assert [word for word in refused.out.splitlines()[-1].split() if word] == [
        ref, "24/12/2026", "17:00", "28/12/2026", "17:00",
    ]  # fmt: skip
    assert rows_added(tmp_path) == 0
    added = som(*ADD, "--yes")
    assert (added.code, added.out) == (0, refused.out)
    assert "public_sector-2026-12-24-1" in added.err
    assert rows_added(tmp_path) == 1
    with opened_desk(load(tmp_path / "config.toml")) as desk:
        assert format_instant(promise(desk, ref).due_at) == "2026-12-28T17:00:00-05:00"


def test_a_held_promise_says_so(som: Som, tmp_path: Path) -> None:
    with opened_desk(load(tmp_path / "config.toml")) as desk:
        open_ticket(desk, received_at=at_lima(date(2026, 7, 24), 10))
    shown = som(
        "calendar", "add", "2026-07-27", "--scope", "entity", "--effect", "working", "--name", "Atención", "--basis",
        "RM 1-2026-TR", "--yes",
    )  # fmt: skip
    assert "retenida: ya se le dijo al ciudadano" in shown.out
    assert "(retenidas: 1)" in shown.out


def test_every_fault_of_a_row_is_told_at_once_and_nothing_written(som: Som, tmp_path: Path) -> None:
    ended = som("calendar", "add", "24/12/2026", "--effect", "cerrado", "--start", "12:00", "--yes")
    assert (ended.code, ended.out) == (1, "")
    for part in ("FECHA", "--scope", "--effect", "--name", "--basis", "--end", "cerrado"):
        assert part in ended.err
    assert not (tmp_path / "som.db").exists()
    for row, what in (
        (ADD[2:3] + ADD[3:] + ("--supersedes", "no-hay"), "--supersedes"),
        (("2026-12-26", *ADD[3:6], "working", *ADD[7:]), "sábado"),
        (("2030-01-02", *ADD[3:]), "calendario revisado"),
    ):
        ended = som("calendar", "add", *row, "--yes")
        assert (ended.code, ended.out) == (1, "")
        assert what in ended.err
    som(*ADD, "--yes")
    twice = som(*ADD, "--yes")
    assert (twice.code, "ya tiene una fila igual" in twice.err) == (1, True)
    assert rows_added(tmp_path) == 1


def test_an_added_row_counts_in_due_and_calendar(som: Som, tmp_path: Path) -> None:
    asked = ("due", format_instant(WEDNESDAY_10), "--json")
    before = json.loads(som(*asked).out)
    assert not (tmp_path / "som.db").exists(), "asking makes no database"
    assert before["calendar_version"] == shipped().version
    som(*ADD, "--yes")
    after = json.loads(som(*asked).out)
    assert (before["due_on"], after["due_on"]) == ("2026-12-24", "2026-12-28")
    year = json.loads(som("calendar", "2026", "--json").out)
    assert year["calendar_version"] == after["calendar_version"] != before["calendar_version"]
    (shown,) = [row for row in year["nonworking"] if row["date"] == "2026-12-24"]
    assert shown == {
        "date": "2026-12-24",
        "name": "Nochebuena",
        "scope": "public_sector",
        "legal_basis": "DS 900-2026-PCM",
        "source": "https://example.pe/ds-900",
    }
    csv = som("due", "--csv", "-", stdin=f"received_at,kind\n{format_instant(WEDNESDAY_10)},consulta\n".encode())
    assert "2026-12-28T17:00:00-05:00" in csv.out


def test_a_half_day(som: Som) -> None:
    half = som(
        "calendar", "add", "2026-12-31", "--scope", "lima", "--effect", "nonworking", "--name", "Media jornada",
        "--basis", "DS 901-2026-PCM", "--start", "12:00", "--end", "17:00", "--territory", "Lima", "--yes",
    )  # fmt: skip
    assert half.code == 0
    due = json.loads(som("due", "2026-12-30T10:00:00-05:00", "--json").out)
    assert due["due_on"] == "2027-01-04", "no term ends on a day without full hours"


def test_a_decree_taken_in_while_the_daemon_runs_counts_for_the_next_letter(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(f"{CONFIG}\n[clock]\nsimulated = true\n", encoding="utf-8")
    settings = load(tmp_path / "config.toml")
    now = at_lima(date(2026, 12, 23), 10, 5)

    def arrive(number: int) -> Arrival:
        body = LETTER % number
        return Arrival(mailbox="som", uidvalidity=1, uid=number, body=body, size=len(body), arrived_at=WEDNESDAY_10)

    with opened_desk(settings, now=now) as desk:
        daemon = Daemon(desk, settings)
        keep(desk, [arrive(1)])
        assert daemon.once() == []
        with opened_desk(settings, now=now) as another:
            added = recalendar.add(another, member(another, Role.SUPERVISOR), NOCHEBUENA)
        assert added.moved == 1
        keep(desk, [arrive(2)])
        assert daemon.once() == []
        due = [format_instant(promise(desk, f"SOM-2026-00000{number}").due_at) for number in (1, 2)]
    assert due == ["2026-12-28T17:00:00-05:00"] * 2
