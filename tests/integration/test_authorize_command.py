"""``som authorize``: a person consents in a browser, once, and the mailbox is read by token from then on."""

import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from service.consent import Consent, authorize_url_of
from service.oauth import OauthSettings, TokenSource
from tests.servers.issuer import Issuer, token_server


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with token_server() as running:
        yield running


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, issuer: Issuer) -> Path:
    (tmp_path / "config.toml").write_text(
        f"""
[[mailbox]]
name = "som"
address = "som@example.pe"
host = "127.0.0.1"
security = "plain"
user = "som@example.pe"
token_url = "{issuer.url}"
client_id = "mesa"
scope = "correo"
refresh_token_file = "permiso"

[[mailbox]]
name = "otro"
address = "otro@example.pe"
host = "127.0.0.1"
security = "plain"
user = "otro"
password_env = "HOME"
"""
    )
    return tmp_path


def authorize(folder: Path, wire: str, issuer: Issuer, **spoilt: str) -> tuple[int, str, dict[str, str]]:
    """Run the command for a person who opens the address, agrees, and copies where the browser ended."""
    process = subprocess.Popen(
        [str(Path(sys.executable).with_name("som")), "authorize", wire],
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    said, asked, answer = "", dict[str, str](), ""
    for line in process.stderr:
        said += line
        if "code_challenge" in line:
            asked = {name: values[0] for name, values in parse_qs(urlsplit(line.strip()).query).items()}
            issuer.challenge = asked["code_challenge"]
            query = urlencode({"code": "codigo-1", "state": asked["state"], **spoilt})
            answer = f" {asked['redirect_uri']}/?{query} \n"
        if "Copie su" in line:
            break
    _, rest = process.communicate(answer, timeout=60)
    return process.returncode, said + rest, asked


def test_a_person_consents_and_the_token_serves_from_then_on(issuer: Issuer, tmp_path: Path) -> None:
    code, _, asked = authorize(tmp_path, "som", issuer)
    assert code == 0
    assert (asked["client_id"], asked["scope"], asked["login_hint"]) == ("mesa", "correo", "som@example.pe")
    assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
    saved = tmp_path / "permiso"
    assert saved.read_text() == "canario-0\n"
    assert stat.S_IMODE(saved.stat().st_mode) == 0o600
    assert "client_secret" not in issuer.asked[0]
    token = TokenSource(OauthSettings(token_url=issuer.url, client_id="mesa", refresh_token_file=saved))
    assert token(False) == "acceso-1"


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ({"state": "de-otro"}, "no responde a esta pregunta"),
        ({"error": "access_denied"}, "access_denied"),
        ({"code": ""}, "no trae ningún permiso"),
        ({"code": "inventado"}, "invalid_grant"),
    ],
)
def test_whatever_is_not_the_answer_saves_nothing(
    issuer: Issuer, tmp_path: Path, answer: dict[str, str], says: str
) -> None:
    code, said, _ = authorize(tmp_path, "som", issuer, **answer)
    assert code == 1
    assert says in said
    assert not (tmp_path / "permiso").exists()


def test_a_permission_that_does_not_last_is_no_use(issuer: Issuer, tmp_path: Path) -> None:
    issuer.lasting = False
    code, said, _ = authorize(tmp_path, "som", issuer)
    assert (code, "offline_access" in said) == (1, True)
    assert not (tmp_path / "permiso").exists()


def test_a_server_in_trouble_is_temporary(issuer: Issuer, tmp_path: Path) -> None:
    issuer.failure = (503, b"")
    assert authorize(tmp_path, "som", issuer)[0] == 3


@pytest.mark.parametrize(
    ("wire", "says"), [("nada", "hay: som, otro, smtp"), ("otro", "token_url"), ("smtp", "token_url")]
)
def test_what_does_not_log_in_by_token_is_told(issuer: Issuer, tmp_path: Path, wire: str, says: str) -> None:
    code, said, _ = authorize(tmp_path, wire, issuer)
    assert (code, says in said) == (2, True)


@pytest.mark.parametrize(
    ("token_url", "authorize_url"),
    [
        ("https://oauth2.googleapis.com/token", "https://accounts.google.com/o/oauth2/v2/auth"),
        (
            "https://login.microsoftonline.com/contoso/oauth2/v2.0/token",
            "https://login.microsoftonline.com/contoso/oauth2/v2.0/authorize",
        ),
    ],
)
def test_the_usual_providers_are_known(token_url: str, authorize_url: str) -> None:
    assert authorize_url_of(token_url) == authorize_url
    with pytest.raises(ValueError, match="--authorize-url"):
        authorize_url_of("https://login.example.org/oauth")


def test_two_questions_never_share_their_secrets(tmp_path: Path) -> None:
    settings = OauthSettings(token_url="https://a.example.org/token", client_id="x", refresh_token_file=tmp_path / "r")
    one, two = (Consent.ask_for(settings, "u") for _ in range(2))
    assert len({one.verifier, two.verifier, one.state, two.state}) == 4
    assert one.verifier not in f"{one.address}{one!r}"
