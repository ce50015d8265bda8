"""What taking in a thousand letters costs: ``som run --once`` over Dovecot beside the bare loop, on the same letters.

``python -m bench.intake [--count N] [--seed S] [--keep DIR]`` prints CPU seconds (user + system of the measured
process and its children; the servers' are not counted), the ratio, peak memory, flushes to disk, and whether every
letter is kept and every reply stands on its ticket. Exit 1 when a letter is missing or a reply is astray.
"""

import argparse
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from bench.letters import DESK, Generated, letters
from calendar_pe.clock import now
from service.demo.servers import smtp_server
from tests.servers.dovecot import Dovecot, dovecot

ROOT = Path(__file__).resolve().parents[1]
BARE = [sys.executable, str(ROOT / "bench" / "bare_loop.py")]
SOM = [sys.executable, "-c", "from service.commands import main; main()"]
PASSWORD = "bench"  # of a server that lives as long as this measurement
FLUSHES = ("fsync", "fdatasync", "sync_file_range")

CONFIG = """
[[mailbox]]
name = "bench"
address = "{desk}"
host = "{imap_host}"
port = {imap_port}
security = "plain"
user = "desk"
password_env = "BENCH_PASSWORD"

[smtp]
host = "{smtp_host}"
port = {smtp_port}
security = "plain"

[data]
dir = "data"

[logging]
level = "warning"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a command used: ``cpu`` seconds, ``peak`` bytes of memory, ``flushes`` of files to disk (None: unknown)."""

    cpu: float
    peak: int
    flushes: int | None = None


def measure(command: Sequence[str], environment: Mapping[str, str] = os.environ) -> Cost:
    """Run a command and return what it used. Raises ``SystemExit`` with its last words when it fails."""
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            command, cwd=ROOT, env=dict(environment), stdout=said, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            raise SystemExit(
                f"{' '.join(command[-4:])} ended with {process.returncode}: {said.read()[-2000:].decode()}"
            )
    return Cost(cpu=usage.ru_utime + usage.ru_stime, peak=usage.ru_maxrss * 1024)


