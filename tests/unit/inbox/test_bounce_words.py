"""One row per mail program: how each says in words, with no structured report, that a letter did not arrive."""

import pytest

from inbox.bounce import judge
from inbox.parse import parse
from tests.pieces import pieces

LOST = "nadie@example.net"
ROWS = pieces("bounces/words.txt")


@pytest.mark.parametrize("notice", ROWS.values(), ids=list(ROWS))
def test_a_failure_in_words_is_recognised(notice: str) -> None:
    verdict = judge(parse(notice.encode()))
    assert (verdict.is_bounce, verdict.permanent) == (True, True)
    assert verdict.recipients[0] == LOST


@pytest.mark.parametrize(
    ("subject", "words"),
    [
        ("Mensaje no entregado", f"Hola, mi mensaje no se pudo entregar a {LOST}, ¿qué hago?"),
        ("Mensaje no entregado", f"Buenos días: no se pudo entregar a {LOST}. Gracias."),
        ("Delivery failure", f"Hello, my message could not be delivered to {LOST}."),
        ("RE: Undeliverable: consulta", f"could not be delivered to {LOST}"),
        ("Consulta", "No se pudo entregar mi documento en la oficina de migraciones."),
    ],
)
def test_a_person_who_speaks_of_a_failure_is_a_person(subject: str, words: str) -> None:
    raw = f"From: Ana <ana@example.com>\nSubject: {subject}\nContent-Type: text/plain; charset=utf-8\n\n{words}\n"
    assert not judge(parse(raw.encode())).is_bounce


def test_a_read_receipt_is_no_bounce() -> None:
    raw = (
        b"From: Ana <ana@example.com>\nSubject: Leido: Consulta\n"
        b"Content-Type: multipart/report; report-type=disposition-notification;\nboundary=b\n\n--b\n\nLeido.\n"
        b"--b\nContent-Type: message/disposition-notification\n\nFinal-Recipient: rfc822;ana@example.com\n"
        b"Disposition: manual-action/MDN-sent-manually; displayed\n--b--\n"
    )
    assert not judge(parse(raw)).is_bounce
