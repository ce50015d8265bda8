"""A broken promise made good through ``som``: found by the sweep, written down, apologised for, closed, exported."""

import csv
import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from email import message_from_bytes
from pathlib import Path
from zipfile import ZipFile

import pytest
from freezegun import freeze_time

from calendar_pe.clock import at_lima, format_instant
from service.demo.servers import Received, smtp_server
from service.settings import load
from service.wiring import opened_desk
from sla.remediation import TITLES
from tests.commands import Som, command_line
from tests.desks import CITIZEN, MONDAY_10, TUESDAY_17, open_ticket, promise
from tickets import journal, outgoing, people
from tickets.journal import DESK

WEDNESDAY_9 = at_lima(date(2026, 11, 25), 9)
EDIT = (
    "remediation", "edit", "1", "--cause", "sistema", "--cause-text", "El correo dejó de salir a las 15:00.",
    "--corrective", "Se respondió apenas volvió el correo.", "--preventive", "Aviso de cola detenida.",
    "--responsible", "Luz Huamán",
)  # fmt: skip


@pytest.fixture
def sent() -> list[Received]:
    return []


@pytest.fixture
def som(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsysbinary: pytest.CaptureFixture[bytes],
    sent: list[Received],
) -> Iterator[Som]:
    """``som`` at a desk with one case, promised for Tuesday at 17:00 and not answered."""
    with smtp_server(sent.append) as (host, port):
        (tmp_path / "config.toml").write_text(
            f'[data]\ndir = "."\n[clock]\nsimulated = true\n[smtp]\nhost = "{host}"\nport = {port}\n'
            'security = "plain"\nfrom_address = "som@example.pe"\n[digest]\nrecipients = ["jefa@example.pe"]\n',
            encoding="utf-8",
        )
        with opened_desk(load(tmp_path / "config.toml"), now=MONDAY_10) as desk:
            open_ticket(desk, received_at=MONDAY_10)
        yield command_line(
            tmp_path, monkeypatch, capsysbinary, "sweep", "answer", "run", "ticket", "oversight", "public"
        )


