import datetime as dt
import os
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from service.exits import Code, Misused
from service.oauth import TokenSource
from service.settings import load, load_or_default
from service.settings.model import Settings
from service.settings.problems import every_key, section_of
from service.settings.shipped import EXAMPLES, comment, literal, render

ROOT = Path(__file__).resolve().parents[3]

MAILBOX = """
[[mailbox]]
name = "som"
address = "desk@example.org"
host = "127.0.0.1"
security = "plain"
user = "desk"
password_env = "DESK_PASSWORD"
"""

TOKENS = """
token_url = "http://[::1]:1/token"
client_id = "app"
client_secret_env = "APP_SECRET"
scope = "correo"
refresh_token_file = "refresh"
"""
BY_TOKEN = MAILBOX.replace('password_env = "DESK_PASSWORD"', "") + TOKENS.replace(
    'client_secret_env = "APP_SECRET"\n', ""
)


@pytest.fixture(autouse=True)
def _no_settings_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.upper().startswith("SOM_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("DESK_PASSWORD", "canario-9f3")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def write(file: Path, text: str) -> Path:
    file.write_text(text, encoding="utf-8")
    return file


def complaints(file: Path) -> list[str]:
    with pytest.raises(Misused) as caught:
        load(file)
    assert caught.value.code == Code.USAGE
    lines = str(caught.value).splitlines()
    return [line.strip() for line in lines[1:]] if len(lines) > 1 else lines


# The shipped file


def test_shipped_file_is_what_the_model_says() -> None:
    assert (ROOT / "config.toml").read_text(encoding="utf-8") == render()


def test_shipped_file_loads_and_holds_defaults_outside_the_examples() -> None:
    settings = load(ROOT / "config.toml")
    for path in every_key(Settings):
        if path[0] not in EXAMPLES:
            section = getattr(settings, str(path[0]))
            assert getattr(section, str(path[1])) == type(section).model_fields[str(path[1])].default, path
    (mailbox,) = settings.mailbox
    assert (mailbox.address, mailbox.security, mailbox.effective_port) == (
        "orientacionmigrante@trabajo.gob.pe",
        "tls",
        993,
    )


def test_shipped_file_names_every_key_with_its_sentence_and_default() -> None:
    text = (ROOT / "config.toml").read_text(encoding="utf-8")
    table = tomllib.loads(text)
    for path in every_key(Settings):
        section, key = str(path[0]), str(path[1])
        at = table[section][0] if section == "mailbox" else table[section]
        assert key in at, path
        model = section_of(Settings.model_fields[section].annotation)
        assert model is not None
        field = model.model_fields[key]
        assert field.description
        assert field.description.endswith("."), path
        assert comment(field) in text, path


def test_shipped_file_holds_no_secret() -> None:
    table = tomllib.loads((ROOT / "config.toml").read_text(encoding="utf-8"))
    keys = {
        key
        for section in table.values()
        for part in (section if isinstance(section, list) else [section])
        for key in part
    }
    assert {key for key in keys if "pass" in key or "secret" in key or "token" in key} == {
        "password_env",
        "password_file",
        "token_url",
        "client_secret_env",
        "client_secret_file",
        "refresh_token_file",
    }


def test_literals_are_toml() -> None:
    for value in ('a "b" ñ', True, 3, 2.5, dt.date(2026, 3, 13), ["a"]):
        assert tomllib.loads(f"x = {literal(value)}")["x"] == value


# What is wrong is said, all of it, with its place


def test_every_problem_is_listed_with_file_key_and_nearest_name(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOM_OUTBOX__BATCH", "many")
    monkeypatch.setenv("SOM_PROMIS__READING", "plain")
    monkeypatch.setenv("SOM_DANGER__NOTIFY", "a@example.org")
    write(
        file, '[promise]\nreding = "plain"\nreading = "soon"\ncutoff = "25:00"\npoll_seconds = 5\n[intak]\ntries = 2\n'
    )
    assert complaints(file) == [
        'SOM_PROMIS__READING: promis: unknown section; did you mean "promise"?',
        f"{file}: promise.reading: must be 'deemed-receipt', 'same-day' or 'plain', not 'soon'",
        f"{file}: promise.cutoff: must be in a valid time format, hour value is outside expected range of 0-23, "
        "not '25:00'",
        f'{file}: promise.reding: unknown key; did you mean "reading"?',
        f'{file}: promise.poll_seconds: unknown key; did you mean "intake.poll_seconds"?',
        "SOM_OUTBOX__BATCH: outbox.batch: must be a valid integer, unable to parse string as an integer, not 'many'",
        'SOM_DANGER__NOTIFY: danger.notify: must be JSON, such as ["a@example.org"]',
        f'{file}: intak: unknown key; did you mean "intake"?',
    ]


def test_one_problem_is_one_line(file: Path) -> None:
    assert complaints(write(file, "[intake]\ntries = 0\n")) == [
        f"{file}: intake.tries: must be greater than or equal to 1, not 0"
    ]


@pytest.mark.parametrize(
    ("text", "key", "says"),
    [
        (MAILBOX.replace("127.0.0.1", "mail.example.org"), "mailbox[0].security", "loopback only"),
        (
            '[smtp]\nhost = "relay.example.org"\nsecurity = "plain"\nuser = "u"\npassword_env = "X"',
            "smtp.security",
            "loopback",
        ),
        ('[smtp]\nhost = "relay.example.org"', "smtp.user", "needs a user"),
        (MAILBOX.replace('password_env = "DESK_PASSWORD"', ""), "mailbox[0].token_url", "exactly one"),
        (MAILBOX + 'password_file = "x"', "mailbox[0].password_file", "exactly one"),
        (MAILBOX + MAILBOX, "mailbox", "two mailboxes are called som"),
        (MAILBOX + 'folder = "A"\ndone_folder = "A"', "mailbox[0].done_folder", "must not be the folder"),
        (MAILBOX.replace("desk@example.org", "Desk <desk@example.org>"), "mailbox[0].address", "one bare address"),
        (MAILBOX.replace('"desk"', '"de\\nsk"'), "mailbox[0].user", "control characters"),
        (MAILBOX + f"{TOKENS}", "mailbox[0].token_url", "exactly one of password_env, password_file and token_url"),
        (BY_TOKEN.replace("http://[::1]:1", "http://login.example.org"), "mailbox[0].token_url", "https://"),
        (BY_TOKEN.replace("http://[::1]:1", "https://"), "mailbox[0].token_url", "name a host"),
        (BY_TOKEN.replace('client_id = "app"', ""), "mailbox[0].client_id", "needs a client_id"),
        (
            BY_TOKEN.replace('refresh_token_file = "refresh"', ""),
            "mailbox[0].refresh_token_file",
            "or a client secret",
        ),
        (
            BY_TOKEN + 'client_secret_env = "A"\nclient_secret_file = "b"\n',
            "mailbox[0].client_secret_file",
            "not both",
        ),
        (MAILBOX + 'scope = "mail"', "mailbox[0].scope", "needs token_url"),
        (MAILBOX + 'refresh_token_file = "x"', "mailbox[0].refresh_token_file", "needs token_url"),
        ('[smtp]\nhost = "::1"\ntoken_url = "http://[::1]:1/t"', "smtp.token_url", "tokens are named but no user"),
        ('[[mailbox]]\nname = "a"', "mailbox[0].host", "is missing"),
        ('[digest]\nrecipients = ["nobody"]', "digest.recipients[0]", "one bare address"),
        ('[database]\nurl = "mysql://x"', "database.url", "must begin with"),
        ('[database]\npassword_env = "A"\npassword_file = "b"', "database.password_file", "not both"),
        ('[working_time]\nopens = "09:00"\ncloses = "09:00"', "working_time.closes", "later than opens"),
        ("[promise]\ncutoff = 17:00:00.5", "promise.cutoff", "to the second"),
        ("[promise]\nclosing = 2026-01-01T17:00:00-05:00", "promise.closing", "time"),
    ],
)
def test_values_that_cannot_be_meant_are_refused(file: Path, text: str, key: str, says: str) -> None:
    assert any(line.startswith(f"{file}: {key}: ") and says in line for line in complaints(write(file, text)))


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.8.8", "::1"])
def test_plain_is_allowed_on_loopback(file: Path, host: str) -> None:
    assert load(write(file, MAILBOX.replace("127.0.0.1", host))).mailbox[0].host == host


def test_unreadable_files_are_one_clear_line(tmp_path: Path, file: Path) -> None:
    assert complaints(file) == [f"{file}: there is no such settings file; name one with --config"]
    assert complaints(tmp_path) == [f"{tmp_path}: cannot be read: Is a directory"]
    file.write_bytes(b"name = \xff")
    assert complaints(file) == [f"{file}: is not UTF-8 text"]
    (line,) = complaints(write(file, "[office\nname = 1"))
    assert line.startswith(f"{file}: is not TOML: ")
    assert "line 1" in line


# The file, the environment, and neither


def test_environment_stands_above_the_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(file, '[promise]\nreading = "plain"\ncutoff = 16:30:00\n[danger]\nnotify = ["a@example.org"]\n' + MAILBOX)
    monkeypatch.setenv("SOM_PROMISE__READING", "same-day")
    monkeypatch.setenv("SOM_DANGER__NOTIFY", '["b@example.org", "c@example.org"]')
    monkeypatch.setenv(
        "SOM_MAILBOX", '[{"name":"x","address":"x@example.org","host":"::1","user":"x","password_env":"P"}]'
    )
    settings = load(file)
    assert settings.promise.reading == "same-day"
    assert settings.promise.cutoff == dt.time(16, 30)
    assert settings.danger.notify == ("b@example.org", "c@example.org")
    assert [mailbox.name for mailbox in settings.mailbox] == ["x"]


def test_without_a_file_the_defaults_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_or_default().intake.poll_seconds == 60
    with pytest.raises(Misused, match=r"config\.toml: there is no such settings file"):
        load()
    with pytest.raises(Misused, match="other"):
        load_or_default(tmp_path / "other.toml")
    write(tmp_path / "config.toml", "[intake]\npoll_seconds = 7")
    assert load_or_default().intake.poll_seconds == load().intake.poll_seconds == 7


def test_variables_of_other_programs_are_left_alone(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOM_MAILBOX_PASSWORD", "x")
    monkeypatch.setenv("SOM_REQUIRE_ALL", "1")
    assert load(write(file, "")).office.name == "Lima"


# Passwords


def test_passwords_come_from_variables_and_private_files(file: Path, tmp_path: Path) -> None:
    (tmp_path / "relay.key").write_text("canario-71c\n")
    (tmp_path / "relay.key").chmod(0o600)
    relay = '[smtp]\nhost = "::1"\nuser = "u"\npassword_file = "relay.key"\n'
    settings = load(write(file, relay + MAILBOX))
    (mailbox,), smtp = settings.imap_settings(), settings.smtp_settings()
    assert (mailbox.password, smtp.password) == ("canario-9f3", "canario-71c")
    assert "canario" not in repr((settings, mailbox, smtp))


def test_every_missing_password_is_named(file: Path) -> None:
    second = MAILBOX.replace('"som"', '"two"').replace("DESK_PASSWORD", "NOT_SET_HERE")
    third = second.replace('"two"', '"three"').replace("NOT_SET_HERE", "NOR_HERE")
    with pytest.raises(Misused) as caught:
        load(write(file, MAILBOX + second + third)).imap_settings()
    assert caught.value.code == Code.USAGE
    assert f"{file}: mailbox[1].password_env: the environment variable NOT_SET_HERE is not set" in str(caught.value)
    assert "mailbox[2].password_env: the environment variable NOR_HERE is not set" in str(caught.value)


@pytest.mark.parametrize(
    ("mode", "content", "says"),
    [
        (0o640, b"x", "other logins can read it"),
        (0o604, b"x", "other logins"),
        (0o600, b"\n", "empty"),
        (0o600, b"\xff", "UTF-8"),
    ],
)
def test_a_password_file_must_be_private_and_filled(
    file: Path, tmp_path: Path, mode: int, content: bytes, says: str
) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(content)
    secret.chmod(mode)
    settings = load(write(file, MAILBOX.replace('password_env = "DESK_PASSWORD"', 'password_file = "secret"')))
    with pytest.raises(Misused, match=rf"mailbox\[0\]\.password_file: secret: .*{says}"):
        settings.imap_settings()


def test_a_missing_password_file_is_named(file: Path) -> None:
    settings = load(write(file, MAILBOX.replace('password_env = "DESK_PASSWORD"', 'password_file = "gone"')))
    with pytest.raises(Misused, match="gone: No such file"):
        settings.imap_settings()


def test_a_database_password_in_a_readable_file_is_refused(file: Path) -> None:
    write(file, '[database]\nurl = "postgresql+psycopg://som:canario@db.example.org/som"')
    file.chmod(0o644)
    (line,) = complaints(file)
    assert "database.url: holds a password that other logins can read" in line
    assert "canario" not in line
    file.chmod(0o600)
    assert "canario" not in repr(load(file))


def test_the_database_url_takes_its_password_from_outside(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PG", "a/b@c")
    text = '[database]\nurl = "postgresql+psycopg://som@db.example.org/som"\npassword_env = "PG"'
    assert load(write(file, text)).database_url() == "postgresql+psycopg://som:a%2Fb%40c@db.example.org/som"
    with pytest.raises(Misused, match=r"database\.url: has no user@"):
        load(write(file, text.replace("som@db", "db"))).database_url()


def test_relative_paths_begin_in_the_folder_of_the_file(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert load(write(file, "")).database_url() == f"sqlite:///{tmp_path}/data/som.db"
    assert load(write(file, '[data]\ndir = "/srv/som"')).database_url() == "sqlite:////srv/som/som.db"
    assert load(write(file, '[database]\nurl = "sqlite:///here.db"')).database_url() == f"sqlite:///{tmp_path}/here.db"
    assert load(write(file, '[database]\nurl = "sqlite:////srv/x.db"')).database_url() == "sqlite:////srv/x.db"
    write(file, "")
    monkeypatch.chdir(tmp_path)
    assert load().database_url() == f"sqlite:///{tmp_path}/data/som.db"


def test_without_a_relay_nothing_is_sent_and_the_first_mailbox_lends_its_address(file: Path) -> None:
    settings = load(write(file, MAILBOX))
    assert settings.smtp_settings() is None
    assert settings.from_address() == "desk@example.org"
    assert load(write(file, "")).from_address() == "orientacionmigrante@trabajo.gob.pe"


# Every setting reaches its room: each row fails when that key is ignored on the way


def of_imap(settings: Settings, name: str) -> Any:
    return getattr(settings.imap_settings()[0], name)


def of_smtp(settings: Settings, name: str) -> Any:
    return getattr(settings.smtp_settings(), name)


def days(settings: Settings, kind: str) -> int:
    return next(term.business_days for term in settings.promise_settings().terms if term.kind == kind)


RELAY = '[smtp]\nhost = "127.0.0.1"\nuser = "desk"\npassword_env = "DESK_PASSWORD"\n'

CONVERSIONS: list[tuple[str, str, Any, Any]] = [
    ("mailbox.name", '"dos"', lambda s: of_imap(s, "name"), "dos"),
    ("mailbox.address", '"otra@example.org"', lambda s: of_imap(s, "address"), "otra@example.org"),
    ("mailbox.host", '"::1"', lambda s: of_imap(s, "host"), "::1"),
    ("mailbox.security", '"starttls"', lambda s: of_imap(s, "security"), "starttls"),
    ("mailbox.port", "1143", lambda s: of_imap(s, "port"), 1143),
    ("mailbox.user", '"otro"', lambda s: of_imap(s, "user"), "otro"),
    ("mailbox.password_env", '"OTHER"', lambda s: of_imap(s, "password"), "canario-otro"),
    ("mailbox.ca_file", '"ca.pem"', lambda s: of_imap(s, "ca_file"), "{folder}/ca.pem"),
    ("mailbox.folder", '"Entrada"', lambda s: of_imap(s, "folder"), "Entrada"),
    ("mailbox.done_folder", '"Hechos"', lambda s: of_imap(s, "done_folder"), "Hechos"),
    ("intake.timeout_seconds", "9", lambda s: of_imap(s, "timeout_seconds"), 9),
    ("intake.batch_letters", "9", lambda s: s.poll_settings().batch_letters, 9),
    ("intake.batch_bytes", "9999", lambda s: s.poll_settings().batch_bytes, 9999),
    ("intake.max_letter_bytes", "9999", lambda s: s.poll_settings().letter_cap, 9999),
    ("smtp.host", '"::1"', lambda s: of_smtp(s, "host"), "::1"),
    ("smtp.security", '"plain"', lambda s: of_smtp(s, "security"), "plain"),
    ("smtp.port", "2525", lambda s: of_smtp(s, "port"), 2525),
    ("smtp.user", '"otro"', lambda s: of_smtp(s, "user"), "otro"),
    ("smtp.password_env", '"OTHER"', lambda s: of_smtp(s, "password"), "canario-otro"),
    ("smtp.ca_file", '"/ca.pem"', lambda s: of_smtp(s, "ca_file"), "/ca.pem"),
    ("smtp.bounce_address", '"b@example.org"', lambda s: of_smtp(s, "bounce_address"), "b@example.org"),
    ("smtp.greeting_name", '"desk.example.org"', lambda s: of_smtp(s, "greeting_name"), "desk.example.org"),
    ("smtp.timeout_seconds", "9", lambda s: of_smtp(s, "timeout_seconds"), 9),
    ("smtp.from_address", '"de@example.org"', lambda s: s.from_address(), "de@example.org"),
    ("database.url", '"sqlite:////x.db"', lambda s: s.database_url(), "sqlite:////x.db"),
    ("data.dir", '"cosas"', lambda s: s.database_url(), "sqlite:///{folder}/cosas/som.db"),
    ("promise.reading", '"plain"', lambda s: s.promise_settings().reading, "plain"),
    ("promise.cutoff", '"16:00"', lambda s: s.promise_settings().cutoff, dt.time(16)),
    ("promise.closing", '"16:30"', lambda s: s.promise_settings().closing, dt.time(16, 30)),
    ("promise.day_ends", '"midnight"', lambda s: s.promise_settings().day_ends, "midnight"),
    ("promise.consulta_days", "2", lambda s: days(s, "consulta"), 2),
    ("promise.sugerencia_days", "8", lambda s: days(s, "sugerencia"), 8),
    ("promise.reclamo_days", "15", lambda s: days(s, "reclamo"), 15),
    ("promise.warn_hours", "1.5", lambda s: s.promise_settings().warn_before, dt.timedelta(minutes=90)),
    ("working_time.opens", '"08:00"', lambda s: s.working_time_settings().opening, dt.time(8)),
    ("working_time.closes", '"16:45"', lambda s: s.working_time_settings().closing, dt.time(16, 45)),
    ("triage.confidence_bar", "0.9", lambda s: s.triage_settings().confidence_bar, 0.9),
    ("triage.cache_dir", '"m"', lambda s: s.triage_settings().cache_dir, "{folder}/m"),
    ("triage.desk_model", '"mine.npz"', lambda s: s.triage_settings().desk_model, "{folder}/data/mine.npz"),
    ("danger.bar", "0.3", lambda s: s.triage_settings().danger_bar, 0.3),
    ("carta.version", '"6"', lambda s: s.report_settings().carta_version, "6"),
    ("targets.within_percent", "98.5", lambda s: s.report_settings().within_percent, 98.5),
    ("targets.satisfaction_percent", "95.0", lambda s: s.report_settings().satisfaction_percent, 95.0),
    ("targets.attentions", "5000", lambda s: s.report_settings().attentions, 5000),
    ("outbox.give_up_hours", "5", lambda s: s.outbox_settings().patience, dt.timedelta(hours=5)),
    ("outbox.undo_seconds", "5", lambda s: s.outbox_settings().undo, dt.timedelta(seconds=5)),
]

WIRES = {"mailbox": MAILBOX, "smtp": RELAY}
TOKEN_KEYS = [
    ("token_url", '"http://[::1]:2/token"', "token_url", "http://[::1]:2/token"),
    ("client_id", '"otra"', "client_id", "otra"),
    ("client_secret_env", '"OTHER"', "client_secret", "canario-otro"),
    ("client_secret_file", '"secret"', "client_secret", "canario-archivo"),
    ("scope", '"otro correo"', "scope", "otro correo"),
    ("refresh_token_file", '"otro"', "refresh_token_file", "{folder}/otro"),
]


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize(("key", "value", "attribute", "expected"), TOKEN_KEYS, ids=[row[0] for row in TOKEN_KEYS])
def test_a_key_of_the_tokens_reaches_the_wire(
    file: Path, monkeypatch: pytest.MonkeyPatch, wire: str, key: str, value: str, attribute: str, expected: str
) -> None:
    monkeypatch.setenv("APP_SECRET", "canario-app")
    monkeypatch.setenv("OTHER", "canario-otro")
    (file.parent / "secret").write_text("canario-archivo")
    (file.parent / "secret").chmod(0o600)
    base = WIRES[wire].replace('password_env = "DESK_PASSWORD"\n', "") + TOKENS
    dropped = (key, "client_secret_env") if key == "client_secret_file" else (key,)
    changed = "\n".join(line for line in base.splitlines() if not line.startswith(dropped)) + f"\n{key} = {value}\n"

    def read(text: str) -> str:
        settings = load(write(file, text))
        section = settings.mailbox[0] if wire == "mailbox" else settings.smtp
        found = settings.oauth_settings(section, wire)
        used = settings.imap_settings()[0] if wire == "mailbox" else settings.smtp_settings()
        assert used is not None
        assert isinstance(used.oauth_token, TokenSource)
        assert "canario" not in repr((settings, used, found))
        return str(getattr(found, attribute))

    assert read(base) != read(changed) == expected.format(folder=file.parent)


def test_two_wires_with_the_same_tokens_share_them(file: Path) -> None:
    relay = RELAY.replace('password_env = "DESK_PASSWORD"\n', "") + BY_TOKEN[BY_TOKEN.index("\ntoken_url") :]
    settings = load(write(file, relay + BY_TOKEN))
    smtp = settings.smtp_settings()
    assert smtp is not None
    assert smtp.oauth_token is settings.imap_settings()[0].oauth_token


def test_a_missing_application_secret_is_named(file: Path) -> None:
    settings = load(write(file, BY_TOKEN + 'client_secret_env = "NOT_SET_HERE"\n'))
    with pytest.raises(Misused, match=r"mailbox\[0\]\.client_secret_env: the environment variable NOT_SET_HERE"):
        settings.imap_settings()


PASSWORD_FILES = {"mailbox.password_file", "smtp.password_file", "database.password_env", "database.password_file"}
"""Keys with tests of their own above."""


@pytest.mark.parametrize(("key", "value", "read", "expected"), CONVERSIONS, ids=[row[0] for row in CONVERSIONS])
def test_a_setting_reaches_its_room(
    file: Path, monkeypatch: pytest.MonkeyPatch, key: str, value: str, read: Any, expected: Any
) -> None:
    monkeypatch.setenv("OTHER", "canario-otro")
    before = read(load(write(file, RELAY + MAILBOX)))
    section, name = key.split(".")
    base = {"mailbox": MAILBOX, "smtp": RELAY}
    own = [line for line in base.get(section, f"[{section}]").splitlines() if not line.startswith(f"{name} =")]
    rest = [text for other, text in base.items() if other != section]
    after = read(load(write(file, "\n".join([*own, f"{name} = {value}", *rest]))))
    wanted = expected.format(folder=file.parent) if isinstance(expected, str) else expected
    assert (str(after) if isinstance(after, Path) else after) == wanted
    assert before != after


def test_every_setting_is_converted_here_or_read_by_the_service() -> None:
    sources = "\n".join(
        path.read_text(encoding="utf-8")
        for path in (ROOT / "service").rglob("*.py")
        if "settings" not in path.relative_to(ROOT).parts
    )
    tokens = {f"{wire}.{row[0]}" for wire in WIRES for row in TOKEN_KEYS}
    converted = {row[0] for row in CONVERSIONS} | PASSWORD_FILES | tokens
    keys = {".".join(map(str, path)) for path in every_key(Settings)}
    assert converted <= keys
    unread = {key for key in keys - converted if not re.search(rf"\b{re.escape(key)}\b", sources)}
    assert unread == set()
