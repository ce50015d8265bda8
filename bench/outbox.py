"""What sending ten thousand letters costs: ``som run --once`` beside a bare loop, same letters, same local sink.

``python -m bench.outbox [--count N]`` fills the outbox of a fresh desk with acknowledgements, each of a ticket of its
own, drains it, and sends the same bytes once more with nothing but aiosmtplib over one connection. It prints the CPU
seconds (user + system) of each side as a process of its own; the sink's are not counted. Exit 1 when a letter did not
arrive exactly once or we send fewer than half the letters per CPU second.
"""

import argparse
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from email.parser import BytesHeaderParser
from pathlib import Path

from bench.intake import ROOT, SOM, Cost, measure
from calendar_pe.clock import now
from casework.desk import Desk
from casework.writing import acknowledgement, sender
from replies.compose import Nature, compose
from replies.page import to_html
from service.demo.servers import Received, smtp_server
from service.settings import load
from service.wiring import opened_desk
from sla.reckon import reckon
from tickets import journal, rows
from tickets.journal import Event
from tickets.references import reference
from tickets.states import OutboxState, OutgoingKind, TicketState
from tickets.tables import Outgoing, Ticket

BARE = [sys.executable, str(ROOT / "bench" / "bare_smtp.py")]
AIM = 0.5
"""Letters per CPU second, as a share of the bare loop's."""
PAGE = 500

CONFIG = """
[smtp]
host = "{host}"
port = {port}
security = "plain"
from_address = "desk@example.org"

[data]
dir = "data"

[logging]
level = "warning"
"""


def fill(desk: Desk, count: int, folder: Path) -> None:
    """Put ``count`` acknowledgements into the outbox, and the same bytes into a folder for the bare loop."""
    written_at = now() - timedelta(hours=1)
    reckoned = reckon(written_at, "consulta", desk.calendar, desk.promises)
    for first in range(1, count + 1, PAGE):
        numbers = range(first, min(first + PAGE, count + 1))
        with desk.store.write() as session:
            ticket_ids = rows.add_all_with_ids(
                session,
                Ticket,
                [
                    {
                        "reference": reference(2026, number),
                        "year": 2026,
                        "number": number,
                        "state": TicketState.NEW,
                        "requester_address": f"persona{number:06d}@example.org",
                        "opened_at": written_at,
                        "updated_at": written_at,
                    }
                    for number in numbers
                ],
            )
            letters = []
            for number, ticket_id in zip(numbers, ticket_ids, strict=True):
                address = f"persona{number:06d}@example.org"
                rendered = acknowledgement(desk, reckoned, reference=reference(2026, number), language="es")
                composed = compose(
                    message_id=desk.signer.message_id(reference(2026, number), f"a{number:x}", "example.org"),
                    sender=sender(desk),
                    recipient=address,
                    subject=rendered.subject,
                    text=rendered.text,
                    html=to_html(rendered.text, language=rendered.language),
                    sent_at=written_at,
                    nature=Nature.REPLIED,
                    in_reply_to=f"<carta.{number}@example.org>",
                )
                (folder / f"{address}.eml").write_bytes(composed.payload)
                letters.append(
                    {
                        "ticket_id": ticket_id,
                        "kind": OutgoingKind.ACKNOWLEDGEMENT,
                        "dedupe_key": f"acknowledgement:{number}",
                        "message_id": composed.message_id,
                        "state": OutboxState.WAITING,
                        "to_address": address,
                        "recipients": [address],
                        "payload": composed.payload,
                        "created_at": written_at,
                        "next_attempt_at": written_at,
                    }
                )
            rows.add_all(session, Outgoing, letters)
            journal.append(session, [Event(one, written_at, "desk", "opened", {}) for one in ticket_ids])


@contextmanager
def sink() -> Iterator[tuple[str, int, Counter[str]]]:
    """Take letters on loopback and count each by its Message-ID."""
    taken: Counter[str] = Counter()

    def note(received: Received) -> None:
        taken[str(BytesHeaderParser().parsebytes(received.raw)["Message-ID"])] += 1

    with smtp_server(note) as (host, port):
        yield host, port, taken


def run(folder: Path, count: int) -> int:
    """Measure, print the table and return the exit code."""
    letters = folder / "letters"
    letters.mkdir()
    config = folder / "config.toml"
    with sink() as (host, port, taken):
        config.write_text(CONFIG.format(host=host, port=port))
        with opened_desk(load(config)) as desk:
            fill(desk, count, letters)
        ours = measure([*SOM, "--config", str(config), "run", "--once"], os.environ)
        received = Counter(taken)
        taken.clear()
        bare = measure([*BARE, host, str(port), str(letters)])
    once = sum(1 for copies in received.values() if copies == 1)
    share = bare.cpu / ours.cpu
    say(count, bare, ours, share, once, len(taken))
    return 0 if once == len(received) == len(taken) == count and share >= AIM else 1


def say(count: int, bare: Cost, ours: Cost, share: float, once: int, bare_taken: int) -> None:
    """Print the table."""
    table = [
        ("", "bare loop", "som run --once", ""),
        ("CPU s", f"{bare.cpu:.2f}", f"{ours.cpu:.2f}", ""),
        ("letters per CPU s", f"{count / bare.cpu:.0f}", f"{count / ours.cpu:.0f}", f"{share:.2f} of it (aim {AIM})"),
        ("arrived exactly once", str(bare_taken), str(once), f"of {count}"),
    ]
    for row in table:
        print(f"{row[0]:<26}{row[1]:>12}{row[2]:>18}  {row[3]}".rstrip())


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m bench.outbox", description="Measure the sending of letters.")
    parser.add_argument("--count", type=int, default=10_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="som-bench-") as folder:
        sys.exit(run(Path(folder), asked.count))


if __name__ == "__main__":
    main()
