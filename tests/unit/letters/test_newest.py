import pytest

from letters.newest import newest_text

MINE = "Gracias, adjunto mi DNI.\n\nAna"


def test_a_letter_without_quotes_comes_back_as_it_is() -> None:
    assert newest_text("\n Buenos días,\n\nquiero trabajar en Chile. \n") == "Buenos días,\n\nquiero trabajar en Chile."


@pytest.mark.parametrize(
    "advertisement",
    [
        "Enviado desde mi iPhone",
        "Enviado desde mi Samsung Galaxy",
        "Enviado desde Outlook para Android",
        "Enviado desde Yahoo Mail para Android",
        "Enviado con el correo Proton",
        "Enviado do meu iPhone",
        "Sent from my iPhone",
        "Get Outlook for Android<https://example.com/x>",
        "Obtener Outlook para iOS",
    ],
)
def test_the_telephone_s_line_goes(advertisement: str) -> None:
    assert newest_text(f"{MINE}\n\n{advertisement}\n") == MINE


@pytest.mark.parametrize(
    "notice",
    [
        "Este mensaje y sus anexos son confidenciales y para uso exclusivo de su destinatario. Si lo recibió por error,"
        " notifique al remitente y elimínelo.",
        "CONFIDENTIALITY NOTICE: this email is confidential and intended only for the recipient.",
        "La información contenida en este correo es privilegiada; está prohibida su divulgación.",
        "Libre de virus. www.avast.com",
    ],
)
def test_a_legal_notice_at_the_end_goes(notice: str) -> None:
    assert newest_text(f"{MINE}\n\n{notice}\n") == MINE


def test_a_letter_about_a_notice_stays() -> None:
    letter = "Este mensaje es para reclamar: mi contrato es confidencial y el destinatario no responde. ¿Qué hago?"
    assert newest_text(letter) == letter


@pytest.mark.parametrize(
    "text",
    [
        "> solo\n> citas",
        "-- \nAna",
        "-----Mensaje original-----",
        "Enviado desde mi iPhone",
        "El lun, 23 nov 2026 a las 10:00, SOM <a@example.org> escribió:\n> Hola",
        ">",
    ],
)
def test_something_always_remains(text: str) -> None:
    assert newest_text(text).strip()


def test_a_quote_below_a_quote_goes_too() -> None:
    thread = (
        f"{MINE}\n\nEl lun, 23 nov 2026 a las 10:00, SOM <a@example.org> escribió:\n> Hola\n>\n"
        "> El dom, 22 nov 2026 a las 9:00, Ana <ana@example.com> escribió:\n>> Consulta\n"
    )
    assert newest_text(thread) == MINE


def test_one_line_that_begins_with_an_arrow_is_no_quote() -> None:
    assert newest_text("Pasos:\n> pasaporte\nfin") == "Pasos:\n> pasaporte\nfin"


@pytest.mark.parametrize(
    "piece",
    ["De: a@b 10:00\n", "> a\n\n", "El 20 a\n", "1 <a@b", "@" * 50, "Este mensaje \n\n"],
)
def test_hostile_repetition_costs_little(piece: str) -> None:
    assert newest_text(piece * (200_000 // len(piece)))
