"""Access tokens from an authorisation server that rotates, expires and refuses; used for real on SMTP and IMAP."""

import os
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from calendar_pe import clock as wall_clock
from casework.desk import Desk
from inbox.sources import SourcePermanent, SourceTemporary
from inbox.sources.imap import ImapSettings, ImapSource
from replies.courier import Courier
from replies.parcel import Accepted, Outcome, Parcel
from replies.smtp import SmtpRefusedLogin, SmtpSettings
from service.daemon import Daemon
from service.demo.servers import imap_server
from service.doctor import examine
from service.oauth import OauthSettings, TokenSource, write_secret
from service.settings import Settings, load
from tests.desks import Clock, build, put_out
from tests.servers.dovecot import Dovecot, dovecot
from tests.servers.faulty_smtp import FaultySmtp, faulty_smtp
from tests.servers.folder import open_folder
from tests.servers.issuer import Issuer, token_server
from tickets import intake
from tickets.store import Store

LETTER = b"From: Ana <ana@example.org>\r\nTo: som@example.pe\r\nSubject: hola\r\n\r\nQuiero trabajar en Chile.\r\n"


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with token_server() as running:
        yield running


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "refresh-token"
    path.write_text("canario-0\n")
    path.chmod(0o600)
    return path


@pytest.fixture
def sqlite_desk(sqlite_store: Store, clock: Clock) -> Desk:
    return build(sqlite_store, clock)


