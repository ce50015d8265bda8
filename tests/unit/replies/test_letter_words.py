from datetime import UTC, date, datetime, time

import pytest

from replies.words import date_words, promise_words, why_words

DUE_AT = datetime(2026, 11, 24, 22, 0, tzinfo=UTC)


def test_the_promise_is_said_in_three_languages():
    spanish = promise_words(DUE_AT).replace("\u00a0", " ")
    assert spanish == "a más tardar el martes 24 de noviembre de 2026 a las 5:00 p. m. (hora del Perú)"
    assert promise_words(DUE_AT, "en") == "by Tuesday, 24 November 2026 at 5:00 p.m. (Peru time) at the latest"
    assert promise_words(DUE_AT, "pt") == "até terça-feira, 24 de novembro de 2026, às 17h (hora do Peru)"
    assert promise_words(DUE_AT, "qu") == promise_words(DUE_AT, "es")


def test_the_ninth_month_is_peruvian():
    assert date_words(date(2026, 9, 1)) == "martes 1 de setiembre de 2026"


MONDAY = date(2026, 11, 23)
SATURDAY, SUNDAY = date(2026, 7, 25), date(2026, 7, 26)
FIESTAS = [(date(2026, 7, 28), "Fiestas Patrias"), (date(2026, 7, 29), "Fiestas Patrias")]


def said(**why: object) -> str:
    return why_words(**why).replace("\u00a0", " ")  # type: ignore[arg-type]


def test_why_is_said_only_when_there_is_a_why():
    assert why_words() == ""


@pytest.mark.parametrize(
    ("language", "late", "off"),
    [
        (
            "es",
            "Su correo llegó después de las 5:00 p. m.; por eso cuenta como recibido el lunes 23 de noviembre de 2026.",
            "Su correo llegó en un día no hábil; por eso cuenta como recibido el lunes 23 de noviembre de 2026.",
        ),
        (
            "en",
            "Your message reached us after 5:00 p.m. in Peru, so it counts as received on Monday, 23 November 2026.",
            "Your message reached us on a day off in Peru, so it counts as received on Monday, 23 November 2026.",
        ),
        (
            "pt",
            "A sua mensagem chegou depois das 17h no Peru; "
            "por isso conta como recebida na segunda-feira, 23 de novembro de 2026.",
            "A sua mensagem chegou em um dia não útil no Peru; "
            "por isso conta como recebida na segunda-feira, 23 de novembro de 2026.",
        ),
    ],
)
def test_why_a_letter_counts_from_a_later_day(language: str, late: str, off: str):
    assert said(counted_on=MONDAY, cutoff=time(17), language=language) == late
    assert said(counted_on=MONDAY, language=language) == off


def test_the_hour_is_the_one_in_force():
    assert "después de las 4:30 p. m." in said(counted_on=MONDAY, cutoff=time(16, 30))


@pytest.mark.parametrize(
    ("language", "weekend", "holidays"),
    [
        ("es", "el sábado 25 y el domingo 26 de julio (fin de semana)", "el martes 28 y el miércoles 29 de julio"),
        ("en", "Saturday 25 and Sunday 26 July (weekend)", "Tuesday 28 and Wednesday 29 July"),
        ("pt", "sábado 25 e domingo 26 de julho (fim de semana)", "terça-feira 28 e quarta-feira 29 de julho"),
    ],
)
def test_days_that_do_not_count_stand_together_under_their_name(language: str, weekend: str, holidays: str):
    text = said(skipped=[(SATURDAY, ""), (SUNDAY, ""), *FIESTAS], language=language)
    assert f": {weekend}; {holidays} (Fiestas Patrias)." in text


def test_a_weekend_across_two_months_names_both():
    text = said(skipped=[(date(2026, 1, 31), ""), (date(2026, 2, 1), "")])
    assert "el sábado 31 de enero y el domingo 1 de febrero (fin de semana)" in text


def test_one_day_is_one_day():
    text = said(skipped=[(date(2026, 12, 8), "Inmaculada Concepción")])
    assert text == "Para el plazo no se cuenta el martes 8 de diciembre (Inmaculada Concepción)."
