"""The daemon as a service manager runs it: it works, it stops when told, and one bad mailbox stops no other."""

import json
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from calendar_pe.clock import now
from tests.acceptance.desk import ADDRESS, SOM, CommandDesk
from tests.acceptance.first_letter import QUESTION, letter

DEADLINE = 60.0


@contextmanager
def running(desk: CommandDesk) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [str(SOM), "run"], cwd=desk.folder, env=desk.environment, stderr=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def wait_until(true: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    give_up = time.monotonic() + DEADLINE
    while not true():
        assert process.poll() is None, f"the daemon ended: {process.communicate()[1]}"
        assert time.monotonic() < give_up, "nothing came of it"
        time.sleep(0.2)


def stop(process: subprocess.Popen[str]) -> str:
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=DEADLINE)
    assert process.returncode == 0, said
    assert "Traceback" not in said
    return said


def test_it_takes_letters_acknowledges_them_and_stops_when_told(desk: CommandDesk) -> None:
    with running(desk) as process:
        desk.arrive(letter("trabajo en España", QUESTION), now())
        wait_until(lambda: len(desk.letters_to("nilda.apaza@example.com")) == 1, process)
        said = stop(process)
    events = [json.loads(line) for line in said.splitlines()]
    assert [one["event"] for one in events[:2]] == ["told", "started"]
    assert "se creó una mesa nueva" in events[0]["text"]
    assert events[-1]["event"] == "stopped"
    assert "nilda" not in said, "no address of a citizen stands in the log"


def test_it_stops_in_the_middle_of_a_pass_and_loses_nothing(desk: CommandDesk) -> None:
    desk.environment["SOM_INTAKE__BATCH_LETTERS"] = "5"
    for number in range(150):
        raw = letter(
            f"consulta {number}", QUESTION, address=f"p{number}@example.com", message_id=f"<{number}@example.com>"
        )
        desk.arrive(raw, now())
    with running(desk) as process:
        wait_until(lambda: len(desk.json("ticket", "list")) > 0, process)
        stop(process)
    desk.som("run", "--once")
    assert len(desk.json("ticket", "list", "--limit", "1000")) == 150
    recipients = [one.recipients for one in desk.sent]
    assert len(recipients) == len(set(recipients)), "somebody was acknowledged twice"


def test_one_mailbox_failing_never_stops_another(desk: CommandDesk) -> None:
    config = desk.folder / "config.toml"
    config.write_text(
        """
[[mailbox]]
name = "rota"
address = "otra@example.org"
host = "127.0.0.1"
port = 1
security = "plain"
user = "otra"
password_env = "SOM_TEST_PASSWORD"
"""
        + config.read_text()
    )
    desk.arrive(letter("trabajo en España", QUESTION), now())
    refused = desk.som("run", "--once", code=3)
    assert "rota" in refused.stderr
    (ticket,) = desk.json("ticket", "list")
    assert desk.json("ticket", "show", ticket["reference"])["messages"][0]["kind"] == "letter"
    assert ADDRESS not in refused.stderr