def flushes(command: Sequence[str], environment: Mapping[str, str], folder: Path) -> int | None:
    """Count how often a command flushes files, in a run of its own under strace; None where strace is missing."""
    if shutil.which("strace") is None:
        return None
    table = folder / "strace"
    traced = ["strace", "-f", "-qq", "-c", "-o", str(table), "-e", f"trace={','.join(FLUSHES)}", *command]
    measure(traced, environment)
    return sum(
        int(columns[3])
        for line in table.read_text().splitlines()
        if (columns := line.split()) and columns[-1] in FLUSHES
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A fresh desk over a mailbox that holds the letters."""

    folder: Path
    command: list[str]
    environment: dict[str, str]

    @property
    def database(self) -> Path:
        """The desk's database file."""
        return self.folder / "data" / "som.db"


def fresh_desk(folder: Path, name: str, server: Dovecot, relay: tuple[str, int], mail: Sequence[Generated]) -> Desk:
    """Set up a desk and fill its mailbox; the letters arrive one a second until now."""
    own = folder / name
    own.mkdir()
    shutil.rmtree(server.maildir("desk"), ignore_errors=True)
    arrived_at = now() - timedelta(seconds=len(mail))
    for letter in mail:
        server.deliver("desk", letter.raw, arrived_at + timedelta(seconds=letter.number))
    config = own / "config.toml"
    config.write_text(
        CONFIG.format(
            desk=DESK,
            imap_host=server.host,
            imap_port=server.port,
            smtp_host=relay[0],
            smtp_port=relay[1],
        )
    )
    return Desk(
        folder=own,
        command=[*SOM, "--config", str(config), "run", "--once"],
        environment={**os.environ, "BENCH_PASSWORD": PASSWORD},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the desk made of the letters."""

    kept: int
    tickets: int
    replies: int
    astray: int

    @classmethod
    def read(cls, database: Path, mail: Sequence[Generated]) -> "Outcome":
        """Look into the database, with no code of the desk in between."""
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as store:
            ticket_of = dict(store.execute("SELECT message_id, ticket_id FROM messages WHERE direction = 'in'"))
            (kept,) = store.execute("SELECT count(DISTINCT sha256) FROM intake WHERE raw_id IS NOT NULL").fetchone()
            (tickets,) = store.execute("SELECT count(*) FROM tickets").fetchone()
        replies = [letter for letter in mail if letter.answers]
        astray = sum(
            ticket_of.get(letter.message_id) is None or ticket_of[letter.message_id] != ticket_of.get(letter.answers)
            for letter in replies
        )
        return cls(kept=kept, tickets=tickets, replies=len(replies), astray=astray)


def run(folder: Path, count: int, seed: int) -> int:
    """Measure, print the table and return the exit code."""
    if shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin") is None:
        print("bench.intake: needs Dovecot (Debian: dovecot-imapd), which this machine does not have", file=sys.stderr)
        return 3
    mail = list(letters(count, seed))
    eml = folder / "eml"
    eml.mkdir()
    for letter in mail:
        (eml / f"{letter.number:06d}.eml").write_bytes(letter.raw)
    bare = measure([*BARE, str(eml), str(folder / "bare.db")])
    bare_flushes = flushes([*BARE, str(eml), str(folder / "bare-traced.db")], os.environ, folder)
    one = folder / "one.jsonl"
    one.write_text('{"id": "1", "subject": "Retorno", "body": "Vivo en Madrid y quiero volver al Perú."}\n')
    measure([*SOM, "triage", str(one), "--jsonl"])  # the model is fitted once per machine, not once per pass
    with smtp_server(lambda _received: None) as relay, dovecot(folder / "dovecot", {"desk": PASSWORD}) as server:
        desk = fresh_desk(folder, "measured", server, relay, mail)
        ours = measure(desk.command, desk.environment)
        traced = fresh_desk(folder, "traced", server, relay, mail)
        our_flushes = flushes(traced.command, traced.environment, folder)
    outcome = Outcome.read(desk.database, mail)
    say(count, bare, bare_flushes, ours, our_flushes, outcome)
    good = outcome.kept == count and outcome.tickets == count - outcome.replies and outcome.astray == 0
    return 0 if good else 1


def say(
    count: int, bare: Cost, bare_flushes: int | None, ours: Cost, our_flushes: int | None, outcome: Outcome
) -> None:
    """Print the table."""
    rows = [
        ("", "bare loop", "som run --once", ""),
        ("CPU s", f"{bare.cpu:.2f}", f"{ours.cpu:.2f}", f"ratio {ours.cpu / bare.cpu:.2f} (bound 2.5, aim 2.0)"),
        ("peak memory MB", "", f"{ours.peak / 1e6:.0f}", "bound 200"),
        ("flushes", _number(bare_flushes), _number(our_flushes), f"{_each(our_flushes, count)} a letter (bound 2.2)"),
        ("letters kept", str(count), str(outcome.kept), f"of {count}"),
        ("tickets", "", str(outcome.tickets), f"{count - outcome.replies} expected"),
        ("replies on their tickets", "", str(outcome.replies - outcome.astray), f"of {outcome.replies}"),
    ]
    for row in rows:
        print(f"{row[0]:<26}{row[1]:>12}{row[2]:>18}  {row[3]}".rstrip())


def _number(value: int | None) -> str:
    return "no strace" if value is None else str(value)


def _each(value: int | None, count: int) -> str:
    return "unknown" if value is None else f"{value / count:.2f}"


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m bench.intake", description="Measure the intake of letters.")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="work in this new folder and leave it behind")
    asked = parser.parse_args()
    if asked.keep is not None:
        asked.keep.mkdir(parents=True)
        sys.exit(run(asked.keep.resolve(), asked.count, asked.seed))
    with tempfile.TemporaryDirectory(prefix="som-bench-") as folder:
        sys.exit(run(Path(folder), asked.count, asked.seed))


if __name__ == "__main__":
    main()
