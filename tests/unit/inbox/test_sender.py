import pytest

from inbox.parse import parse
from inbox.sender import judge, read_results
from letters.letter import Letter

US = "mx.example.org"


def letter(*headers: str, sender: str = "Ana <ana@example.com>", above: bool = True) -> Letter:
    received = "Received: from a by mx.example.org; Mon, 23 Nov 2026 10:00:00 -0500"
    lines = [*headers, received] if above else [received, *headers]
    return parse("\n".join([*lines, f"From: {sender}", "Subject: x", "", "Hola"]).encode())


PASS = f"Authentication-Results: {US}; spf=pass smtp.mailfrom=example.com; dmarc=pass (p=none) header.from=example.com"


def test_our_own_server_vouches() -> None:
    verdict = judge(letter(PASS), US)
    assert verdict.verified
    assert verdict.from_domain == "example.com"
    assert verdict.warnings == ()


@pytest.mark.parametrize("configured", ["MX.EXAMPLE.ORG", " mx.example.org. "])
def test_the_identifier_is_compared_without_case(configured: str) -> None:
    assert judge(letter(PASS), configured).verified


@pytest.mark.parametrize(
    "header",
    [
        "Authentication-Results: mx.example.net; dmarc=pass header.from=example.com",
        "Authentication-Results: mx.example.org.evil.example; dmarc=pass header.from=example.com",
        "Authentication-Results: dmarc=pass header.from=example.com",
        "X-Authentication-Results: mx.example.org; dmarc=pass header.from=example.com",
        "ARC-Authentication-Results: i=1; mx.example.org; dmarc=pass header.from=example.com",
        f"Authentication-Results: {US}; dmarc=fail header.from=example.com",
        f"Authentication-Results: {US}; dmarc=none header.from=example.com",
        f"Authentication-Results: {US}; spf=pass smtp.mailfrom=example.com; dkim=pass header.d=example.com",
        f"Authentication-Results: {US}; dmarc=pass header.from=other.example",
        f"Authentication-Results: {US}; none",
        f"Authentication-Results: {US}; x=y (dmarc=pass header.from=example.com)",
        "Authentication-Results:",
    ],
)
def test_nothing_else_vouches(header: str) -> None:
    verdict = judge(letter(header), US)
    assert not verdict.verified
    assert verdict.why


def test_a_forgery_below_our_server_s_line_is_not_seen() -> None:
    assert not judge(letter(PASS, above=False), US).verified


def test_the_topmost_of_ours_counts() -> None:
    fail = f"Authentication-Results: {US}; dmarc=fail header.from=example.com"
    assert not judge(letter(fail, PASS), US).verified
    assert "la autenticación del remitente falló (DMARC)" in judge(letter(fail, PASS), US).warnings


def test_without_an_identifier_nothing_is_believed() -> None:
    assert not judge(letter(PASS), "").verified


def test_comments_versions_and_quotes_are_read() -> None:
    identifier, results = read_results(
        'mx.example.org 1; (a (b)) dkim/1=pass (ok) header.d="example.com"; dmarc = pass'
    )
    assert identifier == "mx.example.org"
    assert [(result.method, result.result) for result in results] == [("dkim", "pass"), ("dmarc", "pass")]
    assert results[0].properties == (("header.d", "example.com"),)


@pytest.mark.parametrize("value", ["(" * 50_000, "; x=y" * 20_000, "a" * 100_000, ";" * 10_000, "\x00"])
def test_hostile_values_cost_little_and_raise_nothing(value: str) -> None:
    assert len(read_results(value)[1]) <= 100


@pytest.mark.parametrize(
    ("sender", "headers", "warning"),
    [
        ('"soporte@banco.example" <x@example.com>', (), "el nombre muestra otra dirección: soporte@banco.example"),
        ("Ana <ana@example.com>", ("Reply-To: otra@example.net",), "pide responder a otro dominio: otra@example.net"),
        ("Ana <ana@xn--exmple-cua.com>", (), "el dominio usa letras de otro alfabeto"),
        ("=?utf-8?b?0JBuYQ==?= <ana@example.com>", (), "el nombre mezcla alfabetos"),
        ("Ana", (), "remitente no identificable"),
    ],
)
def test_what_looks_odd_is_said(sender: str, headers: tuple[str, ...], warning: str) -> None:
    assert warning in judge(letter(*headers, sender=sender), US).warnings


def test_reply_to_within_the_same_domain_is_fine() -> None:
    assert judge(letter("Reply-To: ventas@example.com"), US).warnings == ()
