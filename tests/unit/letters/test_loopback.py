"""Only this machine is this machine."""

import pytest

from letters.loopback import is_loopback


@pytest.mark.parametrize("host", ["localhost", "LocalHost.", "127.0.0.1", "127.8.9.10", "::1", "[::1]"])
def test_this_machine(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host",
    ["", "mail.example.org", "localhost.example.org", "10.0.0.1", "0.0.0.0", "127.0.0.1.example.org", "[]"],
)
def test_another_machine_or_none(host: str) -> None:
    assert not is_loopback(host)


def test_both_wires_allow_plain_text_here_and_nowhere_else() -> None:
    from inbox.sources.imap_settings import ImapSettings
    from replies.smtp import SmtpSettings

    for host in ("localhost", "[::1]"):
        ImapSettings(name="a", address="a@example.org", host=host, port=143, security="plain", user="a")
        SmtpSettings(host=host, port=25, security="plain")
    with pytest.raises(ValueError, match="plain"):
        ImapSettings(name="a", address="a@example.org", host="example.org", port=143, security="plain", user="a")
    with pytest.raises(ValueError, match="plain"):
        SmtpSettings(host="example.org", port=25, security="plain", user="a")
