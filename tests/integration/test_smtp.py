"""Whole ways over SMTP: into the demo's servers, and through a real Postfix where the machine has one."""

import ssl
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from pathlib import Path

import pytest
import trustme

from inbox.poller import poll
from inbox.sources.imap import ImapSettings, ImapSource
from replies.courier import Courier
from replies.parcel import Accepted, Outcome, Parcel, Permanent, Temporary
from replies.smtp import SmtpRefusedLogin, SmtpSettings
from service.demo.servers import Received, imap_server, into_mailbox, smtp_server
from tests.servers.folder import open_folder
from tests.servers.ledger import SqliteLedger
from tests.servers.postfix import postfix

NOW = datetime(2026, 11, 3, 15, 0, tzinfo=UTC)


def rendered(number: int = 1) -> bytes:
    message = EmailMessage(policy=SMTP_POLICY.clone(max_line_length=998))
    message["From"] = "SOM <som@example.pe>"
    message["To"] = "ana@example.org"
    message["Subject"] = "Atención: su consulta ya está en la cola"
    message["Date"] = "Tue, 03 Nov 2026 10:00:00 -0500"
    message["Message-ID"] = f"<{'a' * 90}.{number}@som.example>"
    message["In-Reply-To"] = f"<{'b' * 90}@outlook.example>"
    message.set_content("Buenas tardes, señora.\n.\n..\nUn saludo\n")
    return message.as_bytes()


def parcel(number: int = 1, **changes: object) -> Parcel:
    fields = {
        "id": number,
        "message_id": f"<{number}@som.example>",
        "sender": "som@example.pe",
        "recipients": ("ana@example.org",),
        "payload": rendered(number),
        "attempts": 1,
    }
    return Parcel(**{**fields, **changes})  # type: ignore[arg-type]


def send(settings: SmtpSettings, *parcels: Parcel) -> list[Outcome]:
    waiting, outcomes = list(parcels), []

    def claim(count: int) -> list[Parcel]:
        taken = waiting[:count]
        del waiting[:count]
        return taken

    Courier(settings).run(claim, lambda parcel, outcome: outcomes.append(outcome))
    return outcomes


@pytest.fixture
def received() -> list[Received]:
    return []


class TestDemoServer:
    def test_letter_arrives_byte_for_byte_with_its_long_ids_whole(self, received: list[Received]) -> None:
        with smtp_server(received.append) as (host, port):
            [outcome] = send(SmtpSettings(host=host, port=port, security="plain"), parcel(sender=""))
        assert isinstance(outcome, Accepted)
        assert (received[0].sender, received[0].recipients, received[0].raw) == ("", ("ana@example.org",), rendered())
        assert b"In-Reply-To: <" + b"b" * 90 + b"@outlook.example>\r\n" in received[0].raw

    def test_handler_may_refuse(self) -> None:
        with smtp_server(lambda letter: "452 4.3.1 full") as (host, port):
            [outcome] = send(SmtpSettings(host=host, port=port, security="plain"), parcel())
        assert outcome == Temporary(452, "4.3.1 full")

    @pytest.mark.parametrize("implicit", [True, False])
    def test_tls_and_login(self, received: list[Received], tmp_path: Path, implicit: bool) -> None:
        authority = trustme.CA()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
        ca_file = tmp_path / "ca.pem"
        authority.cert_pem.write_to_path(str(ca_file))
        with smtp_server(received.append, users={"som": "canario"}, context=context, implicit_tls=implicit) as server:
            settings = SmtpSettings(
                host=server[0],
                port=server[1],
                security="tls" if implicit else "starttls",
                user="som",
                password="canario",
                ca_file=str(ca_file),
            )
            [outcome] = send(settings, parcel())
        assert isinstance(outcome, Accepted)
        assert len(received) == 1

    def test_wrong_password(self, received: list[Received]) -> None:
        with smtp_server(received.append, users={"som": "canario"}) as (host, port):
            settings = SmtpSettings(host=host, port=port, security="plain", user="som", password="otro-canario")
            with pytest.raises(SmtpRefusedLogin) as refused:
                send(settings, parcel())
        assert "otro-canario" not in str(refused.value)
        assert received == []

    def test_written_by_smtp_read_by_imap(self) -> None:
        ledger = SqliteLedger()
        with (
            imap_server({"som": "canario"}) as imap,
            smtp_server(into_mailbox(imap, {"som@example.pe": "som"}, lambda: NOW)) as (host, port),
        ):
            outcomes = send(
                SmtpSettings(host=host, port=port, security="plain"),
                parcel(1, sender="ana@example.org", recipients=("SOM@example.pe",)),
                parcel(2, recipients=("nadie@example.pe",)),
            )
            settings = ImapSettings(
                name="som",
                address="som@example.pe",
                host=imap.host,
                port=imap.port,
                security="plain",
                user="som",
                password="canario",
            )
            with ImapSource(settings) as source:
                poll(source, ledger)
        assert [type(outcome) for outcome in outcomes] == [Accepted, Permanent]
        [(_, _, _, raw, _, _, arrived_at)] = ledger.rows()
        assert (raw, arrived_at) == (rendered(), NOW.isoformat())
        ledger.close()


