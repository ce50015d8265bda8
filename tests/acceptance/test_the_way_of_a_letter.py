"""The main job as its users would do it: a letter comes in, a promise runs, a person answers, the promise is kept."""

import os
import pwd
import sqlite3
from contextlib import closing

import pytest

from calendar_pe.clock import parse_instant
from tests.acceptance.desk import CommandDesk, text_of
from tests.acceptance.first_letter import MONDAY_10, MONDAY_1005, QUESTION, WRITER, letter
from tests.databases import Postgresql


def test_a_letter_is_acknowledged_answered_and_its_promise_kept(desk: CommandDesk) -> None:
    desk.arrive(letter("trabajo en España", QUESTION), parse_instant(MONDAY_10))
    desk.som("run", "--once", "--now", MONDAY_1005)

    (row,) = desk.json("ticket", "list")
    assert row["reference"] == "SOM-2026-000001"
    assert row["state"] == "new"
    assert row["line"] == 1
    assert row["kind"] == "consulta"

    (acknowledgement,) = desk.letters_to(WRITER)
    assert acknowledgement["Auto-Submitted"] == "auto-replied"
    assert acknowledgement["In-Reply-To"] == "<uno@example.com>"
    said = text_of(acknowledgement)
    assert "SOM-2026-000001" in said
    assert "martes 24 de noviembre de 2026" in said
    assert "cuidadora" not in said
    assert "España" not in str(acknowledgement["Subject"]) + said

    ticket = desk.json("ticket", "show", "som-2026-000001")
    (promise,) = ticket["promises"]
    assert promise["state"] == "open"
    assert promise["received_at"] == MONDAY_10
    assert promise["due_at"] == "2026-11-24T17:00:00-05:00"

    desk.som(
        "answer", row["reference"], "--body", "-", "--yes", "--send-now", "--now", "2026-11-24T16:59:58-05:00",
        stdin="Hola, Nilda:\n\nPara trabajar en España necesita una visa de trabajo.\n",
    )  # fmt: skip
    desk.som("run", "--once", "--now", "2026-11-24T17:00:00-05:00")

    answer = desk.letters_to(WRITER)[1]
    assert "visa de trabajo" in text_of(answer)
    assert answer["In-Reply-To"] == "<uno@example.com>"
    assert answer["Auto-Submitted"] is None
    assert str(answer["Subject"]).startswith("Re: trabajo en España")

    ticket = desk.json("ticket", "show", row["reference"])
    assert ticket["state"] == "answered"
    assert ticket["promises"][0]["state"] == "kept"
    assert ticket["promises"][0]["kept_at"] == "2026-11-24T17:00:00-05:00"
    assert [one["state"] for one in ticket["outbox"]] == ["sent", "sent"]
    desk.som("journal", "verify")


def test_one_second_late_is_broken_and_opens_a_remediation_row(desk: CommandDesk) -> None:
    desk.arrive(letter("trabajo en España", QUESTION), parse_instant(MONDAY_10))
    desk.som("run", "--once", "--now", MONDAY_1005)
    desk.som("sweep", "--now", "2026-11-24T17:00:00-05:00")
    assert desk.json("remediation", "list") == []
    desk.som("sweep", "--now", "2026-11-24T17:00:01-05:00")
    desk.som("sweep", "--now", "2026-11-24T17:00:01-05:00")
    (row,) = desk.json("remediation", "list")
    assert row["reference"] == "SOM-2026-000001"
    assert desk.json("ticket", "show", "SOM-2026-000001")["promises"][0]["state"] == "broken"
    refused = desk.som("remediation", "close", str(row["id"]), code=1)
    assert "no se puede cerrar" in refused.stderr


def test_a_canned_reply_answers_and_missing_variables_are_named(desk: CommandDesk) -> None:
    desk.arrive(letter("trabajo en España", QUESTION), parse_instant(MONDAY_10))
    desk.som("run", "--once", "--now", MONDAY_1005)
    refused = desk.som("answer", "SOM-2026-000001", "--template", "referral", "--yes", code=1, stdin="")
    assert "entity" in refused.stderr
    unknown = desk.som("answer", "SOM-2026-000001", "--template", "no-existe", "--yes", code=1)
    assert "no-existe" in unknown.stderr


def test_a_reply_joins_its_ticket_and_a_strangers_does_not(desk: CommandDesk) -> None:
    desk.arrive(letter("trabajo en España", QUESTION), parse_instant(MONDAY_10))
    desk.som("run", "--once", "--now", MONDAY_1005)
    acknowledgement = desk.letters_to(WRITER)[0]
    mine = letter(
        f"Re: {acknowledgement['Subject']}", "Olvidé decir que tengo 30 años.\n", message_id="<dos@example.com>",
        In_Reply_To=str(acknowledgement["Message-ID"]),
    )  # fmt: skip
    strangers = letter(
        f"Re: {acknowledgement['Subject']}", "Quiero saber qué pidió ella.\n", address="otro@example.net",
        message_id="<tres@example.net>", In_Reply_To=str(acknowledgement["Message-ID"]),
    )  # fmt: skip
    for raw in (mine, strangers):
        desk.arrive(raw, parse_instant("2026-11-23T11:00:00-05:00"))
    desk.som("run", "--once", "--now", "2026-11-23T11:01:00-05:00")
    first, second = desk.json("ticket", "list")
    shown = desk.json("ticket", "show", first["reference"])
    assert [one["kind"] for one in shown["messages"]] == ["letter", "acknowledgement", "follow_up"]
    assert len(shown["promises"]) == 1
    assert "relacionado" in second["flags"]
    assert "España" not in str(desk.json("ticket", "show", second["reference"])["messages"])


