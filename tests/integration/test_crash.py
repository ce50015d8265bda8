"""kill -9 at every named point of a letter's way, a restart, and the same end as without the crash.

No letter lost, no ticket twice, no mail twice; a letter that was on the wire may stand as uncertain, and then only it.
"""

import multiprocessing
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from calendar_pe.clock import parse_instant
from service.demo.servers import ImapAddress, Received, imap_server, smtp_server
from service.killpoints import KILL_POINTS
from service.settings import load
from service.wiring import opened_desk
from tests.acceptance.desk import ADDRESS, PASSWORD
from tests.acceptance.first_letter import QUESTION, letter
from tests.integration import crash_runs
from tickets import cases, clocks, intake, journal, outgoing

NOW = parse_instant("2026-11-23T10:05:00-05:00")
ARRIVED = parse_instant("2026-11-23T10:00:00-05:00")
WRITERS = [f"persona{number}@example.com" for number in range(4)]
STEPS = range(3, 12)
UNCERTAIN_MAY = {name for name in KILL_POINTS if name.startswith(("courier.", "deliver."))}
"""Points at which the attempt of one letter has begun, so that its fate is unknown to whoever comes after."""

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["tests.integration.crash_runs", "triage.classifier", "service.commands"])


@dataclass
class Bench:
    config: Path
    imap: ImapAddress
    sent: list[Received]


@contextmanager
def bench(folder: Path, database_url: str) -> Iterator[Bench]:
    sent: list[Received] = []
    with imap_server({ADDRESS: PASSWORD}) as imap, smtp_server(sent.append) as smtp:
        (folder / "password").write_text(PASSWORD)
        (folder / "password").chmod(0o600)
        config = folder / "config.toml"
        config.write_text(
            f"""
[[mailbox]]
name = "principal"
address = "{ADDRESS}"
host = "{imap.host}"
port = {imap.port}
security = "plain"
user = "{ADDRESS}"
password_file = "{folder / "password"}"
done_folder = "Hecho"
[intake]
batch_letters = 2
[smtp]
host = "{smtp[0]}"
port = {smtp[1]}
security = "plain"
from_address = "{ADDRESS}"
[data]
dir = "."
[database]
url = "{database_url}"
[clock]
simulated = true
[logging]
level = "error"
"""
        )
        for number, writer in enumerate(WRITERS):
            raw = letter("trabajo en España", QUESTION, address=writer, message_id=f"<{number}@example.com>")
            imap.deliver(ADDRESS, raw, ARRIVED)
        yield Bench(config, imap, sent)


def run(target: Any, *arguments: Any) -> int:
    """Run a function in a process of its own; returns its exit code, negative for a signal."""
    process = _context.Process(target=target, args=arguments)
    process.start()
    process.join(60)
    assert process.exitcode is not None, "the process hangs"
    return process.exitcode


def whole_story(one: Bench, kill_at: str = "") -> bool:
    """Take the letters in, acknowledge, answer one, send; returns whether the process was killed on the way."""
    killed = False
    later = NOW
    for attempt in range(4):
        codes = [run(crash_runs.one_pass, one.config, later, "" if killed else kill_at)]
        if codes[-1] == 0:
            codes.append(run(crash_runs.answer, one.config, later, "" if killed else kill_at, "SOM-2026-000001"))
        if codes[-1] == 0:
            codes.append(run(crash_runs.one_pass, one.config, later, "" if killed else kill_at))
        if codes[-1] == 0 and attempt:
            return killed
        if codes[-1] != 0:
            assert codes[-1] == -signal.SIGKILL, f"ended with {codes[-1]}"
            killed = True
        later += timedelta(minutes=20)  # leases of the dead have run out
    raise AssertionError("the desk did not come to rest")


def end_state(one: Bench) -> dict[str, Any]:
    """Return what must be the same after every crash."""
    settings = load(one.config)
    with opened_desk(settings) as desk, desk.store.read() as session:
        tickets = cases.recent(session, limit=100)
        return {
            "kept": intake.count(session, "principal"),
            "tickets": [(ticket.reference, ticket.requester_address) for ticket in tickets],
            "messages": [
                [message.kind for message in cases.conversation(session, ticket.id or 0)] for ticket in tickets
            ],
            "promises": [
                [(promise.kind, promise.received_at) for promise in clocks.of_ticket(session, ticket.id or 0)]
                for ticket in tickets
            ],
            "outbox": Counter(letter.kind for letter in outgoing.listing(session)),
            "faults": list(journal.verify(session)),
            "left_on_server": len(one.imap.letters(ADDRESS)),
        }


def uncertain(one: Bench) -> list[str]:
    settings = load(one.config)
    with opened_desk(settings) as desk, desk.store.read() as session:
        return [letter.message_id for letter in outgoing.listing(session) if letter.state == "uncertain"]


def message_ids(one: Bench) -> Counter[str]:
    from email import message_from_bytes

    return Counter(str(message_from_bytes(received.raw)["Message-ID"]) for received in one.sent)


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    with bench(tmp_path_factory.mktemp("clean"), "") as one:
        assert not whole_story(one)
        assert len(one.sent) == len(WRITERS) + 1
        return end_state(one)


def test_every_step_of_a_letters_way_has_a_kill_point() -> None:
    assert set(STEPS) <= set(KILL_POINTS.values())


@pytest.mark.parametrize("point", [name for name, step in KILL_POINTS.items() if step in STEPS])
def test_a_crash_there_changes_nothing_in_the_end(
    point: str, tmp_path: Path, clean: dict[str, Any], database_url: str
) -> None:
    with bench(tmp_path, database_url) as one:
        assert whole_story(one, point), f"{point} was never reached"
        assert end_state(one) == clean
        copies = message_ids(one)
        unsure = uncertain(one)
        assert max(copies.values()) == 1, "a letter left twice"
        assert len(unsure) <= (1 if point in UNCERTAIN_MAY else 0)
        assert set(copies) | set(unsure) >= set(copies)
        assert len(set(copies) | set(unsure)) == len(WRITERS) + 1, "a letter neither left nor waits for a person"


def test_a_second_crash_at_the_same_point_changes_nothing_either(tmp_path: Path, clean: dict[str, Any]) -> None:
    with bench(tmp_path, "") as one:
        for point in ("poll.kept", "receive.filed"):
            assert run(crash_runs.one_pass, one.config, NOW, point) == -signal.SIGKILL
        whole_story(one)
        assert end_state(one) == clean


def test_a_letter_that_kills_the_process_ends_in_quarantine_and_stops_no_other(tmp_path: Path) -> None:
    with bench(tmp_path, "") as one:
        for number in range(3):
            assert run(crash_runs.one_pass, one.config, NOW + timedelta(hours=number), "receive.claimed") == -9
        assert run(crash_runs.one_pass, one.config, NOW + timedelta(hours=4), "") == 0
        with opened_desk(load(one.config)) as desk, desk.store.read() as session:
            tickets = cases.recent(session, limit=100)
            assert [ticket.state for ticket in tickets].count("quarantined") == 1
            assert len(tickets) == len(WRITERS)
            assert all(clocks.of_ticket(session, ticket.id or 0) for ticket in tickets)
