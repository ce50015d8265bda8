"""A letter with signs of trafficking is told to people at once, at any hour, once per ticket."""

from datetime import timedelta
from pathlib import Path

from calendar_pe.clock import parse_instant
from casework.receive import keep, process
from service.settings import load
from service.wiring import opened_desk
from tests.acceptance.first_letter import QUESTION, letter
from tickets import cases, outgoing
from tickets.intake import Arrival
from tickets.states import OutgoingKind

NIGHT = parse_instant("2026-11-21T23:40:00-05:00")  # a Saturday
DANGER = (
    "Trabajo en una casa en Lima. La señora me quitó el pasaporte, me tiene encerrada con llave, no me deja salir y "
    "dice que le debo el pasaje. Tengo miedo.\n"
)


def notices(folder: Path, *letters: bytes) -> list[tuple[str, str]]:
    """Take letters in on a Saturday night; return (reference, address) of every notice that leaves at once."""
    (folder / "config.toml").write_text(
        '[smtp]\nfrom_address = "orientacionmigrante@trabajo.gob.pe"\n[data]\ndir = "."\n'
        '[clock]\nsimulated = true\n[danger]\nnotify = ["guardia@example.org"]\n'
    )
    with opened_desk(load(folder / "config.toml"), now=NIGHT) as desk:
        for number, raw in enumerate(letters):
            at = NIGHT + timedelta(seconds=number)
            keep(desk, [Arrival(mailbox="m", uidvalidity=1, uid=number + 1, body=raw, size=len(raw), arrived_at=at)])
            process(desk)
        with desk.store.read() as session:
            known = cases.known_by_id(session, range(10))
            return [
                (known[one.ticket_id or 0].reference, one.to_address)
                for one in outgoing.listing(session)
                if one.kind == OutgoingKind.NOTICE and one.next_attempt_at <= NIGHT
            ]


def test_a_letter_in_danger_is_told_of_at_night_and_on_a_saturday(tmp_path: Path) -> None:
    found = notices(tmp_path, letter("ayuda", DANGER))
    assert found == [("SOM-2026-000001", "guardia@example.org")]


def test_a_follow_up_that_shows_it_first_is_told_of_once(tmp_path: Path) -> None:
    follow_ups = [
        letter(
            "Re: trabajo", DANGER + extra, message_id=f"<{extra.strip()}@example.com>", In_Reply_To="<uno@example.com>"
        )
        for extra in ("dos\n", "tres\n")
    ]
    found = notices(tmp_path, letter("trabajo", QUESTION), *follow_ups)
    assert found == [("SOM-2026-000001", "guardia@example.org")]


def test_an_ordinary_letter_wakes_nobody(tmp_path: Path) -> None:
    assert notices(tmp_path, letter("trabajo", QUESTION)) == []
