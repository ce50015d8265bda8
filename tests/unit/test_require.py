"""A missing server skips a test, or fails it where everything is required."""

import pytest

from tests.servers.require import missing, program


def test_skips_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOM_REQUIRE_ALL", raising=False)
    with pytest.raises(pytest.skip.Exception, match="needs no-such-server"):
        program("no-such-server")


def test_fails_where_everything_is_required(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOM_REQUIRE_ALL", "1")
    with pytest.raises(pytest.fail.Exception, match="needs a Dovecot"):
        missing("a Dovecot")
