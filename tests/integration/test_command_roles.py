"""Every command of ``som``, tried by every role: who may, who may not, and that nobody is whom they say they are."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import pytest
import typer
from sqlalchemy import text

from calendar_pe.clock import at_lima
from casework import remedy
from casework.answer import answer
from casework.sweep import sweep
from service.commands import MODULES, build
from service.settings import load
from service.wiring import login_name, opened_desk
from tests.arriving import answered, arrive
from tests.commands import Ended, command_line
from tests.desks import MONDAY_10, Clock, member, words
from tests.desks import build as build_desk
from tickets import amends, intake, outgoing
from tickets.states import IntakeState, OutboxState, Role

NOW = at_lima(date(2026, 12, 10), 10)
STRANGER = "stranger"
EVERYBODY = frozenset({*Role, STRANGER})
STAFF = frozenset(Role)
WRITERS = STAFF - {Role.AUDITOR}
CHIEFS = frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR})
ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})
OPEN, ANSWERED = "SOM-2026-000001", "SOM-2026-000002"


@dataclass(frozen=True, slots=True)
class Row:
    """Who may give a command, and the words of one that succeeds; ``needs`` makes the folder ready."""

    roles: frozenset[str]
    words: tuple[str, ...] = ()
    codes: tuple[int, ...] = (0,)
    needs: Callable[[Path], object] = field(default=lambda folder: None)
    given: bool = True  # False: it takes minutes, and a neighbour of the same permission is given


def letter_file(folder: Path) -> None:
    (folder / "carta.eml").write_bytes(b"From: a@example.org\r\nSubject: hola\r\n\r\nhola\r\n")


def lines_file(folder: Path) -> None:
    (folder / "cartas.jsonl").write_text('{"id": "1", "subject": "hola", "body": "quiero trabajar en Chile"}\n')


def dates_file(folder: Path) -> None:
    (folder / "fechas.csv").write_text("received_at,kind\n2026-11-23T10:00:00-05:00,consulta\n")


DAY = ("2026-12-24", "--scope", "public_sector", "--effect", "nonworking", "--name", "Día", "--basis", "DS 9")
COMMANDS: dict[str, Row] = {
    # who needs no desk
    "due": Row(EVERYBODY, ("2026-11-23T10:00:00-05:00",)),
    "calendar show": Row(EVERYBODY, ("2026",)),
    "inspect": Row(EVERYBODY, ("carta.eml", "--jsonl"), needs=letter_file),
    "triage judge": Row(EVERYBODY, ("cartas.jsonl", "--jsonl"), needs=lines_file),
    "triage evaluate": Row(EVERYBODY, ("cartas.jsonl",), (0, 1), needs=lines_file),
    "suggest": Row(EVERYBODY, ("cartas.jsonl", "--jsonl"), needs=lines_file),
    "replies check": Row(EVERYBODY),
    "replies list": Row(EVERYBODY),
    "replies show": Row(EVERYBODY, ("senales-oferta-falsa",), (0, 1)),
    "authorize": Row(EVERYBODY, ("nadie",), (1, 2)),
    "bank": Row(EVERYBODY, ("--out", "paginas")),
    # the machine's own: whoever may read its settings and its database runs them
    "doctor": Row(EVERYBODY, (), (0, 1)),
    "backup": Row(EVERYBODY, ("copia.som",)),
    "restore": Row(EVERYBODY, ("copia.som",), (1, 2)),
    "db upgrade": Row(EVERYBODY),
    "run": Row(EVERYBODY, ("--once",), (0, 3)),
    "demo": Row(EVERYBODY, ("--help",)),
    "ingest": Row(EVERYBODY, ("carta.eml", "--json"), needs=letter_file),
    "sweep": Row(EVERYBODY),
    "digest": Row(EVERYBODY, ("--print",)),
    "indicators": Row(EVERYBODY, ("2026-11",)),
    "journal verify": Row(EVERYBODY),
    "remediation publish": Row(EVERYBODY, ("--out", "paginas")),
    # reading what people wrote
    "queue": Row(STAFF, ("--plain",)),
    "ticket list": Row(STAFF),
    "ticket show": Row(STAFF, (OPEN,)),
    "staff list": Row(STAFF),
    "outbox list": Row(STAFF),
    "letters list": Row(STAFF),
    "attention list": Row(STAFF),
    "remediation list": Row(STAFF),
    "remediation show": Row(STAFF, ("1",)),
    # changing cases
    "answer": Row(WRITERS, (OPEN, "--template", "pedir-datos-minimos", "--set", "questions=edad", "--yes"), (0,)),
    "attention add": Row(WRITERS, ("--channel", "telephone", "--line", "2")),
    "outbox retry": Row(WRITERS, ("refused",)),
    "outbox undo": Row(WRITERS, ("waiting",)),
    "outbox settle": Row(WRITERS, ("uncertain", "--resend")),
    "letters retry": Row(WRITERS, ("1",)),
    "letters export": Row(WRITERS, ("1", "--to", "carta.out")),
    # answering for the desk
    "letters accept": Row(WRITERS, ("som",), (0, 1)),
    "outbox hold": Row(CHIEFS),
    "outbox release": Row(CHIEFS),
    "remediation edit": Row(CHIEFS, ("1", "--cause", "sistema")),
    "remediation apologise": Row(CHIEFS, ("1",)),
    "remediation close": Row(CHIEFS, ("2",)),
    "calendar add": Row(CHIEFS, (*DAY, "--yes")),
    "triage examples": Row(CHIEFS),
    "triage train": Row(CHIEFS, given=False),
    "report": Row(CHIEFS, ("2026-11", "--publish")),
    "staff add": Row(ADMINISTRATORS, ("nueva", "--name", "N", "--email", "n@example.pe", "--role", "auditor")),
    "staff disable": Row(ADMINISTRATORS, ("luz",)),
    "staff enable": Row(ADMINISTRATORS, ("luz",)),
}


def named(command: object, path: tuple[str, ...] = ()) -> Iterator[str]:
    """Yield the full name of every command."""
    inner: dict[str, object] | None = getattr(command, "commands", None)
    if inner is None:
        yield " ".join(path)
    else:
        for name, one in inner.items():
            yield from named(one, (*path, name))


def test_every_command_is_tried_here() -> None:
    assert sorted(COMMANDS) == sorted(named(typer.main.get_command(build())))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A desk with something for every command: made once, copied for each."""
    folder = tmp_path_factory.mktemp("mesa")
    (folder / "config.toml").write_text(
        '[data]\ndir = "."\n[clock]\nsimulated = true\n[smtp]\nhost = "127.0.0.1"\nport = 9\n'
        'security = "plain"\nfrom_address = "som@example.pe"\n[digest]\nrecipients = ["jefa@example.pe"]\n',
        encoding="utf-8",
    )
    clock = Clock()
    with opened_desk(load(folder / "config.toml"), now=MONDAY_10) as opened:
        desk = build_desk(opened.store, clock)
        first, second = arrive(desk).reference, arrive(desk, "Otra persona", sender="ana@example.org").reference
        assert (first, second) == (OPEN, ANSWERED)
        boss = member(desk, Role.SUPERVISOR, "jefa")
        member(desk, login="luz")
        clock.forward(days=3)
        sweep(desk)
        answered(desk, second)
        with desk.store.read() as session:
            broken = {found.reference: row.id or 0 for row, _, found in amends.listing(session) if found is not None}
        assert broken == {OPEN: 1, ANSWERED: 2}
        filled = remedy.Amends(
            cause="carga", corrective="Sí.", preventive="Sí.", responsible="Luz Paz", apology_due=False
        )
        remedy.edit(desk, boss, 2, filled)
        remedy.edit(desk, boss, 1, remedy.Amends(cause="carga", preventive="Sí."))
        for number, state in enumerate((OutboxState.WAITING, OutboxState.REFUSED, OutboxState.UNCERTAIN)):
            ref = arrive(desk, f"Carta {state}", sender=f"{number}@example.org").reference
            queued = answer(desk, boss, ref, words())
            with desk.store.write() as session:
                letter = outgoing.load(session, queued.outgoing_id)
                assert letter is not None
                letter.state, letter.attempted_at, letter.next_attempt_at = state, clock.now, NOW + timedelta(days=1)
        with desk.store.write() as session:
            intake.settle(session, [{"id": 1, "state": IntakeState.QUARANTINED, "ticket_id": 1}])
    return folder


