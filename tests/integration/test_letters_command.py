"""``som letters``: what could not be analysed is listed, tried again and exported; a difference can be accepted."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from casework import reconcile
from casework.desk import Desk
from casework.receive import keep, process
from casework.reconcile import Span
from tests.commands import Som, command_line
from tests.desks import MONDAY_10, Clock, build
from tests.servers.mailboxes import letter
from tickets import morning
from tickets.intake import Arrival
from tickets.store import Store

RAW = letter(1)


@pytest.fixture
def desk(sqlite_store: Store, clock: Clock) -> Desk:
    return build(sqlite_store, clock)


@pytest.fixture
def som(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes], desk: Desk) -> Som:
    (tmp_path / "config.toml").write_text(
        f'[database]\nurl = "{desk.store.engine.url}"\n[smtp]\nfrom_address = "som@example.pe"\n', encoding="utf-8"
    )
    return command_line(tmp_path, monkeypatch, capsysbinary, "letters", "doctor", "ticket")


@pytest.fixture
def put_away(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> int:
    """A letter that three readings failed on, mended since; returns its number."""

    def stumble(*_: object) -> None:
        raise ZeroDivisionError("tropiezo")

    large = Arrival(
        mailbox="som", uidvalidity=1, uid=2, body=b"Subject: x\r\n", partial=True, size=90_000_000, arrived_at=MONDAY_10
    )
    whole = Arrival(mailbox="som", uidvalidity=1, uid=1, body=RAW, size=len(RAW), arrived_at=MONDAY_10)
    with monkeypatch.context() as defect, capture_logs():
        defect.setattr("casework.receive.read", stumble)
        keep(desk, [whole, large])
        for _ in range(desk.settings.tries + 1):
            process(desk)
    return 1


def test_list_names_each_with_what_happened(som: Som, put_away: int) -> None:
    ended = som("letters", "list", "--json")
    assert ended.code == 0
    found = {one["id"]: one for one in json.loads(ended.out)}
    assert found[1] == {
        "id": 1,
        "mailbox": "som",
        "size": len(RAW),
        "arrived_at": "2026-11-23T10:00:00-05:00",
        "partial": False,
        "error": "ZeroDivisionError: tropiezo",
    }
    assert (found[2]["partial"], found[2]["size"]) == (True, 90_000_000)
    table = som("letters", "list").out
    assert "ZeroDivisionError" in table
    assert "muy grande" in table


def test_export_writes_the_bytes_as_they_arrived_and_overwrites_nothing(
    som: Som, put_away: int, tmp_path: Path
) -> None:
    assert som("letters", "export", "1", "--to", "carta.eml").code == 0
    assert (tmp_path / "carta.eml").read_bytes() == RAW
    again = som("letters", "export", "1", "--to", "carta.eml")
    assert (again.code, "ya existe" in again.err) == (1, True)
    assert som("letters", "export", "99", "--to", "otra.eml").code == 1


def test_retry_makes_it_the_ticket_that_stood_for_it(som: Som, put_away: int) -> None:
    assert som("letters", "retry", "1").code == 0
    shown = {one["reference"]: one for one in json.loads(som("ticket", "list", "--json").out)}
    assert [shown[f"SOM-2026-00000{number}"]["state"] for number in (1, 2)] == ["quarantined", "new"]
    assert [one["id"] for one in json.loads(som("letters", "list", "--json").out)] == [2]
    refused = som("letters", "retry", "2")
    assert (refused.code, "solo están sus cabeceras" in refused.err) == (1, True)


def test_accept_ends_a_difference_that_the_doctor_shows(som: Som, desk: Desk) -> None:
    keep(desk, [Arrival(mailbox="som", uidvalidity=1, uid=1, body=RAW, size=len(RAW), arrived_at=MONDAY_10)])
    assert som("letters", "accept", "som").code == 1, "there is nothing to accept yet"
    span = Span(MONDAY_10 - timedelta(days=31), MONDAY_10 + timedelta(hours=1))
    assert reconcile.reconcile(desk, "som", span, reconcile.Counter()) == 1

    def complaint() -> list[str]:
        return [one["said"] for one in json.loads(som("doctor", "--json").out) if one["what"] == "buzón «som»"]

    assert "el servidor tiene 0 y el registro 1" in complaint()[0]
    assert som("letters", "accept", "som").code == 0
    assert not any("registro" in said for said in complaint())
    with desk.store.read() as session:
        assert morning.unreconciled(session) == []
