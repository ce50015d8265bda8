"""Hostile sizes: each stops before the parser, and the letter still says who wrote and what about."""

import base64

import pytest

from inbox import caps
from inbox.parse import parse, parse_headers

HEAD = b"From: ana@example.com\nTo: orientacion@example.org\nSubject: Consulta\nDate: Mon, 23 Nov 2026 10:00:00 -0500\n"


def nested(levels: int) -> bytes:
    parts = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (i, i) for i in range(levels))
    return HEAD + parts + b"\nhola\n"


@pytest.mark.parametrize(
    ("raw", "what"),
    [
        (HEAD + b"\nhola\n" + b"x" * (caps.SIZE + 1), "más de 25 MB"),
        (HEAD + b"X-A: b\n" * 50_000 + b"\nhola\n", "cabecera de más de 256 KB"),
        (HEAD + b"X-A: b\n" * 1_200 + b"\nhola\n", "más de 1 000 cabeceras"),
        (HEAD + b"X-Long: " + b"a " * 9_000 + b"\n\nhola\n", "una cabecera de más de 16 KB"),
        (HEAD + b"X-Long: a\n" + b" b\n" * 9_000 + b"\nhola\n", "una cabecera de más de 16 KB"),
        (HEAD + b"\nhola\n" + b"\n" * 200_001, "más de 200 000 líneas"),
        (nested(501), "más de 500 partes declaradas"),
        (HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 2_001, "más de 2 000 separadores"),
        (nested(300) + b"x\n" * 12_000, "demasiadas partes anidadas"),
        (
            HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: x/y" + b";" * 20_000 + b"\n\nx\n",
            "una cabecera de parte de más de 16 KB",
        ),
        (
            HEAD + b"Content-Type: message/delivery-status\n\n" + b"Action: failed\n\n" * 1_001,
            "un informe de entrega con más de 1 000 grupos",
        ),
    ],
)
def test_a_letter_over_a_cap_is_still_a_letter(raw: bytes, what: str) -> None:
    letter = parse(raw)
    assert any(what in defect for defect in letter.defects)
    assert (letter.from_address, letter.subject) == ("ana@example.com", "Consulta")
    assert letter.date is not None


def test_the_opening_of_an_oversize_letter_is_read() -> None:
    letter = parse(HEAD + "\nBuenos días, señores:\n".encode() + b"x" * (caps.SIZE + 1))
    assert letter.text.startswith("Buenos días, señores:")


def test_an_attachment_of_many_lines_is_no_hostile_letter() -> None:
    content = bytes(range(256)) * 60_000
    raw = (
        HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nAdjunto\n--b\n"
        b"Content-Type: application/pdf; name=a.pdf\nContent-Transfer-Encoding: base64\n\n"
        + base64.encodebytes(content)
        + b"--b--\n"
    )
    letter = parse(raw)
    assert letter.defects == ()
    assert letter.text.strip() == "Adjunto"
    assert [(each.name, each.size) for each in letter.attachments] == [("a.pdf", len(content))]


def test_a_body_that_looks_like_a_long_attachment_comes_back_whole() -> None:
    quoted = "Content-Transfer-Encoding: base64\n\n" + "palabra suelta del cuerpo\n" * 400
    letter = parse(HEAD + b"Content-Type: text/plain\n\nHola\n" + quoted.encode())
    assert letter.text == "Hola\n" + quoted


def test_recipients_depth_attachments_and_text_are_bounded() -> None:
    many = parse(b"From: a@example.com\nTo: " + b", ".join(b"u%d@example.com" % i for i in range(900)) + b"\n\nhola\n")
    assert len(many.to) == caps.RECIPIENTS
    assert any("200 destinatarios" in defect for defect in many.defects)
    part = b"--b\nContent-Type: image/gif; name=a.gif\n\nGIF8\n"
    full = parse(HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n" + part * 150 + b"--b--\n")
    assert len(full.attachments) == caps.ATTACHMENTS
    assert any("100 adjuntos" in defect for defect in full.defects)
    deep = parse(nested(120))
    assert any("profundidad" in defect for defect in deep.defects)
    long = parse(HEAD + b"\n" + b"a" * 2_000_000)
    assert len(long.text) == 1_000_000


@pytest.mark.parametrize(
    "body", ["<div>" * 50_000, "<!--" * 50_000, "<script " * 30_000, "<" * 200_000, "<blockquote>" * 3_000]
)
def test_hostile_pages_are_read_without_a_tree(body: str) -> None:
    letter = parse(HEAD + b"Content-Type: text/html\n\nhola " + body.encode())
    assert letter.text.startswith("hola")


def test_the_header_block_alone_gives_the_envelope() -> None:
    letter = parse_headers(
        HEAD + b"Message-ID: <a@example.com>\nReferences: <b@example.com> <c@example.com>\n", "grande"
    )
    assert letter.from_address == "ana@example.com"
    assert letter.to == ("orientacion@example.org",)
    assert letter.message_id == "<a@example.com>"
    assert letter.references == ("<b@example.com>", "<c@example.com>")
    assert letter.defects == ("grande",)


@pytest.mark.parametrize("raw", [b"", b"\0" * 1_000, b"\n", b"\r\n\r\n", b":", b"\xff\xfe", b"From", b"--", b"a: b"])
def test_almost_nothing_is_a_letter_too(raw: bytes) -> None:
    assert parse(raw).from_address == ""
    assert parse_headers(raw).from_address == ""