Try = Callable[[Row, str, str], tuple[Ended, int]]


@pytest.fixture
def attempt(
    world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> Try:
    """Return a function that lets somebody of a role give a command at a fresh copy of the desk."""
    som = command_line(tmp_path, monkeypatch, capsysbinary, *MODULES)
    monkeypatch.setattr("calendar_pe.clock.now", lambda: NOW)

    def run(row: Row, name: str, role: str) -> tuple[Ended, int]:
        for left in tmp_path.iterdir():
            shutil.rmtree(left) if left.is_dir() else left.unlink()
        for made in world.iterdir():
            shutil.copy(made, tmp_path)
        with opened_desk(load(tmp_path / "config.toml"), now=NOW) as desk, desk.store.write() as session:
            changed = "login = 'otra'" if role == STRANGER else f"role = '{Role(role)}'"
            session.execute(text(f"UPDATE staff SET {changed} WHERE login = :me"), {"me": login_name()})
            letters = {one.state: str(one.id) for one in outgoing.listing(session) if one.author_id is not None}
        row.needs(tmp_path)
        before = journal_of(tmp_path)
        ended = som(*name.split(), *(letters.get(word, word) for word in row.words))
        return ended, journal_of(tmp_path) - before

    return run


def journal_of(folder: Path) -> int:
    """Return how many entries the journal of a desk has."""
    with sqlite3.connect(folder / "som.db") as database:
        return int(database.execute("SELECT count(*) FROM journal").fetchone()[0])


@pytest.mark.parametrize("name", [name for name, row in COMMANDS.items() if row.given])
def test_who_may(attempt: Try, name: str) -> None:
    row = COMMANDS[name]
    for role in sorted(row.roles if row.roles != EVERYBODY else {STRANGER}):
        ended, _ = attempt(row, name, role)
        assert ended.code in row.codes, (role, ended)
        assert not any(said in ended.err for said in ("esto necesita", "no está en el personal")), (role, ended)


@pytest.mark.parametrize("name", [name for name, row in COMMANDS.items() if row.roles != EVERYBODY])
def test_who_may_not(attempt: Try, name: str) -> None:
    row = COMMANDS[name]
    for role in sorted(EVERYBODY - row.roles):
        ended, noted = attempt(row, name, role)
        assert ended.code == 1, (role, ended)
        assert ended.out == "", "nothing is shown"
        assert ("no está en el personal" if role == STRANGER else "esto necesita") in ended.err, (role, ended)
        assert noted == 0, "nothing is changed"


def test_the_environment_says_nothing_about_who_one_is(attempt: Try, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("USER", "LOGNAME", "USERNAME", "SUDO_USER"):
        monkeypatch.setenv(name, "jefa")  # she may; whoever claims to be her may not
    assert attempt(COMMANDS["outbox hold"], "outbox hold", Role.CONSULTANT)[0].code == 1
    assert attempt(COMMANDS["ticket list"], "ticket list", STRANGER)[0].code == 1
    assert attempt(COMMANDS["outbox hold"], "outbox hold", Role.SUPERVISOR)[0].code == 0