@pytest.fixture(scope="module")
def relay() -> Iterator[tuple[SmtpSettings, Path]]:
    with open_folder() as folder, postfix(folder) as (port, spool):
        yield SmtpSettings(host="127.0.0.1", port=port, security="plain", greeting_name="som.example"), spool


@pytest.mark.tier("postfix")
class TestPostfix:
    def test_letters_reach_the_spool_whole(self, relay: tuple[SmtpSettings, Path]) -> None:
        settings, spool = relay
        outcomes = send(settings, *(parcel(number, recipients=("ana@local.example",)) for number in range(5)))
        assert all(isinstance(outcome, Accepted) for outcome in outcomes), outcomes
        delivered = [path.read_bytes().replace(b"\n", b"\r\n") for path in wait_for(spool, 5)]
        for number in range(5):
            assert any(rendered(number) in letter for letter in delivered)

    def test_null_path_is_kept(self, relay: tuple[SmtpSettings, Path]) -> None:
        settings, spool = relay
        before = set(spool.iterdir()) if spool.exists() else set()
        assert isinstance(send(settings, parcel(9, sender="", recipients=("ana@local.example",)))[0], Accepted)
        [new] = set(wait_for(spool, len(before) + 1)) - before
        assert new.read_bytes().startswith(b"Return-Path: <>\n")

    def test_unknown_domain_is_refused_for_that_recipient_only(self, relay: tuple[SmtpSettings, Path]) -> None:
        settings, _ = relay
        [mixed] = send(settings, parcel(7, recipients=("ana@local.example", "x@elsewhere.example")))
        assert isinstance(mixed, Accepted)
        assert [(address, code) for address, code, _ in mixed.refused] == [("x@elsewhere.example", 554)]
        [alone] = send(settings, parcel(8, recipients=("x@elsewhere.example",)))
        assert isinstance(alone, Permanent)

    def test_letter_beyond_the_size_limit_is_permanent(self, relay: tuple[SmtpSettings, Path]) -> None:
        settings, _ = relay
        heavy = rendered() + b"x" * 76 * 40_000
        [outcome] = send(settings, parcel(6, recipients=("ana@local.example",), payload=heavy))
        assert isinstance(outcome, Permanent)
        assert outcome.code == 552


def wait_for(folder: Path, count: int) -> list[Path]:
    """Return the folder's files once there are that many; delivery by another process tells nobody when it is done."""
    ends = time.monotonic() + 20
    while time.monotonic() < ends:
        found = list(folder.iterdir()) if folder.exists() else []
        if len(found) >= count:
            return found
        time.sleep(0.02)
    raise AssertionError(f"{folder} has fewer than {count} letters after 20 s")
