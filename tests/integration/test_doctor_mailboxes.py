"""What the doctor says of the mailboxes and the jobs: only what concerns this desk, and in words."""

from datetime import timedelta
from pathlib import Path

import pytest

from casework import reconcile
from casework.desk import Desk
from casework.reconcile import Span
from service.doctor import examine
from service.settings import Settings, load
from tests.desks import MONDAY_10, Clock, build
from tickets import leases
from tickets.store import Store

TABLE = (
    '[[mailbox]]\nname = "som"\naddress = "som@example.pe"\nhost = "127.0.0.1"\nsecurity = "plain"\nuser = "som"\n'
    'password_env = "HOME"\n[smtp]\nfrom_address = "som@example.pe"\n'
)


@pytest.fixture
def desk(sqlite_store: Store, clock: Clock) -> Desk:
    return build(sqlite_store, clock)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "config.toml").write_text(TABLE)
    return load(tmp_path / "config.toml")


def ran(desk: Desk, job: str, *errors: str) -> None:
    for error in errors or ("",):
        with desk.store.write() as session:
            assert leases.take(session, job, owner="a:1", now=desk.clock(), for_=timedelta(minutes=1))
            leases.give_back(session, job, owner="a:1", now=desk.clock(), error=error)


def said(desk: Desk, settings: Settings, what: str) -> list[tuple[str, str]]:
    return [(one.level, one.said) for one in examine(desk, settings) if one.what == what]


def test_a_mailbox_that_is_read_is_well(desk: Desk, settings: Settings) -> None:
    ran(desk, "poll:som")
    assert said(desk, settings, "La lectura del buzón «som»") == [("ok", "funciona")]


def test_a_failing_mailbox_is_named_with_its_error(desk: Desk, settings: Settings) -> None:
    ran(desk, "poll:som", "sin red")
    assert said(desk, settings, "La lectura del buzón «som»") == [("warning", "falló una vez: sin red")]
    ran(desk, "poll:som", "sin red", "no quiso")
    assert said(desk, settings, "La lectura del buzón «som»") == [("error", "falló 3 veces seguidas: no quiso")]


def test_a_mailbox_that_nobody_reads_any_more_is_told(desk: Desk, clock: Clock, settings: Settings) -> None:
    ran(desk, "poll:som")
    clock.forward(minutes=31)
    [(level, text)] = said(desk, settings, "La lectura del buzón «som»")
    assert (level, "media hora" in text) == ("warning", True)


def test_a_mailbox_that_left_the_settings_is_nobodys_business(desk: Desk, clock: Clock, settings: Settings) -> None:
    ran(desk, "poll:antiguo", "sin red", "sin red", "sin red")
    clock.forward(days=9)
    assert not any("antiguo" in f"{one.what}{one.said}" for one in examine(desk, settings))


def test_a_mailbox_not_compared_for_a_week_is_told(desk: Desk, clock: Clock, settings: Settings) -> None:
    span = Span(MONDAY_10 - timedelta(days=31), MONDAY_10)
    assert reconcile.reconcile(desk, "som", span, reconcile.Counter()) == 0
    assert said(desk, settings, "buzón «som»") == []
    clock.forward(days=7)
    [(level, text)] = said(desk, settings, "buzón «som»")
    assert (level, "no se compara con el registro desde el lunes 23" in text) == ("warning", True)


@pytest.mark.parametrize(
    ("what", "key", "where"),
    [
        ("resumen de la mañana", "digest.recipients", "[digest]\nrecipients"),
        ("aviso de peligro", "danger.notify", "[danger]\nnotify"),
    ],
)
def test_letters_to_staff_that_nobody_gets_are_told(
    desk: Desk, tmp_path: Path, what: str, key: str, where: str
) -> None:
    for addresses, level in ('["jefa@example.pe"]', None), ("[]", "warning"):
        (tmp_path / "config.toml").write_text(f"{TABLE}{where} = {addresses}\n")
        found = said(desk, load(tmp_path / "config.toml"), what)
        assert [one for one, _ in found] == ([level] if level else [])
        assert all(f"[{key.partition('.')[0]}] {key.partition('.')[2]} está vacío" in text for _, text in found)
