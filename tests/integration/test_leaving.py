"""When an answer leaves, and what its leaving makes of the case: scheduled, referred, asked back."""

import json
import os
import subprocess
import sys
from datetime import date, datetime, timedelta
from email import message_from_bytes
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest

from calendar_pe.clock import at_lima
from casework.answer import CannotAnswer, answer
from casework.compose_reply import from_template
from casework.deliver import deliver
from casework.desk import Desk
from replies.catalogue import load as load_catalogue
from replies.courier import Courier
from replies.smtp import SmtpSettings
from service.demo.servers import Received, smtp_server
from service.settings import load
from service.wiring import opened_desk
from tests.commands import Som, command_line
from tests.desks import (
    MONDAY,
    MONDAY_10,
    TUESDAY,
    TUESDAY_17,
    Clock,
    member,
    open_ticket,
    promise,
    ticket,
    words,
)
from tickets import cases, journal
from tickets.states import OutboxState
from tickets.tables import Outgoing

SOM = Path(sys.executable).with_name("som")


def carry(desk: Desk) -> list[Received]:
    """Let a courier carry what is due; returns what the relay took."""
    taken: list[Received] = []
    with smtp_server(taken.append) as (host, port):
        deliver(desk, Courier(SmtpSettings(host=host, port=port, security="plain")), owner="host:1")
    return taken


class TestScheduled:
    @pytest.mark.parametrize(
        ("wanted", "leaves"),
        [
            (at_lima(MONDAY, 15), at_lima(MONDAY, 15)),
            (at_lima(MONDAY, 20), at_lima(TUESDAY, 8, 15)),
            (at_lima(TUESDAY, 3), at_lima(TUESDAY, 8, 15)),
        ],
    )
    def test_leaves_in_the_first_working_time_from_then_on(
        self, desk: Desk, clock: Clock, wanted: datetime, leaves: datetime
    ) -> None:
        ref = open_ticket(desk)
        queued = answer(desk, member(desk), ref, words(), leaves_at=wanted)
        assert queued.leaves_at == leaves
        clock.now = queued.leaves_at - timedelta(seconds=1)
        assert carry(desk) == []
        clock.now = queued.leaves_at
        [received] = carry(desk)
        assert parsedate_to_datetime(str(message_from_bytes(received.raw)["Date"])) == leaves
        assert promise(desk, ref).state == "kept"

    def test_not_in_the_past(self, desk: Desk, clock: Clock) -> None:
        with pytest.raises(CannotAnswer, match="ya pasó"):
            answer(desk, member(desk), open_ticket(desk), words(), leaves_at=clock.now)

    @pytest.mark.parametrize("wanted", [TUESDAY_17, TUESDAY_17 - timedelta(seconds=30), at_lima(date(2026, 11, 30), 9)])
    def test_not_when_the_promise_would_break(self, desk: Desk, wanted: datetime) -> None:
        with pytest.raises(CannotAnswer, match="el plazo vence el martes 24 de noviembre"):
            answer(desk, member(desk), open_ticket(desk), words(), leaves_at=wanted)

    def test_any_time_once_the_promise_is_broken_anyway(self, desk: Desk, clock: Clock) -> None:
        ref = open_ticket(desk)
        clock.now = TUESDAY_17 + timedelta(hours=1)
        thursday = at_lima(date(2026, 11, 26), 9)
        assert answer(desk, member(desk), ref, words(), leaves_at=thursday).leaves_at == thursday


class TestOutcome:
    @pytest.mark.parametrize(
        ("template", "variables", "state", "by"),
        [
            ("derivacion-otra-entidad", {"entity": "migraciones"}, "referred", "referral"),
            ("referral", {"entity": "migraciones"}, "referred", "referral"),
            ("pedir-datos-minimos", {}, "answered", "ask_back"),
            ("ask_back", {"questions": "¿En qué país vive?"}, "answered", "ask_back"),
            ("cuanto-demoramos", {}, "answered", "answer"),
        ],
    )
    def test_follows_from_the_text_that_was_sent(
        self, desk: Desk, template: str, variables: dict[str, str], state: str, by: str
    ) -> None:
        ref = open_ticket(desk)
        written, kind, version = from_template(desk, member(desk), ref, template, variables)
        answer(desk, member(desk), ref, written, kind=kind, send_now=True, seen_version=version, template=template)
        assert len(carry(desk)) == 1
        assert (ticket(desk, ref).state, promise(desk, ref).state, promise(desk, ref).kept_by) == (state, "kept", by)
        with desk.store.read() as session:
            found = journal.entries_of(session, cases.find(session, ref).id or 0)
        [kept] = [entry for entry in found if entry.event == "promise_kept"]
        assert kept.facts["by"] == by, "indicators count an ask-back apart by this word"


@pytest.fixture
def som(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]) -> Som:
    (tmp_path / "config.toml").write_text(
        '[data]\ndir = "."\n[clock]\nsimulated = true\n[smtp]\nhost = "127.0.0.1"\nport = 9\n'
        'security = "plain"\nfrom_address = "som@example.pe"\n',
        encoding="utf-8",
    )
    with opened_desk(load(tmp_path / "config.toml"), now=MONDAY_10) as desk:
        open_ticket(desk, received_at=MONDAY_10)
        open_ticket(desk, received_at=MONDAY_10, risk=True)
    return command_line(tmp_path, monkeypatch, capsysbinary, "answer", "outbox", "ticket")


