"""Every verdict says in plain Spanish what it rests on, and nothing that the letter denies."""

import pytest

from triage import Text
from triage.classifier import Classifier
from triage.corpus import shipped
from triage.reading import read
from triage.reasons import MOST, reasons_of


def said(
    body: str, *, line: int, kind: str = "consulta", on_behalf: bool = False, risk: bool = False
) -> tuple[str, ...]:
    reading = read(Text(body=body), 20_000)
    return reasons_of(reading, line=line, kind=kind, on_behalf=on_behalf, trafficking_risk=risk, enough=True)


def test_every_verdict_has_a_few_whole_reasons(judge: Classifier) -> None:
    for verdict in judge.judge([example.text for example in shipped()[::7]]):
        assert 1 <= len(verdict.reasons) <= MOST
        assert len(set(verdict.reasons)) == len(verdict.reasons)
        assert all(reason[0].isalpha() for reason in verdict.reasons)


def test_peru_has_its_article() -> None:
    assert said("Soy peruana y vivo en Milán", line=2)[:2] == ("es del Perú", "vive o está en Italia")


def test_what_is_denied_is_no_reason() -> None:
    assert not any("volver" in one for one in said("Vivo en Lleida. Mi hermana no regresa al Perú.", line=2))
    assert any("volver" in one for one in said("Vivo en Lleida y regreso al Perú en junio.", line=3))


def test_signs_of_another_line_explain_nothing() -> None:
    letter = "Soy ingeniero peruano, me ofrecen trabajo en Potosí. ¿Puedo repatriar mis fondos?"
    assert not any("volver" in one for one in said(letter, line=1))


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("ajeno", "parece asunto de otra entidad o ajeno al servicio"),
        ("consulta", "no se ve a qué línea corresponde"),
        ("agradecimiento", "agradece y no pregunta nada más"),
    ],
)
def test_without_any_sign_it_still_says_something(kind: str, says: str) -> None:
    assert said("xxxx yyyy zzzz", line=0, kind=kind) == (says,)


def test_danger_without_its_usual_signs_is_owned_up_to() -> None:
    assert said("xxxx yyyy zzzz", line=2, risk=True)[0] == "se parece a otras cartas con riesgo de trata"


@pytest.mark.parametrize("body", ["", "?!… 12345 ❤", "🙂🙂🙂"])
def test_no_letters_are_no_language_of_their_own(body: str) -> None:
    assert read(Text(body=body), 20_000).language == "es"
