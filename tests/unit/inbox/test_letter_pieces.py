"""Addresses, words, charsets, attachments and the second reader, one behaviour each."""

import pytest

from inbox import second_reader
from inbox.addresses import first_sender, parse_addresses
from inbox.attachments import danger, describe, safe_name, sniff
from inbox.charsets import decode
from inbox.html_text import html_to_text
from inbox.tree import parameters
from inbox.words import decode_words, unbase64


@pytest.mark.parametrize(
    ("value", "mailboxes"),
    [
        ("ana@example.com", [("", "ana@example.com")]),
        ("Ana <ana@example.com>", [("Ana", "ana@example.com")]),
        ('"Quispe, Ana" <ana@example.com>, b@example.org', [("Quispe, Ana", "ana@example.com"), ("", "b@example.org")]),
        ("Quispe, Ana <ana@example.com>", [("Quispe, Ana", "ana@example.com")]),
        ("ana@example.com (Ana (la) Quispe)", [("Ana (la) Quispe", "ana@example.com")]),
        ("Amigos: a@example.com, B <b@example.com>;", [("", "a@example.com"), ("B", "b@example.com")]),
        ("undisclosed-recipients:;", []),
        ("MAILER-DAEMON <>", [("MAILER-DAEMON", "")]),
        ("MAILER-DAEMON", [("", "MAILER-DAEMON")]),
        ("<@r1.example,@r2.example:ana@example.com>", [("", "ana@example.com")]),
        ('"muy raro"@example.com', [("", '"muy raro"@example.com')]),
        ('"Ana <ana@example.com>', [("Ana", "ana@example.com")]),
        ("<ana@example.com", [("", "ana@example.com")]),
        ("mailto:ana@example.com", [("", "ana@example.com")]),
        ("Ana <SMTP:ana@example.com>", [("Ana", "ana@example.com")]),
        ('"Ana \\"la jefa\\"" <ana@example.com>', [('Ana "la jefa"', "ana@example.com")]),
        ("=?utf-8?Q?Ana_=3Cana=40example.com=3E?= <ana@example.com>", [("Ana <ana@example.com>", "ana@example.com")]),
        ("a@example.com; b@example.com", [("", "a@example.com"), ("", "b@example.com")]),
        ("'ana@example.com' <ana@example.com>", [("ana@example.com", "ana@example.com")]),
        ("Ana\r\n <ana@example.com>", [("Ana", "ana@example.com")]),
        (f"{'a' * 400}@example.com", [("", "")][:0]),
    ],
)
def test_addresses(value: str, mailboxes: list[tuple[str, str]]) -> None:
    found = parse_addresses(value)
    assert [pair for pair in found if pair != ("", "")][: len(mailboxes)] == mailboxes
    assert all(len(address) <= 320 for _, address in found)


def test_the_sender_is_the_first_that_can_be_answered() -> None:
    assert first_sender("Ana, b@example.com") == ("", "b@example.com")
    assert first_sender("") == ("", "")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("=?utf-8?q?a?= =?utf-8?q?b?=", "ab"),
        ("a =?utf-8?q?b?= c", "a b c"),
        ("=?UTF-8*es?Q?a=C3=B1o?=", "año"),
        ("=?utf-8?Q?con espacios?=", "con espacios"),
        ("=?utf-8?b?w7E?=", "ñ"),
        ("=?x-nada?q?a=F1o?=", "año"),
        ("=?gb2312?B?1tC5+g==?=", "中国"),
        ("=?utf-8?q?sin fin", "=?utf-8?q?sin fin"),
        ("uno\r\n dos", "uno dos"),
    ],
)
def test_encoded_words(value: str, text: str) -> None:
    assert decode_words(value) == text


@pytest.mark.parametrize(
    ("data", "label", "text"),
    [
        ("año".encode(), "iso-8859-1", "año"),
        (b"a\xf1o", "", "año"),
        (b"a\xf1o y a\xc3\xb1o", "utf-8", "año y año"),
        ("Привет".encode("koi8-r"), "koi8-r", "Привет"),
        ("中国".encode("gbk"), "gb2312", "中国"),
        ("한국".encode("cp949"), "ks_c_5601-1987", "한국"),
        ("日本".encode("iso2022_jp"), "us-ascii", "日本"),
        ("año".encode("utf-7"), "utf-7", "año"),
        ("año".encode("utf-16"), "utf-16", "año"),
        (b"hola", "utf-16", "hola"),
        (b"hola", "undefined", "hola"),
        (b"a\xf1o", "rot13", "año"),
        (b"\xef\xbb\xbfhola", "utf-8", "\ufeffhola"),
    ],
)
def test_charsets(data: bytes, label: str, text: str) -> None:
    assert decode(data, label)[0].lstrip("\ufeff") == text.lstrip("\ufeff")


def test_a_doubtful_reading_says_so() -> None:
    assert decode(b"a\xf1o", "")[1]
    assert decode(b"a\xf1o", "utf-8")[1]
    assert not decode(b"a\xf1o", "iso-8859-1")[1]
    assert not decode("año".encode(), "utf-8")[1]