@dataclass
class Watch:
    """A clock that moves when told."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


def source(issuer: Issuer, secret: Path, watch: Watch | None = None) -> TokenSource:
    settings = OauthSettings(token_url=issuer.url, client_id="som", refresh_token_file=secret)
    return TokenSource(settings, watch or Watch())


class TestRotation:
    def test_newest_refresh_token_is_kept_for_the_owner_alone(self, issuer: Issuer, secret: Path) -> None:
        assert source(issuer, secret)(False) == "acceso-1"
        assert secret.read_text() == "canario-1\n"
        assert stat.S_IMODE(secret.stat().st_mode) == 0o600
        assert os.listdir(secret.parent) == [secret.name]
        assert source(issuer, secret)(False) == "acceso-2", "a process started later goes on with it"

    def test_two_processes_never_use_one_refresh_token_twice(self, issuer: Issuer, secret: Path) -> None:
        tokens = [source(issuer, secret) for _ in range(6)]
        with ThreadPoolExecutor(6) as pool:
            got = list(pool.map(lambda token: token(False), tokens))
        assert sorted(got) == [f"acceso-{number}" for number in range(1, 7)]
        used = [fields["refresh_token"] for fields in issuer.asked]
        assert len(used) == len(set(used)) == 6

    def test_one_that_could_not_be_saved_is_used_and_saved_later(
        self, issuer: Issuer, secret: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        token = source(issuer, secret)

        def full(path: Path, text: str) -> None:
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as disk:
            disk.setattr("service.oauth.write_secret", full)
            with pytest.raises(OSError, match="No space left") as failed:
                token(False)
            assert not isinstance(failed.value, PermissionError)
        assert secret.read_text() == "canario-0\n"
        assert token(False) == "acceso-2"
        assert secret.read_text() == "canario-2\n"

    def test_token_is_handed_out_until_five_minutes_before_its_end(self, issuer: Issuer, secret: Path) -> None:
        watch = Watch()
        token = source(issuer, secret, watch)
        assert [token(False), token(False)] == ["acceso-1", "acceso-1"]
        watch.now = 3299
        assert token(False) == "acceso-1"
        watch.now = 3301
        assert token(False) == "acceso-2"

    def test_fresh_token_on_demand(self, issuer: Issuer, secret: Path) -> None:
        token = source(issuer, secret)
        assert [token(False), token(True), token(False)] == ["acceso-1", "acceso-2", "acceso-2"]

    @pytest.mark.parametrize("lifetime", ["3600", None, "soon", -5, 10])
    def test_strange_lifetimes(self, issuer: Issuer, secret: Path, lifetime: object) -> None:
        issuer.lifetime = lifetime
        assert source(issuer, secret)(False) == "acceso-1"

    def test_application_credentials(self, issuer: Issuer) -> None:
        settings = OauthSettings(token_url=issuer.url, client_id="som", client_secret="canario-s", scope="correo")
        assert TokenSource(settings)(False) == "acceso-1"
        assert issuer.asked == [
            {"grant_type": "client_credentials", "client_id": "som", "client_secret": "canario-s", "scope": "correo"}
        ]
        assert "canario-s" not in repr(settings)

    @pytest.mark.parametrize("step", ["os.fsync", "pathlib.Path.replace"])
    def test_an_interrupted_save_leaves_the_old_one_whole(
        self, secret: Path, monkeypatch: pytest.MonkeyPatch, step: str
    ) -> None:
        def interrupted(*_: object) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as power:
            power.setattr(step, interrupted)
            with pytest.raises(KeyboardInterrupt):
                write_secret(secret, "canario-1")
        assert secret.read_text() == "canario-0\n"
        write_secret(secret, "canario-2")
        assert secret.read_text() == "canario-2\n"
        assert os.listdir(secret.parent) == [secret.name]


class TestFailures:
    def test_withdrawn_consent_needs_a_person_and_names_no_secret(self, issuer: Issuer, secret: Path) -> None:
        issuer.refresh_token = "another"
        with pytest.raises(PermissionError, match="invalid_grant") as refused:
            source(issuer, secret)(False)
        assert "canario" not in str(refused.value)
        assert secret.read_text() == "canario-0\n"

    @pytest.mark.parametrize("failure", [(503, b"x"), (429, b"{}"), (200, b"<html>"), (200, b"[]"), (200, b"{}")])
    def test_server_in_trouble_is_only_temporary(
        self, issuer: Issuer, secret: Path, failure: tuple[int, bytes]
    ) -> None:
        issuer.failure = failure
        with pytest.raises(OSError) as failed:
            source(issuer, secret)(False)
        assert not isinstance(failed.value, PermissionError)
        issuer.failure = None
        assert source(issuer, secret)(False) == "acceso-1"

    def test_redirect_does_not_carry_the_secret_away(self, issuer: Issuer, secret: Path) -> None:
        issuer.redirect = f"{issuer.url}/elsewhere"
        with pytest.raises(OSError):
            source(issuer, secret)(False)
        assert len(issuer.asked) == 1

    @pytest.mark.parametrize("content", [None, ""])
    def test_missing_or_empty_secret_needs_a_person(self, issuer: Issuer, tmp_path: Path, content: str | None) -> None:
        path = tmp_path / "refresh-token"
        if content is not None:
            path.write_text(content)
            path.chmod(0o600)
        with pytest.raises(PermissionError, match="refresh-token"):
            source(issuer, path)(False)

    def test_secret_that_others_can_read_is_not_used(self, issuer: Issuer, secret: Path) -> None:
        secret.chmod(0o640)
        with pytest.raises(PermissionError, match="chmod 600"):
            source(issuer, secret)(False)
        assert issuer.asked == []

    @pytest.mark.parametrize("url", ["http://login.example.pe/token", "ftp://127.0.0.1/token", "login.example.pe"])
    def test_token_url_must_be_safe(self, url: str) -> None:
        with pytest.raises(ValueError, match="https"):
            OauthSettings(token_url=url, client_id="som", client_secret="x")


def imap_settings(port: int, token: TokenSource) -> ImapSettings:
    return ImapSettings(
        name="som",
        address="som@example.pe",
        host="127.0.0.1",
        port=port,
        security="plain",
        user="som",
        oauth_token=token,
    )


class TestInUse:
    def send(self, server: FaultySmtp, token: TokenSource) -> list[Outcome]:
        parcel = Parcel(
            id=1,
            message_id="<1@som.example>",
            sender="som@example.pe",
            recipients=("ana@example.org",),
            payload=b"Subject: a\r\n\r\nb\r\n",
            attempts=1,
        )
        waiting, outcomes = [[parcel]], list[Outcome]()
        settings = SmtpSettings(
            host=server.host, port=server.port, security="plain", user="som", oauth_token=token, greeting_name="som"
        )
        Courier(settings).run(
            lambda count: waiting.pop() if waiting else [], lambda parcel, outcome: outcomes.append(outcome)
        )
        return outcomes

    def test_smtp_renews_a_token_that_the_relay_no_longer_takes(self, issuer: Issuer, secret: Path) -> None:
        token = source(issuer, secret)
        with faulty_smtp() as server:
            server.password = "acceso-1"
            assert isinstance(self.send(server, token)[0], Accepted)
            server.password = "acceso-2"
            assert isinstance(self.send(server, token)[0], Accepted)
        assert issuer.issued == 2

    def test_smtp_with_withdrawn_consent_needs_a_person(self, issuer: Issuer, secret: Path) -> None:
        issuer.refresh_token = "another"
        with faulty_smtp() as server, pytest.raises(SmtpRefusedLogin, match="invalid_grant"):
            self.send(server, source(issuer, secret))
        assert server.logins == 0

    def test_imap_failures_are_its_own(self, issuer: Issuer, secret: Path) -> None:
        token = source(issuer, secret)
        with imap_server({"som": "x"}) as imap:
            issuer.failure = (503, b"")
            with ImapSource(imap_settings(imap.port, token)) as mailbox, pytest.raises(SourceTemporary, match="503"):
                mailbox.open()
            issuer.failure = (400, b'{"error": "invalid_grant"}')
            with ImapSource(imap_settings(imap.port, token)) as mailbox, pytest.raises(SourcePermanent, match="som"):
                mailbox.open()


_INSPECTS_TOKENS = """
auth_mechanisms = plain xoauth2
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {root}/oauth2.conf
}}
"""


@contextmanager
def mailbox_by_token(issuer: Issuer) -> Iterator[Dovecot]:
    """A Dovecot that asks the issuer whose a token is, as Exchange and Gmail do behind their walls."""
    with open_folder() as folder:
        (folder / "oauth2.conf").write_text(
            f"tokeninfo_url = {issuer.url}?access_token=\nusername_attribute = email\nintrospection_mode = auth\n"
        )
        with dovecot(folder, {"som": "x"}, extra=_INSPECTS_TOKENS.format(root=folder)) as server:
            yield server


@pytest.mark.tier("dovecot")
class TestMailboxByToken:
    """Through ``som run --once``, over a real IMAP server that inspects tokens."""

    @pytest.fixture
    def server(self, issuer: Issuer) -> Iterator[Dovecot]:
        with mailbox_by_token(issuer) as server:
            server.deliver("som", LETTER, datetime(2026, 11, 23, 15, 0, tzinfo=UTC))
            yield server

    def settings(self, folder: Path, server: Dovecot, issuer: Issuer) -> Settings:
        (folder / "config.toml").write_text(
            f"""
