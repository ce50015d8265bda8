"""The demo's run: servers up, letters in, the daemon's own jobs over them, acknowledgements out, the queue shown."""

import json
import smtplib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.utils import parseaddr
from pathlib import Path

from service.daemon import Daemon
from service.demo.samples import FIRST, FIRST_PASS, NOW, SECOND, Sample, bounce_of
from service.demo.servers import ImapAddress, Received, imap_server, smtp_server
from service.settings import Settings, load
from service.wiring import opened_desk

ADDRESS = "orientacionmigrante@trabajo.gob.pe"
PASSWORD = "demo"  # of a server inside this process
STAFF = "supervision@example.org"
ROUND_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Shown:
    """What the demo leaves behind: its settings file and how many letters went each way."""

    config: Path
    letters_in: int
    letters_out: int


@contextmanager
def demo(folder: Path, say: Callable[[str], None]) -> Iterator[Shown]:
    """Run the demo in a folder of its own; its servers stay up until the block ends."""
    sent: list[Received] = []
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.glob("som.db*"):
        left.unlink()
    say("Levanto un servidor IMAP y uno SMTP dentro de este proceso…")
    with imap_server({ADDRESS: PASSWORD}) as imap, smtp_server(lambda one: _take(imap, sent, one)) as smtp:
        settings = _settings(folder, imap, smtp)
        say(f"Entrego {len(FIRST)} cartas de ejemplo por SMTP…")
        _deliver(imap, smtp, FIRST)
        say("Corren los trabajos del servicio: recoger, clasificar, acusar recibo, vigilar plazos…")
        say("(La primera vez el clasificador se entrena aquí mismo: puede tardar cerca de un minuto.)")
        _work(settings, FIRST_PASS)
        say("Llegan una respuesta, un aviso automático y un rebote…")
        _deliver_answers(imap, sent)
        _work(settings, NOW)
        yield Shown(folder / "config.toml", len(FIRST) + len(SECOND) + 1, len(sent))


@contextmanager
def at_work(settings: Settings) -> Iterator[None]:
    """Let the daemon's jobs go on beside the block, so that what is answered there leaves."""
    over = threading.Event()

    def work() -> None:
        with opened_desk(settings, now=NOW, running=True) as desk:
            daemon = Daemon(desk, settings, stopping=over)
            while not over.wait(ROUND_SECONDS):
                daemon.once()

    thread = threading.Thread(target=work, name="demo-daemon")
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _take(imap: ImapAddress, sent: list[Received], received: Received) -> str | None:
    """Letters to the desk go to its mailbox; every other one has reached its citizen."""
    if ADDRESS not in received.recipients:
        sent.append(received)
    return None


def _settings(folder: Path, imap: ImapAddress, smtp: tuple[str, int]) -> Settings:
    (folder / "password").write_text(f"{PASSWORD}\n", encoding="utf-8")
    (folder / "password").chmod(0o600)
    mailbox: dict[str, object] = {
        "name": "principal",
        "address": ADDRESS,
        "host": imap.host,
        "port": imap.port,
        "security": "plain",
        "user": ADDRESS,
        "password_file": str((folder / "password").absolute()),
    }
    relay: dict[str, object] = {"host": smtp[0], "port": smtp[1], "security": "plain", "from_address": ADDRESS}
    sections: dict[str, dict[str, object]] = {
        "smtp": relay,
        "data": {"dir": "."},
        "clock": {"simulated": True},
        "danger": {"notify": [STAFF]},
        "digest": {"recipients": [STAFF]},
        "logging": {"level": "error", "format": "text"},
    }
    lines = ["[[mailbox]]", *_table(mailbox)]
    for name, keys in sections.items():
        lines += ["", f"[{name}]", *_table(keys)]
    config = folder / "config.toml"
    config.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return load(config)


def _table(keys: dict[str, object]) -> list[str]:
    """Write keys as TOML; strings, numbers, booleans and lists of strings look the same in JSON."""
    return [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in keys.items()]


def _deliver(imap: ImapAddress, smtp: tuple[str, int], samples: tuple[Sample, ...]) -> None:
    """Hand letters to the SMTP server as a citizen's program would; their arrival is that of the sample."""
    with smtplib.SMTP(*smtp) as client:
        for sample in samples:
            raw = sample.compose(ADDRESS)
            client.sendmail(sample.address, [ADDRESS], raw)
            imap.deliver(ADDRESS, raw, sample.arrived_at)


def _deliver_answers(imap: ImapAddress, sent: list[Received]) -> None:
    acknowledged = {one.recipients[0]: message_from_bytes(one.raw) for one in sent}
    for sample in SECOND:
        letter = acknowledged[sample.answers]
        subject = sample.subject or f"Re: {letter['Subject']}"
        raw = sample.compose(ADDRESS, in_reply_to=str(letter["Message-ID"]), subject=subject)
        imap.deliver(ADDRESS, raw, sample.arrived_at)
    bounced = acknowledged[FIRST[4].address]
    recipient = parseaddr(str(bounced["To"]))[1]
    imap.deliver(ADDRESS, bounce_of(str(bounced["Message-ID"]), recipient, ADDRESS, NOW), NOW)


def _work(settings: Settings, now: datetime) -> None:
    with opened_desk(settings, now=now) as desk:
        troubles = Daemon(desk, settings).once()
    if troubles:
        raise RuntimeError(f"the demo's jobs failed: {'; '.join(map(str, troubles))}")
