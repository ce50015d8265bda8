"""What the judge makes of letters that are not in its corpus."""

from dataclasses import replace

import pytest

from triage import Text, TriageSettings
from triage.classifier import Classifier, load
from triage.corpus import KINDS, shipped, split, validation_ids
from triage.evaluation import measure


def one(judge: Classifier, body: str, subject: str = ""):  # type: ignore[no-untyped-def]
    return judge.judge([Text(subject=subject, body=body)])[0]


@pytest.mark.parametrize(
    ("line", "body"),
    [
        (1, "Soy de Huacho y me ofrecen trabajo de cocinero en un hotel de Canadá. ¿El contrato lo revisan ustedes?"),
        (
            2,
            "Soy peruana, vivo en Milán hace ocho años y trabajo de badante. No me pagan vacaciones. ¿Quién ayuda?",
        ),
        (
            3,
            "Vivo en Madrid y en julio regreso definitivamente al Perú con mi menaje. ¿Qué beneficios hay?",
        ),
        (4, "Soy colombiano, de Cali, y una empresa de Lima me quiere contratar. ¿Cómo hago el registro en SIVITMA?"),
        (5, "Soy venezolana con carné de extranjería y en el restaurante de Lima donde trabajo no me dan contrato."),
        (0, "¿Cómo saco el duplicado de mi DNI? Lo perdí en el mercado de Huancayo."),
    ],
)
def test_plain_letters_go_to_their_line(judge: Classifier, line: int, body: str) -> None:
    verdict = one(judge, body)
    assert verdict.line == line
    assert verdict.enough
    assert verdict.reasons


def test_what_others_wrote_below_is_not_judged(judge: Classifier) -> None:
    body = (
        "Muchas gracias, ya me quedó claro. Que Dios los bendiga.\n\n"
        "El lun, 3 de nov de 2025 a las 9:10, SOM escribió:\n"
        "> Estimada: para que su esposo colombiano trabaje en el Perú debe registrarse en SIVITMA.\n"
    )
    verdict = one(judge, body, "Re: consulta")
    assert (verdict.line, verdict.kind) == (0, "agradecimiento")


@pytest.mark.parametrize("body", ["", "hola", "hola, información por favor", "????", "12 34", "🙂🙂🙂", "\x00\ud800"])
def test_a_letter_too_poor_to_judge_says_so(judge: Classifier, body: str) -> None:
    verdict = one(judge, body)
    assert (verdict.line, verdict.enough, verdict.confident) == (0, False, False)
    assert verdict.reasons == ("no dice lo suficiente para saber de qué se trata",)


@pytest.mark.parametrize(
    "body",
    [
        "Здравствуйте, я хочу работать в Перу инженером",
        "Hyvää päivää, haluaisin tietää miten voin työskennellä Perussa kokkina ensi vuonna",
    ],
)
def test_a_language_nobody_taught_is_left_to_a_person(judge: Classifier, body: str) -> None:
    assert not one(judge, body).enough


def test_a_megabyte_is_read_as_far_as_the_limit(judge: Classifier) -> None:
    assert not one(judge, "a" * 1_000_000).enough
    assert one(judge, "quiero trabajar en Chile, soy de Ica. " * 30_000).line == 1


def test_the_limit_is_a_setting(judge_settings: TriageSettings) -> None:
    late = "x " * 50 + "Soy venezolana y trabajo en Lima sin contrato con mi carné de extranjería"
    assert one(load(replace(judge_settings, longest=90)), late).countries == ()
    assert one(load(judge_settings), late).countries == ("VE",)


def test_the_confidence_bar_is_a_setting(judge_settings: TriageSettings) -> None:
    body = "quiero viajar a trabajar a España"
    assert one(load(replace(judge_settings, confidence_bar=0.01)), body).confident
    assert not one(load(replace(judge_settings, confidence_bar=1.0)), body).confident