[[mailbox]]
name = "som"
address = "som@example.pe"
host = "127.0.0.1"
port = {server.port}
security = "plain"
user = "som"
token_url = "{issuer.url}"
client_id = "mesa"
scope = "correo"
refresh_token_file = "refresh-token"

[data]
dir = "."
"""
        )
        return load(folder / "config.toml")

    def pass_once(self, desk: Desk, settings: Settings) -> list[str]:
        return [str(trouble) for trouble in Daemon(desk, settings).once()]

    def kept(self, desk: Desk) -> int:
        with desk.store.read() as session:
            return intake.count(session, "som")

    def test_token_is_accepted_and_the_rotated_refresh_token_is_saved(
        self, tmp_path: Path, server: Dovecot, issuer: Issuer, secret: Path, sqlite_desk: Desk
    ) -> None:
        issuer.accepted = {"acceso-1"}
        assert self.pass_once(sqlite_desk, self.settings(tmp_path, server, issuer)) == []
        assert self.kept(sqlite_desk) == 1
        assert self.examined(tmp_path, sqlite_desk) == [("ok", "el permiso se renovó hace 0 días")]
        assert issuer.asked == [
            {"grant_type": "refresh_token", "refresh_token": "canario-0", "client_id": "mesa", "scope": "correo"}
        ]
        assert secret.read_text() == "canario-1\n"
        assert stat.S_IMODE(secret.stat().st_mode) == 0o600

    def examined(self, folder: Path, desk: Desk) -> list[tuple[str, str]]:
        now = replace(desk, clock=wall_clock.now)
        found = examine(now, load(folder / "config.toml"))
        return [(one.level, one.said) for one in found if one.what == "buzón «som»"]

    def test_the_doctor_looks_at_the_refresh_token(
        self, tmp_path: Path, server: Dovecot, issuer: Issuer, secret: Path, sqlite_desk: Desk
    ) -> None:
        self.settings(tmp_path, server, issuer)
        old = wall_clock.now().timestamp() - 31 * 86400 - 60
        os.utime(secret, (old, old))
        [(level, said)] = self.examined(tmp_path, sqlite_desk)
        assert (level, "hace 31 días" in said) == ("warning", True)
        secret.chmod(0o644)
        [(level, said)] = self.examined(tmp_path, sqlite_desk)
        assert (level, "chmod 600" in said) == ("error", True)
        secret.unlink()
        [(level, said)] = self.examined(tmp_path, sqlite_desk)
        assert (level, "refresh-token" in said) == ("error", True)

    def test_expired_token_is_renewed_once_and_the_letter_comes_in(
        self, tmp_path: Path, server: Dovecot, issuer: Issuer, secret: Path, sqlite_desk: Desk
    ) -> None:
        settings = self.settings(tmp_path, server, issuer)
        issuer.accepted = {"acceso-1"}
        assert self.pass_once(sqlite_desk, settings) == []
        issuer.accepted = {"acceso-2"}
        server.deliver("som", LETTER, datetime(2026, 11, 23, 15, 5, tzinfo=UTC))
        assert self.pass_once(sqlite_desk, settings) == []
        assert self.kept(sqlite_desk) == 2
        assert issuer.issued == 2, "one fresh token, fetched once"
        assert secret.read_text() == "canario-2\n"

    def test_withdrawn_consent_needs_a_person_and_is_not_asked_for_again_and_again(
        self, tmp_path: Path, server: Dovecot, issuer: Issuer, secret: Path, sqlite_desk: Desk
    ) -> None:
        issuer.refresh_token = "another"
        [trouble] = self.pass_once(sqlite_desk, self.settings(tmp_path, server, issuer))
        assert "invalid_grant" in trouble
        assert "canario" not in trouble
        assert (self.kept(sqlite_desk), len(issuer.asked)) == (0, 1)

    def test_token_that_the_mail_server_never_accepts_is_renewed_once_a_pass(
        self, tmp_path: Path, server: Dovecot, issuer: Issuer, secret: Path, sqlite_desk: Desk
    ) -> None:
        [trouble] = self.pass_once(sqlite_desk, self.settings(tmp_path, server, issuer))
        assert "som" in trouble
        assert "acceso" not in trouble
        assert issuer.issued == 2


def test_the_relay_of_the_settings_logs_in_by_token(
    tmp_path: Path, issuer: Issuer, secret: Path, sqlite_desk: Desk, clock: Clock
) -> None:
    put_out(sqlite_desk)
    with faulty_smtp() as server:
        server.password = "acceso-2"  # the first token has expired already
        (tmp_path / "config.toml").write_text(
            f"""
[smtp]
host = "{server.host}"
port = {server.port}
security = "plain"
user = "som"
token_url = "{issuer.url}"
client_id = "mesa"
refresh_token_file = "refresh-token"
"""
        )
        daemon = Daemon(sqlite_desk, load(tmp_path / "config.toml"))
        courier = next(job for job in daemon.jobs() if job.name == "courier")
        assert daemon.ring(courier) is None
        assert len(server.taken) == 1
    assert issuer.issued == 2
    assert secret.read_text() == "canario-2\n"
