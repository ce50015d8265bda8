"""An authorisation server in process, that rotates, expires and refuses tokens when told to."""

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


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
    accepted: set[str] = field(default_factory=set)
    inspected: list[str] = field(default_factory=list)
    code: str = "codigo-1"
    challenge: str = ""
    lasting: bool = True

    def answer(self, fields: dict[str, str]) -> tuple[int, bytes]:
        self.asked.append(fields)
        if self.failure is not None:
            return self.failure
        if fields["grant_type"] == "authorization_code":
            return self.consented(fields)
        if fields["grant_type"] == "refresh_token":
            if fields["refresh_token"] != self.refresh_token:
                return 400, json.dumps({"error": "invalid_grant", "echo": fields["refresh_token"]}).encode()
            self.refresh_token = f"canario-{self.issued + 1}"
        self.issued += 1
        token = {"access_token": f"acceso-{self.issued}", "expires_in": self.lifetime, "token_type": "Bearer"}
        if fields["grant_type"] == "refresh_token":
            token["refresh_token"] = self.refresh_token
        return 200, json.dumps(token).encode()

    def consented(self, fields: dict[str, str]) -> tuple[int, bytes]:
        """Give a refresh token for the code, to whoever knows what the challenge was made of."""
        made = base64.urlsafe_b64encode(hashlib.sha256(fields["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        if fields["code"] != self.code or made != self.challenge:
            return 400, b'{"error": "invalid_grant"}'
        token = {"access_token": "acceso-0", "expires_in": 3600}
        return 200, json.dumps(token | ({"refresh_token": self.refresh_token} if self.lasting else {})).encode()


@contextmanager
def token_server() -> Iterator[Issuer]:
    """Run a token endpoint on a free loopback port until the block ends."""
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

        def do_GET(self) -> None:
            """Tell a mail server whose a token is (RFC 7662 in the form that Dovecot asks)."""
            token = parse_qs(urlsplit(self.path).query).get("access_token", [""])[0]
            state.inspected.append(token)
            code, owner = (200, {"email": "som"}) if token in state.accepted else (401, {"error": "invalid_token"})
            answer = json.dumps(owner).encode()
            self.send_response(code)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_port}/token"
    try:
        yield state
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