NOW = ("--now", "2026-11-23T11:00:00-05:00")


class TestCommands:
    def test_at_that_hour(self, som: Som) -> None:
        done = som("answer", "SOM-2026-000001", "--template", "cuanto-demoramos", "--yes", *NOW,
                   "--at", "2026-11-23T19:00:00-05:00")  # fmt: skip
        assert (done.code, done.out) == (0, "")
        assert "2026-11-24T08:15:00-05:00" in done.err
        [one] = json.loads(som("outbox", "list", "--json").out)
        assert one["next_attempt_at"] == "2026-11-24T08:15:00-05:00"

    def test_at_and_now_are_two_wishes(self, som: Som) -> None:
        done = som("answer", "SOM-2026-000001", "--template", "cuanto-demoramos", "--yes", "--send-now",
                   "--at", "2026-11-23T19:00:00-05:00")  # fmt: skip
        assert done.code == 2

    def test_taken_back(self, som: Som) -> None:
        som("answer", "SOM-2026-000001", "--body", "-", "--yes", *NOW, stdin=b"con un error")
        done = som("outbox", "undo", "1")
        assert (done.code, done.out) == (0, "")
        assert "SOM-2026-000001" in done.err
        [one] = json.loads(som("outbox", "list", "--json").out)
        assert (one["state"], one["last_text"]) == ("refused", "retirada antes de salir")
        assert som("outbox", "undo", "1").code == 1
        assert som("outbox", "undo", "77").code == 1
        again = som("outbox", "retry", "1")
        assert (again.code, "se retiró" in again.err) == (1, True), "what was taken back never leaves"

    def test_a_text_past_its_review_is_told_of(self, som: Som) -> None:
        later = load_catalogue().get("cuanto-demoramos").review_by + timedelta(days=7)
        done = som("answer", "SOM-2026-000001", "--template", "cuanto-demoramos", "--yes",
                   "--now", f"{later}T11:00:00-05:00")  # fmt: skip
        assert done.code == 0
        assert "aviso: este texto debió revisarse" in done.err

    def test_an_uncertain_letter_is_listed_with_both_choices(self, som: Som, tmp_path: Path) -> None:
        som("answer", "SOM-2026-000001", "--body", "-", "--yes", *NOW, stdin=b"Hola")
        with opened_desk(load(tmp_path / "config.toml"), now=MONDAY_10) as desk, desk.store.write() as session:
            one = session.get_one(Outgoing, 1)
            one.state, one.attempted_at = OutboxState.UNCERTAIN, MONDAY_10
        done = som("outbox", "list", "--json")
        [listed] = json.loads(done.out)
        assert listed["message_id"] in done.err
        assert "2026-11-23T10:00:00-05:00, para rosa@example.org" in done.err
        assert "som outbox settle ENVÍO --sent" in done.err
        assert "som outbox settle ENVÍO --resend" in done.err
        assert som("outbox", "settle", "1", "--sent", "--resend").code == 2
        assert som("outbox", "settle", "1", "--sent").code == 0
        done = som("outbox", "list", "--json")
        assert [one["state"] for one in json.loads(done.out)] == ["sent"]
        assert "settle" not in done.err
        assert json.loads(som("ticket", "show", "SOM-2026-000001", "--json").out)["promises"][0]["state"] == "kept"
        assert som("outbox", "settle", "1", "--resend").code == 1

    def test_yes_is_a_yes_to_everything(self, som: Som) -> None:
        assert som("answer", "SOM-2026-000002", "--body", "-", "--yes", *NOW, stdin=b"Hola").code == 0

    @pytest.mark.parametrize(
        ("reference", "says", "code", "asked"),
        [
            ("SOM-2026-000001", "s\n", 0, 1),
            ("SOM-2026-000001", "n\n", 1, 1),
            ("SOM-2026-000002", "s\ns\n", 0, 2),
            ("SOM-2026-000002", "s\nn\n", 1, 2),
        ],
    )
    def test_on_a_terminal_a_case_at_risk_is_asked_for_twice(
        self, som: Som, tmp_path: Path, reference: str, says: str, code: int, asked: int
    ) -> None:
        keyboard, terminal = os.openpty()
        os.write(keyboard, says.encode())
        done = subprocess.run(
            [SOM, "answer", reference, "--template", "cuanto-demoramos", *NOW],
            cwd=tmp_path, stdin=terminal, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        os.close(terminal)
        os.close(keyboard)
        assert done.returncode == code, done.stderr
        assert done.stderr.count("[s/N]") == asked
        assert ("riesgo de trata" in done.stderr) == (reference == "SOM-2026-000002" and says[0] == "s")
        assert ("No pida detalles ni pruebas" in done.stderr) == (reference == "SOM-2026-000002")
        assert len(json.loads(som("outbox", "list", "--json").out)) == 1 - code
