"""What is personal is masked before a letter becomes an example; what it is about stays."""

import pytest

from triage.masking import without_personal_data


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("mi cel es 999 000 123, llámenme", "mi cel es [número], llámenme"),
        ("DNI 45678912", "DNI [número]"),
        ("pasaporte AB123456 y CE N° 001234567", "pasaporte [número] y CE N° [número]"),
        ("escríbame a Rosa_q@example.org hoy", "escríbame a [correo] hoy"),
        ("vivo en Jr. Los Pinos 123, Comas", "vivo en [dirección], Comas"),
        ("vivo en la avenida arequipa 450", "vivo en la [dirección]"),
        ("me llamo zoraida curipuma", "me llamo [nombre]"),
        ("soy rosa quispe mamani", "soy [nombre]"),
        ("mi hijo Yordy Quillahuamán está en Iquique", "mi hijo [nombre] está en Iquique"),
        ("Atentamente,\nyordan pumacahua", "Atentamente,\n[nombre]"),
        ("mire www.example.org/perfil", "mire [enlace]"),
    ],
)
def test_masked(text: str, masked: str) -> None:
    assert without_personal_data(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "Trabajé en Chile desde 2015 hasta el 12/03/2020 y ganaba 500,000 pesos",
        "Quiero ir a España con la Ley 30001 y vivo en Lima",
        "compré pasaje antes de tiempo",
        "Soy venezolana, tengo PTP y trabajo en Arequipa",
    ],
)
def test_left_alone(text: str) -> None:
    assert without_personal_data(text) == text


def test_known_names_are_masked_however_they_are_written() -> None:
    assert (
        without_personal_data("les saluda flores, FLORES Curi", ["Ana Flores Curi"]) == "les saluda [nombre], [nombre]"
    )


@pytest.mark.parametrize(
    "text", ["", "\x00", "1" * 5000, "A" * 100_000, "Av. " * 20_000, "a@" * 50_000, "me llamo " * 9_000]
)
def test_odd_text_is_masked_soon(text: str) -> None:
    without_personal_data(text, ["", "  "])