def rows(som: Som, *more: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(som("remediation", "list", "--json", *more).out)
    return found


def broken(som: Som) -> None:
    assert som("sweep", "--now", format_instant(WEDNESDAY_9)).out == "por vencer 0, rotas 1, avisos 1\n"


def answered_late(som: Som) -> None:
    written = som(
        "answer", "SOM-2026-000001", "--body", "-", "--yes", "--send-now", "--now", "2026-11-25T10:00:00-05:00",
        stdin=b"Estimada Rosa:\n\nPuede pedirla en Lima.\n",
    )  # fmt: skip
    assert written.code == 0, written.err
    run = som("run", "--once", "--now", "2026-11-25T10:15:00-05:00")
    assert run.code == 0, run.err


def journal_of(folder: Path, chain: int) -> list[tuple[str, dict[str, object]]]:
    with opened_desk(load(folder / "config.toml")) as desk, desk.store.read() as session:
        assert list(journal.verify(session)) == []
        return [(one.event, dict(one.facts)) for one in journal.entries_of(session, chain)]


def test_the_whole_way_of_a_broken_promise(som: Som, tmp_path: Path, sent: list[Received]) -> None:
    assert rows(som) == []
    broken(som)
    (row,) = rows(som)
    assert (row["id"], row["reference"], row["commitment"]) == (1, "SOM-2026-000001", "respuesta")
    assert row["due_at"] == format_instant(TUESDAY_17)
    assert row["broken_at"] == format_instant(TUESDAY_17 + timedelta(seconds=1))
    assert (row["answered_at"], row["lateness_seconds"], row["closed_by"]) == (None, None, "")

    refused = som("remediation", "close", "1")
    assert refused.code == 1
    for title in ("cause", "corrective", "preventive", "responsible", "apology_due", "answered_at", "lateness"):
        assert TITLES[title] in refused.err
    assert som(*EDIT).code == 0
    refused = som("remediation", "close", "1")
    assert (refused.code, TITLES["apology_due"] in refused.err, TITLES["cause"] + "," in refused.err) == (
        1,
        True,
        False,
    )

    answered_late(som)
    assert json.loads(som("remediation", "show", "1", "--json").out)["lateness_seconds"] == 2 * 3600
    written, later = (("--now", f"2026-11-25T10:{minute}:00-05:00") for minute in (20, 30))
    assert som("remediation", "apologise", "1", *written).code == 0
    assert som("remediation", "apologise", "1").code == 1, "one apology is enough"
    assert som("remediation", "edit", "1", "--no-apology").code == 1
    early = som("remediation", "close", "1", *written)
    assert (early.code, "la disculpa sale en 60 segundos" in early.err) == (1, True), "it can still be taken back"
    assert som("run", "--once", *later).code == 0
    closed = som("remediation", "close", "1", *later)
    assert closed.code == 0, closed.err
    assert som("remediation", "close", "1").code == 1
    assert som(*EDIT).code == 1, "a closed row does not change"

    assert rows(som) == []
    (row,) = rows(som, "--all")
    with opened_desk(load(tmp_path / "config.toml")) as desk, desk.store.read() as session:
        (me,) = people.listing(session)
    assert row["closed_by"] == me.name
    assert row["closed_at"] is not None
    assert row["missing"] == []
    shown = som("remediation", "show", "1").out
    assert f"La cerró: {me.name}" in shown
    assert "Para cerrar falta" not in shown

    words = [word for word, _ in journal_of(tmp_path, 1)]
    kept = [word for word in words if word.startswith(("promise_", "remediation_", "apology_"))]
    assert kept == [
        "promise_broken", "remediation_edited", "promise_answered_late", "apology_written", "remediation_closed",
    ]  # fmt: skip
    said = str(journal_of(tmp_path, 1))
    assert "Luz" not in said, "the journal holds no personal data"
    assert "dejó de salir" not in said


def test_the_apology_reaches_the_citizen_and_keeps_no_promise(som: Som, tmp_path: Path, sent: list[Received]) -> None:
    broken(som)
    som(*EDIT)
    with freeze_time(WEDNESDAY_9):
        som("remediation", "apologise", "1")
    with opened_desk(load(tmp_path / "config.toml")) as desk:
        assert promise(desk, "SOM-2026-000001").answered_at is None
    assert som("run", "--once", "--now", format_instant(WEDNESDAY_9 + timedelta(minutes=5))).code == 0
    (apology,) = [message_from_bytes(one.raw) for one in sent if CITIZEN in one.recipients]
    assert "disculpa" in str(apology["Subject"])
    assert json.loads(som("remediation", "show", "1", "--json").out)["apology_message_id"] == apology["Message-ID"]
    refused = som("remediation", "close", "1")
    assert TITLES["answered_at"] in refused.err, "an apology is no answer"


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("edit", "1", "--cause", "pereza"), "fuerza_mayor"),
        (("edit", "9", "--cause", "carga"), "9"),
        (("show", "9"), "9"),
        (("close", "9"), "9"),
        (("apologise", "9"), "9"),
        (("edit", "1", "--responsible", "x" * 201), "200"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(som: Som, arguments: tuple[str, ...], what: str) -> None:
    broken(som)
    refused = som("remediation", *arguments)
    assert (refused.code, refused.out) == (1, "")
    assert what in refused.err
    assert "\n" not in refused.err.strip()


def test_otro_needs_words_of_its_own(som: Som) -> None:
    broken(som)
    som("remediation", "edit", "1", "--cause", "otro")
    assert TITLES["cause_detail"] in som("remediation", "close", "1").err


def test_the_register_as_files_in_the_columns_of_the_form(som: Som, tmp_path: Path) -> None:
    broken(som)
    som(*EDIT)
    answered_late(som)
    assert som("remediation", "list", "--to", "registro.csv").code == 0
    with (tmp_path / "registro.csv").open(encoding="utf-8-sig", newline="") as file:
        header, line = csv.reader(file)
    assert header == list(TITLES.values())
    told = dict(zip(header, line, strict=True))
    assert told["Expediente o mes"] == "SOM-2026-000001"
    assert (told["Vencía"], told["Incumplido desde"]) == ("24/11/2026 17:00:00", "24/11/2026 17:00:01")
    assert (told["Atendido"], told["Demora en tiempo de atención"]) == ("25/11/2026 10:15:00", "2 h")
    assert som("remediation", "list", "--to", "registro.xlsx").code == 0
    with ZipFile(tmp_path / "registro.xlsx") as book:
        strings = book.read("xl/sharedStrings.xml").decode()
    for title in (*TITLES.values(), "Luz Huamán", "SOM-2026-000001"):
        assert title in strings
    refused = som("remediation", "list", "--to", "registro.ods")
    assert (refused.code, ".xlsx" in refused.err) == (2, True)


def test_a_month_is_written_down_beside_the_cases(som: Som, tmp_path: Path) -> None:
    """The indicators of November were due on the 15th business day of December and nobody published them."""
    broken(som)
    over: datetime = at_lima(date(2026, 12, 24))
    som("sweep", "--now", format_instant(over - timedelta(seconds=1)))
    assert len(rows(som)) == 1
    for _ in range(2):
        som("sweep", "--now", format_instant(over))
    month, _ = rows(som)
    assert (month["reference"], month["commitment"], month["broken_at"]) == (
        "2026-11", "publicacion", format_instant(over),
    )  # fmt: skip
    assert [word for word, _ in journal_of(tmp_path, DESK)].count("commitment_broken") == 1
    refused = som("remediation", "apologise", "2")
    assert (refused.code, "no es de una sola persona" in refused.err) == (1, True)


def test_the_clock_of_practice_reaches_every_step(som: Som, tmp_path: Path) -> None:
    at = ("--now", format_instant(WEDNESDAY_9))
    assert som("sweep", *at).code == 0
    assert som(*EDIT, "--apology", *at).code == 0
    assert som("remediation", "apologise", "1", *at).code == 0
    assert som("remediation", "publish", "--out", str(tmp_path / "publico"), *at).code == 0
    with opened_desk(load(tmp_path / "config.toml")) as desk, desk.store.read() as session:
        [apology] = [one for one in outgoing.listing(session) if one.kind == "apology"]
        assert apology.created_at == WEDNESDAY_9
    assert "25 de noviembre de 2026" in (tmp_path / "publico" / "subsanacion.html").read_text(encoding="utf-8")
    (tmp_path / "config.toml").write_text((tmp_path / "config.toml").read_text().replace("true", "false"))
    for command in ("apologise", "close"):
        assert som("remediation", command, "1", *at).code == 1
