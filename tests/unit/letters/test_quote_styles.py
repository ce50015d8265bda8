"""One row per way in which mail programs leave the old letter below (or above) the new words."""

import pytest

from letters.newest import newest_text
from tests.pieces import pieces

MINE = "Gracias, adjunto mi DNI.\n\nAna"
SOM = "SOM <orientacion@example.org>"
MARKED = "> Hola\n> Mande su DNI\n"

BELOW = pieces("quotes/styles.txt")


@pytest.mark.parametrize("old", BELOW.values(), ids=list(BELOW))
def test_the_old_letter_below_goes(old: str) -> None:
    assert newest_text(f"{MINE}\n\n{old}") == MINE


def test_an_answer_below_the_quote_stays() -> None:
    assert newest_text(f"El lun, 23 nov 2026 a las 10:15, {SOM} escribió:\n{MARKED}\n{MINE}\n") == MINE


def test_answers_between_the_questions_stay() -> None:
    thread = (
        f"Buenas:\n\nEl lun, 23 nov 2026 a las 10:15, {SOM} escribió:\n> ¿Tiene pasaporte?\n\n"
        "Sí tengo.\n\n> ¿Y visa?\n\nNo.\n"
    )
    assert newest_text(thread) == "Buenas:\n\nSí tengo.\n\nNo."


@pytest.mark.parametrize("wrote", ["El 23/11/2026, Ana escribió:\n> ", "El 23/11/2026 10:15, Ana escribió:\n"])
def test_an_attribution_has_an_hour_an_address_or_a_quote(wrote: str) -> None:
    assert newest_text(f"{MINE}\n\n{wrote}Quiero volver al Perú.") == MINE


@pytest.mark.parametrize(
    "text",
    [
        "El 23 de noviembre Ana escribió: quiero volver al Perú.",
        "El 03/03/2026 una agencia me escribió:\nque pague 300 dólares.\n¿Es verdad?",
        "Mi correo es <ana@example.com> y nací en 1990.\n\nEspero su respuesta.",
        "Le escribo a ana@example.com y él escribió:   que no puede ayudarme",
        "---- Documentos ----\nDNI\npasaporte",
    ],
)
def test_what_only_looks_like_a_quote_stays(text: str) -> None:
    assert newest_text(text) == text


@pytest.mark.parametrize("piece", ["El 1 @ escribió:  ", "-------- Mensaje original ", "> a <b@c> 1\n", "Hola:\n"])
def test_hostile_repetition_costs_little(piece: str) -> None:
    assert newest_text(piece * (200_000 // len(piece)))