def test_the_danger_bar_is_a_setting(judge_settings: TriageSettings) -> None:
    body = "Me quitaron el pasaporte y no me dejan salir, le debo el pasaje a la señora que me trajo"
    assert one(load(judge_settings), body).trafficking_risk
    assert not one(load(replace(judge_settings, danger_bar=1.0)), body).trafficking_risk


def test_danger_is_explained_first(judge: Classifier) -> None:
    verdict = one(
        judge, "La dueña me quitó el pasaporte y no me deja salir. Le debo el pasaje. Estoy en Arica, soy de Puno"
    )
    assert verdict.trafficking_risk
    assert verdict.reasons[0].startswith("le retienen los documentos")


@pytest.mark.parametrize(
    ("language", "body"),
    [
        ("es", "no me pagan lo que me deben en la chacra"),
        ("en", "My employer in Lima has not filed the contract, what should I do?"),
        ("pt", "Sou brasileiro e trabalho em Lima, não tenho contrato"),
        ("fr", "Bonjour, je travaille à Lima et je voudrais un contrat"),
        ("it", "Buongiorno, lavoro a Lima e vorrei un contratto"),
        ("de", "Guten Tag, ich arbeite in Lima und brauche einen Vertrag"),
        ("ht", "Bonjou, mwen se ayisyen, mwen bezwen yon kontra travay"),
        ("qu", "Allin punchay, noqaqa Cuscomanta kani, llank'ayta munani"),
        ("ay", "Kamisaki, nayax La Paz markat jutta, irnaqañ munta"),
        ("zh", "您好，我想在利马工作，请问合同怎么办"),
        ("ja", "こんにちは、リマで働きたいのですが"),
    ],
)
def test_the_language_is_told(judge: Classifier, language: str, body: str) -> None:
    assert one(judge, body).language == language


def test_countries_are_foreign_sorted_and_not_languages_or_avenues(judge: Classifier) -> None:
    verdict = one(
        judge, "Soy venezolana, viví en Quito y trabajo en la avenida Brasil de Lima. Les escribo en español."
    )
    assert verdict.countries == ("EC", "VE")


def test_verdicts_come_in_order_and_alone_as_in_a_batch(judge: Classifier) -> None:
    texts = [example.text for example in shipped()[:150]]
    assert judge.judge(texts) == [judge.judge([text])[0] for text in texts]
    assert judge.judge([]) == []


def test_the_validation_part_is_never_learnt(judge: Classifier) -> None:
    learnt, held = split(shipped())
    assert {example.id for example in held} > validation_ids()
    assert {example.writer for example in held if example.id not in validation_ids()} == {"held_a", "held_b", "held_c"}
    assert not {example.writer for example in learnt} & {"held_a", "held_b", "held_c"}
    assert not {example.text for example in held} & {example.text for example in learnt}


def test_the_validation_part_is_judged_well(judge: Classifier) -> None:
    held = split(shipped())[1]
    report = measure(judge.judge([example.text for example in held]), held)
    assert report["line"]["macro_f1"] >= 0.87
    assert report["on_behalf"]["f1"] >= 0.88
    assert report["kind"]["macro_f1"] >= 0.84
    assert report["trafficking_risk"]["recall"] >= 0.85
    assert report["trafficking_risk"]["precision"] >= 0.75
    assert report["language"]["accuracy"] >= 0.97
    assert report["countries"]["f1"] >= 0.85
    assert report["coverage"]["precision"] >= 0.95
    assert set(report["kind"]["each"]) <= set(KINDS)


def test_reasons_quote_the_letter_as_it_was_written(judge: Classifier) -> None:
    reasons = one(
        judge, "Soy de Ñaña y mi hermana está en España, quiere volver con sus máquinas. ¿Y la Ley 30001?"
    ).reasons
    assert any("España" in reason for reason in reasons)
    assert any("«" in reason and "quiere volver" in reason for reason in reasons)
