"""Things that nobody may overlook: a bounced answer, the last administrator, an arrival that is only supposed."""

from calendar_pe.clock import parse_instant
from service.demo.samples import bounce_of
from tests.acceptance.desk import ADDRESS, CommandDesk
from tests.acceptance.test_the_way_of_a_letter import MONDAY_10, MONDAY_1005, QUESTION, WRITER, letter


def test_a_bounced_answer_is_marked_and_told_of_and_changes_no_clock(desk: CommandDesk) -> None:
    desk.arrive(letter("trabajo en España", QUESTION), parse_instant(MONDAY_10))
    desk.som("run", "--once", "--now", MONDAY_1005)
    desk.som("staff", "add", "jefa", "--name", "La jefa", "--email", "jefa@example.org", "--role", "supervisor")
    desk.som("answer", "SOM-2026-000001", "--body", "-", "--yes", "--send-now", "--now", MONDAY_1005, stdin="Hola.\n")
    desk.som("run", "--once", "--now", "2026-11-23T10:06:00-05:00")
    answer = desk.letters_to(WRITER)[1]
    bounced_at = parse_instant("2026-11-23T10:10:00-05:00")
    desk.arrive(bounce_of(str(answer["Message-ID"]), WRITER, ADDRESS, bounced_at), bounced_at)
    desk.som("run", "--once", "--now", "2026-11-23T10:11:00-05:00")
    shown = desk.json("ticket", "show", "SOM-2026-000001")
    assert "rebotado" in shown["flags"]
    assert (shown["state"], shown["promises"][0]["state"]) == ("answered", "kept")
    told = [str(one["Subject"]) for one in desk.letters_to("jefa@example.org")]
    assert any("Avisos" in subject for subject in told)


def test_the_last_administrator_stays(desk: CommandDesk) -> None:
    (root,) = desk.json("staff", "list")
    refused = desk.som("staff", "disable", root["login"], code=1)
    assert root["login"] in refused.stderr
    assert desk.json("staff", "list")[0]["active"]


def test_an_arrival_that_only_a_file_tells_is_marked(desk: CommandDesk) -> None:
    (desk.folder / "sin-recibido.eml").write_bytes(letter("trabajo en España", QUESTION))
    counted = desk.json("ingest", "sin-recibido.eml")
    assert (counted["read"], counted["kept"], counted["tickets"]) == (1, 1, 1)
    assert desk.json("ingest", "sin-recibido.eml")["known"] == 1
    assert "hora_supuesta" in desk.json("ticket", "list")[0]["flags"]
