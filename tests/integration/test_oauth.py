"""Access tokens from an authorisation server that rotates, expires and refuses; used for real on SMTP and IMAP."""

import json
import os
import stat
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from inbox.sources import SourcePermanent, SourceTemporary
from inbox.sources.imap import ImapSettings, ImapSource
from replies.courier import Courier
from replies.parcel import Accepted, Outcome, Parcel
from replies.smtp import SmtpRefusedLogin, SmtpSettings
from service.demo.servers import imap_server
from service.oauth import OauthSettings, TokenSource
from tests.servers.faulty_smtp import FaultySmtp, faulty_smtp


@dataclass
class Issuer:
    """A token endpoint in process: accepts only the newest refresh token and replaces it each time."""

    url: str = ""
    refresh_token: str = "canario-0"
    issued: int = 0
    lifetime: object = 3600
    failure: tuple[int, bytes] | None = None
    redirect: str = ""
    asked: list[dict[str, str]] = field(default_factory=list)

    def answer(self, fields: dict[str, str]) -> tuple[int, bytes]:
        self.asked.append(fields)
        if self.failure is not None:
            return self.failure
        if fields["grant_type"] == "refresh_token":
            if fields["refresh_token"] != self.refresh_token:
                return 400, json.dumps({"error": "invalid_grant", "echo": fields["refresh_token"]}).encode()
            self.refresh_token = f"canario-{self.issued + 1}"
        self.issued += 1
        token = {"access_token": f"acceso-{self.issued}", "expires_in": self.lifetime, "token_type": "Bearer"}
        if fields["grant_type"] == "refresh_token":
            token["refresh_token"] = self.refresh_token
        return 200, json.dumps(token).encode()


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    state = Issuer()

    class Endpoint(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            code, answer = state.answer({key: value[0] for key, value in parse_qs(body).items()})
            self.send_response(302 if state.redirect else code)
            if state.redirect:
                self.send_header("Location", state.redirect)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_port}/token"
    yield state
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "refresh-token"
    path.write_text("canario-0\n")
    path.chmod(0o600)
    return path


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
        with pytest.raises(PermissionError, match="refresh-token"):
            source(issuer, path)(False)

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