def test_base64_is_read_as_far_as_it_goes() -> None:
    assert unbase64(b"aG9s\nYQ") == b"hola"
    assert unbase64(b"aG9sY*Q==") == b"hola"
    assert unbase64(b"aG9sYQ==x") in (b"hola", b"hola\xc7")
    assert unbase64(b"a") == b""


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('text/plain; charset="utf-8"; Name=a.txt', {"charset": "utf-8", "name": "a.txt"}),
        ("x; filename*=utf-8'es'a%C3%B1o.pdf", {"filename": "año.pdf"}),
        ("x; filename*1=b.pdf; filename*0=a", {"filename": "ab.pdf"}),
        ("x; filename==?utf-8?q?a=C3=B1o.pdf?=", {"filename": "año.pdf"}),
        ('x; filename="a\\"b;c.pdf"', {"filename": 'a"b;c.pdf'}),
        ("x; filename*=a\0b''x", {"filename": "x"}),
        ("x; filename*=idna''a%ffb", {"filename": "aÿb"}),
        ("x", {}),
    ],
)
def test_parameters(value: str, expected: dict[str, str]) -> None:
    assert parameters(value) == expected


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Hoja de vida.pdf", "Hoja de vida.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\a.pdf", "a.pdf"),
        (".bashrc", "bashrc"),
        ("-rf", "rf"),
        ("=cmd|x.csv", "cmd_x.csv"),
        ("CON.txt", "_CON.txt"),
        ("lpt1", "_lpt1"),
        ("foto\u202egpj.exe", "fotogpj.exe"),
        ("..", "adjunto"),
        ("", ""),
        ("a\nb\x00.pdf", "a b.pdf"),
    ],
)
def test_safe_names(given: str, kept: str) -> None:
    assert safe_name(given) == kept


def test_a_long_name_keeps_its_extension() -> None:
    name = safe_name("ñ" * 300 + ".pdf")
    assert name.endswith(".pdf")
    assert len(name.encode()) <= 120


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.exe", b"MZ", "es un programa"),
        ("contrato.pdf.exe", b"MZ", "programa disfrazado de documento"),
        ("contrato.pdf", b"MZ\x90", "programa disfrazado de documento"),
        ("a.docm", b"PK\x03\x04", "documento con macros"),
        ("a.html", b"<html>", "página web que puede ejecutar código"),
        ("a.svg", b"<svg>", "página web que puede ejecutar código"),
        ("a.zip", b"PK\x03\x04\x14\x00\x01\x00", "archivo comprimido con contraseña"),
        ("a.pdf", b"\x89PNG\r\n\x1a\n", "su contenido no corresponde a su extensión"),
        ("foto\u202egpj.exe", b"MZ", "el nombre esconde caracteres que invierten su lectura"),
        ("a.pdf", b"%PDF-1.4", ""),
        ("a.docx", b"PK\x03\x04\x14\x00\x06\x00", ""),
        ("notas.txt", b"hola", ""),
    ],
)
def test_dangers(name: str, data: bytes, reason: str) -> None:
    assert danger(name, sniff(data), data) == reason


def test_an_attachment_is_described_by_its_bytes() -> None:
    described = describe("a.bin", "application/octet-stream", b"%PDF-1.4\n")
    assert (described.sniffed, described.size, len(described.sha256)) == ("application/pdf", 9, 64)
    assert sniff(b"RIFF\x24\x00\x00\x00WEBPVP8 ", "application/octet-stream") == "image/webp"


def test_pages_become_text() -> None:
    assert html_to_text("<p>uno</p><script>x()</script><!-- y --><p>dos<br>tres</p>").split() == ["uno", "dos", "tres"]
    assert html_to_text("<table><tr><td>DNI</td><td>123</td></tr></table>").split() == ["DNI", "123"]
    assert html_to_text("") == ""


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("<div>uno<br>\n dos</div>\n<div>tres</div>", "uno\ndos\ntres"),
        ("palabra\npartida <b>en\nnegrita</b>", "palabra partida en negrita"),
        ("<div>\n  <b>De: </b>x<br>\n  <b>Para: </b>y\n</div>", "De: x\nPara: y"),
        ("<ul><li>uno</li>\n<li>dos</li></ul>fin", "uno\ndos\nfin"),
        ("<pre>uno\n  dos</pre>", "uno\n  dos"),
        ('<p style="white-space: pre-wrap">uno\ndos</p>', "uno\ndos"),
        ("<p>a &lt;b&gt; &amp; c&nbsp;d</p>", "a <b> & c\u00a0d"),
    ],
)
def test_lines_are_those_that_a_browser_shows(page: str, text: str) -> None:
    assert html_to_text(page) == text


def test_the_second_reader_speaks_and_never_raises() -> None:
    opinion = second_reader.read("From: Ana <ana@example.com>\nSubject: Hola\n\nBuenos días\n".encode())
    assert (opinion.from_address, opinion.subject) == ("ana@example.com", "Hola")
    assert "Buenos" in opinion.text
    assert second_reader.read(b"Subject: =?a\0b?q?=41?=\nFrom: a\nTo: b\n\n") == second_reader.Opinion()
