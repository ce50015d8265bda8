"""Things that nobody may overlook: a bounced answer, the last administrator, an arrival that is only supposed."""

import json
import re
import sqlite3

from calendar_pe.clock import parse_instant
from service.demo.samples import bounce_of
from tests.acceptance.desk import ADDRESS, CommandDesk, text_of
from tests.acceptance.first_letter import MONDAY_10, MONDAY_1005, QUESTION, WRITER, letter


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


BOSS = "jefa@example.org"
TUESDAY_0820 = "2026-11-24T08:20:00-05:00"
WEDNESDAY_0820 = "2026-11-25T08:20:00-05:00"


def digests(desk: CommandDesk) -> list[str]:
    return [text_of(one) for one in desk.letters_to(BOSS) if str(one["Subject"]).startswith("Resumen del")]


def test_the_digest_reaches_the_supervisor_and_its_seal_proves_the_history(desk: CommandDesk) -> None:
    desk.arrive(letter("trabajo en España", QUESTION), parse_instant(MONDAY_10))
    desk.som("run", "--once", "--now", MONDAY_1005)
    assert digests(desk) == []
    assert "som answer" not in desk.som("digest", "--print", "--now", MONDAY_1005).stdout
    desk.som("run", "--once", "--now", TUESDAY_0820)
    desk.som("run", "--once", "--now", "2026-11-24T08:40:00-05:00")
    [due] = digests(desk)
    assert "Vencen hoy: 1" in due
    desk.som("run", "--once", "--now", WEDNESDAY_0820)
    _, broken = digests(desk)
    assert "Demora: 5 min hábiles" in broken
    assert "som answer SOM-2026-000001" in broken
    [seal] = re.findall(r"^([0-9a-f]{64})\s*$", broken, re.MULTILINE)
    assert f"\n{seal}\n" in desk.som("digest", "--print", "--now", WEDNESDAY_0820).stdout

    desk.som("digest", "--html", "resumen.html", "--now", WEDNESDAY_0820)
    assert "data:image/png;base64," in (desk.folder / "resumen.html").read_text(encoding="utf-8")

    assert desk.som("journal", "verify", "--seal", seal).stdout == ""
    assert desk.json("journal", "verify", "--seal", seal[:8].upper())["seal"]["hash"] == seal
    desk.som("journal", "verify", "--seal", seal[:7], code=2)
    desk.som("journal", "verify", "--seal", "no-es-un-sello", code=2)
    unknown = desk.som("journal", "verify", "--seal", "0" * 64, code=4)
    assert "cortada o escrita de nuevo" in unknown.stdout

    with sqlite3.connect(desk.folder / "som.db") as behind:
        behind.execute("UPDATE journal SET actor = 'staff:1' WHERE chain = 1 AND seq = 2")
    behind.close()
    damaged = desk.som("journal", "verify", code=4)
    assert "SOM-2026-000001 (cadena 1), asiento 2: editado" in damaged.stdout
    found = json.loads(desk.som("journal", "verify", "--json", code=4).stdout)
    assert not found["sound"]
    [fault] = found["faults"]
    assert (fault["kind"], fault["chain"], fault["seq"]) == ("edited", 1, 2)


def test_a_history_cut_short_or_written_again_does_not_have_the_printed_seal(desk: CommandDesk) -> None:
    desk.arrive(letter("trabajo en España", QUESTION), parse_instant(MONDAY_10))
    desk.som("run", "--once", "--now", MONDAY_1005)
    printed = desk.som("digest", "--print", "--now", WEDNESDAY_0820).stdout
    [seal] = re.findall(r"^([0-9a-f]{64})\s*$", printed, re.MULTILINE)
    with sqlite3.connect(desk.folder / "som.db") as behind:
        behind.execute("DELETE FROM journal WHERE id > 3")
        behind.execute("DELETE FROM seals")
    behind.close()
    cut = desk.som("journal", "verify", "--seal", seal, code=4)
    assert "su historia fue cortada" in cut.stdout
