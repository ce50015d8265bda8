"""Bytes that lost their form: what is put right before reading, what is named as a defect, what stays as it came."""

import base64

import pytest

from inbox.mending import opened, rejoined
from inbox.parse import parse

HEADERS = b"From: Ana <ana@example.com>\nSubject: Consulta\nMIME-Version: 1.0\n"
UTF8 = b"Content-Type: text/plain; charset=utf-8\n"


def body(headers: bytes, words: bytes) -> bytes:
    return HEADERS + headers + b"\n\n" + words


@pytest.mark.parametrize("before", [b"\r\n\r\n", b"\n", b" ", b"\xef\xbb\xbf", b"\xef\xbb\xbf\r\n"])
def test_blanks_before_the_headers_are_no_body(before: bytes) -> None:
    letter = parse(before + HEADERS + b"\nHola\n")
    assert (letter.subject, letter.from_address, letter.text) == ("Consulta", "ana@example.com", "Hola\n")


@pytest.mark.parametrize("words", [b"\nSolo palabras: sin cabeceras\n", b" Hola: aqui estoy\notra: linea\n", b""])
def test_words_after_blanks_are_not_taken_for_headers(words: bytes) -> None:
    assert opened(words) == words


def test_carriage_returns_alone_end_lines_everywhere() -> None:
    raw = body(b"Content-Transfer-Encoding: quoted-printable", b"sigue =\nen la misma l=C3=ADnea\n")
    assert parse(raw.replace(b"\n", b"\r")).text == parse(raw).text == "sigue en la misma línea\n"


@pytest.mark.parametrize(
    ("head", "subject"),
    [
        (
            b"From: ana@example.com\nSubject: un asunto\nmuy largo\nDate: Mon, 23 Nov 2026 10:00:00 -0500\n",
            "un asunto muy largo",
        ),
        (b"From: ana@example.com\nSubject : con espacio\nTo: b@example.org\n", "con espacio"),
        (b">From somebody\nFrom: ana@example.com\nSubject: x\n", "x"),
    ],
)
def test_headers_below_a_stray_line_are_read(head: bytes, subject: str) -> None:
    letter = parse(head + b"\nHola\n")
    assert (letter.subject, letter.from_address, letter.text) == (subject, "ana@example.com", "Hola\n")
    assert "una línea suelta en la cabecera" in letter.defects


def test_a_folded_type_that_lost_its_blank_is_one_header() -> None:
    raw = b"From: ana@example.com\nContent-Type: multipart/mixed;\nboundary=b\n\n--b\n\nHola\n--b--\n"
    assert parse(raw).text == "Hola"


@pytest.mark.parametrize(
    "raw",
    [
        b"From: ana@example.com\nHola, no puse la linea en blanco.\nAna\n\nFin\n",
        b"From: ana@example.com\nHola\nFrom: otra@example.com\n\nFin\n",
        b"a\nb\nc\nd\ne\nf\ng\nSubject: x\n\n",
    ],
)
def test_a_body_without_its_empty_line_stays_a_body(raw: bytes) -> None:
    assert rejoined(raw) is None


@pytest.mark.parametrize(
    ("raw", "text", "defect"),
    [
        (b"", "", "carta vacía"),
        (b" \r\n\r\n", "", "carta vacía"),
        (b"\nSolo texto\n", "Solo texto\n", "sin cabeceras"),
        (HEADERS + b"From: b@example.com\n\nHola\n", "Hola\n", "más de una cabecera From: vale la primera"),
        (HEADERS + b"Subject: otro\n\nHola\n", "Hola\n", "más de una cabecera Subject: vale la primera"),
        (HEADERS + b"Date: x\nDate: y\n\nHola\n", "Hola\n", "más de una cabecera Date: vale la primera"),
        (
            HEADERS + b"Message-ID: <a@x.example>\nMESSAGE-ID: <b@x.example>\n\nHola\n",
            "Hola\n",
            "más de una cabecera Message-ID: vale la primera",
        ),
        (body(b"Content-Transfer-Encoding: base64", b"aG9s*YQ==\n"), "hola", "base64 dañado"),
        (body(b"Content-Transfer-Encoding: base64", b"aG9sYQ\n"), "hola", "base64 dañado"),
        (body(b"Content-Transfer-Encoding: base64", b"Esto no es base64, son palabras.\n"),
         "Esto no es base64, son palabras.\n", "base64 dañado"),
        (body(b"Content-Transfer-Encoding: base64", base64.encodebytes(b"hola") + b"______\nPie de la lista: x\n"),
         "hola\n______\nPie de la lista: x\n", "base64 dañado"),
        (body(b"Content-Transfer-Encoding: quoted-printable", b"a=zz b\n"), "a=zz b\n", "quoted-printable dañado"),
        (body(b"Content-Type: multipart/mixed; boundary=b", b"--b\n\nHola\n"), "Hola",
         "falta el separador final: puede estar cortada"),
        (body(b"Content-Type: multipart/mixed; boundary=b", b"Hola\n"), "Hola\n",
         "el separador de sus partes no aparece"),
        (body(b"Content-Type: multipart/mixed", b"Hola\n"), "Hola\n", "no declara el separador de sus partes"),
        (body(b"Content-Type: text/plain; charset=x-quechua", b"Hola\n"), "Hola\n",
         "juego de caracteres desconocido: x-quechua"),
        (body(b"Content-Type: text/plain; charset=us-ascii", b"ma\xf1ana\n"), "mañana\n", "decodificación dudosa"),
        (body(b"Content-Type: text/plain; charset=utf-8", b"ma\xf1ana\n"), "mañana\n", "decodificación dudosa"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_and_the_words_are_kept(raw: bytes, text: str, defect: str) -> None:
    letter = parse(raw)
    assert letter.text == text
    assert defect in letter.defects


@pytest.mark.parametrize(
    "raw",
    [
        HEADERS + b"\nHola\n",
        body(UTF8 + b"Content-Transfer-Encoding: base64", base64.encodebytes("mañana".encode() * 40)),
        body(UTF8 + b"Content-Transfer-Encoding: quoted-printable", b"ma=C3=B1ana =\nsigue= \n fin=\n"),
        body(b"Content-Type: multipart/mixed; boundary=b", b"--b\n\nHola\n--b--\n"),
    ],
)
def test_an_honest_letter_has_no_defects(raw: bytes) -> None:
    assert parse(raw).defects == ()


def test_half_a_character_at_the_end_of_utf_16_is_left_out() -> None:
    raw = body(b"Content-Type: text/plain; charset=utf-16", "hola".encode("utf-16") + b"\n")
    assert parse(raw).text == "hola"


def test_an_id_named_twice_counts_once() -> None:
    letter = parse(HEADERS + b"References: <a@x.example> <b@x.example>\n <a@x.example>\n\nHola\n")
    assert letter.references == ("<a@x.example>", "<b@x.example>")