def test_the_same_pass_twice_changes_nothing(desk: CommandDesk) -> None:
    desk.arrive(letter("trabajo en España", QUESTION), parse_instant(MONDAY_10))
    desk.som("run", "--once", "--now", MONDAY_1005)
    before = desk.json("ticket", "show", "SOM-2026-000001")
    desk.som("run", "--once", "--now", MONDAY_1005)
    assert desk.json("ticket", "show", "SOM-2026-000001") == before
    assert len(desk.letters_to(WRITER)) == 1


def test_now_is_refused_outside_a_simulated_desk(desk: CommandDesk) -> None:
    desk.environment["SOM_CLOCK__SIMULATED"] = "false"
    refused = desk.som("run", "--once", "--now", MONDAY_10, code=1)
    assert "simulated" in refused.stderr


def test_a_wrong_password_is_one_line_and_loses_nothing(desk: CommandDesk) -> None:
    desk.arrive(letter("trabajo en España", QUESTION), parse_instant(MONDAY_10))
    desk.environment["SOM_TEST_PASSWORD"] = "otra-clave"
    refused = desk.som("run", "--once", "--now", MONDAY_1005, code=2)
    last = refused.stderr.strip().splitlines()[-1]
    assert last.startswith("som: ")
    assert "otra-clave" not in refused.stderr
    assert "Traceback" not in refused.stderr
    desk.environment["SOM_TEST_PASSWORD"] = "una-clave-larga"
    desk.som("run", "--once", "--now", MONDAY_1005)
    assert len(desk.json("ticket", "list")) == 1


def test_a_dead_server_is_temporary(desk: CommandDesk) -> None:
    config = desk.folder / "config.toml"
    config.write_text(config.read_text().replace(f"port = {desk.imap.port}", "port = 1"))
    refused = desk.som("run", "--once", "--now", MONDAY_1005, code=3)
    assert refused.stderr.strip().splitlines()[-1].startswith("som: ")
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[intake]\npol_seconds = 3\n", "poll_seconds"),
        ("[intake\n", "config.toml"),
        ("[promise]\nreading = 'x'\n", "reading"),
    ],
)
def test_an_unreadable_config_says_what_and_where(desk: CommandDesk, text: str, expected: str) -> None:
    (desk.folder / "config.toml").write_text(text)
    refused = desk.som("ticket", "list", code=2)
    assert expected in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_database_newer_than_the_code_is_left_alone(desk: CommandDesk) -> None:
    desk.som("ticket", "list")
    with closing(sqlite3.connect(desk.folder / "som.db")) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    refused = desk.som("run", "--once", code=1)
    assert "9999" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_the_same_way_on_postgresql(desk: CommandDesk, postgresql_server: Postgresql) -> None:
    with postgresql_server.database(empty=True) as url:
        desk.environment["SOM_DATABASE__URL"] = url
        desk.arrive(letter("trabajo en España", QUESTION), parse_instant(MONDAY_10))
        desk.som("run", "--once", "--now", MONDAY_1005)
        desk.som("answer", "SOM-2026-000001", "--body", "-", "--yes", "--now", MONDAY_1005, stdin="Hola.\n")
        desk.som("run", "--once", "--now", "2026-11-23T10:10:00-05:00")
        shown = desk.json("ticket", "show", "SOM-2026-000001")
        assert shown["promises"][0]["state"] == "kept"
        assert len(desk.letters_to(WRITER)) == 2
        desk.som("journal", "verify")


def test_the_login_that_creates_the_database_is_its_administrator(desk: CommandDesk) -> None:
    (first,) = desk.json("staff", "list")
    assert first["login"] == pwd.getpwuid(os.getuid()).pw_name
    assert first["role"] == "administrator"
    desk.som("staff", "add", "rosa", "--name", "Rosa Quispe", "--email", "rosa@example.org", "--role", "consultant")
    assert {one["login"] for one in desk.json("staff", "list")} == {first["login"], "rosa"}
    # Identity comes from the process, never from the environment.
    desk.environment["USER"] = desk.environment["LOGNAME"] = "rosa"
    desk.som("staff", "disable", "rosa")


def test_a_backup_taken_and_restored_holds_its_outbox(desk: CommandDesk) -> None:
    desk.arrive(letter("trabajo en España", QUESTION), parse_instant(MONDAY_10))
    desk.som("run", "--once", "--now", MONDAY_1005)
    desk.som("answer", "SOM-2026-000001", "--body", "-", "--yes", "--now", MONDAY_1005, stdin="Hola.\n")
    desk.som("backup", "copia.som")
    desk.som("run", "--once", "--now", "2026-11-23T10:10:00-05:00")
    assert len(desk.letters_to(WRITER)) == 2
    for left in desk.folder.glob("som.db*"):
        left.unlink()
    desk.som("restore", "copia.som")
    desk.som("run", "--once", "--now", "2026-11-23T10:20:00-05:00")
    assert len(desk.letters_to(WRITER)) == 2, "nothing leaves a restored desk until a person releases it"
    desk.som("outbox", "release")
    desk.som("run", "--once", "--now", "2026-11-23T10:30:00-05:00")
    assert len(desk.letters_to(WRITER)) == 3
